import { expectTypeOf } from "vitest";
import { type AnyColumn, c, func, insert, select } from "../index.ts";
import { belongsTo, entity, hasMany } from "./index.ts";

class Branch extends entity(
  "branches",
  { id: c.uuid().primaryKey().default(func.genRandomUuid()), city: c.string().notNull() },
  { accounts: () => hasMany(Account) },
) {
  get big(): boolean {
    return this.accounts.length > 3;
  }
}

class Account extends entity(
  "accounts",
  {
    id: c.uuid().primaryKey().default(func.genRandomUuid()),
    name: c.string().notNull(),
    length: c.int(),
    balance: c.int().notNull().default(0),
    branchId: c.uuid().references((): AnyColumn => Branch.c.id),
    version: c.int().notNull().default(1),
  },
  { branch: () => belongsTo(Branch), home: () => belongsTo(Branch, { required: true }) },
  { version: "version" },
) {
  #limit = 10;
  get overdrawn(): boolean {
    return this.balance < this.#limit;
  }
}

const account = new Account({ balance: 1 });
expectTypeOf(account.balance).toEqualTypeOf<number>();
expectTypeOf(account.branchId).toEqualTypeOf<string | null>();
expectTypeOf(account.branch).toEqualTypeOf<Branch | null>();
expectTypeOf(account.home).toEqualTypeOf<Branch>();
expectTypeOf(new Branch().accounts).toEqualTypeOf<Account[]>();
expectTypeOf(account.home.accounts[0]!.branch!.city).toEqualTypeOf<string>();
expectTypeOf(account.overdrawn).toEqualTypeOf<boolean>();

// @ts-expect-error -- no such column
void new Account({ balanc: 1 });
// @ts-expect-error -- another type
account.balance = "1";
void new Account({ length: null, branch: null });
// @ts-expect-error -- a column that is NOT NULL
void new Account({ balance: null });
// @ts-expect-error -- a relation that is required
void new Account({ home: null });

class Total extends entity("totals", {
  net: c.int().notNull(),
  gross: c.int().computed((t) => t.net, { stored: true }),
}) {}
void new Total({ net: 1 });
// @ts-expect-error -- a column that the server computes
void new Total({ gross: 1 });
// @ts-expect-error -- a name that functions have
void Account.name.eq("a");

select(Account).where(Account.balance.gt(10), Account.c.name.eq("a"), Branch.accounts.any(Account.balance.gt(1)));
insert(Account).values({ name: "a", balance: 1 });
