import { cannotHold } from "./value-error.ts";

/** Reads text as it is. */
export function decodeText(text: string): string {
  return text;
}

/**
 * Checks that a string arrives at the server as it is: U+0000 cannot be in a text value, and half of a surrogate pair
 * would become U+FFFD on its way to UTF-8.
 *
 * @returns the value itself
 */
export function checkText(typeName: string, value: unknown): string {
  if (typeof value !== "string") throw cannotHold(typeName, value, "pass a string");
  if (value.includes("\0")) throw cannotHold(typeName, value, "text cannot contain the character U+0000; use BYTES");
  if (!isWellFormed(value)) {
    throw cannotHold(typeName, value, "the string has half of a surrogate pair, which has no form in UTF-8; use BYTES");
  }
  return value;
}

/** `String.prototype.isWellFormed`, which every supported Node.js has and the configured library types do not. */
function isWellFormed(value: string): boolean {
  return (value as unknown as { isWellFormed(): boolean }).isWellFormed();
}

/** A length, precision or number of dimensions in parentheses, as in `STRING(80)`; nothing when it is not given. */
export function parenthesized(...numbers: readonly (number | undefined)[]): string {
  const given = numbers.filter((number) => number !== undefined);
  return given.length === 0 ? "" : `(${given.join(",")})`;
}
