import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { type AnyColumn, c, func, MetaData, select, upsert } from "../index.ts";
import { belongsTo, entity, hasMany, NotLoadedError } from "./index.ts";
import { hydrate } from "./instance.ts";
import { mapperOf } from "./mapper-of.ts";

class Branch extends entity(
  "branches",
  { id: c.uuid().primaryKey().default(func.genRandomUuid()), city: c.string().notNull() },
  { accounts: () => hasMany(Account) },
) {}

class Account extends entity(
  "accounts",
  {
    id: c.int().primaryKey(),
    name: c.string().notNull(),
    balance: c.int().notNull().default(0),
    branchId: c.uuid().references((): AnyColumn => Branch.c.id),
  },
  { branch: () => belongsTo(Branch) },
) {
  readonly #limit = 10;
  get poor(): boolean {
    return this.balance < this.#limit;
  }
}

describe("entity", () => {
  it("has expressions on the class and values on its objects", () => {
    const account = new Account({ id: 1, balance: 5 });
    account.balance += 4;
    expect(account.balance).toBe(9);
    expect(account.poor).toBe(true);
    expect(account.branch).toBeNull();
    expect(String(select(Account.id).where(Account.balance.gt(1), Account.c.name.eq("a")))).toBe(
      "SELECT accounts.id FROM accounts WHERE accounts.balance > $1 AND accounts.name = $2",
    );
    expect(String(upsert(Account).values({ id: 1, name: "a" }))).toContain("UPSERT INTO accounts");
  });

  it("refuses what the class does not have", () => {
    expect(() => new Account({ balanse: 1 } as never)).toThrow('Account has no attribute "balanse": did you mean');
  });

  it("finds the columns of relations", () => {
    const { relations } = mapperOf(Branch, "a test");
    const accounts = relations.get("accounts")!;
    expect(accounts.pairs.map(({ own, other }) => [own.key, other.key])).toEqual([["id", "branchId"]]);
    expect(accounts.inverse?.key).toBe("branch");
    expect(String(select(Branch.id).where(Branch.accounts.any(Account.balance.gt(1))))).toBe(
      "SELECT branches.id FROM branches WHERE EXISTS (SELECT accounts.id FROM accounts WHERE branches.id = accounts.branch_id AND accounts.balance > $1)",
    );
  });

  it("makes objects of rows with private fields and without changes", () => {
    const { object } = hydrate(mapperOf(Account, "a test"), { id: 1, balance: 3, branchId: null });
    const account = object as Account;
    expect(account).toBeInstanceOf(Account);
    expect(account.poor).toBe(true);
    expect(JSON.stringify(account)).toBe('{"id":1,"balance":3,"branchId":null}');
    expect(inspect(account)).toBe("Account { id: 1, balance: 3, branchId: null }");
  });

  it("says how to load what was not loaded", () => {
    const state = hydrate(mapperOf(Account, "a test"), { id: 1 });
    state.status = "persistent";
    const account = state.object as Account;
    expect(() => account.name).toThrow(NotLoadedError);
    expect(() => account.branch).toThrow("selectinload(Account.branch)");
  });

  it("stands for its table in a MetaData", () => {
    const metadata = new MetaData();
    metadata.add(Account, Branch);
    expect([...metadata.tables.keys()]).toEqual(["accounts", "branches"]);
  });
});
