/**
 * What a connection can execute: the seam between statements, which do no I/O,
 * and the engine, which knows nothing about how a statement was written.
 */

/** Values by name, as `text("... :name")` takes them. */
export type NamedParameters = Readonly<Record<string, unknown>>;

/** The version that a server reports (`crdb_version`), by number. */
export interface ServerVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** The text as the server sent it. */
  readonly text: string;
  /** False for a server that is not CockroachDB (`allowPostgres`). */
  readonly isCockroach: boolean;
}

/** What a statement may know about where it will run. */
export interface CompileContext {
  readonly version: ServerVersion;
  /** The rows that it reads are to be locked, where a statement of the expression language can do so. */
  readonly lockReads?: boolean;
}

/** How to read one column of the result, where the statement knows better than the column's OID. */
export interface ResultColumn {
  /** The key in the row object. */
  readonly name: string;
  /** From text format; undefined falls back to the decoder for the column's OID. */
  readonly decode: ((text: string) => unknown) | undefined;
}

/**
 * The part of a compiled statement that does not depend on values. One object
 * serves every statement of the same shape, so that whatever is derived from it
 * (row decoders, prepared statements) can be cached by its identity.
 */
export interface StatementShape {
  /** SQL with `$1`, `$2`... */
  readonly sql: string;
  /** Keep it as a named prepared statement. */
  readonly prepare: boolean;
  /** Columns in order; undefined when only the server knows. */
  readonly columns: readonly ResultColumn[] | undefined;
  /** Its text begins, ends or splits a transaction: refused where `runTransaction` does that. */
  readonly transactionControl?: boolean;
  /** It only reads, so that running it twice does no harm. */
  readonly readsOnly?: boolean;
}

/** A statement ready to go: its shape, and its parameters in text format. */
export interface CompiledStatement {
  readonly shape: StatementShape;
  readonly parameters: readonly (string | null)[];
  /** The parameters before they were encoded: for logs and errors. */
  readonly values: readonly unknown[];
}

/** One piece of a statement that is too large for one message. */
export interface StatementPiece extends CompiledStatement {
  /** How many rows it writes. */
  readonly rows: number;
}

/** A statement in pieces, which are compiled one by one as they are sent. */
export interface StatementPieces {
  /** How many rows all of them write. */
  readonly rows: number;
  /** How many there are. */
  readonly count: number;
  readonly pieces: Iterable<StatementPiece>;
}

/** The method by which a statement of many rows is compiled. */
export const compilePieces: unique symbol = Symbol.for("tegmen.pieces");

/** The method by which a statement is compiled for one execution. */
export const compileStatement: unique symbol = Symbol.for("tegmen.compile");

/** Carries the row type of a statement; never there at run time. */
export declare const rowType: unique symbol;

/**
 * A statement that yields rows of type `Row`: `text()`, the `sql` template, and
 * everything that the expression language builds.
 */
export interface Executable<Row = unknown> {
  readonly [rowType]?: Row;
  /**
   * @param context where it will run
   * @param parameters values for its named parameters, if it has any
   * @throws {ArgumentError} a named parameter is missing, or there are values for none
   * @throws {DataError} a value cannot be encoded
   * @throws {CompileError} the server's version lacks something that it needs
   */
  [compileStatement](context: CompileContext, parameters?: NamedParameters): CompiledStatement;
  /**
   * @param context where it will run
   * @param rows what executemany was given: rows to write
   * @returns its pieces; undefined for a statement that is to be sent whole
   * @throws as the other method
   */
  [compilePieces]?(context: CompileContext, rows?: readonly NamedParameters[]): StatementPieces | undefined;
}
