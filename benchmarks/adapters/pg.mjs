// Raw pg with named statements, transactions by hand: the reference.

import pg from "pg";
import { NotCovered } from "../workloads.mjs";

export const name = "raw pg";
export const packages = ["pg"];
export const note =
  "named statements; INSERT of 1,000 rows with 5,000 placeholders; a loop that retries on 40001; reads INT8 as numbers by `types`";

/** INT8 is a string unless one says otherwise; every adapter reads it as a number. */
export const types = {
  getTypeParser: (oid, format) => (oid === 20 && format !== "binary" ? Number : pg.types.getTypeParser(oid, format)),
};

/** The pool that the builders get, too. */
export function makePool({ url, poolSize }) {
  const pool = new pg.Pool({ connectionString: url, max: poolSize, types });
  // Without a listener, an idle connection that ends would end the process.
  pool.on("error", () => {});
  return pool;
}

const columns = "id, name, balance, note, at";

export function open(options) {
  const pool = makePool(options);
  const placeholders = Array.from({ length: 1_000 }, (_, row) => {
    const first = row * 5;
    return `($${first + 1}, $${first + 2}, $${first + 3}, $${first + 4}, $${first + 5})`;
  }).join(", ");
  const insert = "INSERT INTO peers_entries (account_id, amount, kind, note, at) VALUES ";
  const insertMany = insert + placeholders;
  return {
    async selectByKey(id) {
      const text = `SELECT ${columns} FROM peers_accounts WHERE id = $1`;
      return (await pool.query({ name: "by_key", text, values: [id] })).rows[0];
    },
    async list(after) {
      const text = `SELECT ${columns} FROM peers_accounts WHERE id > $1 ORDER BY id LIMIT 100`;
      return (await pool.query({ name: "list", text, values: [after] })).rows;
    },
    async join(after) {
      const text =
        "SELECT a.id, a.name, a.balance, o.name AS owner FROM peers_accounts AS a " +
        "JOIN peers_owners AS o ON o.id = a.owner_id WHERE a.id > $1 ORDER BY a.id LIMIT 100";
      return (await pool.query({ name: "join", text, values: [after] })).rows;
    },
    async all() {
      return (await pool.query({ name: "all", text: `SELECT ${columns} FROM peers_accounts ORDER BY id` })).rows;
    },
    async insertOne({ accountId, amount, kind, note: remark, at }) {
      const text = `${insert}($1, $2, $3, $4, $5) RETURNING id`;
      const values = [accountId, amount, kind, remark, at];
      return (await pool.query({ name: "insert", text, values })).rows[0].id;
    },
    async insertMany(rows) {
      const values = [];
      for (const row of rows) values.push(row.accountId, row.amount, row.kind, row.note, row.at);
      await pool.query({ name: "insert_many", text: insertMany, values });
    },
    transfer: (from, to, amount) => transfer(pool, from, to, amount),
    close: () => pool.end(),
  };
}

async function transfer(pool, from, to, amount) {
  const client = await pool.connect();
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        await client.query("BEGIN");
        const read = { name: "balance", text: "SELECT balance FROM peers_accounts WHERE id = $1", values: [from] };
        if ((await client.query(read)).rows[0].balance < amount) throw new NotCovered();
        const text = "UPDATE peers_accounts SET balance = balance + $1 WHERE id = $2";
        await client.query({ name: "add", text, values: [-amount, from] });
        await client.query({ name: "add", text, values: [amount, to] });
        await client.query("COMMIT");
        return;
      } catch (error) {
        await client.query("ROLLBACK");
        if (error.code !== "40001" || attempt === 10) throw error;
      }
    }
  } finally {
    client.release();
  }
}
