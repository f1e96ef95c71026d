import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tokenize } from "./lexer.ts";

const shown = (sql: string): string[] => tokenize(sql).map((token) => `${token.type}:${token.value}`);

describe("tokens", () => {
  test("words are folded and quoted names are not", () => {
    expect(shown('SELECT "Name" FROM Tbl')).toEqual(["word:select", "quoted:Name", "word:from", "word:tbl", "eof:EOF"]);
  });

  test("strings of every kind", () => {
    expect(shown("'it''s' e'a\\nb\\x41' b'\\xff' x'6162' B'101' $tag$ ' $x$ $tag$")).toEqual([
      "string:it's",
      "string:a\nbA",
      "bytes:\u00ff",
      "bytes:ab",
      "bits:101",
      "string: ' $x$ ",
      "eof:EOF",
    ]);
  });

  test("a string goes on after a newline", () => {
    expect(shown("'a'\n  'b' 'c'")).toEqual(["string:ab", "string:c", "eof:EOF"]);
  });

  test("numbers, and two dots that are not one", () => {
    expect(shown("1 1.5 .5 1e3 0xff 1..2")).toEqual([
      "integer:1",
      "float:1.5",
      "float:.5",
      "float:1e3",
      "integer:0xff",
      "integer:1",
      "operator:..",
      "integer:2",
      "eof:EOF",
    ]);
  });

  test("operators are as long as they can be", () => {
    expect(shown("a:::b::c//d->>e@f$1")).toEqual([
      "word:a",
      "operator::::",
      "word:b",
      "operator:::",
      "word:c",
      "operator://",
      "word:d",
      "operator:->>",
      "word:e",
      "operator:@",
      "word:f$1",
      "eof:EOF",
    ]);
  });

  test("comments are blank, nested ones too", () => {
    expect(shown("1 -- one\n/* a /* b */ c */ 2")).toEqual(["integer:1", "integer:2", "eof:EOF"]);
  });

  test.each([
    ["'abc", "unterminated string"],
    ['"abc', "unterminated string"],
    ["/* open", "unterminated comment"],
    ["1e", "invalid floating point literal"],
    ["0x", "invalid hexadecimal numeric literal"],
    ["x'zz'", "invalid hexadecimal bytes literal"],
    ["e'\\u00'", "invalid syntax"],
    ["$0", "placeholder index must be between 1 and 65536"],
  ])("%s cannot be scanned", (sql, reason) => {
    expect(tokenize(sql)).toMatchObject([{ type: "error", value: reason, start: 0 }, { type: "eof" }]);
  });
});

describe("any text", () => {
  const pieces = fc.array(
    fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.constantFrom(
        "'",
        '"',
        "$$",
        "$a$",
        "--",
        "/*",
        "*/",
        "\\",
        "e'",
        "b'",
        "x'",
        "B'",
        ":::",
        "0x",
        "1e",
        "\n",
        "..",
        "$1",
      ),
    ),
  );

  test("is cut into tokens that do not overlap and leave out only blanks and comments", () => {
    fc.assert(
      fc.property(pieces, (parts) => {
        const text = parts.join("");
        const tokens = tokenize(text);
        let at = 0;
        for (const token of tokens) {
          expect(token.start).toBeGreaterThanOrEqual(at);
          expect(token.end).toBeGreaterThanOrEqual(token.start);
          // what lies between two tokens holds no token itself
          expect(tokenize(text.slice(at, token.start))).toHaveLength(1);
          at = token.end;
        }
        expect(at).toBe(text.length);
      }),
    );
  });
});
