import { ArgumentError, describeValue } from "../errors/index.ts";
import { array, type AnySqlType } from "../types/index.ts";
import type { ExpressionNode, ParameterNode } from "./nodes/expression-node.ts";
import { nodeOf } from "./nodes/node-of.ts";
import { parameterNode } from "./nodes/parameter.ts";

/**
 * The node of an expression, or a parameter for a plain value.
 *
 * @param value an expression, or a value of the type
 * @param type the type that encodes a plain value
 * @param cast the type to cast the placeholder to, where the server cannot infer it
 * @param where for errors: what the value was passed to
 */
export function coerce(
  value: unknown,
  type: AnySqlType | undefined,
  cast: string | undefined,
  where: string,
): ExpressionNode {
  return nodeOf(value) ?? parameterNode(value, type, cast, where);
}

/** A list of values as one array, or of nodes if expressions are among them. */
export type CoercedList =
  | { readonly kind: "array"; readonly parameter: ParameterNode }
  | { readonly kind: "items"; readonly items: readonly ExpressionNode[] };

const arrays = new WeakMap<AnySqlType, AnySqlType>();

/** The type of arrays of a type. Made once for each. */
export function arrayOf(type: AnySqlType): AnySqlType {
  let found = arrays.get(type);
  if (found === undefined) {
    found = array(type);
    arrays.set(type, found);
  }
  return found;
}

/**
 * What IN takes. Plain values become one array parameter, so that the SQL does not depend on how many there are.
 *
 * @throws {ArgumentError} if it is no array, or holds null or undefined, which IN never finds
 */
export function coerceList(values: unknown, type: AnySqlType | undefined, where: string): CoercedList {
  if (!Array.isArray(values)) {
    throw new ArgumentError(`${where} expects an array or a query with one column, got ${describeValue(values)}`);
  }
  let hasNodes = false;
  for (let index = 0; index < values.length; index++) {
    const value: unknown = values[index];
    if (value === null || value === undefined) {
      throw new ArgumentError(
        `${where} was given ${value === null ? "null" : "undefined"} at index ${index}: NULL is never in a list`,
      );
    }
    hasNodes ||= nodeOf(value) !== undefined;
  }
  if (!hasNodes) {
    const arrayType = type === undefined ? undefined : arrayOf(type);
    return { kind: "array", parameter: parameterNode(values, arrayType, undefined, where) };
  }
  return { kind: "items", items: values.map((value: unknown) => coerce(value, type, undefined, where)) };
}
