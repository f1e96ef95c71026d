import { type AnyColumn, c, func, MetaData } from "tegmen";
import { belongsTo, entity, hasMany } from "tegmen/orm";
import { casesOn, expect } from "./harness.ts";

const metadata = new MetaData();
const options = { metadata };

class Branch extends entity(
  "branches",
  { id: c.int().primaryKey(), city: c.string() },
  { accounts: () => hasMany(Account) },
  options,
) {}

class Account extends entity(
  "accounts",
  { id: c.int().primaryKey(), branchId: c.int().references((): AnyColumn => Branch.c.id) },
  { branch: () => belongsTo(Branch) },
  options,
) {}

class Text extends entity(
  "texts",
  { id: c.uuid().primaryKey().default(func.genRandomUuid()), body: c.string() },
  {},
  options,
) {}

const it = casesOn(metadata);
const account = (id: number): Account => new Account({ id });

it("deletes one row", async ({ session, save, flush, rows }) => {
  const [one, other] = [account(1), account(2)];
  await save(one, other);
  await session.delete(one);
  expect(await flush()).toEqual(["DELETE FROM accounts WHERE accounts.id = $1"]);
  expect(await rows(Account)).toMatchObject([{ id: 2 }]);
});

it("deletes rows of one table in one statement", async ({ session, save, flush, rows }) => {
  const accounts = [1, 2, 3].map(account);
  await save(...accounts);
  for (const one of accounts.slice(1)) await session.delete(one);
  expect(await flush()).toEqual(["DELETE FROM accounts WHERE accounts.id = ANY($1::INT8[])"]);
  expect(await rows(Account)).toMatchObject([{ id: 1 }]);
});

it("deletes by keys of other types", async ({ session, save, flush, rows }) => {
  const texts = [new Text(), new Text()];
  await save(...texts);
  for (const one of texts) await session.delete(one);
  expect(await flush()).toEqual(["DELETE FROM texts WHERE texts.id = ANY($1::UUID[])"]);
  expect(await rows(Text)).toEqual([]);
});

it("deletes children before parents, whatever was deleted first", async ({ session, save, flush }) => {
  const branch = new Branch({ id: 1, accounts: [account(1)] });
  await save(branch);
  const [child] = branch.accounts;
  await session.delete(branch);
  await session.delete(child!);
  expect(await flush()).toEqual([
    "DELETE FROM accounts WHERE accounts.id = $1",
    "DELETE FROM branches WHERE branches.id = $1",
  ]);
});

it("deletes after it has inserted and updated", async ({ session, save, flush }) => {
  const [one, other] = [new Branch({ id: 1 }), new Branch({ id: 2 })];
  await save(one, other);
  await session.delete(one);
  other.city = "b";
  session.add(account(1));
  expect((await flush()).map((sql) => sql.split(" ")[0])).toEqual(["UPDATE", "INSERT", "DELETE"]);
});

it("writes no change of an object that is deleted", async ({ session, save, flush }) => {
  const one = new Branch({ id: 1 });
  await save(one);
  one.city = "x";
  await session.delete(one);
  expect(await flush()).toEqual(["DELETE FROM branches WHERE branches.id = $1"]);
});

it("deletes by the key that the row has, if it was changed", async ({ session, save, sent, rows }) => {
  const one = account(1);
  await save(one);
  one.id = 2;
  await session.delete(one);
  await session.flush();
  expect(sent()).toMatchObject([{ parameters: [1] }]);
  expect(await rows(Account)).toEqual([]);
});

it("deletes an object once", async ({ session, save, flush }) => {
  const one = account(1);
  await save(one);
  await session.delete(one);
  await session.delete(one);
  expect(await flush()).toHaveLength(1);
  expect(await flush()).toEqual([]);
});

it("forgets a deleted object", async ({ session, save, flush }) => {
  const one = account(1);
  await save(one);
  await session.delete(one);
  await flush();
  expect(await session.get(Account, 1)).toBeNull();
});
