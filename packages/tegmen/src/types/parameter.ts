import { isDate, isUint8Array } from "node:util/types";
import { formatElement } from "./array-text.ts";
import { formatBytes } from "./bytes.ts";
import { formatFloat } from "./floats.ts";
import { formatJson } from "./json.ts";
import type { AnySqlType } from "./sql-type.ts";
import { formatTemporal } from "./temporal-text.ts";
import { checkText } from "./text-value.ts";
import { formatDate } from "./timestamp-text.ts";
import { cannotHold, untypedParameter as parameter } from "./value-error.ts";

/**
 * Writes a value for a placeholder whose type only the server knows, as in `text()` and `` sql`...` ``.
 *
 * - null is NULL; strings, bigints and booleans are themselves
 * - numbers are written with all their digits. Integers beyond 2^53 have lost some before they got here, so they are
 *   written with an exponent (`9.007199254740992e+15`), which FLOAT and DECIMAL take and INT refuses
 * - a Date is ISO 8601 in UTC; objects of Temporal are their own text
 * - a Uint8Array (or Buffer) is BYTES in hexadecimal
 * - an array is an array of the database. It may hold all of the above, but neither arrays nor objects: those make
 *   sense in JSON only, so write `JSON.stringify(value)`. That goes for an empty array, too: it is `{}`, which JSONB
 *   takes for an empty object
 * - a plain object is JSON
 *
 * @param value what was passed for the placeholder
 * @returns the text to send; null for NULL
 * @throws DataError for everything else, undefined included
 */
export function encodeParameter(value: unknown): string | null {
  if (value === null) return null;
  if (typeof value === "string") return checkText(parameter, value);
  if (typeof value === "object" && Array.isArray(value)) return encodeParameterArray(value);
  const encoded = encodeScalar(value);
  if (encoded !== undefined) return encoded;
  if (isPlainObject(value)) return formatJson(value);
  throw cannotHold(parameter, value, adviceFor(value));
}

/** Values that may also stand in an array; undefined for all others. */
function encodeScalar(value: unknown): string | undefined {
  switch (typeof value) {
    case "string":
      return checkText(parameter, value);
    case "number":
      return Number.isInteger(value) && !Number.isSafeInteger(value) ? value.toExponential() : formatFloat(value);
    case "bigint":
    case "boolean":
      return String(value);
    case "object": {
      if (value === null) return undefined;
      if (value instanceof Date || isDate(value)) {
        if (Number.isNaN(value.getTime())) throw cannotHold(parameter, value, "pass a valid Date");
        return formatDate(value);
      }
      return isUint8Array(value) ? formatBytes(value) : formatTemporal(parameter, value);
    }
    default:
      return undefined;
  }
}

function encodeParameterArray(values: readonly unknown[]): string {
  const parts: string[] = [];
  // By index, because array methods skip the holes of sparse arrays.
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    const encoded = value === null ? null : encodeScalar(value);
    if (encoded === undefined) {
      const isNested = typeof value === "object";
      const advice = isNested
        ? "an array of the database has one dimension and no objects; for JSON pass JSON.stringify(value)"
        : adviceFor(value);
      throw cannotHold(`${parameter}, element ${index} of an array,`, value, advice);
    }
    parts.push(formatElement(encoded));
  }
  return `{${parts.join(",")}}`;
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // The second test is for objects of other realms, such as those of `node:vm`.
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}

function adviceFor(value: unknown): string {
  if (typeof value === "function") return "pass what it returns";
  if (typeof value === "symbol") return "pass a string";
  if (value instanceof Map) return "pass Object.fromEntries(value) for JSON";
  if (value instanceof Set) return "pass [...value] for an array";
  if (value instanceof Promise) return "await it first";
  if (ArrayBuffer.isView(value)) return "pass Array.from(value) for an array, or a Uint8Array for BYTES";
  if (value instanceof ArrayBuffer) return "pass new Uint8Array(value)";
  return "pass a string, number, bigint, boolean, Date, Uint8Array, array, plain object or null";
}

/**
 * Writes a value for a placeholder or a column of a known type.
 *
 * @param type the type; whether the value is one of its own is checked
 * @param value null is SQL NULL, whatever the type
 * @returns the text to send; null for NULL
 * @throws DataError or PrecisionError for what the type cannot hold, undefined included
 */
export function encodeFor(type: AnySqlType, value: unknown): string | null {
  return value === null ? null : (type.encode as (value: unknown) => string)(value);
}
