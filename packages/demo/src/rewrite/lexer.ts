export type TokenType =
  /** A word that is not quoted; `value` is lower case. */
  | "word"
  /** A "quoted identifier"; `value` is what it names. */
  | "quoted"
  /** Any character string literal; `value` is its content. */
  | "string"
  /** b'...' and x'...': bytes; `value` holds one character for each byte. */
  | "bytes"
  /** B'101' */
  | "bits"
  | "integer"
  | "float"
  /** `$1`; `value` is the number. */
  | "placeholder"
  | "operator"
  /** What cannot be scanned, to the end of the text; `value` says why. The parser refuses it where it meets it. */
  | "error"
  | "eof";

/** One token with its place in the text: `text.slice(start, end)` is what was written. */
export interface Token {
  readonly type: TokenType;
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

const isDigit = (c: string): boolean => c >= "0" && c <= "9";
const isHex = (c: string): boolean => /^[0-9a-fA-F]$/.test(c);
const isSpace = (c: string): boolean => c === " " || c === "\t" || c === "\n" || c === "\r" || c === "\f" || c === "\v";
const isWordStart = (c: string): boolean =>
  (c >= "a" && c <= "z") || (c >= "A" && c <= "Z") || c === "_" || c.charCodeAt(0) >= 0x80;
const isWordPart = (c: string): boolean => isWordStart(c) || isDigit(c) || c === "$";

// Longest first: what CockroachDB's scanner takes as one token.
const OPERATORS: readonly string[] = [
  ":::", "!~*", "->>", "#>>", "<<=", ">>=", "||/", "&&&",
  "::", "<=", ">=", "<>", "!=", "!~", "~*", "->", "#>", "#-", "<<", ">>", "||", "|/", "//", "&&", "@>", "<@", "?|", "?&", "..",
]; // prettier-ignore

/** Thrown inside the scanner; `tokenize` turns it into an `error` token. */
class LexicalError extends Error {
  readonly position: number;
  constructor(reason: string, position: number) {
    super(reason);
    this.position = position;
  }
}

/** Where the white space and comments at `i` end. */
function skipBlank(text: string, from: number): number {
  let i = from;
  for (;;) {
    while (i < text.length && isSpace(text[i] ?? "")) i++;
    if (text.startsWith("--", i)) {
      const newline = text.indexOf("\n", i);
      i = newline === -1 ? text.length : newline + 1;
    } else if (text.startsWith("/*", i)) {
      i = blockCommentEnd(text, i);
    } else return i;
  }
}

function blockCommentEnd(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length;) {
    if (text.startsWith("/*", i)) {
      depth++;
      i += 2;
    } else if (text.startsWith("*/", i)) {
      depth--;
      i += 2;
      if (depth === 0) return i;
    } else i++;
  }
  throw new LexicalError("unterminated comment", start);
}

/**
 * Cuts a text into CockroachDB's tokens; white space and comments are left out, the last token is `eof`.
 * It never throws: what cannot be scanned becomes an `error` token that reaches to the end.
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  try {
    for (let i = skipBlank(text, 0); i < text.length; i = skipBlank(text, i)) {
      const token = scan(text, i);
      tokens.push(token);
      i = token.end;
    }
  } catch (error) {
    if (!(error instanceof LexicalError)) throw error;
    tokens.push({ type: "error", value: error.message, start: error.position, end: text.length });
  }
  tokens.push({ type: "eof", value: "EOF", start: text.length, end: text.length });
  return tokens;
}

/** The token that begins at `start` (which must not be blank). */
function scan(text: string, start: number): Token {
  const c = text[start] ?? "";
  const next = text[start + 1] ?? "";
  if (c === "'") return quotedString(text, start, start, false);
  if (c === '"') return quotedIdentifier(text, start);
  if (next === "'") {
    if (c === "e" || c === "E") return quotedString(text, start, start + 1, true);
    if (c === "b") return bytesString(text, start);
    if (c === "B") return bitString(text, start);
    if (c === "x" || c === "X") return hexBytes(text, start);
  }
  if (isDigit(c) || (c === "." && isDigit(next))) return number(text, start);
  if (c === "$") {
    if (isDigit(next)) return placeholder(text, start);
    const dollar = dollarQuoted(text, start);
    if (dollar) return dollar;
  }
  if (isWordStart(c)) {
    let end = start + 1;
    while (end < text.length && isWordPart(text[end] ?? "")) end++;
    return { type: "word", value: lower(text.slice(start, end)), start, end };
  }
  for (const operator of OPERATORS) {
    if (text.startsWith(operator, start))
      return { type: "operator", value: operator, start, end: start + operator.length };
  }
  return { type: "operator", value: c, start, end: start + 1 };
}

const lower = (word: string): string => word.normalize("NFC").toLowerCase();

function quotedIdentifier(text: string, start: number): Token {
  let value = "";
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] !== '"') value += text[i];
    else if (text[i + 1] === '"') {
      value += '"';
      i++;
    } else return { type: "quoted", value, start, end: i + 1 };
  }
  throw new LexicalError("unterminated string", start);
}

/** A string from its quote; adjacent ones on other lines belong to it, as in standard SQL. */
function quotedString(text: string, start: number, quote: number, escapes: boolean): Token {
  let value = "";
  let i = quote + 1;
  for (;;) {
    const c = text[i];
    if (c === undefined) throw new LexicalError("unterminated string", start);
    if (c === "'") {
      if (text[i + 1] === "'") {
        value += "'";
        i += 2;
        continue;
      }
      const more = continuation(text, i + 1);
      if (more === undefined) return { type: "string", value, start, end: i + 1 };
      i = more + 1;
    } else if (escapes && c === "\\") {
      const unescaped = unescape(text, i, start, true);
      value += unescaped.value;
      i = unescaped.end;
    } else {
      value += c;
      i++;
    }
  }
}

/** The place of a quote that goes on with a string: only blanks with a newline in between. */
function continuation(text: string, from: number): number | undefined {
  let i = from;
  let newline = false;
  while (i < text.length && isSpace(text[i] ?? "")) {
    if (text[i] === "\n") newline = true;
    i++;
  }
  return newline && text[i] === "'" ? i : undefined;
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  a: "\x07", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v", "\\": "\\", "'": "'", '"': '"',
}; // prettier-ignore

function unescape(text: string, at: number, start: number, unicode: boolean): { value: string; end: number } {
  const c = text[at + 1] ?? "";
  const digits = (from: number, count: number, base: 8 | 16): number => {
    const part = text.slice(from, from + count);
    const valid = base === 16 ? /^[0-9a-fA-F]+$/ : /^[0-7]+$/;
    if (part.length !== count || !valid.test(part)) throw new LexicalError("invalid syntax", start);
    return Number.parseInt(part, base);
  };
  const point = (code: number): string => {
    if (code > 0x10ffff) throw new LexicalError("invalid syntax", start);
    return String.fromCodePoint(code);
  };
  if (c === "x" || c === "X") return { value: point(digits(at + 2, 2, 16)), end: at + 4 };
  if (unicode && c === "u") return { value: point(digits(at + 2, 4, 16)), end: at + 6 };
  if (unicode && c === "U") return { value: point(digits(at + 2, 8, 16)), end: at + 10 };
  if (c >= "0" && c <= "7") return { value: point(digits(at + 1, 3, 8) & 0xff), end: at + 4 };
  const simple = SIMPLE_ESCAPES[c];
  if (simple !== undefined) return { value: simple, end: at + 2 };
  throw new LexicalError("invalid syntax", start);
}

function bytesString(text: string, start: number): Token {
  let value = "";
  let i = start + 2;
  for (;;) {
    const c = text[i];
    if (c === undefined) throw new LexicalError("unterminated string", start);
    if (c === "'") {
      if (text[i + 1] !== "'") return { type: "bytes", value, start, end: i + 1 };
      value += "'";
      i += 2;
    } else if (c === "\\") {
      const unescaped = unescape(text, i, start, false);
      value += unescaped.value;
      i = unescaped.end;
    } else {
      const code = text.codePointAt(i) ?? 0;
      for (const byte of new TextEncoder().encode(String.fromCodePoint(code))) value += String.fromCharCode(byte);
      i += code > 0xffff ? 2 : 1;
    }
  }
}

function simpleQuoted(text: string, start: number): { content: string; end: number } {
  const close = text.indexOf("'", start + 2);
  if (close === -1) throw new LexicalError("unterminated string", start);
  return { content: text.slice(start + 2, close), end: close + 1 };
}

function bitString(text: string, start: number): Token {
  const { content, end } = simpleQuoted(text, start);
  const wrong = /[^01]/u.exec(content)?.[0];
  if (wrong !== undefined) throw new LexicalError(`"${wrong}" is not a valid binary digit`, start);
  return { type: "bits", value: content, start, end };
}

function hexBytes(text: string, start: number): Token {
  const { content, end } = simpleQuoted(text, start);
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(content)) throw new LexicalError("invalid hexadecimal bytes literal", start);
  const value = content.replace(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16)));
  return { type: "bytes", value, start, end };
}

function dollarQuoted(text: string, start: number): Token | undefined {
  let i = start + 1;
  if (text[i] !== "$") {
    if (!isWordStart(text[i] ?? " ")) return undefined;
    while (i < text.length && text[i] !== "$" && isWordPart(text[i] ?? "")) i++;
    if (text[i] !== "$") return undefined;
  }
  const tag = text.slice(start, i + 1);
  const close = text.indexOf(tag, i + 1);
  if (close === -1) throw new LexicalError("unterminated string", start);
  return { type: "string", value: text.slice(i + 1, close), start, end: close + tag.length };
}

function placeholder(text: string, start: number): Token {
  let end = start + 1;
  while (isDigit(text[end] ?? "")) end++;
  const value = text.slice(start + 1, end);
  const index = Number(value);
  if (index < 1 || index > 65_536) throw new LexicalError("placeholder index must be between 1 and 65536", start);
  return { type: "placeholder", value, start, end };
}

function number(text: string, start: number): Token {
  let i = start;
  if (text[i] === "0" && (text[i + 1] === "x" || text[i + 1] === "X")) {
    i += 2;
    while (isHex(text[i] ?? "")) i++;
    if (i === start + 2) throw new LexicalError("invalid hexadecimal numeric literal", start);
    return { type: "integer", value: text.slice(start, i), start, end: i };
  }
  let type: "integer" | "float" = "integer";
  while (isDigit(text[i] ?? "")) i++;
  // `1..2` is two numbers with `..` between them
  if (text[i] === "." && text[i + 1] !== ".") {
    type = "float";
    i++;
    while (isDigit(text[i] ?? "")) i++;
  }
  if (text[i] === "e" || text[i] === "E") {
    type = "float";
    i++;
    if (text[i] === "+" || text[i] === "-") i++;
    if (!isDigit(text[i] ?? "")) throw new LexicalError("invalid floating point literal", start);
    while (isDigit(text[i] ?? "")) i++;
  }
  return { type, value: text.slice(start, i), start, end: i };
}
