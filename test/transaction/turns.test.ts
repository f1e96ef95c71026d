import { type Engine, runTransaction, sql, text } from "tegmen";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { FaultProxy } from "../support/fault-proxy.ts";
import { isCockroach, openDatabase, type TestDatabase } from "../support/server.ts";

let database: TestDatabase;
let proxy: FaultProxy;
let engine: Engine;
beforeAll(async () => {
  database = await openDatabase();
  proxy = await FaultProxy.start(database.url);
  engine = database.engine({ poolSize: 1, maxOverflow: 0 }, proxy.url(database.url));
  await engine.execute(text("CREATE TABLE accounts (id INT8 PRIMARY KEY, balance INT8 NOT NULL)"));
  await engine.execute(text("INSERT INTO accounts VALUES (1, 100), (2, 100)"));
});
afterAll(async () => {
  await engine.dispose();
  await proxy[Symbol.asyncDispose]();
  await database.drop();
});
beforeEach(async () => {
  // The connection of the last test is idle again.
  await engine.execute(text("SELECT 1"));
  proxy.forgetTurns();
});

const read = sql<{ balance: number }>`SELECT balance FROM accounts WHERE id = ${1}`;
const debit = sql`UPDATE accounts SET balance = balance - ${1} WHERE id = ${1}`;
const credit = sql`UPDATE accounts SET balance = balance + ${1} WHERE id = ${2}`;

/** Turns until the result of a transaction is known: the closing COMMIT after RELEASE delays nobody. */
function turnsUntilCommitted(): number {
  const commit = isCockroach ? /^RELEASE SAVEPOINT cockroach_restart/ : /^COMMIT/;
  return proxy.turns.findIndex((turn) => turn.some((statement) => commit.test(statement))) + 1;
}

describe("wire turns", () => {
  test("a statement that commits by itself: 1", async () => {
    await engine.execute(debit);
    expect(proxy.turns).toHaveLength(1);
    await engine.scalar(read);
    expect(proxy.turns).toHaveLength(2);
  });

  test("read and commit as you go: 2", async () => {
    await engine.connect(async (conn) => {
      await conn.execute(read);
      await conn.commit();
    });
    expect(proxy.turns).toHaveLength(2);
    expect(proxy.turns[0]?.[0]).toBe("BEGIN");
  });

  test("a single write in begin(): 2", async () => {
    await engine.begin((conn) => conn.execute(debit));
    expect(proxy.turns).toHaveLength(2);
  });

  test("writes only deferred, and their commit: 1", async () => {
    await engine.begin(async (conn) => {
      conn.defer(debit);
      conn.defer(credit);
    });
    expect(proxy.turns).toHaveLength(1);
  });

  test("runTransaction with one read and two writes: 2 with defer", async () => {
    await runTransaction(engine, async (conn) => {
      await conn.execute(read);
      conn.defer(debit);
      conn.defer(credit);
    });
    expect(turnsUntilCommitted()).toBe(2);
  });

  test("runTransaction with one read and two writes: 3 with the writes awaited together", async () => {
    await runTransaction(engine, async (conn) => {
      await conn.execute(read);
      await Promise.all([conn.execute(debit), conn.execute(credit)]);
    });
    expect(turnsUntilCommitted()).toBe(3);
  });

  test("runTransaction knows its result before the closing COMMIT is answered", async () => {
    await runTransaction(engine, (conn) => conn.execute(debit));
    expect(turnsUntilCommitted()).toBe(2);
    expect(proxy.turns.slice(0, 2).flat()).not.toContain(isCockroach ? "COMMIT" : "RELEASE");
  });

  test("nested savepoints: none", async () => {
    await runTransaction(engine, async (conn) => {
      await conn.execute(read);
      await conn.beginNested(async () => {
        await conn.beginNested(async () => {
          conn.defer(debit);
        });
        conn.defer(credit);
      });
    });
    expect(turnsUntilCommitted()).toBe(2);
    expect(proxy.turns.flat().filter((statement) => statement.startsWith("SAVEPOINT tegmen"))).toHaveLength(2);
  });

  test("statements started together share a turn, in any number", async () => {
    await engine.connect(async (conn) => {
      await Promise.all(Array.from({ length: 20 }, () => conn.execute(read)));
      await conn.rollback();
    });
    expect(proxy.turns).toHaveLength(2);
  });

  test("a retry costs the turns of the attempt: the fresh start travels alone, while it waits", async () => {
    let attempts = 0;
    await runTransaction(
      engine,
      async (conn) => {
        await conn.execute(debit);
        if (++attempts === 1) throw Object.assign(new Error("conflict"), { code: "40001" });
      },
      { baseBackoff: 0, maxBackoff: 0 },
    );
    expect(turnsUntilCommitted()).toBe(4);
  });

  test("a transaction that does nothing: 0", async () => {
    await runTransaction(engine, () => {});
    await engine.begin(async () => {});
    expect(proxy.turns).toHaveLength(0);
  });
});
