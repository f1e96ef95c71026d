import { ArgumentError, CompileError, createTable, dropTable, func, select, sql, table, c } from "tegmen";
import { describe, expect, test } from "vitest";
import { accounts, metadata, rows, users } from "./bank.ts";
import { createWorld, describeQueries, describeRefusals } from "./harness.ts";

const world = createWorld(metadata, rows);
const t = accounts.c;
const u = users.c;

describeQueries(world, "row locks", [
  ["forUpdate()", select(t.id).where(t.id.eq(10)).forUpdate(), [[10]]],
  ["forShare()", select(t.id).where(t.id.eq(10)).forShare(), [[10]]],
  [
    "of a table",
    select(t.id, u.name).innerJoin(users, u.id.eq(t.ownerId)).where(t.id.eq(10)).forUpdate({ of: accounts }),
    [[10, "Ada"]],
  ],
  [
    "of several tables",
    select(t.id)
      .innerJoin(users, u.id.eq(t.ownerId))
      .where(t.id.eq(10))
      .forUpdate({ of: [accounts, users] }),
    [[10]],
  ],
  ["nowait", select(t.id).where(t.id.eq(10)).forUpdate({ nowait: true }), [[10]]],
]);

describe("locks are held", () => {
  test("nowait fails with 55P03 while another transaction has the row", async () => {
    await using holder = await world.engine.connect();
    await using other = await world.engine.connect();
    await holder.execute(select(t.id).where(t.id.eq(10)).forUpdate());
    await expect(other.execute(select(t.id).where(t.id.eq(10)).forUpdate({ nowait: true }))).rejects.toMatchObject({
      code: "55P03",
    });
    await other.rollback();
    expect((await other.execute(select(t.id).where(t.id.eq(20)).forUpdate({ nowait: true }))).scalar()).toBe(20);
  });

  test("skipLocked needs CockroachDB 22.2, and is refused before anything is sent", async () => {
    await expect(world.engine.execute(select(t.id).forUpdate({ skipLocked: true }))).rejects.toThrow(
      /SKIP LOCKED needs CockroachDB 22\.2 or later; the server runs .*21\.2/,
    );
    await expect(world.engine.execute(select(t.id).forUpdate({ skipLocked: true }))).rejects.toBeInstanceOf(
      CompileError,
    );
  });
});

// An emulation without a history cannot read the past, and says so. On a cluster these would have rows.
describeRefusals(world, "AS OF SYSTEM TIME, refused by the demo cluster", [
  ["an interval", select(t.id).asOfSystemTime("-10s"), "0A000", "AS OF SYSTEM TIME"],
  ["a Date", select(t.id).asOfSystemTime(new Date(Date.now() - 1000)), "0A000", "AS OF SYSTEM TIME"],
  ["followerReadTimestamp()", select(t.id).asOfSystemTime(func.followerReadTimestamp()), "0A000", "AS OF SYSTEM TIME"],
  ["of a join", select(t.id).innerJoin(users, u.id.eq(t.ownerId)).asOfSystemTime("-1h"), "0A000", "AS OF SYSTEM TIME"],
]);

test("a time that is none never gets into the SQL", () => {
  for (const time of ["now(); DROP TABLE users", "'-10s'", "", "-10s'--"]) {
    expect(() => select(t.id).asOfSystemTime(time)).toThrow(ArgumentError);
  }
});

test("a table that changed under a prepared statement is read by its new form", async () => {
  const before = table("shape_shift", { id: c.int().primaryKey(), a: c.int() });
  await world.engine.execute(createTable(before));
  for (let i = 0; i < 3; i++) await world.engine.execute(select(before.c.id, before.c.a));
  await world.engine.execute(sql`ALTER TABLE shape_shift ADD COLUMN b STRING DEFAULT 'x'`);
  const after = table("shape_shift", { id: c.int().primaryKey(), a: c.int(), b: c.string() });
  expect((await world.engine.execute(select(before.c.id, before.c.a))).all()).toEqual([]);
  expect((await world.engine.execute(select(after))).all()).toEqual([]);
  await world.engine.execute(dropTable(after));
});
