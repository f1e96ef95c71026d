import { ArgumentError, DatabaseError, describeValue } from "../errors/index.ts";
import { targetOf } from "../sql/definitions.ts";
import type { Executable } from "../sql/executable.ts";
import { sourceNode } from "../sql/from-item.ts";
import { isEnumType, isArrayType, type AnySqlType, type EnumType } from "../types/index.ts";
import { dependencyOrder, type DependencyOrder } from "./dependency-order.ts";
import {
  addForeignKey,
  commentOnColumn,
  commentOnTable,
  createEnum,
  createSchema,
  createSequence,
  createTable,
  createView,
  dropConstraint,
  dropEnum,
  dropSequence,
  dropTable,
  dropView,
  type DdlStatement,
} from "./ddl.ts";
import type { NamingConvention } from "./naming.ts";
import { resolveTable } from "./resolve-table.ts";
import type { Sequence } from "./sequence.ts";
import type { AnyTable } from "./table.ts";
import type { AnyView } from "./view.ts";

/** Where a class of the ORM keeps the table that it is made for. */
export const definedTable: unique symbol = Symbol.for("tegmen.table");

/** A class of the ORM: stands for its table. */
export interface HasTable {
  readonly [definedTable]: AnyTable;
}

/** What runs the statements of `createAll()`: an engine, or a connection in autocommit. */
export interface SchemaExecutor {
  execute(statement: Executable<never>): Promise<unknown>;
}

/** Options of {@link MetaData}. */
export interface MetaDataOptions {
  /** The schema of tables that name none. */
  readonly schema?: string;
  /** How constraints and indexes without a name are named. */
  readonly namingConvention?: NamingConvention;
}

/** Options of `createAll()` and `dropAll()`. */
export interface SchemaOptions {
  /** Leaves alone what exists, or does not exist. Default: true. */
  readonly checkfirst?: boolean;
  /** Only these tables, and what they need. Default: all. */
  readonly tables?: readonly AnyTable[];
}

/**
 * The tables of a program, with the enum types, sequences and views that belong to them.
 *
 * SQLAlchemy: `MetaData`.
 *
 * @example
 * ```ts
 * const metadata = new MetaData();
 * const accounts = table("accounts", { id: c.uuid().primaryKey() }, { metadata });
 * await metadata.createAll(engine);
 * ```
 */
export class MetaData {
  readonly schema: string | undefined;
  readonly namingConvention: NamingConvention;
  readonly #tables = new Map<string, AnyTable>();
  readonly #sequences = new Map<string, Sequence>();
  readonly #views = new Map<string, AnyView>();

  constructor(options: MetaDataOptions = {}) {
    this.schema = options.schema;
    this.namingConvention = options.namingConvention ?? {};
  }

  /** The tables, by their names with the schema: `accounts`, `bank.accounts`. */
  get tables(): ReadonlyMap<string, AnyTable> {
    return this.#tables;
  }

  /** The tables, each behind those that it refers to. */
  get sortedTables(): readonly AnyTable[] {
    return this.#order([...this.#tables.values()]).tables;
  }

  /**
   * Adds tables, entities of the ORM, sequences and views. The option `metadata` does the same.
   *
   * @throws {ArgumentError} there is another one with the same name
   */
  add(...items: readonly (AnyTable | HasTable | Sequence | AnyView)[]): void {
    for (const given of items) {
      if ((typeof given !== "object" && typeof given !== "function") || given === null) {
        throw new ArgumentError(`metadata.add() expects tables, sequences and views, got ${describeValue(given)}`);
      }
      const item = definedTable in given ? given[definedTable] : given;
      const name = item.schema === undefined ? item.name : `${item.schema}.${item.name}`;
      const known = this.#tables.get(name) ?? this.#sequences.get(name) ?? this.#views.get(name);
      if (known !== undefined && known !== item) {
        throw new ArgumentError(`the metadata has "${name}" already, with another definition`);
      }
      if (targetOf in item) this.#tables.set(name, item as AnyTable);
      else if (sourceNode in item) this.#views.set(name, item as AnyView);
      else this.#sequences.set(name, item);
    }
  }

  /**
   * The statements that create everything, in the order in which they have to be run: schemas, enum types, sequences,
   * tables (each behind those that it refers to, with its indexes), foreign keys that close a circle, views, comments.
   * Each is to be run by itself, in autocommit.
   */
  createStatements(options: SchemaOptions = {}): readonly DdlStatement[] {
    const { checkfirst: ifNotExists = true } = options;
    const all = options.tables === undefined;
    const { tables, deferred } = this.#order(options.tables ?? [...this.#tables.values()]);
    const statements: DdlStatement[] = [];
    for (const schema of schemasOf(tables)) statements.push(createSchema(schema, { ifNotExists: true }));
    for (const type of enumsOf(tables)) statements.push(createEnum(type, { ifNotExists }));
    if (all) for (const one of this.#sequences.values()) statements.push(createSequence(one, { ifNotExists }));
    for (const table of tables) {
      statements.push(createTable(table, { ifNotExists, without: deferred.get(table) ?? [] }));
    }
    for (const [table, keys] of deferred) for (const key of keys) statements.push(addForeignKey(table, key));
    if (all) for (const one of this.#views.values()) statements.push(createView(one, { ifNotExists }));
    for (const table of tables) statements.push(...commentsOf(table));
    return statements;
  }

  /** The statements that drop everything that {@link createStatements} creates, but schemas. */
  dropStatements(options: SchemaOptions = {}): readonly DdlStatement[] {
    const { checkfirst: ifExists = true } = options;
    const all = options.tables === undefined;
    const { tables, deferred } = this.#order(options.tables ?? [...this.#tables.values()]);
    const statements: DdlStatement[] = [];
    if (all) for (const one of [...this.#views.values()].reverse()) statements.push(dropView(one, { ifExists }));
    for (const [table, keys] of deferred) {
      for (const key of keys)
        if (key.name !== undefined) statements.push(dropConstraint(table, key.name, { ifExists }));
    }
    for (const table of [...tables].reverse()) statements.push(dropTable(table, { ifExists }));
    if (all) for (const one of this.#sequences.values()) statements.push(dropSequence(one, { ifExists }));
    if (all) for (const type of enumsOf(tables)) statements.push(dropEnum(type, { ifExists }));
    return statements;
  }

  /**
   * Creates everything, one statement after the other.
   *
   * @param executor an engine, or a connection in autocommit
   *
   * SQLAlchemy: `metadata.create_all()`.
   */
  async createAll(executor: SchemaExecutor, options: SchemaOptions = {}): Promise<void> {
    const { checkfirst = true } = options;
    for (const statement of this.createStatements(options)) {
      try {
        await executor.execute(statement);
      } catch (error) {
        const exists = error instanceof DatabaseError && error.code === statement.existsCode;
        if (!checkfirst || statement.existsCode === undefined || !exists) throw error;
      }
    }
  }

  /**
   * Drops everything, one statement after the other.
   *
   * @param executor an engine, or a connection in autocommit
   *
   * SQLAlchemy: `metadata.drop_all()`.
   */
  async dropAll(executor: SchemaExecutor, options: SchemaOptions = {}): Promise<void> {
    for (const statement of this.dropStatements(options)) await executor.execute(statement);
  }

  #order(tables: readonly AnyTable[]): DependencyOrder {
    return dependencyOrder(new Map(tables.map((table) => [table, resolveTable(table)])));
  }
}

function schemasOf(tables: readonly AnyTable[]): readonly string[] {
  const schemas = tables.map((table) => table.schema).filter((schema) => schema !== undefined && schema !== "public");
  return [...new Set(schemas as readonly string[])].sort();
}

function enumsOf(tables: readonly AnyTable[]): readonly EnumType<string>[] {
  const found = new Map<string, EnumType<string>>();
  for (const table of tables) {
    for (const { type, name } of table.columns) {
      const base: AnySqlType = isArrayType(type) ? type.element : type;
      if (!isEnumType(base)) continue;
      const known = found.get(base.name);
      if (known !== undefined && known.values.join("\0") !== base.values.join("\0")) {
        throw new ArgumentError(`the enum ${base.name} has different values in ${table.name}.${name} than elsewhere`);
      }
      found.set(base.name, base);
    }
  }
  return [...found.values()];
}

function commentsOf(table: AnyTable): readonly DdlStatement[] {
  const { comment } = table.options;
  const statements = comment === undefined ? [] : [commentOnTable(table, comment)];
  for (const { name, options } of table.columns) {
    if (options.comment !== undefined) statements.push(commentOnColumn(table, name, options.comment));
  }
  return statements;
}
