import { expect, test } from "vitest";
import { lex, type Token } from "./sql-lexer.ts";

const token = (kind: Token["kind"], content: string): Omit<Token, "start"> => ({ kind, content });

test.each<[string, readonly Omit<Token, "start">[]]>([
  ["SELECT a.b", [token("word", "SELECT"), token("word", "a"), token("operator", "."), token("word", "b")]],
  [`'it''s' "a""b"`, [token("string", "it's"), token("name", 'a"b')]],
  [String.raw`e'a\\b\'c''d'`, [token("string", String.raw`a\b'c'd`)]],
  [String.raw`'a\' b`, [token("string", "a\\"), token("word", "b")]],
  ["$1 $$a'b$$ $t$ $$ $t$", [token("placeholder", "$1"), token("string", "a'b"), token("string", " $$ ")]],
  ["1 -- ; '\n2", [token("number", "1"), token("comment", "-- ; '"), token("number", "2")]],
  ["/* a /* ' */ */;", [token("comment", "/* a /* ' */ */"), token("operator", ";")]],
  ["'open", [token("open", "'open")]],
  ["''':a", [token("open", "''':a")]],
  ["/* open", [token("open", "/* open")]],
])("%s", (sql, tokens) => {
  expect(lex(sql).map(({ kind, content }) => ({ kind, content }))).toEqual(tokens);
});
