import type { Connection } from "../engine/connection.ts";
import { ArgumentError } from "../errors/index.ts";

/**
 * Several pieces of work to be done one after the other, each in a nested transaction of its own.
 * Returned from the callback of `runTransaction`, which then returns the list of their results.
 * A conflict in any of them runs the whole transaction again, from the callback on.
 *
 * sqlalchemy-cockroachdb: `ChainTransaction`.
 *
 * @example
 * ```ts
 * const [a, b] = await runTransaction(engine, () => new ChainTransaction([first, second]));
 * ```
 */
export class ChainTransaction<T = unknown> {
  readonly transactions: readonly ((connection: Connection) => Promise<T>)[];

  /** @throws {ArgumentError} an entry is not a function */
  constructor(transactions: Iterable<(connection: Connection) => Promise<T>>) {
    this.transactions = [...transactions];
    if (this.transactions.some((each) => typeof each !== "function")) {
      throw new ArgumentError("ChainTransaction takes a list of functions of a connection");
    }
  }

  /** Runs them in order; for `runTransaction`. */
  async run(connection: Connection): Promise<T[]> {
    const results: T[] = [];
    for (const work of this.transactions) results.push(await connection.beginNested(() => work(connection)));
    return results;
  }
}
