import { describe, expect, test } from "vitest";
import { parseSql } from "../statements.ts";
import { sketchContext } from "../testing-support/catalog.ts";
import { renamedExpression } from "./renamed-expression.ts";
import { translate } from "./translate.ts";

const context = sketchContext([
  {
    name: "t",
    columns: ["id!", "a", "b"],
    primaryKey: ["id"],
    checks: { check_a: { expression: "a > 0:::INT8", plain: "a > 0" } },
  },
]);

function script(sql: string): string[] {
  const [statement] = parseSql(sql);
  if (!statement) throw new Error("no statement");
  const translation = translate(statement, context);
  if (translation.kind !== "query") throw new Error(`${translation.kind} is no query`);
  return [...(translation.before ?? []), translation.sql, ...(translation.after ?? [])];
}

describe("printed expressions", () => {
  test.each([
    ["a > 0:::INT8", "x > 0:::INT8"],
    ["lower(a) = 'a'", "lower(x) = 'a'"],
    ["a(b) > 1", "a(b) > 1"],
    ['"A" > a', '"A" > x'],
  ])("follow a renamed column: %s", (before, after) => {
    expect(renamedExpression(before, "a", "x")).toBe(after);
  });

  test("of a table are written anew with it", () => {
    expect(script("ALTER TABLE t RENAME COLUMN a TO x").join("\n")).toContain('"expression":"x > 0:::INT8"');
  });
});

describe("actions see what those before them did", () => {
  test("a check may read a column that is added with it", () => {
    const sql = script("ALTER TABLE t ADD COLUMN c INT, ADD CONSTRAINT ck CHECK (c > a)").join("\n");
    expect(sql).toContain('ADD CONSTRAINT "ck" CHECK (c > a)');
  });

  test("the name of a renamed column is free", () => {
    expect(script("ALTER TABLE t RENAME COLUMN a TO x, ADD COLUMN a INT").join("\n")).toContain('ADD COLUMN "a" int8');
  });
});

test("rows that do not fit a new check are told of", () => {
  const [validation = ""] = script("ALTER TABLE t ADD CHECK (a < 9)");
  expect(validation).toContain('validation of CHECK "a < 9:::INT8" failed on row: ');
});

test("an added column goes into the family it names", () => {
  expect(script("ALTER TABLE t ADD COLUMN c INT CREATE FAMILY f").join("\n")).toContain("'family'");
  expect(() => script("ALTER TABLE t ADD COLUMN c INT FAMILY nope")).toThrow('unknown family "nope"');
});

test("the primary key may be changed to columns that cannot be NULL", () => {
  expect(() => script("ALTER TABLE t ALTER PRIMARY KEY USING COLUMNS (a)")).toThrow(
    'cannot use nullable column "a" in primary key',
  );
  expect(() => script('ALTER TABLE t DROP CONSTRAINT "primary"')).toThrow(
    "primary key dropped without subsequent addition of new primary key in same transaction",
  );
});
