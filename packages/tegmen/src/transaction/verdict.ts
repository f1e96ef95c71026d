import type { Channel } from "../engine/channel.ts";
import {
  AmbiguousCommitError,
  ConnectError,
  ConnectionLostError,
  DatabaseError,
  isRetryable,
} from "../errors/index.ts";

/** What is to be done about a failed attempt. */
export type Verdict =
  /** The transaction can be started anew on its connection. */
  | "restart"
  /** A new transaction is needed, on a new connection where the old one was lost. */
  | "begin again"
  | "give up";

/**
 * Judges a failed attempt by what was thrown, and by what its connection has seen: a conflict
 * counts even when the callback swallowed it, or threw something else because of it.
 *
 * @param thrown what the callback, or the commit, threw
 * @param channel undefined when no connection could be had
 */
export function judge(thrown: unknown, channel: Channel | undefined, idempotent: boolean): Verdict {
  if (channel === undefined) return thrown instanceof ConnectError ? "begin again" : "give up";
  if (isIn(thrown, AmbiguousCommitError)) return idempotent ? "begin again" : "give up";
  if (channel.lost !== undefined) {
    // The connection was lost before the commit was sent, so nothing of this attempt is left.
    const because = isIn(thrown, ConnectionLostError) || isRetryable(thrown) || isIn(thrown, channel.lost);
    return because ? "begin again" : "give up";
  }
  if (isRetryable(thrown) || isRetryable(channel.failure)) return "restart";
  if (isStalePlan(thrown) || isStalePlan(channel.failure)) return "restart";
  return "give up";
}

/** A prepared statement no longer fits the schema, or is gone (26000); it is prepared anew the next time. */
function isStalePlan(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return false;
  return (
    error.code === "26000" ||
    (error.code === "0A000" && error.message.includes("cached plan must not change result type"))
  );
}

/** Whether an error is, or is caused by, another one: given itself, or by its class. */
function isIn(error: unknown, wanted: Error | (new (...args: never[]) => Error)): boolean {
  const seen = new Set<unknown>();
  for (let each = error; each instanceof Error && !seen.has(each); each = each.cause) {
    seen.add(each);
    if (typeof wanted === "function" ? each instanceof wanted : each === wanted) return true;
  }
  return false;
}
