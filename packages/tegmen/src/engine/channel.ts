import type { BatchOutcome, DriverConnection, DriverFailure, DriverStatement } from "../drivers/driver.ts";
import { InvalidRequestError, TransactionStateError } from "../errors/index.ts";
import type { PooledConnection } from "../pool/index.ts";
import { beginSql, type BeginOptions, mayFailToBegin } from "./begin.ts";
import { type ConnectionMemory, type EngineContext, memoryOf } from "./context.ts";
import { endsConnection, failureToError, isShutdown, type Stake } from "./failure.ts";
import { hideValues } from "./hide-values.ts";
import { logStatement } from "./logger.ts";
import { control, deferredError, type Queued } from "./queued.ts";

/**
 * One server connection while it is checked out: what is queued to travel with
 * the next statement, how the transaction stands, and what went wrong in it.
 * BEGIN and SAVEPOINT are only ever queued, so that they cost no turn.
 */
export class Channel {
  readonly pooled: PooledConnection;
  readonly driver: DriverConnection;
  readonly memory: ConnectionMemory;
  readonly #context: EngineContext;
  #queue: Queued[] = [];
  /** A transaction is open or about to be. */
  inTransaction = false;
  /** Its BEGIN was sent. */
  #begun = false;
  /** Nothing may be sent before this settles: the answer to a BEGIN that can fail. */
  #gate: Promise<unknown> | undefined;
  /** Counts the transactions and their fresh starts: a late answer is not to be blamed on what came after. */
  epoch = 0;
  /** The transaction that the server ended by itself: a schema change commits it. */
  endedByServer = -1;
  /** The first failure since the transaction began, or since it was rolled back to a savepoint. */
  failure: Error | undefined;
  /** The connection is gone. */
  lost: Error | undefined;
  #cancelled = false;
  #cancelDelivered: Promise<void> | undefined;
  #streaming = false;
  #savepoints = 0;

  constructor(pooled: PooledConnection, context: EngineContext) {
    this.pooled = pooled;
    this.driver = pooled.driver;
    this.memory = memoryOf(pooled);
    this.#context = context;
  }

  /** Whether the server knows of the transaction. */
  get begun(): boolean {
    return this.#begun;
  }

  /** Whether statements that do work are waiting to be sent. */
  get hasDeferred(): boolean {
    return this.#queue.some((queued) => !queued.control);
  }

  /** Begins a transaction with the next statement. */
  begin(options: BeginOptions, before: readonly Queued[] = []): void {
    this.inTransaction = true;
    this.epoch++;
    this.failure = undefined;
    this.#queue.push(...before, { ...control(beginSql(options)), event: "begin" });
    if (mayFailToBegin(options) || before.length > 0) this.#gate = gateToCome;
  }

  /** Has a statement travel with the next one. */
  queue(queued: Queued): void {
    this.#queue.push(queued);
  }

  /** A number for the next savepoint, so that names are not used twice. */
  nextSavepoint(): number {
    return ++this.#savepoints;
  }

  /** Forgets what was queued and never sent. */
  dropQueue(): void {
    if (this.#queue.length > 0) this.#queue = [];
    this.#gate = undefined;
  }

  /**
   * Sends a statement, and what is queued before it. Everything up to the write to the
   * socket happens at once, so that statements started together share a turn.
   *
   * @returns the driver's answer about the statement alone; failures of queued ones are thrown
   */
  send(statement: DriverStatement, values: readonly unknown[], stake: Stake): Promise<BatchOutcome> {
    return this.#pass([statement], [values], stake);
  }

  /** Sends several statements behind one Sync; like {@link send}. */
  sendAll(statements: readonly DriverStatement[], values: readonly (readonly unknown[])[]): Promise<BatchOutcome> {
    return this.#pass(statements, values, this.inTransaction ? "transaction" : "autocommit");
  }

  #pass(
    statements: readonly DriverStatement[],
    values: readonly (readonly unknown[])[],
    stake: Stake,
  ): Promise<BatchOutcome> {
    if (this.#gate === undefined || this.#gate === gateToCome) return this.#dispatch(statements, values, stake);
    return this.#passGate().then(() => this.#dispatch(statements, values, stake));
  }

  /** Waits until the server has begun the transaction. Without one, a statement would commit by itself. */
  async #passGate(): Promise<void> {
    const { epoch } = this;
    await this.#gate;
    if (this.inTransaction && this.epoch === epoch) return;
    throw new TransactionStateError(
      "The transaction that this statement was to be part of did not begin, or has ended",
      {
        cause: this.failure,
      },
    );
  }

  /** Sends what is queued, for its own sake. */
  async flush(): Promise<void> {
    if (this.#queue.length > 0) await this.sendAll([], []);
  }

  async #dispatch(
    statements: readonly DriverStatement[],
    values: readonly (readonly unknown[])[],
    stake: Stake,
  ): Promise<BatchOutcome> {
    if (this.lost !== undefined) throw this.lost;
    if (this.#streaming) throw busyStreaming();
    const { epoch } = this;
    // While this is under way, others may be queued for what comes next.
    const queued = this.#queue.length > 0 ? this.#queue : noQueued;
    const opensGate = this.#gate === gateToCome;
    let batch = statements;
    if (queued.length > 0) {
      this.#queue = [];
      batch = [...queued, ...statements];
      if (this.inTransaction) this.#begun = true;
    }
    const sending = this.driver.run(batch);
    if (opensGate) this.#gate = sending;
    const outcome = await sending;
    if (opensGate) this.#gate = undefined;
    if (queued.length > 0) this.#announce(queued, outcome);
    const { failure } = outcome;
    // DDL may have committed the transaction (autocommit_before_ddl), or BEGIN have failed; the server knows best.
    const ended = epoch === this.epoch && this.#begun && !this.driver.isBusy && this.driver.transactionStatus === "I";
    if (failure === undefined) {
      if (ended && stake !== "commit") this.#endedByServer();
      return queued.length > 0 ? { results: outcome.results.slice(queued.length) } : outcome;
    }
    if (stake === "commit" && failure.kind === "lost" && outcome.results.length === batch.length) {
      // The answer to the commit came, and only the end of the exchange did not.
      this.fail(failure, "transaction", undefined, noValues);
      return { results: outcome.results.slice(queued.length) };
    }
    // What comes with the end of the batch, after all answers, is the last statement's.
    const index = Math.min(failure.index, batch.length - 1);
    const blamed = queued[index];
    const sql = blamed?.sql ?? statements[index - queued.length]?.sql;
    // Statements deferred before a COMMIT were not committed by it: a batch stops at its first failure.
    const staked = blamed !== undefined && failure.kind === "server" ? "transaction" : stake;
    const error = this.fail(failure, staked, sql, blamed?.values ?? values[index - queued.length] ?? noValues, epoch);
    if (ended && stake !== "commit" && this.lost === undefined && failure.kind === "server") {
      if (queued.some(({ event }, at) => event === "begin" && at >= index)) this.#forget();
      else this.#endedByServer();
    }
    throw blamed?.place === undefined ? error : deferredError(error, blamed.place);
  }

  /** Makes the error of a failure, and remembers what it means for the transaction and the connection. */
  fail(
    failure: DriverFailure,
    stake: Stake,
    sql: string | undefined,
    values: readonly unknown[],
    epoch: number = this.epoch,
  ): Error {
    const { events, hideParameters, logger } = this.#context;
    const ended = endsConnection(failure);
    const error = failureToError(hideParameters ? hideValues(failure, values) : failure, stake, {
      sql,
      parameters: hideParameters ? undefined : values,
      hideParameters,
      ...(ended && { connectionInvalidated: true }),
    });
    if (failure.kind !== "client" && epoch === this.epoch) this.failure ??= error;
    if (ended) {
      this.lost ??= error;
      if (isShutdown(failure)) this.#context.pool.invalidateAll(error);
      this.pooled.invalidate(error);
    }
    if (logger !== undefined && sql !== undefined) {
      logStatement(logger, { connection: this.pooled.id, sql, values, hideParameters, error });
    }
    if (events.has("error")) {
      events.emit("error", { sql, parameters: hideParameters ? undefined : values, connection: this.pooled.id, error });
    }
    return error;
  }

  /**
   * Ends the transaction by this statement (COMMIT, or RELEASE of the restart savepoint).
   * Nothing is sent when nothing was: an untouched transaction needs no end.
   *
   * @returns the command tag; undefined when nothing was sent
   * @throws what the server answered; AmbiguousCommitError when it is not known what became of the commit
   */
  async finish(sql: "COMMIT" | `RELEASE SAVEPOINT ${string}`): Promise<string | undefined> {
    // The user may have begun it in SQL.
    const open = this.#begun || this.driver.transactionStatus !== "I";
    if (!open && !this.hasDeferred) {
      this.dropQueue();
      this.#transactionEnded();
      return undefined;
    }
    const tag = await this.#end(sql);
    if (sql === "COMMIT") this.#transactionEnded();
    return tag;
  }

  async #end(sql: string): Promise<string | undefined> {
    const { results } = await this.send({ sql, parameters: noValues, prepare: false }, noValues, "commit");
    return results[0]?.tag;
  }

  /** Rolls back what the server knows of, and forgets the rest. */
  async rollback(): Promise<void> {
    this.dropQueue();
    const open = this.lost === undefined && (this.#begun || this.driver.transactionStatus !== "I");
    const failed = this.failure;
    this.#transactionEnded();
    if (!open) return;
    // After a failed COMMIT there is nothing left to roll back, and saying so would hide why it failed.
    if (!this.driver.isBusy && this.driver.transactionStatus === "I") return;
    const { failure } = await this.driver.run([control("ROLLBACK")]);
    this.log("ROLLBACK");
    if (failure === undefined || (failure.kind === "server" && !endsConnection(failure))) return;
    const error = this.fail(failure, "transaction", "ROLLBACK", []);
    // With the connection the transaction is gone too, which is what was asked for.
    if (failed === undefined && failure.kind === "client") throw error;
  }

  #endedByServer(): void {
    this.endedByServer = this.epoch;
    this.#forget();
  }

  #forget(): void {
    this.inTransaction = false;
    this.#begun = false;
  }

  /** The transaction is over; the next statement begins another. */
  #transactionEnded(): void {
    this.#forget();
    this.failure = undefined;
  }

  /** Goes back to a savepoint that keeps the transaction alive: with the next statement, or with {@link flush}. */
  restart(savepoint: string): void {
    this.dropQueue();
    this.epoch++;
    this.failure = undefined;
    this.#queue.push({ ...control(`ROLLBACK TO SAVEPOINT ${savepoint}`), event: "rollback", savepoint });
  }

  /**
   * Closes a transaction that RELEASE has committed already. Nobody needs to wait for it.
   * @returns when the connection is idle. Never rejects.
   */
  async closeCommitted(after: readonly Queued[]): Promise<void> {
    this.#transactionEnded();
    const { failure } = await this.driver.run([control("COMMIT"), ...after]);
    if (failure !== undefined && endsConnection(failure)) this.fail(failure, "transaction", "COMMIT", []);
  }

  /**
   * Runs COPY ... FROM STDIN, for which the connection is busy until it is done.
   *
   * @throws what the server answered, or the chunks threw
   */
  async copyIn(sql: string, chunks: AsyncIterable<string>): Promise<void> {
    const flushed = this.flush();
    // What fails before it is told in its turn; only behind a gate it may not be sent yet.
    flushed.catch(() => {});
    if (this.#gate !== undefined) await flushed;
    if (this.lost !== undefined) throw this.lost;
    this.assertFree();
    this.#streaming = true;
    const { failure } = await this.driver.copyIn!(sql, chunks).finally(() => {
      this.#streaming = false;
    });
    await flushed;
    if (failure === undefined) return;
    const error = this.fail(withLine(failure), "transaction", sql, noValues);
    this.failure ??= error;
    throw failure.kind === "client" ? failure.cause : error;
  }

  /** Blocks the connection while rows stream from it. */
  streaming(active: boolean): void {
    this.#streaming = active;
  }

  assertFree(): void {
    if (this.#streaming) throw busyStreaming();
  }

  /** Asks the server to stop what runs here. The connection is not lent again: the request may come late. */
  cancel(): void {
    this.#cancelled = true;
    this.#cancelDelivered = this.driver.cancel().catch(() => this.driver.destroy());
  }

  /** The driver has asked for a cancel that did not meet its statement. */
  cancelAtLarge(): void {
    this.#cancelled = true;
  }

  /** Outside of a transaction, a connection that is gone, or on which a cancel request may arrive late, is replaced. */
  get spent(): boolean {
    const { isBusy, isOpen } = this.driver;
    return !this.inTransaction && (this.lost !== undefined || !isOpen || (this.#cancelled && !isBusy));
  }

  /** Settles when the cancel request was delivered, so that it hardly meets a later statement of the transaction. */
  async cancelSettled(): Promise<void> {
    if (this.driver.isOpen) await this.#cancelDelivered;
  }

  /** The cancel request has met its statement. */
  cancelArrived(): void {
    this.#cancelled = false;
  }

  /** Gives the connection back to the pool, or drops it when somebody may still want to cancel on it. */
  release(): Promise<void> {
    this.dropQueue();
    if (this.#cancelled || this.#streaming) {
      this.pooled.invalidate(new InvalidRequestError("A cancel request or a stream was under way on the connection"));
    }
    return this.pooled.release();
  }

  /** Tells those who listen how the transaction ended. */
  announce(event: "commit" | "rollback"): void {
    const { events } = this.#context;
    if (events.has(event)) events.emit(event, { connection: this.pooled.id });
  }

  /** A statement in the log whose duration is not measured. */
  log(sql: string, values: readonly unknown[] = noValues): void {
    const { logger, hideParameters } = this.#context;
    if (logger !== undefined) logStatement(logger, { connection: this.pooled.id, sql, values, hideParameters });
  }

  /** Logs and announces queued statements that were sent. */
  #announce(queued: readonly Queued[], outcome: BatchOutcome): void {
    const { events } = this.#context;
    queued.slice(0, outcome.results.length).forEach(({ sql, values, event, savepoint }) => {
      this.log(sql, values);
      if (event !== undefined && events.has(event)) {
        events.emit(event, { sql, connection: this.pooled.id, savepoint });
      }
    });
  }
}

/** Stands for a gate that the next batch will be. */
const gateToCome: Promise<unknown> = Promise.resolve();

const noValues: readonly never[] = [];

const noQueued: readonly Queued[] = [];

/** The line of a COPY, where the server names it. */
function withLine(failure: DriverFailure): DriverFailure {
  if (failure.kind !== "server" || failure.fields.where === undefined) return failure;
  const { detail, where } = failure.fields;
  return { ...failure, fields: { ...failure.fields, detail: detail === undefined ? where : `${detail}\n${where}` } };
}

function busyStreaming(): InvalidRequestError {
  return new InvalidRequestError(
    "Rows are being streamed from this connection: read them to the end or leave the loop first, " +
      "or run the statement on another connection",
  );
}
