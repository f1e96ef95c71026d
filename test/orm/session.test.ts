import {
  type AnyColumn,
  c,
  deleteFrom,
  type Engine,
  func,
  insert,
  MetaData,
  select,
  sql,
  text,
  update,
  upsert,
} from "tegmen";
import {
  belongsTo,
  ConcurrentSessionError,
  DetachedInstanceError,
  entity,
  hasMany,
  inspectObject,
  listen,
  NotLoadedError,
  selectinload,
  Session,
  sessionmaker,
  type SessionMaker,
  StaleDataError,
} from "tegmen/orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { FaultProxy } from "../support/fault-proxy.ts";
import { allReturned, openDatabase, type TestDatabase } from "../support/server.ts";

const metadata = new MetaData();

class Branch extends entity(
  "branches",
  { id: c.int().primaryKey(), city: c.string().notNull() },
  { accounts: () => hasMany(Account) },
  { metadata },
) {}

class Account extends entity(
  "accounts",
  {
    id: c.uuid().primaryKey().default(func.genRandomUuid()),
    balance: c.int().notNull().default(0),
    branchId: c.int().references((): AnyColumn => Branch.c.id),
  },
  { branch: () => belongsTo(Branch) },
  { metadata },
) {}

class Rate extends entity(
  "rates",
  { currency: c.string().primaryKey(), day: c.date().primaryKey(), value: c.decimal().notNull() },
  {},
  { metadata },
) {}

class Big extends entity(
  "bigs",
  { id: c.bigint().primaryKey(), version: c.int().notNull().default(1), note: c.string() },
  {},
  { metadata, version: "version" },
) {}

let database: TestDatabase;
let proxy: FaultProxy;
let engine: Engine;
let makeSession: SessionMaker;
beforeAll(async () => {
  database = await openDatabase();
  proxy = await FaultProxy.start(database.url);
  engine = database.engine({ poolSize: 3, maxOverflow: 0 }, proxy.url(database.url));
  await metadata.createAll(engine);
  makeSession = sessionmaker(engine);
});
afterAll(async () => {
  await engine.dispose();
  await proxy[Symbol.asyncDispose]();
  await database.drop();
});
const ids = ["0", "1", "2"].map((digit) => `00000000-0000-4000-8000-00000000000${digit}`);
beforeEach(async () => {
  await engine.begin(async (conn) => {
    await conn.execute(deleteFrom(Account));
    await conn.execute(deleteFrom(Branch));
    await conn.execute(deleteFrom(Rate));
    await conn.execute(deleteFrom(Big));
    await conn.execute(
      insert(Branch).values([
        { id: 1, city: "Rome" },
        { id: 2, city: "Oslo" },
      ]),
    );
    await conn.execute(
      insert(Account).values([
        { id: ids[0]!, balance: 10, branchId: 1 },
        { id: ids[1]!, balance: 20, branchId: 2 },
        { id: ids[2]!, balance: 30 },
      ]),
    );
  });
  proxy.forgetTurns();
});

const statements = (): readonly string[] => proxy.turns.flat();

describe("the identity map", () => {
  test("has one object for each row, whatever read it", async () => {
    await using session = makeSession();
    const branches = (await session.scalars(select(Branch).orderBy(Branch.id))).all();
    expect(branches.map(({ city }) => city)).toEqual(["Rome", "Oslo"]);
    const sent = statements().length;
    expect(await session.get(Branch, 1)).toBe(branches[0]);
    expect(statements()).toHaveLength(sent);
    expect(await session.get(Branch, 3)).toBeNull();
    const rows = (await session.execute(select(Branch).where(Branch.id.eq(2)))).all();
    expect(rows[0]!.branches).toBe(branches[1]);
    expect(session.identityMap.size).toBe(2);
    expect(session.identityMap.get(Branch, 2)).toBe(branches[1]);
    expect(session.identityMap.has(Branch, 3)).toBe(false);
    expect([...session]).toEqual(branches);
  });

  test("reads several keys of one tick by one statement", async () => {
    await using session = makeSession();
    const [first, again, second, missing] = await Promise.all([
      session.get(Account, ids[0]!),
      session.get(Account, ids[0]!.toUpperCase()),
      session.get(Account, ids[1]!),
      session.get(Account, "00000000-0000-4000-8000-000000000009"),
    ]);
    expect(first).toBe(again);
    expect([first!.balance, second!.balance, missing]).toEqual([10, 20, null]);
    expect(statements().filter((statement) => statement.startsWith("SELECT"))).toHaveLength(1);
    expect(proxy.turns).toHaveLength(1);
  });

  test("takes composite keys as objects and lists, and numbers for bigints", async () => {
    await using session = makeSession();
    session.addAll([new Rate({ currency: "EUR", day: "2026-01-01", value: "1.5" }), new Big({ id: 5n })]);
    await session.commit();
    const rate = await session.get(Rate, { currency: "EUR", day: "2026-01-01" });
    expect(rate!.value).toBe("1.5");
    expect(await session.get(Rate, ["EUR", "2026-01-01"])).toBe(rate);
    expect(await session.getOne(Big, 5)).toBe(await session.get(Big, 5n));
    await expect(session.get(Rate, { currency: "EUR" } as never)).rejects.toThrow(
      "session.get() takes the primary key of Rate (currency, day)",
    );
    await expect(session.get(Rate, "EUR" as never)).rejects.toThrow("the primary key of Rate has several columns");
    await expect(session.get(Rate, ["EUR"])).rejects.toThrow("has 2 columns (currency, day), got 1 values");
    await expect(session.get(Branch, { ident: 1 } as never)).rejects.toThrow('"ident" is no column of the primary key');
    await expect(session.get(Branch, null as never)).rejects.toThrow("got NULL");
    await expect(session.get(Date as never, 1)).rejects.toThrow("a class made by entity()");
    await expect(session.getOne(Branch, 77)).rejects.toThrow("There is no Branch with the primary key 77");
  });

  test("keeps objects only as long as somebody else does, from the next transaction on", async () => {
    await using session = makeSession();
    await session.scalars(select(Account));
    const branch = await session.get(Branch, 1);
    await session.commit();
    expect(session.identityMap.size).toBe(4);
    await session.get(Branch, 2);
    await new Promise((resolve) => setImmediate(resolve));
    globalThis.gc!();
    expect(session.identityMap.get(Branch, 1)).toBe(branch);
    expect(session.identityMap.size).toBe(2);
  });

  test("reads rows anew in the next transaction, and keeps what was changed", async () => {
    await using session = makeSession();
    const account = await session.getOne(Account, ids[0]!);
    await session.commit();
    expect(account.balance).toBe(10);
    await engine.execute(update(Account).set({ balance: 99 }));
    expect(await session.get(Account, ids[0]!)).toBe(account);
    expect(account.balance).toBe(99);
    await session.rollback();
    account.branchId = 2;
    await engine.execute(update(Account).set({ balance: 98 }));
    await session.refresh(account, ["balance"]);
    expect([account.balance, account.branchId]).toEqual([98, 2]);
    await session.commit();
    expect(await engine.scalar(select(Account.branchId).where(Account.id.eq(ids[0]!)))).toBe(2);
  });

  test("replaces values by populateExisting and forUpdate", async () => {
    await using session = makeSession();
    const account = await session.getOne(Account, ids[0]!);
    await session.execute(sql`UPDATE accounts SET balance = 11 WHERE id = ${ids[0]!}`);
    expect(await session.get(Account, ids[0]!)).toBe(account);
    expect(account.balance).toBe(10);
    await session.scalars(select(Account), undefined, { populateExisting: true });
    expect(account.balance).toBe(11);
    await session.execute(sql`UPDATE accounts SET balance = 12 WHERE id = ${ids[0]!}`);
    await session.get(Account, ids[0]!, { forUpdate: true });
    expect(account.balance).toBe(12);
    expect(statements().some((statement) => statement.endsWith("FOR UPDATE"))).toBe(true);
  });
});

describe("results", () => {
  test("have objects beside columns, and null where a join found none", async () => {
    await using session = makeSession();
    const result = await session.execute(
      select(Account, Branch.city).leftJoin(Branch, Account.branchId.eq(Branch.id)).orderBy(Account.balance),
    );
    expect(result.all().map(({ accounts, city }) => [accounts.balance, city])).toEqual([
      [10, "Rome"],
      [20, "Oslo"],
      [30, null],
    ]);
    const both = await session.execute(
      select(Account, Branch).leftJoin(Branch, Account.branchId.eq(Branch.id)).orderBy(Account.balance),
    );
    expect(both.all().map(({ branches }) => branches?.city ?? null)).toEqual(["Rome", "Oslo", null]);
    expect((await session.execute(select(Account.balance).orderBy(Account.balance))).first()).toEqual({ balance: 10 });
    expect(await session.scalar(select(func.count()).from(Account))).toBe(3);
    expect((await session.execute(text("SELECT 1 AS one"))).scalar()).toBe(1);
  });

  test("of RETURNING are objects", async () => {
    await using session = makeSession();
    const added = await session.scalars(
      insert(Account)
        .values([{ balance: 1 }, { balance: 2 }])
        .returning(Account),
    );
    expect(added.all().map(({ balance }) => balance)).toEqual([1, 2]);
    const known = added.all()[0]!;
    const upserted = await session.scalars(upsert(Account).values({ id: known.id, balance: 7 }).returning(Account));
    expect(upserted.one()).toBe(known);
    expect(known.balance).toBe(7);
    const rows = await session.execute(insert(Account).values({ balance: 3 }).returning());
    expect(rows.one().balance).toBe(3);
  });

  test("of streams are objects", async () => {
    await using session = makeSession();
    const seen: number[] = [];
    for await (const row of session.stream(select(Account).orderBy(Account.balance), { batchSize: 2 })) {
      seen.push(row.accounts.balance);
    }
    expect(seen).toEqual([10, 20, 30]);
    const loading = session.stream(select(Branch).options(selectinload(Branch.accounts)));
    await expect(async () => {
      for await (const _row of loading);
    }).rejects.toThrow("session.stream() cannot load relations");
  });
});

describe("flush", () => {
  test("writes before a query, in its turn", async () => {
    await using session = makeSession();
    session.add(new Account({ balance: 40 }));
    const balances = (await session.scalars(select(Account.balance).orderBy(Account.balance))).all();
    expect(balances).toEqual([10, 20, 30, 40]);
    expect(proxy.turns).toHaveLength(1);
    expect(session.newObjects).toEqual([]);
  });

  test("writes nothing by itself with autoflush: false", async () => {
    await using session = makeSession({ autoflush: false });
    session.add(new Account({ balance: 40 }));
    expect(await session.scalar(select(func.count()).from(Account))).toBe(3);
    await session.flush();
    expect(await session.scalar(select(func.count()).from(Account))).toBe(4);
  });

  test("and commit share a turn, where what is written was read in the transaction", async () => {
    await using session = makeSession();
    (await session.getOne(Account, ids[0]!)).balance = 11;
    await session.commit();
    expect(proxy.turns).toHaveLength(2);
  });

  test("and commit do not, where nothing guarantees the row counts", async () => {
    await using session = makeSession({ executionOptions: { isolationLevel: "READ COMMITTED" } });
    const account = await session.getOne(Account, ids[0]!);
    account.balance = 11;
    await session.commit();
    expect(statements().at(-1)).toBe("COMMIT");
    expect(proxy.turns.at(-1)).toEqual(["COMMIT"]);
    await using other = makeSession();
    other.add((session.expunge(account), account));
    account.balance = 12;
    await engine.execute(deleteFrom(Account));
    await expect(other.commit()).rejects.toThrow(StaleDataError);
  });

  test("that fails leaves the Session usable after a rollback, and says what came first", async () => {
    await using session = makeSession();
    const twin = new Branch({ id: 1, city: "Rome again" });
    session.add(twin);
    await expect(session.flush()).rejects.toMatchObject({ code: "23505" });
    await expect(session.get(Branch, 2)).rejects.toThrow(
      /A flush of this Session has failed.*session\.rollback\(\).*duplicate key/s,
    );
    await session.rollback();
    expect(inspectObject(twin).transient).toBe(true);
    expect((await session.getOne(Branch, 1)).city).toBe("Rome");
    session.add(twin);
    await expect(session.commit()).rejects.toThrow("has the same primary key as an object that the Session has");
    expect((await session.getOne(Branch, 2)).city).toBe("Oslo");
  });

  test("that fails within the turn of a query says so, rather than the query", async () => {
    await using session = makeSession();
    session.add(new Branch({ id: 1, city: "Rome again" }));
    await expect(session.scalars(select(Account))).rejects.toMatchObject({ code: "23505" });
    await session.rollback();
    session.add(new Branch({ id: 3, city: "Bonn" }));
    await expect(session.execute(text("SELECT no_such_column FROM accounts"))).rejects.toMatchObject({ code: "42703" });
    await session.rollback();
    expect(session.newObjects).toEqual([]);
  });
});

describe("the life of objects", () => {
  test("goes from transient to detached", async () => {
    const account = new Account({ balance: 1 });
    expect(inspectObject(account)).toMatchObject({ status: "transient", transient: true, identity: undefined });
    await using session = makeSession();
    session.add(account);
    expect(inspectObject(account).pending).toBe(true);
    expect(session.newObjects).toEqual([account]);
    expect(session.contains(account)).toBe(true);
    await session.flush();
    expect(inspectObject(account)).toMatchObject({ persistent: true, modified: false, identity: [account.id] });
    account.balance = 5;
    expect(session.dirty).toEqual([account]);
    expect(session.isModified(account)).toBe(true);
    expect(inspectObject(account).history("balance")).toEqual({ added: [5], unchanged: [], deleted: [1] });
    expect(inspectObject(account).history("branchId")).toEqual({ added: [], unchanged: [null], deleted: [] });
    expect(() => inspectObject(account).history("balanse")).toThrow('did you mean "balance"');
    await session.delete(account);
    expect(session.deleted).toEqual([account]);
    await session.flush();
    expect(inspectObject(account).deleted).toBe(true);
    expect(() => session.add(account)).toThrow("was deleted in this transaction");
    await session.commit();
    expect(inspectObject(account).detached).toBe(true);
  });

  test("goes back at a rollback", async () => {
    await using session = makeSession();
    const kept = await session.getOne(Account, ids[0]!);
    const gone = await session.getOne(Account, ids[1]!);
    const added = new Account({ balance: 1 });
    session.add(added);
    kept.balance = 11;
    await session.delete(gone);
    await session.flush();
    kept.balance = 12;
    await session.rollback();
    expect(kept.balance).toBe(10);
    expect([kept, gone, added].map((one) => inspectObject(one).status)).toEqual([
      "persistent",
      "persistent",
      "transient",
    ]);
    expect(session.contains(gone)).toBe(true);
    expect(await session.get(Account, ids[1]!)).toBe(gone);
  });

  test("goes back to a savepoint", async () => {
    await using session = makeSession();
    const account = await session.getOne(Account, ids[0]!);
    account.balance = 11;
    const inner = new Account({ balance: 1 });
    const boom = new Error("boom");
    await expect(
      session.beginNested(async () => {
        account.balance = 12;
        session.add(inner);
        await session.flush();
        account.balance = 13;
        throw boom;
      }),
    ).rejects.toBe(boom);
    expect(account.balance).toBe(11);
    expect(inspectObject(inner).transient).toBe(true);
    await session.beginNested(async () => {
      account.branchId = 2;
    });
    await session.commit();
    const row = await engine.execute(select(Account).where(Account.id.eq(ids[0]!)));
    expect(row.one()).toMatchObject({ balance: 11, branchId: 2 });
    await session.getOne(Account, ids[0]!);
    await session.beginNested(async () => {
      account.balance = 50;
    });
    await session.rollback();
    expect(account.balance).toBe(11);
  });

  test("after a flush that fails in a savepoint, the rest goes on", async () => {
    await using session = makeSession();
    const account = await session.getOne(Account, ids[0]!);
    account.balance = 11;
    await expect(
      session.beginNested(async () => {
        session.add(new Branch({ id: 1, city: "again" }));
      }),
    ).rejects.toMatchObject({ code: "23505" });
    await session.commit();
    expect(await engine.scalar(select(Account.balance).where(Account.id.eq(ids[0]!)))).toBe(11);
  });

  test("expires at commit, if asked to", async () => {
    await using session = makeSession({ expireOnCommit: true });
    const account = await session.getOne(Account, ids[0]!);
    await session.commit();
    expect(account.id).toBe(ids[0]);
    expect(() => account.balance).toThrow(NotLoadedError);
    expect(inspectObject(account).expired).toBe(true);
    await session.refresh(account);
    expect(account.balance).toBe(10);
  });

  test("expires, refreshes, and is expunged", async () => {
    await using session = makeSession();
    const account = await session.getOne(Account, ids[0]!);
    account.balance = 50;
    session.expire(account);
    expect(() => account.balance).toThrow("await session.refresh(object)");
    expect(inspectObject(account).unloaded).toContain("balance");
    await session.get(Account, ids[0]!);
    expect(account.balance).toBe(10);
    session.expire(account, ["balance"]);
    expect(account.branchId).toBe(1);
    await session.refresh(account, ["balance", "branch"]);
    expect([account.balance, account.branch?.city]).toEqual([10, "Rome"]);
    await expect(session.refresh(account, ["balanse" as "balance"])).rejects.toThrow('did you mean "balance"');
    await engine.execute(deleteFrom(Account).where(Account.id.eq(ids[1]!)));
    session.expunge(account.branch!);
    session.expunge(account);
    expect(inspectObject(account).detached).toBe(true);
    expect(() => new Branch({ id: 1 }).accounts).not.toThrow();
    const rome = await session.getOne(Branch, 1);
    session.expunge(rome);
    expect(() => rome.accounts).toThrow("Branch.accounts was not loaded before the object left its Session");
    await expect(session.refresh(account)).rejects.toThrow(DetachedInstanceError);
    await using other = makeSession();
    other.add(account);
    account.balance = 77;
    expect(() => session.add(account)).toThrow("is in another Session");
    await other.commit();
    expect(await engine.scalar(select(Account.balance).where(Account.id.eq(ids[0]!)))).toBe(77);
  });

  test("says what is wrong with objects of the wrong kind", async () => {
    await using session = makeSession();
    expect(() => session.add({})).toThrow("session.add() expects an object of a class made by entity()");
    await expect(session.delete(new Account())).rejects.toThrow("has no row that could be deleted");
    const pending = new Account();
    session.add(pending);
    await expect(session.refresh(pending)).rejects.toThrow("has no row yet that could be read");
    await expect(session.refresh(new Account())).rejects.toThrow("is in no Session: add it with session.add()");
    session.expunge(pending);
    expect(inspectObject(pending).transient).toBe(true);
    const first = await session.getOne(Account, ids[0]!);
    await using other = makeSession();
    const second = await other.getOne(Account, ids[0]!);
    other.expunge(second);
    expect(() => session.add(second)).toThrow("Another object for the row of Account");
    await engine.execute(deleteFrom(Account));
    await session.rollback();
    await expect(session.refresh(first)).rejects.toThrow("is not there any more");
  });
});

describe("merge", () => {
  test("copies to the object of the row, and adds what has none", async () => {
    await using session = makeSession();
    const account = await session.getOne(Account, ids[0]!);
    const copy = new Account({ id: ids[0]!, balance: 15 });
    expect(await session.merge(copy)).toBe(account);
    expect(account.balance).toBe(15);
    expect(inspectObject(copy).transient).toBe(true);
    const added = await session.merge(new Branch({ id: 9, city: "Bonn", accounts: [copy] }));
    expect(added.accounts).toEqual([account]);
    await session.commit();
    expect(await engine.scalar(select(Account.branchId).where(Account.id.eq(ids[0]!)))).toBe(9);
    expect(await session.merge(account)).toBe(account);
  });

  test("refuses an object of another version", async () => {
    await using session = makeSession();
    session.add(new Big({ id: 1n, note: "a" }));
    await session.commit();
    await using other = makeSession();
    const detached = await other.getOne(Big, 1n);
    other.expunge(detached);
    (await session.getOne(Big, 1n)).note = "b";
    await session.commit();
    await expect(session.merge(detached)).rejects.toThrow(StaleDataError);
  });
});

describe("query()", () => {
  test("is a thin face on select()", async () => {
    await using session = makeSession();
    const query = session.query(Account);
    expect((await query.filterBy({ id: ids[0]! }).one()).balance).toBe(10);
    expect((await query.filterBy({ branchId: null }).one()).balance).toBe(30);
    expect(await query.filterBy({ balance: [10, 20] }).count()).toBe(2);
    const rome = await session.getOne(Branch, 1);
    expect((await query.filterBy({ branch: rome }).all()).map(({ balance }) => balance)).toEqual([10]);
    expect((await query.orderBy(Account.balance.desc()).first())!.balance).toBe(30);
    expect(await query.filter(Account.balance.gt(100)).oneOrNone()).toBeNull();
    expect(await query.filter(Account.balance.gt(100)).exists()).toBe(false);
    expect(await query.exists()).toBe(true);
    expect(await query.orderBy(Account.id).limit(2).offset(1).count()).toBe(2);
    expect(await query.join(Account.branch).filter(Branch.city.eq("Oslo")).count()).toBe(1);
    expect((await query.get(ids[0]!))!.balance).toBe(10);
    const [branch] = await session.query(Branch).options(selectinload(Branch.accounts)).all();
    expect(branch!.accounts.map(({ balance }) => balance)).toEqual([10]);
    await expect(query.one()).rejects.toThrow("3 rows were found");
    expect(() => query.filterBy({ balanse: 1 } as never)).toThrow('did you mean "balance"');
    expect(() => query.filterBy({ balance: undefined as never })).toThrow("was given undefined");
    await expect(query.limit(1).delete()).rejects.toThrow("takes conditions only");
  });

  test("updates and deletes, and keeps objects in step", async () => {
    await using session = makeSession();
    const [first, second] = await session.query(Account).orderBy(Account.balance).all();
    const changed = session.query(Account).filterBy({ id: ids[0]! });
    expect(await changed.update({ balance: Account.balance.plus(5) })).toBe(1);
    expect(first!.balance).toBe(15);
    expect(await session.query(Account).filter(Account.balance.eq(20)).delete()).toBe(1);
    expect(inspectObject(second!).deleted).toBe(true);
    expect(await session.get(Account, ids[1]!)).toBeNull();
    await session.rollback();
    expect([first!.balance, inspectObject(second!).status]).toEqual([10, "persistent"]);
  });
});

describe("synchronizeSession", () => {
  test("evaluates conditions where it can, and fetches where it cannot", async () => {
    await using session = makeSession();
    const accounts = (await session.scalars(select(Account).orderBy(Account.balance))).all();
    await session.execute(
      update(Account)
        .set({ balance: 1 })
        .where(Account.balance.in([10, 30]), Account.branchId.isNotNull()),
    );
    expect(accounts.map(({ balance }) => balance)).toEqual([1, 20, 30]);
    expect(statements().at(-1)).not.toContain("RETURNING");
    const statement = update(Account).set({ balance: 2 }).where(Account.balance.plus(1).eq(2));
    await expect(session.execute(statement, undefined, { synchronizeSession: "evaluate" })).rejects.toThrow(
      '"evaluate" cannot tell',
    );
    const result = await session.execute(statement);
    expect([result.rowCount, result.returnsRows]).toEqual([1, false]);
    expect(statements().at(-1)).toContain("RETURNING");
    expect(accounts[0]!.balance).toBe(2);
    await session.execute(update(Account).set({ balance: 3 }), undefined, { synchronizeSession: false });
    expect(accounts[0]!.balance).toBe(2);
    await session.execute(deleteFrom(Account).where(Account.balance.eq(3)), undefined, { synchronizeSession: "fetch" });
    expect(accounts.map((account) => inspectObject(account).deleted)).toEqual([true, true, true]);
    await expect(session.execute(statement, undefined, { synchronizeSession: "x" as never })).rejects.toThrow(
      'takes "auto", "evaluate", "fetch" or false',
    );
  });
});

describe("transactions", () => {
  test("begin with the first statement and end with commit, rollback and close", async () => {
    const session = makeSession();
    expect(session.inTransaction).toBe(false);
    expect(engine.pool.status().checkedOut).toBe(0);
    await session.get(Branch, 1);
    expect([session.inTransaction, engine.pool.status().checkedOut]).toEqual([true, 1]);
    await session.commit();
    await allReturned(engine);
    await session.get(Branch, 1);
    await session.rollback();
    await allReturned(engine);
    await session.get(Branch, 1);
    await session.close();
    await allReturned(engine);
    expect([...session]).toEqual([]);
  });

  test("of begin() are committed, or rolled back when the work throws", async () => {
    await makeSession.begin(async (session) => {
      (await session.getOne(Account, ids[0]!)).balance = 1;
    });
    const boom = new Error("boom");
    await expect(
      makeSession.begin(async (session) => {
        (await session.getOne(Account, ids[0]!)).balance = 2;
        await session.flush();
        throw boom;
      }),
    ).rejects.toBe(boom);
    expect(await engine.scalar(select(Account.balance).where(Account.id.eq(ids[0]!)))).toBe(1);
    await using session = makeSession();
    const transaction = await session.begin();
    (await session.getOne(Account, ids[0]!)).balance = 3;
    await expect(session.begin()).rejects.toThrow("A transaction is open on this Session already");
    await transaction.commit();
    expect(transaction.isActive).toBe(false);
    await expect(transaction.commit()).rejects.toThrow("has ended already");
    await transaction.rollback();
    expect(await engine.scalar(select(Account.balance).where(Account.id.eq(ids[0]!)))).toBe(3);
    expect(await makeSession.run((own) => own.scalar(select(func.count()).from(Branch)))).toBe(2);
    await allReturned(engine);
  });

  test("on a connection that has one are savepoints in it", async () => {
    await engine.connect(async (conn) => {
      await conn.begin();
      await using session = new Session(conn);
      (await session.getOne(Account, ids[0]!)).balance = 1;
      await session.commit();
      (await session.getOne(Account, ids[0]!)).balance = 2;
      await session.flush();
      await session.rollback();
      expect(await conn.scalar(select(Account.balance).where(Account.id.eq(ids[0]!)))).toBe(1);
      await conn.rollback();
    });
    expect(await engine.scalar(select(Account.balance).where(Account.id.eq(ids[0]!)))).toBe(10);
    await engine.connect(async (conn) => {
      const session = new Session(conn);
      (await session.getOne(Account, ids[0]!)).balance = 4;
      await session.commit();
    });
    expect(await engine.scalar(select(Account.balance).where(Account.id.eq(ids[0]!)))).toBe(4);
  });

  test("take options", async () => {
    expect(() => makeSession({ autoflsh: true } as never)).toThrow('did you mean "autoflush"');
    expect(() => sessionmaker({} as never)).toThrow("sessionmaker() expects an engine or a connection");
    await using session = makeSession({ executionOptions: { readOnly: true } });
    session.add(new Account());
    await expect(session.flush()).rejects.toMatchObject({ code: "25006" });
  });
});

describe("two tasks on one Session", () => {
  test("may read together", async () => {
    await using session = makeSession();
    session.add(new Account({ balance: 5 }));
    const [account, branches, count] = await Promise.all([
      session.get(Account, ids[0]!),
      session.scalars(select(Branch)),
      session.scalar(select(func.count()).from(Account)),
    ]);
    expect([account!.balance, branches.length, count]).toEqual([10, 2, 4]);
  });

  test("raise, naming both calls, when one writes", async () => {
    await using session = makeSession({ debug: true });
    session.add(new Account({ balance: 5 }));
    const flushing = session.flush();
    const reading = session.get(Account, ids[0]!);
    await expect(reading).rejects.toThrow(ConcurrentSessionError);
    await expect(reading).rejects.toThrow("session.get() was called while session.flush() was under way");
    const error = await reading.catch((thrown: unknown) => thrown as Error);
    expect((error as Error).stack).toContain("while this call was under way");
    expect(() => session.add(new Account())).toThrow("session.add() was called while session.flush() was under way");
    await flushing;
    const query = session.scalars(select(Account));
    await expect(session.commit()).rejects.toThrow("session.commit() was called while session.scalars() was under way");
    await expect(session.rollback()).rejects.toThrow(ConcurrentSessionError);
    await expect(session.close()).rejects.toThrow(ConcurrentSessionError);
    expect((await query).length).toBe(4);
  });

  test("do not keep a Session from being disposed of", async () => {
    const boom = new Error("boom");
    let other: Promise<unknown> | undefined;
    await expect(
      makeSession.begin(async (session) => {
        other = session.scalars(select(Account));
        throw boom;
      }),
    ).rejects.toBe(boom);
    await other;
    await allReturned(engine);
  });
});

describe("close()", () => {
  test("does not wait for the end of what was only read", async () => {
    const session = makeSession();
    await session.scalars(select(Branch));
    await session.close();
    const { checkedOut, returning } = engine.pool.status();
    expect({ checkedOut, returning }).toEqual({ checkedOut: 0, returning: 1 });
    await allReturned(engine);
  });

  test("waits for the rollback of what was written", async () => {
    const session = makeSession();
    session.add(new Branch({ id: 99, city: "nowhere" }));
    await session.flush();
    await session.close();
    expect(engine.pool.status()).toMatchObject({ checkedOut: 0, returning: 0 });
  });
});

describe("events", () => {
  test("of a Session come in their order, and may use it", async () => {
    const heard: string[] = [];
    const makeHeard = sessionmaker(engine);
    const names = ["afterBegin", "beforeFlush", "afterFlush", "beforeCommit", "afterCommit", "afterRollback"] as const;
    for (const name of names) makeHeard.on(name, () => void heard.push(name));
    await using session = makeHeard();
    session.on("beforeFlush", async () => {
      if (session.newObjects.length > 0)
        session.add(new Branch({ id: 5, city: String(await session.scalar(select(func.count()).from(Branch))) }));
    });
    const end = session.on("afterFlush", ({ inserted }) => void heard.push(String(inserted.length)));
    session.add(new Account());
    await session.commit();
    end();
    expect((await session.getOne(Branch, 5)).city).toBe("2");
    await session.rollback();
    expect(heard).toEqual([
      "beforeCommit",
      "beforeFlush",
      "afterBegin",
      "afterFlush",
      "2",
      "afterCommit",
      "afterBegin",
      "afterRollback",
    ]);
    expect(() => session.on("beforeFlsh" as never, () => {})).toThrow('did you mean "beforeFlush"');
  });

  test("of a class come with its objects", async () => {
    const heard: string[] = [];
    const names = [
      "load",
      "beforeInsert",
      "afterInsert",
      "beforeUpdate",
      "afterUpdate",
      "beforeDelete",
      "afterDelete",
    ] as const;
    const ends = names.map((name) => listen(Branch, name, (branch) => void heard.push(`${name} ${branch.id}`)));
    ends.push(
      listen(Branch, "beforeUpdate", (branch) => {
        branch.city = branch.city.toUpperCase();
      }),
    );
    await using session = makeSession();
    session.add(new Branch({ id: 7, city: "Bonn" }));
    const rome = await session.getOne(Branch, 1);
    rome.city = "Roma";
    await session.delete(await session.getOne(Branch, 2));
    await session.execute(update(Account).set({ branchId: null }));
    await session.flush();
    expect(heard).toEqual([
      "beforeInsert 7",
      "afterInsert 7",
      "load 1",
      "beforeUpdate 1",
      "afterUpdate 1",
      "load 2",
      "beforeDelete 2",
      "afterDelete 2",
    ]);
    expect(rome.city).toBe("ROMA");
    for (const end of ends) end();
    expect(() => listen(Branch, "beforeSave" as never, () => {})).toThrow("an entity has no event");
  });
});
