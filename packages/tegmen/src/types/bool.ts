import { defineType, type SqlType } from "./sql-type.ts";
import { cannotHold, cannotRead } from "./value-error.ts";

/** Reads a BOOL, which the server writes `t` or `f`. */
export function decodeBool(text: string): boolean {
  if (text === "t" || text === "true") return true;
  if (text === "f" || text === "false") return false;
  throw cannotRead("BOOL", text);
}

function encodeBool(value: boolean): string {
  if (typeof value === "boolean") return value ? "true" : "false";
  throw cannotHold("BOOL", value, "pass true or false");
}

/** BOOL. SQLAlchemy: `Boolean`. */
export const bool: SqlType<boolean> = defineType({
  name: "BOOL",
  oid: 16,
  arrayOid: 1000,
  decode: decodeBool,
  encode: encodeBool,
});
