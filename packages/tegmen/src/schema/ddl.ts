import { latestVersion } from "../dialect/capabilities.ts";
import { Compiler } from "../dialect/compiler.ts";
import { createIndexText, createTableText, foreignKeyText, tableText } from "../dialect/write-ddl.ts";
import { ArgumentError, CompileError, describeValue } from "../errors/index.ts";
import {
  compileStatement,
  type CompileContext,
  type CompiledStatement,
  type Executable,
  type NamedParameters,
  type rowType,
  type ServerVersion,
} from "../sql/executable.ts";
import { sourceNode } from "../sql/from-item.ts";
import { refuseParameters } from "../sql/statement.ts";
import { quoteIdentifier, quoteLiteral } from "../text/index.ts";
import { isEnumType, type AnySqlType, type EnumType } from "../types/index.ts";
import { sqlTypeOf, type TypeReference } from "../sql/type-reference.ts";
import { resolveTable, type ResolvedForeignKey } from "./resolve-table.ts";
import type { Sequence } from "./sequence.ts";
import type { AnyTable } from "./table.ts";
import type { Index } from "./table-index.ts";
import type { AnyView } from "./view.ts";

/**
 * A statement that changes the schema. It has no parameters and returns nothing; in CockroachDB it cannot be undone by
 * ROLLBACK, so it is best run by itself, in autocommit.
 *
 * SQLAlchemy: `DDLElement`.
 */
export class DdlStatement implements Executable<never> {
  declare readonly [rowType]?: never;
  /** The SQLSTATE that says that there is already what is to be created, where SQL has no IF NOT EXISTS. */
  readonly existsCode: string | undefined;
  readonly #render: (version: ServerVersion) => string;

  /**
   * @param render writes the SQL for a version of the server
   * @param existsCode the SQLSTATE that `createAll()` may ignore
   */
  constructor(render: (version: ServerVersion) => string, existsCode?: string) {
    this.#render = render;
    this.existsCode = existsCode;
  }

  [compileStatement](context: CompileContext, parameters?: NamedParameters): CompiledStatement {
    refuseParameters(parameters);
    const sql = this.#render(context.version);
    return { shape: { sql, prepare: false, columns: undefined, readsOnly: false }, parameters: [], values: [] };
  }

  /** The SQL for the latest version of CockroachDB. */
  toString(): string {
    return this.#render(latestVersion);
  }
}

/** Options of statements that create. */
export interface CreateOptions {
  /** `IF NOT EXISTS`. Default: false. */
  readonly ifNotExists?: boolean;
}

/** Options of statements that drop. */
export interface DropOptions {
  /** `IF EXISTS`. Default: false. */
  readonly ifExists?: boolean;
  /** `CASCADE`: also what depends on it. Default: false. */
  readonly cascade?: boolean;
}

/**
 * `CREATE TABLE`, with constraints and indexes.
 *
 * @param options `without`: foreign keys that are added later
 *
 * @example `compile(createTable(accounts)).sql`
 *
 * SQLAlchemy: `CreateTable`.
 */
export function createTable(
  table: AnyTable,
  options: CreateOptions & { readonly without?: readonly ResolvedForeignKey[] } = {},
): DdlStatement {
  const { ifNotExists = false, without = [] } = options;
  return new DdlStatement((version) => createTableText(table, resolveTable(table), { version, ifNotExists, without }));
}

/** `DROP TABLE`. SQLAlchemy: `DropTable`. */
export function dropTable(table: AnyTable, options: DropOptions = {}): DdlStatement {
  return drop("TABLE", table[sourceNode].text, options);
}

/**
 * `CREATE INDEX`, for a table that exists already. Indexes that a table is defined with are part of its CREATE TABLE.
 *
 * @param table the table
 * @param index made by `index(name).on(...)`
 *
 * SQLAlchemy: `CreateIndex`.
 */
export function createIndex(table: AnyTable, index: Index, options: CreateOptions = {}): DdlStatement {
  const { ifNotExists = false } = options;
  if (ifNotExists && index.name === undefined) throw new ArgumentError("IF NOT EXISTS needs an index with a name");
  return new DdlStatement((version) => createIndexText(table, index, index.name, { version, ifNotExists }));
}

/** `DROP INDEX table@name`. For a unique constraint CockroachDB wants `cascade`. SQLAlchemy: `DropIndex`. */
export function dropIndex(table: AnyTable, name: string, options: DropOptions = {}): DdlStatement {
  return drop("INDEX", `${table[sourceNode].text}@${quoteIdentifier(name)}`, options);
}

/** `ALTER TABLE ... ADD CONSTRAINT ... FOREIGN KEY`. SQLAlchemy: `AddConstraint`. */
export function addForeignKey(table: AnyTable, key: ResolvedForeignKey): DdlStatement {
  return new DdlStatement(() => `ALTER TABLE ${table[sourceNode].text} ADD ${foreignKeyText(key)}`, "42710");
}

/** `ALTER TABLE ... DROP CONSTRAINT`. SQLAlchemy: `DropConstraint`. */
export function dropConstraint(table: AnyTable, name: string, options: DropOptions = {}): DdlStatement {
  const exists = options.ifExists === true ? "IF EXISTS " : "";
  return new DdlStatement(
    () => `ALTER TABLE ${exists}${table[sourceNode].text} DROP CONSTRAINT ${exists}${quoteIdentifier(name)}`,
  );
}

/** `CREATE TYPE ... AS ENUM`. SQLAlchemy: `ENUM.create()`. */
export function createEnum(type: EnumReference, options: CreateOptions = {}): DdlStatement {
  const { name, values } = enumOf(type);
  const exists = options.ifNotExists === true ? "IF NOT EXISTS " : "";
  return new DdlStatement(() => `CREATE TYPE ${exists}${name} AS ENUM (${values.map(quoteLiteral).join(", ")})`);
}

/** `DROP TYPE`. */
export function dropEnum(type: EnumReference, options: DropOptions = {}): DdlStatement {
  return drop("TYPE", enumOf(type).name, options);
}

/** `CREATE SEQUENCE`. SQLAlchemy: `CreateSequence`. */
export function createSequence(sequence: Sequence, options: CreateOptions = {}): DdlStatement {
  const { start, increment, minValue, maxValue, cache } = sequence.options;
  const parts = [`CREATE SEQUENCE ${options.ifNotExists === true ? "IF NOT EXISTS " : ""}${sequence.text}`];
  if (start !== undefined) parts.push(`START ${start}`);
  if (increment !== undefined) parts.push(`INCREMENT ${increment}`);
  if (minValue !== undefined) parts.push(`MINVALUE ${minValue}`);
  if (maxValue !== undefined) parts.push(`MAXVALUE ${maxValue}`);
  if (cache !== undefined) parts.push(`CACHE ${cache}`);
  return new DdlStatement(() => parts.join(" "));
}

/** `DROP SEQUENCE`. SQLAlchemy: `DropSequence`. */
export function dropSequence(sequence: Sequence, options: DropOptions = {}): DdlStatement {
  return drop("SEQUENCE", sequence.text, options);
}

/** `CREATE SCHEMA`. SQLAlchemy: `CreateSchema`. */
export function createSchema(name: string, options: CreateOptions = {}): DdlStatement {
  const text = quoteIdentifier(name);
  return new DdlStatement(() => `CREATE SCHEMA ${options.ifNotExists === true ? "IF NOT EXISTS " : ""}${text}`);
}

/** `DROP SCHEMA`. SQLAlchemy: `DropSchema`. */
export function dropSchema(name: string, options: DropOptions = {}): DdlStatement {
  return drop("SCHEMA", quoteIdentifier(name), options);
}

/** `CREATE VIEW`, or `CREATE MATERIALIZED VIEW`. */
export function createView(view: AnyView, options: CreateOptions = {}): DdlStatement {
  return new DdlStatement((version) => {
    const compiler = new Compiler(version, { inline: true, qualified: true });
    compiler.query(view.query);
    const names = view.query.items.map((item) => quoteIdentifier(item.name)).join(", ");
    const kind = view.isMaterialized ? "MATERIALIZED VIEW" : "VIEW";
    const exists = options.ifNotExists === true ? "IF NOT EXISTS " : "";
    return `CREATE ${kind} ${exists}${view[sourceNode].text} (${names}) AS ${compiler.finish()}`;
  });
}

/** `DROP VIEW`, or `DROP MATERIALIZED VIEW`. */
export function dropView(view: AnyView, options: DropOptions = {}): DdlStatement {
  return drop(view.isMaterialized ? "MATERIALIZED VIEW" : "VIEW", view[sourceNode].text, options);
}

/** `COMMENT ON TABLE`; null takes the comment away. */
export function commentOnTable(table: AnyTable, comment: string | null): DdlStatement {
  return new DdlStatement(() => `COMMENT ON TABLE ${table[sourceNode].text} IS ${commentText(comment)}`);
}

/** `COMMENT ON COLUMN`; null takes the comment away. `name` is the column's name in SQL. */
export function commentOnColumn(table: AnyTable, name: string, comment: string | null): DdlStatement {
  const column = `${tableText(table)}.${quoteIdentifier(name)}`;
  return new DdlStatement(() => `COMMENT ON COLUMN ${column} IS ${commentText(comment)}`);
}

/** An enum type, or a column definition made by `c.enum()`. */
export type EnumReference = EnumType<string> | TypeReference;

function enumOf(reference: EnumReference): EnumType<string> {
  const type: AnySqlType | EnumType<string> = sqlTypeOf in reference ? reference[sqlTypeOf] : reference;
  if (isEnumType(type)) return type;
  throw new ArgumentError(`expected an enum type such as c.enum("name", [...]), got ${describeValue(reference)}`);
}

function drop(kind: string, text: string, options: DropOptions): DdlStatement {
  const { ifExists = false, cascade = false } = options;
  return new DdlStatement(() => `DROP ${kind} ${ifExists ? "IF EXISTS " : ""}${text}${cascade ? " CASCADE" : ""}`);
}

function commentText(comment: string | null): string {
  if (comment === null) return "NULL";
  if (typeof comment !== "string") throw new CompileError(`a comment is text, got ${describeValue(comment)}`);
  return quoteLiteral(comment);
}
