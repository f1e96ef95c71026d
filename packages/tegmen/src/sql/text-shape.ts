import { ArgumentError } from "../errors/index.ts";
import { firstKeyword, transactionStatements } from "../text/index.ts";
import type { StatementShape } from "./executable.ts";

/** Statements that are worth keeping prepared. DDL is not, and SHOW and SET cannot be everywhere. */
const prepared: ReadonlySet<string> = new Set([
  "SELECT",
  "INSERT",
  "UPSERT",
  "UPDATE",
  "DELETE",
  "WITH",
  "VALUES",
  "TABLE",
]);
// Not EXPLAIN: EXPLAIN ANALYZE runs what it explains.
const readers: ReadonlySet<string> = new Set(["SELECT", "VALUES", "TABLE", "SHOW"]);

/** Shapes by their SQL. A pure function's memory: what is forgotten is worked out again. */
const shapes = new Map<string, StatementShape>();
const capacity = 1_000;

/**
 * The shape of a statement of which only the text is known. The same text gives the same shape.
 * @throws {ArgumentError} the text holds a NUL
 */
export function textShape(sql: string): StatementShape {
  let shape = shapes.get(sql);
  if (shape === undefined) {
    if (sql.includes("\0"))
      throw new ArgumentError("SQL cannot hold the character NUL (\\0): the server would stop reading there");
    if (shapes.size >= capacity) shapes.delete(shapes.keys().next().value!);
    const keyword = firstKeyword(sql);
    shape = Object.freeze({
      sql,
      prepare: prepared.has(keyword),
      columns: undefined,
      transactionControl: transactionStatements(sql).length > 0,
      readsOnly: readers.has(keyword),
    });
    shapes.set(sql, shape);
  }
  return shape;
}
