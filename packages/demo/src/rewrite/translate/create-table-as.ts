import type { CreateTableNode } from "../ast.ts";
import { notInDemo, SqlError } from "../sql-error.ts";
import { backendIndexName } from "./backend-names.ts";
import { type DdlSql, ROWID_SQL, rowidDefinitions, hasPrimaryKey } from "./create-table.ts";
import { define } from "./definitions.ts";
import type { Environment } from "./environment.ts";
import { familiesOf } from "./families.ts";
import { quoteName, quoteNames, quoteText } from "./quote.ts";
import { type SelectTranslator, visible } from "./select.ts";
import type { SelectNode } from "../ast.ts";

/** CREATE TABLE ... AS for the backend; the table does not exist yet. */
export function createTableAs(node: CreateTableNode, env: Environment, select: SelectTranslator): DdlSql {
  const { schema, name } = env.newObject(node.name);
  const target = `${quoteName(schema)}.${quoteName(name)}`;
  if (!node.as) throw new Error("CREATE TABLE AS needs a select");
  if (node.constraints.some((c) => c.kind !== "primaryKey") || node.indexes.length > 0)
    throw notInDemo("constraints in CREATE TABLE AS");
  const given = node.columns.map((column) => column.name.text);
  refuseUnknown(node.as);
  checkWidth("TABLE", given.length, widthOf(node.as, env));
  const columns = given.length > 0 ? ` (${quoteNames(given)})` : "";
  const sql = `CREATE TABLE ${target}${columns} AS ${select.select(node.as)}`;
  const after = [nestedArrayCheck(target)];
  if (hasPrimaryKey(node)) {
    const constraint = node.constraints.find((c) => c.kind === "primaryKey");
    const keys =
      constraint?.kind === "primaryKey"
        ? constraint.index.elements.map((element) => element.column?.text ?? "")
        : node.columns.filter((column) => column.primaryKey).map((column) => column.name.text);
    const keyName = (constraint?.kind === "primaryKey" ? constraint.name?.text : undefined) ?? "primary";
    after.push(
      ...keys.map((key) => `ALTER TABLE ${target} ALTER COLUMN ${quoteName(key)} SET NOT NULL`),
      `ALTER TABLE ${target} ADD CONSTRAINT ${quoteName(backendIndexName(name, keyName))} PRIMARY KEY (${quoteNames(keys)})`,
    );
  } else {
    after.push(
      `ALTER TABLE ${target} ADD COLUMN "rowid" ${ROWID_SQL}`,
      `ALTER TABLE ${target} ADD CONSTRAINT ${quoteName(backendIndexName(name, "primary"))} PRIMARY KEY ("rowid")`,
      ...rowidDefinitions(target, "rowid"),
    );
    if (given.length > 0) given.push("rowid");
  }
  if (node.families.length > 0 && given.length > 0) {
    const fail = (message: string): SqlError => new SqlError({ code: "XXUUU", message });
    const families = familiesOf(node, given, new Map(), fail).map((family) => ({
      name: family.name,
      columns: family.columns.map((column) => given.indexOf(column) + 1),
    }));
    after.push(define(target, "families", "", JSON.stringify(families)));
  }
  return { sql, after };
}

/** Arrays of arrays are one type in PostgreSQL and none in CockroachDB. */
function nestedArrayCheck(target: string): string {
  return `DO ${quoteText(`BEGIN IF EXISTS (SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = ${quoteText(target)}::pg_catalog.regclass AND attnum > 0 AND attndims > 1) THEN RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'nested array unsupported as column type'; END IF; END`)}`;
}

/** How many columns a select has, as far as that is known without running it. */
export function widthOf(select: SelectNode, env: Environment): number | undefined {
  const { body } = select;
  switch (body.kind) {
    case "values":
      return body.rows[0]?.items.length;
    case "nested":
      return widthOf(body.select, env);
    case "set":
      return widthOf(body.left, env);
    case "table": {
      const relation = env.relation(body.name);
      return relation && visible(relation).length;
    }
    case "simple": {
      let width = 0;
      for (const { expr } of body.items) {
        if (expr.kind !== "column" || !expr.star) {
          width++;
          continue;
        }
        const [source] = body.from;
        const relation = body.from.length === 1 && source?.kind === "table" ? env.relation(source.name) : undefined;
        if (!relation) return undefined;
        width += visible(relation).length;
      }
      return width;
    }
  }
}

/** @throws SqlError for a column that is nothing but NULL. */
function refuseUnknown(select: SelectNode): void {
  const { body } = select;
  const width = body.kind === "values" ? (body.rows[0]?.items.length ?? 0) : 0;
  const columns =
    body.kind === "values"
      ? Array.from({ length: width }, (_, i) => body.rows.map((row) => row.items[i]))
      : body.kind === "simple"
        ? body.items.map((item) => [item.expr])
        : [];
  if (body.kind === "nested") refuseUnknown(body.select);
  if (columns.some((column) => column.every((expr) => expr?.kind === "literal" && expr.type === "null")))
    throw new SqlError({ code: "42P16", message: "value type unknown cannot be used for table columns" });
}

/** @throws SqlError when another number of columns is named than a select has. */
export function checkWidth(object: string, given: number, width: number | undefined): void {
  if (given === 0 || width === undefined || width === given) return;
  const count = (n: number, one: string): string => `${n} ${one}${n === 1 ? "" : "s"}`;
  throw new SqlError({
    code: "42601",
    message: `CREATE ${object} specifies ${count(given, "column name")}, but data source has ${count(width, "column")}`,
  });
}
