import type { TransactionStatus } from "../driver.ts";
import { firstKeyword, transactionStatements } from "../../text/index.ts";

/**
 * What a statement means for those that are sent behind it before it is answered:
 *
 * - `begin`: BEGIN in a form that the server has no reason to refuse
 * - `control`: ends or begins the transaction, or would do something in an aborted one
 * - `rollback`: the same, and afterwards there is certainly no transaction
 * - `data`: reads or writes rows; in a transaction its failure aborts it
 * - `guarded`: not rows, but in a transaction its failure aborts it, too
 * - `other`: may do anything, such as commit the transaction before it runs (DDL)
 */
export type StatementEffect = "begin" | "control" | "rollback" | "data" | "guarded" | "other";

/** A transaction status, as far as one can tell before all answers are in. */
export type ExpectedStatus = TransactionStatus | "unknown";

const dataKeywords: ReadonlySet<string> = new Set([
  "SELECT",
  "INSERT",
  "UPSERT",
  "UPDATE",
  "DELETE",
  "WITH",
  "VALUES",
  "TABLE",
]);
const guardedKeywords: ReadonlySet<string> = new Set(["SET", "SHOW", "RESET"]);
const plainBegin = /^\s*BEGIN(?:\s+(?:ISOLATION\s+LEVEL\s+SERIALIZABLE|READ\s+(?:ONLY|WRITE)|,)+)*\s*$/i;

export function effectOf(sql: string): StatementEffect {
  const [control] = transactionStatements(sql);
  switch (control) {
    case undefined: {
      const word = firstKeyword(sql);
      if (dataKeywords.has(word)) return "data";
      return guardedKeywords.has(word) ? "guarded" : "other";
    }
    case "begin":
      return plainBegin.test(sql) ? "begin" : "control";
    case "rollback":
      return "rollback";
    case "release":
      // In an aborted transaction it fails like any statement.
      return "guarded";
    default:
      return "control";
  }
}

/** The status after a statement, if it succeeds or its failure would make no difference. */
export function statusAfter(status: ExpectedStatus, effect: StatementEffect, sql: string): ExpectedStatus {
  switch (effect) {
    case "begin":
      return status === "I" ? "T" : status;
    case "rollback":
      return "I";
    case "control":
      return isSavepoint(sql) ? status : "unknown";
    case "other":
      return status === "I" ? "I" : "unknown";
    default:
      return status;
  }
}

/** Whether a failure of the statement leaves a transaction in which nothing else has an effect. */
export function failureIsFinal(status: ExpectedStatus, effect: StatementEffect, sql: string): boolean {
  if (status === "unknown") return false;
  // It does not fail; or the server, or the session, is at its end.
  if (effect === "begin") return true;
  return status !== "I" && (effect === "data" || effect === "guarded" || (effect === "control" && isSavepoint(sql)));
}

function isSavepoint(sql: string): boolean {
  const [control] = transactionStatements(sql);
  return control === "savepoint" || control === "rollbackTo";
}
