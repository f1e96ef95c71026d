import { type Engine, InvalidRequestError, PrecisionError, sql, text } from "tegmen";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase, type TestDatabase } from "../support/server.ts";

let database: TestDatabase;
let engine: Engine;
beforeAll(async () => {
  database = await openDatabase();
  engine = database.engine({ poolSize: 2, maxOverflow: 0, poolTimeout: 5_000 });
});
afterAll(() => database.drop());

const series = (n: number) => sql<{ n: number }>`SELECT n FROM generate_series(1, ${n}::INT8) AS g (n)`;

describe.each(["AUTOCOMMIT", "SERIALIZABLE"] as const)("streams with %s", (isolationLevel) => {
  const connect = () => engine.connect({ isolationLevel });

  test.each([0, 1, 2, 3, 7, 1000])("%i rows arrive in order, whatever the batch size", async (rows) => {
    await using conn = await connect();
    for (const batchSize of [1, 2, 3, 1000]) {
      const seen: number[] = [];
      for await (const row of conn.stream(series(rows), { batchSize })) seen.push(row.n);
      expect(seen).toEqual(Array.from({ length: rows }, (_, index) => index + 1));
    }
  });

  test("partitions are never longer than the batch size", async () => {
    await using conn = await connect();
    const sizes: number[] = [];
    for await (const rows of conn.stream(series(25), { batchSize: 10 }).partitions()) sizes.push(rows.length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(25);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(10);
  });

  test("named parameters work", async () => {
    await using conn = await connect();
    const seen: unknown[] = [];
    for await (const row of conn.stream(text("SELECT :a::TEXT AS a"), { parameters: { a: "x" } })) seen.push(row);
    expect(seen).toEqual([{ a: "x" }]);
  });

  test("leaving early frees the connection at once", async () => {
    await using conn = await connect();
    for (const batchSize of [1, 10, 1000]) {
      for await (const row of conn.stream(series(100_000), { batchSize })) if (row.n === 15) break;
      expect(await conn.scalar(text("SELECT 1 AS one"))).toBe(1);
    }
    await conn.commit();
  });

  test("an exception in the loop frees the connection, too", async () => {
    await using conn = await connect();
    const oops = new Error("oops");
    await expect(
      (async () => {
        for await (const _ of conn.stream(series(100_000), { batchSize: 10 })) throw oops;
      })(),
    ).rejects.toBe(oops);
    expect(await conn.scalar(text("SELECT 1 AS one"))).toBe(1);
  });

  test("an error in the middle comes after the rows before it", async () => {
    await using conn = await connect();
    const seen: number[] = [];
    const dividing = text<{ n: number }>(
      "SELECT CAST(10 / (n - 5000) AS INT8) AS n FROM generate_series(1, 10000) AS g (n)",
    );
    await expect(
      (async () => {
        for await (const row of conn.stream(dividing, { batchSize: 100 })) seen.push(row.n);
      })(),
    ).rejects.toMatchObject({ code: "22012" });
    expect(seen.length).toBeLessThan(5_000);
    await conn.rollback();
    expect(await conn.scalar(text("SELECT 1 AS one"))).toBe(1);
  });

  test("a syntax error comes with the first row that is asked for", async () => {
    await using conn = await connect();
    const stream = conn.stream(text("SELEKT 1"));
    await expect(
      (async () => {
        for await (const _ of stream) void _;
      })(),
    ).rejects.toMatchObject({ code: "42601", sql: "SELEKT 1" });
    await conn.rollback();
    expect(await conn.scalar(text("SELECT 1 AS one"))).toBe(1);
  });

  test("leaving early when all rows have come in one piece does not leave the connection deaf", async () => {
    await using conn = await connect();
    for (let round = 0; round < 2; round++) {
      for await (const row of conn.stream(series(50), { batchSize: 10 })) {
        // Let everything arrive before the loop is left.
        await expect(conn.execute(text("SELECT 1"))).rejects.toThrow(InvalidRequestError);
        if (row.n === 5) break;
      }
    }
    expect(await conn.scalar(text("SELECT 1 AS one"))).toBe(1);
  });

  test("a value that does not fit ends the stream and frees the connection", async () => {
    await using conn = await connect();
    const query = text("SELECT 9007199254740990::INT8 + n AS n FROM generate_series(1, 5000) AS g (n)");
    await expect(
      (async () => {
        for await (const _ of conn.stream(query, { batchSize: 10 })) void _;
      })(),
    ).rejects.toThrow(PrecisionError);
    expect(await conn.scalar(text("SELECT 1 AS one"))).toBe(1);
  });

  test("another statement while rows stream says what is wrong, and the stream goes on", async () => {
    await using conn = await connect();
    let rows = 0;
    for await (const _ of conn.stream(series(50), { batchSize: 10 })) {
      if (++rows !== 5) continue;
      await expect(conn.execute(text("SELECT 1"))).rejects.toThrow(InvalidRequestError);
      await expect(conn.execute(text("SELECT 1"))).rejects.toThrow(/being streamed/);
      if (conn.inTransaction) await expect(conn.commit()).rejects.toThrow(/being streamed/);
      await expect(
        (async () => {
          for await (const inner of conn.stream(series(1))) void inner;
        })(),
      ).rejects.toThrow(/being streamed/);
    }
    expect(rows).toBe(50);
    expect(await conn.scalar(text("SELECT 1 AS one"))).toBe(1);
  });

  test("a connection given back while rows stream is not lent again", async () => {
    const conn = await connect();
    const rows = conn.stream(series(100_000), { batchSize: 10 })[Symbol.asyncIterator]();
    await rows.next();
    await conn.close();
    expect(await engine.scalar(text("SELECT 1 AS one"))).toBe(1);
    expect(engine.pool.status().checkedOut).toBe(0);
    await rows.return(undefined).catch(() => {});
  });

  test("200,000 rows take no more memory than a few", async () => {
    await using conn = await connect();
    const wide = sql<{
      n: number;
      pad: string;
    }>`SELECT n, repeat('x', 200) AS pad FROM generate_series(1, 200000) AS g (n)`;
    const sample = (): number => {
      globalThis.gc?.();
      return process.memoryUsage().heapUsed + process.memoryUsage().external;
    };
    const before = sample();
    let highest = 0;
    let rows = 0;
    for await (const row of conn.stream(wide, { batchSize: 500 })) {
      rows++;
      expect(row.pad.length).toBe(200);
      if (rows % 20_000 === 0) highest = Math.max(highest, sample());
    }
    expect(rows).toBe(200_000);
    // All rows at once would be about 60 MB.
    expect(highest - before).toBeLessThan(25 * 2 ** 20);
  });
});

test("a stream in a transaction sees what the transaction wrote, deferred writes included", async () => {
  await engine.execute(text("CREATE TABLE streamed (id INT8 PRIMARY KEY)"));
  await using conn = await engine.connect();
  await conn.execute(text("INSERT INTO streamed VALUES (1)"));
  conn.defer(text("INSERT INTO streamed VALUES (2)"));
  const seen: unknown[] = [];
  for await (const row of conn.stream(text("SELECT id FROM streamed ORDER BY id"))) seen.push(row);
  expect(seen).toEqual([{ id: 1 }, { id: 2 }]);
});

test("a stream of INSERT ... RETURNING commits by itself on an AUTOCOMMIT connection", async () => {
  await engine.execute(text("CREATE TABLE streamed_in (id INT8 PRIMARY KEY)"));
  await using conn = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
  const seen: unknown[] = [];
  for await (const row of conn.stream(text("INSERT INTO streamed_in VALUES (1), (2) RETURNING id"))) seen.push(row);
  expect(seen.length).toBe(2);
  expect(await engine.scalar(text("SELECT count(*) AS n FROM streamed_in"))).toBe(2);
});

test("batchSize takes a positive integer", async () => {
  await using conn = await engine.connect();
  for (const batchSize of [0, -1, 1.5, Number.NaN, "7"]) {
    expect(() => conn.stream(series(1), { batchSize: batchSize as never })).toThrow(/batchSize/);
  }
});

test("a signal ends a stream that waits for its rows", async () => {
  await using conn = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
  const controller = new AbortController();
  const reason = new Error("enough");
  const reading = (async () => {
    for await (const _ of conn.stream(text("SELECT pg_sleep(30)"), { signal: controller.signal })) void _;
  })();
  controller.abort(reason);
  await expect(reading).rejects.toBe(reason);
  expect(await conn.scalar(text("SELECT 1 AS one"))).toBe(1);
});
