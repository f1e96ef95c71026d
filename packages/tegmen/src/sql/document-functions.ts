import type { Int, Text } from "./function-arguments.ts";
import type { FunctionResult } from "./function-call.ts";
import type { FamilyOfValue, Operand } from "./operand.ts";

/** Functions of JSONB and arrays. */
export interface DocumentFunctions {
  toJsonb<T, S>(value: Operand<T, S>): FunctionResult<T, S, "toJsonb", "json">;
  /** An object of keys and values in turn. */
  jsonbBuildObject<T = Record<string, unknown>>(
    ...keysAndValues: readonly unknown[]
  ): FunctionResult<T, never, "jsonbBuildObject", "json">;
  jsonbBuildArray<T = unknown[]>(...values: readonly unknown[]): FunctionResult<T, never, "jsonbBuildArray", "json">;
  jsonbArrayLength<S = never>(
    value: Operand<unknown, S, "json">,
  ): FunctionResult<number, S, "jsonbArrayLength", "numeric">;
  jsonbTypeof<S = never>(value: Operand<unknown, S, "json">): FunctionResult<string, S, "jsonbTypeof", "text">;
  jsonbStripNulls<T, S>(value: Operand<T, S, "json">): FunctionResult<T, S, "jsonbStripNulls", "json">;
  jsonbPretty<S>(value: Operand<unknown, S, "json">): FunctionResult<string, S, "jsonbPretty", "text">;
  arrayLength(
    value: Operand<unknown, unknown, "array">,
    dimension: Int,
  ): FunctionResult<number, null, "arrayLength", "numeric">;
  cardinality<S>(value: Operand<unknown, S, "array">): FunctionResult<number, S, "cardinality", "numeric">;
  arrayAppend<T, S>(array: Operand<T, S, "array">, element: unknown): FunctionResult<T, S, "arrayAppend", "array">;
  arrayRemove<T, S>(array: Operand<T, S, "array">, element: unknown): FunctionResult<T, S, "arrayRemove", "array">;
  arrayPosition(
    array: Operand<unknown, unknown, "array">,
    element: unknown,
  ): FunctionResult<number, null, "arrayPosition", "numeric">;
  arrayToString<S>(
    array: Operand<unknown, S, "array">,
    separator: Text,
  ): FunctionResult<string, S, "arrayToString", "text">;
  stringToArray<S = never>(
    text: Text<S>,
    separator: Text,
  ): FunctionResult<(string | null)[], S, "stringToArray", "array">;
  generateSeries(start: Int, end: Int, step?: Int): FunctionResult<number, never, "generateSeries", "numeric">;
  unnest<T>(
    array: Operand<readonly T[], unknown, "array">,
  ): FunctionResult<NonNullable<T>, null, "unnest", FamilyOfValue<NonNullable<T>>>;
  jsonbArrayElements(
    value: Operand<unknown, unknown, "json">,
  ): FunctionResult<unknown, null, "jsonbArrayElements", "json">;
  jsonbArrayElementsText(
    value: Operand<unknown, unknown, "json">,
  ): FunctionResult<string, null, "jsonbArrayElementsText", "text">;
  jsonbObjectKeys(value: Operand<unknown, unknown, "json">): FunctionResult<string, never, "jsonbObjectKeys", "text">;
  regexpSplitToTable(text: Text, pattern: Text): FunctionResult<string, never, "regexpSplitToTable", "text">;
}

/** Functions about the server. */
export interface ServerFunctions {
  version(): FunctionResult<string, never, "version", "text">;
  currentDatabase(): FunctionResult<string, never, "currentDatabase", "text">;
  currentSchema(): FunctionResult<string, null, "currentSchema", "text">;
  currentUser(): FunctionResult<string, never, "currentUser", "text">;
}
