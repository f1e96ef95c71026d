import { isRetryable, TransactionStateError } from "../errors/index.ts";
import type { Channel } from "./channel.ts";
import { control } from "./queued.ts";

/** What a transaction asks of its connection. */
interface Owner {
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/**
 * The transaction of a connection, as `conn.begin()` returns it. Left without an
 * end, `await using` rolls it back.
 *
 * SQLAlchemy: `RootTransaction`.
 */
export class Transaction {
  readonly #connection: Owner;
  readonly #channel: Channel;
  /** Tells it from later transactions of the connection. */
  readonly #epoch: number;
  #active = true;

  constructor(connection: Owner, channel: Channel) {
    this.#connection = connection;
    this.#channel = channel;
    this.#epoch = channel.epoch;
  }

  /** Whether it was neither committed nor rolled back. */
  get isActive(): boolean {
    return this.#active && this.#channel.inTransaction && this.#channel.epoch === this.#epoch;
  }

  /** A schema change has committed it; there is nothing left to do. */
  get #committedByServer(): boolean {
    return this.#active && this.#channel.endedByServer === this.#epoch;
  }

  /** @throws {TransactionStateError} it has ended already; otherwise as `Connection.commit`. */
  async commit(): Promise<void> {
    const { isActive } = this;
    if (!isActive && !this.#committedByServer) throw new TransactionStateError("This transaction has ended already");
    this.#active = false;
    if (isActive) await this.#connection.commit();
  }

  /** Rolls back; does nothing when the transaction has ended. */
  async rollback(): Promise<void> {
    const { isActive } = this;
    this.#active = false;
    if (isActive) await this.#connection.rollback();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.rollback();
  }

  /** Runs the work, then commits; rolls back when it throws. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    let result: T;
    try {
      result = await work();
    } catch (error) {
      // The reason for the rollback says more than its failure.
      await this.rollback().catch(() => {});
      throw error;
    }
    // The work may have ended it, and it may not: then there is nothing left to commit.
    if (this.isActive) await this.commit();
    return result;
  }
}

/**
 * A savepoint, as `conn.beginNested()` returns it. SAVEPOINT, RELEASE and ROLLBACK TO
 * travel with the statement after them, so nesting costs no turns. Left without an
 * end, `await using` rolls it back.
 *
 * SQLAlchemy: `NestedTransaction`.
 */
export class NestedTransaction {
  /** Its savepoint's name. Never begins with `cockroach_restart`, which CockroachDB takes for its retry protocol. */
  readonly name: string;
  readonly #channel: Channel;
  #active = true;

  constructor(channel: Channel) {
    this.#channel = channel;
    this.name = `tegmen_savepoint_${channel.nextSavepoint()}`;
    channel.queue({ ...control(`SAVEPOINT ${this.name}`), event: "savepoint", savepoint: this.name });
  }

  /** Whether it was neither released nor rolled back, and the transaction around it is still open. */
  get isActive(): boolean {
    return this.#active && this.#channel.inTransaction;
  }

  /**
   * Makes what was done since part of the transaction around it.
   * @throws {TransactionStateError} it has ended already
   */
  async commit(): Promise<void> {
    if (!this.isActive) throw new TransactionStateError("This nested transaction has ended already");
    this.#active = false;
    this.#channel.queue(control(`RELEASE SAVEPOINT ${this.name}`));
  }

  /** Undoes what was done since; does nothing when it has ended. */
  async rollback(): Promise<void> {
    const active = this.isActive;
    this.#active = false;
    if (!active || this.#channel.lost !== undefined) return;
    this.#channel.queue({ ...control(`ROLLBACK TO SAVEPOINT ${this.name}`), event: "rollback", savepoint: this.name });
    this.#channel.queue(control(`RELEASE SAVEPOINT ${this.name}`));
    // A conflict is the whole transaction's: the outermost retry loop has to see it.
    if (!isRetryable(this.#channel.failure)) this.#channel.failure = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.rollback();
  }

  /** Runs the work, then releases; rolls back when it throws. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    let result: T;
    try {
      result = await work();
    } catch (error) {
      await this.rollback();
      throw error;
    }
    if (this.isActive) await this.commit();
    return result;
  }
}
