import { ArgumentError, DatabaseError, type Engine, sql, text, TransactionStateError, UniqueViolation } from "tegmen";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { isCockroach, openDatabase, type TestDatabase } from "../support/server.ts";

let database: TestDatabase;
let engine: Engine;
beforeAll(async () => {
  database = await openDatabase();
  engine = database.engine();
  await engine.execute(text("CREATE TABLE t (id INT8 PRIMARY KEY)"));
});
afterAll(() => database.drop());
beforeEach(() => engine.execute(text("DELETE FROM t")));

const ids = async (): Promise<readonly unknown[]> =>
  (await engine.execute(text("SELECT id FROM t ORDER BY id"))).scalars().all();
const insert = (id: number) => sql`INSERT INTO t VALUES (${id})`;

describe("commit as you go", () => {
  test("the first statement begins a transaction, commit and rollback end it, the next begins another", async () => {
    await using conn = await engine.connect();
    expect(conn.inTransaction).toBe(false);
    await conn.execute(insert(1));
    expect(conn.inTransaction).toBe(true);
    expect(await ids()).toEqual([]);
    await conn.commit();
    expect(conn.inTransaction).toBe(false);
    await conn.execute(insert(2));
    await conn.rollback();
    await conn.execute(insert(3));
    await conn.commit();
    expect(await ids()).toEqual([1, 3]);
  });

  test("what is not committed is rolled back when the connection is given back", async () => {
    await engine.connect(async (conn) => {
      await conn.execute(insert(1));
      await conn.commit();
      await conn.execute(insert(2));
    });
    expect(await ids()).toEqual([1]);
  });

  test("commit and rollback without a transaction do nothing", async () => {
    await using conn = await engine.connect();
    await conn.commit();
    await conn.rollback();
    await conn.execute(insert(1));
    await conn.commit();
    await conn.commit();
    expect(await ids()).toEqual([1]);
  });

  test("commit after a swallowed error says that nothing was committed", async () => {
    await using conn = await engine.connect();
    await conn.execute(insert(1));
    await expect(conn.execute(insert(1))).rejects.toThrow(UniqueViolation);
    await expect(conn.execute(insert(2))).rejects.toMatchObject({ code: "25P02" });
    const error = await conn.commit().catch((e: unknown) => e);
    expect(error).toBeInstanceOf(TransactionStateError);
    expect((error as Error).cause).toBeInstanceOf(UniqueViolation);
    expect(await ids()).toEqual([]);
    await conn.execute(insert(3));
    await conn.commit();
    expect(await ids()).toEqual([3]);
  });

  test("a syntax error in a pipelined statement fails those after it, not those before", async () => {
    await using conn = await engine.connect();
    const settled = await Promise.allSettled([
      conn.execute(insert(1)),
      conn.execute(text("SELEKT 1")),
      conn.execute(insert(2)),
    ]);
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
    expect((settled[1] as PromiseRejectedResult).reason).toMatchObject({ code: "42601", sql: "SELEKT 1" });
    expect((settled[2] as PromiseRejectedResult).reason).toMatchObject({ code: "25P02" });
    await conn.rollback();
    expect(await ids()).toEqual([]);
  });

  test("a syntax error in a pipelined statement that commits by itself harms no other", async () => {
    await using conn = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
    const settled = await Promise.allSettled([
      conn.execute(insert(1)),
      conn.execute(text("SELEKT 1")),
      conn.execute(insert(2)),
    ]);
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(await ids()).toEqual([1, 2]);
  });

  test("a closed connection refuses everything but close", async () => {
    const conn = await engine.connect();
    await conn.close();
    await conn.close();
    expect(conn.closed).toBe(true);
    await expect(conn.execute(text("SELECT 1"))).rejects.toThrow(/closed/);
    await expect(conn.begin()).rejects.toThrow(TransactionStateError);
    expect(() => conn.defer(insert(1))).toThrow(TransactionStateError);
    await conn.commit();
    await conn.rollback();
  });

  test("a transaction begun in SQL on an AUTOCOMMIT connection is really committed by commit()", async () => {
    await using conn = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
    await conn.execute(text("BEGIN"));
    await conn.execute(insert(1));
    await conn.commit();
    expect(await ids()).toEqual([1]);
  });
});

describe("begin once", () => {
  test("commits at the end and rolls back on throw", async () => {
    expect(
      await engine.begin(async (conn) => {
        await conn.execute(insert(1));
        return "done";
      }),
    ).toBe("done");
    const oops = new Error("oops");
    await expect(
      engine.begin(async (conn) => {
        await conn.execute(insert(2));
        throw oops;
      }),
    ).rejects.toBe(oops);
    expect(await ids()).toEqual([1]);
  });

  test("begin() returns a transaction that ends once", async () => {
    await using conn = await engine.connect();
    const transaction = await conn.begin();
    await expect(conn.begin()).rejects.toThrow(TransactionStateError);
    await conn.execute(insert(1));
    expect(transaction.isActive).toBe(true);
    await transaction.commit();
    expect(transaction.isActive).toBe(false);
    await expect(transaction.commit()).rejects.toThrow(TransactionStateError);
    await transaction.rollback();
    expect(await ids()).toEqual([1]);
  });

  test("the end of an old transaction does not touch the one that follows", async () => {
    await using conn = await engine.connect();
    const old = await conn.begin();
    await conn.execute(insert(1));
    await conn.commit();
    await conn.execute(insert(2));
    await old.rollback();
    await expect(old.commit()).rejects.toThrow(TransactionStateError);
    await conn.commit();
    expect(await ids()).toEqual([1, 2]);
  });

  test("await using rolls back what was not committed", async () => {
    await using conn = await engine.connect();
    {
      await using _transaction = await conn.begin();
      await conn.execute(insert(1));
    }
    expect(conn.inTransaction).toBe(false);
    expect(await ids()).toEqual([]);
  });

  test("begin() after the first statement says why it cannot", async () => {
    await using conn = await engine.connect();
    await conn.execute(text("SELECT 1"));
    await expect(conn.begin()).rejects.toThrow(/the first statement begins one/);
  });

  test("a schema change in begin() is no error, whether or not it commits by itself", async () => {
    await engine.begin(async (conn) => {
      await conn.execute(text("CREATE TABLE IF NOT EXISTS made_in_begin (id INT8 PRIMARY KEY)"));
    });
    expect(await engine.scalar(text("SELECT count(*) AS n FROM made_in_begin"))).toBe(0);
  });
});

describe("nested", () => {
  test("savepoints undo only what is in them", async () => {
    await engine.begin(async (conn) => {
      await conn.execute(insert(1));
      const nested = await conn.beginNested();
      await conn.execute(insert(2));
      await nested.rollback();
      await conn.beginNested(async () => {
        await conn.execute(insert(3));
        await conn
          .beginNested(async () => {
            await conn.execute(insert(4));
            throw new Error("inner");
          })
          .catch(() => {});
      });
      await conn.execute(insert(5));
    });
    expect(await ids()).toEqual([1, 3, 5]);
  });

  test("a failed statement in a savepoint leaves the transaction usable", async () => {
    await engine.begin(async (conn) => {
      await conn.execute(insert(1));
      await expect(conn.beginNested(() => conn.execute(insert(1)))).rejects.toThrow(UniqueViolation);
      await conn.execute(insert(2));
    });
    expect(await ids()).toEqual([1, 2]);
  });

  test("a failed statement in the last savepoint does not undo the commit", async () => {
    await engine.begin(async (conn) => {
      await conn.execute(insert(1));
      await conn.beginNested(() => conn.execute(insert(1))).catch(() => {});
    });
    expect(await ids()).toEqual([1]);
  });

  test("begins the outer transaction where there is none", async () => {
    await using conn = await engine.connect();
    await conn.beginNested(() => conn.execute(insert(1)));
    expect(conn.inTransaction).toBe(true);
    await conn.rollback();
    expect(await ids()).toEqual([]);
  });

  test("ends once", async () => {
    await using conn = await engine.connect();
    const nested = await conn.beginNested();
    await conn.execute(insert(1));
    await nested.commit();
    expect(nested.isActive).toBe(false);
    await expect(nested.commit()).rejects.toThrow(TransactionStateError);
    await nested.rollback();
    await conn.commit();
    expect(await ids()).toEqual([1]);
  });
});

describe("options", () => {
  test("AUTOCOMMIT commits every statement and has no transactions", async () => {
    await using conn = await engine.connect();
    expect(conn.executionOptions({ isolationLevel: "AUTOCOMMIT" })).toBe(conn);
    await conn.execute(insert(1));
    expect(conn.inTransaction).toBe(false);
    expect(await ids()).toEqual([1]);
    await expect(conn.begin()).rejects.toThrow(/AUTOCOMMIT/);
    await expect(conn.beginNested()).rejects.toThrow(/AUTOCOMMIT/);
  });

  test("a write deferred on an AUTOCOMMIT connection is refused, not lost", async () => {
    await using conn = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
    expect(() => conn.defer(insert(1))).toThrow(TransactionStateError);
  });

  test.each(["SERIALIZABLE", "READ COMMITTED"] as const)("isolation level %s", async (isolationLevel) => {
    await using conn = await engine.connect({ isolationLevel });
    await conn.execute(insert(1));
    const level = await conn.scalar(text("SHOW transaction_isolation"));
    // A cluster may upgrade READ COMMITTED.
    expect([isolationLevel.toLowerCase(), "serializable"]).toContain(level);
    await conn.commit();
    expect(await ids()).toEqual([1]);
  });

  test("a read-only transaction cannot write, and the next one can", async () => {
    await using conn = await engine.connect({ readOnly: true });
    await expect(conn.execute(insert(1))).rejects.toMatchObject({ code: "25006" });
    await conn.rollback();
    conn.executionOptions({ readOnly: false });
    await conn.execute(insert(2));
    await conn.commit();
    expect(await ids()).toEqual([2]);
  });

  test("a read-only engine cannot write by engine.execute either", async () => {
    const reader = database.engine({ readOnly: true });
    await expect(reader.execute(insert(1))).rejects.toMatchObject({ code: "25006" });
    expect(await reader.scalar(text("SELECT count(*) AS n FROM t"))).toBe(0);
    expect(await ids()).toEqual([]);
  });

  test("options of transactions and AUTOCOMMIT exclude each other", async () => {
    await expect(engine.connect({ isolationLevel: "AUTOCOMMIT", readOnly: true })).rejects.toThrow(ArgumentError);
    await using conn = await engine.connect({ readOnly: true });
    expect(() => conn.executionOptions({ isolationLevel: "AUTOCOMMIT" })).toThrow(ArgumentError);
  });

  test.each([
    [{ isolationLevel: "serializable" }, /isolationLevel takes/],
    [{ priority: "URGENT" }, /priority takes/],
    [{ readOnly: "yes" }, /readOnly takes/],
    [{ asOfSystemTime: "" }, /asOfSystemTime takes/],
    [{ asOfSystemTime: new Date(Number.NaN) }, /not valid/],
    [{ timeout: 0 }, /timeout takes/],
    [{ timeout: Number.NaN }, /timeout takes/],
  ])("%j is refused at once", async (options, message) => {
    await expect(engine.connect(options as never)).rejects.toThrow(message);
    await using conn = await engine.connect();
    expect(() => conn.executionOptions(options as never)).toThrow(message);
  });

  test("cannot be changed while a transaction is open, but limits can", async () => {
    await using conn = await engine.connect();
    await conn.execute(text("SELECT 1"));
    expect(() => conn.executionOptions({ readOnly: true })).toThrow(TransactionStateError);
    conn.executionOptions({ timeout: 1_000 });
  });

  test.runIf(isCockroach)("priority travels with BEGIN", async () => {
    await using conn = await engine.connect({ priority: "HIGH" });
    expect(String(await conn.scalar(text("SHOW transaction_priority"))).toLowerCase()).toBe("high");
    await conn.execute(insert(1));
    await conn.commit();
    expect(await ids()).toEqual([1]);
  });

  test("after a BEGIN that failed, nothing commits by itself", async () => {
    await using conn = await engine.connect({ asOfSystemTime: "no time at all" });
    const settled = await Promise.allSettled([
      conn.execute(text("SELECT 1")),
      conn.execute(insert(1)),
      conn.execute(insert(2)),
    ]);
    expect(settled.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect((settled[0] as PromiseRejectedResult).reason).toBeInstanceOf(DatabaseError);
    await expect(conn.execute(insert(3))).rejects.toThrow(DatabaseError);
    await conn.rollback();
    expect(await ids()).toEqual([]);
  });

  test("a transaction whose BEGIN failed cannot be committed", async () => {
    await using conn = await engine.connect({ asOfSystemTime: "no time at all" });
    const transaction = await conn.begin();
    await expect(conn.execute(insert(1))).rejects.toThrow(DatabaseError);
    await expect(transaction.commit()).rejects.toThrow(TransactionStateError);
    expect(await ids()).toEqual([]);
  });
});

describe("defer", () => {
  test("travels with the next statement, in order", async () => {
    await using conn = await engine.connect();
    conn.defer(insert(1));
    conn.defer(text("INSERT INTO t VALUES (:id)"), { id: 2 });
    expect(await conn.scalar(text("SELECT count(*) AS n FROM t"))).toBe(2);
    conn.defer(insert(3));
    await conn.commit();
    expect(await ids()).toEqual([1, 2, 3]);
  });

  test("leaves the rows of a statement that is under way alone", async () => {
    await using conn = await engine.connect();
    await conn.execute(insert(1));
    const reading = conn.execute(text("SELECT id FROM t"));
    conn.defer(insert(2));
    expect((await reading).scalars().all()).toEqual([1]);
    await conn.commit();
    expect(await ids()).toEqual([1, 2]);
  });

  test("fails the statement it travels with, naming itself and its place", async () => {
    await using conn = await engine.connect();
    function placeOfTheMistake(): void {
      conn.defer(insert(1));
    }
    conn.defer(insert(1));
    placeOfTheMistake();
    const error = (await conn.execute(text("SELECT 1 AS innocent")).catch((e: unknown) => e)) as UniqueViolation;
    expect(error).toBeInstanceOf(UniqueViolation);
    expect(error.sql).toBe("INSERT INTO t VALUES ($1)");
    expect(error.stack).toContain("placeOfTheMistake");
    await conn.rollback();
  });

  test("fails the commit it travels with", async () => {
    await using conn = await engine.connect();
    await conn.execute(insert(1));
    conn.defer(insert(1));
    await expect(conn.commit()).rejects.toThrow(UniqueViolation);
    expect(conn.inTransaction).toBe(false);
    expect(await ids()).toEqual([]);
  });

  test("is forgotten by a rollback", async () => {
    await using conn = await engine.connect();
    conn.defer(insert(1));
    await conn.rollback();
    await conn.execute(insert(2));
    await conn.commit();
    expect(await ids()).toEqual([2]);
  });
});
