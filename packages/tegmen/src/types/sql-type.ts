/** Turns the text that the server sends for a value into a JavaScript value. NULL never gets here. */
export type Decoder<T = unknown> = (text: string) => T;

/** Both directions between a JavaScript value and the server's text for it, for types that take one of your own. */
export interface TextCodec<T> {
  /** Reads what the server sent. */
  decode(text: string): T;
  /** Writes what the server is to read. */
  encode(value: T): string;
}

/** How values are read where the reader of a result, not the column's type, decides. */
export interface DecodeOptions {
  /** What an INT8 of an untyped result becomes. Default `"number"`, which raises PrecisionError beyond 2^53. */
  readonly int8?: "number" | "bigint" | "string" | undefined;
  /**
   * What happens to the microseconds of a TIMESTAMPTZ read as a Date: `"milliseconds"` (the default) drops them,
   * `"error"` raises PrecisionError when there are any.
   */
  readonly timestampPrecision?: "milliseconds" | "error" | undefined;
  /** What a DECIMAL of an untyped result becomes. Default `"string"`; `"number"` raises PrecisionError if digits would be lost. */
  readonly decimal?: "string" | "number" | undefined;
}

/**
 * A type of the database: its name in SQL, and how its values travel as text. Immutable, and shared by any number of
 * columns and engines.
 *
 * SQLAlchemy: `TypeEngine`.
 *
 * @typeParam T what a value is read as
 * @typeParam E what may be written, often wider than `T`
 */
export interface SqlType<T, E = T> {
  /** The type as written in DDL: `INT8`, `STRING(80)`, `DECIMAL(10,2)`, `TIMESTAMPTZ(3)`, `STRING[]`. */
  readonly name: string;
  /** The type as written in a cast, without length or precision, because a cast to those cuts or rounds the value. */
  readonly castName: string;
  /** The type's OID on the wire; undefined where it differs from cluster to cluster (enums). */
  readonly oid: number | undefined;
  /** The OID of an array of this type; undefined where it differs or there is none. */
  readonly arrayOid: number | undefined;
  /** Reads the server's text. Throws PrecisionError if the value does not fit `T`, DataError if it is malformed. */
  readonly decode: Decoder<T>;
  /** Writes a value as text for the server. Throws DataError or PrecisionError for what the type cannot hold. */
  readonly encode: (value: E) => string;
  /**
   * The decoder under an engine's options: `decode` itself, unless the type leaves to the engine what it did not
   * decide (`timestampPrecision`). The same options give the same function.
   */
  readonly decoder: (options: DecodeOptions) => Decoder<T>;
}

/** A type of which nothing is known. Values are encoded by {@link encodeFor}. */
export type AnySqlType = SqlType<unknown, never>;

/** What values of a type are read as: `OutputOf<typeof int>`. */
export type OutputOf<S extends AnySqlType> = S extends SqlType<infer T, never> ? T : never;

/** What may be written to a type: `InputOf<typeof int>`. */
export type InputOf<S extends AnySqlType> = S extends SqlType<unknown, infer E> ? E : never;

/** What {@link defineType} needs; the rest has defaults. */
export interface TypeDefinition<T, E> {
  readonly name: string;
  readonly castName?: string;
  readonly oid: number | undefined;
  readonly arrayOid: number | undefined;
  readonly decode: Decoder<T>;
  readonly encode: (value: E) => string;
  readonly decoder?: (options: DecodeOptions) => Decoder<T>;
}

/**
 * Makes a type from its parts.
 *
 * @returns a frozen object; all types have the same shape, so that reading their fields stays fast
 */
export function defineType<T, E = T>(definition: TypeDefinition<T, E>): SqlType<T, E> {
  return Object.freeze(typeFields(definition));
}

/** The fields of a type, for types that add some of their own. */
export function typeFields<T, E>(definition: TypeDefinition<T, E>): SqlType<T, E> {
  const { name, castName = name, oid, arrayOid, decode, encode, decoder = () => decode } = definition;
  return { name, castName, oid, arrayOid, decode, encode, decoder };
}
