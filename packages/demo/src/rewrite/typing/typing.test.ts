import { describe, expect, test } from "vitest";
import { parseSql } from "../statements.ts";
import { sketchContext } from "../testing-support/catalog.ts";
import { translate } from "../translate/translate.ts";

const context = sketchContext([{ name: "t", columns: ["id!", "n"], primaryKey: ["id"] }]);

function sqlOf(sql: string): string {
  const [statement] = parseSql(sql);
  if (!statement) throw new Error("no statement");
  const translation = translate(statement, context);
  if (translation.kind !== "query") throw new Error(`${sql} is ${translation.kind}`);
  return translation.sql;
}

describe("operators that CockroachDB does not have", () => {
  test.each([
    ["SELECT n = 'a'::STRING FROM t", "unsupported comparison operator: <int> = <string>"],
    ["SELECT 1 = 'a'", "unsupported comparison operator: <int> = <string>"],
    ["SELECT n + 1.5::FLOAT FROM t", "unsupported binary operator: <int> + <float>"],
    ["SELECT x || 1 FROM (SELECT 'a'::STRING) AS s (x)", "unsupported binary operator: <string> || <int>"],
    ["SELECT 1 LIKE 'a'", "unsupported comparison operator: <int> LIKE <string>"],
    ["SELECT (1, 2) = (1, 2, 3)", "expected tuple (1, 2, 3) to have a length of 2"],
    [
      "SELECT (1, 2) = (1, 'a')",
      "tuples (1, 2), (1, 'a') are not comparable at index 2: unsupported comparison operator: <int> = <string>",
    ],
  ])("%s", (sql, message) => {
    expect(() => sqlOf(sql)).toThrow(message);
  });
});

describe("constants take the type that is wanted", () => {
  test.each([
    ["SELECT '2020-01-31'::DATE + '1 month'", `SELECT '2020-01-31'::date + '1 month'::interval AS "?column?"`],
    ["SELECT n = '1' FROM t", `SELECT n = '1' AS "?column?" FROM t`],
    ["SELECT n * 1.5 FROM t", `SELECT n * 1.5 AS "?column?" FROM t`],
    ["UPDATE t SET n = 2.0 WHERE id = 1", 'UPDATE "t" SET "n" = 2.0 WHERE id = 1::int8'],
  ])("%s", (sql, expected) => {
    expect(sqlOf(sql)).toBe(expected);
  });
});

describe("values of another type than the column's", () => {
  test.each([
    ["INSERT INTO t VALUES (1, 2.5)", `value type decimal doesn't match type int of column "n"`],
    ["INSERT INTO t VALUES (1, 2::FLOAT)", `value type float doesn't match type int of column "n"`],
    ["INSERT INTO t SELECT 1, 'a'::STRING", `value type string doesn't match type int of column "n"`],
    ["INSERT INTO t SELECT 1, 2, 3", "INSERT has more expressions than target columns, 3 expressions for 2 targets"],
    ["UPDATE t SET n = true", `value type bool doesn't match type int of column "n"`],
    ["UPDATE t SET (id, n) = (1, b'x')", `value type bytes doesn't match type int of column "n"`],
  ])("%s", (sql, message) => {
    expect(() => sqlOf(sql)).toThrow(message);
  });
});

describe("labelled tuples", () => {
  test.each([
    ["SELECT (((1, 'a') AS x, y)).y", `SELECT ('a') AS "y"`],
    ["SELECT (((1, 'a') AS x, y)).*", `SELECT (1::int8) AS "x", ('a') AS "y"`],
    [
      "SELECT (s.p).y FROM (SELECT ((1, 'a') AS x, y) AS p) AS s",
      `SELECT ((s.p)).f2 AS "y" FROM (SELECT ROW(1::int8, 'a'::text) AS "p") AS "s"`,
    ],
  ])("%s", (sql, expected) => {
    expect(sqlOf(sql)).toBe(expected);
  });

  test.each([
    ["SELECT ((1, 2) AS x)", "mismatch in tuple definition: 2 expressions, 1 labels"],
    ["SELECT (((1, 2) AS x, y)).z", 'could not identify column "z" in tuple{int AS x, int AS y}'],
    ["SELECT ((1, 2)).x", "type tuple{int, int} is not composite"],
    ["SELECT (((1, 2) AS x, x)).x", 'column reference "x" is ambiguous'],
  ])("%s", (sql, message) => {
    expect(() => sqlOf(sql)).toThrow(message);
  });
});

describe("arrays and calls", () => {
  test.each([
    ["SELECT ARRAY[ARRAY[1]]", "arrays cannot have arrays as element type"],
    ["SELECT (1)[2]", "cannot subscript type int because it is not an array"],
    ["SELECT ARRAY[1][1.5]", "incompatible ARRAY subscript type: decimal"],
    ["SELECT sqrt(16)", "unknown signature: sqrt(int)"],
    ["SELECT concat('a', NULL, 1)", "unknown signature: concat(string, unknown, int)"],
    ["SELECT n FROM t LIMIT n", 'column "n" does not exist'],
    ["SELECT n FROM t LIMIT 3.3", "argument of LIMIT must be type int, not type decimal"],
  ])("%s", (sql, message) => {
    expect(() => sqlOf(sql)).toThrow(message);
  });
});

describe("what PostgreSQL would let through", () => {
  test.each([
    ["SELECT trunc(2.5, 1)", "unknown signature: trunc(decimal, int)"],
    ["SELECT 'a' LIKE 'a\\'", "LIKE pattern must not end with escape character"],
  ])("%s", (sql, message) => {
    expect(() => sqlOf(sql)).toThrow(message);
  });

  test("a UUID may be a URN", () => {
    expect(sqlOf("SELECT 'urn:uuid:63616665-6630-3064-6465-616462656562'::UUID")).toBe(
      `SELECT '63616665-6630-3064-6465-616462656562'::uuid AS "uuid"`,
    );
  });
});
