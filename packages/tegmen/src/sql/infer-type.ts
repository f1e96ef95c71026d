import { isDate, isUint8Array } from "node:util/types";
import { ArgumentError, describeValue } from "../errors/index.ts";
import * as types from "../types/index.ts";
import type { AnySqlType } from "../types/index.ts";
import { arrayOf } from "./coerce.ts";

const timestamptz: AnySqlType = types.timestamptz();
const jsonb: AnySqlType = types.jsonb();

/**
 * The type of a plain value, where nothing around it says one: a number is INT8 if it is an integer, else FLOAT8.
 *
 * @param where for errors: what the value was passed to
 * @throws {ArgumentError} undefined, or an array without elements
 */
export function inferType(value: unknown, where: string): AnySqlType {
  switch (typeof value) {
    case "string":
      return types.text;
    case "number":
      return Number.isSafeInteger(value) ? types.int : types.float8;
    case "bigint":
      return types.bigint;
    case "boolean":
      return types.bool;
    case "object":
      if (value !== null) return objectType(value, where);
      break;
    default:
  }
  throw new ArgumentError(
    `${where} was given ${value === undefined ? "undefined" : describeValue(value)}, whose type nothing tells: ` +
      "write literal(value, c.string()), for example",
  );
}

function objectType(value: object, where: string): AnySqlType {
  if (isDate(value)) return timestamptz;
  if (isUint8Array(value)) return types.bytes;
  if (!Array.isArray(value)) return jsonb;
  const first: unknown = value.find((element) => element !== null);
  return arrayOf(inferType(first, `${where}, in an array,`));
}
