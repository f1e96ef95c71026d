import { isReading } from "./statement-kind.ts";
import { type Connection, internalsOf } from "../../engine/connection.ts";
import type { Result } from "../../engine/result.ts";
import type { NestedTransaction } from "../../engine/transaction.ts";
import { TransactionStateError } from "../../errors/index.ts";
import type { Executable } from "../../sql/executable.ts";
import { fetchRelation } from "../loading/load.ts";
import type { Loader } from "../loading/loader.ts";
import type { Mapper } from "../mapper.ts";
import type { ColumnValues, IdentityKey, InstanceState } from "../state.ts";
import { flushUnit } from "../unit-of-work/flush.ts";
import type { FlushInput, FlushOutcome, RowsToWrite } from "../unit-of-work/flush-input.ts";
import { announceAfter, announceBefore, hasListeners } from "./entity-events.ts";
import type { SessionListeners } from "./events.ts";
import { Guard } from "./guard.ts";
import { materialize } from "./hydration.ts";
import type { SessionOptions } from "./options.ts";
import { Registry } from "./registry.ts";
import { type SessionBind, SessionConnection } from "./session-connection.ts";

/** Sends a statement on a connection. */
export type Send<T> = (connection: Connection) => Promise<T>;

/** What a Session does behind its methods: its objects, its connection, and how the two are kept together. */
export class SessionCore implements Loader {
  readonly registry: Registry;
  readonly connection: SessionConnection;
  readonly guard: Guard;
  readonly listeners: SessionListeners;
  readonly options: SessionOptions;
  readonly populateExisting = false;
  /** Inside of `runTransaction`, which commits and rolls back itself. */
  managed = false;
  readonly #session: object;
  /** What the flush failed with after which only a rollback helps. */
  #failure: Error | undefined;
  #autoflushing: Promise<void> | undefined;
  #isFlushing = false;
  readonly #savepoints: NestedTransaction[] = [];

  constructor(session: object, bind: SessionBind, options: SessionOptions, listeners: SessionListeners) {
    this.#session = session;
    this.registry = new Registry(session);
    this.connection = new SessionConnection(bind, options.executionOptions);
    this.guard = new Guard(options.debug ?? false);
    this.listeners = listeners;
    this.options = options;
  }

  /** Whether there is something that a flush would look at. */
  get hasWork(): boolean {
    return this.registry.hasWork;
  }

  /**
   * Sends a statement, and what was changed before it. Without changes, and with a connection, it is sent at once, so
   * that calls of one tick share a turn; and the changes share the turn of the statement.
   *
   * @param autoflush writes changes first
   * @param onlyReads what is sent writes nothing and locks nothing
   */
  async run<T>(send: Send<T>, autoflush = true, onlyReads = false): Promise<T> {
    this.#assertUsable();
    if (!onlyReads) this.connection.noteWriting();
    if (autoflush && !this.#isListening) {
      while (this.#autoflushing !== undefined) await this.#autoflushing;
      if (this.#needsFlush) return this.#flushAnd(send);
    }
    return send(this.connection.current ?? (await this.take()));
  }

  /** Writes what was changed, as before a query. */
  async autoflush(): Promise<void> {
    this.#assertUsable();
    if (this.#isListening) return;
    while (this.#autoflushing !== undefined) await this.#autoflushing;
    if (this.#needsFlush) await this.#autoflush();
  }

  /** The connection of the transaction. */
  async take(): Promise<Connection> {
    const isNew = this.connection.current === undefined;
    const connection = await this.connection.take();
    if (isNew) await this.#emit("afterBegin", {});
    return connection;
  }

  /**
   * Writes what was changed.
   *
   * @param closing is sent with the last statements
   * @param commits it is the commit: row counts that nothing guarantees are looked at before it
   */
  async flush(closing?: () => Promise<void>, commits = true): Promise<void> {
    this.#assertUsable();
    const { registry } = this;
    this.#isFlushing = true;
    try {
      await this.#emit("beforeFlush", {});
      registry.notice();
      if (!registry.hasChanges) return await closing?.();
      const connection = this.connection.current ?? (await this.take());
      const outcome = await this.#write(connection, closing, commits);
      registry.flushed(outcome);
      await announceAfter(outcome, this.#session);
      const { inserted, updated, deleted } = outcome;
      if (!this.listeners.has("afterFlush")) return;
      await this.#emit("afterFlush", {
        inserted: inserted.map(({ object }) => object),
        updated: updated.map(({ object }) => object),
        deleted: deleted.map(({ object }) => object),
      });
    } finally {
      this.#isFlushing = false;
    }
  }

  /**
   * Writes what was changed, and commits, in one turn where that is safe. When it fails, everything is rolled back.
   *
   * @param commit commits, where somebody else does
   */
  async commit(commit: () => Promise<void> = () => this.connection.commit()): Promise<void> {
    try {
      await this.#emit("beforeCommit", {});
      await this.flush(commit);
    } catch (error) {
      // Why it failed says more than a rollback that fails, too.
      await this.rollback().catch(() => {});
      throw error;
    }
    this.#savepoints.length = 0;
    this.registry.committed(this.options.expireOnCommit ?? false);
    await this.#emit("afterCommit", {});
  }

  /** Rolls everything back. */
  async rollback(): Promise<void> {
    this.restore();
    try {
      await this.connection.rollback();
    } finally {
      await this.#emit("afterRollback", { nested: false });
    }
  }

  /** Makes the objects what they were before the transaction. */
  restore(): void {
    this.#failure = undefined;
    this.#savepoints.length = 0;
    this.registry.rolledBack(false);
  }

  /** Takes all objects out of the Session and gives its connection back. */
  async close(): Promise<void> {
    this.restore();
    this.registry.expungeAll();
    await this.connection.release();
  }

  /** Begins a savepoint. */
  async beginNested(): Promise<NestedTransaction> {
    await this.flush();
    const connection = this.connection.current ?? (await this.take());
    const nested = await connection.beginNested();
    this.#savepoints.push(nested);
    this.registry.savepoint();
    return nested;
  }

  /** Whether a savepoint was neither released nor rolled back. */
  isActive(nested: NestedTransaction): boolean {
    return this.#savepoints.includes(nested);
  }

  /** Releases a savepoint, and those within it. */
  async release(nested: NestedTransaction): Promise<void> {
    if (!this.isActive(nested)) throw new TransactionStateError("This nested transaction has ended already");
    try {
      await this.flush();
    } catch (error) {
      await this.rollbackTo(nested).catch(() => {});
      throw error;
    }
    for (;;) {
      const inner = this.#savepoints.pop()!;
      await inner.commit();
      this.registry.released();
      if (inner === nested) return;
    }
  }

  /** Rolls back to a savepoint. */
  async rollbackTo(nested: NestedTransaction): Promise<void> {
    if (!this.isActive(nested)) return;
    for (;;) {
      const inner = this.#savepoints.pop()!;
      this.registry.rolledBack(true);
      if (inner === nested) break;
    }
    this.#failure = undefined;
    await nested.rollback();
    await this.#emit("afterRollback", { nested: true });
  }

  execute(statement: Executable): Promise<Result> {
    return this.run((connection) => connection.execute(statement), false, isReading(statement));
  }

  materialize(
    mapper: Mapper,
    rows: readonly ColumnValues[],
    isComplete: boolean,
  ): readonly (InstanceState | undefined)[] {
    return materialize(this.registry, mapper, rows, { isComplete });
  }

  get epoch(): number {
    return this.registry.epoch;
  }

  find(mapper: Mapper, key: IdentityKey): InstanceState | undefined {
    const state = this.registry.map.find(mapper, key);
    return state !== undefined && this.registry.isFresh(state) ? state : undefined;
  }

  /** A call made by a listener of the flush: there is no flush within it. */
  get #isListening(): boolean {
    return this.#isFlushing && this.guard.isListening;
  }

  get #needsFlush(): boolean {
    return this.options.autoflush !== false && this.registry.hasWork;
  }

  #autoflush(closing?: () => Promise<void>): Promise<void> {
    this.#autoflushing = this.flush(closing, false).finally(() => {
      this.#autoflushing = undefined;
    });
    return this.#autoflushing;
  }

  async #flushAnd<T>(send: Send<T>): Promise<T> {
    let answer: Promise<T> | undefined;
    const closing = async (): Promise<void> => {
      const connection = this.connection.current ?? (await this.take());
      // Without a transaction, the statement would be executed even after a change that failed.
      if (internalsOf(connection).options.isolationLevel === "AUTOCOMMIT") return;
      answer = send(connection);
      // How it ends is its own matter, not the flush's.
      await answer.catch(() => {});
    };
    await this.#autoflush(closing);
    return answer ?? send(this.connection.current ?? (await this.take()));
  }

  async #write(
    connection: Connection,
    closing: (() => Promise<void>) | undefined,
    commits: boolean,
  ): Promise<FlushOutcome> {
    const { registry } = this;
    this.connection.noteWriting();
    const { context, options, version } = internalsOf(connection);
    // Only then nobody else can have changed a row that was read, so that its count is known before the commit.
    const { isolationLevel = version?.isCockroach === true ? "SERIALIZABLE" : undefined } = options;
    const isSerializable = isolationLevel === "SERIALIZABLE";
    const input: FlushInput = {
      connection,
      pending: registry.pending,
      dirty: registry.dirty,
      deleted: registry.deleted,
      loadedNow: commits ? (state) => isSerializable && registry.isFresh(state) : () => true,
      find: (mapper, key) => registry.map.find(mapper, key),
      fetch: (_mapper, property, owners) => fetchRelation(this, property, owners),
      remember: (state) => registry.remember(state),
      hideParameters: context.hideParameters,
      ...(hasListeners() && {
        before: (rows: RowsToWrite) => this.guard.listen(() => announceBefore(rows, this.#session)),
      }),
      ...(closing !== undefined && { closing }),
    };
    try {
      return await flushUnit(input);
    } catch (error) {
      this.#failure = error as Error;
      throw error;
    }
  }

  async #emit(name: Parameters<SessionListeners["emit"]>[0], event: object): Promise<void> {
    const { listeners } = this;
    if (!listeners.has(name)) return;
    await this.guard.listen(() => listeners.emit(name, { session: this.#session, ...event }));
  }

  #assertUsable(): void {
    const cause = this.#failure;
    if (cause === undefined) return;
    throw new TransactionStateError(
      "A flush of this Session has failed, and its transaction with it: call session.rollback() before anything else. " +
        `It failed with: ${cause.message}`,
      { cause },
    );
  }
}
