import { describe, expect, test } from "vitest";
import { translateError } from "./errors.ts";
import { parseSql } from "./statements.ts";
import { sketchCatalog } from "./testing-support/catalog.ts";

const catalog = sketchCatalog([
  {
    name: "t",
    columns: ["id!", "n"],
    primaryKey: ["id"],
    checks: { n_positive: { expression: "n > 0:::INT8", plain: "n > 0" } },
  },
]);
const context = { catalog, searchPath: ["public"] };

describe("the backend's errors in CockroachDB's words", () => {
  test("unique violations name the index within its table", () => {
    const fields = {
      code: "23505",
      message: 'duplicate key value violates unique constraint "t@primary"',
      detail: "Key (id)=(1) already exists.",
      constraint: "t@primary",
      table: "t",
    };
    expect(translateError(fields, context)).toEqual({
      code: "23505",
      message: 'duplicate key value violates unique constraint "primary"',
      detail: "Key (id)=(1) already exists.",
      constraint: "primary",
    });
  });

  test("strings of a key are quoted", () => {
    const fields = {
      code: "23505",
      message: "x",
      detail: "Key (email)=(a@b) already exists.",
      constraint: "t@t_email_key",
    };
    expect(translateError(fields, context).detail).toBe("Key (email)=('a@b') already exists.");
  });

  test("check violations show the expression", () => {
    const fields = { code: "23514", message: "x", constraint: "n_positive", table: "t", schema: "public" };
    expect(translateError(fields, context)).toEqual({
      code: "23514",
      message: "failed to satisfy CHECK constraint (n > 0:::INT8)",
      constraint: "n_positive",
    });
  });

  test("foreign key violations say which statement failed", () => {
    const [statement] = parseSql("UPDATE t SET n = 1");
    const fields = {
      code: "23503",
      message: 'insert or update on table "t" violates foreign key constraint "fk"',
      detail: 'Key (n)=(1) is not present in table "p".',
      constraint: "fk",
      table: "t",
    };
    expect(translateError(fields, { ...context, statement }).message).toBe(
      'update on table "t" violates foreign key constraint "fk"',
    );
    const referenced = {
      code: "23503",
      message: 'update or delete on table "p" violates foreign key constraint "fk" on table "t"',
      constraint: "fk",
      table: "t",
    };
    const [deletion] = parseSql("DELETE FROM p");
    expect(translateError(referenced, { ...context, statement: deletion }).message).toBe(
      'delete on table "p" violates foreign key constraint "fk" on table "t"',
    );
  });

  test.each([
    ["40001", "could not serialize access due to concurrent update"],
    ["40P01", "deadlock detected"],
  ])("%s asks to restart the transaction", (code, message) => {
    expect(translateError({ code, message }, context)).toMatchObject({
      code: "40001",
      message: expect.stringMatching(/^restart transaction: /) as string,
    });
    expect(translateError({ code, message }, { ...context, atCommit: true }).hint).toMatch(/#retry_serializable$/);
  });

  test.each([
    ["42703", 'column "nope" of relation "t" does not exist', 'column "nope" does not exist'],
    ["42703", "column t.nope does not exist", 'column "t.nope" does not exist'],
    ["42P01", 'missing FROM-clause entry for table "x"', "no data source matches prefix: x in this context"],
    [
      "22P02",
      'invalid input syntax for type bigint: "abc"',
      'could not parse "abc" as type int: strconv.ParseInt: parsing "abc": invalid syntax',
    ],
    ["22003", "bigint out of range", "integer out of range"],
    [
      "21000",
      "ON CONFLICT DO UPDATE command cannot affect row a second time",
      "UPSERT or INSERT...ON CONFLICT command cannot affect row a second time",
    ],
    ["57014", "canceling statement due to user request", "query execution canceled"],
  ])("%s %s", (code, message, expected) => {
    expect(translateError({ code, message }, context).message).toBe(expected);
  });
});
