import { ArgumentError, describeValue } from "../errors/index.ts";
import {
  targetOf,
  type ColumnDefinition,
  type Definitions,
  type definitionsOf,
  type TableInsert,
  type TableRow,
  type Target,
} from "../sql/definitions.ts";
import { sourceNode, type FromItem, type sourceName } from "../sql/from-item.ts";
import type { AliasNode, SourceNode, TableNode } from "../sql/nodes/source-node.ts";
import { quoteIdentifier } from "../text/index.ts";
import { optionsOf } from "./column-builder.ts";
import type { ColumnOptions } from "./column-options.ts";
import { TableColumn, type TableRef } from "./column.ts";
import type { TableItem } from "./constraint.ts";
import { snakeCase } from "./naming.ts";
import { checkTableOptions, type TableOptions } from "./table-options.ts";
import type { Columns } from "./table-types.ts";

/** Any table: what does not depend on its columns' types. */
export interface AnyTable {
  readonly [sourceNode]: TableNode;
  readonly name: string;
  readonly schema: string | undefined;
  readonly columns: readonly TableColumn[];
  readonly primaryKey: readonly TableColumn[];
  readonly items: readonly TableItem[];
  readonly options: TableOptions;
}

/**
 * A table of the database: its columns, constraints, indexes and options. Immutable.
 *
 * SQLAlchemy: `Table`.
 *
 * @typeParam N its name
 * @typeParam C the definitions of its columns
 */
export class Table<N extends string, C extends Definitions> implements Target<N, C>, AnyTable {
  declare readonly [sourceName]: N;
  declare readonly [definitionsOf]: C;
  /** The type of its rows: `type Account = typeof accounts.$row`. Never there at run time. */
  declare readonly $row: TableRow<C>;
  /** The type of new rows: `type NewAccount = typeof accounts.$insert`. Never there at run time. */
  declare readonly $insert: TableInsert<C>;
  readonly [sourceNode]: TableNode;
  readonly [targetOf]: ReadonlyMap<string, TableColumn>;
  readonly name: N;
  readonly schema: string | undefined;
  /** The columns, by their names in TypeScript: `accounts.c.createdAt`. */
  readonly c: Columns<N, C>;
  /** Constraints and indexes that are not part of a column's definition. */
  readonly items: readonly TableItem[];
  readonly options: TableOptions;

  /** Made by {@link table}. */
  constructor(
    name: N,
    definitions: C,
    items: ((columns: Columns<N, C>) => readonly TableItem[]) | undefined,
    options: TableOptions,
  ) {
    checkTableOptions(options);
    this.name = name;
    this.schema = options.schema ?? options.metadata?.schema;
    this.options = options;
    const quoted = quoteIdentifier(name);
    const text = this.schema === undefined ? quoted : `${quoteIdentifier(this.schema)}.${quoted}`;
    this[sourceNode] = { kind: "table", name, text, qualifier: text };
    this[targetOf] = makeColumns(this, this[sourceNode], definitions);
    this.c = Object.fromEntries(this[targetOf]) as unknown as Columns<N, C>;
    this.items = Object.freeze([...(items?.(this.c) ?? [])]);
  }

  /** All columns, in their order. */
  get columns(): readonly TableColumn[] {
    return [...this[targetOf].values()];
  }

  /** The columns of the primary key. */
  get primaryKey(): readonly TableColumn[] {
    const item = this.items.find((candidate) => candidate.kind === "primary-key");
    if (item?.kind === "primary-key") return item.columns;
    return this.columns.filter((column) => column.options.primaryKey);
  }

  /**
   * The table under another name, to be read twice in one statement.
   *
   * @example `select(a.c.id).from(a).innerJoin(b, b.c.parentId.eq(a.c.id))` with `const b = accounts.alias("b")`
   */
  alias<const A extends string>(name: A): Alias<A, C> {
    return new Alias(name, this);
  }
}

/** A table under another name. */
export class Alias<N extends string, C extends Definitions> implements FromItem<N, Columns<N, C>> {
  declare readonly [sourceName]: N;
  readonly [sourceNode]: AliasNode;
  readonly name: N;
  /** The table itself. */
  readonly table: AnyTable;
  #columns: Columns<N, C> | undefined;

  /** Made by `alias()`. */
  constructor(name: N, table: AnyTable) {
    if (typeof name !== "string" || name === "") {
      throw new ArgumentError(`alias() expects a name, got ${describeValue(name)}`);
    }
    this.name = name;
    this.table = table;
    this[sourceNode] = { kind: "alias", name, qualifier: quoteIdentifier(name), of: table[sourceNode] };
  }

  /** The columns, by their names in TypeScript. */
  get c(): Columns<N, C> {
    return (this.#columns ??= Object.fromEntries(
      this.table.columns.map((column) => [
        column.key,
        new TableColumn(this[sourceNode], this.table, column.key, column.name, column.options),
      ]),
    ) as unknown as Columns<N, C>);
  }
}

/**
 * Defines a table.
 *
 * @param name its name in SQL, without a schema
 * @param columns its columns; the keys are their names in TypeScript, in SQL they are snake_case
 * @param items constraints and indexes
 * @param options the MetaData it belongs to, its schema, locality, TTL and so on
 * @throws {ArgumentError} two columns have one name in SQL, an option is unknown
 *
 * @example
 * ```ts
 * const accounts = table("accounts", {
 *   id: c.uuid().primaryKey().default(func.genRandomUuid()),
 *   owner: c.string(80).notNull(),
 *   balance: c.int().notNull().default(0),
 * }, (t) => [index().on(t.owner), check("not_negative", t.balance.ge(0))], { metadata });
 * ```
 *
 * SQLAlchemy: `Table()`.
 */
export function table<const N extends string, C extends { readonly [key: string]: AnyColumnBuilder }>(
  name: N,
  columns: C,
  items?: (columns: Columns<N, C>) => readonly TableItem[],
  options?: TableOptions,
): Table<N, C>;
export function table<const N extends string, C extends { readonly [key: string]: AnyColumnBuilder }>(
  name: N,
  columns: C,
  options?: TableOptions,
): Table<N, C>;
export function table<const N extends string, C extends { readonly [key: string]: AnyColumnBuilder }>(
  name: N,
  columns: C,
  second?: ((columns: Columns<N, C>) => readonly TableItem[]) | TableOptions,
  third?: TableOptions,
): Table<N, C> {
  const items = typeof second === "function" ? second : undefined;
  const options = (typeof second === "function" ? third : (second ?? third)) ?? {};
  const made = new Table(name, columns, items, options);
  options.metadata?.add(made);
  return made;
}

/**
 * Adds columns to a table: those of a subclass whose objects are rows of it.
 *
 * @returns the columns that were added
 * @throws {ArgumentError} one is there already
 */
export function addColumns(table: AnyTable & Target, definitions: object): readonly TableColumn[] {
  const columns = table[targetOf] as Map<string, TableColumn>;
  const added = makeColumns(table, table[sourceNode], definitions);
  for (const [key, column] of added) {
    const other = [...columns.values()].find((one) => one.key === key || one.name === column.name);
    if (other !== undefined) throw new ArgumentError(`table "${table.name}" has a column "${other.key}" already`);
    columns.set(key, column);
    (table.c as Record<string, TableColumn>)[key] = column;
  }
  return [...added.values()];
}

/** Any definition of a column. */
export interface AnyColumnBuilder extends ColumnDefinition {
  readonly [optionsOf]: ColumnOptions;
}

function makeColumns(table: TableRef, source: SourceNode, definitions: object): ReadonlyMap<string, TableColumn> {
  const columns = new Map<string, TableColumn>();
  const names = new Map<string, string>();
  for (const [key, definition] of Object.entries(definitions)) {
    const options = (definition as Partial<AnyColumnBuilder> | null)?.[optionsOf];
    if (options === undefined) {
      throw new ArgumentError(
        `column "${key}" of table "${table.name}" expects a definition such as c.int(), got ${describeValue(definition)}`,
      );
    }
    const name = options.name ?? snakeCase(key);
    const other = names.get(name);
    if (other !== undefined) {
      throw new ArgumentError(`the columns "${other}" and "${key}" of table "${table.name}" are both ${name} in SQL`);
    }
    names.set(name, key);
    columns.set(key, new TableColumn(source, table, key, name, options));
  }
  if (columns.size === 0) throw new ArgumentError(`table "${table.name}" needs at least one column`);
  return columns;
}
