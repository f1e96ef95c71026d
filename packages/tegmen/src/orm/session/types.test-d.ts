import { expectTypeOf } from "vitest";
import {
  type AnyColumn,
  c,
  ChainTransaction,
  type Engine,
  func,
  insert,
  runTransaction,
  select,
  update,
} from "../../index.ts";
import { belongsTo, entity, hasMany, type Session, sessionmaker } from "../index.ts";

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

class Rate extends entity("rates", {
  currency: c.string().primaryKey(),
  year: c.int().primaryKey(),
  value: c.decimal().notNull(),
}) {}

await session.get(Branch, 1);
await session.get(Branch, { id: 1 });
await session.get(Rate, { currency: "EUR", year: 2026 });
await session.get(Rate, ["EUR", 2026]);
// @ts-expect-error -- another type
await session.get(Branch, "1");
// @ts-expect-error -- another column
await session.get(Branch, { ident: 1 });
// @ts-expect-error -- not the whole key
await session.get(Rate, { currency: "EUR" });
// @ts-expect-error -- a key of two columns
await session.get(Rate, "EUR");

await session.load(branches.one(), "accounts");
await session.load(branches.all(), "accounts.branch");
// @ts-expect-error -- no relation
await session.load(branches.one(), "city");

const query = session
  .query(Account)
  .filterBy({ balance: [1, 2], branchId: null })
  .orderBy(Account.balance);
expectTypeOf(await query.one()).toEqualTypeOf<Account>();
expectTypeOf(await query.first()).toEqualTypeOf<Account | null>();
await session.query(Account).update({ balance: Account.balance.plus(1) });
// @ts-expect-error -- another type
session.query(Account).filterBy({ balance: "1" });

const makeSession = sessionmaker({} as Engine);
expectTypeOf(await runTransaction(makeSession, (own) => own.getOne(Account, "a"))).toEqualTypeOf<Account>();
expectTypeOf(await runTransaction(session, async (own) => (await own.scalars(select(Branch))).all())).toEqualTypeOf<
  Branch[]
>();
expectTypeOf(
  await runTransaction(makeSession, () => new ChainTransaction<number, Session>([async () => 1])),
).toEqualTypeOf<number[]>();
for await (const row of session.stream(select(Account))) expectTypeOf(row).toEqualTypeOf<{ accounts: Account }>();
