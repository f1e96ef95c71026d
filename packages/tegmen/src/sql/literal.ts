import { ArgumentError, describeValue } from "../errors/index.ts";
import { SqlExpression } from "./expression.ts";
import type {
  BoolExpression,
  Families,
  NumericExpression,
  TextExpression,
  TimestampExpression,
} from "./expressions.ts";
import { inferType } from "./infer-type.ts";
import { nodeOf } from "./nodes/node-of.ts";
import { parameterNode } from "./nodes/parameter.ts";
import type { Family, Operand, Unlabeled } from "./operand.ts";
import { resolveType, type TypeReference } from "./type-reference.ts";

/**
 * A value as an expression: a parameter with a cast, so that it can stand anywhere.
 *
 * @param value any value; null needs a type
 * @param type its type, such as `c.decimal()`; without one, strings are STRING, integers INT8, other numbers FLOAT8,
 *   booleans BOOL, Dates TIMESTAMPTZ
 * @throws {ArgumentError} the value is undefined, or null without a type
 *
 * @example `select(t.id, literal("account").as("kind"))`
 *
 * SQLAlchemy: `literal()`.
 */
export function literal(value: string): TextExpression<string, never>;
export function literal(value: number): NumericExpression<number, never>;
export function literal(value: bigint): NumericExpression<bigint, never>;
export function literal(value: boolean): BoolExpression<never>;
export function literal(value: Date): TimestampExpression<Date, never>;
export function literal<T, F extends Family>(value: null, type: TypeReference<T, F>): Families<T, null, Unlabeled>[F];
export function literal<T, F extends Family>(
  value: NoInfer<T>,
  type: TypeReference<T, F>,
): Families<T, never, Unlabeled>[F];
export function literal(value: unknown, reference?: TypeReference): unknown {
  if (nodeOf(value) !== undefined) {
    throw new ArgumentError(`literal() expects a plain value, got the expression ${describeValue(value)}`);
  }
  const type = reference === undefined ? inferType(value, "literal()") : resolveType(reference, "literal()");
  return new SqlExpression(parameterNode(value, type, type.castName, "literal()"), type);
}

/**
 * `CAST`: the server turns the value into another type.
 *
 * @param operand an expression, or a plain value
 * @param type the target: `c.int()`, `c.string(10)`...
 *
 * @example `cast(t.balance, c.string())`
 *
 * SQLAlchemy: `cast()`.
 */
export function cast<S, T, F extends Family>(
  operand: Operand<unknown, S>,
  type: TypeReference<T, F>,
): Families<T, S, Unlabeled>[F];
export function cast<T, F extends Family>(
  operand: string | number | bigint | boolean | Date,
  type: TypeReference<T, F>,
): Families<T, never, Unlabeled>[F];
export function cast(operand: unknown, reference: TypeReference): unknown {
  const type = resolveType(reference, "cast()");
  const node = nodeOf(operand);
  if (node !== undefined) return new SqlExpression({ kind: "cast", operand: node, type: type.name }, type);
  const own = inferType(operand, "cast()");
  const parameter = parameterNode(operand, own, own.castName, "cast()");
  return new SqlExpression({ kind: "cast", operand: parameter, type: type.name }, type);
}

/**
 * Says what an expression is, without changing it in SQL: the values of its column are read as this type.
 *
 * @example `typeCoerce(func("my_function", t.id), c.int())`
 *
 * SQLAlchemy: `type_coerce()`.
 */
export function typeCoerce<S, T, F extends Family>(
  operand: Operand<unknown, S>,
  type: TypeReference<T, F>,
): Families<T, S, Unlabeled>[F] {
  const node = nodeOf(operand);
  if (node === undefined) {
    throw new ArgumentError(`typeCoerce() expects an expression, got ${describeValue(operand)}`);
  }
  return new SqlExpression(node, resolveType(type, "typeCoerce()")) as unknown as Families<T, S, Unlabeled>[F];
}
