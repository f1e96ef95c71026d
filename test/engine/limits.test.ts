import { getEventListeners } from "node:events";
import {
  AmbiguousCommitError,
  ArgumentError,
  type Engine,
  PoolTimeoutError,
  ProgrammingError,
  QueryCanceledError,
  sql,
  text,
} from "tegmen";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { FaultProxy } from "../support/fault-proxy.ts";
import { openDatabase, type TestDatabase } from "../support/server.ts";

let database: TestDatabase;
let engine: Engine;
beforeAll(async () => {
  database = await openDatabase();
  engine = database.engine({ poolSize: 2, maxOverflow: 0 });
  await engine.execute(text("CREATE TABLE slow (id INT8 PRIMARY KEY, n INT8)"));
});
afterAll(() => database.drop());
beforeEach(async () => {
  await engine.execute(text("DELETE FROM slow"));
  await engine.execute(text("INSERT INTO slow VALUES (1, 0)"));
});

const sleep = (seconds: number) => sql`SELECT pg_sleep(${seconds}::FLOAT8)`;

/** Whether the server runs nothing for other connections any more that holds the row. */
async function rowIsFree(): Promise<boolean> {
  const other = database.engine({ poolSize: 1 });
  await other.execute(text("UPDATE slow SET n = n + 1 WHERE id = 1"), {}, { timeout: 20_000 });
  return true;
}

describe("timeout", () => {
  test("cancels the statement on the server, and the connection goes on", async () => {
    await using conn = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
    const error = await conn.execute(sleep(30), undefined, { timeout: 50 }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(QueryCanceledError);
    expect(error).toMatchObject({ code: "57014", sql: "SELECT pg_sleep($1::FLOAT8)" });
    expect(String(error)).toContain("timeout of 50 ms");
    expect(await conn.scalar(text("SELECT 1 AS one"))).toBe(1);
  });

  test("in a transaction frees its locks after the rollback", async () => {
    await using conn = await engine.connect();
    await conn.execute(text("UPDATE slow SET n = n + 1 WHERE id = 1"));
    await expect(conn.execute(sleep(30), undefined, { timeout: 50 })).rejects.toThrow(QueryCanceledError);
    await conn.rollback();
    expect(await rowIsFree()).toBe(true);
    expect(await conn.scalar(text("SELECT n FROM slow"))).toBe(1);
  });

  test("of the connection holds for every statement, that of the statement before it", async () => {
    await using conn = await engine.connect({ isolationLevel: "AUTOCOMMIT", timeout: 50 });
    await expect(conn.execute(sleep(30))).rejects.toThrow(QueryCanceledError);
    await conn.execute(sleep(0.1), undefined, { timeout: 20_000 });
  });

  test("a statement that is quick enough is not harmed by those before it", async () => {
    await using conn = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
    for (let round = 0; round < 30; round++) {
      // Ends about when its timeout does: either way is right, but the next one must not feel it.
      await conn.execute(sleep(0.005), undefined, { timeout: 5 }).catch((error: unknown) => {
        expect(error).toBeInstanceOf(QueryCanceledError);
      });
      expect(await conn.scalar(sql<{ n: number }>`SELECT ${round}::INT8 AS n`)).toBe(round);
    }
  });

  test.each([0, -1, Number.NaN, "5", null])("%j is no timeout", async (timeout) => {
    await using conn = await engine.connect();
    await expect(conn.execute(sleep(0), undefined, { timeout: timeout as never })).rejects.toThrow(ArgumentError);
  });
});

describe("signal", () => {
  test("that ends a statement which may have been committed does not hide that it may", async () => {
    await using proxy = await FaultProxy.start(database.url);
    const far = database.engine({ poolSize: 1, maxOverflow: 0 }, proxy.url(database.url));
    await using holder = await engine.connect();
    await holder.execute(text("UPDATE slow SET n = 5 WHERE id = 1"));
    await using conn = await far.connect({ isolationLevel: "AUTOCOMMIT" });
    await conn.execute(text("SELECT 1"));
    const controller = new AbortController();
    const update = text("UPDATE slow SET n = n + 1 WHERE id = 1");
    const waiting = conn.execute(update, undefined, { signal: controller.signal });
    // The request to cancel does not get through either, and the connection is cut.
    proxy.refuse();
    controller.abort(new Error("no longer wanted"));
    await expect(waiting).rejects.toThrow(AmbiguousCommitError);
  });

  test("cancels on the server and rejects with the signal's reason", async () => {
    const reason = new Error("changed my mind");
    const controller = new AbortController();
    await using conn = await engine.connect();
    await conn.execute(text("UPDATE slow SET n = n + 1 WHERE id = 1"));
    const running = conn.execute(sleep(30), undefined, { signal: controller.signal });
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
    await conn.rollback();
    expect(await rowIsFree()).toBe(true);
  });

  test("that was aborted before sends nothing", async () => {
    await using conn = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
    const signal = AbortSignal.abort(new Error("too late"));
    await expect(conn.execute(text("DELETE FROM slow"), undefined, { signal })).rejects.toThrow("too late");
    expect(await conn.scalar(text("SELECT count(*) AS n FROM slow"))).toBe(1);
  });

  test("of the connection still counts when a statement has limits of its own", async () => {
    const controller = new AbortController();
    await using conn = await engine.connect({ signal: controller.signal });
    const running = conn.execute(sleep(30), undefined, { timeout: 20_000 });
    controller.abort(new Error("stop"));
    await expect(running).rejects.toThrow("stop");
  });

  test("ends the wait for a connection, and the next in line is served", async () => {
    const one = database.engine({ poolSize: 1, maxOverflow: 0 });
    const held = await one.connect();
    const controller = new AbortController();
    const waiting = one.execute(text("SELECT 1"), undefined, { signal: controller.signal });
    const next = one.scalar(text("SELECT 2 AS two"));
    controller.abort(new Error("no patience"));
    await expect(waiting).rejects.toThrow("no patience");
    await held.close();
    expect(await next).toBe(2);
    expect(one.pool.status()).toMatchObject({ checkedOut: 0, waiting: 0 });
  });

  test("leaves no listeners behind", async () => {
    const controller = new AbortController();
    await using conn = await engine.connect({ isolationLevel: "AUTOCOMMIT", signal: controller.signal });
    for (let round = 0; round < 20; round++) await conn.execute(sleep(0));
    expect(getEventListeners(controller.signal, "abort").length).toBe(0);
  });

  test("ends an executemany", async () => {
    const controller = new AbortController();
    await using conn = await engine.connect();
    const sets = Array.from({ length: 100 }, () => ({ seconds: 1 }));
    const running = conn.execute(text("SELECT pg_sleep(:seconds::FLOAT8)"), sets, { signal: controller.signal });
    controller.abort(new Error("stop"));
    await expect(running).rejects.toThrow("stop");
    await conn.rollback();
    expect(await conn.scalar(text("SELECT 1 AS one"))).toBe(1);
  });
});

describe("pool", () => {
  test("PoolTimeoutError says who holds the connections", async () => {
    const small = database.engine({ poolSize: 1, maxOverflow: 0, poolTimeout: 20 });
    await using _held = await small.connect();
    await expect(small.execute(text("SELECT 1"))).rejects.toThrow(PoolTimeoutError);
    await expect(small.connect()).rejects.toThrow(/checked out 1/);
  });

  test("a transaction that was left open is rolled back before the next one gets the connection", async () => {
    const small = database.engine({ poolSize: 1, maxOverflow: 0 });
    const leaky = await small.connect();
    await leaky.execute(text("INSERT INTO slow VALUES (2, 0)"));
    await leaky.close();
    const conn = await small.connect();
    expect(await conn.scalar(text("SELECT count(*) AS n FROM slow"))).toBe(1);
    await conn.close();
    expect(small.pool.status()).toMatchObject({ checkedOut: 0, idle: 1 });
  });

  test("a callback that throws gives its connection back", async () => {
    const small = database.engine({ poolSize: 1, maxOverflow: 0, poolTimeout: 5_000 });
    for (let round = 0; round < 5; round++) {
      await expect(small.connect(() => Promise.reject(new Error("oops")))).rejects.toThrow("oops");
      await expect(small.begin(() => Promise.reject(new Error("oops")))).rejects.toThrow("oops");
      await expect(small.execute(text("SELEKT"))).rejects.toThrow(ProgrammingError);
    }
    expect(small.pool.status().checkedOut).toBe(0);
  });

  test("dispose drains, and what comes later is refused", async () => {
    const ending = database.engine();
    const conn = await ending.connect();
    const running = conn.execute(sleep(0.05));
    const disposed = ending.dispose();
    await running;
    await conn.close();
    await disposed;
    await expect(ending.execute(text("SELECT 1"))).rejects.toThrow(/disposed/);
  });
});
