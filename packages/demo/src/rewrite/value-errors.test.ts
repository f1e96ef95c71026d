import { expect, test } from "vitest";
import { translateError } from "./errors.ts";
import { parseSql } from "./statements.ts";
import { sketchCatalog } from "./testing-support/catalog.ts";

const messageOf = (code: string, message: string, sql = "SELECT 1"): string =>
  translateError({ code, message }, { catalog: sketchCatalog([]), searchPath: ["public"], statement: parseSql(sql)[0] })
    .message;

test.each([
  ["42846", "cannot cast type bigint to uuid", "SELECT 1::UUID", "invalid cast: int -> uuid"],
  [
    "22008",
    'date/time field value out of range: "2020-13-01"',
    "SELECT '2020-13-01'::TIMESTAMP",
    "parsing as type timestamp: field month value 13 is out of range",
  ],
  [
    "22008",
    'date/time field value out of range: "25:00"',
    "SELECT '25:00'::TIME",
    'could not parse "25:00" as type time',
  ],
  ["22012", "division by zero", "SELECT mod(7, 0)", "mod(): division by zero"],
  ["22012", "division by zero", "SELECT 7 / 0", "division by zero"],
  ["2202E", "mismatched array dimensions", "SELECT json_object(a, b)", "json_object(): mismatched array dimensions"],
  [
    "0A000",
    "set-returning functions are not allowed in WHERE",
    "SELECT 1",
    "generator functions are not allowed in WHERE",
  ],
  [
    "42803",
    'column "kv.k" must appear in the GROUP BY clause or be used in an aggregate function',
    "SELECT 1",
    'column "k" must appear in the GROUP BY clause or be used in an aggregate function',
  ],
])("%s %s: %s", (code, message, sql, expected) => {
  expect(messageOf(code, message, sql)).toBe(expected);
});
