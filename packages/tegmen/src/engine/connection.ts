import { ArgumentError, TransactionStateError } from "../errors/index.ts";
import type { CompiledStatement, Executable, NamedParameters, ServerVersion } from "../sql/executable.ts";
import { type BeginOptions, checkBeginOptions } from "./begin.ts";
import { Channel } from "./channel.ts";
import { compileFor, compilePiecesFor, type Parameters } from "./compile.ts";
import { attemptOver, closedError, endedByServer, noTransactions, notConnected } from "./connection-errors.ts";
import type { EngineContext } from "./context.ts";
import { executeMany, executeOne } from "./execute.ts";
import { checkLimits, type Limits, mergeLimits, within } from "./limits.ts";
import { executePieces } from "./pieces.ts";
import { checkProgress, type ExecuteOptions, reportProgress } from "./progress.ts";
import { deferred } from "./queued.ts";
import { checkCopy, type CopyOptions, copyRows } from "./copy.ts";
import type { Definitions, TableInsert, Target } from "../sql/definitions.ts";
import type { Result, ScalarOf } from "./result.ts";
import { RowStream } from "./row-stream.ts";
import { NestedTransaction, Transaction } from "./transaction.ts";

export type { Parameters } from "./compile.ts";

/** Options of a connection: how its transactions begin, and how long its statements may take. */
export interface ExecutionOptions extends BeginOptions, Limits {}

/** Options of a stream. */
export interface ConnectionStreamOptions extends Limits {
  /** Rows that are read at a time, and so kept in memory. Default 1000. */
  readonly batchSize?: number | undefined;
}

/** What `runTransaction` may do that users may not. */
export interface ConnectionInternals {
  readonly context: EngineContext;
  /** Of the server; undefined while there is no connection to it. */
  readonly version: ServerVersion | undefined;
  options: ExecutionOptions;
  /** Inside of `runTransaction`. */
  managed: boolean;
  /** The channel; takes a new connection from the pool where the last was lost. */
  channel(): Promise<Channel>;
  /**
   * A connection on the same channel for one attempt of `runTransaction`.
   * @param lockReads whether its SELECTs lock the rows that they read
   */
  attempt(channel: Channel, lockReads: boolean): Attempt;
}

/** What the callback of `runTransaction` gets, and its end: what it still starts after that is refused. */
export interface Attempt {
  readonly connection: Connection;
  end(): void;
}

/** For the layers of tegmen above: see {@link ConnectionInternals}. */
export let internalsOf: (connection: Connection) => ConnectionInternals;

/**
 * One connection to the database, with at most one transaction open on it.
 *
 * The first statement begins a transaction; `commit()` or `rollback()` ends it, the
 * next statement begins another ("commit as you go"). BEGIN travels with that
 * first statement. Statements started together (`Promise.all`) share one turn.
 *
 * SQLAlchemy: `Connection`.
 *
 * @example
 * ```ts
 * await using conn = await engine.connect();
 * await conn.execute(text("INSERT INTO accounts (balance) VALUES (:balance)"), { balance: 100 });
 * await conn.commit();
 * ```
 */
export class Connection {
  readonly #context: EngineContext;
  #channel: Channel | undefined;
  #options: ExecutionOptions;
  #managed = false;
  #lockReads = false;
  #closed = false;
  /** Is for one attempt of `runTransaction`, and so for one channel. */
  #pinned = false;
  /** Was for one attempt of `runTransaction`, which is over. */
  #attemptOver = false;

  static {
    internalsOf = (connection) => ({
      context: connection.#context,
      get version() {
        return connection.#channel?.memory.compile.version;
      },
      get options() {
        return connection.#options;
      },
      set options(options) {
        connection.#options = options;
      },
      get managed() {
        return connection.#managed;
      },
      set managed(managed) {
        connection.#managed = managed;
      },
      channel: () => {
        if (connection.#channel?.lost !== undefined) connection.#channel = undefined;
        return connection.#open();
      },
      attempt: (channel, lockReads) => {
        const fork = new Connection(connection.#context, channel, connection.#options);
        fork.#lockReads = lockReads;
        fork.#managed = true;
        fork.#pinned = true;
        return {
          connection: fork,
          end: () => {
            fork.#attemptOver = true;
            fork.#closed = true;
            fork.#channel = undefined;
          },
        };
      },
    });
  }

  /** For the engine; use {@link Engine.connect}. */
  constructor(context: EngineContext, channel: Channel, options: ExecutionOptions) {
    this.#context = context;
    this.#channel = channel;
    this.#options = options;
  }

  /** Whether `close()` was called. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Whether a transaction is open, or will be with the next statement. */
  get inTransaction(): boolean {
    return this.#channel?.inTransaction ?? false;
  }

  /**
   * Whether the connection to the server was lost. In a transaction, `rollback()` makes it usable again; without one,
   * the next statement takes a new connection by itself.
   */
  get invalidated(): boolean {
    return this.#channel?.lost !== undefined;
  }

  /**
   * Sets options for what follows on this connection, and returns it. Those about transactions
   * apply from the next one on.
   *
   * @throws {ArgumentError} an option's value is not valid
   * @throws {TransactionStateError} a transaction is open, and its options cannot be changed any more
   */
  executionOptions(options: ExecutionOptions): this {
    checkBeginOptions({ ...this.#options, ...options });
    checkLimits(options);
    const { timeout: _timeout, signal: _signal, ...begin } = options;
    if (this.inTransaction && Object.values(begin).some((value) => value !== undefined)) {
      throw new TransactionStateError(
        "A transaction is open on this connection, and its options cannot be changed: set them before the first " +
          "statement, or commit or roll back first",
      );
    }
    this.#options = { ...this.#options, ...options };
    return this;
  }

  /**
   * Runs a statement and reads all of its rows.
   *
   * @param statement `text()`, an `sql` template, or a statement of the expression language
   * @param parameters values for named parameters; an array runs the statement once for each (executemany), pipelined.
   *   For `insert(t)` and `upsert(t)` without values, an array of rows
   * @param options timeout and signal of this execution, before those of the connection; `onProgress`, for many rows
   * @throws {DatabaseError} what the server answered, by SQLSTATE
   * @throws {ConnectionLostError} the connection was lost; in a transaction, nothing of it was committed
   * @throws {TransactionStateError} the connection was lost in this transaction, and `rollback()` not called yet
   */
  async execute<Row>(
    statement: Executable<Row>,
    parameters?: Parameters,
    options?: ExecuteOptions,
  ): Promise<Result<Row>> {
    const current = this.#channel;
    const channel = current !== undefined && !this.#mustReplace(current) ? current : await this.#open();
    this.#assertUsable(channel);
    if (options !== undefined) checkExecution(options);
    const bounds = mergeLimits(options, this.#options);
    const pieces = compilePiecesFor(channel, this.#context, statement, parameters);
    if (pieces !== undefined) {
      this.#autobegin(channel);
      return within(channel, bounds, () => executePieces<Row>(channel, this.#context, pieces, options?.onProgress));
    }
    if (Array.isArray(parameters)) {
      const all = (parameters as readonly NamedParameters[]).map((each) => this.#compile(channel, statement, each));
      this.#autobegin(channel);
      return within(channel, bounds, () => executeMany<Row>(channel, this.#context, all));
    }
    const compiled = this.#compile(channel, statement, parameters as NamedParameters | undefined);
    this.#autobegin(channel);
    const work = (): Promise<Result<Row>> => executeOne<Row>(channel, this.#context, compiled);
    const running =
      bounds.timeout === undefined && bounds.signal === undefined ? work() : within(channel, bounds, work);
    const onProgress = options?.onProgress;
    if (onProgress === undefined) return running;
    const result = await running;
    reportProgress(onProgress, { rows: result.rowCount ?? 0, total: result.rowCount ?? undefined });
    return result;
  }

  /**
   * Copies rows into a table by COPY FROM STDIN, the quickest way for very many. They are sent as fast as the server
   * takes them, with constant memory; while they are, the connection does nothing else.
   *
   * What the rows throw ends the copy, and is thrown; as after any error, the transaction can only be rolled back.
   * COPY cannot change rows that exist already, and returns none.
   *
   * @param target the table
   * @param rows an iterable or async iterable of rows: values by the keys of their columns, no expressions
   * @returns how many rows were copied
   * @throws {ArgumentError} a row lacks a column, or has another one
   * @throws {DataError} a column's type cannot hold a value; the message has the number of the row
   * @throws {DatabaseError} what the server answered
   * @throws {NotSupportedError} the driver cannot copy
   *
   * @example
   * ```ts
   * const count = await conn.copyFrom(accounts, readLines(), { onProgress: ({ rows }) => console.log(rows) });
   * ```
   */
  async copyFrom<N extends string, C extends Definitions>(
    target: Target<N, C>,
    rows: Iterable<TableInsert<C>> | AsyncIterable<TableInsert<C>>,
    options: CopyOptions = {},
  ): Promise<number> {
    checkExecution(options);
    checkCopy(rows, options);
    const channel = await this.#open();
    this.#assertUsable(channel);
    this.#autobegin(channel);
    return copyRows(channel, this.#context, { target, rows, options, limits: mergeLimits(options, this.#options) });
  }

  /** Runs a statement and returns the first column of its first row; null when there is none. */
  async scalar<Row>(
    statement: Executable<Row>,
    parameters?: NamedParameters,
    limits?: Limits,
  ): Promise<ScalarOf<Row> | null> {
    return (await this.execute(statement, parameters, limits)).scalar();
  }

  /**
   * Queues a write whose answer is not needed: it travels with the next statement, or with the commit,
   * and costs no turn. If it fails, that statement or the commit raises its error, with the place of this call.
   *
   * @throws {ArgumentError} the parameters do not fit
   * @throws {TransactionStateError} the connection has isolationLevel "AUTOCOMMIT": there is no commit to travel with
   */
  defer(statement: Executable, parameters?: NamedParameters): void {
    const channel = this.#channel;
    if (this.#closed) throw this.#closedError();
    if (channel === undefined || this.#mustReplace(channel)) throw notConnected();
    this.#assertUsable(channel);
    if (!channel.inTransaction && this.#options.isolationLevel === "AUTOCOMMIT") throw noTransactions();
    const compiled = this.#compile(channel, statement, parameters);
    this.#autobegin(channel);
    channel.queue(deferred(compiled, new Error("deferred here")));
  }

  /**
   * Reads rows one by one with constant memory. While the loop runs, the connection is busy.
   *
   * @example
   * ```ts
   * for await (const row of conn.stream(statement, { batchSize: 1000 })) { ... }
   * ```
   */
  stream<Row>(
    statement: Executable<Row>,
    options: ConnectionStreamOptions & { parameters?: NamedParameters } = {},
  ): RowStream<Row> {
    const { batchSize = 1000, parameters, ...limits } = options;
    if (!Number.isSafeInteger(batchSize) || batchSize < 1) {
      throw new ArgumentError(`batchSize takes a positive integer; got ${JSON.stringify(batchSize)}`);
    }
    checkLimits(limits);
    return new RowStream<Row>(async () => {
      const channel = await this.#open();
      this.#assertUsable(channel);
      const compiled = this.#compile(channel, statement, parameters);
      this.#autobegin(channel);
      return { channel, context: this.#context, compiled, limits: mergeLimits(limits, this.#options) };
    }, batchSize);
  }

  /**
   * Begins a transaction; nothing is sent before its first statement. With a callback, the transaction
   * is committed when it is done, and rolled back when it throws.
   *
   * @throws {TransactionStateError} a transaction is open already, perhaps begun by the first statement
   */
  begin(): Promise<Transaction>;
  begin<T>(work: (connection: this) => Promise<T>): Promise<T>;
  async begin<T>(work?: (connection: this) => Promise<T>): Promise<T | Transaction> {
    this.#refuseIfManaged("begin()");
    const channel = await this.#open();
    this.#assertUsable(channel);
    if (channel.inTransaction) {
      throw new TransactionStateError(
        "A transaction is open on this connection already (the first statement begins one): commit or roll back " +
          "first, or use beginNested()",
      );
    }
    if (this.#options.isolationLevel === "AUTOCOMMIT") throw noTransactions();
    channel.begin(this.#options);
    const transaction = new Transaction(this, channel);
    return work === undefined ? transaction : transaction.run(() => work(this));
  }

  /**
   * Begins a nested transaction, a savepoint; and the outer one where there is none. Nothing is sent before its
   * first statement. With a callback, it is released at the end, and rolled back when it throws.
   */
  beginNested(): Promise<NestedTransaction>;
  beginNested<T>(work: (connection: this) => Promise<T>): Promise<T>;
  async beginNested<T>(work?: (connection: this) => Promise<T>): Promise<T | NestedTransaction> {
    const channel = await this.#open();
    this.#assertUsable(channel);
    if (!channel.inTransaction && this.#options.isolationLevel === "AUTOCOMMIT") throw noTransactions();
    this.#autobegin(channel);
    const nested = new NestedTransaction(channel);
    return work === undefined ? nested : nested.run(() => work(this));
  }

  /**
   * Commits the transaction. Without one, nothing happens; neither when no statement was run in it.
   *
   * @throws {SerializationError} a conflict: nothing was committed, the transaction has to be run again
   * @throws {AmbiguousCommitError} the connection was lost while the commit was under way
   * @throws {TransactionStateError} the transaction was aborted by an earlier error, so it was rolled back
   */
  async commit(): Promise<void> {
    this.#refuseIfManaged("commit()");
    const channel = this.#channel;
    if (channel === undefined || this.#closed || !needsEnd(channel)) return;
    channel.assertFree();
    const cause = channel.failure;
    let tag: string | undefined;
    try {
      tag = await channel.finish("COMMIT");
    } catch (error) {
      await channel.rollback();
      throw error;
    }
    if (tag === "ROLLBACK") {
      channel.announce("rollback");
      throw new TransactionStateError(
        "The transaction was not committed but rolled back, because a statement in it had failed",
        { cause },
      );
    }
    if (tag !== undefined) channel.log("COMMIT");
    channel.announce("commit");
  }

  /** Rolls the transaction back. After the connection was lost, makes it usable again. Without either, nothing happens. */
  async rollback(): Promise<void> {
    this.#refuseIfManaged("rollback()");
    const channel = this.#channel;
    if (channel === undefined || this.#closed) return;
    channel.assertFree();
    const needed = needsEnd(channel);
    await channel.rollback();
    if (channel.lost !== undefined) this.#channel = undefined;
    if (needed) channel.announce("rollback");
  }

  /** Rolls back what is not committed and gives the connection back to the pool. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#refuseIfManaged("close()");
    this.#closed = true;
    const channel = this.#channel;
    this.#channel = undefined;
    if (channel === undefined) return;
    if (channel.begun && channel.lost === undefined) {
      channel.log("ROLLBACK");
      channel.announce("rollback");
    }
    // The pool rolls back what is open, in one turn with the release.
    await channel.release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #compile(channel: Channel, statement: Executable, parameters: NamedParameters | undefined): CompiledStatement {
    const compiled = compileFor(channel, this.#context, statement, parameters, this.#lockReads);
    if (this.#managed && compiled.shape.transactionControl === true) {
      throw new TransactionStateError(
        "runTransaction begins, commits and rolls back the transaction itself: its callback may not do so in SQL. " +
          `Nothing was sent of: ${compiled.shape.sql}`,
      );
    }
    return compiled;
  }

  #autobegin(channel: Channel): void {
    if (this.#managed && !channel.inTransaction) throw endedByServer();
    if (channel.inTransaction || this.#options.isolationLevel === "AUTOCOMMIT") return;
    channel.begin(this.#options);
  }

  async #open(): Promise<Channel> {
    if (this.#closed) throw this.#closedError();
    const current = this.#channel;
    if (current !== undefined) {
      if (!this.#mustReplace(current)) return current;
      this.#channel = undefined;
      await current.release();
    }
    const pooled = await this.#context.pool.acquire({ signal: this.#options.signal });
    if (this.#closed) {
      await pooled.release();
      throw this.#closedError();
    }
    // Two statements may have asked at once; one connection serves both.
    const other = this.#channel;
    if (other !== undefined) {
      await pooled.release();
      return other;
    }
    return (this.#channel = new Channel(pooled, this.#context));
  }

  /** Where no transaction is lost with it, a connection that is gone is replaced without a word. */
  #mustReplace(channel: Channel): boolean {
    return !this.#pinned && channel.spent;
  }

  #assertUsable(channel: Channel): void {
    if (channel.lost === undefined) return;
    throw new TransactionStateError(
      "The connection to the server was lost, and with it the transaction: call rollback() to go on with a new one",
      { cause: channel.lost },
    );
  }

  #closedError(): TransactionStateError {
    return this.#attemptOver ? attemptOver() : closedError();
  }

  #refuseIfManaged(what: string): void {
    if (!this.#managed) return;
    throw new TransactionStateError(
      `runTransaction begins, commits and rolls back the transaction itself: its callback may not call ${what}. ` +
        "Return to commit, throw to roll back",
    );
  }
}

function checkExecution(options: ExecuteOptions): void {
  checkLimits(options);
  checkProgress(options.onProgress);
}

/** Whether there is something to commit or roll back. */
function needsEnd(channel: Channel): boolean {
  return channel.inTransaction || channel.driver.transactionStatus !== "I" || channel.lost !== undefined;
}
