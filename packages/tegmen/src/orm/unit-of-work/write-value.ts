import type { AnySqlType } from "../../types/index.ts";
import { nodeOf } from "../../sql/nodes/node-of.ts";
import type { InstanceState } from "../state.ts";

/** Sets the value of a column during a flush: the Session knows already that the object is being written. */
export function writeValue(state: InstanceState, key: string, value: unknown): void {
  const { values } = state;
  const before = values[key];
  if (before === value) return;
  values[key] = value;
  if (state.status !== "persistent") return;
  const original = (state.original ??= {});
  if (!Object.hasOwn(original, key)) original[key] = before;
}

/** The value that a column has in the database, as far as the object knows. */
export function storedValue(state: InstanceState, key: string): unknown {
  const { original } = state;
  return original !== undefined && Object.hasOwn(original, key) ? original[key] : state.values[key];
}

/** Whether a value stands for SQL: it is written as it is, and read back. */
export function isExpression(value: unknown): boolean {
  return typeof value === "object" && value !== null && nodeOf(value) !== undefined;
}

/** Whether two values of a type are the same in the database. */
export function isSameValue(type: AnySqlType, left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== "object" || typeof right !== "object") return false;
  if (left === null || right === null || isExpression(left) || isExpression(right)) return false;
  const encode = type.encode as (value: unknown) => string;
  try {
    return encode(left) === encode(right);
  } catch {
    // What cannot be encoded is refused, with its column's name, when the statement is made.
    return false;
  }
}
