import type { ColumnDefinition, CreateTableNode, Expr, IndexDefinition, QualifiedName, References } from "../ast.ts";
import type { TableView } from "../contract.ts";
import { notInDemo, SqlError } from "../sql-error.ts";
import { backendIndexName, lengthCheckName } from "./backend-names.ts";
import { define, defineColumn, type IndexBody } from "./definitions.ts";
import type { Environment } from "./environment.ts";
import { noColumn, noRelation } from "./environment.ts";
import type { ExpressionTranslator } from "./expressions.ts";
import { columnsOf, Printer } from "./print.ts";
import { printName, printQualified, quoteName, quoteNames } from "./quote.ts";
import { resolveType, type SqlType } from "./types.ts";

/** SQL for the backend, and the statements that go with it in the same transaction. */
export interface DdlSql {
  readonly sql: string;
  readonly before?: readonly string[];
  readonly after?: readonly string[];
}

/** A column, its type and its default for the backend. */
export interface ColumnSql {
  readonly sql: string;
  readonly definitions: readonly string[];
  readonly type: SqlType;
}

/** Takes names, and numbers those that are taken: `a_b_idx`, `a_b_idx1`. */
export class NameGiver {
  readonly #taken: Set<string>;

  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set(taken);
  }

  /** @throws SqlError 42710 when the name is taken. */
  take(name: string, what: string): string {
    if (this.#taken.has(name))
      throw new SqlError({ code: what === "index" ? "42P07" : "42710", message: `duplicate ${what} name: "${name}"` });
    this.#taken.add(name);
    return name;
  }

  free(name: string): string {
    let candidate = name;
    for (let i = 1; this.#taken.has(candidate); i++) candidate = `${name}${i}`;
    this.#taken.add(candidate);
    return candidate;
  }
}

/** CREATE TABLE, and the parts of it that ALTER TABLE and CREATE INDEX share. */
export class TableTranslator {
  readonly #env: Environment;
  readonly #expressions: ExpressionTranslator;

  constructor(env: Environment, expressions: ExpressionTranslator) {
    this.#env = env;
    this.#expressions = expressions;
  }

  createTable(node: CreateTableNode): DdlSql {
    if (node.refused !== undefined) throw notInDemo(node.refused);
    if (node.temporary) throw notInDemo("temporary tables");
    const { schema, name } = this.#env.newObject(node.name);
    const target = `${quoteName(schema)}.${quoteName(name)}`;
    const existing = this.#env.context.catalog.relation(name, schema, []);
    if (existing && node.ifNotExists) return { sql: `CREATE TABLE IF NOT EXISTS ${target} ()` };
    if (existing)
      throw new SqlError({
        code: "42P07",
        message: `relation "${this.#env.context.database}.${schema}.${name}" already exists`,
      });

    const rowid = { name: "rowid", needed: !hasPrimaryKey(node) };
    const seen = new Set<string>();
    for (const column of node.columns) {
      if (seen.has(column.name.text))
        throw new SqlError({ code: "42701", message: `duplicate column name: "${column.name.text}"` });
      seen.add(column.name.text);
    }
    for (let i = 1; seen.has(rowid.name); i++) rowid.name = `rowid_${i}`;

    const types = this.columnTypes(node.columns);
    const primaryColumns = this.#primaryColumns(node);
    const parts: string[] = [];
    const after: string[] = [];
    for (const column of node.columns) {
      const made = this.column(target, column, types, primaryColumns.includes(column.name.text));
      parts.push(made.sql);
      after.push(...made.definitions);
    }
    if (rowid.needed) {
      parts.push(`${quoteName(rowid.name)} int8 NOT NULL DEFAULT unique_rowid()`);
      after.push(
        defineColumn(target, "type", rowid.name, "INT8"),
        defineColumn(target, "default", rowid.name, "unique_rowid()"),
      );
      after.push(defineColumn(target, "hidden", rowid.name, ""));
    }
    const indexes = new NameGiver();
    const constraints = new NameGiver();
    parts.push(...this.#primaryKey(node, name, rowid, indexes, target, after));
    parts.push(...this.#checks(node, types, constraints, target, after));
    const own: OwnTable = { name, schema, columns: node.columns.map((c) => c.name.text), primaryKey: primaryColumns };
    parts.push(...this.#foreignKeys(node, own, constraints));
    after.unshift(...this.#indexes(node, own, types, indexes, target));
    after.push(...this.#families(node, rowid, target));
    return { sql: `CREATE TABLE ${target} (${parts.join(", ")})`, after };
  }

  /** CockroachDB's types of columns to be, by name. */
  columnTypes(columns: readonly ColumnDefinition[]): Map<string, string> {
    const types = new Map<string, string>();
    for (const column of columns)
      if (column.type) types.set(column.name.text, resolveType(column.type, this.#env).display);
    return types;
  }

  // ---------------------------------------------------------------- columns

  column(target: string, column: ColumnDefinition, types: ReadonlyMap<string, string>, notNull: boolean): ColumnSql {
    const name = column.name.text;
    if (!column.type) throw notInDemo(`column "${name}" without a type`);
    if (column.onUpdate) throw notInDemo("ON UPDATE expressions");
    if (column.primaryKey?.hash) throw notInDemo("hash-sharded indexes");
    const type = resolveType(column.type, this.#env);
    const definitions = [defineColumn(target, "type", name, type.display)];
    const printer = new Printer(this.#env, types);
    const words = [quoteName(name), type.backend];
    if (type.serial) {
      if (column.default) {
        const table = printQualifiedTarget(target);
        throw new SqlError({
          code: "42601",
          message: `multiple default values specified for column "${name}" of table "${table}"`,
        });
      }
      if (!["", "rowid"].includes(this.#env.variable("serial_normalization")))
        throw notInDemo("serial_normalization other than rowid");
      words.push("DEFAULT unique_rowid()");
      definitions.push(defineColumn(target, "default", name, "unique_rowid()"));
    } else if (column.default) {
      words.push(`DEFAULT ${this.defaultSql(column.default)}`);
      if (!isNull(column.default))
        definitions.push(defineColumn(target, "default", name, printer.print(column.default, type.display)));
    }
    if (column.computed) {
      words.push(
        `GENERATED ALWAYS AS (${this.#expressions.expr(column.computed.expr)}) ${column.computed.stored ? "STORED" : "VIRTUAL"}`,
      );
      definitions.push(
        defineColumn(target, "computed", name, JSON.stringify(this.#printed(column.computed.expr, types))),
      );
    }
    if (column.notNull || type.serial || notNull) words.push("NOT NULL");
    if (column.notVisible) definitions.push(defineColumn(target, "hidden", name, ""));
    if (type.maxLength !== undefined) {
      words.push(
        `CONSTRAINT ${quoteName(lengthCheckName(name))} CHECK (pg_catalog.char_length(${quoteName(name)}) <= ${type.maxLength})`,
      );
    }
    return { sql: words.join(" "), definitions, type };
  }

  defaultSql(expr: Expr): string {
    const sql = this.#expressions.expr(expr);
    // PostgreSQL's grammar allows only simple expressions there
    return expr.kind === "call" || expr.kind === "literal" || expr.kind === "cast" ? sql : `(${sql})`;
  }

  // ---------------------------------------------------------------- keys and checks

  #primaryColumns(node: CreateTableNode): string[] {
    const inline = node.columns.filter((column) => column.primaryKey).map((column) => column.name.text);
    const constraint = node.constraints.find((c) => c.kind === "primaryKey");
    return constraint?.kind === "primaryKey" ? constraint.index.elements.map((e) => e.column?.text ?? "") : inline;
  }

  #primaryKey(
    node: CreateTableNode,
    table: string,
    rowid: { name: string; needed: boolean },
    names: NameGiver,
    target: string,
    after: string[],
  ): string[] {
    const constraint = node.constraints.filter((c) => c.kind === "primaryKey");
    const inline = node.columns.filter((column) => column.primaryKey);
    if (constraint.length + inline.length > 1) {
      throw new SqlError({ code: "42P16", message: `multiple primary keys for table "${table}" are not allowed` });
    }
    const [first] = constraint;
    const columns = rowid.needed ? [rowid.name] : this.#primaryColumns(node);
    for (const column of columns) {
      if (!rowid.needed && !node.columns.some((c) => c.name.text === column)) throw noColumn(column);
    }
    if (first?.kind === "primaryKey" && first.index.hashBuckets) throw notInDemo("hash-sharded indexes");
    const given = first?.kind === "primaryKey" ? first.name : inline[0]?.primaryKey?.name;
    const name = names.take(given?.text ?? "primary", "index");
    const directions =
      first?.kind === "primaryKey" ? first.index.elements.map((e) => e.direction ?? "ASC") : ["ASC" as const];
    if (directions.includes("DESC"))
      after.push(define(target, "index", name, JSON.stringify({ directions } satisfies IndexBody)));
    return [`CONSTRAINT ${quoteName(backendIndexName(table, name))} PRIMARY KEY (${quoteNames(columns)})`];
  }

  #checks(
    node: CreateTableNode,
    types: ReadonlyMap<string, string>,
    names: NameGiver,
    target: string,
    after: string[],
  ): string[] {
    const checks: { name: string | undefined; expr: Expr }[] = [
      ...node.columns.flatMap((column) => column.checks.map((check) => ({ name: check.name?.text, expr: check.expr }))),
      ...node.constraints.flatMap((c) => (c.kind === "check" ? [{ name: c.name?.text, expr: c.expr }] : [])),
    ];
    for (const check of checks) if (check.name !== undefined) names.take(check.name, "constraint");
    return checks.map(({ name: given, expr }) => {
      const name = given ?? names.free(`check_${columnsOf(expr).join("_")}`);
      const { sql, definition } = this.check(target, name, expr, types);
      after.push(definition);
      return sql;
    });
  }

  check(
    target: string,
    name: string,
    expr: Expr,
    types: ReadonlyMap<string, string>,
  ): { sql: string; definition: string } {
    for (const column of columnsOf(expr)) if (!types.has(column) && column !== "rowid") throw noColumn(column);
    const printed = this.#printed(expr, types);
    return {
      sql: `CONSTRAINT ${quoteName(name)} CHECK (${this.#expressions.expr(expr)})`,
      definition: define(target, "check", name, JSON.stringify(printed)),
    };
  }

  #printed(expr: Expr, types: ReadonlyMap<string, string>): { expression: string; plain: string } {
    const expression = new Printer(this.#env, types).print(expr);
    return { expression, plain: new Printer(this.#env, types, false).print(expr) };
  }

  #foreignKeys(node: CreateTableNode, own: OwnTable, names: NameGiver): string[] {
    const keys = [
      ...node.constraints.flatMap((c) =>
        c.kind === "foreignKey"
          ? [{ name: c.name, columns: c.columns.map((column) => column.text), references: c.references }]
          : [],
      ),
      ...node.columns.flatMap((column) =>
        column.references
          ? [{ name: column.references.name, columns: [column.name.text], references: column.references }]
          : [],
      ),
    ];
    return keys.map((key) => this.foreignKey(key.name?.text, key.columns, key.references, names, own));
  }

  foreignKey(
    given: string | undefined,
    columns: readonly string[],
    references: References,
    names: NameGiver,
    own?: OwnTable,
  ): string {
    const target = this.#referenced(references.table, own);
    const name =
      given === undefined ? names.free(`fk_${columns[0]}_ref_${target.name}`) : names.take(given, "constraint");
    const referenced = references.columns.length > 0 ? references.columns.map((c) => c.text) : target.primaryKey;
    for (const column of columns) if (own && !own.columns.includes(column)) throw noColumn(column);
    const list = referenced.length > 0 ? ` (${quoteNames(referenced)})` : "";
    const words = [
      `CONSTRAINT ${quoteName(name)} FOREIGN KEY (${quoteNames(columns)}) REFERENCES ${quoteName(target.schema)}.${quoteName(target.name)}${list}`,
    ];
    if (references.match === "partial") throw notInDemo("MATCH PARTIAL");
    if (references.match === "full") words.push("MATCH FULL");
    if (references.onDelete) words.push(`ON DELETE ${references.onDelete.toUpperCase()}`);
    if (references.onUpdate) words.push(`ON UPDATE ${references.onUpdate.toUpperCase()}`);
    return words.join(" ");
  }

  #referenced(
    name: QualifiedName,
    own: OwnTable | undefined,
  ): { schema: string; name: string; primaryKey: readonly string[] } {
    const resolved = this.#env.resolve(name);
    if (own && resolved.name === own.name && (resolved.schema ?? own.schema) === own.schema) return own;
    const relation = this.#env.relation(name);
    if (!relation) throw noRelation(printQualified(name));
    return relation;
  }

  // ---------------------------------------------------------------- indexes

  #indexes(
    node: CreateTableNode,
    own: OwnTable,
    types: ReadonlyMap<string, string>,
    names: NameGiver,
    target: string,
  ): string[] {
    const inline = node.columns
      .filter((column) => column.unique)
      .map((column) => ({
        ...EMPTY_INDEX,
        name: column.unique?.name,
        unique: true,
        elements: [{ ...EMPTY_ELEMENT, column: column.name, start: column.start, end: column.end }],
      }));
    const listed = node.constraints.flatMap((c) => (c.kind === "unique" ? [c.index] : []));
    const all: IndexDefinition[] = [...inline, ...node.indexes, ...listed];
    for (const index of all) if (index.name) names.take(index.name.text, "index");
    return all.flatMap((index) => this.index(index, own.name, target, types, names, index.name?.text));
  }

  /** CREATE INDEX for the backend and what is recorded of it. `name`: already given and checked. */
  index(
    index: IndexDefinition,
    table: string,
    target: string,
    types: ReadonlyMap<string, string>,
    names: NameGiver,
    name?: string,
  ): string[] {
    const shard = index.hashBuckets ? this.#shard(index, target, types) : undefined;
    const columns = index.elements.map((element) => element.column?.text);
    for (const column of [...columns, ...index.storing.map((s) => s.text)]) {
      if (column !== undefined && !types.has(column)) throw noColumn(column);
    }
    const given = name ?? names.free(indexName(table, columns, index.unique));
    const elements = index.elements.map((element) => {
      const key = element.column
        ? quoteName(element.column.text)
        : `(${this.#expressions.expr(element.expr ?? impossible())})`;
      if (index.inverted) return key;
      return `${key} ${element.descending ? "DESC NULLS LAST" : "ASC NULLS FIRST"}`;
    });
    if (shard) elements.unshift(quoteName(shard.column));
    const storing = index.storing.length > 0 ? ` INCLUDE (${quoteNames(index.storing)})` : "";
    if (index.inverted && storing !== "") throw notInDemo("inverted indexes that store columns");
    const where = index.where ? ` WHERE ${this.#expressions.expr(index.where)}` : "";
    const using = index.inverted ? " USING gin" : "";
    const printer = new Printer(this.#env, types);
    const first = shard ? (["ASC"] as const) : [];
    const body: IndexBody = {
      directions: [...first, ...index.elements.map((element) => element.direction ?? "ASC")],
      buckets: shard?.buckets,
      predicate: index.where ? printer.print(index.where) : undefined,
      plainPredicate: index.where ? new Printer(this.#env, types, false).print(index.where) : undefined,
      inverted: index.inverted || undefined,
      expressions: [...first.map(() => null), ...index.elements.map((e) => (e.expr ? printer.print(e.expr) : null))],
    };
    const create = `CREATE ${index.unique ? "UNIQUE " : ""}INDEX ${quoteName(backendIndexName(table, given))} ON ${target}${using} (${elements.join(", ")})${storing}${where}`;
    return [...(shard?.statements ?? []), create, define(target, "index", given, JSON.stringify(body))];
  }

  /** The hidden column that a hash-sharded index begins with. */
  #shard(
    index: IndexDefinition,
    target: string,
    types: ReadonlyMap<string, string>,
  ): { column: string; buckets: number; statements: string[] } {
    if (this.#env.variable("experimental_enable_hash_sharded_indexes") !== "on") {
      throw new SqlError({
        code: "0A000",
        message: "hash sharded indexes require the experimental_enable_hash_sharded_indexes session variable",
      });
    }
    const buckets = Number(index.hashBuckets?.kind === "literal" ? index.hashBuckets.value : Number.NaN);
    if (!Number.isInteger(buckets) || buckets < 2) {
      throw new SqlError({ code: "22023", message: "BUCKET_COUNT must be an integer greater than 1" });
    }
    const keys = index.elements.map((element) => element.column?.text ?? impossible());
    for (const key of keys) if (!types.has(key)) throw noColumn(key);
    const column = `crdb_internal_${keys.join("_")}_shard_${buckets}`;
    const texts = keys.map((key) => `COALESCE(CAST(${printName(key)} AS STRING), '':::STRING)`).join(", ");
    const computed = `mod(fnv32(${texts}), ${buckets}:::INT8)`;
    const numbers = Array.from({ length: buckets }, (_, i) => i);
    const check = {
      expression: `${column} IN (${numbers.map((n) => `${n}:::INT8`).join(", ")})`,
      plain: `${column} IN (${numbers.join(", ")})`,
    };
    const checkName = `check_${column}`;
    const statements = [
      `ALTER TABLE ${target} ADD COLUMN ${quoteName(column)} int4 NOT NULL GENERATED ALWAYS AS ` +
        `(crdb_demo.hash_bucket(${buckets}, ROW(${quoteNames(keys)}))) STORED, ` +
        `ADD CONSTRAINT ${quoteName(checkName)} CHECK (${quoteName(column)} IN (${numbers.join(", ")}))`,
      defineColumn(target, "type", column, "INT4"),
      defineColumn(target, "computed", column, JSON.stringify({ expression: computed, plain: computed })),
      defineColumn(target, "hidden", column, ""),
      define(target, "check", checkName, JSON.stringify(check)),
    ];
    return { column, buckets, statements };
  }

  // ---------------------------------------------------------------- families

  #families(node: CreateTableNode, rowid: { name: string; needed: boolean }, target: string): string[] {
    const columns = node.columns.map((column) => column.name.text);
    if (rowid.needed) columns.push(rowid.name);
    const families: { name: string; columns: string[] }[] = [];
    for (const family of node.families) {
      const listed = family.columns.map((column) => column.text);
      for (const column of listed) if (!columns.includes(column)) throw noColumn(column);
      families.push({ name: family.name?.text ?? `fam_${families.length}_${listed.join("_")}`, columns: listed });
    }
    for (const column of node.columns) {
      if (!column.family) continue;
      const family = families.find((f) => f.name === column.family?.text);
      if (family) family.columns.push(column.name.text);
      else families.push({ name: column.family.text, columns: [column.name.text] });
    }
    if (families.length === 0) return [];
    const rest = columns.filter((column) => !families.some((family) => family.columns.includes(column)));
    families[0]?.columns.push(...rest);
    const numbered = families.map((family) => ({
      name: family.name,
      columns: family.columns.map((c) => columns.indexOf(c) + 1),
    }));
    return [define(target, "families", "", JSON.stringify(numbered))];
  }
}

/** What a foreign key may say of the table that is being made. */
export interface OwnTable {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly string[];
  readonly primaryKey: readonly string[];
}

const EMPTY_INDEX: Omit<IndexDefinition, "name" | "unique" | "elements"> = {
  inverted: false,
  hashBuckets: undefined,
  storing: [],
  where: undefined,
};
const EMPTY_ELEMENT = { expr: undefined, descending: false, direction: undefined, opclass: undefined } as const;

const isNull = (expr: Expr): boolean => expr.kind === "literal" && expr.type === "null";

function hasPrimaryKey(node: CreateTableNode): boolean {
  return node.columns.some((column) => column.primaryKey) || node.constraints.some((c) => c.kind === "primaryKey");
}

/** CockroachDB's name for an index without one. */
export function indexName(table: string, columns: readonly (string | undefined)[], unique: boolean): string {
  return `${[table, ...columns.map((column) => column ?? "expr")].join("_")}_${unique ? "key" : "idx"}`;
}

/** The names of a table's constraints and indexes, to make new ones that differ. */
export const takenNames = (table: TableView): { indexes: string[]; constraints: string[] } => ({
  indexes: table.indexes.map((index) => index.name),
  constraints: table.constraints.map((constraint) => constraint.name),
});

const printQualifiedTarget = (target: string): string => target.split(".").at(-1)?.replaceAll('"', "") ?? target;

function impossible(): never {
  throw new Error("an index element is a column or an expression");
}
