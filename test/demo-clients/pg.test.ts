import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase, type TestDatabase } from "../support/server.ts";

let database: TestDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await openDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 8 });
});

afterAll(async () => {
  await pool?.end();
  await database?.drop();
});

/** Runs a transaction with CockroachDB's protocol for retries on the client's side. */
async function transaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    await client.query("SAVEPOINT cockroach_restart");
    for (;;) {
      try {
        const result = await work(client);
        await client.query("RELEASE SAVEPOINT cockroach_restart");
        await client.query("COMMIT");
        return result;
      } catch (error) {
        if (!(error instanceof pg.DatabaseError) || error.code !== "40001") throw error;
        await client.query("ROLLBACK TO SAVEPOINT cockroach_restart");
      }
    }
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  } finally {
    client.release();
  }
}

describe("pg", () => {
  test("creates tables, inserts, selects", async () => {
    await pool.query(`
      CREATE TABLE accounts (id INT8 PRIMARY KEY, owner STRING NOT NULL UNIQUE, balance DECIMAL(12, 2) NOT NULL DEFAULT 0);
      CREATE TABLE entries (
        id UUID PRIMARY KEY DEFAULT gen_random_uuid(), account INT8 NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        detail JSONB, tags STRING[], at TIMESTAMPTZ NOT NULL DEFAULT now(), body BYTES, INDEX (account)
      )`);
    const inserted = await pool.query("INSERT INTO accounts VALUES ($1, $2, $3), ($4, $5, $6) RETURNING id, balance", [
      1,
      "one",
      "10.50",
      2,
      "two",
      "20",
    ]);
    expect(inserted).toMatchObject({ command: "INSERT", rowCount: 2 });
    expect(inserted.rows).toEqual([
      { id: "1", balance: "10.50" },
      { id: "2", balance: "20.00" },
    ]);
    const at = new Date("2021-11-16T10:20:30.456Z");
    const row = { account: "1", detail: { a: [1, null] }, tags: ['a,b"', "c"], at, body: Buffer.from([0, 255]) };
    await pool.query("INSERT INTO entries (account, detail, tags, at, body) VALUES ($1, $2, $3, $4, $5)", [
      row.account,
      row.detail,
      row.tags,
      row.at,
      row.body,
    ]);
    const found = await pool.query(
      "SELECT e.account, e.detail, e.tags, e.at, e.body FROM accounts a JOIN entries e ON e.account = a.id WHERE a.owner = $1",
      ["one"],
    );
    expect(found.rows).toEqual([row]);
  });

  test("alters tables while statements are prepared by name", async () => {
    const select = { name: "accounts-by-id", text: "SELECT owner FROM accounts WHERE id = $1", values: [1] };
    expect((await pool.query(select)).rows).toEqual([{ owner: "one" }]);
    await pool.query("ALTER TABLE accounts ADD COLUMN note STRING DEFAULT 'none'");
    await pool.query("CREATE INDEX accounts_note_idx ON accounts (note) STORING (balance)");
    expect((await pool.query(select)).rows).toEqual([{ owner: "one" }]);
    expect((await pool.query("SELECT note FROM accounts WHERE id = 1")).rows).toEqual([{ note: "none" }]);
  });

  test("upserts", async () => {
    const upsert = "UPSERT INTO accounts (id, owner, balance) VALUES ($1, $2, $3)";
    for (const balance of [1, 2]) expect((await pool.query(upsert, [3, "three", balance])).rowCount).toBe(1);
    const { rows } = await pool.query(
      "INSERT INTO accounts (id, owner, balance) VALUES (3, 'three', 5) ON CONFLICT (id) DO UPDATE SET balance = accounts.balance + excluded.balance RETURNING balance",
    );
    expect(rows).toEqual([{ balance: "7.00" }]);
  });

  test("transactions are retried by SAVEPOINT cockroach_restart until they succeed", async () => {
    const transfers = Array.from({ length: 24 }, () =>
      transaction(async (client) => {
        const { rows } = await client.query<{ balance: string }>("SELECT balance FROM accounts WHERE id = 2");
        await client.query("UPDATE accounts SET balance = $1 WHERE id = 2", [Number(rows[0]?.balance) - 0.5]);
        await client.query("UPDATE accounts SET balance = balance + 0.5 WHERE id = 1");
      }),
    );
    await Promise.all(transfers);
    const { rows } = await pool.query("SELECT balance FROM accounts WHERE id < 3 ORDER BY id");
    expect(rows).toEqual([{ balance: "22.50" }, { balance: "8.00" }]);
  });

  test("errors tell their code, constraint and table", async () => {
    await expect(pool.query("INSERT INTO accounts (id, owner) VALUES (1, 'again')")).rejects.toMatchObject({
      code: "23505",
      constraint: "primary",
    });
    await expect(pool.query("SELECT * FROM nowhere")).rejects.toMatchObject({ code: "42P01" });
    await expect(transaction((client) => client.query("SELECT 1 / 0"))).rejects.toMatchObject({ code: "22012" });
  });
});

test("a statement whose first execution conflicts is prepared nevertheless, and pg knows it", async () => {
  await pool.query("CREATE TABLE first_conflict (id INT8 PRIMARY KEY, v INT8 NOT NULL)");
  await pool.query("INSERT INTO first_conflict VALUES (1, 0)");
  const [one, other] = [await pool.connect(), await pool.connect()];
  const add = (client: pg.PoolClient): Promise<unknown> =>
    client.query({ name: "add", text: "UPDATE first_conflict SET v = v + 1 WHERE id = $1", values: [1] });
  try {
    await other.query("BEGIN");
    await other.query("SELECT v FROM first_conflict");
    await add(one);
    // It has seen another value.
    await expect(add(other)).rejects.toMatchObject({ code: "40001" });
    await other.query("ROLLBACK");
    await add(other);
    const { rows } = await pool.query("SELECT v FROM first_conflict");
    expect(rows).toEqual([{ v: "2" }]);
  } finally {
    one.release();
    other.release();
  }
});
