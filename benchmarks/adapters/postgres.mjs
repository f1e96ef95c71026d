// postgres.js: template strings, statements prepared by the driver.

import postgres from "postgres";
import { NotCovered } from "../workloads.mjs";

export const name = "postgres.js";
export const packages = ["postgres"];
export const note = "template strings; rows of an INSERT by its helper; `sql.begin`, without retries";

export function open({ url, poolSize }) {
  const sql = postgres(url, {
    max: poolSize,
    types: { int8: { to: 20, from: [20], parse: Number, serialize: String } },
    onnotice: () => {},
  });
  const toRow = ({ accountId, amount, kind, note: remark, at }) => ({
    account_id: accountId,
    amount,
    kind,
    note: remark,
    at,
  });
  return {
    selectByKey: async (id) => (await sql`SELECT id, name, balance, note, at FROM peers_accounts WHERE id = ${id}`)[0],
    list: (after) =>
      sql`SELECT id, name, balance, note, at FROM peers_accounts WHERE id > ${after} ORDER BY id LIMIT 100`,
    join: (after) =>
      sql`SELECT a.id, a.name, a.balance, o.name AS owner FROM peers_accounts AS a JOIN peers_owners AS o ON o.id = a.owner_id WHERE a.id > ${after} ORDER BY a.id LIMIT 100`,
    all: () => sql`SELECT id, name, balance, note, at FROM peers_accounts ORDER BY id`,
    insertOne: async (row) => (await sql`INSERT INTO peers_entries ${sql(toRow(row))} RETURNING id`)[0].id,
    insertMany: async (rows) => {
      await sql`INSERT INTO peers_entries ${sql(rows.map(toRow))}`;
    },
    transfer: (from, to, amount) =>
      sql.begin(async (tx) => {
        const [{ balance }] = await tx`SELECT balance FROM peers_accounts WHERE id = ${from}`;
        if (balance < amount) throw new NotCovered();
        await tx`UPDATE peers_accounts SET balance = balance + ${-amount} WHERE id = ${from}`;
        await tx`UPDATE peers_accounts SET balance = balance + ${amount} WHERE id = ${to}`;
      }),
    close: () => sql.end(),
  };
}
