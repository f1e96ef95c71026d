import type { DriverFailure } from "../drivers/driver.ts";
import {
  AmbiguousCommitError,
  ConnectionLostError,
  type DatabaseError,
  fromServerError,
  InterfaceError,
  type StatementContext,
  TegmenError,
} from "../errors/index.ts";

/** What was at stake when a batch failed. */
export type Stake =
  /** A statement of a transaction: with the connection, the transaction is gone for certain. */
  | "transaction"
  /** A statement that commits by itself and may have written something. */
  | "autocommit"
  /** COMMIT, or RELEASE of the restart savepoint. */
  | "commit";

/** The error that a failed statement raises. */
export function failureToError(failure: DriverFailure, stake: Stake, context: StatementContext): Error {
  switch (failure.kind) {
    case "client":
      return failure.cause instanceof TegmenError
        ? failure.cause
        : new InterfaceError(failure.cause.message, { ...context, cause: failure.cause });
    case "lost":
      return lost(failure, stake, context);
    case "server": {
      const error = fromServerError(failure.fields, { ...context, cause: failure.cause });
      if (stake === "commit" && !tellsThatNothingWasCommitted(error)) return ambiguous(error.message, error, context);
      return error;
    }
  }
}

/** Whether the connection is of no use after this failure. */
export function endsConnection(failure: DriverFailure): boolean {
  if (failure.kind !== "server") return failure.kind === "lost";
  return isShutdown(failure) || failure.fields.severity === "FATAL" || failure.fields.severity === "PANIC";
}

/** The server is going away, and every other connection to it with it. */
export function isShutdown(failure: DriverFailure): boolean {
  return failure.kind === "server" && (failure.fields.code === "57P01" || failure.fields.code === "57P02");
}

function lost(failure: DriverFailure & { kind: "lost" }, stake: Stake, context: StatementContext): Error {
  const options = { ...context, cause: failure.cause, connectionInvalidated: true };
  const what = `The connection to the server was lost: ${failure.cause.message}`;
  if (!failure.sent) return new ConnectionLostError(`${what}. The statement was not sent.`, options);
  if (stake === "transaction") {
    return new ConnectionLostError(`${what}. The transaction was not committed; it can be run again.`, options);
  }
  return ambiguous(what, failure.cause, { ...context, connectionInvalidated: true });
}

function ambiguous(what: string, cause: Error, context: StatementContext): AmbiguousCommitError {
  return new AmbiguousCommitError(
    `${what}\nIt is not known whether the transaction was committed. Look at the data before doing the work again, ` +
      "or make it idempotent and say so (runTransaction's option `idempotent`).",
    { ...context, code: "40003", cause },
  );
}

/**
 * Answers to COMMIT or RELEASE after which nothing has been committed, or (XXA00)
 * all that could be: conflicts, violated constraints, a transaction that was
 * aborted before. Anything else may have come after the commit.
 */
function tellsThatNothingWasCommitted(error: DatabaseError): boolean {
  const code = error.code ?? "";
  if (code === "40003") return false;
  return code === "CR000" || code === "XXA00" || code === "3B001" || /^(?:23|25|40|42)/.test(code);
}
