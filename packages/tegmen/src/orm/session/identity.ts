import { ArgumentError, describeValue } from "../../errors/index.ts";
import type { TableColumn } from "../../schema/column.ts";
import { didYouMean } from "../../text/index.ts";
import { encodeFor } from "../../types/index.ts";
import type { Mapper } from "../mapper.ts";
import type { ColumnValues, IdentityKey } from "../state.ts";

/** Reads the identity of a row; undefined where a column of the primary key is NULL, or not there. */
export type KeyReader = (values: Readonly<ColumnValues>) => IdentityKey | undefined;

const readers = new WeakMap<Mapper, KeyReader>();

/** How the identity of a class's rows is read. */
export function keyReader(mapper: Mapper): KeyReader {
  let reader = readers.get(mapper);
  if (reader === undefined) readers.set(mapper, (reader = makeReader(mapper.primaryKey)));
  return reader;
}

/**
 * The identity of a row among those of its class.
 *
 * @returns undefined where a column of the primary key is NULL, or not there
 */
export function identityKey(mapper: Mapper, values: Readonly<ColumnValues>): IdentityKey | undefined {
  return keyReader(mapper)(values);
}

function makeReader(columns: readonly TableColumn[]): KeyReader {
  const [only] = columns;
  if (columns.length === 1) {
    const { key } = only!;
    return (values) => {
      const value = values[key];
      return typeof value === "string" || typeof value === "number" ? value : partOf(only!, value);
    };
  }
  return (values) => {
    const parts: string[] = [];
    for (const column of columns) {
      const part = partOf(column, values[column.key]);
      if (part === undefined) return undefined;
      parts.push(String(part));
    }
    return JSON.stringify(parts);
  };
}

function partOf(column: TableColumn, value: unknown): IdentityKey | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string" || typeof value === "number" || typeof value === "bigint") return value;
  return encodeFor(column.type, value) ?? undefined;
}

/**
 * The values of the primary key, as they are read, of what `session.get()` was given: a value, for several columns a
 * list in their order, or an object.
 *
 * @throws {ArgumentError} it does not fit the primary key
 * @throws {DataError} a column's type cannot hold a value
 */
export function keyValues(mapper: Mapper, id: unknown, where: string): ColumnValues {
  const { primaryKey } = mapper;
  const given = partsOf(mapper, id, where);
  const values: ColumnValues = {};
  primaryKey.forEach((column, index) => {
    const value = given[index];
    if (value === undefined || value === null) {
      throw new ArgumentError(
        `${where} takes the primary key of ${mapper.name} (${keysOf(mapper).join(", ")}), got ${describeValue(id)}` +
          (primaryKey.length > 1 ? `: ${column.key} is ${describeValue(value)}` : ""),
      );
    }
    values[column.key] = readValue(column, value);
  });
  return values;
}

/** A value as it would be read: what was written differs from it in spelling, or is a number for a bigint. */
export function readValue(column: TableColumn, value: unknown): unknown {
  const { type } = column;
  const text = encodeFor(type, value);
  return text === value || text === null ? value : type.decode(text);
}

function partsOf(mapper: Mapper, id: unknown, where: string): readonly unknown[] {
  const { primaryKey } = mapper;
  if (Array.isArray(id)) {
    if (id.length === primaryKey.length) return id;
    throw new ArgumentError(
      `${where}: the primary key of ${mapper.name} has ${primaryKey.length} columns ` +
        `(${keysOf(mapper).join(", ")}), got ${id.length} values`,
    );
  }
  if (isPlain(id)) {
    for (const key of Object.keys(id)) {
      if (primaryKey.some((column) => column.key === key)) continue;
      throw new ArgumentError(
        `${where}: "${key}" is no column of the primary key of ${mapper.name}: ${didYouMean(key, keysOf(mapper))}`,
      );
    }
    return primaryKey.map(({ key }) => id[key]);
  }
  if (primaryKey.length === 1) return [id];
  throw new ArgumentError(
    `${where}: the primary key of ${mapper.name} has several columns: pass ` +
      `{ ${keysOf(mapper).join(", ")} } or a list of their values, got ${describeValue(id)}`,
  );
}

function keysOf(mapper: Mapper): readonly string[] {
  return mapper.primaryKey.map(({ key }) => key);
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
