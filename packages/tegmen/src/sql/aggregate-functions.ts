import type { AnyFunctionResult, Int, Numeric, Text } from "./function-arguments.ts";
import type { FunctionResult } from "./function-call.ts";
import type { Condition, Family, Operand } from "./operand.ts";

/** Aggregates: one value for many rows, NULL for none (but `count`, which is 0). */
export interface AggregateFunctions {
  /** The number of rows, or of those in which the expression is not NULL. */
  count(expression?: Operand): FunctionResult<number, never, "count", "numeric">;
  /** The sum; a DECIMAL on the server, read like the values that are added. */
  sum<T, F extends Numeric | "interval">(expression: Operand<T, unknown, F>): FunctionResult<T, null, "sum", F>;
  /** The mean: a DECIMAL (a string) of INT and DECIMAL, a number of FLOAT. */
  avg<F extends Numeric>(
    expression: Operand<unknown, unknown, F>,
  ): FunctionResult<F extends "float" ? number : string, null, "avg", F>;
  min<T, F extends Family>(expression: Operand<T, unknown, F>): FunctionResult<T, null, "min", F>;
  max<T, F extends Family>(expression: Operand<T, unknown, F>): FunctionResult<T, null, "max", F>;
  boolAnd(expression: Condition): FunctionResult<boolean, null, "boolAnd", "bool">;
  boolOr(expression: Condition): FunctionResult<boolean, null, "boolOr", "bool">;
  /** All values, also NULL, as an array. */
  arrayAgg<T, S>(expression: Operand<T, S>): FunctionResult<(T | Extract<S, null>)[], null, "arrayAgg", "array">;
  stringAgg(
    expression: Operand<unknown, unknown, "text">,
    separator: Text,
  ): FunctionResult<string, null, "stringAgg", "text">;
  jsonbAgg<T>(expression: Operand<T>): FunctionResult<T[], null, "jsonbAgg", "json">;
  jsonbObjectAgg(key: Operand, value: Operand): FunctionResult<Record<string, unknown>, null, "jsonbObjectAgg", "json">;
  stddev<F extends Numeric>(
    expression: Operand<unknown, unknown, F>,
  ): FunctionResult<F extends "float" ? number : string, null, "stddev", F>;
  variance<F extends Numeric>(
    expression: Operand<unknown, unknown, F>,
  ): FunctionResult<F extends "float" ? number : string, null, "variance", F>;
  /** With `.withinGroup(t.x)`: the value at a fraction of the ordered rows, interpolated. */
  percentileCont(
    fraction: number | Operand<unknown, unknown, "float">,
  ): FunctionResult<number, null, "percentileCont", "float">;
  /** With `.withinGroup(t.x)`: the first value at or after a fraction of the ordered rows. */
  percentileDisc(fraction: number | Operand<unknown, unknown, "float">): AnyFunctionResult<"percentileDisc">;
  /** With `.withinGroup(t.x)`: the commonest value. */
  mode(): AnyFunctionResult<"mode">;
}

/** Window functions: with `.over()`. */
export interface WindowFunctions {
  rowNumber(): FunctionResult<number, never, "rowNumber", "numeric">;
  rank(): FunctionResult<number, never, "rank", "numeric">;
  denseRank(): FunctionResult<number, never, "denseRank", "numeric">;
  percentRank(): FunctionResult<number, never, "percentRank", "float">;
  cumeDist(): FunctionResult<number, never, "cumeDist", "float">;
  ntile(buckets: Int): FunctionResult<number, never, "ntile", "numeric">;
  lag<T, F extends Family>(
    expression: Operand<T, unknown, F>,
    offset?: Int,
    otherwise?: T,
  ): FunctionResult<T, null, "lag", F>;
  lead<T, F extends Family>(
    expression: Operand<T, unknown, F>,
    offset?: Int,
    otherwise?: T,
  ): FunctionResult<T, null, "lead", F>;
  firstValue<T, S, F extends Family>(expression: Operand<T, S, F>): FunctionResult<T, S, "firstValue", F>;
  lastValue<T, S, F extends Family>(expression: Operand<T, S, F>): FunctionResult<T, S, "lastValue", F>;
  nthValue<T, F extends Family>(
    expression: Operand<T, unknown, F>,
    position: Int,
  ): FunctionResult<T, null, "nthValue", F>;
}
