import { ArgumentError } from "../errors/index.ts";
import { reservedWords } from "./keywords.ts";

const plainIdentifier = /^[a-z_][a-z0-9_]*$/;

// NUL ends the text of a protocol message; half of a surrogate pair has no UTF-8 form and would become another name.
const unwritable = /\0|\p{Surrogate}/u;

/**
 * Writes a name so that it stands for exactly that name in SQL: as it is when that is safe, else in double quotes.
 *
 * @param name one name, without its schema; any text but an empty one
 * @throws {ArgumentError} if the name is empty, or holds a NUL character or half of a surrogate pair
 *
 * @example
 * ```ts
 * quoteIdentifier("accounts"); // accounts
 * quoteIdentifier("order"); // "order"
 * quoteIdentifier('My "Table"'); // "My ""Table"""
 * ```
 */
export function quoteIdentifier(name: string): string {
  return plainIdentifier.test(name) && !reservedWords.has(name) ? name : alwaysQuoteIdentifier(name);
}

/**
 * Writes a name in double quotes whether or not it needs them.
 *
 * @param name one name, without its schema; any text but an empty one
 * @throws {ArgumentError} if the name is empty, or holds a NUL character or half of a surrogate pair
 *
 * @example
 * ```ts
 * alwaysQuoteIdentifier("accounts"); // "accounts"
 * ```
 */
export function alwaysQuoteIdentifier(name: string): string {
  if (name === "") throw new ArgumentError("an identifier cannot be empty");
  if (unwritable.test(name)) throw new ArgumentError(unwritableMessage("identifier", name));
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * Writes text as a string literal, for the few places where SQL takes no parameter. Text with a backslash becomes an
 * `e'...'` literal, which means the same whatever `standard_conforming_strings` is.
 *
 * @param text any text
 * @throws {ArgumentError} if the text holds a NUL character or half of a surrogate pair
 *
 * @example
 * ```ts
 * quoteLiteral("it's"); // 'it''s'
 * ```
 */
export function quoteLiteral(text: string): string {
  if (unwritable.test(text)) throw new ArgumentError(unwritableMessage("string literal", text));
  const quoted = text.replaceAll("'", "''");
  return quoted.includes("\\") ? `e'${quoted.replaceAll("\\", "\\\\")}'` : `'${quoted}'`;
}

function unwritableMessage(what: string, text: string): string {
  const shown = JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
  return `the ${what} ${shown} cannot be written in SQL: it holds a NUL character or half of a surrogate pair`;
}
