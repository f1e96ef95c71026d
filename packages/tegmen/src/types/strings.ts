import { defineType, type SqlType } from "./sql-type.ts";
import { checkText, decodeText, parenthesized } from "./text-value.ts";
import { checkTypeParameter } from "./type-parameter.ts";
import { cannotHold } from "./value-error.ts";

const mostLength = 2 ** 31 - 1;

function textType(name: string, castName: string, oid: number, arrayOid: number): SqlType<string> {
  return defineType({ name, castName, oid, arrayOid, decode: decodeText, encode: (value) => checkText(name, value) });
}

function sizedText(
  name: string,
  castName: string,
  oid: number,
  arrayOid: number,
): (length?: number) => SqlType<string> {
  const unsized = textType(name, castName, oid, arrayOid);
  return (length) => {
    if (length === undefined) return unsized;
    checkTypeParameter(name, "the length", length, 1, mostLength);
    return textType(`${name}${parenthesized(length)}`, castName, oid, arrayOid);
  };
}

/**
 * STRING, or STRING(n) of at most `length` characters. SQLAlchemy: `String`.
 *
 * @param length in characters; longer values are refused by the server
 */
export const string: (length?: number) => SqlType<string> = sizedText("STRING", "STRING", 25, 1009);

/**
 * CHAR(n): text of a fixed length, padded with blanks by the server. Without a length, one character.
 *
 * @param length in characters
 */
export const char: (length?: number) => SqlType<string> = sizedText("CHAR", "STRING", 1042, 1014);

/**
 * VARCHAR, or VARCHAR(n) of at most `length` characters.
 *
 * @param length in characters; longer values are refused by the server
 */
export const varchar: (length?: number) => SqlType<string> = sizedText("VARCHAR", "VARCHAR", 1043, 1015);

/** TEXT: another name of STRING. SQLAlchemy: `Text`. */
export const text: SqlType<string> = textType("TEXT", "STRING", 25, 1009);

/** CITEXT: text that compares without regard to case. From CockroachDB 25.3. */
export const citext: SqlType<string> = textType("CITEXT", "CITEXT", 90_008, 90_009);

/** NAME: the name of an object in the catalog. */
export const name: SqlType<string> = textType("NAME", "NAME", 19, 1003);

/** INET: an IPv4 or IPv6 address, with or without the length of its network: `192.168.0.0/16`. */
export const inet: SqlType<string> = textType("INET", "INET", 869, 1041);

/** TSVECTOR: a document prepared for text search. From CockroachDB 23.1. */
export const tsvector: SqlType<string> = textType("TSVECTOR", "TSVECTOR", 3614, 3643);

/** TSQUERY: a text search: `fat & (rat | cat)`. From CockroachDB 23.1. */
export const tsquery: SqlType<string> = textType("TSQUERY", "TSQUERY", 3615, 3645);

/** LTREE: a path in a tree: `Top.Science.Astronomy`. From CockroachDB 25.4. */
export const ltree: SqlType<string> = textType("LTREE", "LTREE", 90_010, 90_011);

function bitType(name: string, oid: number, arrayOid: number): (length?: number) => SqlType<string> {
  return (length) => {
    checkTypeParameter(name, "the length", length, 1, mostLength);
    const fullName = `${name}${parenthesized(length)}`;
    return defineType({
      name: fullName,
      castName: "VARBIT",
      oid,
      arrayOid,
      decode: decodeText,
      encode: (value) => {
        if (/^[01]*$/.test(checkText(fullName, value))) return value;
        throw cannotHold(fullName, value, "pass the bits as a string of 0 and 1");
      },
    });
  };
}

/**
 * BIT(n): exactly `length` bits, as a string of 0 and 1. Without a length, one bit.
 *
 * @param length in bits
 */
export const bit: (length?: number) => SqlType<string> = bitType("BIT", 1560, 1561);

/**
 * VARBIT, or VARBIT(n): any number of bits, or at most `length`, as a string of 0 and 1.
 *
 * @param length in bits
 */
export const varbit: (length?: number) => SqlType<string> = bitType("VARBIT", 1562, 1563);
