import { ArgumentError } from "../errors/index.ts";
import { c } from "../schema/c.ts";
import type { ColumnBuilder } from "../schema/column-builder.ts";
import { func } from "../sql/func.ts";
import { type ColumnBuilders, entity } from "./entity.ts";
import type { EntityOptions } from "./entity-options.ts";
import type { EntityClass } from "./entity-types.ts";
import { nanoid, uuidv6, uuidv7 } from "./keys.ts";

/** A column that is the primary key, and fills itself. */
type Key<T, E, F extends "numeric" | "other" | "text"> = ColumnBuilder<T, E, F, never, "default" | "key">;

/** `id`, a UUID. */
export type UUIDKey = { readonly id: Key<string, string, "other"> };

/** `id`, a text. */
export type NanoIDKey = { readonly id: Key<string, string, "text"> };

/** `id`, a number of 64 bits. */
export type BigIntKey = { readonly id: Key<bigint, bigint | number, "numeric"> };

/** When a row was made, as the server says, and last changed, as the program says. */
export type AuditColumns = {
  readonly createdAt: ColumnBuilder<Date, Date, "timestamp", never, "default">;
  readonly updatedAt: ColumnBuilder<Date, Date, "timestamp", never, "default">;
};

/**
 * Makes a class as `entity()` does, with columns that it brings.
 *
 * @typeParam B the columns that it brings
 */
export type BaseMaker<B extends ColumnBuilders> = <const N extends string, C extends ColumnBuilders, R = object>(
  name: N,
  columns: C,
  relations?: R,
  options?: EntityOptions<B & NoInfer<C>>,
) => EntityClass<N, B & C, R>;

/** The ready-made bases, by their names. */
export interface ReadyMadeBases {
  readonly UUIDBase: BaseMaker<UUIDKey>;
  readonly UUIDAuditBase: BaseMaker<UUIDKey & AuditColumns>;
  readonly UUIDv6Base: BaseMaker<UUIDKey>;
  readonly UUIDv6AuditBase: BaseMaker<UUIDKey & AuditColumns>;
  readonly UUIDv7Base: BaseMaker<UUIDKey>;
  readonly UUIDv7AuditBase: BaseMaker<UUIDKey & AuditColumns>;
  readonly NanoIDBase: BaseMaker<NanoIDKey>;
  readonly NanoIDAuditBase: BaseMaker<NanoIDKey & AuditColumns>;
  readonly BigIntBase: BaseMaker<BigIntKey>;
  readonly BigIntAuditBase: BaseMaker<BigIntKey & AuditColumns>;
  readonly IdentityBase: BaseMaker<BigIntKey>;
  readonly IdentityAuditBase: BaseMaker<BigIntKey & AuditColumns>;
}

const uuid: UUIDKey = { id: c.uuid().primaryKey().default(func.genRandomUuid()) };
const uuid6: UUIDKey = { id: c.uuid().primaryKey().default(uuidv6) };
const uuid7: UUIDKey = { id: c.uuid().primaryKey().default(uuidv7) };
const nano: NanoIDKey = {
  id: c
    .string()
    .primaryKey()
    .default(() => nanoid()),
};
const rowid: BigIntKey = { id: c.rowid().primaryKey() };
const identity: BigIntKey = { id: c.bigint().primaryKey().identity() };
const audit: AuditColumns = {
  createdAt: c.timestamptz().notNull().default(func.now()),
  updatedAt: c
    .timestamptz()
    .notNull()
    .default(func.now())
    .onUpdate(() => new Date()),
};

function maker<K extends ColumnBuilders>(base: string, key: K): BaseMaker<K>;
function maker<K extends ColumnBuilders, L extends ColumnBuilders>(base: string, key: K, last: L): BaseMaker<K & L>;
function maker(base: string, key: ColumnBuilders, last: ColumnBuilders = {}): BaseMaker<ColumnBuilders> {
  return (name, columns, relations, options) => {
    for (const column of Object.keys({ ...key, ...last })) {
      if (!(column in columns)) continue;
      throw new ArgumentError(
        `${base}("${name}") brings the column "${column}" by itself: use entity() for another one`,
      );
    }
    return entity(name, { ...key, ...columns, ...last }, relations, options as never) as never;
  };
}

/**
 * Makes a class as {@link entity}, with a random UUID as its key: `id`, made on the client, so that related rows can be
 * written in one turn. Random keys spread writes over the ranges of a table.
 *
 * @example `class User extends UUIDBase("users", { email: c.string().notNull().unique() }) {}`
 *
 * Advanced Alchemy: `UUIDBase`.
 */
export const UUIDBase: BaseMaker<UUIDKey> = maker("UUIDBase", uuid);

/**
 * As {@link UUIDBase}, with `createdAt` and `updatedAt`: the server's time when the row is inserted, and the program's
 * at every UPDATE by a Session or `update()`. A column that the server keeps, also for changes by others, is
 * `c.timestamptz().onUpdate(func.now())`, since CockroachDB 21.2.
 *
 * @example `class User extends UUIDAuditBase("users", { email: c.string().notNull().unique() }) {}`
 *
 * Advanced Alchemy: `UUIDAuditBase`.
 */
export const UUIDAuditBase: BaseMaker<UUIDKey & AuditColumns> = maker("UUIDAuditBase", uuid, audit);

/** As {@link UUIDBase}, with UUIDs of version 6, which are in the order of time: see {@link uuidv6}. */
export const UUIDv6Base: BaseMaker<UUIDKey> = maker("UUIDv6Base", uuid6);

/** As {@link UUIDv6Base}, with `createdAt` and `updatedAt`. */
export const UUIDv6AuditBase: BaseMaker<UUIDKey & AuditColumns> = maker("UUIDv6AuditBase", uuid6, audit);

/**
 * As {@link UUIDBase}, with UUIDs of version 7, which are in the order of time. All inserts then go to the last range of
 * the table: for tables that are written much, {@link UUIDBase} is better. See {@link uuidv7}.
 *
 * Advanced Alchemy: `UUIDv7Base`.
 */
export const UUIDv7Base: BaseMaker<UUIDKey> = maker("UUIDv7Base", uuid7);

/** As {@link UUIDv7Base}, with `createdAt` and `updatedAt`. */
export const UUIDv7AuditBase: BaseMaker<UUIDKey & AuditColumns> = maker("UUIDv7AuditBase", uuid7, audit);

/** As {@link UUIDBase}, with a random text of 21 characters: see {@link nanoid}. Advanced Alchemy: `NanoIDBase`. */
export const NanoIDBase: BaseMaker<NanoIDKey> = maker("NanoIDBase", nano);

/** As {@link NanoIDBase}, with `createdAt` and `updatedAt`. */
export const NanoIDAuditBase: BaseMaker<NanoIDKey & AuditColumns> = maker("NanoIDAuditBase", nano, audit);

/**
 * As {@link UUIDBase}, with a bigint that the server makes: `DEFAULT unique_rowid()`, about in the order of time, without
 * a sequence that all nodes would have to share.
 *
 * Advanced Alchemy: `BigIntBase`.
 */
export const BigIntBase: BaseMaker<BigIntKey> = maker("BigIntBase", rowid);

/** As {@link BigIntBase}, with `createdAt` and `updatedAt`. */
export const BigIntAuditBase: BaseMaker<BigIntKey & AuditColumns> = maker("BigIntAuditBase", rowid, audit);

/**
 * As {@link UUIDBase}, with a bigint that counts: `GENERATED BY DEFAULT AS IDENTITY` (since CockroachDB 21.2). Keys in
 * sequence make all inserts go to one range, and have to be fetched from a sequence: {@link BigIntBase} has neither.
 *
 * Advanced Alchemy: `IdentityBase`.
 */
export const IdentityBase: BaseMaker<BigIntKey> = maker("IdentityBase", identity);

/** As {@link IdentityBase}, with `createdAt` and `updatedAt`. */
export const IdentityAuditBase: BaseMaker<BigIntKey & AuditColumns> = maker("IdentityAuditBase", identity, audit);

/** All of them. */
export const readyMadeBases: ReadyMadeBases = {
  UUIDBase,
  UUIDAuditBase,
  UUIDv6Base,
  UUIDv6AuditBase,
  UUIDv7Base,
  UUIDv7AuditBase,
  NanoIDBase,
  NanoIDAuditBase,
  BigIntBase,
  BigIntAuditBase,
  IdentityBase,
  IdentityAuditBase,
};
