import { AmbiguousCommitError, ArgumentError, QueryCanceledError } from "../errors/index.ts";
import type { Channel } from "./channel.ts";

/** How long a statement may run, and who may stop it. */
export interface Limits {
  /** Milliseconds after which the server is asked to cancel the statement. */
  readonly timeout?: number | undefined;
  /** Aborting it has the server cancel the statement; the promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** How long a cancelled statement may take to end before its connection is cut, in milliseconds. */
const cancelGrace = 5_000;

/** @throws {ArgumentError} the timeout is not a number of milliseconds. */
export function checkLimits({ timeout }: Limits): void {
  if (timeout !== undefined && !(typeof timeout === "number" && timeout > 0)) {
    throw new ArgumentError(`timeout takes milliseconds greater than 0; got ${JSON.stringify(timeout)}`);
  }
}

/** The limits of one execution, with those of its connection where it has none of its own. Either signal may end it. */
export function mergeLimits(own: Limits | undefined, connection: Limits): Limits {
  if (own === undefined) return connection;
  const { signal } = connection;
  if (own.signal === signal) return { timeout: own.timeout ?? connection.timeout, signal };
  return {
    timeout: own.timeout ?? connection.timeout,
    signal:
      own.signal !== undefined && signal !== undefined ? AbortSignal.any([own.signal, signal]) : (own.signal ?? signal),
  };
}

/**
 * Waits for a statement within limits: when one is reached, the server is asked to
 * cancel it, and if even that has no answer, the connection is cut.
 *
 * @param end what asks for the end
 * @throws the signal's reason
 * @throws {AmbiguousCommitError} the statement commits by itself, and its end was not to be learnt
 * @throws {QueryCanceledError} the timeout was reached
 */
export async function within<T>(
  channel: Channel,
  limits: Limits,
  work: () => Promise<T>,
  end: () => void = () => channel.cancel(),
): Promise<T> {
  const { timeout, signal } = limits;
  if (timeout === undefined && signal === undefined) return work();
  signal?.throwIfAborted();
  let reached: "timeout" | "signal" | undefined;
  let grace: NodeJS.Timeout | undefined;
  const stop = (why: "timeout" | "signal"): void => {
    if (reached !== undefined) return;
    reached = why;
    end();
    grace = setTimeout(() => channel.driver.destroy(), cancelGrace);
  };
  const onAbort = (): void => stop("signal");
  signal?.addEventListener("abort", onAbort, { once: true });
  const timer =
    timeout === undefined || timeout > 2_147_483_647 ? undefined : setTimeout(() => stop("timeout"), timeout);
  try {
    return await work();
  } catch (error) {
    if (error instanceof QueryCanceledError) channel.cancelArrived();
    // What may have been committed has to be told, whoever wanted it to end.
    if (error instanceof AmbiguousCommitError) throw error;
    if (reached === "signal") throw signal!.reason;
    if (reached === "timeout" && error instanceof QueryCanceledError) {
      throw new QueryCanceledError(`The statement was cancelled: it ran longer than its timeout of ${timeout} ms`, {
        code: error.code,
        sql: error.sql,
        parameters: error.parameters,
        cause: error,
      });
    }
    throw error;
  } finally {
    clearTimeout(timer);
    clearTimeout(grace);
    signal?.removeEventListener("abort", onAbort);
    if (reached !== undefined) await channel.cancelSettled();
  }
}
