import { describe, expect, test } from "vitest";
import { sketchCatalog } from "../rewrite/testing-support/catalog.ts";
import { compatibilitySql } from "./compatibility.ts";
import { loadCatalog } from "./load.ts";
import { backendSearchPath } from "./search-path.ts";
import { fillVirtualTable } from "./virtual-tables.ts";

describe("the catalog of a database", () => {
  const catalog = sketchCatalog([
    { name: "t", columns: ["id!", "v"], primaryKey: ["id"], unique: { t_v_key: ["v"] } },
    { name: "t", schema: "other", columns: ["a", "rowid~"], primaryKey: ["rowid"] },
    { name: "pg_class", columns: ["id!"], primaryKey: ["id"] },
  ]);

  test("finds relations along the search path, behind PostgreSQL's own", () => {
    expect(catalog.relation("t", undefined, ["nope", "other", "public"])?.schema).toBe("other");
    expect(catalog.relation("t", "public", ["other"])?.schema).toBe("public");
    expect(catalog.relation("t", undefined, [])).toBeUndefined();
    expect(catalog.relation("pg_class", undefined, ["public"])).toBeUndefined();
  });

  test("knows CockroachDB's names of indexes, and what is hidden", () => {
    expect(catalog.relation("t", "public", [])?.indexes.map(({ name, backendName }) => [name, backendName])).toEqual([
      ["primary", "t@primary"],
      ["t_v_key", "t@t_v_key"],
    ]);
    expect(catalog.relation("t", "other", [])).toMatchObject({
      primaryKey: ["rowid"],
      columns: [
        { name: "a", hidden: false },
        { name: "rowid", hidden: true, nullable: false },
      ],
    });
  });

  test("has a version that changes with it", () => {
    const one = sketchCatalog([{ name: "t", columns: ["a!"], primaryKey: ["a"] }]);
    const same = sketchCatalog([{ name: "t", columns: ["a!"], primaryKey: ["a"] }]);
    const other = sketchCatalog([{ name: "t", columns: ["a!", "b"], primaryKey: ["a"] }]);
    expect(same.version).toBe(one.version);
    expect(other.version).not.toBe(one.version);
  });

  test("is read with one statement", async () => {
    const asked: string[] = [];
    const view = await loadCatalog((sql) => {
      asked.push(sql);
      return Promise.resolve([["schema", '{"name":"public","owner":"root"}']]);
    });
    expect(asked).toHaveLength(1);
    expect(view.hasSchema("public")).toBe(true);
    expect(view.hasSchema("crdb_internal")).toBe(true);
    expect(view.hasSchema("nope")).toBe(false);
  });
});

test("the compatibility schema is searched first, and names are quoted", () => {
  expect(backendSearchPath(["public", 'a"b', "pg_catalog"])).toBe('crdb_demo, pg_catalog, "public", "a""b"');
  expect(backendSearchPath([])).toBe("crdb_demo, pg_catalog");
});

test("values of virtual tables cannot break out of their quotes", () => {
  const sql = fillVirtualTable("session_variables", [["application_name", `it's "x" \\`, "f"]]);
  expect(sql).toBe(
    `SELECT pg_catalog.set_config('crdb_demo.session_variables', '[{"variable":"application_name","value":"it''s \\"x\\" \\\\","hidden":"f"}]', true)`,
  );
});

test("the compatibility schema names what it is", () => {
  expect(compatibilitySql()).toContain("emulated by the tegmen demo cluster");
});
