import { describe, expect, test } from "vitest";
import { parseSql } from "../statements.ts";
import { sketchContext } from "../testing-support/catalog.ts";
import { translate } from "./translate.ts";

const TABLES = [{ name: "t", columns: ["id!", "n", "u"], primaryKey: ["id"], unique: { t_u_key: ["u"] } }];

function change(sql: string, general = "off"): string {
  const [statement] = parseSql(sql);
  if (!statement) throw new Error("no statement");
  const context = sketchContext(TABLES, { enable_experimental_alter_column_type_general: general });
  const translation = translate(statement, context);
  return translation.kind === "query" ? translation.sql : "";
}

describe("ALTER COLUMN TYPE", () => {
  test("to the same type needs nothing", () => {
    expect(change("ALTER TABLE t ALTER COLUMN n TYPE INT8")).toBe(
      'ALTER TABLE "public"."t" ALTER COLUMN "n" TYPE int8',
    );
  });

  test("that converts values must be allowed by the session", () => {
    const sql = "ALTER TABLE t ALTER COLUMN n TYPE STRING";
    expect(() => change(sql)).toThrow("ALTER COLUMN TYPE from int to string is only supported experimentally");
    expect(change(sql, "on")).toContain('TYPE text USING "n"::text');
  });

  test("that converts values is not there for keys and beside other actions", () => {
    expect(() => change("ALTER TABLE t ALTER COLUMN u TYPE STRING", "on")).toThrow(
      "for a column that has a constraint is currently not supported",
    );
    expect(() => change("ALTER TABLE t ALTER COLUMN id TYPE STRING", "on")).toThrow(
      "for columns that are part of an index",
    );
    expect(() => change("ALTER TABLE t ALTER COLUMN n TYPE STRING, DROP COLUMN u", "on")).toThrow(
      "cannot be used in combination with other ALTER TABLE commands",
    );
  });
});
