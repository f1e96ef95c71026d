// A lexer of SQL that shares nothing with the one under test: written from the grammar of PostgreSQL's and
// CockroachDB's scanners, by regular expressions where that one looks at character codes.

/** What a token is. `open`: a string, name or comment that does not end. */
export type TokenKind = "word" | "name" | "string" | "number" | "placeholder" | "comment" | "operator" | "open";

/** A token and what it stands for: the text of a string, the name in quotes; of others the text itself. */
export interface Token {
  readonly kind: TokenKind;
  readonly content: string;
  /** Where it begins. */
  readonly start: number;
}

const patterns: readonly (readonly [TokenKind | "space", RegExp])[] = [
  ["space", /[ \t\r\n\f\v]+/y],
  ["comment", /--[^\n]*/y],
  ["string", /'(?:[^']|'')*'(?!')/y],
  // CockroachDB's b'...' is a string with escapes as well.
  ["string", /[eEb]'(?:[^'\\]|''|\\[\s\S])*'(?!')/y],
  ["name", /"(?:[^"]|"")*"(?!")/y],
  ["string", /(\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$)[\s\S]*?\1/y],
  ["open", /[eEb]'[\s\S]*/y],
  ["open", /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$[\s\S]*/y],
  ["placeholder", /\$\d+/y],
  ["number", /\d+(?:\.\d+)?/y],
  ["word", /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y],
  ["open", /['"][\s\S]*/y],
  ["operator", /[\s\S]/y],
];

/** Cuts SQL into tokens, without white space. */
export function lex(sql: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < sql.length;) {
    if (sql.startsWith("/*", at)) {
      const end = endOfComment(sql, at);
      tokens.push({ kind: end === undefined ? "open" : "comment", content: sql.slice(at, end), start: at });
      at = end ?? sql.length;
      continue;
    }
    for (const [kind, pattern] of patterns) {
      pattern.lastIndex = at;
      const text = pattern.exec(sql)?.[0];
      if (text === undefined) continue;
      if (kind !== "space") tokens.push({ kind, content: meaning(kind, text), start: at });
      at += text.length;
      break;
    }
  }
  return tokens;
}

/** Comments in slashes nest. */
function endOfComment(sql: string, start: number): number | undefined {
  const marks = /\/\*|\*\//g;
  marks.lastIndex = start;
  let depth = 0;
  for (let match = marks.exec(sql); match !== null; match = marks.exec(sql)) {
    depth += match[0] === "/*" ? 1 : -1;
    if (depth === 0) return marks.lastIndex;
  }
  return undefined;
}

function meaning(kind: TokenKind, text: string): string {
  if (kind === "name") return text.slice(1, -1).replaceAll('""', '"');
  if (kind !== "string") return text;
  if (text.startsWith("$")) return text.slice(text.indexOf("$", 1) + 1, -(text.indexOf("$", 1) + 1));
  if (text.startsWith("'")) return text.slice(1, -1).replaceAll("''", "'");
  return text.slice(2, -1).replaceAll(/''|\\([\s\S])/g, (all, escaped?: string) => (all === "''" ? "'" : escaped!));
}
