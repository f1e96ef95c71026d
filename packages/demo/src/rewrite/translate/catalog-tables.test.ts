import { describe, expect, test } from "vitest";
import { catalogViewsSql, isCatalogView } from "../../catalog-views/index.ts";
import { parseSql } from "../statements.ts";
import { sketchContext } from "../testing-support/catalog.ts";
import { translate } from "./translate.ts";

const context = sketchContext([{ name: "columns", columns: ["id!"], primaryKey: ["id"] }]);

function sqlOf(sql: string): string {
  const [statement] = parseSql(sql);
  if (!statement) throw new Error("no statement");
  const translation = translate(statement, context);
  if (translation.kind !== "query") throw new Error(`${translation.kind} is no query`);
  return translation.sql;
}

describe("tables of virtual schemas", () => {
  test.each([
    ["SELECT relname FROM pg_class", 'FROM crdb_catalog."pg_catalog.pg_class" AS "pg_class"'],
    ["SELECT relname FROM pg_catalog.pg_class c", 'FROM crdb_catalog."pg_catalog.pg_class" AS "c"'],
    [
      "SELECT table_name FROM information_schema.columns",
      'FROM crdb_catalog."information_schema.columns" AS "columns"',
    ],
    ["SELECT pg_catalog.pg_class.oid FROM pg_catalog.pg_class", '"pg_class"."oid"'],
  ])("%s", (sql, part) => {
    expect(sqlOf(sql)).toContain(part);
  });

  test("do not hide tables and common table expressions of the same name", () => {
    expect(sqlOf("SELECT id FROM columns")).toContain("FROM columns");
    expect(sqlOf("WITH pg_class AS (SELECT 1 AS relname) SELECT relname FROM pg_class")).not.toContain("crdb_catalog");
  });

  test("the statements that make the tables are told from the catalog", () => {
    expect(sqlOf("SELECT create_statement FROM crdb_internal.create_statements")).toContain(
      "CREATE TABLE public.columns (",
    );
  });

  test("the views of the gateway are not for clients", () => {
    expect(() => sqlOf("SELECT * FROM crdb_catalog.grants")).toThrow("is not supported by the demo cluster");
  });
});

test("every view that is named is made", () => {
  const sql = catalogViewsSql();
  for (const table of ["pg_class", "pg_type", "pg_constraint"]) {
    expect(isCatalogView("pg_catalog", table)).toBe(true);
    expect(sql).toContain(`CREATE VIEW crdb_catalog."pg_catalog.${table}" AS`);
  }
  expect(isCatalogView("pg_catalog", "toString")).toBe(false);
});
