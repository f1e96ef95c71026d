import type { Executable } from "../../sql/executable.ts";
import { isQuery, queryNode } from "../../sql/query.ts";

/** Whether a statement of the expression language writes. */
export function isWriting(statement: Executable): boolean {
  return isQuery(statement) && ["insert", "update", "delete"].includes(queryNode(statement).kind);
}

/** Whether a statement is sure to write nothing and to lock nothing: a SELECT of the expression language. */
export function isReading(statement: Executable): boolean {
  if (!isQuery(statement)) return false;
  const node = queryNode(statement);
  return node.kind === "select" && node.lock.length === 0 && node.ctes.length === 0;
}
