import { type DemoCluster, startDemoCluster } from "@tegmen/demo";
import { AmbiguousCommitError, type Engine, runTransaction, sql, text } from "tegmen";
import { afterAll, beforeAll, expect, test } from "vitest";
import { allReturned, openDatabase, type TestDatabase } from "../support/server.ts";

// A server of its own: the others' must not be restarted under them.
let cluster: DemoCluster;
let database: TestDatabase;
let engine: Engine;
const unhandled: unknown[] = [];
const onUnhandled = (error: unknown): void => void unhandled.push(error);
beforeAll(async () => {
  process.on("unhandledRejection", onUnhandled);
  process.on("uncaughtException", onUnhandled);
  cluster = await startDemoCluster({ preferRealBinary: false });
  database = await openDatabase(cluster.url);
  engine = database.engine({ poolSize: 8, maxOverflow: 0 });
  await engine.execute(text("CREATE TABLE accounts (id INT8 PRIMARY KEY, balance INT8 NOT NULL)"));
  await engine.execute(text("CREATE TABLE transfers (id INT8 PRIMARY KEY)"));
  await engine.execute(text("INSERT INTO accounts SELECT n, 1000 FROM generate_series(0, 7) AS g (n)"));
});
afterAll(async () => {
  process.off("unhandledRejection", onUnhandled);
  process.off("uncaughtException", onUnhandled);
  await database?.drop();
  await cluster?.stop();
});

test("a server that is restarted under load loses no transfer and does none twice", async () => {
  const reported = new Set<number>();
  const ambiguous = new Set<number>();
  let next = 0;
  const controller = new AbortController();
  const worker = async (): Promise<void> => {
    while (!controller.signal.aborted) {
      const id = next++;
      const [source, sink] = [id % 8, (id * 5 + 1) % 8];
      try {
        await runTransaction(
          engine,
          async (conn) => {
            await conn.execute(sql`INSERT INTO transfers VALUES (${id})`);
            await conn.execute(sql`UPDATE accounts SET balance = balance - 1 WHERE id = ${source}`);
            await conn.execute(sql`UPDATE accounts SET balance = balance + 1 WHERE id = ${sink}`);
          },
          { maxRetries: null, baseBackoff: 5, maxBackoff: 100 },
        );
        reported.add(id);
      } catch (error) {
        // The pool has nothing to lend while the server is away: that is told, not retried, and nothing is lost.
        if (error instanceof AmbiguousCommitError) ambiguous.add(id);
        else expect(error).toMatchObject({ name: "ConnectError" });
      }
    }
  };
  const workers = Array.from({ length: 12 }, worker);
  const reach = async (count: number): Promise<void> => {
    while (reported.size < count) await new Promise((resolve) => setImmediate(resolve));
  };
  for (let round = 1; round <= 2; round++) {
    await reach(reported.size + 30);
    await cluster.restart();
    await reach(reported.size + 30);
  }
  controller.abort();
  await Promise.all(workers);

  const done = new Set((await engine.execute(text<{ id: number }>("SELECT id FROM transfers"))).scalars());
  for (const id of reported) expect(done.has(id)).toBe(true);
  for (const id of done) expect(reported.has(id) || ambiguous.has(id)).toBe(true);
  expect(await engine.scalar(text("SELECT sum(balance)::INT8 AS total FROM accounts"))).toBe(8_000);
  await allReturned(engine);
  expect(engine.pool.status()).toMatchObject({ checkedOut: 0, waiting: 0, connecting: 0 });
  expect(unhandled).toEqual([]);
});
