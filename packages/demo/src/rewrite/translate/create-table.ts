import type { ColumnDefinition, CreateTableNode, Expr, IndexDefinition, References } from "../ast.ts";
import { notInDemo, SqlError, unimplemented } from "../sql-error.ts";
import { backendIndexName } from "./backend-names.ts";
import { ColumnTranslator } from "./column-sql.ts";
import { ConstraintTranslator, type OwnTable } from "./constraints.ts";
import { define, defineColumn, type IndexBody } from "./definitions.ts";
import type { Environment } from "./environment.ts";
import { familiesOf } from "./families.ts";
import { type Shard, shardDefinitions, shardOf, shardSql } from "./hash-shard.ts";
import { IndexTranslator, uniqueOn } from "./indexes.ts";
import { constraintNames, indexNames, type NameGiver, tableError } from "./name-giver.ts";
import { noticeSql } from "./notices.ts";
import { columnsOf } from "./print.ts";
import { quoteName, quoteNames } from "./quote.ts";
import type { ExpressionTranslator } from "./expressions.ts";

/** SQL for the backend, and the statements that go with it in the same transaction. */
export interface DdlSql {
  readonly sql: string;
  readonly before?: readonly string[];
  readonly after?: readonly string[];
}

/** The hidden column that stands in for a primary key nobody has given. */
export const ROWID_SQL = "int8 NOT NULL DEFAULT unique_rowid()";

/** What is recorded of it. */
export const rowidDefinitions = (target: string, name: string): string[] => [
  defineColumn(target, "type", name, "INT8"),
  defineColumn(target, "default", name, "unique_rowid()"),
  defineColumn(target, "hidden", name, ""),
];

/** A table while it is put together. */
interface Draft {
  readonly node: CreateTableNode;
  readonly own: OwnTable & { readonly types: Map<string, string> };
  readonly target: string;
  readonly id: number;
  readonly indexNames: NameGiver;
  readonly constraintNames: NameGiver;
  /** The columns for the backend by name, in order. */
  readonly columns: Map<string, string>;
  readonly shards: Map<string, Shard>;
  /** Constraints for the backend. */
  readonly parts: string[];
  readonly before: string[];
  /** What needs the indexes: foreign keys to the table itself. */
  readonly late: string[];
  readonly after: string[];
}

/** CREATE TABLE with a list of columns. */
export class TableTranslator {
  readonly #env: Environment;
  readonly columns: ColumnTranslator;
  readonly constraints: ConstraintTranslator;
  readonly indexes: IndexTranslator;

  constructor(env: Environment, expressions: ExpressionTranslator) {
    this.#env = env;
    this.constraints = new ConstraintTranslator(env, expressions);
    this.columns = new ColumnTranslator(env, expressions, this.constraints);
    this.indexes = new IndexTranslator(env, expressions);
  }

  createTable(node: CreateTableNode): DdlSql {
    refuse(node);
    const { schema, name } = this.#env.newObject(node.name);
    const target = `${quoteName(schema)}.${quoteName(name)}`;
    const existing = this.#env.context.catalog.relation(name, schema, []);
    if (existing && node.ifNotExists) return { sql: `CREATE TABLE IF NOT EXISTS ${target} ()` };
    if (existing)
      throw new SqlError({
        code: "42P07",
        message: `relation "${this.#env.context.database}.${schema}.${name}" already exists`,
      });
    const draft = this.#draft(node, { schema, name, target });
    this.#columns(draft);
    const unnamed = hasPrimaryKey(node) ? undefined : freeRowid(node);
    const primary = this.#primaryKey(draft, unnamed);
    const made = this.#indexes(draft);
    if (unnamed !== undefined) {
      if (this.#env.variable("require_explicit_primary_keys") === "on") throw noPrimaryKey(name);
      draft.columns.set(unnamed, `${quoteName(unnamed)} ${ROWID_SQL}`);
      draft.after.push(...rowidDefinitions(target, unnamed));
    }
    this.#checks(draft);
    this.#foreignKeys(draft);
    const families = this.#families(draft);
    const body = [...draft.columns.values(), primary, ...draft.parts].join(", ");
    const after = [...made, ...draft.late, ...draft.after, ...families, ...notices(node)];
    return { sql: `CREATE TABLE ${target} (${body})`, before: draft.before, after };
  }

  #draft(node: CreateTableNode, table: { schema: string; name: string; target: string }): Draft {
    const { schema, name, target } = table;
    const id = nextId(this.#env);
    const seen = new Set<string>();
    for (const { name: column } of node.columns) {
      if (seen.has(column.text)) throw tableError(name, id, "42701", `duplicate column name: "${column.text}"`);
      seen.add(column.text);
    }
    const types = this.columns.types(node.columns);
    return {
      node,
      own: {
        schema,
        name,
        columns: node.columns.map((c) => c.name.text),
        primaryKey: primaryColumns(node),
        types,
        onUpdate: node.columns.filter((c) => c.onUpdate).map((c) => c.name.text),
      },
      target,
      id,
      indexNames: indexNames([]),
      constraintNames: constraintNames(name, id, []),
      columns: new Map(),
      shards: new Map(),
      parts: [],
      before: [],
      late: [],
      after: [],
    };
  }

  #columns(draft: Draft): void {
    const { node, own, target } = draft;
    // the shard of an inline key stands before its column
    for (const column of node.columns) {
      const hash = column.primaryKey?.hash;
      if (hash) this.#shard(draft, [column.name.text], hash);
      const made = this.columns.column(
        column,
        { ...own, target },
        own.primaryKey.includes(column.name.text) || isSerial(column),
      );
      draft.columns.set(column.name.text, made.sql);
      draft.before.push(...made.before);
      draft.after.push(...made.definitions);
    }
  }

  #shard(draft: Draft, keys: readonly string[], hash: Expr): Shard {
    const shard = shardOf(this.#env, keys, hash);
    for (const key of keys) {
      const column = draft.node.columns.find((c) => c.name.text === key);
      if (!column) throw this.#badIndex(draft)("unknown", "primary", key);
      if (column.computed) throw onComputed();
    }
    if (draft.shards.has(shard.column)) return shard;
    draft.shards.set(shard.column, shard);
    const { column, check } = shardSql(shard);
    draft.columns.set(shard.column, column);
    draft.own.types.set(shard.column, "INT4");
    draft.parts.push(check);
    draft.after.push(...shardDefinitions(draft.target, shard));
    return shard;
  }

  // ---------------------------------------------------------------- keys and indexes

  #primaryKey(draft: Draft, rowid: string | undefined): string {
    const { node, own, target } = draft;
    const listed = node.constraints.filter((c) => c.kind === "primaryKey");
    const inline = node.columns.filter((column) => column.primaryKey);
    if (listed.length + inline.length > 1)
      throw new SqlError({ code: "XXUUU", message: `multiple primary keys for table "${own.name}" are not allowed` });
    const [constraint] = listed;
    const columns = rowid === undefined ? own.primaryKey : [rowid];
    const given = constraint?.kind === "primaryKey" ? constraint.name : inline[0]?.primaryKey?.name;
    const name = draft.indexNames.take(given?.text ?? "primary", "index");
    for (const column of rowid === undefined ? columns : []) {
      if (!own.types.has(column)) throw this.#badIndex(draft)("unknown", name, column);
      checkIndexable(column, own.types);
    }
    const index = constraint?.kind === "primaryKey" ? constraint.index : undefined;
    const hash = index ? index.hashBuckets : inline[0]?.primaryKey?.hash;
    const shard = hash && this.#shard(draft, columns, hash);
    const directions: ("ASC" | "DESC")[] = index ? index.elements.map((e) => e.direction ?? "ASC") : ["ASC"];
    if (shard || directions.includes("DESC")) {
      const body: IndexBody = {
        directions: shard ? ["ASC", ...directions] : directions,
        ...(shard && { buckets: shard.buckets }),
      };
      draft.after.push(define(target, "index", name, JSON.stringify(body)));
    }
    const keys = shard ? [shard.column, ...columns] : columns;
    return `CONSTRAINT ${quoteName(backendIndexName(own.name, name))} PRIMARY KEY (${quoteNames(keys)})`;
  }

  #badIndex(draft: Draft): (what: "unknown" | "duplicate", index: string, column: string) => SqlError {
    return (what, index, column) =>
      tableError(draft.own.name, draft.id, "XXUUU", `index "${index}" contains ${what} column "${column}"`);
  }

  /** The statements that make the indexes, in the order they are written. */
  #indexes(draft: Draft): string[] {
    const { node, own, target } = draft;
    const all: IndexDefinition[] = [
      ...node.columns
        .filter((column) => column.unique?.withoutIndex === false)
        .map((column) => uniqueOn(column.unique?.name?.text, [column.name.text])),
      ...node.indexes,
      ...node.constraints.flatMap((c) => (c.kind === "unique" && !c.withoutIndex ? [c.index] : [])),
    ];
    const written = [...all].sort((a, b) => startOf(a) - startOf(b));
    for (const index of written) if (index.name) draft.indexNames.take(index.name.text, "index");
    const shards = new Map<IndexDefinition, Shard>();
    for (const index of written) {
      if (!index.hashBuckets) continue;
      const keys = index.elements.map((element) => element.column?.text ?? "");
      shards.set(index, this.#shard(draft, keys, index.hashBuckets));
    }
    const indexed = { name: own.name, target, types: own.types, primaryKey: own.primaryKey };
    const unique = this.#uniqueWithoutIndex(draft);
    return [
      ...all.flatMap((index) => {
        for (const { column } of index.elements) if (column && !index.inverted) checkIndexable(column.text, own.types);
        return this.indexes.create(index, indexed, draft.indexNames, {
          name: index.name?.text,
          shard: shards.get(index),
          fail: this.#badIndex(draft),
        });
      }),
      ...unique,
    ];
  }

  #uniqueWithoutIndex({ node, own, target, constraintNames: names }: Draft): string[] {
    const all = [
      ...node.columns
        .filter((column) => column.unique?.withoutIndex)
        .map((column) => ({ name: column.unique?.name, index: uniqueOn(undefined, [column.name.text]) })),
      ...node.constraints.flatMap((c) => (c.kind === "unique" && c.withoutIndex ? [c] : [])),
    ];
    return all.flatMap(({ index, name }) => {
      this.constraints.requireUniqueWithoutIndex();
      const given = name ? names.take(name.text, "constraint") : names.free(this.constraints.uniqueName(index), "_");
      return this.constraints.uniqueWithoutIndex(target, own.name, given, index, own.types);
    });
  }

  // ---------------------------------------------------------------- constraints

  #checks({ node, own, target, constraintNames: names, parts, after }: Draft): void {
    const checks: { name: string | undefined; expr: Expr }[] = [
      ...node.columns.flatMap((column) => column.checks.map((check) => ({ name: check.name?.text, expr: check.expr }))),
      ...node.constraints.flatMap((c) => (c.kind === "check" ? [{ name: c.name?.text, expr: c.expr }] : [])),
    ];
    for (const { name: given, expr } of checks) {
      if (given !== undefined) names.take(given, "constraint");
      const name = given ?? names.free(this.constraints.checkName(expr));
      const { sql, definition } = this.constraints.check(target, name, expr, own.types);
      parts.push(sql);
      after.push(definition);
    }
  }

  #foreignKeys({ node, own, target, constraintNames: names, parts, late }: Draft): void {
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
    for (const key of keys) {
      for (const column of key.columns) refuseComputedReference(node.columns.find((c) => c.name.text === column));
    }
    refuseComputedOnReferences(node.columns, keys);
    for (const key of keys) {
      const sql = this.constraints.foreignKey(key.name?.text, key.columns, key.references, names, own);
      const { schema = own.schema, name } = this.#env.resolve(key.references.table);
      if (name === own.name && schema === own.schema) late.push(`ALTER TABLE ${target} ADD ${sql}`);
      else parts.push(sql);
    }
  }

  #families(draft: Draft): string[] {
    const columns = [...draft.columns.keys()];
    const shards = new Map([...draft.shards.values()].map((shard) => [shard.column, shard.keys[0] ?? ""]));
    const fail = (message: string): SqlError => tableError(draft.own.name, draft.id, "XXUUU", message);
    const families = familiesOf(draft.node, columns, shards, fail);
    if (families.length === 0) return [];
    const numbered = families.map((family) => ({
      name: family.name,
      columns: family.columns.map((c) => columns.indexOf(c) + 1),
    }));
    return [define(draft.target, "families", "", JSON.stringify(numbered))];
  }
}

function refuseComputedReference(column: ColumnDefinition | undefined): void {
  if (!column?.computed) return;
  throw new SqlError({
    code: "42601",
    message: `computed column "${column.name.text}" cannot reference a foreign key`,
  });
}

/** A computed column may not read what a foreign key changes by itself, nor another computed column. */
function refuseComputedOnReferences(
  columns: readonly ColumnDefinition[],
  keys: readonly { readonly columns: readonly string[]; readonly references: References }[],
): void {
  const changing = new Set(
    keys
      .filter(({ references: { onDelete, onUpdate } }) =>
        [onDelete, onUpdate].some((action) => action !== undefined && action !== "no action" && action !== "restrict"),
      )
      .flatMap((key) => key.columns),
  );
  for (const { computed } of columns) {
    if (computed && columnsOf(computed.expr).some((name) => changing.has(name)))
      throw new SqlError({ code: "42601", message: "computed columns cannot reference non-restricted FK columns" });
  }
}

const isSerial = (column: ColumnDefinition): boolean => column.type?.name.includes("serial") ?? false;

const startOf = (index: IndexDefinition): number => index.elements[0]?.start ?? 0;

function primaryColumns(node: CreateTableNode): string[] {
  const constraint = node.constraints.find((c) => c.kind === "primaryKey");
  if (constraint?.kind === "primaryKey") return constraint.index.elements.map((e) => e.column?.text ?? "");
  return node.columns.filter((column) => column.primaryKey).map((column) => column.name.text);
}

export function hasPrimaryKey(node: CreateTableNode): boolean {
  return node.columns.some((column) => column.primaryKey) || node.constraints.some((c) => c.kind === "primaryKey");
}

/** `rowid`, or `rowid_1` where a column has that name. */
function freeRowid(node: CreateTableNode): string {
  const names = new Set(node.columns.map((column) => column.name.text));
  let name = "rowid";
  for (let i = 1; names.has(name); i++) name = `rowid_${i}`;
  return name;
}

const noPrimaryKey = (table: string): SqlError =>
  new SqlError({
    code: "XXUUU",
    message: `no primary key specified for table ${table} (require_explicit_primary_keys = true)`,
  });

export const onComputed = (): SqlError =>
  new SqlError({ code: "0A000", message: "cannot create a sharded index on a computed column" });

/** The id that CockroachDB's error messages give a table that is being made: the next one. */
function nextId(env: Environment): number {
  let id = 51;
  for (const { oid } of env.context.catalog.relations()) id = Math.max(id, oid);
  return id + 1;
}

const NOT_INDEXABLE: Readonly<Record<string, number>> = { JSONB: 35_730 };

/** @throws SqlError for a column whose values have no order. */
export function checkIndexable(column: string, types: ReadonlyMap<string, string>): void {
  const type = types.get(column);
  const issue = type === undefined ? undefined : NOT_INDEXABLE[type];
  if (issue === undefined && !type?.endsWith("[]")) return;
  const shown = type?.toLowerCase().replace(/^int8/, "int") ?? "";
  throw unimplemented(`column ${column} is of type ${shown} and thus is not indexable`, issue ?? 50_659);
}

const IGNORED_PARAMETERS: ReadonlySet<string> = new Set(["fillfactor", "autovacuum_enabled"]);

/** What CockroachDB's open-source build or its defaults refuse. */
function refuse(node: CreateTableNode): void {
  switch (node.refused) {
    case "partition":
      throw new SqlError({ code: "XXC02", message: "use of partitions requires an enterprise license" });
    case "locality":
      throw new SqlError({
        code: "42P16",
        message: "cannot set LOCALITY on a table in a database that is not multi-region enabled",
      });
    case "interleave": {
      const keys = [
        ...node.columns.map((column) => column.primaryKey?.hash),
        ...node.constraints.map((c) => (c.kind === "primaryKey" ? c.index.hashBuckets : undefined)),
      ];
      throw interleaved(keys.some((hash) => hash !== undefined));
    }
    default:
  }
  const unknown = node.storage.find((parameter) => !IGNORED_PARAMETERS.has(parameter));
  if (unknown !== undefined) throw new SqlError({ code: "XXUUU", message: `invalid storage parameter "${unknown}"` });
  if (node.temporary) throw notInDemo("temporary tables");
}

export const interleaved = (sharded = false): SqlError =>
  sharded
    ? new SqlError({ code: "0A000", message: "interleaved indexes cannot also be hash sharded" })
    : new SqlError({
        code: "01P01",
        message:
          "interleaved tables and interleaved indexes are disabled due to the sql.defaults.interleaved_tables.enabled cluster setting. " +
          "Note that interleaved tables and interleaved indexes will be removed in a future release. For details, see " +
          "https://www.cockroachlabs.com/docs/releases/v20.2.0#deprecations",
        hint: "See: https://go.crdb.dev/issue-v/52009/v21.2",
      });

function notices(node: CreateTableNode): string[] {
  const ignored = node.storage.map((parameter) => noticeSql(`storage parameter "${parameter}" is ignored`));
  if (node.unlogged) ignored.unshift(noticeSql("UNLOGGED TABLE will behave as a regular table in CockroachDB"));
  return ignored;
}
