// Kysely: its typed builder on a pool of pg.

import { Kysely, PostgresDialect } from "kysely";
import { NotCovered } from "../workloads.mjs";
import { makePool } from "./pg.mjs";

export const name = "Kysely";
export const packages = ["kysely"];
export const note = "its builder on a pool of pg; `db.transaction()`, without retries";

const columns = ["id", "name", "balance", "note", "at"];

export function open(options) {
  const db = new Kysely({ dialect: new PostgresDialect({ pool: makePool(options) }) });
  const toRow = ({ accountId, amount, kind, note: remark, at }) => ({
    account_id: accountId,
    amount,
    kind,
    note: remark,
    at,
  });
  return {
    selectByKey: (id) => db.selectFrom("peers_accounts").select(columns).where("id", "=", id).executeTakeFirst(),
    list: (after) =>
      db.selectFrom("peers_accounts").select(columns).where("id", ">", after).orderBy("id").limit(100).execute(),
    join: (after) =>
      db
        .selectFrom("peers_accounts as a")
        .innerJoin("peers_owners as o", "o.id", "a.owner_id")
        .select(["a.id", "a.name", "a.balance", "o.name as owner"])
        .where("a.id", ">", after)
        .orderBy("a.id")
        .limit(100)
        .execute(),
    all: () => db.selectFrom("peers_accounts").select(columns).orderBy("id").execute(),
    insertOne: async (row) =>
      (await db.insertInto("peers_entries").values(toRow(row)).returning("id").executeTakeFirst()).id,
    insertMany: async (rows) => {
      await db.insertInto("peers_entries").values(rows.map(toRow)).execute();
    },
    transfer: (from, to, amount) =>
      db.transaction().execute(async (tx) => {
        const read = tx.selectFrom("peers_accounts").select("balance").where("id", "=", from);
        if ((await read.executeTakeFirst()).balance < amount) throw new NotCovered();
        const add = (id, difference) =>
          tx
            .updateTable("peers_accounts")
            .set((eb) => ({ balance: eb("balance", "+", difference) }))
            .where("id", "=", id)
            .execute();
        await add(from, -amount);
        await add(to, amount);
      }),
    close: () => db.destroy(),
  };
}
