import * as fc from "fast-check";
import { expect, test } from "vitest";
import { inOneLine, splitStatements } from "./split.ts";

test("statements end at semicolons that are not inside of a token", () => {
  expect(splitStatements("SELECT 1; SELECT ';'; SELECT \";\" ; SELECT $a$;$a$; SELECT 2")).toEqual({
    statements: ["SELECT 1", "SELECT ';'", 'SELECT ";"', "SELECT $a$;$a$"],
    rest: " SELECT 2",
    open: undefined,
  });
});

test("a comment is no statement, and hides a semicolon", () => {
  expect(splitStatements("-- one; two\n/* ; */ ;; SELECT 1 -- ;\n;").statements).toEqual(["SELECT 1 -- ;"]);
  expect(splitStatements("SELECT 1; -- done").rest).toBe("");
  expect(splitStatements("  \n ").rest).toBe("");
});

test.each([
  ["SELECT 'it''s", "'"],
  [String.raw`SELECT e'it\'s;`, "'"],
  ['SELECT "a', '"'],
  ["SELECT $fn$ ; $$ ", "$fn$"],
  ["SELECT 1 /* ; /* */", "/*"],
])("what is not closed waits for more: %s", (sql, open) => {
  expect(splitStatements(sql)).toEqual({ statements: [], rest: sql, open });
});

test.each([
  "SELECT 'a'",
  'SELECT "a"',
  "SELECT $$a$$",
  "SELECT a",
  "SELECT 1 -- 'a",
  "SELECT 1 /* a */",
  "SELECT 1::a",
])("what is closed, or ends with its line, is not open: %s", (sql) => {
  expect(splitStatements(sql).open).toBeUndefined();
});

test("an open comment after the last statement is kept", () => {
  expect(splitStatements("SELECT 1; /* and")).toEqual({ statements: ["SELECT 1"], rest: " /* and", open: "/*" });
});

test("any strings can be statements' values", () => {
  const literal = fc.string({ unit: "grapheme" }).map((text) => `'${text.replaceAll("'", "''")}'`);
  fc.assert(
    fc.property(fc.array(literal, { minLength: 1 }), (literals) => {
      const statements = literals.map((literal) => `SELECT ${literal}`);
      expect(splitStatements(`${statements.join(";")};`)).toEqual({ statements, rest: "", open: undefined });
    }),
  );
});

test("the history has a statement in one line", () => {
  expect(inOneLine("SELECT  a, -- all\n  'x  y'\n/* of it */ FROM t;\n")).toBe("SELECT a, 'x  y' FROM t;");
  expect(inOneLine("SELECT 'two\nlines';")).toBeUndefined();
});
