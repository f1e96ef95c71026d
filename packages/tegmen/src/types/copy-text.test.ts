import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { copyText } from "./copy-text.ts";

/** Reads a line as PostgreSQL and CockroachDB document the format. */
function parseLine(line: string): (string | null)[] {
  const letters: Readonly<Record<string, string>> = { t: "\t", n: "\n", r: "\r", b: "\b", f: "\f", v: "\v" };
  return line
    .split("\t")
    .map((field) =>
      field === String.raw`\N` ? null : field.replaceAll(/\\(.)/gs, (_, letter: string) => letters[letter] ?? letter),
    );
}

describe("copyText", () => {
  test.each([
    [null, String.raw`\N`],
    ["", ""],
    [String.raw`\N`, String.raw`\\N`],
    ["a\tb", String.raw`a\tb`],
    ["a\r\nb", String.raw`a\r\nb`],
    [String.raw`\.`, String.raw`\\.`],
    ["déjà 😀", "déjà 😀"],
  ])("%j", (text, expected) => {
    expect(copyText(text)).toBe(expected);
  });

  test("what is written is what is read, on one line and in as many fields", () => {
    const field = fc.option(
      fc.oneof(fc.string({ unit: "grapheme" }), fc.string({ unit: fc.constantFrom("\\", "\t", "\n", "\r", "N", ".") })),
    );
    fc.assert(
      fc.property(fc.array(field, { minLength: 1 }), (fields) => {
        const line = fields.map(copyText).join("\t");
        expect(line).not.toMatch(/[\n\r]/);
        expect(parseLine(line)).toEqual(fields);
      }),
    );
  });
});
