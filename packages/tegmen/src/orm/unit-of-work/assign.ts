import { ArgumentError, describeValue } from "../../errors/index.ts";
import type { Operand } from "../../sql/operand.ts";
import { didYouMean } from "../../text/did-you-mean.ts";
import type { EntityInstance } from "../entity-types.ts";
import { findState } from "../state.ts";
import { isExpression } from "./write-value.ts";

/** Values for attributes of an object, or expressions for the server to compute them. */
export type Assignments<T> = {
  readonly [K in Exclude<keyof T, keyof EntityInstance>]?: T[K] | Operand<NonNullable<T[K]>>;
};

/**
 * Sets columns of an object, also to expressions: the server computes them when the object is flushed, and the object
 * gets what came out of it. Until then, reading such a column gives the expression.
 *
 * An object with an expression is written by a statement of its own. To change rows that are not loaded, use
 * `update(Entity)`.
 *
 * @param object an object of a class made by `entity()`
 * @param values values or expressions by the keys of columns
 * @throws {ArgumentError} there is no such column
 *
 * @example
 * ```ts
 * assign(account, { balance: Account.balance.plus(100) });
 * await session.flush();
 * account.balance; // what the server has now
 * ```
 *
 * SQLAlchemy: "Embedding SQL Insert/Update Expressions into a Flush".
 */
export function assign<T extends EntityInstance>(object: T, values: Assignments<T>): void {
  const state = findState(object);
  if (state === undefined) {
    throw new ArgumentError(`assign() expects an object of a class made by entity(), got ${describeValue(object)}`);
  }
  const { mapper } = state;
  for (const [key, value] of Object.entries(values)) {
    if (!mapper.columns.has(key)) {
      throw new ArgumentError(`${mapper.name} has no column "${key}": ${didYouMean(key, [...mapper.columns.keys()])}`);
    }
    if (isExpression(value)) state.set(key, value);
    else (object as Record<string, unknown>)[key] = value;
  }
}
