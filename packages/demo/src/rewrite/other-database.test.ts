import { describe, expect, test } from "vitest";
import { foreignNames } from "./other-database.ts";
import { parseSql } from "./statements.ts";
import { sketchCatalog } from "./testing-support/catalog.ts";

const catalog = sketchCatalog([{ name: "t", columns: ["a!"], primaryKey: ["a"] }]);

function names(sql: string): { candidates: string[]; mixed: boolean } {
  const [statement] = parseSql(sql);
  if (!statement) throw new Error("no statement");
  const { candidates, mixed } = foreignNames(statement.node, catalog, "bank");
  return { candidates: [...candidates], mixed };
}

describe("names of other databases", () => {
  test.each([
    ["SELECT * FROM t", []],
    ["SELECT * FROM public.t", []],
    ["SELECT * FROM bank.t", []],
    ["SELECT * FROM shop.t", ["shop"]],
    ["INSERT INTO shop.public.t VALUES (1)", ["shop"]],
    ["CREATE TABLE shop.u (a INT REFERENCES shop.t (a))", ["shop"]],
    ["SHOW TABLES FROM shop", ["shop"]],
    ["SHOW TABLES FROM public", []],
    ["DROP DATABASE shop", []],
  ])("%s", (sql, candidates) => {
    expect(names(sql).candidates).toEqual(candidates);
  });

  test("beside tables of the current one are noticed", () => {
    expect(names("SELECT * FROM shop.t").mixed).toBe(false);
    expect(names("SELECT * FROM shop.t, t").mixed).toBe(true);
    expect(names("WITH x AS (SELECT * FROM shop.t) SELECT * FROM x").mixed).toBe(false);
  });

  test("the new name of a table does not say where it is", () => {
    expect(names("ALTER TABLE shop.t RENAME TO u")).toEqual({ candidates: ["shop"], mixed: false });
  });
});
