import type { QualifiedName, SelectNode, SimpleNode } from "../ast.ts";
import { SqlError, unimplemented } from "../sql-error.ts";
import type { DdlSql } from "./create-table.ts";
import { checkWidth, widthOf } from "./create-table-as.ts";
import { define } from "./definitions.ts";
import type { Edit, Environment } from "./environment.ts";
import { printName, quoteName, quoteNames } from "./quote.ts";
import type { SelectTranslator } from "./select.ts";

type CreateView = Extract<SimpleNode, { readonly kind: "createView" }>;

/** CREATE VIEW for the backend, and the record of its select with full names of tables. */
export function createView(
  node: CreateView,
  view: { readonly schema: string; readonly name: string },
  env: Environment,
  select: SelectTranslator,
): DdlSql {
  if (node.temporary)
    throw new SqlError({
      code: "0A000",
      message: "temporary tables are only supported experimentally",
      hint: "See: https://go.crdb.dev/issue-v/46260/v21.2\n--\nYou can enable temporary tables by running `SET experimental_enable_temp_tables = 'on'`.",
    });
  const tables = tablesOf(node.select);
  if (tables.star && tables.names.every((name) => env.relation(name) !== undefined))
    throw unimplemented("views do not currently support * expressions", 10_028);
  checkWidth("VIEW", node.columns.length, widthOf(node.select, env));
  const target = `${quoteName(view.schema)}.${quoteName(view.name)}`;
  const columns = node.columns.length > 0 ? ` (${quoteNames(node.columns)})` : "";
  const replace = node.replace ? "OR REPLACE " : "";
  const materialized = node.materialized ? "MATERIALIZED " : "";
  const sql = `CREATE ${replace}${materialized}VIEW ${target}${columns} AS ${select.select(node.select)}`;
  return { sql, after: [define(target, "view", "", qualified(node.select, tables.names, env))] };
}

/** The select's text with the database and schema in front of every table. */
function qualified(select: SelectNode, names: readonly QualifiedName[], env: Environment): string {
  const edits: Edit[] = [];
  for (const name of names) {
    const relation = env.relation(name);
    if (!relation) continue;
    const parts = [env.context.database, relation.schema, relation.name];
    edits.push({ start: name.start, end: name.end, text: parts.map((part) => printName(part)).join(".") });
  }
  return env.splice(select, edits);
}

/** The tables a select reads, those of its WITH aside, and whether it has a `*` among its columns. */
function tablesOf(select: SelectNode): { names: QualifiedName[]; star: boolean } {
  const names: QualifiedName[] = [];
  const ctes = new Set<string>();
  let star = false;
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    if (Array.isArray(node)) {
      for (const item of node) visit(item);
      return;
    }
    const record = node as Readonly<Record<string, unknown>>;
    if (Array.isArray(record["ctes"])) {
      for (const cte of record["ctes"] as readonly { readonly name: { readonly text: string } }[])
        ctes.add(cte.name.text);
    }
    if (record["kind"] === "column" && record["star"] === true) star = true;
    // `TABLE t` has no FROM
    if (record["kind"] === "table" && !("only" in record)) star = true;
    if (record["kind"] === "table") {
      const name = record["name"] as QualifiedName;
      if (name.parts.length > 1 || !ctes.has(name.parts[0]?.text ?? "")) names.push(name);
    }
    for (const value of Object.values(record)) visit(value);
  };
  visit(select);
  return { names, star };
}
