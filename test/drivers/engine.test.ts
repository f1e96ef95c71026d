import { createEngine, type Engine, runTransaction, sql, text, UniqueViolation } from "tegmen";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { postgresDriver } from "../../packages/tegmen/src/drivers/postgres/index.ts";
import { openDatabase, serverOptions, type TestDatabase } from "../support/server.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await openDatabase();
});
afterAll(() => database.drop());

/** The URL with another driver. */
function withDriver(name: string): string {
  return database.url.replace(/^[^:]+/, name);
}

describe.each([["cockroachdb+pg"], ["cockroachdb+postgres"]])("an engine of %s://", (name) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = database.engine({ isolationLevel: "SERIALIZABLE" }, withDriver(name));
    await engine.execute(text("DROP TABLE IF EXISTS account"));
    await engine.execute(text("CREATE TABLE account (id INT8 PRIMARY KEY, owner TEXT NOT NULL, balance INT8)"));
  });

  test("executes, once and many times", async () => {
    const insert = text("INSERT INTO account VALUES (:id, :owner, :balance)");
    const rows = Array.from({ length: 1_200 }, (_, id) => ({ id, owner: `owner ${id}`, balance: id * 10 }));
    expect((await engine.execute(insert, rows)).rowCount).toBe(1_200);
    const result = await engine.execute(sql<{ owner: string; balance: number }>`
      SELECT owner, balance FROM account WHERE id = ${7}`);
    expect(result.one()).toEqual({ owner: "owner 7", balance: 70 });
    await expect(engine.execute(insert, rows[0])).rejects.toThrow(UniqueViolation);
  });

  test("commits and rolls back, with savepoints", async () => {
    const failed = new Error("not today");
    await engine.begin(async (conn) => {
      await conn.execute(sql`UPDATE account SET balance = 1 WHERE id = 1`);
      const nested = conn.beginNested(async () => {
        await conn.execute(sql`UPDATE account SET balance = 2 WHERE id = 1`);
        throw failed;
      });
      await expect(nested).rejects.toBe(failed);
    });
    expect(await engine.scalar(sql`SELECT balance FROM account WHERE id = 1`)).toBe(1);
    const lost = engine.begin(async (conn) => {
      await conn.execute(sql`UPDATE account SET balance = 3 WHERE id = 1`);
      throw failed;
    });
    await expect(lost).rejects.toBe(failed);
    expect(await engine.scalar(sql`SELECT balance FROM account WHERE id = 1`)).toBe(1);
  });

  test("runs transactions that conflict", async () => {
    const ids = [2, 3];
    for (const id of ids) await engine.execute(sql`UPDATE account SET balance = 100 WHERE id = ${id}`);
    const transfer = async (from: number, to: number): Promise<void> =>
      runTransaction(engine, async (tx) => {
        const balance = await tx.scalar(sql<{ balance: number }>`SELECT balance FROM account WHERE id = ${from}`);
        await Promise.all([
          tx.execute(sql`UPDATE account SET balance = ${balance! - 1} WHERE id = ${from}`),
          tx.execute(sql`UPDATE account SET balance = balance + 1 WHERE id = ${to}`),
        ]);
      });
    await Promise.all(Array.from({ length: 12 }, () => transfer(2, 3)));
    const result = await engine.execute(sql`SELECT balance FROM account WHERE id IN (2, 3) ORDER BY id`);
    expect(result.scalars().all()).toEqual([88, 112]);
  });

  test("streams", async () => {
    const seen: number[] = [];
    await engine.connect(async (conn) => {
      for await (const row of conn.stream(sql<{ id: number }>`SELECT id FROM account ORDER BY id`, { batchSize: 50 })) {
        seen.push(row.id);
        if (row.id === 600) break;
      }
      expect(await conn.scalar(sql`SELECT count(*) FROM account`)).toBe(1_200);
    });
    expect(seen).toHaveLength(601);
  });
});

test("the driver can be passed, whatever the URL says", async () => {
  await using engine = createEngine(database.url, { ...serverOptions, driver: postgresDriver, poolSize: 1 });
  expect(await engine.scalar(sql`SELECT 1`)).toBe(1);
});
