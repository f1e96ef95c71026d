// The lexical rules of CockroachDB's SQL, as far as it takes to tell what is text, name or comment and what is not.

const tab = 0x09;
const carriageReturn = 0x0d;
const doubleQuote = 0x22;
const dollar = 0x24;
const singleQuote = 0x27;
const asterisk = 0x2a;
const minus = 0x2d;
const slash = 0x2f;
const backslash = 0x5c;
const underscore = 0x5f;

/** Whether a character can begin a name: a letter, `_`, or anything outside ASCII. */
export function isWordStart(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === underscore || code >= 0x80;
}

/** Whether a character is a digit. */
export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Whether a character can be in a name after its first; of names written in SQL also `$` can. */
export function isWordPart(code: number): boolean {
  return isWordStart(code) || isDigit(code);
}

/** Whether a character is white space. */
export function isSpace(code: number): boolean {
  return code === 0x20 || (code >= tab && code <= carriageReturn);
}

/**
 * Steps over one token that has to be taken as a whole: a string of any kind, a quoted name, a dollar-quoted text, a
 * comment, or a word. What is not closed ends with the text.
 *
 * @param sql the text
 * @param index where to look; not inside a token
 * @returns the index after the token, or `index` itself where none of these begins
 */
export function skipToken(sql: string, index: number): number {
  const code = sql.charCodeAt(index);
  if (isWordStart(code)) return skipWord(sql, index);
  switch (code) {
    case singleQuote:
      return skipQuoted(sql, index, "'");
    case doubleQuote:
      return skipQuoted(sql, index, '"');
    case dollar:
      return skipDollarQuoted(sql, index);
    case minus:
    case slash:
      return skipComment(sql, index);
    default:
      return index;
  }
}

/**
 * Steps over a comment.
 *
 * @returns the index after the comment, or `index` itself where none begins
 */
export function skipComment(sql: string, index: number): number {
  const code = sql.charCodeAt(index);
  const next = sql.charCodeAt(index + 1);
  if (code === minus && next === minus) {
    const end = sql.indexOf("\n", index);
    return end === -1 ? sql.length : end;
  }
  if (code !== slash || next !== asterisk) return index;
  // Block comments nest.
  let depth = 1;
  let at = index + 2;
  while (at < sql.length && depth > 0) {
    const here = sql.charCodeAt(at);
    const after = sql.charCodeAt(at + 1);
    if (here === slash && after === asterisk) depth += 1;
    else if (here === asterisk && after === slash) depth -= 1;
    else {
      at += 1;
      continue;
    }
    at += 2;
  }
  return Math.min(at, sql.length);
}

/**
 * Steps over white space and comments.
 *
 * @returns the index of what comes after them
 */
export function skipSpace(sql: string, index: number): number {
  let at = index;
  while (at < sql.length) {
    const end = isSpace(sql.charCodeAt(at)) ? at + 1 : skipComment(sql, at);
    if (end === at) break;
    at = end;
  }
  return at;
}

/** A name or keyword, or a string whose prefix begins like one. */
function skipWord(sql: string, index: number): number {
  let at = index + 1;
  while (at < sql.length && (isWordPart(sql.charCodeAt(at)) || sql.charCodeAt(at) === dollar)) at += 1;
  // e'...' and CockroachDB's b'...' know backslash escapes; x'...' and B'...' do not, and need no care.
  if (at === index + 1 && sql.charCodeAt(at) === singleQuote && "eEb".includes(sql.charAt(index))) {
    return skipEscaped(sql, at);
  }
  return at;
}

/** A quote that is doubled does not end the text: to step over two texts side by side comes to the same. */
function skipQuoted(sql: string, index: number, quote: string): number {
  const end = sql.indexOf(quote, index + 1);
  return end === -1 ? sql.length : end + 1;
}

function skipEscaped(sql: string, index: number): number {
  for (let at = index + 1; at < sql.length; at++) {
    const code = sql.charCodeAt(at);
    if (code === backslash) at += 1;
    else if (code === singleQuote) {
      if (sql.charCodeAt(at + 1) !== singleQuote) return at + 1;
      at += 1;
    }
  }
  return sql.length;
}

/** `$$...$$` and `$tag$...$tag$`, but not `$1`. */
function skipDollarQuoted(sql: string, index: number): number {
  let at = index + 1;
  if (isDigit(sql.charCodeAt(at))) return index;
  while (at < sql.length && isWordPart(sql.charCodeAt(at))) at += 1;
  if (sql.charCodeAt(at) !== dollar) return index;
  const tag = sql.slice(index, at + 1);
  const end = sql.indexOf(tag, at + 1);
  return end === -1 ? sql.length : end + tag.length;
}
