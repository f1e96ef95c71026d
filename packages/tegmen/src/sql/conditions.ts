import { condition, conditionNode, type SqlExpression } from "./expression.ts";
import type { BoolExpression } from "./expressions.ts";
import { operators } from "./nodes/operators.ts";
import type { Condition } from "./operand.ts";
import { isQuery, queryNode, type Query } from "./query.ts";
import { ArgumentError, describeValue } from "../errors/index.ts";

/**
 * All of the conditions. None at all: true.
 *
 * SQLAlchemy: `and_()`.
 */
export function and<const C extends readonly Condition[]>(...conditions: C): BoolExpression<NullSourcesOf<C>> {
  return logical("AND", conditions) as unknown as BoolExpression<NullSourcesOf<C>>;
}

/**
 * At least one of the conditions. None at all: false.
 *
 * SQLAlchemy: `or_()`.
 */
export function or<const C extends readonly Condition[]>(...conditions: C): BoolExpression<NullSourcesOf<C>> {
  return logical("OR", conditions) as unknown as BoolExpression<NullSourcesOf<C>>;
}

/**
 * The contrary of a condition.
 *
 * SQLAlchemy: `not_()`.
 */
export function not<S>(operand: Condition<S>): BoolExpression<S> {
  const node = conditionNode(operand, "not()");
  return condition({ kind: "prefix", operator: operators.not, operand: node }) as unknown as BoolExpression<S>;
}

/**
 * Whether a query has a row.
 *
 * @example `exists(select(literal(1)).from(orders).where(orders.c.userId.eq(users.c.id)))`
 *
 * SQLAlchemy: `exists()`.
 */
export function exists(query: Query): BoolExpression<never> {
  if (!isQuery(query)) throw new ArgumentError(`exists() expects a query, got ${describeValue(query)}`);
  return condition({ kind: "scalar", prefix: "EXISTS ", query: queryNode(query) }) as unknown as BoolExpression<never>;
}

type NullSourcesOf<C extends readonly Condition[]> = C[number] extends Condition<infer S> ? S : never;

function logical(operator: "AND" | "OR", conditions: readonly unknown[]): SqlExpression {
  const where = operator === "AND" ? "and()" : "or()";
  return condition({ kind: "logical", operator, operands: conditions.map((one) => conditionNode(one, where)) });
}
