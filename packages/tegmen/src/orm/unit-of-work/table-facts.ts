import type { TableColumn } from "../../schema/column.ts";
import { resolveTable, type ResolvedForeignKey } from "../../schema/resolve-table.ts";
import type { AnyTable } from "../../schema/table.ts";
import type { ExpressionNode } from "../../sql/nodes/expression-node.ts";
import type { EntityTable } from "../entity-types.ts";
import type { Mapper } from "../mapper.ts";

/** Who gives a column its value when an object has none. */
export type FilledBy = "nobody" | "program" | "server";

/** What a flush has to know of a column. */
export interface ColumnFacts {
  readonly column: TableColumn;
  readonly key: string;
  readonly nullable: boolean;
  /** Who fills it in an INSERT. */
  readonly filledBy: FilledBy;
  /** Makes the value of a new row, where the program fills the column. */
  readonly make: (() => unknown) | undefined;
  /** Makes the value of a changed row that has no new one. */
  readonly makeOnUpdate: (() => unknown) | undefined;
  /** The server computes it, always. */
  readonly isGenerated: boolean;
}

/** What a flush has to know of a table that objects are written to. */
export interface TableFacts {
  readonly mapper: Mapper;
  readonly table: EntityTable;
  readonly columns: readonly ColumnFacts[];
  readonly byKey: ReadonlyMap<string, ColumnFacts>;
  /** Its rows belong to those of another table, and have their keys. */
  readonly isFurther: boolean;
  readonly primaryKey: readonly TableColumn[];
  readonly version: TableColumn | undefined;
  /** What every INSERT has to read back, if the object has no value for it. */
  readonly serverFilled: readonly ColumnFacts[];
  /** What every UPDATE has to read back, because the server changes it. */
  readonly changedByServer: readonly TableColumn[];
  /** The columns whose values the program makes at every UPDATE. */
  readonly madeOnUpdate: readonly ColumnFacts[];
  readonly foreignKeys: readonly ResolvedForeignKey[];
}

const known = new WeakMap<Mapper, readonly TableFacts[]>();

/** The facts of a class's tables, that of the root first. Looked up once for each class. */
export function tableFacts(mapper: Mapper): readonly TableFacts[] {
  let facts = known.get(mapper);
  if (facts === undefined) known.set(mapper, (facts = mapper.tables.map((table) => findFacts(mapper, table))));
  return facts;
}

/** The facts of the table that has a column. */
export function factsOf(mapper: Mapper, key: string): TableFacts {
  const all = tableFacts(mapper);
  return all.find(({ byKey }) => byKey.has(key)) ?? all[0]!;
}

/** The tables that a table's rows refer to. */
export function foreignKeysOf(table: AnyTable): readonly ResolvedForeignKey[] {
  return resolveTable(table).foreignKeys;
}

function findFacts(mapper: Mapper, table: EntityTable): TableFacts {
  const versionKey = mapper.root.options.version;
  const version = versionKey === undefined ? undefined : table.columns.find(({ key }) => key === versionKey);
  // The table of several classes has columns that only some of them know.
  const own = table.columns.filter(({ key }) => mapper.columns.has(key));
  const columns = own.map((column) => columnFacts(column, column === version));
  const isFurther = table !== mapper.tables[0];
  return {
    mapper,
    table,
    columns,
    byKey: new Map(columns.map((column) => [column.key, column])),
    isFurther,
    primaryKey: isFurther ? table.primaryKey : mapper.primaryKey,
    version,
    serverFilled: columns.filter(({ filledBy }) => filledBy === "server"),
    changedByServer: own.filter(({ options }) => options.computed !== undefined || options.onUpdate?.kind === "server"),
    madeOnUpdate: columns.filter(({ makeOnUpdate }) => makeOnUpdate !== undefined),
    foreignKeys: foreignKeysOf(table),
  };
}

function columnFacts(column: TableColumn, isVersion: boolean): ColumnFacts {
  const make = maker(column, isVersion);
  const { nullable, computed, identity, default: byDefault } = column.options;
  const byServer = computed !== undefined || identity !== undefined || byDefault !== undefined;
  return {
    column,
    key: column.key,
    nullable: nullable && !column.options.primaryKey,
    filledBy: make !== undefined ? "program" : byServer ? "server" : "nobody",
    make,
    makeOnUpdate: column.clientOnUpdate,
    isGenerated: column.isGenerated,
  };
}

/**
 * What makes the value of a column on the client: its function, its constant default, the first version, or a random
 * UUID. Then nothing has to wait for the server, and nothing has to be read back.
 */
function maker(column: TableColumn, isVersion: boolean): (() => unknown) | undefined {
  const { default: byDefault, type, computed } = column.options;
  if (computed !== undefined) return undefined;
  if (byDefault?.kind === "client") return byDefault.make;
  if (byDefault !== undefined) {
    const { node } = byDefault;
    if (node.kind === "parameter") {
      const { text } = node;
      // Decoded for each row: two objects must not share a list or a document.
      return text === null ? () => null : () => type.decode(text);
    }
    return isRandomUuid(node) && type.oid === uuidOid ? () => crypto.randomUUID() : undefined;
  }
  return isVersion && column.options.identity === undefined ? () => type.decode("1") : undefined;
}

const uuidOid = 2950;

function isRandomUuid(node: ExpressionNode): boolean {
  return node.kind === "function" && node.name === "gen_random_uuid" && node.args.length === 0;
}
