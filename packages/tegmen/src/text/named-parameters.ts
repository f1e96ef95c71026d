import { ArgumentError } from "../errors/index.ts";
import { isDigit, isWordPart, isWordStart, skipToken } from "./scan.ts";

const dollar = 0x24;
const colon = 0x3a;
const backslash = 0x5c;

/** A text in which the names of parameters are replaced by numbers. */
export interface NamedParameters {
  /** The text with `$1`, `$2` ... */
  readonly sql: string;
  /** The name of each parameter: `names[0]` is `$1`. Each name is there once. */
  readonly names: readonly string[];
  /** The highest number of a parameter that the text itself had as `$1`; 0 for none. */
  readonly positional: number;
}

/**
 * Replaces `:name` by `$1`, `$2` ... A name that is used twice is one parameter.
 *
 * A name consists of letters, digits and `_`, and does not begin with a digit. Nothing in a string (`'...'`, `e'...'`,
 * `b'...'`, `$$...$$`), in a quoted name or in a comment is a parameter. Neither is what follows a double or triple
 * colon (`x::INT`, `1:::FLOAT`), nor a colon that directly follows a value, as in the slice `a[1:n]`; a bound of a slice
 * becomes a parameter with a space before it: `a[:low : :high]`. `\:` stands for a colon.
 *
 * SQLAlchemy: `text()`, which takes `:name::INT` for no parameter; here it is one with a cast.
 *
 * @param sql the text
 * @returns the text with numbers, and the names in their order
 * @throws {ArgumentError} if the text has both names and numbers
 *
 * @example
 * ```ts
 * parseNamedParameters("SELECT :a::INT, ':b', :a"); // { sql: "SELECT $1::INT, ':b', $1", names: ["a"], positional: 0 }
 * ```
 */
export function parseNamedParameters(sql: string): NamedParameters {
  const numbers = new Map<string, number>();
  let positional = 0;
  let output = "";
  let copied = 0;
  let at = 0;
  while (at < sql.length) {
    const end = skipToken(sql, at);
    if (end > at) {
      at = end;
      continue;
    }
    const code = sql.charCodeAt(at);
    if (code === colon) {
      const nameEnd = endOfName(sql, at + 1);
      if (nameEnd > at + 1 && !followsValue(sql, at)) {
        output += `${sql.slice(copied, at)}$${numberOf(sql.slice(at + 1, nameEnd), numbers)}`;
        copied = nameEnd;
        at = nameEnd;
      } else at = endOfColons(sql, at);
    } else if (code === backslash && sql.charCodeAt(at + 1) === colon) {
      output += sql.slice(copied, at);
      copied = at + 1;
      at = endOfColons(sql, at + 1);
    } else if (code === dollar && isDigit(sql.charCodeAt(at + 1))) {
      const numberEnd = endOfDigits(sql, at + 1);
      positional = Math.max(positional, Number(sql.slice(at + 1, numberEnd)));
      at = numberEnd;
    } else at += 1;
  }
  const names = [...numbers.keys()];
  if (names.length > 0 && positional > 0) {
    throw new ArgumentError(
      `the text has named parameters (:${names[0]}) and numbered ones ($${positional}): use one kind, and \\: for a colon that is none`,
    );
  }
  return { sql: copied === 0 ? sql : output + sql.slice(copied), names, positional };
}

function numberOf(name: string, numbers: Map<string, number>): number {
  const known = numbers.get(name);
  if (known !== undefined) return known;
  numbers.set(name, numbers.size + 1);
  return numbers.size;
}

function endOfName(sql: string, index: number): number {
  if (!isWordStart(sql.charCodeAt(index))) return index;
  let at = index + 1;
  while (at < sql.length && isWordPart(sql.charCodeAt(at))) at += 1;
  return at;
}

function endOfColons(sql: string, index: number): number {
  let at = index;
  while (sql.charCodeAt(at) === colon) at += 1;
  return at;
}

function endOfDigits(sql: string, index: number): number {
  let at = index;
  while (isDigit(sql.charCodeAt(at))) at += 1;
  return at;
}

/** Two values never stand side by side, so a colon right after one separates the bounds of a slice. */
function followsValue(sql: string, index: number): boolean {
  if (index === 0) return false;
  const before = sql.charCodeAt(index - 1);
  return isWordPart(before) || before === dollar || `)]'"`.includes(sql.charAt(index - 1));
}
