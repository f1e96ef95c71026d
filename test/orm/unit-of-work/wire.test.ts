import { type AnyColumn, c, deleteFrom, type Engine, func, MetaData, runTransaction, sql } from "tegmen";
import { belongsTo, entity, hasMany, sessionmaker, type SessionMaker, StaleDataError } from "tegmen/orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { FaultProxy } from "../../support/fault-proxy.ts";
import { allReturned, openDatabase, type TestDatabase } from "../../support/server.ts";

const metadata = new MetaData();
const options = { metadata };

class Branch extends entity(
  "branches",
  { id: c.uuid().primaryKey().default(func.genRandomUuid()), city: c.string() },
  { accounts: () => hasMany(Account) },
  options,
) {}

class Account extends entity(
  "accounts",
  {
    id: c.uuid().primaryKey().default(func.genRandomUuid()),
    balance: c.int().notNull().default(0),
    branchId: c.uuid().references((): AnyColumn => Branch.c.id),
  },
  { branch: () => belongsTo(Branch) },
  options,
) {}

class Order extends entity(
  "orders",
  { id: c.rowid().primaryKey(), note: c.string() },
  { lines: () => hasMany(Line) },
  options,
) {}

class Line extends entity(
  "lines",
  { id: c.rowid().primaryKey(), orderId: c.bigint().references((): AnyColumn => Order.c.id) },
  { order: () => belongsTo(Order) },
  options,
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
  for (const one of [Line, Order, Account, Branch]) await engine.execute(deleteFrom(one as typeof Branch));
  await allReturned(engine);
  proxy.forgetTurns();
});

/** What was sent, turn by turn, without what begins and ends transactions. */
function work(): readonly (readonly string[])[] {
  const control = /^(?:BEGIN|COMMIT|SAVEPOINT|RELEASE|ROLLBACK)/;
  return proxy.turns.map((turn) => turn.filter((text) => !control.test(text)));
}

const accounts = (count: number): Account[] => Array.from({ length: count }, () => new Account());

describe("inserts", () => {
  test("a hundred objects of two tables, with keys of their own, and the commit: one turn", async () => {
    await using session = makeSession();
    session.addAll([1, 2].map((n) => new Branch({ city: `c${n}`, accounts: accounts(49) })));
    await session.commit();
    expect(proxy.turns).toHaveLength(1);
    expect(work()[0]).toHaveLength(2);
  });

  test("a hundred objects of two tables, with keys of the server, and the commit: two turns", async () => {
    await using session = makeSession();
    session.addAll(Array.from({ length: 10 }, () => new Order({ lines: Array.from({ length: 9 }, () => new Line()) })));
    await session.commit();
    expect(proxy.turns).toHaveLength(2);
    expect(work().flat()).toHaveLength(2);
  });

  test("the same in runTransaction", async () => {
    await runTransaction(makeSession, async (session) => {
      session.addAll(
        Array.from({ length: 10 }, () => new Order({ lines: Array.from({ length: 9 }, () => new Line()) })),
      );
    });
    expect(work().filter((turn) => turn.length > 0)).toHaveLength(2);
  });

  test("one object and the commit: one turn", async () => {
    await using session = makeSession();
    session.add(new Account());
    await session.commit();
    expect(proxy.turns).toHaveLength(1);
  });

  test("more rows than fit into one statement come before those that refer to them", async () => {
    await using session = makeSession();
    const orders = Array.from({ length: 33_000 }, () => new Order({ note: "x" }));
    orders.at(-1)!.lines.push(new Line());
    session.addAll(orders);
    await session.commit();
    expect(await engine.scalar(sql`SELECT count(*) FROM orders`)).toBe(33_000);
  });
});

describe("updates", () => {
  test("two hundred changes that were read in the transaction, and the commit: one turn", async () => {
    await using session = makeSession();
    const all = accounts(200);
    session.addAll(all);
    await session.flush();
    proxy.forgetTurns();
    all.forEach((account, index) => (account.balance = index));
    await session.commit();
    // Two rows have the balance that they had.
    expect(proxy.turns).toHaveLength(1);
    expect(work()[0]).toHaveLength(1);
  });

  test("changes of rows that were read before are counted before the commit", async () => {
    await using session = makeSession();
    const account = new Account();
    session.add(account);
    await session.commit();
    proxy.forgetTurns();
    account.balance = 5;
    await session.commit();
    expect(proxy.turns).toHaveLength(2);
  });

  test("a stale row is not committed with the others", async () => {
    await using session = makeSession();
    const all = accounts(3);
    session.addAll(all);
    await session.commit();
    await engine.execute(sql`DELETE FROM accounts WHERE id = ${all[1]!.id}`);
    for (const account of all) account.balance = 5;
    await expect(session.commit()).rejects.toThrow(StaleDataError);
    expect(await engine.scalar(sql`SELECT max(balance) FROM accounts`)).toBe(0);
  });
});

describe("everything at once", () => {
  test("inserts, updates and deletes of independent tables: one turn", async () => {
    await using session = makeSession();
    const [branch, ...kept] = [new Branch({ city: "a" }), ...accounts(3)];
    session.addAll([branch, ...kept]);
    await session.flush();
    await session.load(branch, "accounts");
    proxy.forgetTurns();
    branch.city = "b";
    kept[0]!.balance = 5;
    await session.delete(kept[1]!);
    session.addAll([new Account(), new Order()]);
    await session.commit();
    expect(proxy.turns).toHaveLength(1);
    expect(work()[0]!.map((text) => text.split(" ")[0])).toEqual(["UPDATE", "UPDATE", "INSERT", "INSERT", "DELETE"]);
  });

  test("nothing to write: nothing is sent", async () => {
    await using session = makeSession();
    await session.flush();
    await session.commit();
    expect(proxy.turns).toEqual([]);
  });
});
