import { type AnyColumn, c, type Engine, func, MetaData, select } from "tegmen";
import { belongsTo, entity, hasMany, sessionmaker } from "tegmen/orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openDatabase, type TestDatabase } from "../support/server.ts";

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

let database: TestDatabase;
let engine: Engine;
let Session: ReturnType<typeof sessionmaker>;
beforeAll(async () => {
  database = await openDatabase();
  engine = database.engine();
  await metadata.createAll(engine);
  Session = sessionmaker(engine);
});
afterAll(() => database.drop());
beforeEach(async () => {
  await engine.begin(async (conn) => {
    const { deleteFrom, insert } = await import("tegmen");
    await conn.execute(deleteFrom(Account));
    await conn.execute(deleteFrom(Branch));
    await conn.execute(
      insert(Branch).values([
        { id: 1, city: "Rome" },
        { id: 2, city: "Oslo" },
      ]),
    );
  });
});

describe("a Session", () => {
  test("gives one object for each row", async () => {
    await using session = Session();
    const branches = (await session.scalars(select(Branch).orderBy(Branch.id))).all();
    expect(branches.map(({ city }) => city)).toEqual(["Rome", "Oslo"]);
    expect(await session.get(Branch, 1)).toBe(branches[0]);
    expect(await session.get(Branch, 3)).toBeNull();
  });

  test("writes new, changed and deleted objects", async () => {
    await using session = Session();
    const account = new Account({ balance: 5, branchId: 1 });
    session.add(account);
    await session.commit();
    account.balance += 1;
    await session.delete((await session.get(Branch, 2))!);
    await session.commit();
    await using other = Session();
    expect((await other.get(Account, account.id))?.balance).toBe(6);
    expect((await other.scalars(select(Branch))).length).toBe(1);
  });
});
