import { defineType, type SqlType } from "./sql-type.ts";
import { decodeText } from "./text-value.ts";
import { cannotHold } from "./value-error.ts";

const canonicalUuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;

/**
 * The one spelling in which a UUID comes back from the server, for any that it takes: upper case, without hyphens,
 * in braces, with `urn:uuid:`. So what was written compares equal to what is read.
 */
function encodeUuid(value: string): string {
  if (typeof value === "string") {
    if (canonicalUuid.test(value)) return value;
    const digits = unwrapped(value.toLowerCase()).replaceAll("-", "");
    const spelled = `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`;
    if (canonicalUuid.test(spelled)) return spelled;
  }
  throw cannotHold("UUID", value, "pass 32 hexadecimal digits as in '63616665-6630-3064-6465-616462656562'");
}

function unwrapped(value: string): string {
  if (value.startsWith("urn:uuid:")) return value.slice("urn:uuid:".length);
  return value.startsWith("{") && value.endsWith("}") ? value.slice(1, -1) : value;
}

/** UUID, as a string in lower case. SQLAlchemy: `Uuid`. */
export const uuid: SqlType<string> = defineType({
  name: "UUID",
  oid: 2950,
  arrayOid: 2951,
  decode: decodeText,
  encode: encodeUuid,
});
