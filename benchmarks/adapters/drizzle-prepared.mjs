// Drizzle with statements prepared by name, where it has them: a transaction and an INSERT of many rows are built anew.

import { asc, eq, gt, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { accounts, columns, entries, open as openNormal, owners } from "./drizzle.mjs";
import { makePool } from "./pg.mjs";

export const name = "Drizzle prepared";
export const packages = ["drizzle-orm"];
export const note = "`.prepare(name)` where it has that; the rest as Drizzle";

export function open(options) {
  const pool = makePool(options);
  const db = drizzle(pool);
  const normal = openNormal(options);
  const id = sql.placeholder("id");
  const values = Object.fromEntries(
    ["accountId", "amount", "kind", "note", "at"].map((column) => [column, sql.placeholder(column)]),
  );
  const byKey = db.select(columns).from(accounts).where(eq(accounts.id, id)).prepare("by_key");
  const list = db
    .select(columns)
    .from(accounts)
    .where(gt(accounts.id, id))
    .orderBy(asc(accounts.id))
    .limit(100)
    .prepare("list");
  const join = db
    .select({ id: accounts.id, name: accounts.name, balance: accounts.balance, owner: owners.name })
    .from(accounts)
    .innerJoin(owners, eq(owners.id, accounts.ownerId))
    .where(gt(accounts.id, id))
    .orderBy(asc(accounts.id))
    .limit(100)
    .prepare("join");
  const all = db.select(columns).from(accounts).orderBy(asc(accounts.id)).prepare("all");
  const insert = db.insert(entries).values(values).returning({ id: entries.id }).prepare("insert");
  return {
    selectByKey: async (key) => (await byKey.execute({ id: key }))[0],
    list: (after) => list.execute({ id: after }),
    join: (after) => join.execute({ id: after }),
    all: () => all.execute(),
    insertOne: async (row) => (await insert.execute(row))[0].id,
    insertMany: normal.insertMany,
    transfer: normal.transfer,
    close: async () => {
      await normal.close();
      await pool.end();
    },
  };
}
