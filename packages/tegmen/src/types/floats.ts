import { defineType, type SqlType } from "./sql-type.ts";
import { cannotHold, cannotRead } from "./value-error.ts";

/** Reads a FLOAT4 or FLOAT8, `NaN` and `Infinity` included. */
export function decodeFloat(text: string): number {
  const value = +text;
  if (value === value && text !== "") return value;
  if (text === "NaN") return value;
  throw cannotRead("FLOAT8", text);
}

/** The shortest text that reads back as the same number. */
export function formatFloat(value: number): string {
  return value === 0 && Object.is(value, -0) ? "-0" : String(value);
}

function floatType(name: string, oid: number, arrayOid: number, overflows: (value: number) => boolean) {
  return defineType<number>({
    name,
    oid,
    arrayOid,
    decode: decodeFloat,
    encode: (value) => {
      if (typeof value !== "number") throw cannotHold(name, value, "pass a number");
      if (overflows(value)) throw cannotHold(name, value, "it would become Infinity; use FLOAT8");
      return formatFloat(value);
    },
  });
}

/** FLOAT4: a float of 32 bits, as the server keeps it: digits that do not fit are lost there. SQLAlchemy: `REAL`. */
export const float4: SqlType<number> = floatType(
  "FLOAT4",
  700,
  1021,
  (value) => Number.isFinite(value) && !Number.isFinite(Math.fround(value)),
);

/** FLOAT8: the same 64 bits as a JavaScript number. SQLAlchemy: `Double`. */
export const float8: SqlType<number> = floatType("FLOAT8", 701, 1022, () => false);
