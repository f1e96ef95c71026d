import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError } from "../errors/index.ts";
import { parseNamedParameters } from "./index.ts";

describe("parseNamedParameters", () => {
  it.each<[given: string, sql: string, names: readonly string[]]>([
    ["SELECT 1", "SELECT 1", []],
    ["SELECT :a, :b_2", "SELECT $1, $2", ["a", "b_2"]],
    [":a + :b + :a", "$1 + $2 + $1", ["a", "b"]],
    ["f(:a,:a1)=:naïve", "f($1,$2)=$3", ["a", "a1", "naïve"]],
    [":a::INT8", "$1::INT8", ["a"]],
    ["x::INT, y :: STRING, 1:::FLOAT", "x::INT, y :: STRING, 1:::FLOAT", []],
    [":a:::DECIMAL", "$1:::DECIMAL", ["a"]],
    ["':a' || ':b''s :c' || :d", "':a' || ':b''s :c' || $1", ["d"]],
    [String.raw`e'\':a' || E'it''s :b\\' || :c`, String.raw`e'\':a' || E'it''s :b\\' || $1`, ["c"]],
    [String.raw`'\' || :a`, String.raw`'\' || $1`, ["a"]],
    [String.raw`b'\':a', B'1' , x'ff', :c`, String.raw`b'\':a', B'1' , x'ff', $1`, ["c"]],
    [String.raw`name'\' || :a`, String.raw`name'\' || $1`, ["a"]],
    ['":a" = ":b"":c" AND :d', '":a" = ":b"":c" AND $1', ["d"]],
    ["$$:a'$$ || $t$ $$:b $t$ || :c", "$$:a'$$ || $t$ $$:b $t$ || $1", ["c"]],
    ["a$b$:c || $b$:d$b$", "a$b$:c || $b$:d$b$", []],
    ["1 -- :a '\n + :b", "1 -- :a '\n + $1", ["b"]],
    ["/* :a /* :b */ ' :c */ :d", "/* :a /* :b */ ' :c */ $1", ["d"]],
    ["a - :b / :c", "a - $1 / $2", ["b", "c"]],
    ["x[1:2], x[a:b], x[f(1):b], x[y[1]:b]", "x[1:2], x[a:b], x[f(1):b], x[y[1]:b]", []],
    ["x[:n], x[:a : :b], x[1: :b]", "x[$1], x[$2 : $3], x[1: $3]", ["n", "a", "b"]],
    [String.raw`SELECT \:a, \::b, :c \:`, "SELECT :a, ::b, $1 :", ["c"]],
    ["j->'a'->>:k ? :l #> :m @> :n", "j->'a'->>$1 ? $2 #> $3 @> $4", ["k", "l", "m", "n"]],
    ["t@:idx, a := :b, : c, :1, :", "t@$1, a := $2, : c, :1, :", ["idx", "b"]],
    ["'open :a", "'open :a", []],
    ["/* open :a", "/* open :a", []],
    ["$$ open :a", "$$ open :a", []],
    ['"open :a', '"open :a', []],
    ["", "", []],
  ])("%s", (given, sql, names) => {
    expect(parseNamedParameters(given)).toEqual({ sql, names, positional: 0 });
  });

  it("leaves numbers alone, and refuses to mix them with names", () => {
    expect(parseNamedParameters("SELECT $2, '$9', $1, a$7, $$ $8 $$")).toEqual({
      sql: "SELECT $2, '$9', $1, a$7, $$ $8 $$",
      names: [],
      positional: 2,
    });
    expect(() => parseNamedParameters("SELECT $1, :a")).toThrow(ArgumentError);
    expect(() => parseNamedParameters("SELECT :a, $1")).toThrow(/:a.*\$1/);
    expect(parseNamedParameters("SELECT :a, '$1'").names).toEqual(["a"]);
  });

  it("finds each parameter and nothing in what is quoted, whatever stands side by side", () => {
    const junk = fc
      .array(
        fc.constantFrom(":p", ":", "::", "'", '"', "$", "$$", "$1", "\\", "--", "/*", "*/", "\n", "é", "😀", "x"),
        {
          maxLength: 8,
        },
      )
      .map((pieces) => pieces.join(""));
    const opaque = fc.oneof(
      junk.map((text) => `'${text.replaceAll("'", "''")}'`),
      junk.map((text) => `e'${text.replaceAll(/['\\]/g, (character) => `\\${character}`)}'`),
      junk.map((text) => `b'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`),
      junk.map((text) => `"${text.replaceAll('"', '""')}"`),
      junk.filter((text) => !text.includes("$")).map((text) => `$$${text}$$`),
      junk.map((text) => `$tag$${text}$tag$`),
      junk.map((text) => `--${text.replaceAll("\n", " ")}\n`),
      junk.map((text) => `/*${text.replaceAll(/[/*]/g, " ")}*/`),
      fc.constantFrom("::INT", ":::STRING", "a[1:2]", "SELECT", "a.b", "(", ")", ",", "<->", "\\:x"),
    );
    const name = fc.constantFrom("a", "b", "_c", "d1", "p");
    const fragment = fc.oneof(
      opaque.map((text) => ({ text, name: undefined })),
      name.map((name) => ({ text: `:${name}`, name })),
    );
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 12 }), (fragments) => {
        const names: string[] = [];
        const expected = fragments.map(({ text, name }) => {
          if (name === undefined) return text.replace(/^\\:/, ":");
          if (!names.includes(name)) names.push(name);
          return `$${names.indexOf(name) + 1}`;
        });
        const given = fragments.map(({ text }) => text).join(" ");
        expect(parseNamedParameters(given)).toEqual({ sql: expected.join(" "), names, positional: 0 });
      }),
      { numRuns: 1000 },
    );
  });

  it("takes time in proportion to the text", () => {
    const statement = `INSERT INTO t VALUES ${"(:a, '/*', \"--\", e'\\'', 1::INT),\n".repeat(20_000)}`;
    expect(parseNamedParameters(statement).names).toEqual(["a"]);
    for (const open of ["$a$", "'", "/*", "\\:", ":", "$", "(", "-", "e'\\"]) {
      expect(parseNamedParameters(open.repeat(200_000)).names).toEqual([]);
    }
  });
});
