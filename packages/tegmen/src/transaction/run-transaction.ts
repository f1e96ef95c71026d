import type { Channel } from "../engine/channel.ts";
import { Connection, type ConnectionInternals, internalsOf } from "../engine/connection.ts";
import { Engine } from "../engine/engine.ts";
import { mergeLimits } from "../engine/limits.ts";
import {
  AmbiguousCommitError,
  ArgumentError,
  MaxRetriesExceeded,
  SerializationError,
  TransactionStateError,
} from "../errors/index.ts";
import { backoff, sleep } from "./backoff.ts";
import { ChainTransaction } from "./chain-transaction.ts";
import { type Limit, limitOf } from "./limit.ts";
import { checkRunTransactionOptions, type RunTransactionOptions } from "./options.ts";
import { canInjectErrors, plainProtocol, restartProtocol, type TransactionProtocol } from "./protocol.ts";
import { isTransactor, type TransactionSource, type Transactor, transactorOf } from "./transactor.ts";
import { judge } from "./verdict.ts";

/**
 * The work of a transaction. It may be called several times, so it may have no effects but on its connection, or its
 * Session.
 */
export type TransactionWork<T, S = Connection> = (subject: S) => Promise<T> | T;

/**
 * Runs the work in a transaction, and runs it again when the transaction has to be: after a conflict (SQLSTATE
 * 40001), wherever it came up and however deeply it is wrapped, and after a connection that was lost before the
 * commit was sent. The transaction is committed when the work is done, and rolled back when it throws.
 *
 * The work may not commit or roll back itself. Called with a connection, or a Session, on which it already runs, it
 * joins the outer transaction.
 *
 * With a sessionmaker, the work gets a new Session for every attempt. With a Session, its objects go back to what they
 * were before each further attempt. What is left to be written at the end travels with the commit.
 *
 * See docs/transactions.md for the state machine.
 *
 * @param transactor an engine: the connection is taken from its pool; or a connection without a transaction; or a
 *   sessionmaker, or a Session without a transaction and without changes
 * @param work gets the connection, or the Session; what it returns is the result
 * @throws {MaxRetriesExceeded} with the last conflict as its cause
 * @throws {AmbiguousCommitError} it is not known whether the transaction was committed; never retried unless `idempotent`
 * @throws {TransactionStateError} the connection has a transaction already
 * @throws whatever the work throws
 *
 * sqlalchemy-cockroachdb: `run_transaction`. CockroachDB: "Transaction retry error handling".
 *
 * @example
 * ```ts
 * await runTransaction(engine, async (conn) => {
 *   const from = await conn.scalar(sql`SELECT balance FROM accounts WHERE id = ${a}`);
 *   conn.defer(sql`UPDATE accounts SET balance = balance - ${amount} WHERE id = ${a}`);
 *   conn.defer(sql`UPDATE accounts SET balance = balance + ${amount} WHERE id = ${b}`);
 * });
 * ```
 */
export function runTransaction<T>(
  transactor: Engine | Connection,
  work: TransactionWork<ChainTransaction<T>>,
  options?: RunTransactionOptions,
): Promise<T[]>;
export function runTransaction<T>(
  transactor: Engine | Connection,
  work: TransactionWork<T>,
  options?: RunTransactionOptions,
): Promise<T>;
export function runTransaction<T, S>(
  transactor: Transactor<S>,
  work: TransactionWork<ChainTransaction<T, S>, S>,
  options?: RunTransactionOptions,
): Promise<T[]>;
export function runTransaction<T, S>(
  transactor: Transactor<S>,
  work: TransactionWork<T, S>,
  options?: RunTransactionOptions,
): Promise<T>;
export async function runTransaction(
  transactor: unknown,
  work: TransactionWork<unknown, never>,
  options: RunTransactionOptions = {},
): Promise<unknown> {
  checkRunTransactionOptions(options);
  if (typeof work !== "function") throw new ArgumentError("runTransaction takes a function as its second argument");
  const run = work as Work;
  if (isTransactor(transactor)) {
    const source = transactor[transactorOf];
    if (source.outer !== undefined) return runWork(source.outer, run);
    source.assertReady();
    return runOn(source.bind, { work: run, source }, options);
  }
  return runOn(transactor, { work: run, source: undefined }, options);
}

/** Work, and what it runs on if that is not a connection. */
interface Job {
  readonly work: Work;
  readonly source: TransactionSource<unknown> | undefined;
}

type Work = TransactionWork<unknown, unknown>;

async function runOn(bind: unknown, job: Job, options: RunTransactionOptions): Promise<unknown> {
  if (bind instanceof Engine) return runOnEngine(bind, job, options);
  if (!(bind instanceof Connection)) {
    throw new ArgumentError(
      "runTransaction takes an Engine, a Connection, a sessionmaker or a Session as its first argument",
    );
  }
  if (internalsOf(bind).managed) return join(bind, job);
  if (bind.inTransaction) {
    throw new TransactionStateError(
      "A transaction is open on this connection already, and runTransaction could not run it again from its " +
        "beginning: commit or roll back first, or call runTransaction with the engine",
    );
  }
  const limit = limitOf(options);
  try {
    return (await new RetryLoop(bind, job, options, limit).run()).value;
  } finally {
    limit.stop();
  }
}

async function runOnEngine(engine: Engine, job: Job, options: RunTransactionOptions): Promise<unknown> {
  const limit = limitOf(options);
  let closed: Promise<void> | undefined;
  let connection: Connection | undefined;
  try {
    connection = await engine.connect({ ...job.source?.options, signal: limit.signal });
    const outcome = await new RetryLoop(connection, job, options, limit).run();
    closed = outcome.closed;
    return outcome.value;
  } finally {
    // The work is committed: the caller need not wait until the connection is back in the pool.
    limit.stop();
    if (closed === undefined) await connection?.close();
    else void closed.then(() => connection?.close());
  }
}

async function runWork(subject: unknown, work: Work): Promise<unknown> {
  const result = await work(subject);
  return result instanceof ChainTransaction ? result.run(subject) : result;
}

/** Joins the transaction in which a connection is already. */
async function join(connection: Connection, { work, source }: Job): Promise<unknown> {
  if (source === undefined) return runWork(connection, work);
  const attempt = source.attempt(connection);
  try {
    const value = await runWork(attempt.subject, work);
    await attempt.finish(async () => {});
    return value;
  } catch (error) {
    await attempt.failed();
    throw error;
  } finally {
    await attempt.end();
  }
}

interface Outcome {
  readonly value: unknown;
  /** The connection is idle again. */
  readonly closed: Promise<void>;
}

/** One call of runTransaction: attempts until one is committed, or there is no use in another. */
class RetryLoop {
  readonly #internals: ConnectionInternals;
  readonly #job: Job;
  readonly #options: RunTransactionOptions;
  readonly #limit: Limit;
  #attempt = 0;
  /** An attempt of idempotent work that may have been committed: to give up later does not make it undone. */
  #ambiguous: AmbiguousCommitError | undefined;
  #injected = false;

  constructor(connection: Connection, job: Job, options: RunTransactionOptions, limit: Limit) {
    this.#internals = internalsOf(connection);
    this.#job = job;
    this.#options = options;
    this.#limit = limit;
  }

  async run(): Promise<Outcome> {
    const internals = this.#internals;
    const before = internals.options;
    internals.managed = true;
    const { signal } = this.#limit;
    internals.options = { ...before, ...mergeLimits({ signal }, before), ...this.#beginOptions() };
    try {
      for (let channel: Channel | undefined; ;) {
        this.#attempt++;
        try {
          signal?.throwIfAborted();
          channel ??= await this.#begin();
          return await this.#try(channel);
        } catch (error) {
          channel = await this.#recover(error, channel);
        }
      }
    } finally {
      internals.managed = false;
      internals.options = before;
    }
  }

  async #begin(): Promise<Channel> {
    const channel = await this.#internals.channel();
    const serverInjects = this.#options.injectError === true && this.#attempt === 1 && canInjectErrors(channel);
    this.#injected ||= serverInjects;
    this.#protocol(channel).begin(channel, this.#beginOptions(), serverInjects);
    return channel;
  }

  async #try(channel: Channel): Promise<Outcome> {
    const attempt = this.#internals.attempt(channel, this.#options.lockReads ?? false);
    const { work, source } = this.#job;
    const run = source?.attempt(attempt.connection);
    try {
      let value: unknown;
      try {
        value = await runWork(run?.subject ?? attempt.connection, work);
      } finally {
        // A branch of the callback that nobody awaits may not write into the next attempt, or after the commit. A
        // Session sees to that itself, and has still to write.
        if (run === undefined) attempt.end();
      }
      this.#assertCommittable(channel);
      let closed: Promise<void> | undefined;
      const commit = async (): Promise<void> => {
        ({ closed } = await this.#protocol(channel).commit(channel, this.#injected));
      };
      await (run === undefined ? commit() : run.finish(commit));
      return { value, closed: closed! };
    } catch (error) {
      await run?.failed();
      throw error;
    } finally {
      await run?.end();
      attempt.end();
    }
  }

  /** @throws what keeps the transaction from being committed */
  #assertCommittable(channel: Channel): void {
    if (this.#options.injectError === true && this.#attempt === 1 && !this.#injected) {
      throw new SerializationError("restart transaction: made up by runTransaction's option injectError", {
        code: "40001",
      });
    }
    if (!channel.inTransaction) {
      throw new TransactionStateError(
        "The server ended the transaction before runTransaction could: a schema change commits it " +
          "(autocommit_before_ddl). Run schema changes outside of runTransaction",
      );
    }
    // A failure that a savepoint has taken back, or will with the commit, is none.
    if (channel.driver.transactionStatus === "E" && !channel.driver.isBusy && channel.failure !== undefined) {
      throw new TransactionStateError(
        "A statement of the transaction failed, and the callback went on without it: nothing can be committed. " +
          "Let the error pass, or run the statement in beginNested()",
        { cause: channel.failure },
      );
    }
  }

  /**
   * Decides what follows a failed attempt, waits, and prepares the next one.
   * @returns the channel to go on with; undefined when the next attempt needs another connection
   * @throws what ends the retries
   */
  async #recover(error: unknown, channel: Channel | undefined): Promise<Channel | undefined> {
    const { idempotent = false } = this.#options;
    const verdict = this.#attempt === 1 && channel === undefined ? "give up" : judge(error, channel, idempotent);
    const { signal } = this.#limit;
    if (error instanceof AmbiguousCommitError) this.#ambiguous ??= error;
    if (verdict === "give up" || signal?.aborted === true) {
      await this.#rollback(channel);
      throw verdict === "give up" ? error : (this.#ambiguous ?? signal!.reason);
    }
    const delay = backoff(this.#options, this.#attempt, Math.random());
    try {
      this.#assertMore(error, channel, delay);
      await this.#announce(error, delay);
    } catch (end) {
      await this.#rollback(channel);
      throw this.#ambiguous ?? end;
    }
    const next = verdict === "restart" ? channel : undefined;
    if (next === undefined) await this.#rollback(channel);
    else this.#protocol(next).restart(next, this.#beginOptions());
    try {
      // What the failed attempt holds is given up at once, while we wait.
      const [, failed] = await Promise.all([
        sleep(delay, this.#limit.signal),
        next === undefined ? false : hasFailed(next),
      ]);
      return failed ? undefined : next;
    } catch (aborted) {
      // A server that does not even answer the fresh start is not waited for.
      if (next?.driver.isBusy === true) next.driver.destroy();
      else await this.#rollback(channel);
      throw this.#ambiguous ?? aborted;
    }
  }

  #assertMore(error: unknown, channel: Channel | undefined, delay: number): void {
    const { maxRetries = 50, deadline } = this.#options;
    const cause = channel?.failure ?? error;
    if (maxRetries !== null && this.#attempt > maxRetries) {
      throw new MaxRetriesExceeded(
        `The transaction failed ${this.#attempt} times, and maxRetries is ${maxRetries}. ` +
          "Make it shorter, have it touch fewer rows, or allow more retries",
        { cause },
      );
    }
    if (deadline !== undefined && Date.now() + delay >= deadline.getTime()) {
      throw new MaxRetriesExceeded(
        `The transaction failed ${this.#attempt} times, and its deadline leaves no time for another attempt`,
        { cause },
      );
    }
  }

  async #announce(error: unknown, delay: number): Promise<void> {
    const attempt = this.#attempt;
    await this.#options.onRetry?.({ attempt, error, delay });
    const { events } = this.#internals.context;
    if (events.has("retry")) events.emit("retry", { attempt, error, delay });
  }

  async #rollback(channel: Channel | undefined): Promise<void> {
    // What the transaction failed with says more than a failed rollback, after which the connection is dropped.
    const open = channel?.begun === true;
    await channel?.rollback().catch(() => {});
    if (open) channel.announce("rollback");
  }

  #protocol(channel: Channel): TransactionProtocol {
    const { useCockroachRestart = true } = this.#options;
    const plain =
      !useCockroachRestart ||
      this.#beginOptions().isolationLevel === "READ COMMITTED" ||
      !channel.memory.compile.version.isCockroach;
    return plain ? plainProtocol : restartProtocol;
  }

  #beginOptions(): RunTransactionOptions {
    const { isolationLevel, readOnly, priority, asOfSystemTime } = this.#options;
    const own = this.#internals.options;
    return {
      isolationLevel: isolationLevel ?? (own.isolationLevel === "AUTOCOMMIT" ? undefined : own.isolationLevel),
      readOnly: readOnly ?? own.readOnly,
      priority: priority ?? own.priority,
      asOfSystemTime: asOfSystemTime ?? own.asOfSystemTime,
    };
  }
}

/** Sends what starts the next attempt; tells whether that needs another connection, or at least another BEGIN. */
async function hasFailed(channel: Channel): Promise<boolean> {
  try {
    await channel.flush();
    return false;
  } catch {
    await channel.rollback();
    return true;
  }
}
