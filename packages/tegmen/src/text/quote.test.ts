import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError } from "../errors/index.ts";
import { alwaysQuoteIdentifier, parseNamedParameters, quoteIdentifier, quoteLiteral } from "./index.ts";
import { reservedWords } from "./keywords.ts";
import { skipToken } from "./scan.ts";

const writable = fc.oneof(
  fc.string({ unit: "binary" }).filter((text) => !/\0|\p{Surrogate}/u.test(text)),
  fc
    .array(fc.constantFrom("'", '"', "\\", "a", "A", "_", ":p", "$1", ";", "--", "\n"), { maxLength: 10 })
    .map((pieces) => pieces.join("")),
);

describe("quoteIdentifier", () => {
  it.each([
    ["accounts", "accounts"],
    ["_a1", "_a1"],
    ["order", '"order"'],
    ["index", '"index"'],
    ["family", '"family"'],
    ["user", '"user"'],
    ["left", '"left"'],
    ["Mixed", '"Mixed"'],
    ["1a", '"1a"'],
    ["a-b", '"a-b"'],
    ["a.b", '"a.b"'],
    ["größe", '"größe"'],
    [" ", '" "'],
    ["accounts\n", '"accounts\n"'],
    ['a"; DROP TABLE t; --', '"a""; DROP TABLE t; --"'],
  ])("%s", (name, quoted) => {
    expect(quoteIdentifier(name)).toBe(quoted);
  });

  it("is one token that stands for the name", () => {
    fc.assert(
      fc.property(
        writable.filter((name) => name !== ""),
        fc.boolean(),
        (name, always) => {
          const quoted = always ? alwaysQuoteIdentifier(name) : quoteIdentifier(name);
          expect(endOfText(quoted)).toBe(quoted.length);
          const isQuoted = quoted.startsWith('"');
          expect(isQuoted ? quoted.slice(1, -1).replaceAll('""', '"') : quoted).toBe(name);
          expect(isQuoted || !(always || reservedWords.has(name) || /[^a-z0-9_]/.test(name))).toBe(true);
        },
      ),
    );
  });

  it("refuses what no identifier can be", () => {
    for (const name of ["", "a\0b", "\ud800"]) {
      expect(() => quoteIdentifier(name)).toThrow(ArgumentError);
      expect(() => alwaysQuoteIdentifier(name)).toThrow(ArgumentError);
    }
  });
});

describe("quoteLiteral", () => {
  it("writes text", () => {
    expect(quoteLiteral("")).toBe("''");
    expect(quoteLiteral("it's")).toBe("'it''s'");
    expect(quoteLiteral("a\\'b")).toBe("e'a\\\\''b'");
  });

  it("is one token that stands for the text, and holds no parameter", () => {
    fc.assert(
      fc.property(writable, (text) => {
        const quoted = quoteLiteral(text);
        const inner = quoted.startsWith("e") ? quoted.slice(2, -1).replaceAll("\\\\", "\\") : quoted.slice(1, -1);
        expect(inner.replaceAll("''", "'")).toBe(text);
        expect(endOfText(quoted)).toBe(quoted.length);
        expect(parseNamedParameters(`${quoted} ${quoted}`)).toMatchObject({ names: [], positional: 0 });
      }),
    );
  });

  it("refuses what cannot be sent", () => {
    for (const text of ["a\0b", "\udc00"]) expect(() => quoteLiteral(text)).toThrow(ArgumentError);
  });
});

/** Where the quoted text or name ends that begins the SQL; a doubled quote does not end it. */
function endOfText(sql: string): number {
  let end = skipToken(sql, 0);
  while (sql[end] === sql[0] && (sql[0] === "'" || sql[0] === '"')) end = skipToken(sql, end);
  return end;
}
