import type { ColumnView, TableView } from "../contract.ts";
import { printString } from "./print.ts";
import { printName } from "./quote.ts";

/** The statement that would make a relation, as CockroachDB's SHOW CREATE prints it. */
export function showCreate(table: TableView): string {
  switch (table.kind) {
    case "sequence":
      return `CREATE SEQUENCE ${full(table)} ${table.definition ?? ""}`.trimEnd();
    case "view":
    case "materialized view": {
      const names = table.columns.map((column) => printName(column.name)).join(", ");
      const kind = table.kind === "view" ? "VIEW" : "MATERIALIZED VIEW";
      return `CREATE ${kind} ${full(table)} (${names}) AS ${table.definition ?? ""}`;
    }
    default:
      return createTable(table);
  }
}

const full = (table: TableView): string => `${printName(table.schema)}.${printName(table.name)}`;
const list = (names: readonly string[]): string => names.map((name) => printName(name)).join(", ");

/** The same without foreign keys, which `alterStatements` adds. */
export function withoutForeignKeys(table: TableView): string {
  return showCreate({ ...table, constraints: table.constraints.filter((c) => c.kind !== "foreignKey") });
}

/** The statements that add a table's foreign keys, and validate them. */
export function alterStatements(table: TableView): { alter: string[]; validate: string[] } {
  const keys = table.constraints.filter((c) => c.kind === "foreignKey");
  return {
    alter: keys.map((key) => `ALTER TABLE ${full(table)} ADD ${foreignKeyLine(key)}`),
    validate: keys.map((key) => `ALTER TABLE ${full(table)} VALIDATE CONSTRAINT ${printName(key.name)}`),
  };
}

function foreignKeyLine(constraint: TableView["constraints"][number]): string {
  const target = (constraint.references ?? "")
    .split(".")
    .map((part) => printName(part))
    .join(".");
  const valid = constraint.validated ? "" : " NOT VALID";
  return `CONSTRAINT ${printName(constraint.name)} FOREIGN KEY (${list(constraint.columns)}) REFERENCES ${target}(${list(constraint.referencedColumns)})${constraint.actions}${valid}`;
}

function createTable(table: TableView): string {
  const lines = table.columns.map((column) => columnLine(column));
  for (const index of table.indexes) if (index.primary) lines.push(indexLine(index));
  for (const constraint of table.constraints) {
    if (constraint.kind !== "foreignKey") continue;
    lines.push(foreignKeyLine(constraint));
  }
  for (const index of table.indexes) if (!index.primary) lines.push(indexLine(index));
  const families = table.families.length > 0 ? table.families : [{ name: "primary", columns: storedColumns(table) }];
  for (const family of families) lines.push(`FAMILY ${printName(family.name)} (${list(family.columns)})`);
  for (const constraint of table.constraints) {
    if (constraint.kind === "unique") lines.push(uniqueLine(constraint));
    // the check of a shard column is part of its index
    if (constraint.kind !== "check" || constraint.name.startsWith("check_crdb_internal_")) continue;
    const valid = constraint.validated ? "" : " NOT VALID";
    lines.push(`CONSTRAINT ${printName(constraint.name)} CHECK (${constraint.expression ?? ""})${valid}`);
  }
  return `CREATE TABLE ${full(table)} (\n\t${lines.join(",\n\t")}\n)${comments(table)}`;
}

// Virtual columns are stored nowhere.
const storedColumns = (table: TableView): string[] =>
  table.columns.filter((column) => column.computed?.stored !== false).map((column) => column.name);

function columnLine(column: ColumnView): string {
  const words = [printName(column.name), column.displayType];
  if (column.hidden) words.push("NOT VISIBLE");
  words.push(column.nullable ? "NULL" : "NOT NULL");
  if (column.identity !== undefined) words.push(column.identity);
  if (column.default !== undefined) words.push(`DEFAULT ${column.default}`);
  if (column.onUpdate) words.push(`ON UPDATE ${column.onUpdate.expression}`);
  if (column.computed)
    words.push(`AS (${column.computed.expression}) ${column.computed.stored ? "STORED" : "VIRTUAL"}`);
  return words.join(" ");
}

/** A unique constraint without an index as an element of CREATE TABLE. */
export function uniqueLine(constraint: TableView["constraints"][number]): string {
  const where = constraint.expression === undefined ? "" : ` WHERE ${constraint.expression}`;
  return `CONSTRAINT ${printName(constraint.name)} UNIQUE WITHOUT INDEX (${list(constraint.columns)})${where}`;
}

/** An index as an element of CREATE TABLE. */
export function indexLine(index: TableView["indexes"][number]): string {
  const shown = index.columns.map((column, i) => {
    const key = column === undefined ? `(${index.expressions[i] ?? ""})` : printName(column);
    return index.inverted ? key : `${key} ${index.directions[i] ?? "ASC"}`;
  });
  const elements = index.buckets === undefined ? shown : shown.slice(1);
  const hash = index.buckets === undefined ? "" : ` USING HASH WITH BUCKET_COUNT = ${index.buckets}`;
  if (index.primary) return `CONSTRAINT ${printName(index.name)} PRIMARY KEY (${elements.join(", ")})${hash}`;
  const kind = index.inverted ? "INVERTED INDEX" : index.unique ? "UNIQUE INDEX" : "INDEX";
  const storing = index.storing.length > 0 ? ` STORING (${list(index.storing)})` : "";
  const where = index.predicate === undefined ? "" : ` WHERE ${index.predicate}`;
  return `${kind} ${printName(index.name)} (${elements.join(", ")})${hash}${storing}${where}`;
}

function comments(table: TableView): string {
  const lines: string[] = [];
  if (table.comment !== undefined) lines.push(`COMMENT ON TABLE ${full(table)} IS ${printString(table.comment)}`);
  for (const column of table.columns) {
    if (column.comment !== undefined)
      lines.push(`COMMENT ON COLUMN ${full(table)}.${printName(column.name)} IS ${printString(column.comment)}`);
  }
  for (const index of table.indexes) {
    if (index.comment !== undefined)
      lines.push(`COMMENT ON INDEX ${full(table)}@${printName(index.name)} IS ${printString(index.comment)}`);
  }
  return lines.map((line) => `;\n${line}`).join("");
}
