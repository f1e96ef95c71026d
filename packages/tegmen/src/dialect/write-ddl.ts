import { CompileError } from "../errors/index.ts";
import type { ColumnOptions, DefaultOption } from "../schema/column-options.ts";
import type { TableColumn } from "../schema/column.ts";
import type { ResolvedForeignKey, ResolvedKey, ResolvedTable } from "../schema/resolve-table.ts";
import type { AnyTable } from "../schema/table.ts";
import type { TableOptions, TtlOptions } from "../schema/table-options.ts";
import type { ServerVersion } from "../sql/executable.ts";
import type { ExpressionNode } from "../sql/nodes/expression-node.ts";
import { nodeOf } from "../sql/nodes/node-of.ts";
import { precedence } from "../sql/nodes/operators.ts";
import { quoteIdentifier, quoteLiteral } from "../text/index.ts";
import { requireFeature, type Feature } from "./capabilities.ts";
import { Compiler } from "./compiler.ts";

/** Types that not every server has. */
const typeFeatures: Readonly<Record<string, Feature>> = {
  TSVECTOR: "TSVECTOR",
  TSQUERY: "TSQUERY",
  VECTOR: "VECTOR",
  CITEXT: "CITEXT",
  LTREE: "LTREE",
};

/** The name of a table, as written in SQL. */
export function tableText(table: { readonly name: string; readonly schema: string | undefined }): string {
  const name = quoteIdentifier(table.name);
  return table.schema === undefined ? name : `${quoteIdentifier(table.schema)}.${name}`;
}

/** An expression in DDL: values are written into it, columns stand without their table. */
export function ddlExpression(node: ExpressionNode, version: ServerVersion, least = 0): string {
  const compiler = new Compiler(version, { inline: true, qualified: false });
  compiler.expression(node, least);
  return compiler.finish();
}

/** CREATE TABLE, with indexes and those foreign keys that can be created at once. */
export function createTableText(
  table: AnyTable,
  resolved: ResolvedTable,
  options: {
    readonly version: ServerVersion;
    readonly ifNotExists: boolean;
    readonly without: readonly ResolvedForeignKey[];
  },
): string {
  const { version } = options;
  const lines = table.columns.map((column) => columnText(column, table, version));
  const { primaryKey } = resolved;
  if (primaryKey !== undefined) {
    lines.push(
      `${constraint(primaryKey.name)}PRIMARY KEY ${columnList(primaryKey.columns)}${hash(primaryKey, version)}`,
    );
  }
  for (const key of resolved.uniques) lines.push(`${constraint(key.name)}UNIQUE ${columnList(key.columns)}`);
  for (const check of resolved.checks) {
    lines.push(`${constraint(check.name)}CHECK (${ddlExpression(check.condition, version)})`);
  }
  for (const key of resolved.foreignKeys)
    if (!options.without.some((other) => isSameKey(key, other))) lines.push(foreignKeyText(key));
  for (const { name, index } of resolved.indexes) lines.push(indexText(index, name, version));
  lines.push(...familyTexts(table));
  const exists = options.ifNotExists ? "IF NOT EXISTS " : "";
  return `CREATE TABLE ${exists}${tableText(table)} (\n  ${lines.join(",\n  ")}\n)${storage(table.options, version)}${locality(table.options)}`;
}

function isSameKey(a: ResolvedForeignKey, b: ResolvedForeignKey): boolean {
  return foreignKeyText(a) === foreignKeyText(b);
}

function columnText(column: TableColumn, table: AnyTable, version: ServerVersion): string {
  const { options } = column;
  const feature = typeFeatures[options.type.castName.replace(/\[\]$/, "")];
  if (feature !== undefined) requireFeature(version, feature);
  const parts = [quoteIdentifier(column.name), options.type.name];
  if (options.hidden) parts.push("NOT VISIBLE");
  if (!options.nullable) parts.push("NOT NULL");
  if (options.default?.kind === "server") parts.push(`DEFAULT ${valueText(options.default, version)}`);
  if (options.onUpdate?.kind === "server") {
    requireFeature(version, "ON UPDATE of a column");
    parts.push(`ON UPDATE ${valueText(options.onUpdate, version)}`);
  }
  if (options.computed !== undefined) parts.push(computedText(options, column, table, version));
  if (options.identity !== undefined) parts.push(identityText(options, version));
  return parts.join(" ");
}

function valueText(option: DefaultOption & { readonly kind: "server" }, version: ServerVersion): string {
  return ddlExpression(option.node, version, precedence.cast);
}

function computedText(options: ColumnOptions, column: TableColumn, table: AnyTable, version: ServerVersion): string {
  const { computed } = options;
  const expression = computed?.expression(columnsOf(table));
  const node = nodeOf(expression);
  if (node === undefined) {
    throw new CompileError(`computed() of ${table.name}.${column.name} has to return an expression`);
  }
  return `AS (${ddlExpression(node, version)}) ${computed?.stored === true ? "STORED" : "VIRTUAL"}`;
}

/** The columns of a table by their keys; asking for another one is an error, because their types are not checked. */
function columnsOf(table: AnyTable): unknown {
  const columns = new Map(table.columns.map((column) => [column.key, column]));
  return new Proxy(Object.create(null) as object, {
    get: (_, key) => {
      const column = typeof key === "string" ? columns.get(key) : undefined;
      if (column !== undefined) return column;
      throw new CompileError(
        `table "${table.name}" has no column "${String(key)}"; its columns are ${[...columns.keys()].join(", ")}`,
      );
    },
  });
}

function identityText(options: ColumnOptions, version: ServerVersion): string {
  requireFeature(version, "IDENTITY columns");
  const { always = false, start, increment } = options.identity ?? {};
  const settings = [
    ...(start === undefined ? [] : [`START ${start}`]),
    ...(increment === undefined ? [] : [`INCREMENT ${increment}`]),
  ];
  const list = settings.length === 0 ? "" : ` (${settings.join(" ")})`;
  return `GENERATED ${always ? "ALWAYS" : "BY DEFAULT"} AS IDENTITY${list}`;
}

/** `CONSTRAINT ... FOREIGN KEY ... REFERENCES ...` */
export function foreignKeyText(key: ResolvedForeignKey): string {
  const parts = [
    `${constraint(key.name)}FOREIGN KEY ${columnList(key.columns)} REFERENCES ${tableText(key.target)} ${columnList(key.targetColumns)}`,
  ];
  if (key.matchFull) parts.push("MATCH FULL");
  if (key.onDelete !== undefined) parts.push(`ON DELETE ${key.onDelete}`);
  if (key.onUpdate !== undefined) parts.push(`ON UPDATE ${key.onUpdate}`);
  return parts.join(" ");
}

type IndexParts = ResolvedTable["indexes"][number]["index"];

function indexText(index: IndexParts, name: string | undefined, version: ServerVersion): string {
  const unique = index.isUnique ? "UNIQUE " : "";
  const method = index.method === "inverted" ? "INVERTED " : index.method === "vector" ? "VECTOR " : "";
  const label = name === undefined ? "" : ` ${quoteIdentifier(name)}`;
  return `${unique}${method}INDEX${label} ${indexBody(index, version)}`;
}

/** CREATE INDEX, for a table that exists. */
export function createIndexText(
  table: AnyTable,
  index: IndexParts,
  name: string | undefined,
  options: { readonly version: ServerVersion; readonly ifNotExists: boolean },
): string {
  const unique = index.isUnique ? "UNIQUE " : "";
  const method = index.method === "inverted" ? "INVERTED " : index.method === "vector" ? "VECTOR " : "";
  const exists = options.ifNotExists ? " IF NOT EXISTS" : "";
  const label = name === undefined ? "" : ` ${quoteIdentifier(name)}`;
  return `CREATE ${unique}${method}INDEX${exists}${label} ON ${tableText(table)} ${indexBody(index, options.version)}`;
}

function indexBody(index: IndexParts, version: ServerVersion): string {
  if (index.method === "vector") requireFeature(version, "vector indexes");
  if (index.operatorClass === "gin_trgm_ops") requireFeature(version, "trigram indexes");
  const terms = index.terms.map(({ expression, descending, nulls }) => {
    if (nulls !== undefined) throw new CompileError("CockroachDB's indexes have no NULLS FIRST and NULLS LAST");
    const isColumn = expression.kind === "column";
    if (!isColumn) requireFeature(version, "expression indexes");
    const text = ddlExpression(expression, version);
    const operatorClass = index.operatorClass === undefined ? "" : ` ${index.operatorClass}`;
    return `${isColumn ? text : `(${text})`}${operatorClass}${descending ? " DESC" : ""}`;
  });
  let text = `(${terms.join(", ")})${hash(index, version)}`;
  if (index.stored.length > 0) text += ` STORING ${columnList(index.stored)}`;
  if (index.condition !== undefined) text += ` WHERE ${ddlExpression(index.condition, version)}`;
  if (!index.isVisible) {
    requireFeature(version, "NOT VISIBLE indexes");
    text += " NOT VISIBLE";
  }
  return text;
}

function hash(index: Pick<ResolvedKey, "hash">, version: ServerVersion): string {
  if (index.hash === undefined) return "";
  requireFeature(version, "hash-sharded indexes without an experimental setting");
  return index.hash === 0 ? " USING HASH" : ` USING HASH WITH (bucket_count = ${index.hash})`;
}

function familyTexts(table: AnyTable): readonly string[] {
  const families = new Map<string, string[]>();
  const add = (family: string, column: TableColumn) => {
    const list = families.get(family) ?? [];
    families.set(family, [...list, quoteIdentifier(column.name)]);
  };
  for (const [family, keys] of Object.entries(table.options.families ?? {})) {
    for (const key of keys) {
      const column = table.columns.find((candidate) => candidate.key === key);
      if (column === undefined)
        throw new CompileError(`family "${family}": table "${table.name}" has no column "${key}"`);
      add(family, column);
    }
  }
  for (const column of table.columns) if (column.options.family !== undefined) add(column.options.family, column);
  return [...families].map(([family, columns]) => `FAMILY ${quoteIdentifier(family)} (${columns.join(", ")})`);
}

function storage(options: TableOptions, version: ServerVersion): string {
  const settings = options.ttl === undefined ? [] : ttlSettings(options.ttl, version);
  if (options.schemaLocked !== undefined) {
    requireFeature(version, "schema_locked");
    settings.push(`schema_locked = ${options.schemaLocked}`);
  }
  return settings.length === 0 ? "" : ` WITH (${settings.join(", ")})`;
}

function ttlSettings(ttl: TtlOptions, version: ServerVersion): string[] {
  requireFeature(version, "row-level TTL");
  const settings: string[] = [];
  if (ttl.expireAfter !== undefined) settings.push(`ttl_expire_after = ${quoteLiteral(ttl.expireAfter)}`);
  if (ttl.expirationExpression !== undefined) {
    requireFeature(version, "a TTL expression");
    settings.push(`ttl_expiration_expression = ${quoteLiteral(ttl.expirationExpression)}`);
  }
  if (ttl.jobCron !== undefined) settings.push(`ttl_job_cron = ${quoteLiteral(ttl.jobCron)}`);
  for (const [option, setting] of [
    ["selectBatchSize", "ttl_select_batch_size"],
    ["deleteBatchSize", "ttl_delete_batch_size"],
    ["deleteRateLimit", "ttl_delete_rate_limit"],
  ] as const) {
    const value = ttl[option];
    if (value === undefined) continue;
    if (!Number.isSafeInteger(value)) throw new CompileError(`${option} of ttl has to be an integer`);
    settings.push(`${setting} = ${value}`);
  }
  return settings;
}

function locality(options: TableOptions): string {
  const { locality: where } = options;
  if (where === undefined) return "";
  if (typeof where === "object") {
    return "regionalByRowAs" in where
      ? ` LOCALITY REGIONAL BY ROW AS ${quoteIdentifier(where.regionalByRowAs)}`
      : ` LOCALITY REGIONAL BY TABLE IN ${quoteIdentifier(where.regionalByTableIn)}`;
  }
  if (["GLOBAL", "REGIONAL BY ROW", "REGIONAL BY TABLE"].includes(where)) return ` LOCALITY ${where}`;
  throw new CompileError(`the locality is GLOBAL, REGIONAL BY ROW or REGIONAL BY TABLE, got ${JSON.stringify(where)}`);
}

function constraint(name: string | undefined): string {
  return name === undefined ? "" : `CONSTRAINT ${quoteIdentifier(name)} `;
}

function columnList(columns: readonly TableColumn[]): string {
  return `(${columns.map((column) => quoteIdentifier(column.name)).join(", ")})`;
}
