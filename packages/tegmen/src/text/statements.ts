import { isWordPart, isWordStart, skipSpace, skipToken } from "./scan.ts";

/** What a statement does to the transaction it is run in. */
export type TransactionStatement = "begin" | "commit" | "rollback" | "savepoint" | "release" | "rollbackTo";

const none: readonly TransactionStatement[] = Object.freeze([]);

/**
 * The first word of a statement, past white space, comments and parentheses.
 *
 * @param sql a text of one or more statements
 * @returns the word in upper case, or an empty string
 *
 * @example
 * ```ts
 * firstKeyword("-- totals\n (select 1)"); // "SELECT"
 * ```
 */
export function firstKeyword(sql: string): string {
  let at = skipSpace(sql, 0);
  while (sql[at] === "(") at = skipSpace(sql, at + 1);
  return wordAt(sql, at);
}

/**
 * Finds the statements that control the transaction: BEGIN, START TRANSACTION, COMMIT, END, ROLLBACK, ABORT, SAVEPOINT,
 * RELEASE, ROLLBACK TO, and PREPARE TRANSACTION, which takes the transaction away like a commit.
 *
 * @param sql a text of one or more statements separated by semicolons
 * @returns what is found, in the order of the text; empty for nearly every text
 *
 * @example
 * ```ts
 * transactionStatements("SELECT 1; ROLLBACK TO SAVEPOINT a"); // ["rollbackTo"]
 * ```
 */
export function transactionStatements(sql: string): readonly TransactionStatement[] {
  const first = transactionStatementAt(sql, 0);
  // Nearly every text is one statement, and then its first word tells.
  if (!sql.includes(";")) return first === undefined ? none : [first];
  const found = first === undefined ? [] : [first];
  let at = 0;
  while (at < sql.length) {
    const end = skipToken(sql, at);
    if (end > at) at = end;
    else if (sql[at++] === ";") {
      const statement = transactionStatementAt(sql, at);
      if (statement !== undefined) found.push(statement);
    }
  }
  return found.length === 0 ? none : found;
}

function transactionStatementAt(sql: string, index: number): TransactionStatement | undefined {
  const start = skipSpace(sql, index);
  const word = wordAt(sql, start);
  const next = () => skipSpace(sql, start + word.length);
  switch (word) {
    case "BEGIN":
      return "begin";
    case "START":
      return wordAt(sql, next()) === "TRANSACTION" ? "begin" : undefined;
    case "COMMIT":
    case "END":
      return "commit";
    case "PREPARE":
      return wordAt(sql, next()) === "TRANSACTION" ? "commit" : undefined;
    case "ROLLBACK":
    case "ABORT":
      return isRollbackTo(sql, next()) ? "rollbackTo" : "rollback";
    case "SAVEPOINT":
      return "savepoint";
    case "RELEASE":
      return "release";
    default:
      return undefined;
  }
}

/** ROLLBACK [TRANSACTION | WORK] TO ... */
function isRollbackTo(sql: string, index: number): boolean {
  const word = wordAt(sql, index);
  const skip = word === "TRANSACTION" || word === "WORK";
  return (skip ? wordAt(sql, skipSpace(sql, index + word.length)) : word) === "TO";
}

function wordAt(sql: string, index: number): string {
  if (!isWordStart(sql.charCodeAt(index))) return "";
  let end = index + 1;
  while (end < sql.length && isWordPart(sql.charCodeAt(end))) end += 1;
  return sql.slice(index, end).toUpperCase();
}
