import { type BeginOptions, checkBeginOptions } from "../engine/begin.ts";
import { ArgumentError } from "../errors/index.ts";
import { didYouMean } from "../text/did-you-mean.ts";

/** What `onRetry` is told. */
export interface RetryEvent {
  /** The attempt that failed, counted from 1. */
  readonly attempt: number;
  /** Why it is run again. */
  readonly error: unknown;
  /** Milliseconds until then. */
  readonly delay: number;
}

/** Options of {@link runTransaction}. Times are milliseconds. */
export interface RunTransactionOptions extends BeginOptions {
  /** How many times a failed attempt is run again; null for no limit. Default 50. */
  readonly maxRetries?: number | null | undefined;
  /** The longest first delay; each further one may be twice as long. The delay is a random part of that. Default 10. */
  readonly baseBackoff?: number | undefined;
  /** The longest delay. Default 2000. */
  readonly maxBackoff?: number | undefined;
  /** When to give up: no attempt is begun after it, and a statement that still runs is cancelled. */
  readonly deadline?: Date | undefined;
  /** Aborting it cancels what runs and rejects with its reason; a commit under way is not interrupted. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Use CockroachDB's retry protocol (`SAVEPOINT cockroach_restart`), by which a transaction keeps its priority
   * from attempt to attempt. Default true; false begins a new transaction for each attempt, as does a server that
   * is not CockroachDB, and READ COMMITTED.
   */
  readonly useCockroachRestart?: boolean | undefined;
  /**
   * Lock what is read: a SELECT of the expression language, or of a Session, gets FOR UPDATE where it reads columns of
   * tables. Transactions that will write what they read then wait for each other as they read, instead of failing as
   * they write; those that only read are held up. Default false.
   */
  readonly lockReads?: boolean | undefined;
  /** The work does no harm when it is done twice: then it is run again even when it is not known whether it was committed. */
  readonly idempotent?: boolean | undefined;
  /** For tests: have the server (22.1 and later), or else tegmen, report a conflict in the first attempts. */
  readonly injectError?: boolean | undefined;
  /** Called, and awaited, before each further attempt. What it throws ends the retries. */
  readonly onRetry?: ((event: RetryEvent) => void | Promise<void>) | undefined;
}

const known: Readonly<Record<keyof RunTransactionOptions, true>> = {
  maxRetries: true,
  baseBackoff: true,
  maxBackoff: true,
  deadline: true,
  signal: true,
  isolationLevel: true,
  readOnly: true,
  priority: true,
  asOfSystemTime: true,
  useCockroachRestart: true,
  lockReads: true,
  idempotent: true,
  injectError: true,
  onRetry: true,
};

/** @throws {ArgumentError} naming the option that does not exist, or whose value cannot be used. */
export function checkRunTransactionOptions(options: RunTransactionOptions): void {
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(known, name)) {
      throw new ArgumentError(`runTransaction has no option "${name}": ${didYouMean(name, Object.keys(known))}`);
    }
  }
  checkBeginOptions(options);
  const { maxRetries, baseBackoff, maxBackoff, deadline, isolationLevel, lockReads } = options;
  if (isolationLevel === "AUTOCOMMIT") {
    throw new ArgumentError('runTransaction needs a transaction, and isolationLevel "AUTOCOMMIT" is none');
  }
  if (lockReads !== undefined && typeof lockReads !== "boolean") {
    throw new ArgumentError(`lockReads takes true or false; got ${JSON.stringify(lockReads)}`);
  }
  if (lockReads === true && (options.readOnly === true || options.asOfSystemTime !== undefined)) {
    throw new ArgumentError("lockReads locks rows to be written, and readOnly and asOfSystemTime allow no writes");
  }
  if (maxRetries !== undefined && maxRetries !== null && !(Number.isInteger(maxRetries) && maxRetries >= 0)) {
    throw new ArgumentError(`maxRetries takes a whole number, or null for no limit; got ${JSON.stringify(maxRetries)}`);
  }
  for (const [name, value] of Object.entries({ baseBackoff, maxBackoff })) {
    if (value !== undefined && !(typeof value === "number" && value >= 0 && Number.isFinite(value))) {
      throw new ArgumentError(`${name} takes milliseconds; got ${JSON.stringify(value)}`);
    }
  }
  if (deadline !== undefined && !(deadline instanceof Date && !Number.isNaN(deadline.getTime()))) {
    throw new ArgumentError(`deadline takes a valid Date; got ${String(deadline)}`);
  }
}
