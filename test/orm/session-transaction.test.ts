import {
  c,
  ChainTransaction,
  type Engine,
  insert,
  MetaData,
  runTransaction,
  select,
  SerializationError,
  text,
} from "tegmen";
import type { Session } from "tegmen/orm";
import { entity, sessionmaker, type SessionMaker } from "tegmen/orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { FaultProxy } from "../support/fault-proxy.ts";
import { allReturned, isCockroach, openDatabase, type TestDatabase } from "../support/server.ts";

const metadata = new MetaData();
class Account extends entity(
  "accounts",
  { id: c.int().primaryKey(), owner: c.string().notNull().default("nobody"), balance: c.int().notNull().default(0) },
  {},
  { metadata },
) {}

let database: TestDatabase;
let proxy: FaultProxy;
let engine: Engine;
let makeSession: SessionMaker;
beforeAll(async () => {
  database = await openDatabase();
  proxy = await FaultProxy.start(database.url);
  engine = database.engine({ poolSize: 1, maxOverflow: 0 }, proxy.url(database.url));
  await metadata.createAll(engine);
  makeSession = sessionmaker(engine);
});
afterAll(async () => {
  await engine.dispose();
  await proxy[Symbol.asyncDispose]();
  await database.drop();
});
beforeEach(async () => {
  await engine.execute(text("DELETE FROM accounts"));
  await engine.execute(insert(Account).values(Array.from({ length: 200 }, (_, id) => ({ id, balance: 100 }))));
  await allReturned(engine);
  proxy.forgetTurns();
});

const conflict = (): Error => new SerializationError("restart transaction: made up", { code: "40001" });

/** Turns until the result of a transaction is known: the closing COMMIT after RELEASE delays nobody. */
function turnsUntilCommitted(): number {
  const commit = isCockroach ? /^RELEASE SAVEPOINT cockroach_restart/ : /^COMMIT/;
  return proxy.turns.findIndex((turn) => turn.some((statement) => commit.test(statement))) + 1;
}

async function balances(): Promise<readonly number[]> {
  const result = await engine.execute(select(Account.balance).orderBy(Account.id).limit(3));
  return result.scalars().all();
}

describe("runTransaction with a sessionmaker", () => {
  test("loads and saves 200 objects in 2 turns", async () => {
    await runTransaction(makeSession, async (session) => {
      for (const account of await session.scalars(select(Account))) account.balance += 1;
    });
    expect(turnsUntilCommitted()).toBe(2);
    expect(await balances()).toEqual([101, 101, 101]);
  });

  test("inserts and commits in 1 turn", async () => {
    await runTransaction(makeSession, (session) => {
      session.addAll([new Account({ id: 1000 }), new Account({ id: 1001 })]);
    });
    expect(turnsUntilCommitted()).toBe(1);
  });

  test("gives each attempt a new Session, and releases all of them", async () => {
    const sessions = new Set<Session>();
    const result = await runTransaction(
      makeSession,
      async (session) => {
        sessions.add(session);
        const account = await session.getOne(Account, 1);
        account.balance += 1;
        if (sessions.size < 3) throw conflict();
        return account;
      },
      { baseBackoff: 0, maxBackoff: 0 },
    );
    expect(sessions.size).toBe(3);
    expect(result.balance).toBe(101);
    expect([...sessions].map((session) => [...session].length)).toEqual([0, 0, 0]);
    await allReturned(engine);
    expect((await balances())[1]).toBe(101);
  });

  test("runs again after a conflict in a query, in the flush and at the commit", async () => {
    for (const where of ["query", "flush", "commit"]) {
      let attempts = 0;
      await runTransaction(
        makeSession,
        async (session) => {
          const account = await session.getOne(Account, 2);
          account.balance += 1;
          if (attempts++ > 0) return;
          if (where === "query") await session.execute(text("SELECT crdb_internal.force_retry('1h')"));
          if (where === "flush")
            session.on("beforeFlush", () => {
              throw conflict();
            });
          if (where === "commit")
            session.on("beforeCommit", () => {
              throw conflict();
            });
        },
        { baseBackoff: 0, maxBackoff: 0 },
      );
      expect(attempts).toBe(2);
    }
    expect((await balances())[2]).toBe(103);
  });

  test("loses nothing when transactions meet", async () => {
    const many = sessionmaker(database.engine({ poolSize: 8 }));
    const add = async (): Promise<void> => {
      for (let round = 0; round < 5; round++) {
        await runTransaction(many, async (session) => {
          const [from, to] = await Promise.all([session.getOne(Account, 0), session.getOne(Account, 1)]);
          from.balance -= 1;
          to.balance += 1;
        });
      }
    };
    await Promise.all(Array.from({ length: 8 }, add));
    expect(await balances()).toEqual([60, 140, 100]);
  });

  test("refuses commit, rollback, close and begin, and says why", async () => {
    await runTransaction(makeSession, async (session) => {
      for (const end of ["commit", "rollback", "close"] as const) {
        await expect(session[end]()).rejects.toThrow(
          `its callback may not call session.${end}(). Return to commit, throw to roll back`,
        );
      }
      await expect(session.begin()).rejects.toThrow("session.begin()");
      await expect(session.execute(text("COMMIT"))).rejects.toThrow("its callback may not do so in SQL");
      (await session.getOne(Account, 0)).balance = 7;
      await session.flush();
    });
    expect((await balances())[0]).toBe(7);
  });

  test("rolls back and releases when the work throws", async () => {
    const boom = new Error("boom");
    await expect(
      runTransaction(makeSession, async (session) => {
        (await session.getOne(Account, 0)).balance = 7;
        await session.flush();
        throw boom;
      }),
    ).rejects.toBe(boom);
    await allReturned(engine);
    expect((await balances())[0]).toBe(100);
  });

  test("joins where it runs already", async () => {
    await runTransaction(makeSession, async (session) => {
      (await session.getOne(Account, 0)).balance = 1;
      await runTransaction(session, async (same) => {
        expect(same).toBe(session);
        (await same.getOne(Account, 1)).balance = 2;
      });
    });
    expect(await balances()).toEqual([1, 2, 100]);
    await runTransaction(engine, async (conn) => {
      await runTransaction(sessionmaker(conn), async (session) => {
        (await session.getOne(Account, 2)).balance = 3;
      });
      expect(await conn.scalar(select(Account.balance).where(Account.id.eq(2)))).toBe(3);
    });
    expect(await balances()).toEqual([1, 2, 3]);
  });

  test("runs a chain, each piece in a nested transaction", async () => {
    const results = await runTransaction(
      makeSession,
      () =>
        new ChainTransaction<number, Session>([
          async (session) => ((await session.getOne(Account, 0)).balance = 1),
          async (session) => ((await session.getOne(Account, 1)).balance = 2),
        ]),
    );
    expect(results).toEqual([1, 2]);
    expect(await balances()).toEqual([1, 2, 100]);
  });
});

describe("runTransaction with a Session", () => {
  test("puts its objects back before the next attempt", async () => {
    await using session = makeSession();
    const known = await session.getOne(Account, 0);
    await session.commit();
    let attempts = 0;
    const added: Account[] = [];
    const result = await runTransaction(
      session,
      async (same) => {
        const account = await same.getOne(Account, 0);
        expect(account).toBe(known);
        expect(account.balance).toBe(100);
        account.balance += 1;
        added.push(new Account({ id: 500 + attempts }));
        same.add(added.at(-1)!);
        await same.flush();
        if (attempts++ === 0) throw conflict();
        return account;
      },
      { baseBackoff: 0, maxBackoff: 0 },
    );
    expect(result).toBe(known);
    expect(known.balance).toBe(101);
    expect(added.map((account) => session.contains(account))).toEqual([false, true]);
    expect(await session.get(Account, 500)).toBeNull();
    expect(await session.get(Account, 501)).toBe(added[1]);
  });

  test("refuses a Session with a transaction, or with changes", async () => {
    await using session = makeSession();
    await session.get(Account, 0);
    await expect(runTransaction(session, () => {})).rejects.toThrow("A transaction is open on this Session already");
    await session.rollback();
    session.add(new Account({ id: 999 }));
    await expect(runTransaction(session, () => {})).rejects.toThrow("has changes that are not written");
  });

  test("refuses what is no transactor", async () => {
    await expect(runTransaction({} as never, () => {})).rejects.toThrow("a sessionmaker or a Session");
  });
});
