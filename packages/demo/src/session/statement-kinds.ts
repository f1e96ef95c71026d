import type { Statement } from "../rewrite/contract.ts";

const CONTROL: ReadonlySet<string> = new Set([
  "begin",
  "commit",
  "rollback",
  "savepoint",
  "release",
  "rollbackTo",
  "setTransaction",
]);

/** Statements whose place in the transaction the state machine itself judges. */
export function isTransactionControl(statement: Statement): boolean {
  return CONTROL.has(statement.kind) || isObserver(statement);
}

/** SHOW TRANSACTION STATUS and SHOW SAVEPOINT STATUS answer in every phase of a transaction. */
function isObserver({ node }: Statement): boolean {
  if (node.kind !== "show") return false;
  const { what } = node;
  return what.kind === "savepointStatus" || (what.kind === "variable" && what.name === "transaction_status");
}
