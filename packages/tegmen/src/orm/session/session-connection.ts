import { Connection, type ExecutionOptions } from "../../engine/connection.ts";
import type { Engine } from "../../engine/engine.ts";
import type { NestedTransaction } from "../../engine/transaction.ts";

/** Where a Session gets its connection. */
export type SessionBind = Connection | Engine;

/**
 * The connection of a Session: taken for the first statement of a transaction, and given back at its end. On a
 * connection that has a transaction already, the Session's is a savepoint in it.
 */
export class SessionConnection {
  readonly #bind: SessionBind;
  readonly #options: ExecutionOptions | undefined;
  #connection: Connection | undefined;
  #taking: Promise<Connection> | undefined;
  /** The Session's transaction, where its connection had one already. */
  #joined: NestedTransaction | undefined;
  /** Who lent the connection ends its transaction, and gives it back. */
  #isLent = false;
  /** Something was sent that may be more than a reading. */
  #mayHaveWritten = false;

  constructor(bind: SessionBind, options: ExecutionOptions | undefined) {
    this.#bind = bind;
    this.#options = options;
  }

  /** The connection, if there is one. */
  get current(): Connection | undefined {
    return this.#connection;
  }

  /** Notes that something is sent that may be more than a reading. */
  noteWriting(): void {
    this.#mayHaveWritten = true;
  }

  /** Uses a connection in a transaction that somebody else commits or rolls back. */
  lend(connection: Connection): void {
    this.#connection = connection;
    this.#isLent = true;
  }

  /** The connection; at once, where there is one, so that what is sent together shares a turn. */
  take(): Connection | Promise<Connection> {
    return this.#connection ?? (this.#taking ??= this.#take());
  }

  async commit(): Promise<void> {
    const connection = this.#connection;
    if (connection === undefined || this.#isLent) return;
    try {
      await (this.#joined ?? connection).commit();
    } finally {
      await this.release();
    }
  }

  async rollback(): Promise<void> {
    const connection = this.#connection ?? (await this.#taking?.catch(() => undefined));
    if (connection === undefined || this.#isLent) return;
    try {
      await (this.#joined ?? connection).rollback();
    } finally {
      await this.release();
    }
  }

  /** Gives the connection back; what is not committed is rolled back. Nobody waits for the end of mere readings. */
  async release(): Promise<void> {
    const connection = this.#connection;
    const joined = this.#joined;
    const onlyRead = !this.#mayHaveWritten;
    this.#mayHaveWritten = false;
    this.#connection = undefined;
    this.#joined = undefined;
    const isLent = this.#isLent;
    this.#isLent = false;
    if (connection === undefined || isLent) return;
    if (connection !== this.#bind) {
      const closed = connection.close();
      if (!onlyRead) await closed;
    } else if (joined?.isActive === true) await joined.rollback();
  }

  async #take(): Promise<Connection> {
    const bind = this.#bind;
    try {
      if (!(bind instanceof Connection)) return (this.#connection = await bind.connect(this.#options));
      if (bind.inTransaction) this.#joined = await bind.beginNested();
      else if (this.#options !== undefined) bind.executionOptions(this.#options);
      return (this.#connection = bind);
    } finally {
      this.#taking = undefined;
    }
  }
}
