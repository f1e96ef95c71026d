import { expectTypeOf } from "vitest";
import { type AnyColumn, c, func, insert, select, update } from "../../index.ts";
import type { Session } from "../index.ts";
import { belongsTo, entity, hasMany } from "../index.ts";

class Branch extends entity(
  "branches",
  { id: c.int().primaryKey(), city: c.string().notNull() },
  { accounts: () => hasMany(Account) },
) {}

class Account extends entity(
  "accounts",
  {
    id: c.uuid().primaryKey().default(func.genRandomUuid()),
    balance: c.int().notNull().default(0),
    branchId: c.int().references((): AnyColumn => Branch.c.id),
  },
  { branch: () => belongsTo(Branch) },
) {}

declare const session: Session;

const branches = await session.scalars(select(Branch).where(Branch.id.gt(1)));
expectTypeOf(branches.one()).toEqualTypeOf<Branch>();
const joined = await session.execute(select(Account, Branch.city).leftJoin(Branch, Account.branchId.eq(Branch.id)));
expectTypeOf(joined.one()).toEqualTypeOf<{ accounts: Account; city: string | null }>();
const both = await session.execute(select(Account, Branch).leftJoin(Branch, Account.branchId.eq(Branch.id)));
expectTypeOf(both.one()).toEqualTypeOf<{ accounts: Account; branches: Branch | null }>();
const one = await session.execute(select(Account));
expectTypeOf(one.one()).toEqualTypeOf<{ accounts: Account }>();
const plain = await session.execute(select(Account.id, Account.branchId));
expectTypeOf(plain.one()).toEqualTypeOf<{ id: string; branchId: number | null }>();
expectTypeOf((await session.scalars(select(Account.branchId))).one()).toEqualTypeOf<number | null>();
expectTypeOf((await session.scalars(select(Account, Branch))).one()).toEqualTypeOf<Account | Branch>();
expectTypeOf(await session.get(Account, "a")).toEqualTypeOf<Account | null>();
const returned = await session.scalars(
  insert(Account)
    .values([{ balance: 1 }])
    .returning(Account),
);
expectTypeOf(returned.one()).toEqualTypeOf<Account>();
const changed = await session.execute(update(Account).set({ balance: 1 }).returning(Account, Account.id.as("key")));
expectTypeOf(changed.one()).toEqualTypeOf<{ accounts: Account; key: string }>();
const rows = await session.execute(insert(Account).values({}).returning());
expectTypeOf(rows.one()).toEqualTypeOf<{ id: string; balance: number; branchId: number | null }>();
