import {
  AmbiguousCommitError,
  ConnectionLostError,
  type Connection,
  type Engine,
  runTransaction,
  sql,
  text,
} from "tegmen";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type CutMoment, FaultProxy } from "../support/fault-proxy.ts";
import { isCockroach, openDatabase, type TestDatabase } from "../support/server.ts";

let database: TestDatabase;
let direct: Engine;
let proxy: FaultProxy;
let engine: Engine;
const unhandled: unknown[] = [];
const onUnhandled = (error: unknown): void => void unhandled.push(error);

beforeAll(async () => {
  process.on("unhandledRejection", onUnhandled);
  process.on("uncaughtException", onUnhandled);
  database = await openDatabase();
  direct = database.engine({ poolSize: 1 });
  await direct.execute(text("CREATE TABLE accounts (id INT8 PRIMARY KEY, balance INT8 NOT NULL)"));
});
afterAll(async () => {
  process.off("unhandledRejection", onUnhandled);
  process.off("uncaughtException", onUnhandled);
  await database.drop();
});
beforeEach(async () => {
  await direct.execute(text("DELETE FROM accounts"));
  await direct.execute(text("INSERT INTO accounts VALUES (1, 1000), (2, 1000)"));
  proxy = await FaultProxy.start(database.url);
  engine = database.engine({ poolSize: 3, maxOverflow: 0, poolTimeout: 10_000 }, proxy.url(database.url));
});
afterEach(async () => {
  await engine.dispose({ timeout: 1_000 });
  await proxy[Symbol.asyncDispose]();
  if (unhandled.length > 0) throw new AggregateError(unhandled.splice(0), "unhandled errors");
  const { checkedOut, connecting } = engine.pool.status();
  if (checkedOut + connecting > 0) throw new Error("connections were leaked");
});

const quick = { baseBackoff: 0, maxBackoff: 0 };
const end = isCockroach ? /^RELEASE SAVEPOINT cockroach_restart/ : /^COMMIT/;
const balances = async (): Promise<readonly unknown[]> =>
  (await direct.execute(text("SELECT balance FROM accounts ORDER BY id"))).scalars().all();

async function transfer(conn: Connection): Promise<void> {
  const from = await conn.scalar<{ balance: number }>(sql`SELECT balance FROM accounts WHERE id = 1`);
  await conn.execute(sql`UPDATE accounts SET balance = ${from! - 10} WHERE id = 1`);
  await conn.execute(sql`UPDATE accounts SET balance = balance + 10 WHERE id = 2`);
}

describe("the connection is cut", () => {
  test.each<[string, RegExp, CutMoment]>([
    ["before BEGIN", /^BEGIN/, "before"],
    ["after the first statement was sent", /^SELECT balance/, "after"],
    ["when the first statement was answered", /^SELECT balance/, "answered"],
    ["before a write", /^UPDATE accounts SET balance = \$1/, "before"],
    ["after a write", /^UPDATE accounts SET balance = \$1/, "after"],
    ["when a write was answered", /^UPDATE accounts SET balance = balance/, "answered"],
  ])("%s: the transaction is run again on a new one, and done once", async (_, statement, moment) => {
    proxy.cutAt(statement, moment);
    let attempts = 0;
    const errors: unknown[] = [];
    await runTransaction(
      engine,
      (conn) => {
        attempts++;
        return transfer(conn);
      },
      { ...quick, onRetry: ({ error }) => void errors.push(error) },
    );
    expect(proxy.faultsHit).toBe(1);
    // More when the transaction that was cut off still held its locks.
    expect(attempts).toBeGreaterThanOrEqual(2);
    expect(errors[0]).toBeInstanceOf(ConnectionLostError);
    expect(await balances()).toEqual([990, 1010]);
  });

  test.each([{ useCockroachRestart: true }, { useCockroachRestart: false }])(
    "while the commit is under way: the outcome is not known, and nothing is retried: %j",
    async (options) => {
      const commit = options.useCockroachRestart ? end : /^COMMIT/;
      for (const moment of ["before", "after", "answered"] as const) {
        const before = await balances();
        const hits = proxy.faultsHit;
        proxy.cutAt(commit, moment);
        let attemptsAfterTheCut = 0;
        const error = await runTransaction(
          engine,
          (conn) => {
            // A conflict with the transaction cut before, which is still being committed, may be retried.
            if (proxy.faultsHit > hits) attemptsAfterTheCut++;
            return transfer(conn);
          },
          { ...quick, ...options },
        ).catch((e: unknown) => e);
        expect(proxy.faultsHit).toBe(hits + 1);
        expect(error).toBeInstanceOf(AmbiguousCommitError);
        expect(error).toMatchObject({ code: "40003", connectionInvalidated: true });
        expect(attemptsAfterTheCut).toBe(0);
        const after = await balances();
        // Certain are only these: the server never saw it, and the server has answered it.
        if (moment === "before") expect(after).toEqual(before);
        if (moment === "answered") expect(after).not.toEqual(before);
        expect((after[0] as number) + (after[1] as number)).toBe(2000);
      }
    },
  );

  test("while the commit is under way, and the work is idempotent: it is run again", async () => {
    for (const moment of ["before", "after", "answered"] as const) {
      proxy.cutAt(end, moment);
      let attempts = 0;
      await runTransaction(
        engine,
        async (conn) => {
          attempts++;
          await conn.execute(text("UPDATE accounts SET balance = 500 WHERE id = 1"));
        },
        { ...quick, idempotent: true },
      );
      // More when the transaction that was cut off still held its locks.
      expect(attempts).toBeGreaterThanOrEqual(2);
      expect(await balances()).toEqual([500, 1000]);
    }
  });

  test("while idempotent work is committed, and it is given up later: the outcome is not known", async () => {
    for (const limit of [{ maxRetries: 2 }, { deadline: new Date(Date.now() + 20_000), maxRetries: 1 }]) {
      proxy.cutAt(end, "answered");
      proxy.cutAt(/^SELECT balance/, "before", 3);
      const balance = (await balances())[0] as number;
      let attempts = 0;
      const error = await runTransaction(
        engine,
        async (conn) => {
          if (++attempts > 1) await conn.execute(text("SELECT balance FROM accounts"));
          await conn.execute(sql`UPDATE accounts SET balance = ${balance - 10} WHERE id = 1`);
        },
        { ...quick, ...limit, idempotent: true },
      ).catch((e: unknown) => e);
      proxy.forgetFaults();
      expect(error).toBeInstanceOf(AmbiguousCommitError);
      expect(await balances()).toEqual([balance - 10, 1000]);
    }
  });

  test("while deferred writes travel with the commit: the outcome is not known", async () => {
    proxy.cutAt(/^UPDATE accounts/, "after");
    const error = await runTransaction(engine, async (conn) => {
      await conn.execute(text("SELECT 1"));
      conn.defer(text("UPDATE accounts SET balance = 0 WHERE id = 1"));
    }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(AmbiguousCommitError);
  });

  test.runIf(isCockroach)(
    "after RELEASE was answered: the transaction is committed, whatever becomes of the closing COMMIT",
    async () => {
      for (const moment of ["before", "after", "answered"] as const) {
        const [first] = await balances();
        proxy.cutAt(/^COMMIT/, moment);
        await runTransaction(engine, transfer, quick);
        expect((await balances())[0]).toBe((first as number) - 10);
      }
      expect(await engine.scalar(text("SELECT 1 AS one"))).toBe(1);
    },
  );

  test("between the answer to the commit and the end of its exchange: it is known to be committed", async () => {
    for (const options of [{}, { useCockroachRestart: false }]) {
      const before = (await balances())[0] as number;
      // ReadyForQuery has six bytes, and the answer to the batch comes whole.
      proxy.dropReadyAfter(/^(?:COMMIT|RELEASE)/);
      await runTransaction(engine, transfer, { ...quick, ...options });
      expect(proxy.faultsHit).toBeGreaterThan(0);
      expect((await balances())[0]).toBe(before - 10);
    }
    await using conn = await engine.connect();
    await transfer(conn);
    proxy.dropReadyAfter(/^COMMIT/);
    await conn.commit();
    expect(await conn.scalar(text("SELECT balance FROM accounts WHERE id = 1"))).toBe(970);
  });

  test("by commit() of a connection: the outcome is not known, and the next transaction has a new one", async () => {
    await using conn = await engine.connect();
    await transfer(conn);
    proxy.cutAt(/^COMMIT/, "answered");
    await expect(conn.commit()).rejects.toThrow(AmbiguousCommitError);
    expect(conn.invalidated).toBe(true);
    expect(await conn.scalar(text("SELECT balance FROM accounts WHERE id = 1"))).toBe(990);
    expect(conn.invalidated).toBe(false);
  });

  test("in a transaction of a connection: nothing was committed, and rollback() makes it usable again", async () => {
    await using conn = await engine.connect();
    await conn.execute(text("UPDATE accounts SET balance = 0 WHERE id = 1"));
    proxy.cutAll();
    const error = await conn.execute(text("SELECT 1")).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ConnectionLostError);
    await expect(conn.execute(text("SELECT 1"))).rejects.toThrow(/call rollback\(\)/);
    await expect(conn.commit()).rejects.toThrow(ConnectionLostError);
    await conn.rollback();
    expect(await conn.scalar(text("SELECT balance FROM accounts WHERE id = 1"))).toBe(1000);
  });

  test.each<[string, string]>([
    ["that writes", "UPDATE accounts SET balance = balance + 1 WHERE id = 1"],
    ["that explains by doing", "EXPLAIN ANALYZE UPDATE accounts SET balance = balance + 1 WHERE id = 1"],
  ])("during a statement %s and commits by itself: the outcome is not known", async (_, statement) => {
    await engine.execute(text("SELECT 1"));
    proxy.cutAt(/^(?:UPDATE|EXPLAIN)/, "after");
    await expect(engine.execute(text(statement))).rejects.toThrow(AmbiguousCommitError);
  });

  test("during a SELECT that commits by itself: it can be run again", async () => {
    proxy.cutAt(/^SELECT balance/, "answered");
    await expect(engine.execute(text("SELECT balance FROM accounts"))).rejects.toThrow(ConnectionLostError);
    expect((await engine.execute(text("SELECT balance FROM accounts"))).length).toBe(2);
  });

  test("while idle in the pool: nothing happens, and the next user gets a new one", async () => {
    await Promise.all([1, 2, 3].map(() => engine.execute(text("SELECT pg_sleep(0.05)"))));
    for (const cut of [() => proxy.cutAll(), () => proxy.endAll()]) {
      const gone = new Promise<void>((resolve) => {
        const end = engine.on("close", () => {
          if (engine.pool.status().idle > 0) return;
          end();
          resolve();
        });
      });
      cut();
      await gone;
      expect(await engine.scalar(text("SELECT 1 AS one"))).toBe(1);
    }
  });

  test("while idle in somebody's hands: without a transaction, the next statement takes a new one", async () => {
    for (const isolationLevel of ["AUTOCOMMIT", "SERIALIZABLE"] as const) {
      await using conn = await engine.connect({ isolationLevel });
      await conn.execute(text("SELECT 1"));
      await conn.commit();
      const lost = new Promise<void>((resolve) => {
        const end = engine.on("invalidate", () => {
          end();
          resolve();
        });
      });
      proxy.cutAll();
      await lost;
      expect(await conn.scalar(text("SELECT 1 AS one"))).toBe(1);
    }
  });

  test("in a statement that commits by itself: the next one takes a new connection", async () => {
    await using conn = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
    proxy.cutAt(/^SELECT 1$/, "after");
    await expect(conn.execute(text("SELECT 1"))).rejects.toThrow(ConnectionLostError);
    expect(await conn.scalar(text("SELECT 2 AS two"))).toBe(2);
  });

  test("while idle in a transaction: runTransaction runs it again", async () => {
    let attempts = 0;
    await runTransaction(
      engine,
      async (conn) => {
        attempts++;
        await conn.execute(text("SELECT 1"));
        if (attempts === 1) {
          const lost = new Promise<void>((resolve) => {
            const end = engine.on("invalidate", () => {
              end();
              resolve();
            });
          });
          proxy.cutAll();
          await lost;
        }
        await transfer(conn);
      },
      quick,
    );
    // More when the transaction that was cut off still held its locks.
    expect(attempts).toBeGreaterThanOrEqual(2);
    expect(await balances()).toEqual([990, 1010]);
  });

  test("while idle before a commit without answers outstanding: the commit was not sent, so it is run again", async () => {
    let attempts = 0;
    await runTransaction(
      engine,
      async (conn) => {
        attempts++;
        await transfer(conn);
        if (attempts > 1) return;
        const lost = new Promise<void>((resolve) => {
          const end = engine.on("invalidate", () => {
            end();
            resolve();
          });
        });
        proxy.cutAll();
        await lost;
      },
      quick,
    );
    // More when the transaction that was cut off still held its locks.
    expect(attempts).toBeGreaterThanOrEqual(2);
    expect(await balances()).toEqual([990, 1010]);
  });

  test.each([1, 100, 5_000, 60_000])(
    "in the middle of rows, after %i bytes: the attempt is run again",
    async (bytes) => {
      let attempts = 0;
      const rows = await runTransaction(
        engine,
        async (conn) => {
          attempts++;
          await conn.execute(text("SELECT 1"));
          if (attempts === 1) proxy.cutAfterBytes("server", bytes);
          return (await conn.execute(text("SELECT n FROM generate_series(1, 20000) AS g (n)"))).length;
        },
        quick,
      );
      // More when the transaction that was cut off still held its locks.
      expect(attempts).toBeGreaterThanOrEqual(2);
      expect(rows).toBe(20_000);
    },
  );

  test.each([true, false])(
    "in the middle of a stream (in a transaction: %s): the stream fails, the pool goes on",
    async (inTransaction) => {
      const conn = await engine.connect(inTransaction ? {} : { isolationLevel: "AUTOCOMMIT" });
      let rows = 0;
      await expect(
        (async () => {
          for await (const _ of conn.stream(text("SELECT n FROM generate_series(1, 20000) AS g (n)"), {
            batchSize: 100,
          })) {
            if (++rows === 250) proxy.cutAfterBytes("server", 1_000);
          }
        })(),
      ).rejects.toThrow(ConnectionLostError);
      expect(rows).toBeLessThan(20_000);
      await conn.close();
      expect(await engine.scalar(text("SELECT 1 AS one"))).toBe(1);
    },
  );

  test("again and again: maxRetries holds for lost connections, too", async () => {
    proxy.cutAt(/^UPDATE/, "before", Infinity);
    let attempts = 0;
    await expect(
      runTransaction(
        engine,
        (conn) => {
          attempts++;
          return transfer(conn);
        },
        { ...quick, maxRetries: 3 },
      ),
    ).rejects.toMatchObject({ name: "MaxRetriesExceeded", cause: expect.any(ConnectionLostError) });
    expect(attempts).toBe(4);
  });
});

describe("the server", () => {
  test("does not answer: a timeout cuts the connection after its grace", { timeout: 30_000 }, async () => {
    await using conn = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
    await conn.execute(text("SELECT 1"));
    proxy.stall();
    await expect(conn.execute(text("SELECT 2"), undefined, { timeout: 50 })).rejects.toThrow(ConnectionLostError);
    proxy.resume();
    await conn.rollback();
    expect(await conn.scalar(text("SELECT 3 AS three"))).toBe(3);
  });

  test("refuses new connections for a while: runTransaction goes on when it is back", async () => {
    let attempts = 0;
    await runTransaction(
      engine,
      async (conn) => {
        if (++attempts === 1) {
          await conn.execute(text("SELECT 1"));
          proxy.refuse();
          proxy.cutAll();
        }
        await transfer(conn);
      },
      {
        baseBackoff: 1,
        maxBackoff: 1,
        onRetry: ({ attempt }) => {
          if (attempt === 4) proxy.resume();
        },
      },
    );
    // More when the transaction that was cut off still held its locks.
    expect(attempts).toBeGreaterThanOrEqual(2);
    expect(await balances()).toEqual([990, 1010]);
  });
});
