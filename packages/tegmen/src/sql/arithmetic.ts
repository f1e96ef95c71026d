import * as types from "../types/index.ts";
import type { AnySqlType } from "../types/index.ts";
import { coerce } from "./coerce.ts";
import { familyOf } from "./families.ts";
import type { ExpressionNode, Operator } from "./nodes/expression-node.ts";
import { operators } from "./nodes/operators.ts";

const interval: AnySqlType = types.interval();
const decimal: AnySqlType = types.decimal();

/** The right side of an arithmetic operator: a plain value has the type that makes sense beside the left side. */
export function arithmeticOperand(
  left: AnySqlType | undefined,
  operator: Operator,
  right: unknown,
  where: string,
): ExpressionNode {
  switch (familyOf(left)) {
    case "timestamp":
    case "time":
      return coerce(right, interval, interval.castName, where);
    case "date":
      return coerce(right, types.int, types.int.castName, where);
    case "interval":
      if (operator !== operators.times) return coerce(right, left, left?.castName, where);
      return coerce(right, types.float8, types.float8.castName, where);
    default:
      // Both sides have one type, and the server infers it.
      return coerce(right, left, undefined, where);
  }
}

/** What comes out of an arithmetic operator. */
export function arithmeticType(
  operator: Operator,
  left: AnySqlType | undefined,
  right: AnySqlType | undefined,
): AnySqlType | undefined {
  if (left === undefined) return undefined;
  const family = familyOf(left);
  const isDifference = operator === operators.minus && right !== undefined && familyOf(right) === family;
  if (family === "timestamp" && isDifference) return interval;
  if (family === "date" && isDifference) return types.int;
  if (family !== "numeric") return left;
  if (operator === operators.dividedBy) return left.castName === "DECIMAL" ? left : decimal;
  if (right === undefined) return left;
  if (left.castName === "DECIMAL") return left;
  if (right.castName === "DECIMAL") return right;
  return right === types.bigint ? right : left;
}
