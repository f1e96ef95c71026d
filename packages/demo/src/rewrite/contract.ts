/**
 * What the session and the SQL side agree on.
 *
 * How a session uses it:
 *
 * 1. `parseSql(text)` for every simple query or Parse message. It throws a `SqlError`
 *    (42601 or 0A000) for the whole text before anything of it has run, as CockroachDB does.
 * 2. In an aborted transaction, look at `statement.kind`: only `commit`, `rollback` and
 *    `rollbackTo` go on, the rest is answered with 25P02.
 * 3. `translate(statement, context)`; it may throw a `SqlError`. It is pure: the answer
 *    depends on the statement and on the context only, so it can be cached by text,
 *    database, user, search path, the variables named in `CACHE_VARIABLES` and `catalog.version`.
 * 4. Do what the `Translation` says. Errors of the backend go through `translateError`.
 *
 * The backend's search path must be `crdb_demo, pg_catalog` followed by the client's
 * (see `backendSearchPath` in ../catalog), because operators and functions of the
 * compatibility schema have to be found before PostgreSQL's own.
 */
import type { StatementNode } from "./ast.ts";
import type { SqlErrorFields } from "./sql-error.ts";
import type { Undetermined } from "./typing/placeholders.ts";

export type { SqlErrorFields } from "./sql-error.ts";

/** One statement of a text: parsed, not yet translated. */
export interface Statement {
  /** The statement as written, from its first to its last token. */
  readonly text: string;
  /** Where `text` begins in the text given to `parseSql`. */
  readonly start: number;
  /** What it is: `select`, `insert`, `begin`, `rollbackTo`, ... */
  readonly kind: StatementNode["kind"];
  /** The highest placeholder: 2 for `$1 + $2`. */
  readonly placeholders: number;
  readonly node: StatementNode;
}

/** Modes of BEGIN and SET TRANSACTION; absent ones keep the session's default. */
export interface TransactionModes {
  readonly isolation?: "SERIALIZABLE" | "READ COMMITTED" | undefined;
  readonly priority?: "low" | "normal" | "high" | undefined;
  readonly readOnly?: boolean | undefined;
  readonly deferrable?: boolean | undefined;
  /** The literal after AS OF SYSTEM TIME, as SQL text. */
  readonly asOf?: string | undefined;
}

export type TransactionAction =
  | { readonly kind: "begin"; readonly modes: TransactionModes }
  | { readonly kind: "commit" }
  | { readonly kind: "rollback" }
  | { readonly kind: "savepoint"; readonly name: string }
  | { readonly kind: "release"; readonly name: string }
  | { readonly kind: "rollbackTo"; readonly name: string }
  | { readonly kind: "setTransaction"; readonly modes: TransactionModes };

/** A result column the gateway makes up itself. */
export interface LocalColumn {
  readonly name: string;
  /** Type OID: 25 text, 20 int8, 16 bool, 19 name, ... */
  readonly oid: number;
}

/** What is known about a DDL statement before it runs. */
export interface SchemaChange {
  /** The relation it creates, `schema.name`: later statements on it in the same transaction need not wait. */
  readonly creates?: string | undefined;
  /** The relation it changes, `schema.name`. */
  readonly changes?: string | undefined;
  /**
   * True for what CockroachDB does after the commit (new columns, indexes and constraints of a table
   * that existed before the transaction): invisible until then, and a failure is reported by COMMIT with XXA00.
   */
  readonly afterCommit: boolean;
}

export type Translation =
  /** Transaction control. The session runs CockroachDB's transaction state machine. */
  | { readonly kind: "transaction"; readonly action: TransactionAction }
  /** Answered by the gateway without its backend. */
  | {
      readonly kind: "local";
      readonly columns: readonly LocalColumn[];
      readonly rows: readonly (readonly (string | null)[])[];
      readonly tag: string;
    }
  /** SET. `values` is the list as written (identifiers and literals, unquoted), undefined for DEFAULT and RESET. */
  | {
      readonly kind: "set";
      readonly variable: string;
      readonly values: readonly SetValue[] | undefined;
      readonly scope: "session" | "local";
      /** `SET`, but `SET TRACING` for tracing. */
      readonly tag: string;
    }
  /** SHOW variable: one text column named as the variable. */
  | { readonly kind: "show"; readonly variable: string }
  /** SHOW SAVEPOINT STATUS. */
  | { readonly kind: "showSavepointStatus" }
  /** SET CLUSTER SETTING; `value` undefined for DEFAULT. */
  | { readonly kind: "setClusterSetting"; readonly setting: string; readonly value: string | undefined }
  | { readonly kind: "showClusterSetting"; readonly setting: string }
  /** DISCARD ALL: everything of the session but its transaction. */
  | { readonly kind: "discardAll" }
  | { readonly kind: "use"; readonly database: string }
  | { readonly kind: "createDatabase"; readonly database: string; readonly ifNotExists: boolean }
  | {
      readonly kind: "dropDatabase";
      readonly database: string;
      readonly ifExists: boolean;
      readonly behavior: "restrict" | "cascade" | undefined;
    }
  | { readonly kind: "renameDatabase"; readonly from: string; readonly to: string }
  /**
   * CANCEL QUERIES / SESSIONS. `select` is PostgreSQL SQL that gives the ids in its first column
   * (of the gateway's own tables `crdb_internal.cluster_queries` / `cluster_sessions`, see `../catalog`);
   * the tag is `CANCEL QUERIES n`.
   */
  | {
      readonly kind: "cancel";
      readonly what: "queries" | "sessions";
      readonly select: string;
      readonly ifExists: boolean;
      readonly tag: string;
    }
  /** COPY table FROM STDIN: `sql` for the backend. */
  | { readonly kind: "copyFrom"; readonly sql: string }
  | QueryTranslation;

/** SQL for the backend. */
export interface QueryTranslation {
  readonly kind: "query";
  /** One PostgreSQL statement. Placeholders keep their numbers. */
  readonly sql: string;
  /** Statements without results to run in the same transaction before and after `sql` (bookkeeping of definitions). */
  readonly before?: readonly string[] | undefined;
  readonly after?: readonly string[] | undefined;
  /**
   * The command tag: a fixed text, or made from the backend's (`INSERT 0 1`) and the row count;
   * absent = the backend's own.
   */
  readonly tag?: string | ((backendTag: string, rows: number) => string) | undefined;
  readonly returnsRows: boolean;
  /** RETURNING NOTHING and the like: rows of the backend are counted, not sent. */
  readonly hidesRows?: boolean | undefined;
  readonly isWrite: boolean;
  readonly ddl?: SchemaChange | undefined;
  /**
   * Rows of virtual tables only the gateway knows (`cluster_queries`, `session_variables`, ...) that `sql` reads.
   * The session must call `fillVirtualTable` (../catalog) for each before it runs `sql`, in the same transaction.
   */
  readonly virtualTables?: readonly VirtualTableName[] | undefined;
  /** Placeholders that nothing tells the type of: the client has to declare them. */
  readonly undetermined?: readonly Undetermined[] | undefined;
  /** AS OF SYSTEM TIME of the statement: the session checks it and refuses what it cannot answer. */
  readonly asOf?: string | undefined;
}

/** Tables whose rows are in the gateway's memory, not in the backend. */
export type VirtualTableName =
  | "session_variables"
  | "cluster_queries"
  | "cluster_sessions"
  | "cluster_settings"
  | "databases";

/** A value in a SET statement. */
export interface SetValue {
  readonly kind: "identifier" | "string" | "number" | "boolean" | "interval" | "expression";
  /** Unquoted text; for `expression` the SQL text. */
  readonly text: string;
}

// ---------------------------------------------------------------- catalog

/** A column as CockroachDB sees it. */
export interface ColumnView {
  readonly name: string;
  /** PostgreSQL's name of the type: `bigint`, `text`, `numeric(4,2)`. */
  readonly type: string;
  /** CockroachDB's name of the type: `INT8`, `STRING(3)`. */
  readonly displayType: string;
  readonly nullable: boolean;
  /** True for `rowid` and its kin: not part of `*`. */
  readonly hidden: boolean;
  readonly hasDefault: boolean;
  readonly generated: boolean;
  /** The attribute number. */
  readonly position: number;
  /** The default as CockroachDB prints it. */
  readonly default: string | undefined;
  /** The expression of a computed column as CockroachDB prints it. */
  readonly computed:
    | { readonly expression: string; readonly plainExpression: string; readonly stored: boolean }
    | undefined;
  /** What an UPDATE sets it to that does not name it: as CockroachDB prints it, and for the backend. */
  readonly onUpdate: { readonly expression: string; readonly sql: string } | undefined;
  /** As CockroachDB prints it: `GENERATED BY DEFAULT AS IDENTITY (START 5)`. */
  readonly identity: string | undefined;
  readonly comment: string | undefined;
}

export interface IndexView {
  /** CockroachDB's name, scoped by the table: `primary`, `t_email_key`. */
  readonly name: string;
  /** PostgreSQL's name, scoped by the schema. */
  readonly backendName: string;
  readonly unique: boolean;
  readonly primary: boolean;
  /** Unique indexes are constraints in CockroachDB. */
  readonly isConstraint: boolean;
  /** Key columns, undefined where it is an expression. */
  readonly columns: readonly (string | undefined)[];
  readonly directions: readonly ("ASC" | "DESC")[];
  /** Expressions as CockroachDB prints them, undefined where the element is a column. */
  readonly expressions: readonly (string | undefined)[];
  readonly storing: readonly string[];
  readonly inverted: boolean;
  /** Set for hash-sharded indexes, whose first column is the hidden shard. */
  readonly buckets: number | undefined;
  readonly predicate: string | undefined;
  readonly plainPredicate: string | undefined;
  readonly comment: string | undefined;
}

export interface ConstraintView {
  readonly name: string;
  /** `unique`: UNIQUE WITHOUT INDEX. */
  readonly kind: "check" | "foreignKey" | "unique";
  /** The expression of a check, or the predicate of a unique constraint, as CockroachDB prints it. */
  readonly expression: string | undefined;
  /** The same without the types of constants. */
  readonly plainExpression: string | undefined;
  /** The expression of a check for the backend. */
  readonly backendExpression?: string | undefined;
  readonly columns: readonly string[];
  /** For foreign keys: `schema.table`. */
  readonly references: string | undefined;
  readonly referencedColumns: readonly string[];
  /** ` MATCH FULL ON DELETE CASCADE` or nothing. */
  readonly actions: string;
  readonly validated: boolean;
}

export interface TableView {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly kind: "table" | "view" | "sequence" | "materialized view";
  readonly owner: string;
  readonly columns: readonly ColumnView[];
  readonly indexes: readonly IndexView[];
  readonly constraints: readonly ConstraintView[];
  /** The primary key's columns, in order of the key. */
  readonly primaryKey: readonly string[];
  /** Column families, empty where there is only the default one. */
  readonly families: readonly { readonly name: string; readonly columns: readonly string[] }[];
  /** The SELECT of a view as it was written, the options of a sequence as CockroachDB prints them. */
  readonly definition: string | undefined;
  readonly comment: string | undefined;
  /** What would break without this relation. */
  readonly dependents: readonly Dependent[];
}

/** A view that reads a relation, or a table whose columns' defaults use a sequence. */
export interface Dependent {
  readonly kind: "view" | "default";
  readonly schema: string;
  readonly name: string;
  /** The columns a view reads. */
  readonly columns: readonly string[];
}

/** What the translator may ask about the current database, synchronously. */
export interface CatalogView {
  /** Changes with every schema change. */
  readonly version: string;
  /** Finds a relation; without a schema along the search path. */
  relation(name: string, schema: string | undefined, searchPath: readonly string[]): TableView | undefined;
  hasSchema(name: string): boolean;
  /** The schemas of the database with their owners, virtual ones without. */
  schemas(): readonly { readonly name: string; readonly owner: string | undefined }[];
  enums(): readonly {
    readonly schema: string;
    readonly name: string;
    readonly values: readonly string[];
    readonly owner: string;
  }[];
  /** The values of an enum type. */
  enumValues(name: string, schema: string | undefined, searchPath: readonly string[]): readonly string[] | undefined;
  /** Every relation of the database. */
  relations(): Iterable<TableView>;
}

/** What a translation depends on besides the statement. */
export interface TranslateContext {
  readonly catalog: CatalogView;
  readonly database: string;
  /** The names of all databases, where they are known. */
  readonly databases?: readonly string[] | undefined;
  readonly user: string;
  /** The client's search path, `$user` resolved away: `["public"]`. */
  readonly searchPath: readonly string[];
  /** Current values of the session variables. */
  readonly variables: ReadonlyMap<string, string>;
}

/** The variables a translation looks at: part of the key of a cache of translations. */
export const CACHE_VARIABLES: readonly string[] = [
  "default_int_size",
  "sql_safe_updates",
  "serial_normalization",
  "experimental_enable_hash_sharded_indexes",
  "experimental_enable_unique_without_index_constraints",
  "require_explicit_primary_keys",
  "enable_experimental_alter_column_type_general",
];

/** What `translateError` may look at besides the backend's fields. */
export interface ErrorContext {
  readonly catalog: CatalogView;
  readonly user?: string | undefined;
  readonly database?: string | undefined;
  readonly searchPath: readonly string[];
  /** The statement that failed, where there is one. */
  readonly statement?: Statement | undefined;
  /** True when the error came from COMMIT or from RELEASE SAVEPOINT cockroach_restart. */
  readonly atCommit?: boolean | undefined;
}

/** The fields of an ErrorResponse of the backend that matter. */
export interface BackendErrorFields extends SqlErrorFields {
  readonly severity?: string | undefined;
  /** What the backend was doing, PostgreSQL's CONTEXT: `unnamed portal parameter $1`. */
  readonly where?: string | undefined;
}
