import { RETRY_HINT } from "./transaction-state.ts";
import type { SqlErrorFields } from "../rewrite/sql-error.ts";
import type { ErrorFields } from "../wire/messages.ts";

/** The fields of an error that the client is sent. */
export const sqlErrorFields = (error: SqlErrorFields): ErrorFields => ({
  code: error.code,
  message: error.message,
  detail: error.detail,
  hint: error.hint,
  schema: error.schema,
  table: error.table,
  column: error.column,
  constraint: error.constraint,
});

/** A conflict, in CockroachDB's words. */
export function retryError(message: string, atCommit: boolean): ErrorFields {
  if (message.startsWith("restart transaction: ")) return { code: "40001", message, hint: RETRY_HINT };
  const reason = atCommit
    ? "TransactionRetryError: retry txn (RETRY_SERIALIZABLE - failed preemptive refresh)"
    : "WriteTooOldError: write at an earlier timestamp is too old";
  return {
    code: "40001",
    message: `restart transaction: TransactionRetryWithProtoRefreshError: ${reason}: ${message}`,
    hint: atCommit ? `${RETRY_HINT}#retry_serializable` : RETRY_HINT,
  };
}
