import { expect, test } from "vitest";
import { latestVersion } from "../dialect/capabilities.ts";
import { c } from "../schema/c.ts";
import { table } from "../schema/table.ts";
import { compileStatement, type Executable } from "./executable.ts";
import { func } from "./func.ts";
import { select } from "./select.ts";
import { update } from "./update.ts";

const accounts = table("accounts", { id: c.int().primaryKey(), balance: c.int().notNull() });
const owners = table("owners", { id: c.int().primaryKey(), name: c.text() });
const t = accounts.c;

const sqlOf = (statement: Executable, lockReads: boolean): string =>
  statement[compileStatement]({ version: latestVersion, lockReads }).shape.sql;

test("with lockReads a query of rows locks them, and only then", () => {
  const statements = [
    select(accounts),
    select(t.balance).where(t.id.eq(1)),
    select(t.balance).from(accounts.alias("a")).orderBy(t.id).limit(3),
    select(t.balance, owners.c.name).from(accounts).innerJoin(owners, owners.c.id.eq(t.id)),
  ];
  for (const statement of statements) {
    const plain = sqlOf(statement, false);
    expect(sqlOf(statement, true)).toBe(`${plain} FOR UPDATE`);
    expect(sqlOf(statement, false)).toBe(plain);
  }
});

test("what is no row of a table, or has a lock already, stays as it is", () => {
  const statements = [
    select(func.count()).from(accounts),
    select(t.balance.plus(1).as("next")),
    select(t.balance).groupBy(t.balance),
    select(t.balance).distinct(),
    select(t.balance).forShare(),
    select(t.balance).asOfSystemTime("-10s"),
    select(t.balance, owners.c.name).from(accounts).leftJoin(owners, owners.c.id.eq(t.id)),
    select(select(t.balance).subquery("s").c.balance),
    select(t.id).union(select(owners.c.id)),
    update(accounts).set({ balance: 0 }).where(t.id.eq(1)).returning(t.id),
  ];
  for (const statement of statements) expect(sqlOf(statement, true)).toBe(sqlOf(statement, false));
});
