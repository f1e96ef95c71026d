import { defineType, type SqlType } from "./sql-type.ts";
import { cannotHold, cannotHoldExactly, cannotRead, doesNotFit } from "./value-error.ts";

const zero = 48;
const hyphen = 45;
const least8 = -(2n ** 63n);
const most8 = 2n ** 63n - 1n;

/** The value of at most 15 digits, all of which a number holds; NaN for any other text. */
function parseDigits(text: string): number {
  const length = text.length;
  const isNegative = text.charCodeAt(0) === hyphen;
  const start = isNegative ? 1 : 0;
  if (length === start || length > 15) return Number.NaN;
  let value = 0;
  for (let index = start; index < length; index++) {
    const digit = text.charCodeAt(index) - zero;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return isNegative ? 0 - value : value;
}

/** Reads an INT2, INT4 or OID. */
export function decodeSmallInteger(text: string): number {
  const value = parseDigits(text);
  if (value === value) return value;
  throw cannotRead("INT4", text);
}

/**
 * Reads an INT8 as a number.
 *
 * @throws PrecisionError beyond 2^53 - 1
 */
export function decodeInteger(text: string): number {
  const value = parseDigits(text);
  return value === value ? value : decodeLongInteger(text);
}

function decodeLongInteger(text: string): number {
  if (!/^-?\d+$/.test(text)) throw cannotRead("INT8", text);
  // Rounds to the nearest double, and what is not safe never rounds to what is safe.
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw doesNotFit("INT8", text, "a JavaScript number", 'use c.bigint() or int8: "bigint"');
}

/** Reads an INT8 as a bigint. */
export function decodeBigint(text: string): bigint {
  try {
    if (text !== "") return BigInt(text);
  } catch {
    // Not an integer: told below.
  }
  throw cannotRead("INT8", text);
}

function integerType(name: string, oid: number, arrayOid: number, least: number, most: number): SqlType<number> {
  return defineType({
    name,
    oid,
    arrayOid,
    decode: decodeSmallInteger,
    encode: (value) => {
      if (!Number.isInteger(value)) throw cannotHold(name, value, "pass an integer number");
      if (value < least || value > most) throw cannotHold(name, value, `the range is ${least} to ${most}`);
      return String(value);
    },
  });
}

/** INT2: an integer of 16 bits. SQLAlchemy: `SmallInteger`. */
export const int2: SqlType<number> = integerType("INT2", 21, 1005, -(2 ** 15), 2 ** 15 - 1);

/** INT4: an integer of 32 bits. */
export const int4: SqlType<number> = integerType("INT4", 23, 1007, -(2 ** 31), 2 ** 31 - 1);

/** OID: the number of an object in the catalog. */
export const oid: SqlType<number> = integerType("OID", 26, 1028, 0, 2 ** 32 - 1);

/**
 * INT8 as a JavaScript number: safe up to 2^53 - 1, and a PrecisionError beyond that, in both directions. Named `INT8`
 * in SQL, because what `INT` means depends on `default_int_size`. SQLAlchemy: `Integer`.
 */
export const int: SqlType<number> = defineType({
  name: "INT8",
  oid: 20,
  arrayOid: 1016,
  decode: decodeInteger,
  encode: (value) => {
    if (Number.isSafeInteger(value)) return String(value);
    if (!Number.isInteger(value)) throw cannotHold("INT8", value, integerHint(value));
    throw cannotHoldExactly("INT8", value, "a number holds integers up to 2^53 - 1; use c.bigint() and pass a bigint");
  },
});

/**
 * INT8 as a bigint: the whole range, for keys made by `unique_rowid()` among others. Safe integer numbers may be
 * written too. SQLAlchemy: `BigInteger`.
 */
export const bigint: SqlType<bigint, bigint | number> = defineType({
  name: "INT8",
  oid: 20,
  arrayOid: 1016,
  decode: decodeBigint,
  encode: (value) => {
    if (typeof value === "bigint") {
      if (value >= least8 && value <= most8) return value.toString();
      throw cannotHold("INT8", value, `the range is ${least8} to ${most8}`);
    }
    if (Number.isSafeInteger(value)) return String(value);
    if (Number.isInteger(value)) throw cannotHoldExactly("INT8", value, "pass a bigint");
    throw cannotHold("INT8", value, "pass a bigint or an integer number");
  },
});

function integerHint(value: unknown): string {
  return typeof value === "bigint" ? "pass a number, or use c.bigint()" : "pass an integer number";
}
