import { isArrayType, isEnumType, type AnySqlType } from "../types/index.ts";
import type { Family } from "./operand.ts";

const byName: Readonly<Record<string, Family>> = {
  BOOL: "bool",
  INT2: "numeric",
  INT4: "numeric",
  INT8: "numeric",
  OID: "numeric",
  DECIMAL: "numeric",
  FLOAT4: "float",
  FLOAT8: "float",
  STRING: "text",
  VARCHAR: "text",
  CITEXT: "text",
  NAME: "text",
  DATE: "date",
  TIME: "time",
  TIMETZ: "time",
  TIMESTAMP: "timestamp",
  TIMESTAMPTZ: "timestamp",
  INTERVAL: "interval",
  JSONB: "json",
  TSVECTOR: "tsvector",
  VECTOR: "vector",
};

/** The kind of a type: what its values can be combined with. */
export function familyOf(type: AnySqlType | undefined): Family {
  if (type === undefined) return "other";
  if (isEnumType(type)) return "enum";
  return isArrayType(type) ? "array" : (byName[type.castName] ?? "other");
}
