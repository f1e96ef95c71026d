import type { Statement } from "./contract.ts";
import { tokenize, type Token } from "./lexer.ts";
import { checkName } from "./name-length.ts";
import { parseStatement } from "./parser/statement.ts";

/**
 * Parses a text of any number of statements, separated by semicolons.
 *
 * @param sql What the client sent.
 * @returns The statements in order; empty ones are left out.
 * @throws SqlError for a text CockroachDB refuses, before anything of it can have run.
 */
export function parseSql(sql: string): Statement[] {
  const statements: Statement[] = [];
  let first: Token | undefined;
  let last: Token | undefined;
  for (const token of tokenize(sql)) {
    if (token.type !== "eof" && !(token.type === "operator" && token.value === ";")) {
      first ??= token;
      last = token;
      continue;
    }
    if (first && last) {
      const end = token.type === "eof" ? trimmedEnd(sql, first.start) : last.end;
      statements.push(parseOne(sql.slice(first.start, end), first.start));
    }
    first = last = undefined;
  }
  return statements;
}

// Without a semicolon CockroachDB's scanner takes what follows the last token too, comments included.
function trimmedEnd(sql: string, start: number): number {
  return start + sql.slice(start).trimEnd().length;
}

function parseOne(text: string, start: number): Statement {
  const tokens = tokenize(text);
  const node = parseStatement(text, tokens);
  let placeholders = 0;
  for (const { type, value } of tokens) {
    if (type === "placeholder") placeholders = Math.max(placeholders, Number(value));
    else if (type === "word" || type === "quoted") checkName(value);
  }
  return { text, start, kind: node.kind, placeholders, node };
}
