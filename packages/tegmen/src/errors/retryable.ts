import { MaxRetriesExceeded } from "./base.ts";
import { AmbiguousCommitError } from "./families.ts";

// Where libraries keep the error they wrap: the language's `cause`, AggregateError and SuppressedError, then
// TypeORM, Sequelize, MikroORM and older habits.
const links = [
  "cause",
  "errors",
  "suppressed",
  "error",
  "driverError",
  "original",
  "originalError",
  "parent",
  "previous",
] as const;

const codeNames = ["code", "sqlState", "sqlstate"] as const;

// XXUUU is CockroachDB's "uncategorized"; every other SQLSTATE has a digit. No SQLSTATE begins with E, as Node's
// codes do (EPIPE, E2BIG), or with P1 to P9, as Prisma's do.
const sqlStatePattern = /^(?:XXUUU|(?!E|P[1-9])(?=.*\d)[0-9A-Z]{5})$/;

/**
 * Finds the SQLSTATE of an error, however deeply other errors wrap it.
 *
 * @param error anything that was thrown
 * @returns the first SQLSTATE found from the outside in, or undefined
 *
 * @example
 * ```ts
 * sqlState(new Error("saving failed", { cause: uniqueViolation })); // "23505"
 * ```
 */
export function sqlState(error: unknown): string | undefined {
  for (const each of chain(error)) {
    const code = ownSqlState(each);
    if (code !== undefined) return code;
  }
  return undefined;
}

/**
 * Tells whether the transaction that ended with this error may be run again as it is: the server reported a
 * serialization conflict (SQLSTATE 40001, or CR000 of old servers), however deeply it is wrapped, by whatever
 * library. Never true when it is unknown whether the transaction was committed ({@link AmbiguousCommitError}, 40003),
 * when it was committed but its schema change failed (XXA00), or when retrying was already given up
 * ({@link MaxRetriesExceeded}).
 *
 * @param error anything that was thrown
 * @returns whether to retry
 *
 * @example
 * ```ts
 * catch (error) {
 *   if (isRetryable(error)) continue;
 *   throw error;
 * }
 * ```
 */
export function isRetryable(error: unknown): boolean {
  let retryable = false;
  for (const each of chain(error)) {
    if (each instanceof AmbiguousCommitError || each instanceof MaxRetriesExceeded) return false;
    const code = ownSqlState(each);
    if (code === "40003" || code === "XXA00") return false;
    if (code === "40001" || code === "CR000") retryable = true;
  }
  return retryable;
}

/** The error and all errors it wraps, breadth first, each once. */
function* chain(error: unknown): Generator<object> {
  const queue: unknown[] = [error];
  const seen = new Set<object>();
  // An array grows while it is walked; the walk sees what was added.
  for (const each of queue) {
    if (typeof each !== "object" || each === null || seen.has(each)) continue;
    seen.add(each);
    yield each;
    for (const link of links) {
      const inner = read(each, link);
      if (Array.isArray(inner)) queue.push(...(inner as unknown[]));
      else if (inner !== undefined) queue.push(inner);
    }
  }
}

function ownSqlState(error: object): string | undefined {
  for (const name of codeNames) {
    const code = read(error, name);
    if (typeof code === "string" && sqlStatePattern.test(code)) return code;
  }
  return undefined;
}

/** Reads a property of an object of unknown making: a getter may throw. */
function read(object: object, name: string): unknown {
  try {
    return Reflect.get(object, name);
  } catch {
    return undefined;
  }
}
