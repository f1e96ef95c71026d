import { describe, expect, test } from "vitest";
import type { QueryTranslation, TranslateContext } from "../contract.ts";
import { parseSql } from "../statements.ts";
import { sketchContext } from "../testing-support/catalog.ts";
import { translate } from "./translate.ts";

const VARIABLES = { experimental_enable_hash_sharded_indexes: "on" };
const context = sketchContext([{ name: "p", columns: ["id!", "v"], primaryKey: ["id"] }], VARIABLES);

function query(sql: string, given: TranslateContext = context): QueryTranslation {
  const [statement] = parseSql(sql);
  if (!statement) throw new Error("no statement");
  const translation = translate(statement, given);
  if (translation.kind !== "query") throw new Error(`${translation.kind} is no query`);
  return translation;
}

describe("a hash-sharded key", () => {
  const { sql, after } = query("CREATE TABLE t (a INT PRIMARY KEY USING HASH WITH BUCKET_COUNT = 4, b INT)");

  test("begins with a column that is made of the others", () => {
    expect(sql).toContain('"crdb_internal_a_shard_4" int4 NOT NULL GENERATED ALWAYS AS');
    expect(sql).toContain('PRIMARY KEY ("crdb_internal_a_shard_4", "a")');
    expect(sql.indexOf("shard_4")).toBeLessThan(sql.indexOf('"a" int8'));
  });

  test("is recorded as CockroachDB prints it", () => {
    expect(after?.join("\n")).toContain("mod(fnv32(COALESCE(CAST(a AS STRING), '''':::STRING)), 4:::INT8)");
  });

  test("needs its session variable and a number of buckets", () => {
    const without = sketchContext([]);
    const table = (count: string): string =>
      `CREATE TABLE t (a INT PRIMARY KEY USING HASH WITH BUCKET_COUNT = ${count})`;
    expect(() => query(table("4"), without)).toThrow("require the experimental_enable_hash_sharded_indexes");
    expect(() => query(table("1"))).toThrow("BUCKET_COUNT must be an integer greater than 1");
    expect(() => query(table("2.5"))).toThrow(
      "expected BUCKET_COUNT expression to have type int, but '2.5' has type decimal",
    );
  });
});

describe("families", () => {
  const recorded = (sql: string): string => query(sql).after?.find((text) => text.includes("'families'")) ?? "";

  test("that have no name are named after their columns, those nobody mentioned too", () => {
    expect(recorded("CREATE TABLE t (a INT PRIMARY KEY, b INT, c INT, FAMILY (a), FAMILY (b))")).toContain(
      '[{"name":"fam_0_a_c","columns":[1,3]},{"name":"fam_1_b","columns":[2]}]',
    );
  });

  test.each([
    ["FAMILY (nope)", 'family "fam_0_nope_a_b" contains unknown column "0"'],
    ["FAMILY f (a), FAMILY f (b)", 'duplicate family name: "f"'],
    ["FAMILY (a), FAMILY (a)", "column 1 is in both family 0 and 1"],
  ])("%s is refused", (families, message) => {
    expect(() => query(`CREATE TABLE t (a INT PRIMARY KEY, b INT, ${families})`)).toThrow(message);
  });
});

describe("faulty tables are refused in CockroachDB's words", () => {
  test.each([
    ["CREATE TABLE t (a INT, a INT)", 'duplicate column name: "a"'],
    ["CREATE TABLE t (a INT, INDEX (b))", 'index "t_b_idx" contains unknown column "b"'],
    ["CREATE TABLE t (a INT, UNIQUE (a, a))", 'index "t_a_a_key" contains duplicate column "a"'],
    ["CREATE TABLE t (a INT PRIMARY KEY, INDEX (a) STORING (a))", 'index "t_a_idx" already contains column "a"'],
    ["CREATE TABLE t (a INT CHECK (b > 1))", 'column "b" does not exist, referenced in "b > 1"'],
    ["CREATE TABLE t (a INT CHECK (a))", "expected CHECK expression to have type bool, but 'a' has type int"],
    ["CREATE TABLE t (a INT CHECK ((SELECT 1) = a))", "variable sub-expressions are not allowed in CHECK"],
    ["CREATE TABLE t (a INT CHECK (sum(a) > 1))", "sum(): aggregate functions are not allowed in CHECK"],
    ["CREATE TABLE t (a STRING REFERENCES p (id))", 'type of "a" (string) does not match foreign key "p"."id" (int)'],
    ["CREATE TABLE t (a INT UNIQUE WITHOUT INDEX)", "unique constraints without an index are not yet supported"],
    ["CREATE TABLE t (a INT) WITH (nope = 1)", 'invalid storage parameter "nope"'],
    ["CREATE TABLE pg_catalog.t (a INT)", 'schema cannot be modified: "pg_catalog"'],
  ])("%s", (sql, message) => {
    expect(() => query(sql)).toThrow(message);
  });
});

test("LIKE takes over what is asked for", () => {
  expect(query("CREATE TABLE l (LIKE p)").sql).toContain('"rowid" int8');
  expect(query("CREATE TABLE l (LIKE p INCLUDING INDEXES)").sql).toContain('PRIMARY KEY ("id")');
});

test("CREATE TABLE AS may name its key", () => {
  const { sql, after } = query("CREATE TABLE c (k PRIMARY KEY, w) AS SELECT id, v FROM p");
  expect(sql).toMatch(/^CREATE TABLE "public"\."c" \("k", "w"\) AS SELECT/);
  expect(after?.join("\n")).toContain('PRIMARY KEY ("k")');
  expect(() => query("CREATE TABLE c (k, w) AS SELECT 1")).toThrow(
    "CREATE TABLE specifies 2 column names, but data source has 1 column",
  );
});
