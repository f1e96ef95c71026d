import { isCatalogView } from "../../catalog-views/index.ts";
import type { IndexName, QualifiedName, SimpleNode } from "../ast.ts";
import type { IndexView, QueryTranslation, SchemaChange, TableView } from "../contract.ts";
import { SqlError } from "../sql-error.ts";
import { ASYNC_DROP, typesOf } from "./alter-columns.ts";
import { addShard } from "./alter-constraints.ts";
import { AlterTranslator, renameIndex } from "./alter-table.ts";
import { createTableAs } from "./create-table-as.ts";
import { checkIndexable, TableTranslator, type DdlSql } from "./create-table.ts";
import { undefine } from "./definitions.ts";
import { requireNoViews } from "./dependents.ts";
import type { Environment } from "./environment.ts";
import { noColumn, noIndex, noRelation, tableSql } from "./environment.ts";
import { orphanedShard, shardOf } from "./hash-shard.ts";
import { namesOf } from "./name-giver.ts";
import { noticeSql } from "./notices.ts";
import { printQualified, quoteName, quoteNames, quoteText } from "./quote.ts";
import { visible, type SelectTranslator } from "./select.ts";
import { SequenceTranslator } from "./sequences.ts";
import { createView } from "./views.ts";

type Node<K extends SimpleNode["kind"]> = Extract<SimpleNode, { readonly kind: K }>;

/** Schema changes for the backend. */
export class DdlTranslator {
  readonly #env: Environment;
  readonly #select: SelectTranslator;
  readonly #tables: TableTranslator;
  readonly #alter: AlterTranslator;

  constructor(env: Environment, select: SelectTranslator) {
    this.#env = env;
    this.#select = select;
    this.#tables = new TableTranslator(env, select.expressions);
    this.#alter = new AlterTranslator(env, select.expressions, this.#tables);
  }

  // ---------------------------------------------------------------- CREATE

  createTable(node: Node<"createTable">): QueryTranslation {
    const { schema, name } = this.#env.newObject(node.name);
    if (node.as) return this.#createTableAs(node);
    const { sql, before, after } = this.#tables.createTable(node);
    return ddl(sql, "CREATE TABLE", { creates: `${schema}.${name}`, afterCommit: false }, after, before);
  }

  #createTableAs(node: Node<"createTable">): QueryTranslation {
    const { schema, name } = this.#env.newObject(node.name);
    const creates = `${schema}.${name}`;
    const existing = this.#env.context.catalog.relation(name, schema, []);
    if (existing && node.ifNotExists) {
      const target = this.#env.newObjectSql(node.name);
      return ddl(`CREATE TABLE IF NOT EXISTS ${target} ()`, "CREATE TABLE AS", { afterCommit: false });
    }
    if (existing) throw this.#exists(creates);
    const { sql, after }: DdlSql = createTableAs(node, this.#env, this.#select);
    return ddl(sql, "CREATE TABLE AS", { creates, afterCommit: false }, after);
  }

  #exists(name: string): SqlError {
    const { database } = this.#env.context;
    return new SqlError({ code: "42P07", message: `relation "${database}.${name}" already exists` });
  }

  createIndex(node: Node<"createIndex">): QueryTranslation {
    const table = this.#env.requireRelation(node.table);
    if (table.kind !== "table" && table.kind !== "materialized view") throw notATable(table);
    const given = node.index.name?.text;
    if (given !== undefined && table.indexes.some((index) => index.name === given)) {
      if (node.ifNotExists) return nothing("CREATE INDEX");
      throw new SqlError({ code: "42P07", message: `relation "${given}" already exists` });
    }
    const types = typesOf(table);
    const keys = node.index.elements.map((element) => element.column?.text ?? "");
    for (const key of node.index.hashBuckets ? keys : []) if (!types.has(key)) throw noColumn(key);
    if (!node.index.inverted) for (const key of keys) checkIndexable(key, types);
    const shard = node.index.hashBuckets && shardOf(this.#env, keys, node.index.hashBuckets);
    const before = shard ? addShard(table, shard) : [];
    const indexed = { name: table.name, target: tableSql(table), types, primaryKey: table.primaryKey };
    const [sql = "", ...after] = this.#tables.indexes.create(node.index, indexed, namesOf(table).indexes, {
      name: given,
      shard,
    });
    return ddl(sql, "CREATE INDEX", { changes: fullName(table), afterCommit: true }, after, before);
  }

  createView(node: Node<"createView">): QueryTranslation {
    const { schema, name } = this.#env.newObject(node.name);
    const existing = this.#env.context.catalog.relation(name, schema, []);
    if (existing && node.ifNotExists) return nothing("CREATE VIEW");
    if (existing && !node.replace) throw this.#exists(`${schema}.${name}`);
    if (existing && existing.kind !== "view")
      throw new SqlError({ code: "42809", message: `"${existing.name}" is not a view` });
    const { sql, after } = createView(node, { schema, name }, this.#env, this.#select);
    return ddl(sql, "CREATE VIEW", { creates: `${schema}.${name}`, afterCommit: false }, after);
  }

  createSequence(node: Node<"createSequence">): QueryTranslation {
    const { schema, name } = this.#env.newObject(node.name);
    const existing = this.#env.context.catalog.relation(name, schema, []);
    if (existing && node.ifNotExists) return nothing("CREATE SEQUENCE");
    if (existing) throw this.#exists(`${schema}.${name}`);
    const [sql = "", ...after] = new SequenceTranslator(this.#env).create(
      node,
      `${quoteName(schema)}.${quoteName(name)}`,
    );
    return ddl(sql, "CREATE SEQUENCE", { creates: `${schema}.${name}`, afterCommit: false }, after);
  }

  createSchema(node: Node<"createSchema">): QueryTranslation {
    const name = node.name?.text ?? node.owner?.text ?? "";
    if (this.#env.context.catalog.hasSchema(name)) {
      if (node.ifNotExists) return nothing("CREATE SCHEMA");
      throw new SqlError({ code: "42P06", message: `schema "${name}" already exists` });
    }
    if (name.startsWith("pg_") || name === "crdb_demo") {
      throw new SqlError({
        code: "42939",
        message: `unacceptable schema name "${name}"`,
        detail: 'The prefix "pg_" is reserved for system schemas.',
      });
    }
    const owner = node.owner ? ` AUTHORIZATION ${quoteName(node.owner.text)}` : "";
    return ddl(`CREATE SCHEMA ${quoteName(name)}${owner}`, "CREATE SCHEMA", { afterCommit: false });
  }

  createEnum(node: Node<"createEnum">): QueryTranslation {
    const { schema, name } = this.#env.newObject(node.name);
    if (this.#env.context.catalog.enumValues(name, schema, [])) {
      if (node.ifNotExists) return nothing("CREATE TYPE");
      throw new SqlError({
        code: "42710",
        message: `type "${this.#env.context.database}.${schema}.${name}" already exists`,
      });
    }
    const values = node.values.map((value) => quoteText(value)).join(", ");
    return ddl(`CREATE TYPE ${quoteName(schema)}.${quoteName(name)} AS ENUM (${values})`, "CREATE TYPE", {
      afterCommit: false,
    });
  }

  // ---------------------------------------------------------------- ALTER

  alterTable(node: Node<"alterTable">): QueryTranslation {
    const tag = `ALTER ${node.object.toUpperCase()}`;
    const [last] = node.name.parts.slice(-1);
    if (last?.text === "") throw new SqlError({ code: "42601", message: 'invalid table name: ""' });
    const table = this.#env.relation(node.name);
    const renames = node.actions.every(
      (action) => action.kind === "renameTo" || action.kind === "renameColumn" || action.kind === "renameConstraint",
    );
    const finalTag = renames && node.actions.length > 0 ? renameTag(node) : ownerTag(node, tag);
    if (!table) {
      this.#refuseSystem(node.name);
      if (node.ifExists) return nothing(finalTag);
      throw noRelation(printQualified(node.name));
    }
    if (node.object !== "table" && table.kind !== node.object && table.kind !== `materialized ${node.object}`)
      throw new SqlError({ code: "42809", message: `"${table.name}" is not a ${node.object}` });
    const { statements, afterCommit } = this.#alter.alter(table, node.actions);
    const [sql, ...after] = [...statements, ...qualifiedRename(node)];
    if (sql === undefined) return nothing(finalTag);
    return ddl(sql, finalTag, { changes: fullName(table), afterCommit }, after);
  }

  alterIndex(node: Node<"alterIndex">): QueryTranslation {
    const found = this.#index(node.index);
    if (!found) {
      if (node.ifExists) return nothing("RENAME INDEX");
      throw noIndex(node.index.index);
    }
    const [sql = "", ...after] = renameIndex(found.table, found.index, node.to.text);
    return ddl(sql, "RENAME INDEX", { changes: fullName(found.table), afterCommit: false }, after);
  }

  #index(name: IndexName): { table: TableView; index: IndexView } | undefined {
    const find = (table: TableView): IndexView | undefined =>
      table.indexes.find((index) => index.name === name.index.text);
    const [only] = name.table?.parts ?? [];
    const named = name.table ? this.#env.relation(name.table) : undefined;
    if (named) {
      const index = find(named);
      return index ? { table: named, index } : undefined;
    }
    // `schema.index` or `index`: whichever table has it
    const schemas = only ? [only.text] : this.#env.context.searchPath;
    for (const table of this.#env.context.catalog.relations()) {
      const index = schemas.includes(table.schema) ? find(table) : undefined;
      if (index) return { table, index };
    }
    return undefined;
  }

  ownDatabase(node: Node<"ownDatabase">): QueryTranslation {
    const sql = `ALTER DATABASE ${quoteName(node.database)} OWNER TO ${quoteName(node.role.text)}`;
    return { kind: "query", sql, tag: "ALTER DATABASE OWNER", returnsRows: false, isWrite: true };
  }

  // ---------------------------------------------------------------- DROP

  drop(node: Node<"drop">): QueryTranslation {
    const tag = node.object === "materialized view" ? "DROP VIEW" : `DROP ${node.object.toUpperCase()}`;
    const cascade = node.behavior === "cascade" ? " CASCADE" : "";
    if (node.object === "schema") return this.#dropSchemas(node, tag, cascade);
    if (node.object === "type") return this.#dropTypes(node, tag, cascade);
    const tables = node.names.flatMap((name) => this.#dropped(name, node));
    if (tables.length === 0) return nothing(tag);
    if (node.object === "table" && cascade === "") this.#checkReferences(tables);
    const dropped = new Set(tables.map((table) => fullName(table)));
    if (cascade === "") for (const table of tables) this.#requireUnused(table, dropped);
    const names = tables.map((table) => tableSql(table)).join(", ");
    const [first] = tables;
    return ddl(`DROP ${node.object.toUpperCase()} ${names}${cascade}`, tag, {
      changes: first && fullName(first),
      afterCommit: false,
    });
  }

  #dropped(name: QualifiedName, node: Node<"drop">): TableView[] {
    const table = this.#env.relation(name);
    if (!table) {
      this.#refuseSystem(name);
      if (node.ifExists) return [];
      throw noRelation(printQualified(name));
    }
    if (table.kind === "materialized view" && node.object === "view") {
      throw new SqlError({
        code: "42809",
        message: `"${table.name}" is a materialized view`,
        hint: "use the corresponding MATERIALIZED VIEW command",
      });
    }
    if (table.kind !== node.object) {
      throw new SqlError({ code: "42809", message: `"${table.name}" is not a ${node.object}` });
    }
    return [table];
  }

  #refuseSystem(name: QualifiedName): void {
    const { schema, name: table } = this.#env.resolve(name);
    if (!isCatalogView(schema ?? "pg_catalog", table)) return;
    throw new SqlError({ code: "42501", message: `${table} is a system catalog` });
  }

  #requireUnused(table: TableView, dropped: ReadonlySet<string>): void {
    requireNoViews(table, "drop", (view) => dropped.has(view));
    if (table.kind !== "sequence") return;
    const user = table.dependents.find((d) => d.kind === "default" && !dropped.has(`${d.schema}.${d.name}`));
    if (user)
      throw new SqlError({
        code: "2BP01",
        message: `cannot drop sequence ${table.name} because other objects depend on it`,
      });
  }

  #checkReferences(tables: readonly TableView[]): void {
    const dropped = new Set(tables.map((table) => fullName(table)));
    for (const other of this.#env.context.catalog.relations()) {
      if (dropped.has(fullName(other))) continue;
      for (const constraint of other.constraints) {
        const target = constraint.references;
        if (target === undefined || !dropped.has(target)) continue;
        const name = target.slice(target.indexOf(".") + 1);
        throw new SqlError({
          code: "XXUUU",
          message: `"${name}" is referenced by foreign key from table "${other.name}"`,
        });
      }
    }
  }

  #dropSchemas(node: Node<"drop">, tag: string, cascade: string): QueryTranslation {
    const names = node.names.map((name) => name.parts.at(-1)?.text ?? "");
    const existing = names.filter((name) => this.#env.context.catalog.hasSchema(name));
    const missing = names.find((name) => !existing.includes(name));
    if (missing !== undefined && !node.ifExists)
      throw new SqlError({ code: "3F000", message: `unknown schema "${missing}"` });
    if (existing.length === 0) return nothing(tag);
    return ddl(`DROP SCHEMA ${quoteNames(existing)}${cascade}`, tag, { afterCommit: false });
  }

  #dropTypes(node: Node<"drop">, tag: string, cascade: string): QueryTranslation {
    const types: string[] = [];
    for (const name of node.names) {
      const last = name.parts.at(-1)?.text ?? "";
      const schema = this.#env.findType(last, name.parts.length > 1 ? name.parts.at(-2)?.text : undefined);
      if (schema !== undefined) types.push(`${quoteName(schema)}.${quoteName(last)}`);
      else if (!node.ifExists)
        throw new SqlError({ code: "42704", message: `type "${printQualified(name)}" does not exist` });
    }
    if (types.length === 0) return nothing(tag);
    return ddl(`DROP TYPE ${types.join(", ")}${cascade}`, tag, { afterCommit: false });
  }

  dropIndex(node: Node<"dropIndex">): QueryTranslation {
    const found: { table: TableView; index: IndexView }[] = [];
    for (const name of node.indexes) {
      const index = this.#index(name);
      if (!index && !node.ifExists) {
        if (name.table && !this.#env.relation(name.table)) throw noRelation(printQualified(name.table));
        throw noIndex(name.index);
      }
      if (index) found.push(index);
    }
    if (this.#env.variable("sql_safe_updates") === "on") {
      throw new SqlError({ code: "01000", message: "rejected (sql_safe_updates = true): DROP INDEX" });
    }
    for (const { index } of found) {
      if (index.primary) {
        throw new SqlError({
          code: "42P10",
          message: `cannot drop the primary index of a table using DROP INDEX`,
          hint: "instead, use ALTER TABLE ... ALTER PRIMARY KEY or use DROP CONSTRAINT ... PRIMARY KEY followed by ADD CONSTRAINT ... PRIMARY KEY in a transaction",
        });
      }
      if (index.isConstraint && node.behavior !== "cascade") {
        throw new SqlError({
          code: "2BP01",
          message: `index "${index.name}" is in use as unique constraint`,
          hint: "use CASCADE if you really want to drop it.",
        });
      }
    }
    const [first] = found;
    if (!first) return nothing("DROP INDEX");
    const names = found.map(({ table, index }) => `${quoteName(table.schema)}.${quoteName(index.backendName)}`);
    const cascade = node.behavior === "cascade" ? " CASCADE" : "";
    const after = found.flatMap(({ table, index }) => this.#droppedWith(table, index));
    return ddl(
      `DROP INDEX ${names.join(", ")}${cascade}`,
      "DROP INDEX",
      { changes: fullName(first.table), afterCommit: false },
      [...after, ASYNC_DROP],
    );
  }

  #droppedWith(table: TableView, index: IndexView): string[] {
    const shard = orphanedShard(table, index);
    const forget = undefine(tableSql(table), "index", index.name);
    return shard === undefined
      ? [forget]
      : [forget, `ALTER TABLE ${tableSql(table)} DROP COLUMN ${quoteName(shard)} CASCADE`];
  }

  truncate(node: Node<"truncate">): QueryTranslation {
    for (const name of node.names) if (!this.#env.relation(name)) this.#refuseSystem(name);
    const tables = node.names.map((name) => this.#env.requireRelation(name));
    for (const table of tables) if (table.kind !== "table") throw notATable(table);
    if (node.behavior !== "cascade") this.#checkReferences(tables);
    const cascade = node.behavior === "cascade" ? " CASCADE" : "";
    const sql = `TRUNCATE ${tables.map((table) => tableSql(table)).join(", ")}${cascade}`;
    const [first] = tables;
    return ddl(sql, "TRUNCATE", { changes: first && fullName(first), afterCommit: false });
  }

  comment(node: Node<"comment">): QueryTranslation {
    const tag = `COMMENT ON ${node.object.toUpperCase()}`;
    const text = this.#select.expressions.expr(node.text);
    return ddl(`COMMENT ON ${this.#commented(node)} IS ${text}`, tag, { afterCommit: false });
  }

  #commented(node: Node<"comment">): string {
    const { parts } = node.name;
    switch (node.object) {
      case "table":
        return `TABLE ${tableSql(this.#env.requireRelation(node.name))}`;
      case "column": {
        const table = this.#env.requireRelation({ ...node.name, parts: parts.slice(0, -1) });
        const column = parts.at(-1)?.text ?? "";
        if (!table.columns.some((c) => c.name === column)) throw noColumn(column);
        return `COLUMN ${tableSql(table)}.${quoteName(column)}`;
      }
      case "index": {
        const found = node.index ? this.#index(node.index) : undefined;
        if (!found)
          throw noIndex(node.index?.index ?? { text: printQualified(node.name), quoted: false, start: 0, end: 0 });
        return `INDEX ${quoteName(found.table.schema)}.${quoteName(found.index.backendName)}`;
      }
      default:
        return `${node.object.toUpperCase()} ${quoteName(parts.at(-1)?.text ?? "")}`;
    }
  }

  refreshView(node: Node<"refreshView">): QueryTranslation {
    const view = this.#env.requireRelation(node.name);
    if (view.kind !== "materialized view")
      throw new SqlError({ code: "42809", message: `"${view.name}" is not a materialized view` });
    const sql = `REFRESH MATERIALIZED VIEW ${tableSql(view)}`;
    const notice = noticeSql("CONCURRENTLY is not required as views are refreshed concurrently");
    return {
      kind: "query",
      sql,
      after: node.concurrently ? [notice] : undefined,
      tag: "REFRESH MATERIALIZED VIEW",
      returnsRows: false,
      isWrite: true,
    };
  }

  alterEnum(node: Node<"alterEnum">): QueryTranslation {
    const name = node.name.parts.at(-1)?.text ?? "";
    const schema = this.#env.findType(name, node.name.parts.length > 1 ? node.name.parts.at(-2)?.text : undefined);
    if (schema === undefined)
      throw new SqlError({ code: "42704", message: `type "${printQualified(node.name)}" does not exist` });
    return ddl(`ALTER TYPE ${quoteName(schema)}.${quoteName(name)} ${this.#env.source(node.rest)}`, "ALTER TYPE", {
      afterCommit: false,
    });
  }

  copyFrom(node: Node<"copyFrom">): string {
    const table = this.#env.requireRelation(node.table);
    const columns = node.columns.length > 0 ? node.columns.map((c) => c.text) : visible(table).map((c) => c.name);
    for (const column of columns) if (!table.columns.some((c) => c.name === column)) throw noColumn(column);
    const options = [
      ...(node.csv ? ["FORMAT csv"] : []),
      ...(node.delimiter === undefined ? [] : [`DELIMITER ${quoteText(node.delimiter)}`]),
      ...(node.nullText === undefined ? [] : [`NULL ${quoteText(node.nullText)}`]),
    ];
    const list = options.length === 0 ? "" : ` (${options.join(", ")})`;
    return `COPY ${tableSql(table)} (${quoteNames(columns)}) FROM STDIN${list}`;
  }
}

// A renamed object is answered with the tag of the renaming.
function renameTag(node: Node<"alterTable">): string {
  const kinds = new Set(node.actions.map((action) => action.kind));
  return kinds.has("renameTo") ? `RENAME ${node.object.toUpperCase()}` : `ALTER ${node.object.toUpperCase()}`;
}

/** The notice about a new name with a qualification, which was of use in earlier versions. */
function qualifiedRename(node: Node<"alterTable">): string[] {
  const [action] = node.actions;
  if (action?.kind !== "renameTo" || action.name.parts.length < 2) return [];
  const object = node.object.toUpperCase();
  const to = action.name.parts.at(-1)?.text ?? "";
  return [
    noticeSql(
      "renaming tables with a qualification is deprecated",
      `use ALTER ${object} ${printQualified(node.name)} RENAME TO ${to} instead`,
    ),
  ];
}

// So are changes of the owner and of the schema.
function ownerTag(node: Node<"alterTable">, tag: string): string {
  const [action] = node.actions;
  if (action?.kind === "owner") return `${tag} OWNER`;
  return action?.kind === "setSchema" ? `${tag} SET SCHEMA` : tag;
}

function ddl(
  sql: string,
  tag: QueryTranslation["tag"],
  change: SchemaChange,
  after?: readonly string[],
  before?: readonly string[],
): QueryTranslation {
  return { kind: "query", sql, before, after, tag, returnsRows: false, isWrite: true, ddl: change };
}

/** IF EXISTS and IF NOT EXISTS that find nothing to do. */
const nothing = (tag: string): QueryTranslation => ({
  kind: "query",
  sql: "SELECT WHERE false",
  tag,
  returnsRows: false,
  hidesRows: true,
  isWrite: false,
});

const fullName = (table: TableView): string => `${table.schema}.${table.name}`;

const notATable = (table: TableView): SqlError =>
  new SqlError({ code: "42809", message: `"${table.name}" is not a table` });
