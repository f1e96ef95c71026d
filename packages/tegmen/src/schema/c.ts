import { ArgumentError, describeValue } from "../errors/index.ts";
import { sqlTypeOf } from "../sql/type-reference.ts";
import { func } from "../sql/func.ts";
import * as types from "../types/index.ts";
import type { ColumnDefinition } from "../sql/definitions.ts";
import { column, optionsOf, type ColumnBuilder, type NewColumn } from "./column-builder.ts";

/** What `c` can make: a method for each type of CockroachDB. */
export interface ColumnTypes {
  /** BOOL, a boolean. */
  bool(): NewColumn<boolean, boolean, "bool">;
  /** INT2, a number. */
  int2(): NewColumn<number, number, "numeric">;
  /** INT4, a number. */
  int4(): NewColumn<number, number, "numeric">;
  /** INT8, a number; beyond 2^53 reading and writing raise PrecisionError. */
  int(): NewColumn<number, number, "numeric">;
  /** INT8, a bigint; safe integer numbers can be written, too. */
  bigint(): NewColumn<bigint, bigint | number, "numeric">;
  /**
   * INT8 NOT NULL DEFAULT unique_rowid(), a bigint: keys that are made by each node for itself, about in the order of
   * time.
   */
  rowid(): ColumnBuilder<bigint, bigint | number, "numeric", never, "default">;
  /**
   * As `rowid()`, which it is in CockroachDB, too, and warns: on other servers SERIAL is a sequence, and keys in
   * sequence make all inserts go to one range.
   *
   * @deprecated write what you mean: `c.uuid().default(func.genRandomUuid())`, `c.rowid()` or `c.int().identity()`
   */
  serial(): ColumnBuilder<bigint, bigint | number, "numeric", never, "default">;
  /** FLOAT4, a number. */
  float4(): NewColumn<number, number, "float">;
  /** FLOAT8, a number. */
  float8(): NewColumn<number, number, "float">;
  /** DECIMAL, a string, or what `as` says. */
  decimal<const A extends types.DecimalAs = "string">(
    options?: types.DecimalOptions<A>,
  ): NewColumn<types.DecimalValue<A>, types.DecimalInput<A>, "numeric">;
  decimal<const A extends types.DecimalAs = "string">(
    precision: number,
    scale?: number,
    options?: Pick<types.DecimalOptions<A>, "as">,
  ): NewColumn<types.DecimalValue<A>, types.DecimalInput<A>, "numeric">;
  /** STRING, of at most so many characters. */
  string(length?: number): NewColumn<string, string, "text">;
  /** CHAR: STRING of at most so many characters, 1 without a length. */
  char(length?: number): NewColumn<string, string, "text">;
  /** VARCHAR: another name for STRING. */
  varchar(length?: number): NewColumn<string, string, "text">;
  /** TEXT: another name for STRING. */
  text(): NewColumn<string, string, "text">;
  /** CITEXT: text that is compared without regard to case. Since CockroachDB 25.3. */
  citext(): NewColumn<string, string, "text">;
  /** BYTES, a Uint8Array. */
  bytes(): NewColumn<Uint8Array, Uint8Array, "other">;
  /** UUID, a string. */
  uuid(): NewColumn<string, string, "other">;
  /** DATE, a string such as `"2024-02-29"`, or what `as` says. */
  date<const A extends types.DateTimeAs = "string">(
    options?: types.DateOptions<A>,
  ): NewColumn<types.DateValue<A>, types.DateValue<A>, "date">;
  /** TIME, a string such as `"12:30:00"`, or what `as` says. */
  time<const A extends types.DateTimeAs = "string">(
    options?: types.TimeOptions<A>,
  ): NewColumn<types.TimeValue<A>, types.TimeValue<A>, "time">;
  /** TIMETZ, a string. */
  timetz(options?: Pick<types.TimeOptions<"string">, "precision">): NewColumn<string, string, "time">;
  /** TIMESTAMP, a string without a time zone, or what `as` says. */
  timestamp<const A extends types.TimestampAs = "string">(
    options?: types.TimestampOptions<A>,
  ): NewColumn<types.TimestampValue<A>, types.TimestampValue<A>, "timestamp">;
  /** TIMESTAMPTZ, a Date, or what `as` says. */
  timestamptz<const A extends types.TimestampAs = "date">(
    options?: types.TimestampOptions<A>,
  ): NewColumn<types.TimestamptzValue<A>, types.TimestamptzValue<A>, "timestamp">;
  /** INTERVAL, a string, or what `as` says. */
  interval<const A extends types.DateTimeAs = "string">(
    options?: types.TimeOptions<A>,
  ): NewColumn<types.IntervalValue<A>, types.IntervalValue<A>, "interval">;
  /** JSONB; `T` is what the documents are, and not checked. */
  jsonb<T = unknown>(): NewColumn<T, T, "json">;
  /** INET, a string. */
  inet(): NewColumn<string, string, "other">;
  /** BIT of exactly so many bits, 1 without a length; a string of 0 and 1. */
  bit(length?: number): NewColumn<string, string, "other">;
  /** VARBIT of at most so many bits; a string of 0 and 1. */
  varbit(length?: number): NewColumn<string, string, "other">;
  /**
   * An array. Its elements may be null, unless their definition says NOT NULL.
   *
   * @example `c.array(c.string().notNull())` is `string[]`
   */
  array<T, E, N extends null>(
    of: ColumnDefinition<T, E, unknown, N>,
  ): NewColumn<(T | N)[], readonly (E | N)[], "array">;
  /** An enum type, created by `metadata.createAll()`. */
  enum<const V extends string>(
    name: string,
    values: readonly V[],
    options?: types.EnumOptions,
  ): NewColumn<V, V, "enum">;
  /** TSVECTOR, a string. Since CockroachDB 23.1. */
  tsvector(): NewColumn<string, string, "tsvector">;
  /** TSQUERY, a string. Since CockroachDB 23.1. */
  tsquery(): NewColumn<string, string, "other">;
  /** VECTOR, an array of numbers. Since CockroachDB 24.2. */
  vector(dimensions?: number): NewColumn<number[], readonly number[] | Float32Array, "vector">;
  /** GEOGRAPHY, a string of hexadecimal EWKB. */
  geography(options?: types.SpatialOptions): NewColumn<string, string, "other">;
  /** GEOMETRY, a string of hexadecimal EWKB. */
  geometry(options?: types.SpatialOptions): NewColumn<string, string, "other">;
  /** LTREE, a string. Since CockroachDB 25.4. */
  ltree(): NewColumn<string, string, "text">;
  /** OID, a number. */
  oid(): NewColumn<number, number, "numeric">;
  /** A type made by `customType()`. */
  custom<T, E>(type: types.SqlType<T, E>): NewColumn<T, E, "other">;
}

/**
 * The types of columns: `c.uuid()`, `c.string(80)`, `c.timestamptz()`... Each starts the definition of a column, and
 * is at the same time the type for `cast()` and `literal()`.
 *
 * SQLAlchemy: the types of `sqlalchemy.types`.
 *
 * @example `table("accounts", { id: c.uuid().primaryKey(), balance: c.int().notNull().default(0) })`
 */
export const c: ColumnTypes = {
  bool: () => column(types.bool),
  int2: () => column(types.int2),
  int4: () => column(types.int4),
  int: () => column(types.int),
  bigint: () => column(types.bigint),
  rowid: () => column<bigint, bigint | number, "numeric">(types.bigint).notNull().default(func.uniqueRowid()),
  serial: () => {
    process.emitWarning(
      "c.serial() makes keys in sequence on some servers, and all inserts then go to one range: use " +
        "c.uuid().default(func.genRandomUuid()), c.rowid(), or c.int().identity() if there has to be a sequence",
      { code: "TEGMEN_SERIAL" },
    );
    return c.rowid();
  },
  float4: () => column(types.float4),
  float8: () => column(types.float8),
  decimal: decimalColumn,
  string: (length) => column(types.string(length)),
  char: (length) => column(types.char(length)),
  varchar: (length) => column(types.varchar(length)),
  text: () => column(types.text),
  citext: () => column(types.citext),
  bytes: () => column(types.bytes),
  uuid: () => column(types.uuid),
  date: (options) => column(types.date(options)),
  time: (options) => column(types.time(options)),
  timetz: (options) => column(types.timetz(options)),
  timestamp: (options) => column(types.timestamp(options)),
  timestamptz: (options) => column(types.timestamptz(options)),
  interval: (options) => column(types.interval(options)),
  jsonb: () => column(types.jsonb()),
  inet: () => column(types.inet),
  bit: (length) => column(types.bit(length)),
  varbit: (length) => column(types.varbit(length)),
  array: arrayColumn,
  enum: (name, values, options) => column(types.enumType(name, values, options)),
  tsvector: () => column(types.tsvector),
  tsquery: () => column(types.tsquery),
  vector: (dimensions) => column(types.vector(dimensions)),
  geography: (options) => column(types.geography(options)),
  geometry: (options) => column(types.geometry(options)),
  ltree: () => column(types.ltree),
  oid: () => column(types.oid),
  custom: (type) => column(type),
};

function decimalColumn<A extends types.DecimalAs>(
  first?: number | types.DecimalOptions<A>,
  scale?: number,
  options?: Pick<types.DecimalOptions<A>, "as">,
): NewColumn<types.DecimalValue<A>, types.DecimalInput<A>, "numeric"> {
  return column(typeof first === "number" ? types.decimal(first, scale, options) : types.decimal(first));
}

function arrayColumn<T, E, N extends null>(
  of: ColumnDefinition<T, E, unknown, N>,
): NewColumn<(T | N)[], readonly (E | N)[], "array"> {
  const element = of as Partial<ColumnBuilder<T, E, "other", N, never>> | undefined;
  const type = element?.[sqlTypeOf];
  const options = element?.[optionsOf];
  if (type === undefined || options === undefined) {
    throw new ArgumentError(`c.array() expects a type such as c.string(), got ${describeValue(of)}`);
  }
  return column(types.array(type as types.SqlType<T, E>, { notNull: !options.nullable }));
}
