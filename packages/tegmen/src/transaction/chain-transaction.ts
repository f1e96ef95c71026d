import type { Connection } from "../engine/connection.ts";
import { ArgumentError } from "../errors/index.ts";

/** What pieces of work can run on: a connection, or a Session. */
export interface Nests {
  beginNested<T>(work: () => Promise<T>): Promise<T>;
}

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
export class ChainTransaction<T = unknown, S = Connection> {
  readonly transactions: readonly ((subject: S) => Promise<T>)[];

  /** @throws {ArgumentError} an entry is not a function */
  constructor(transactions: Iterable<(subject: S) => Promise<T>>) {
    this.transactions = [...transactions];
    if (this.transactions.some((each) => typeof each !== "function")) {
      throw new ArgumentError("ChainTransaction takes a list of functions of a connection, or of a Session");
    }
  }

  /** Runs them in order; for `runTransaction`. */
  async run(subject: Nests & S): Promise<T[]> {
    const results: T[] = [];
    for (const work of this.transactions) results.push(await subject.beginNested(() => work(subject)));
    return results;
  }
}
