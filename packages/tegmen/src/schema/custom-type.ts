import type { ColumnDefinition } from "../sql/definitions.ts";
import { sqlTypeOf, type TypeReference } from "../sql/type-reference.ts";
import { customType as makeCustomType, type SqlType } from "../types/index.ts";

/**
 * A type of your own on top of one that the database has; `c.custom()` makes columns of it.
 *
 * @param options `sqlType`: `c.decimal(12, 2)` and the like, or the name of any type of the database; `encode` makes of
 *   a value what that type writes (text, if it is a name), `decode` makes a value of what it reads. Neither is called
 *   with null
 * @throws {ArgumentError} one of the options is missing
 *
 * @example
 * ```ts
 * const money = customType({
 *   sqlType: c.decimal(12, 2),
 *   encode: (value: Money) => value.toString(),
 *   decode: (digits) => Money.parse(digits),
 * });
 * const prices = table("prices", { id: c.uuid().primaryKey(), amount: c.custom(money).notNull() });
 * ```
 *
 * SQLAlchemy: `TypeDecorator`.
 */
export function customType<T, StoredT, StoredE, E = T>(options: {
  readonly sqlType: ColumnDefinition<StoredT, StoredE>;
  readonly encode: (value: E) => NoInfer<StoredE>;
  readonly decode: (value: StoredT) => T;
}): SqlType<T, E>;
export function customType<T, StoredT, StoredE, E = T>(options: {
  readonly sqlType: SqlType<StoredT, StoredE>;
  readonly encode: (value: E) => StoredE;
  readonly decode: (value: StoredT) => T;
}): SqlType<T, E>;
export function customType<T, E = T>(options: {
  readonly sqlType: string;
  readonly encode: (value: E) => string;
  readonly decode: (text: string) => T;
}): SqlType<T, E>;
export function customType(options: {
  readonly sqlType: unknown;
  readonly encode: (value: never) => unknown;
  readonly decode: (value: never) => unknown;
}): unknown {
  const { sqlType } = options;
  const isReference = typeof sqlType === "object" && sqlType !== null && sqlTypeOf in sqlType;
  const stored = isReference ? (sqlType as TypeReference)[sqlTypeOf] : sqlType;
  const encode = options.encode as (value: unknown) => unknown;
  const decode = options.decode as (value: unknown) => unknown;
  return makeCustomType({ sqlType: stored as SqlType<unknown, unknown>, encode, decode });
}
