import { c, createTable, type Engine, insert, runTransaction, select, table, update } from "tegmen";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase, type TestDatabase } from "../support/server.ts";

const counters = table("counters", { id: c.int().primaryKey(), value: c.int().notNull() });
const t = counters.c;
const byKey = select(t.value).where(t.id.eq(1));

let database: TestDatabase;
let engine: Engine;
beforeAll(async () => {
  database = await openDatabase();
  engine = database.engine({ poolSize: 8, maxOverflow: 0 });
  await engine.execute(createTable(counters));
  await engine.execute(insert(counters).values({ id: 1, value: 0 }));
});
afterAll(() => database.drop());

test("a transaction that locks what it reads loses no update, and its conflicts are found as it reads", async () => {
  const conflicts: unknown[] = [];
  const stop = engine.on("error", ({ sql }) => conflicts.push(sql));
  const increment = () =>
    runTransaction(
      engine,
      async (conn) => {
        const value = await conn.scalar(byKey);
        await conn.execute(
          update(counters)
            .set({ value: value! + 1 })
            .where(t.id.eq(1)),
        );
      },
      { lockReads: true, maxRetries: null },
    );
  await Promise.all(Array.from({ length: 40 }, increment));
  stop();
  expect(await engine.scalar(byKey)).toBe(40);
  expect(conflicts.filter((sql) => String(sql).startsWith("UPDATE"))).toEqual([]);
});

test("the lock is the transaction's alone: the statement has none elsewhere", async () => {
  const sent: unknown[] = [];
  const stop = engine.on("beforeExecute", ({ sql }) => sent.push(sql));
  await runTransaction(engine, (conn) => conn.execute(byKey), { lockReads: true });
  await runTransaction(engine, (conn) => conn.execute(byKey));
  await engine.execute(byKey);
  stop();
  const [locking, ...others] = sent;
  expect(locking).toMatch(/ FOR UPDATE$/);
  expect(others.map((sql) => `${String(sql)} FOR UPDATE`)).toEqual([locking, locking]);
});

test("what cannot be is refused", async () => {
  const work = () => Promise.resolve();
  for (const options of [{ readOnly: true }, { asOfSystemTime: "-1s" }]) {
    await expect(runTransaction(engine, work, { lockReads: true, ...options })).rejects.toThrow(/lockReads/);
  }
  await expect(runTransaction(engine, work, { lockReads: 1 as never })).rejects.toThrow(
    /lockReads takes true or false/,
  );
});
