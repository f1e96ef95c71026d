import { ArgumentError, describeValue } from "../errors/index.ts";
import type { AnySqlType } from "../types/index.ts";
import type { Family, typeFamily, valueType } from "./operand.ts";

/** Where a column definition keeps its type. */
export const sqlTypeOf: unique symbol = Symbol.for("tegmen.sqlType");

/** A type to cast to or to read as: `c.int()`, `c.string()`, `c.array(c.uuid())`... */
export interface TypeReference<out T = unknown, out F extends Family = Family> {
  readonly [typeFamily]: F;
  readonly [valueType]: T;
  readonly [sqlTypeOf]: AnySqlType;
}

/** The type behind a reference. */
export function resolveType(reference: unknown, where: string): AnySqlType {
  if (typeof reference === "object" && reference !== null && sqlTypeOf in reference) {
    return (reference as TypeReference)[sqlTypeOf];
  }
  throw new ArgumentError(`${where} expects a type such as c.int(), got ${describeValue(reference)}`);
}
