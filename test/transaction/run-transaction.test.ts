import {
  ArgumentError,
  ChainTransaction,
  type Connection,
  type Engine,
  MaxRetriesExceeded,
  QueryCanceledError,
  runTransaction,
  SerializationError,
  sql,
  text,
  TransactionStateError,
  UniqueViolation,
} from "tegmen";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { FaultProxy } from "../support/fault-proxy.ts";
import { allReturned, isCockroach, openDatabase, type TestDatabase } from "../support/server.ts";

let database: TestDatabase;
let engine: Engine;
beforeAll(async () => {
  database = await openDatabase();
  engine = database.engine({ poolSize: 4, maxOverflow: 0, poolTimeout: 10_000 });
  await engine.execute(text("CREATE TABLE t (id INT8 PRIMARY KEY, n INT8 NOT NULL DEFAULT 0)"));
});
afterAll(() => database.drop());
beforeEach(() => engine.execute(text("DELETE FROM t")));

const insert = (id: number) => sql`INSERT INTO t (id) VALUES (${id})`;
const ids = async (): Promise<readonly unknown[]> =>
  (await engine.execute(text("SELECT id FROM t ORDER BY id"))).scalars().all();
const conflict = (): Error => Object.assign(new Error("restart transaction: made up"), { code: "40001" });
/** Options that do not let tests wait. */
const quick = { baseBackoff: 0, maxBackoff: 0 };

/** Two connections that conflict with certainty: the work reads, another writes in between, the work writes. */
async function conflicting(attempt: number, conn: Connection): Promise<void> {
  await conn.execute(text("SELECT n FROM t WHERE id = 1"));
  if (attempt === 1) {
    await engine.execute(text("UPDATE t SET n = n + 100 WHERE id = 1"));
  }
}

describe("an attempt that succeeds", () => {
  test("commits and returns what the callback returned", async () => {
    const result = await runTransaction(engine, async (conn) => {
      await conn.execute(insert(1));
      return { any: "thing" };
    });
    expect(result).toEqual({ any: "thing" });
    expect(await ids()).toEqual([1]);
    await allReturned(engine);
  });

  test("runs on a connection of the user's, which stays open", async () => {
    await using conn = await engine.connect();
    await runTransaction(conn, (tx) => tx.execute(insert(1)));
    expect(conn.inTransaction).toBe(false);
    await conn.execute(insert(2));
    await conn.rollback();
    await runTransaction(conn, (tx) => tx.execute(insert(3)));
    expect(await ids()).toEqual([1, 3]);
  });

  test("that sends nothing needs no commit", async () => {
    expect(await runTransaction(engine, () => 7)).toBe(7);
  });

  test.each([
    { useCockroachRestart: false },
    { isolationLevel: "READ COMMITTED" },
    { priority: "LOW" },
    { readOnly: false },
  ] as const)("with %j", async (options) => {
    if (!isCockroach && "priority" in options) return;
    await runTransaction(engine, (conn) => conn.execute(insert(1)), options);
    expect(await ids()).toEqual([1]);
  });

  test("readOnly refuses writes", async () => {
    await expect(runTransaction(engine, (conn) => conn.execute(insert(1)), { readOnly: true })).rejects.toMatchObject({
      code: "25006",
    });
  });

  test("writes only deferred are committed", async () => {
    await runTransaction(engine, (conn) => {
      conn.defer(insert(1));
      conn.defer(insert(2));
    });
    expect(await ids()).toEqual([1, 2]);
  });
});

describe("an error in the callback", () => {
  test("rolls back and is passed on as it is", async () => {
    const oops = new Error("oops");
    await expect(
      runTransaction(engine, async (conn) => {
        await conn.execute(insert(1));
        throw oops;
      }),
    ).rejects.toBe(oops);
    expect(await ids()).toEqual([]);
    await allReturned(engine);
  });

  test("of the database is not retried unless it is a conflict", async () => {
    let attempts = 0;
    await expect(
      runTransaction(engine, async (conn) => {
        attempts++;
        await conn.execute(insert(1));
        await conn.execute(insert(1));
      }),
    ).rejects.toThrow(UniqueViolation);
    expect(attempts).toBe(1);
    expect(await ids()).toEqual([]);
  });

  test("that the callback swallows does not become a commit of half the work", async () => {
    const error = await runTransaction(engine, async (conn) => {
      await conn.execute(insert(1));
      await conn.execute(insert(1)).catch(() => {});
      return "fine";
    }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(TransactionStateError);
    expect((error as Error).cause).toBeInstanceOf(UniqueViolation);
    expect(await ids()).toEqual([]);
  });

  test("in a savepoint that was rolled back does not hinder the commit", async () => {
    await runTransaction(engine, async (conn) => {
      await conn.execute(insert(1));
      await conn.beginNested(() => conn.execute(insert(1))).catch(() => {});
    });
    expect(await ids()).toEqual([1]);
  });

  test("in the callback before anything was sent", async () => {
    await expect(runTransaction(engine, () => Promise.reject(new Error("early")))).rejects.toThrow("early");
    await allReturned(engine);
  });

  test("of a deferred statement comes from the commit, with its place", async () => {
    const error = (await runTransaction(engine, async (conn) => {
      await conn.execute(insert(1));
      deferredHere(conn);
    }).catch((e: unknown) => e)) as Error;
    expect(error).toBeInstanceOf(UniqueViolation);
    expect(error.stack).toContain("deferredHere");
    expect(await ids()).toEqual([]);
  });
});

function deferredHere(conn: Connection): void {
  conn.defer(insert(1));
}

describe("conflicts", () => {
  beforeEach(() => engine.execute(insert(1)));

  const protocols = [{ useCockroachRestart: true }, { useCockroachRestart: false }];

  test.runIf(isCockroach).each(protocols)(
    "of the server are retried, whichever statement they come from: %j",
    async (protocol) => {
      let attempt = 0;
      const retries: number[] = [];
      await runTransaction(
        engine,
        async (conn) => {
          attempt++;
          await conflicting(attempt, conn);
          await conn.execute(text("UPDATE t SET n = n + 1 WHERE id = 1"));
        },
        { ...protocol, ...quick, onRetry: (event) => void retries.push(event.attempt) },
      );
      expect(attempt).toBeGreaterThanOrEqual(isCockroach ? 1 : 2);
      expect(retries.length).toBe(attempt - 1);
      expect(await engine.scalar(text("SELECT n FROM t WHERE id = 1"))).toBe(101);
    },
  );

  test.each(protocols)("that come with the commit, from deferred writes, are retried: %j", async (protocol) => {
    let attempt = 0;
    await runTransaction(
      engine,
      async (conn) => {
        attempt++;
        await conflicting(attempt, conn);
        conn.defer(text("UPDATE t SET n = n + 1 WHERE id = 1"));
      },
      { ...protocol, ...quick },
    );
    expect(await engine.scalar(text("SELECT n FROM t WHERE id = 1"))).toBe(101);
  });

  test.each<[string, (error: unknown) => unknown]>([
    ["swallowed", () => undefined],
    ["replaced by another error", () => new Error("something went wrong")],
    ["wrapped as a cause", (error) => new Error("wrapped", { cause: new Error("twice", { cause: error }) })],
    ["wrapped as TypeORM does", (error) => Object.assign(new Error("x"), { driverError: error })],
    ["wrapped as Sequelize does", (error) => Object.assign(new Error("x"), { parent: error, original: error })],
    ["in an AggregateError", (error) => new AggregateError([new Error("other"), error])],
  ])("%s are retried", async (_, wrap) => {
    let attempt = 0;
    let seen = 0;
    await runTransaction(
      engine,
      async (conn) => {
        attempt++;
        try {
          await conflicting(attempt, conn);
          await conn.execute(text("UPDATE t SET n = n + 1 WHERE id = 1"));
        } catch (error) {
          seen++;
          const wrapped = wrap(error);
          if (wrapped !== undefined) throw wrapped;
        }
      },
      quick,
    );
    expect(attempt).toBe(seen + 1);
    expect(await engine.scalar(text("SELECT n FROM t WHERE id = 1"))).toBe(101);
  });

  test.each(protocols)(
    "thrown by the callback itself are retried, and nothing of the attempt is kept: %j",
    async (protocol) => {
      let attempt = 0;
      await runTransaction(
        engine,
        async (conn) => {
          await conn.execute(insert(10 + attempt++));
          if (attempt < 4) throw conflict();
        },
        { ...protocol, ...quick },
      );
      expect(attempt).toBe(4);
      expect(await ids()).toEqual([1, 13]);
    },
  );

  test("in a nested transaction run the whole again", async () => {
    let attempt = 0;
    await runTransaction(
      engine,
      async (conn) => {
        attempt++;
        await conn.execute(insert(20 + attempt));
        await conn.beginNested(async () => {
          await conn.execute(insert(30 + attempt));
          if (attempt < 3) throw conflict();
        });
      },
      quick,
    );
    expect(await ids()).toEqual([1, 23, 33]);
  });

  test.runIf(isCockroach)(
    "a conflict of the last attempt does not turn a later error of the callback into a retry",
    async () => {
      let attempt = 0;
      const oops = new Error("oops");
      await expect(
        runTransaction(
          engine,
          async (conn) => {
            if (++attempt > 1) throw oops;
            await conn.execute(text("SELECT 1"));
            // Its answer, a conflict, comes when the attempt is over already.
            conn.execute(text("SELECT crdb_internal.force_retry('1h')")).catch(() => {});
            throw conflict();
          },
          quick,
        ),
      ).rejects.toBe(oops);
      expect(attempt).toBe(2);
    },
  );

  test("a branch of the callback that nobody waits for cannot write into the next attempt", async () => {
    let attempt = 0;
    const stray: Promise<unknown>[] = [];
    const inSecond = withResolvers();
    await runTransaction(
      engine,
      async (conn) => {
        attempt++;
        await conn.execute(insert(40 + attempt));
        if (attempt === 1) {
          stray.push(inSecond.promise.then(() => conn.execute(insert(99))));
          throw conflict();
        }
        inSecond.resolve();
        await expect(stray[0]).rejects.toThrow(TransactionStateError);
      },
      quick,
    );
    expect(await ids()).toEqual([1, 42]);
  });

  test("the connection of a transaction that has ended is of no use", async () => {
    let kept: Connection | undefined;
    await runTransaction(engine, async (conn) => {
      kept = conn;
      await conn.execute(insert(2));
    });
    await expect(kept!.execute(insert(3))).rejects.toThrow(/attempt of runTransaction is over/);
    expect(() => kept!.defer(insert(3))).toThrow(TransactionStateError);
    await expect(runTransaction(kept!, (conn) => conn.execute(insert(3)))).rejects.toThrow(TransactionStateError);
    expect(await ids()).toEqual([1, 2]);
  });
});

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}

describe("limits of the retries", () => {
  test.each([0, 1, 5])("maxRetries %i means one attempt more", async (maxRetries) => {
    let attempts = 0;
    const last = conflict();
    const error = await runTransaction(
      engine,
      () => {
        attempts++;
        throw attempts === maxRetries + 1 ? last : conflict();
      },
      { maxRetries, ...quick },
    ).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(MaxRetriesExceeded);
    expect((error as Error).cause).toBe(last);
    expect(attempts).toBe(maxRetries + 1);
    await allReturned(engine);
  });

  test("maxRetries null has no limit, and the default is 50", async () => {
    let attempts = 0;
    await runTransaction(
      engine,
      () => {
        if (++attempts < 80) throw conflict();
      },
      { maxRetries: null, ...quick },
    );
    expect(attempts).toBe(80);
    attempts = 0;
    await expect(
      runTransaction(
        engine,
        () => {
          attempts++;
          throw conflict();
        },
        quick,
      ),
    ).rejects.toThrow(MaxRetriesExceeded);
    expect(attempts).toBe(51);
  });

  test("a deadline that is past ends before the callback is called", async () => {
    const work = vi.fn();
    await expect(runTransaction(engine, work, { deadline: new Date(Date.now() - 1) })).rejects.toThrow(
      QueryCanceledError,
    );
    expect(work).not.toHaveBeenCalled();
  });

  test("a deadline ends the retries, and cancels a statement", async () => {
    await expect(
      runTransaction(
        engine,
        () => {
          throw conflict();
        },
        { deadline: new Date(Date.now() + 200), baseBackoff: 5, maxBackoff: 5, maxRetries: null },
      ),
    ).rejects.toThrow(/deadline/);
    await expect(
      runTransaction(engine, (conn) => conn.execute(text("SELECT pg_sleep(30)")), {
        deadline: new Date(Date.now() + 200),
      }),
    ).rejects.toThrow(/deadline/);
    await allReturned(engine);
  });

  test("a deadline ends the wait for a connection", async () => {
    const one = database.engine({ poolSize: 1, maxOverflow: 0 });
    await using _held = await one.connect();
    await expect(runTransaction(one, () => {}, { deadline: new Date(Date.now() + 50) })).rejects.toThrow(/deadline/);
  });

  test("a signal ends the sleep between attempts", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    await expect(
      runTransaction(
        engine,
        async (conn) => {
          await conn.execute(insert(1));
          throw conflict();
        },
        {
          baseBackoff: 1e6,
          maxBackoff: 1e6,
          signal: controller.signal,
          onRetry: () => queueMicrotask(() => controller.abort(reason)),
        },
      ),
    ).rejects.toBe(reason);
    expect(await ids()).toEqual([]);
    await allReturned(engine);
  });

  test("a signal cancels the statement that runs, also one with limits of its own", async () => {
    for (const limits of [undefined, { timeout: 20_000 }]) {
      const controller = new AbortController();
      const reason = new Error("enough");
      const running = runTransaction(
        engine,
        async (conn) => {
          await conn.execute(insert(1));
          setImmediate(() => controller.abort(reason));
          await conn.execute(text("SELECT pg_sleep(30)"), undefined, limits);
        },
        { signal: controller.signal },
      );
      await expect(running).rejects.toBe(reason);
      expect(await ids()).toEqual([]);
    }
  });

  test("a signal that was aborted before calls nothing", async () => {
    const work = vi.fn();
    await expect(runTransaction(engine, work, { signal: AbortSignal.abort(new Error("no")) })).rejects.toThrow("no");
    expect(work).not.toHaveBeenCalled();
  });

  test("what onRetry throws ends the retries", async () => {
    const oops = new Error("no more");
    for (const onRetry of [
      () => {
        throw oops;
      },
      () => Promise.reject(oops),
    ]) {
      let attempts = 0;
      await expect(
        runTransaction(
          engine,
          async (conn) => {
            attempts++;
            await conn.execute(insert(1));
            throw conflict();
          },
          { ...quick, onRetry },
        ),
      ).rejects.toBe(oops);
      expect(attempts).toBe(1);
    }
    expect(await ids()).toEqual([]);
    await allReturned(engine);
  });

  test("onRetry and the retry event tell attempt, error and delay", async () => {
    const own = database.engine();
    const events: unknown[] = [];
    const seen: unknown[] = [];
    own.on("retry", ({ attempt, delay, error }) => events.push({ attempt, delay, error }));
    const error = conflict();
    let attempts = 0;
    await runTransaction(
      own,
      () => {
        if (++attempts < 3) throw error;
      },
      { baseBackoff: 2, maxBackoff: 3, onRetry: (event) => void seen.push(event) },
    );
    expect(seen).toHaveLength(2);
    expect(events).toEqual(seen);
    expect(seen.map((event) => (event as { attempt: number }).attempt)).toEqual([1, 2]);
    for (const event of seen) expect((event as { delay: number }).delay).toBeLessThanOrEqual(3);
  });
});

describe("events", () => {
  test("tell how each attempt begins and ends", async () => {
    const own = database.engine();
    const heard: string[] = [];
    for (const name of ["begin", "savepoint", "commit", "rollback", "retry"] as const)
      own.on(name, () => heard.push(name));
    const restart = isCockroach ? ["begin", "savepoint"] : ["begin"];
    await runTransaction(own, (conn) => conn.execute(insert(1)));
    expect(heard.splice(0)).toEqual([...restart, "commit"]);
    await expect(runTransaction(own, (conn) => conn.execute(insert(1)))).rejects.toThrow(UniqueViolation);
    expect(heard.splice(0)).toEqual([...restart, "rollback"]);
    let attempts = 0;
    await runTransaction(
      own,
      async (conn) => {
        await conn.execute(insert(2));
        if (++attempts === 1) throw conflict();
      },
      { ...quick, useCockroachRestart: true },
    );
    expect(heard).toEqual([...restart, "retry", "rollback", ...(isCockroach ? [] : ["begin"]), "commit"]);
  });
});

describe("guards", () => {
  test.each<[string, (conn: Connection) => unknown]>([
    ["commit()", (conn) => conn.commit()],
    ["rollback()", (conn) => conn.rollback()],
    ["begin()", (conn) => conn.begin()],
    ["close()", (conn) => conn.close()],
    ["COMMIT", (conn) => conn.execute(text("COMMIT"))],
    ["commit in lower case after a comment", (conn) => conn.execute(text("/* x */ -- y\n commit"))],
    ["END", (conn) => conn.execute(text("END"))],
    ["ROLLBACK", (conn) => conn.execute(text("ROLLBACK"))],
    ["ABORT", (conn) => conn.execute(text("ABORT"))],
    ["ROLLBACK TO", (conn) => conn.execute(text("ROLLBACK TO SAVEPOINT cockroach_restart"))],
    ["RELEASE", (conn) => conn.execute(sql`RELEASE SAVEPOINT cockroach_restart`)],
    ["SAVEPOINT", (conn) => conn.execute(text("SAVEPOINT a"))],
    ["BEGIN", (conn) => conn.execute(text("BEGIN"))],
    ["several statements", (conn) => conn.execute(text("SELECT 1; COMMIT; SELECT 2"))],
    ["a deferred COMMIT", (conn) => conn.defer(text("COMMIT"))],
    ["a COMMIT for many sets", (conn) => conn.execute(text("COMMIT"), [{}, {}])],
    [
      "a streamed COMMIT",
      async (conn) => {
        for await (const _ of conn.stream(text("COMMIT"))) void _;
      },
    ],
  ])("%s is refused before anything is sent, and nothing is committed", async (_, misuse) => {
    await using proxy = await FaultProxy.start(database.url);
    const watched = database.engine({ poolSize: 1 }, proxy.url(database.url));
    await watched.execute(text("SELECT 1"));
    proxy.forgetTurns();
    const error = await runTransaction(watched, async (conn) => {
      await conn.execute(insert(1));
      await misuse(conn);
    }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(TransactionStateError);
    expect(proxy.turns.flat().filter((each) => /commit|end|abort|release/i.test(each))).toEqual([]);
    expect(await ids()).toEqual([]);
    await watched.dispose();
  });

  test("the user's own connection is guarded while its transaction runs, and free after it", async () => {
    await using conn = await engine.connect();
    await runTransaction(conn, async () => {
      await conn.execute(insert(1));
      await expect(conn.commit()).rejects.toThrow(TransactionStateError);
      await expect(conn.close()).rejects.toThrow(TransactionStateError);
    });
    await conn.execute(text("SELECT 1"));
    await conn.commit();
    expect(await ids()).toEqual([1]);
  });

  test("a connection with an open transaction is refused", async () => {
    await using conn = await engine.connect();
    await conn.execute(insert(1));
    await expect(runTransaction(conn, () => {})).rejects.toThrow(/open on this connection already/);
  });

  test.each([
    [{ maxRetries: -1 }, /maxRetries/],
    [{ maxRetries: 1.5 }, /maxRetries/],
    [{ maxRetry: 1 }, /maxRetries/],
    [{ baseBackoff: -1 }, /baseBackoff/],
    [{ maxBackoff: Number.NaN }, /maxBackoff/],
    [{ deadline: 1000 }, /deadline/],
    [{ deadline: new Date(Number.NaN) }, /deadline/],
    [{ isolationLevel: "AUTOCOMMIT" }, /AUTOCOMMIT/],
    [{ isolationLevel: "SNAPSHOT" }, /isolationLevel/],
  ])("the option %j is refused", async (options, message) => {
    const work = vi.fn();
    await expect(runTransaction(engine, work, options as never)).rejects.toThrow(message);
    await expect(runTransaction(engine, work, options as never)).rejects.toThrow(ArgumentError);
    expect(work).not.toHaveBeenCalled();
  });

  test("wrong arguments are refused", async () => {
    await expect(runTransaction({} as never, () => {})).rejects.toThrow(ArgumentError);
    await expect(runTransaction(engine, "SELECT 1" as never)).rejects.toThrow(ArgumentError);
  });

  test("a schema change that ends the transaction is told, not retried", async () => {
    const result = await runTransaction(engine, async (conn) => {
      await conn.execute(text("CREATE TABLE IF NOT EXISTS made_inside (id INT8 PRIMARY KEY)"));
    }).then(
      () => "committed",
      (error: unknown) => (error instanceof TransactionStateError ? "told" : error),
    );
    // Depends on the server's autocommit_before_ddl.
    expect(["committed", "told"]).toContain(result);
  });
});

describe("nested runTransaction", () => {
  test("joins the outer one: its conflict runs the outer one again", async () => {
    let outer = 0;
    let inner = 0;
    await runTransaction(
      engine,
      async (conn) => {
        outer++;
        await conn.execute(insert(outer));
        await runTransaction(conn, async (same) => {
          inner++;
          expect(same).toBe(conn);
          await same.execute(insert(10 + inner));
          if (inner < 3) throw conflict();
        });
      },
      quick,
    );
    expect([outer, inner]).toEqual([3, 3]);
    expect(await ids()).toEqual([3, 13]);
  });

  test("its error rolls back all, unless it is swallowed before the database knows of it", async () => {
    await expect(
      runTransaction(engine, async (conn) => {
        await conn.execute(insert(1));
        await runTransaction(conn, () => Promise.reject(new Error("inner")));
      }),
    ).rejects.toThrow("inner");
    expect(await ids()).toEqual([]);
  });
});

describe("ChainTransaction", () => {
  test("runs each in its own nested transaction and returns all results", async () => {
    const results = await runTransaction(
      engine,
      () =>
        new ChainTransaction(
          [1, 2, 3].map((id) => async (conn: Connection) => (await conn.execute(insert(id))).rowCount! + id),
        ),
    );
    expect(results).toEqual([2, 3, 4]);
    expect(await ids()).toEqual([1, 2, 3]);
  });

  test("a conflict in one runs all again, the callback included", async () => {
    let callbacks = 0;
    let second = 0;
    await runTransaction(
      engine,
      async (conn) => {
        callbacks++;
        await conn.execute(insert(callbacks));
        return new ChainTransaction<unknown>([
          (inner) => inner.execute(insert(10 + callbacks)),
          async (inner) => {
            await inner.execute(insert(20 + callbacks));
            if (++second < 3) throw conflict();
          },
        ]);
      },
      quick,
    );
    expect(callbacks).toBe(3);
    expect(await ids()).toEqual([3, 13, 23]);
  });

  test("an error in one rolls back all", async () => {
    await expect(
      runTransaction(
        engine,
        () =>
          new ChainTransaction<unknown>([
            (conn) => conn.execute(insert(1)),
            (conn) => conn.execute(insert(1)),
            (conn) => conn.execute(insert(3)),
          ]),
      ),
    ).rejects.toThrow(UniqueViolation);
    expect(await ids()).toEqual([]);
  });

  test("takes functions only", () => {
    expect(() => new ChainTransaction([1 as never])).toThrow(ArgumentError);
  });
});

describe("injectError", () => {
  test.each([{}, { useCockroachRestart: false }])(
    "has the callback run again, and commits once: %j",
    async (options) => {
      let attempts = 0;
      await runTransaction(
        engine,
        async (conn) => {
          attempts++;
          await conn.execute(insert(1));
        },
        { injectError: true, ...quick, ...options },
      );
      expect(attempts).toBeGreaterThan(1);
      expect(await ids()).toEqual([1]);
      // The connection is as before.
      await engine.execute(insert(2));
    },
  );

  test("raises a SerializationError where the server makes none", async () => {
    const errors: unknown[] = [];
    await runTransaction(engine, () => {}, {
      injectError: true,
      ...quick,
      onRetry: ({ error }) => void errors.push(error),
    });
    expect(errors[0]).toBeInstanceOf(SerializationError);
  });
});
