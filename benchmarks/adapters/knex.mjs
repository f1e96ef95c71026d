// Knex: its query builder, built anew for every call.

import knex from "knex";
import { NotCovered } from "../workloads.mjs";
import { types } from "./pg.mjs";

export const name = "Knex";
export const packages = ["knex"];
export const note = "its builder on its own pool; `knex.transaction()`, without retries";

const columns = ["id", "name", "balance", "note", "at"];

export function open({ url, poolSize }) {
  const db = knex({
    client: "pg",
    // Knex would ask the server, and does not understand CockroachDB's answer.
    version: "13.0",
    connection: { connectionString: url, types },
    pool: { min: 0, max: poolSize },
  });
  const row = ({ accountId, amount, kind, note: remark, at }) => ({
    account_id: accountId,
    amount,
    kind,
    note: remark,
    at,
  });
  return {
    selectByKey: (id) => db("peers_accounts").select(columns).where({ id }).first(),
    list: (after) => db("peers_accounts").select(columns).where("id", ">", after).orderBy("id").limit(100),
    join: (after) =>
      db("peers_accounts AS a")
        .join("peers_owners AS o", "o.id", "a.owner_id")
        .select("a.id", "a.name", "a.balance", "o.name AS owner")
        .where("a.id", ">", after)
        .orderBy("a.id")
        .limit(100),
    all: () => db("peers_accounts").select(columns).orderBy("id"),
    insertOne: async (one) => (await db("peers_entries").insert(row(one)).returning("id"))[0].id,
    insertMany: async (rows) => {
      await db("peers_entries").insert(rows.map(row));
    },
    transfer: (from, to, amount) =>
      db.transaction(async (tx) => {
        const { balance } = await tx("peers_accounts").select("balance").where({ id: from }).first();
        if (balance < amount) throw new NotCovered();
        await tx("peers_accounts").where({ id: from }).decrement("balance", amount);
        await tx("peers_accounts").where({ id: to }).increment("balance", amount);
      }),
    close: () => db.destroy(),
  };
}
