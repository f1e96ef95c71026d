import { type Connection, type Engine, runTransaction, sql, text } from "tegmen";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { FaultProxy } from "../support/fault-proxy.ts";
import { allReturned, isCockroach, openDatabase, type TestDatabase } from "../support/server.ts";

const workers = 16;
const accounts = 5;
const initial = 1_000;

let database: TestDatabase;
let engine: Engine;
const unhandled: unknown[] = [];
const onUnhandled = (error: unknown): void => void unhandled.push(error);
beforeAll(async () => {
  process.on("unhandledRejection", onUnhandled);
  database = await openDatabase();
  engine = database.engine({ poolSize: workers, maxOverflow: 0 });
  await engine.execute(text("CREATE TABLE accounts (id INT8 PRIMARY KEY, balance INT8 NOT NULL)"));
  await engine.execute(text("CREATE TABLE transfers (id INT8 PRIMARY KEY, source INT8, sink INT8, amount INT8)"));
});
afterAll(async () => {
  process.off("unhandledRejection", onUnhandled);
  await database.drop();
});
beforeEach(async () => {
  await engine.execute(text("DELETE FROM transfers"));
  await engine.execute(text("DELETE FROM accounts"));
  await engine.execute(
    text("INSERT INTO accounts VALUES (:id, :initial)"),
    Array.from({ length: accounts }, (_, id) => ({ id, initial })),
  );
});

interface Transfer {
  readonly id: number;
  readonly source: number;
  readonly sink: number;
  readonly amount: number;
}

/** Every transfer leaves a record, so that a lost one and a double one can be told. */
async function transfer(conn: Connection, { id, source, sink, amount }: Transfer): Promise<void> {
  const balance = await conn.scalar(sql<{ balance: number }>`SELECT balance FROM accounts WHERE id = ${source}`);
  conn.defer(sql`INSERT INTO transfers VALUES (${id}, ${source}, ${sink}, ${amount})`);
  await conn.execute(sql`UPDATE accounts SET balance = ${balance! - amount} WHERE id = ${source}`);
  await conn.execute(sql`UPDATE accounts SET balance = balance + ${amount} WHERE id = ${sink}`);
}

async function assertBooksBalance(count: number): Promise<void> {
  const done = (await engine.execute(text<Transfer>("SELECT * FROM transfers"))).all();
  expect(done).toHaveLength(count);
  const expected = Array.from({ length: accounts }, () => initial);
  for (const { source, sink, amount } of done) {
    expected[source]! -= amount;
    expected[sink]! += amount;
  }
  const actual = await engine.execute(text("SELECT balance FROM accounts ORDER BY id"));
  expect(actual.scalars().all()).toEqual(expected);
}

/** Many workers, each with transfers of its own. */
async function run(count: number, work: (transfer: Transfer) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: workers }, async () => {
      for (let id = next++; id < count; id = next++) {
        const source = id % accounts;
        await work({ id, source, sink: (source + 1 + (id % (accounts - 1))) % accounts, amount: 1 + (id % 7) });
      }
    }),
  );
}

// PostgreSQL, READ COMMITTED by default, loses updates here, and has a SQLSTATE of its own for deadlocks.
describe.runIf(isCockroach)("contended transfers of 16 workers", () => {
  test.each([{ useCockroachRestart: true }, { useCockroachRestart: false }])("keep the sum: %j", async (options) => {
    let retries = 0;
    await run(200, (each) =>
      runTransaction(engine, (conn) => transfer(conn, each), {
        ...options,
        maxRetries: null,
        onRetry: () => void retries++,
      }),
    );
    expect(retries).toBeGreaterThan(0);
    await assertBooksBalance(200);
    await allReturned(engine);
    expect(engine.pool.status()).toMatchObject({ checkedOut: 0, waiting: 0 });
    expect(unhandled).toEqual([]);
  });

  test("keep the sum while connections are cut at random moments before the commit", async () => {
    await using proxy = await FaultProxy.start(database.url);
    const flaky = database.engine({ poolSize: workers, maxOverflow: 0 }, proxy.url(database.url));
    const moments = ["before", "after", "answered"] as const;
    const statements = [
      /^SELECT balance/,
      /^INSERT INTO transfers/,
      /^UPDATE accounts SET balance = \$1/,
      /= balance \+/,
    ];
    let cuts = 0;
    await run(120, async (each) => {
      if (each.id % 3 === 0) proxy.cutAt(statements[cuts % 4]!, moments[cuts++ % 3]!);
      await runTransaction(flaky, (conn) => transfer(conn, each), { maxRetries: null, baseBackoff: 1, maxBackoff: 20 });
    });
    expect(proxy.faultsHit).toBeGreaterThan(20);
    await assertBooksBalance(120);
    await allReturned(flaky);
    expect(flaky.pool.status()).toMatchObject({ checkedOut: 0, waiting: 0 });
    expect(unhandled).toEqual([]);
  });

  test("with commits cut, too: every transfer that was reported as done is done once, none twice", async () => {
    await using proxy = await FaultProxy.start(database.url);
    const flaky = database.engine({ poolSize: workers, maxOverflow: 0 }, proxy.url(database.url));
    const moments = ["before", "after", "answered"] as const;
    const reported = new Set<number>();
    const ambiguous = new Set<number>();
    let cuts = 0;
    await run(90, async (each) => {
      if (each.id % 4 === 0) proxy.cutAt(/^(?:RELEASE|COMMIT)/, moments[cuts++ % 3]!);
      try {
        await runTransaction(flaky, (conn) => transfer(conn, each), {
          maxRetries: null,
          baseBackoff: 1,
          maxBackoff: 20,
        });
        reported.add(each.id);
      } catch (error) {
        expect(error).toMatchObject({ name: "AmbiguousCommitError" });
        ambiguous.add(each.id);
      }
    });
    expect(ambiguous.size).toBeGreaterThan(0);
    const done = new Set((await engine.execute(text<Transfer>("SELECT * FROM transfers"))).all().map(({ id }) => id));
    for (const id of reported) expect(done.has(id)).toBe(true);
    for (const id of done) expect(reported.has(id) || ambiguous.has(id)).toBe(true);
    await assertBooksBalance(done.size);
    await allReturned(flaky);
    expect(flaky.pool.status()).toMatchObject({ checkedOut: 0, waiting: 0 });
    expect(unhandled).toEqual([]);
  });
});
