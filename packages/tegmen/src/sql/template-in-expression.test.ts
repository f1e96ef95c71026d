import { describe, expect, test } from "vitest";
import { c } from "../schema/index.ts";
import { compile, select, typeCoerce, update } from "./index.ts";
import { sql } from "./template.ts";
import { accounts, t } from "./testing-support/tables.ts";

describe("sql templates in expressions", () => {
  test("a condition, with values as parameters", () => {
    expect(compile(select(t.id).where(sql`balance > ${100}`, t.active))).toEqual({
      sql: "SELECT accounts.id FROM accounts WHERE (balance > $1) AND accounts.active",
      params: [100],
    });
  });

  test("a column, once it has a type and a label", () => {
    expect(compile(select(t.id, typeCoerce(sql`balance + ${1}`, c.int()).as("next")))).toEqual({
      sql: "SELECT accounts.id, balance + $1 AS next FROM accounts",
      params: [1],
    });
  });

  test("nested templates, names and expressions become part of the text", () => {
    const inner = sql`${sql.identifier("Odd Name")} = ${"x"}`;
    expect(
      compile(
        update(accounts)
          .set({ balance: sql`${t.balance.plus(2)} * ${3}` })
          .where(sql`NOT ${inner}`),
      ),
    ).toEqual({
      sql: 'UPDATE accounts SET balance = (accounts.balance + $1) * $2 WHERE NOT "Odd Name" = $3',
      params: [2, 3, "x"],
    });
  });

  test("a term of ORDER BY and GROUP BY", () => {
    expect(
      compile(
        select(t.owner)
          .groupBy(t.owner, sql`1`)
          .orderBy(sql`random()`),
      ).sql,
    ).toBe("SELECT accounts.owner FROM accounts GROUP BY accounts.owner, 1 ORDER BY random()");
  });
});
