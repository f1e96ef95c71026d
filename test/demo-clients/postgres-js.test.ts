import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase, type TestDatabase } from "../support/server.ts";

let database: TestDatabase;
let sql: postgres.Sql;

beforeAll(async () => {
  database = await openDatabase();
  sql = postgres(database.url, { max: 8, onnotice: () => {} });
});

afterAll(async () => {
  await sql?.end();
  await database?.drop();
});

describe("postgres.js", () => {
  test("creates tables, inserts, selects", async () => {
    await sql`CREATE TABLE accounts (id INT8 PRIMARY KEY, owner STRING NOT NULL UNIQUE, balance INT8 NOT NULL, tags STRING[], detail JSONB, at TIMESTAMPTZ)`;
    const at = new Date("2021-11-16T10:20:30.456Z");
    const rows = [
      { id: 1, owner: "one", balance: 10, tags: ["a", 'b,"'], detail: sql.json({ a: [1] }), at },
      { id: 2, owner: "two", balance: 20, tags: [], detail: null, at: null },
    ];
    const inserted = await sql`INSERT INTO accounts ${sql(rows)} RETURNING id`;
    expect({ command: inserted.command, count: inserted.count, rows: [...inserted] }).toEqual({
      command: "INSERT",
      count: 2,
      rows: [{ id: "1" }, { id: "2" }],
    });
    const found = await sql`SELECT * FROM accounts WHERE id IN ${sql([1, 2])} AND owner = ANY(${["one"]})`;
    expect([...found]).toEqual([{ id: "1", owner: "one", balance: "10", tags: ["a", 'b,"'], detail: { a: [1] }, at }]);
  });

  test("alters tables between statements that it has prepared", async () => {
    const owners = async (): Promise<unknown> => [...(await sql`SELECT owner FROM accounts WHERE id = ${1}`)];
    expect(await owners()).toEqual([{ owner: "one" }]);
    await sql`ALTER TABLE accounts ADD COLUMN note STRING NOT NULL DEFAULT 'none'`;
    await sql`ALTER TABLE accounts RENAME COLUMN owner TO holder`;
    await expect(owners()).rejects.toMatchObject({ code: "42703" });
    expect([...(await sql`SELECT holder, note FROM accounts WHERE id = ${1}`)]).toEqual([
      { holder: "one", note: "none" },
    ]);
  });

  test("upserts", async () => {
    for (const balance of [1, 2]) {
      const [row] =
        await sql`UPSERT INTO accounts (id, holder, balance) VALUES (3, ${"three"}, ${balance}) RETURNING balance`;
      expect(row).toEqual({ balance: String(balance) });
    }
  });

  test("transactions are retried until they succeed", async () => {
    const transfer = async (): Promise<void> => {
      for (;;) {
        try {
          await sql.begin("ISOLATION LEVEL SERIALIZABLE", async (tx) => {
            const [from] = await tx`SELECT balance FROM accounts WHERE id = 2`;
            await tx`UPDATE accounts SET balance = ${Number(from?.["balance"]) - 1} WHERE id = 2`;
            await tx`UPDATE accounts SET balance = balance + 1 WHERE id = 1`;
          });
          return;
        } catch (error) {
          if (!(error instanceof postgres.PostgresError) || error.code !== "40001") throw error;
        }
      }
    };
    await Promise.all(Array.from({ length: 16 }, transfer));
    expect([...(await sql`SELECT balance FROM accounts WHERE id < 3 ORDER BY id`)]).toEqual([
      { balance: "26" },
      { balance: "4" },
    ]);
  });

  test("a savepoint that fails leaves its transaction usable", async () => {
    const count = await sql.begin(async (tx) => {
      await tx`INSERT INTO accounts (id, holder, balance) VALUES (4, 'four', 4)`;
      await tx
        .savepoint((inner) => inner`INSERT INTO accounts (id, holder, balance) VALUES (4, 'four', 4)`)
        .catch(() => {});
      return (await tx`SELECT count(*) AS n FROM accounts`)[0];
    });
    expect(count).toEqual({ n: "4" });
  });

  test("copies rows in, and pipelines statements", async () => {
    const writable = await sql`COPY accounts (id, holder, balance) FROM STDIN`.writable();
    await new Promise<void>((resolve, reject) => {
      writable.once("error", reject).once("finish", () => resolve());
      writable.end("10\tten\t100\n11\televen\t110\n");
    });
    const answers = await Promise.all([10, 11].map((id) => sql`SELECT balance FROM accounts WHERE id = ${id}`));
    expect(answers.map(([row]) => row?.["balance"])).toEqual(["100", "110"]);
  });

  test("several statements in one text answer one by one", async () => {
    const results = await sql.unsafe("SELECT 1 AS a; SELECT 2 AS b").simple();
    expect(results.map((rows) => [...rows])).toEqual([[{ a: "1" }], [{ b: "2" }]]);
  });
});
