import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase, type TestDatabase } from "../support/server.ts";

const CLIENTS = 16;

let database: TestDatabase;
let clients: pg.Client[] = [];

beforeAll(async () => {
  database = await openDatabase();
  clients = Array.from({ length: CLIENTS }, () => new pg.Client(database.url));
  await Promise.all(clients.map((client) => client.connect()));
});

afterAll(async () => {
  await Promise.all(clients.map((client) => client.end()));
  await database?.drop();
});

/** How often a transaction was given back with 40001. */
interface Count {
  transactions: number;
  conflicts: number;
}

/** Runs a transaction until it succeeds, by ROLLBACK and a new BEGIN. */
async function transaction(client: pg.Client, count: Count, work: () => Promise<void>): Promise<void> {
  count.transactions++;
  for (let attempt = 1; ; attempt++) {
    let open = true;
    try {
      await client.query("BEGIN");
      await work();
      // Whatever comes of it, the transaction is over.
      open = false;
      await client.query("COMMIT");
      return;
    } catch (error) {
      if (open) await client.query("ROLLBACK");
      if (!(error instanceof pg.DatabaseError) || error.code !== "40001") throw error;
      count.conflicts++;
      // As every client should: those that met would only meet again.
      await pause(Math.random() * Math.min(2 ** attempt, 100));
    }
  }
}

function percentage({ transactions, conflicts }: Count): number {
  return (100 * conflicts) / (transactions + conflicts);
}

/** The same numbers at every run. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

describe("contended transfers", () => {
  test("1,000 of them by 16 clients over few accounts conserve the sum", { timeout: 180_000 }, async () => {
    const [admin] = clients as [pg.Client];
    const accounts = 8;
    await admin.query("CREATE TABLE accounts (id INT8 PRIMARY KEY, balance INT8 NOT NULL, CHECK (balance >= 0))");
    await admin.query("CREATE TABLE entries (id INT8 PRIMARY KEY, account INT8 REFERENCES accounts (id), amount INT8)");
    await admin.query(`INSERT INTO accounts SELECT n, 1000 FROM generate_series(1, ${accounts}) AS g (n)`);
    const count: Count = { transactions: 0, conflicts: 0 };
    let left = 1000;
    const worker = async (client: pg.Client, seed: number): Promise<void> => {
      const random = generator(seed);
      while (left > 0) {
        const number = left--;
        const from = 1 + random(accounts);
        const to = 1 + ((from + random(accounts - 1)) % accounts);
        const amount = 1 + random(9);
        await transaction(client, count, async () => {
          const read = async (id: number): Promise<number> => {
            const { rows } = await client.query<{ balance: string }>("SELECT balance FROM accounts WHERE id = $1", [
              id,
            ]);
            return Number(rows[0]?.balance);
          };
          // Read here and written there: nothing but isolation keeps the sum.
          const [giver, taker] = [await read(from), await read(to)];
          await client.query("UPDATE accounts SET balance = $2 WHERE id = $1", [from, giver - amount]);
          await client.query("UPDATE accounts SET balance = $2 WHERE id = $1", [to, taker + amount]);
          await client.query("INSERT INTO entries VALUES ($1, $3, -$5::INT8), ($2, $4, $5)", [
            number * 2,
            number * 2 + 1,
            from,
            to,
            amount,
          ]);
        });
      }
    };
    await Promise.all(clients.map((client, index) => worker(client, index + 1)));

    const { rows } = await admin.query(
      `SELECT (SELECT sum(balance) FROM accounts)::INT8 AS sum, (SELECT count(*) FROM entries) AS entries,
         (SELECT count(*) FROM accounts a
            WHERE balance <> 1000 + (SELECT sum(amount) FROM entries e WHERE e.account = a.id)) AS unbalanced`,
    );
    console.log(`1,000 transfers over ${accounts} accounts: ${count.conflicts} conflicts told to clients`);
    expect(count.transactions).toBe(1000);
    expect(rows).toEqual([{ sum: String(1000 * accounts), entries: "2000", unbalanced: "0" }]);
  });
});

describe("clients that touch different rows are seldom told of a conflict", () => {
  /** Has each client run transactions on what is its own; returns the percentage that came back with 40001. */
  async function measure(
    what: string,
    work: (client: pg.Client, own: number, turn: number) => Promise<void>,
  ): Promise<number> {
    const count: Count = { transactions: 0, conflicts: 0 };
    await Promise.all(
      clients.map(async (client, own) => {
        for (let turn = 0; turn < 50; turn++) await transaction(client, count, () => work(client, own, turn));
      }),
    );
    const percent = percentage(count);
    console.log(
      `${what}: ${count.conflicts} of ${count.transactions} transactions were retried (${percent.toFixed(1)} %)`,
    );
    return percent;
  }

  beforeAll(async () => {
    const [admin] = clients as [pg.Client];
    await admin.query("CREATE TABLE counters (id INT8 PRIMARY KEY, value INT8 NOT NULL)");
    await admin.query("INSERT INTO counters SELECT n, 0 FROM generate_series(0, 15) AS g (n)");
    await admin.query(
      "CREATE TABLE items (owner INT8, number INT8, value INT8, PRIMARY KEY (owner, number), INDEX (value))",
    );
    await admin.query(
      "CREATE TABLE orders (id UUID PRIMARY KEY DEFAULT gen_random_uuid(), customer INT8 NOT NULL, total INT8, INDEX (customer))",
    );
  });

  test("rows read and written by key", async () => {
    const percent = await measure("rows by key", async (client, own) => {
      const { rows } = await client.query<{ value: string }>("SELECT value FROM counters WHERE id = $1", [own]);
      await client.query("UPDATE counters SET value = $2 WHERE id = $1", [own, Number(rows[0]?.value) + 1]);
    });
    const { rows } = await (clients[0] as pg.Client).query("SELECT DISTINCT value FROM counters");
    expect(rows).toEqual([{ value: "50" }]);
    expect(percent).toBeLessThan(5);
  });

  test("rows upserted and summed up by the beginning of the key", async () => {
    const percent = await measure("rows by a part of the key", async (client, own, turn) => {
      await client.query("UPSERT INTO items VALUES ($1, $2, $3)", [own, turn % 5, turn]);
      await client.query("SELECT sum(value) FROM items WHERE owner = $1", [own]);
      await client.query("UPDATE items SET value = value + 1 WHERE owner = $1 AND number = $2", [own, turn % 5]);
    });
    expect(percent).toBeLessThan(5);
  });

  test("rows inserted and found by an index", async () => {
    const percent = await measure("rows by an index", async (client, own, turn) => {
      await client.query("INSERT INTO orders (customer, total) VALUES ($1, $2)", [own, turn]);
      const { rows } = await client.query<{ n: string }>("SELECT count(*) AS n FROM orders WHERE customer = $1", [own]);
      expect(Number(rows[0]?.n)).toBe(turn + 1);
    });
    expect(percent).toBeLessThan(5);
  });
});
