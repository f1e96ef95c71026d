// Drizzle: its query builder on a pool of pg, built anew for every call.

import { asc, eq, gt, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { bigint, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";
import { NotCovered } from "../workloads.mjs";
import { makePool } from "./pg.mjs";

export const name = "Drizzle";
export const packages = ["drizzle-orm"];
export const note = "its builder on a pool of pg; `db.transaction()`, without retries";

export const owners = pgTable("peers_owners", {
  id: bigint({ mode: "number" }).primaryKey(),
  name: text().notNull(),
});
export const accounts = pgTable("peers_accounts", {
  id: bigint({ mode: "number" }).primaryKey(),
  ownerId: bigint("owner_id", { mode: "number" }).notNull(),
  name: text().notNull(),
  balance: bigint({ mode: "number" }).notNull(),
  note: text(),
  at: timestamp({ withTimezone: true }).notNull(),
});
export const entries = pgTable("peers_entries", {
  id: uuid().primaryKey().defaultRandom(),
  accountId: bigint("account_id", { mode: "number" }).notNull(),
  amount: bigint({ mode: "number" }).notNull(),
  kind: text().notNull(),
  note: text(),
  at: timestamp({ withTimezone: true }).notNull(),
});
export const columns = {
  id: accounts.id,
  name: accounts.name,
  balance: accounts.balance,
  note: accounts.note,
  at: accounts.at,
};

export function open(options) {
  const pool = makePool(options);
  const db = drizzle(pool);
  return {
    selectByKey: async (id) => (await db.select(columns).from(accounts).where(eq(accounts.id, id)))[0],
    list: (after) =>
      db.select(columns).from(accounts).where(gt(accounts.id, after)).orderBy(asc(accounts.id)).limit(100),
    join: (after) =>
      db
        .select({ id: accounts.id, name: accounts.name, balance: accounts.balance, owner: owners.name })
        .from(accounts)
        .innerJoin(owners, eq(owners.id, accounts.ownerId))
        .where(gt(accounts.id, after))
        .orderBy(asc(accounts.id))
        .limit(100),
    all: () => db.select(columns).from(accounts).orderBy(asc(accounts.id)),
    insertOne: async (row) => (await db.insert(entries).values(row).returning({ id: entries.id }))[0].id,
    insertMany: async (rows) => {
      await db.insert(entries).values(rows);
    },
    transfer: (from, to, amount) =>
      db.transaction(async (tx) => {
        const read = tx.select({ balance: accounts.balance }).from(accounts).where(eq(accounts.id, from));
        const [{ balance }] = await read;
        if (balance < amount) throw new NotCovered();
        const add = (id, difference) =>
          tx
            .update(accounts)
            .set({ balance: sql`${accounts.balance} + ${difference}` })
            .where(eq(accounts.id, id));
        await add(from, -amount);
        await add(to, amount);
      }),
    close: () => pool.end(),
  };
}
