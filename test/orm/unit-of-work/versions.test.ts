import { type AnyColumn, c, func, MetaData } from "tegmen";
import { belongsTo, entity, hasMany, StaleDataError } from "tegmen/orm";
import { casesOn, expect, sql } from "./harness.ts";

const metadata = new MetaData();

class Account extends entity(
  "accounts",
  { id: c.int().primaryKey(), balance: c.int(), version: c.int().notNull().default(1) },
  { entries: () => hasMany(Entry) },
  { metadata, version: "version" },
) {}

class Entry extends entity(
  "entries",
  {
    id: c.int().primaryKey(),
    accountId: c.int().references((): AnyColumn => Account.c.id),
    revision: c.bigint().notNull(),
  },
  { account: () => belongsTo(Account) },
  { metadata, version: "revision" },
) {}

class Plain extends entity("plains", { id: c.int().primaryKey(), note: c.string() }, {}, { metadata }) {}

class Started extends entity(
  "started",
  { id: c.uuid().primaryKey().default(func.genRandomUuid()), note: c.string(), version: c.int().notNull().default(10) },
  {},
  { metadata, version: "version" },
) {}

const it = casesOn(metadata);
const account = (id: number): Account => new Account({ id, balance: 0 });

it("starts with the default of the column", async ({ save, rows }) => {
  const [one, other] = [account(1), new Started()];
  await save(one, other);
  expect([one.version, other.version]).toEqual([1, 10]);
  expect(await rows(Started)).toMatchObject([{ version: 10 }]);
});

it("starts with 1 without a default", async ({ save, rows }) => {
  const entry = new Entry({ id: 1 });
  await save(entry);
  expect(await rows(Entry)).toMatchObject([{ revision: 1n }]);
});

it("counts on, and checks what it read", async ({ save, flush, rows }) => {
  const one = account(1);
  await save(one);
  one.balance = 5;
  expect(await flush()).toEqual([
    "UPDATE accounts SET balance = $1, version = accounts.version + 1 WHERE accounts.id = $2 AND accounts.version = $3",
  ]);
  expect(one.version).toBe(2);
  expect(await rows(Account)).toMatchObject([{ balance: 5, version: 2 }]);
});

it("counts on again and again", async ({ save, rows }) => {
  const one = account(1);
  await save(one);
  for (const balance of [1, 2, 3]) {
    one.balance = balance;
    await save();
  }
  expect(await rows(Account)).toMatchObject([{ balance: 3, version: 4 }]);
});

it("counts bigints", async ({ save, rows, session }) => {
  const entry = new Entry({ id: 1 });
  await save(entry, account(1));
  entry.account = await session.getOne(Account, 1);
  await save();
  expect(await rows(Entry)).toMatchObject([{ accountId: 1, revision: 2n }]);
  expect(entry.revision).toBe(2n);
});

it("checks the versions of many rows in one statement", async ({ save, flush, rows }) => {
  const all = [1, 2, 3].map(account);
  await save(...all);
  for (const one of all) one.balance = one.id;
  expect(await flush()).toEqual([
    "UPDATE accounts SET balance = v.c1, version = accounts.version + 1 FROM " +
      "unnest($1::INT8[], $2::INT8[], $3::INT8[]) AS v (c1, c2, c3) " +
      "WHERE accounts.id = v.c2 AND accounts.version = v.c3",
  ]);
  expect((await rows(Account)).map(({ version }) => version)).toEqual([2, 2, 2]);
});

it("does not count without a change", async ({ save, flush }) => {
  const one = account(1);
  await save(one);
  one.balance = 0;
  expect(await flush()).toEqual([]);
  expect(one.version).toBe(1);
});

it("raises StaleDataError where somebody else was first", async ({ session, save, flush }) => {
  const one = account(1);
  await save(one);
  await session.execute(sql`UPDATE accounts SET version = 7`);
  one.balance = 5;
  await expect(flush()).rejects.toThrow(StaleDataError);
});

it("says which object, why, and what to do", async ({ session, save, flush }) => {
  const one = account(1);
  await save(one);
  await session.execute(sql`UPDATE accounts SET version = 7`);
  one.balance = 5;
  await expect(flush()).rejects.toThrow(
    "The UPDATE of Account(id 1) changed 0 rows instead of 1: the row was changed or deleted by somebody else since it " +
      "was read (its version is another one). Roll back, read Account again and repeat the change",
  );
});

it("notices one stale row among many", async ({ session, save, flush }) => {
  const all = [1, 2, 3].map(account);
  await save(...all);
  await session.execute(sql`UPDATE accounts SET version = 7 WHERE id = 2`);
  for (const one of all) one.balance = 5;
  await expect(flush()).rejects.toThrow("changed 2 rows instead of 3");
});

it("checks the version of a row that it deletes", async ({ session, save, flush, rows }) => {
  const one = account(1);
  await save(one);
  await session.delete(one);
  expect((await flush()).at(-1)).toBe("DELETE FROM accounts WHERE accounts.id = $1 AND accounts.version = $2");
  expect(await rows(Account)).toEqual([]);
});

it("checks the versions of many rows that it deletes", async ({ session, save, flush, rows }) => {
  const all = [1, 2].map(account);
  await save(...all);
  for (const one of all) await session.delete(one);
  expect((await flush()).at(-1)).toBe(
    "DELETE FROM accounts WHERE (accounts.id, accounts.version) IN " +
      "(SELECT v.c1, v.c2 FROM unnest($1::INT8[], $2::INT8[]) AS v (c1, c2))",
  );
  expect(await rows(Account)).toEqual([]);
});

it("raises StaleDataError for a row that was changed before it is deleted", async ({ session, save, flush }) => {
  const one = account(1);
  await save(one);
  await session.execute(sql`UPDATE accounts SET version = 7`);
  await session.delete(one);
  await expect(flush()).rejects.toThrow("The DELETE of Account(id 1) deleted 0 rows instead of 1");
});

it("checks row counts without versions, too", async ({ session, save, flush }) => {
  const plain = new Plain({ id: 1 });
  await save(plain);
  await session.execute(sql`DELETE FROM plains`);
  plain.note = "x";
  await expect(flush()).rejects.toThrow("the row was deleted by somebody else since it was read");
});

it("checks row counts of DELETEs without versions, too", async ({ session, save, flush }) => {
  const plains = [new Plain({ id: 1 }), new Plain({ id: 2 })];
  await save(...plains);
  await session.execute(sql`DELETE FROM plains WHERE id = 1`);
  for (const plain of plains) await session.delete(plain);
  await expect(flush()).rejects.toThrow(StaleDataError);
});

it("counts a reference that changes", async ({ save, flush, rows }) => {
  const [one, entry] = [account(1), new Entry({ id: 1 })];
  await save(one, entry);
  one.entries.push(entry);
  await flush();
  expect(await rows(Entry)).toMatchObject([{ revision: 2n }]);
  expect(await rows(Account)).toMatchObject([{ version: 1 }]);
});

it("works with the version that was loaded", async ({ session, save, flush, rows }) => {
  await save(account(1));
  await session.execute(sql`UPDATE accounts SET version = 7`);
  session.expungeAll();
  const one = await session.getOne(Account, 1);
  one.balance = 5;
  await flush();
  expect(await rows(Account)).toMatchObject([{ version: 8 }]);
});

it("counts on from the version of an object whose row is taken over", async ({ session, save, flush, rows }) => {
  const old = account(1);
  await save(old);
  old.balance = 3;
  await flush();
  await session.delete(old);
  await save(new Account({ id: 1, balance: 9 }));
  expect(await rows(Account)).toMatchObject([{ balance: 9, version: 3 }]);
});
