import { isUint8Array } from "node:util/types";
import { defineType, type SqlType } from "./sql-type.ts";
import { cannotHold, cannotRead } from "./value-error.ts";

const backslash = 92;
/** Up to here a loop in JavaScript is quicker than a call into Node's own code. */
const shortLength = 128;

/**
 * Reads BYTES: hexadecimal as `\x00ff`, or the older escape format that `bytea_output = escape` gives.
 *
 * The outcome has memory of its own: neither a Buffer, whose `slice` shares memory where that of Uint8Array copies,
 * nor a part of Node's pool.
 */
export function decodeBytes(text: string): Uint8Array {
  if (text.charCodeAt(0) !== backslash || text.charCodeAt(1) !== 120) return decodeEscaped(text);
  const length = (text.length - 2) / 2;
  if (!Number.isInteger(length)) throw cannotRead("BYTES", text);
  const bytes = new Uint8Array(length);
  if (length > shortLength) {
    // `write` stops at the first character that is no hexadecimal digit.
    if (Buffer.from(bytes.buffer).write(text.slice(2), "hex") !== length) throw cannotRead("BYTES", text);
    return bytes;
  }
  for (let index = 0, place = 2; index < length; index++, place += 2) {
    const byte = (digitValue(text.charCodeAt(place)) << 4) | digitValue(text.charCodeAt(place + 1));
    if (byte < 0) throw cannotRead("BYTES", text);
    bytes[index] = byte;
  }
  return bytes;
}

/** The value of a hexadecimal digit; negative for any other character. */
function digitValue(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

function decodeEscaped(text: string): Uint8Array {
  const source = Buffer.from(text, "utf8");
  const bytes = new Uint8Array(source.length);
  let length = 0;
  for (let index = 0; index < source.length; index++) {
    let byte = source[index] as number;
    if (byte === backslash) {
      if (source[index + 1] === backslash) index += 1;
      else {
        const octal = source.toString("latin1", index + 1, index + 4);
        if (!/^[0-3][0-7]{2}$/.test(octal)) throw cannotRead("BYTES", text);
        byte = Number.parseInt(octal, 8);
        index += 3;
      }
    }
    bytes[length++] = byte;
  }
  return bytes.slice(0, length);
}

/** Bytes as `\x00ff`. */
export function formatBytes(value: Uint8Array): string {
  return `\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex")}`;
}

/** BYTES, as a Uint8Array; a Buffer is one. SQLAlchemy: `LargeBinary`. */
export const bytes: SqlType<Uint8Array> = defineType({
  name: "BYTES",
  oid: 17,
  arrayOid: 1001,
  decode: decodeBytes,
  encode: (value) => {
    if (isUint8Array(value)) return formatBytes(value);
    throw cannotHold("BYTES", value, "pass a Uint8Array or a Buffer; for text, new TextEncoder().encode(value)");
  },
});
