import { expect, test } from "vitest";
import type { DriverConnection } from "../../packages/tegmen/src/drivers/driver.ts";
import { expectUsable, type Harness, record, Recorder, rowsOf, runs, serverError, statement, tags } from "./harness.ts";

const prepare = { prepare: true } as const;

/** Statements that stay prepared on their connection. */
export function testPrepared(harness: Harness): void {
  test("a prepared statement hands over the same columns every time", async () => {
    const connection = await harness.connect();
    const first = await record(connection, "SELECT $1::int8 AS n", ["1"], prepare);
    const second = await record(connection, "SELECT $1::int8 AS n", ["2"], prepare);
    const both = [new Recorder(), new Recorder()];
    await connection.run(both.map((consumer) => statement("SELECT $1::int8 AS n", ["3"], { prepare: true, consumer })));
    expect(second.columns).toBe(first.columns);
    expect(both.map((consumer) => consumer.columns)).toEqual([first.columns, first.columns]);
    expect(both[1]!.columns).toBe(first.columns);
    expect(await kept(connection)).toHaveLength(1);
  });

  test("only what is to be prepared stays on the server", async () => {
    const connection = await harness.connect();
    await rowsOf(connection, "SELECT $1::int8", ["1"]);
    await rowsOf(connection, "SELECT 2");
    expect(await kept(connection)).toEqual([]);
    const none = await harness.connect({ preparedStatementCacheSize: 0 });
    expect(await rowsOf(none, "SELECT $1::int8", ["1"], prepare)).toEqual([["1"]]);
    expect(await rowsOf(none, "SELECT $1::int8", ["2"], prepare)).toEqual([["2"]]);
    expect(await kept(none)).toEqual([]);
  });

  test("statements without rows can be prepared, too", async () => {
    const table = await harness.table("a INT8");
    const connection = await harness.connect();
    for (let i = 0; i < 3; i++) {
      const outcome = await connection.run([statement(`INSERT INTO ${table} VALUES ($1)`, [String(i)], prepare)]);
      expect(tags(outcome)).toEqual(["INSERT 0 1"]);
    }
    expect((await record(connection, "SET application_name = 'x'", [], prepare)).rows).toEqual([]);
  });

  test("no more than the cache's size are kept, and all give the right rows", async () => {
    const connection = await harness.connect({ preparedStatementCacheSize: 3 });
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 8; i++) {
        const rows = await rowsOf(connection, `SELECT ${i}, $1::text`, [`round ${round}`], prepare);
        expect(rows).toEqual([[String(i), `round ${round}`]]);
        expect((await kept(connection)).length).toBeLessThanOrEqual(3);
      }
    }
    // More new ones at once than there is room for.
    const batch = Array.from({ length: 8 }, (_, i) => statement(`SELECT $1::text, 'new ${i}'`, [String(i)], prepare));
    expect((await connection.run(batch)).failure).toBeUndefined();
    expect((await connection.run(batch)).failure).toBeUndefined();
    await rowsOf(connection, "SELECT 1");
    expect((await kept(connection)).length).toBeLessThanOrEqual(3);
  });

  test("the least recently used statement makes room", async ({ skip }) => {
    skip(!harness.capabilities.replacesPrepared, "the driver keeps the first ones");
    const connection = await harness.connect({ preparedStatementCacheSize: 2 });
    for (const sql of ["SELECT 1", "SELECT 2", "SELECT 1", "SELECT 3", "SELECT 1"]) {
      await rowsOf(connection, sql, [], prepare);
    }
    expect(await kept(connection)).toEqual([
      expect.stringMatching(/^SELECT 1\b/),
      expect.stringMatching(/^SELECT 3\b/),
    ]);
  });

  test("a stale plan outside a transaction is prepared anew, unnoticed", async () => {
    const table = await harness.table("a INT8");
    const connection = await harness.connect();
    const other = await harness.connect();
    const sql = `SELECT * FROM ${table}`;
    const before = await record(connection, sql, [], prepare);
    await runs(other, `ALTER TABLE ${table} ADD COLUMN b INT8`, `INSERT INTO ${table} VALUES (1, 2)`);
    const after = await record(connection, sql, [], prepare);
    expect(after.rows).toEqual([["1", "2"]]);
    expect(after.columns.map((column) => column.name)).toEqual(["a", "b"]);
    expect(before.columns).toHaveLength(1);
    expect((await record(connection, sql, [], prepare)).columns).toBe(after.columns);
  });

  test("a stale plan inside a transaction fails it, once", async () => {
    const table = await harness.table("a INT8");
    const connection = await harness.connect();
    const other = await harness.connect();
    const sql = `SELECT * FROM ${table}`;
    await rowsOf(connection, sql, [], prepare);
    await runs(other, `ALTER TABLE ${table} ADD COLUMN b INT8`);
    await runs(connection, "BEGIN");
    expect(serverError(await connection.run([statement(sql, [], prepare)]))).toMatchObject({ code: "0A000" });
    expect(connection.transactionStatus).toBe("E");
    await runs(connection, "ROLLBACK");
    expect((await record(connection, sql, [], prepare)).columns).toHaveLength(2);
  });

  test("a stale plan in a batch with others fails the batch, once", async () => {
    const table = await harness.table("a INT8");
    const connection = await harness.connect();
    const other = await harness.connect();
    const batch = [statement(`SELECT * FROM ${table}`, [], prepare), statement(`INSERT INTO ${table} VALUES (1)`)];
    await connection.run(batch.slice(0, 1));
    await runs(other, `ALTER TABLE ${table} ADD COLUMN b INT8`);
    expect(serverError(await connection.run(batch))).toMatchObject({ index: 0, code: "0A000" });
    expect(await rowsOf(connection, `SELECT a FROM ${table}`)).toEqual([]);
    expect((await connection.run(batch)).failure).toBeUndefined();
  });

  test("statements that the server forgot are prepared anew", async () => {
    const connection = await harness.connect();
    await rowsOf(connection, "SELECT $1::int8", ["1"], prepare);
    await runs(connection, "DEALLOCATE ALL");
    expect(await rowsOf(connection, "SELECT $1::int8", ["2"], prepare)).toEqual([["2"]]);
    await runs(connection, "DEALLOCATE ALL");
    connection.forgetPrepared();
    await runs(connection, "BEGIN");
    expect(await rowsOf(connection, "SELECT $1::int8", ["3"], prepare)).toEqual([["3"]]);
    await runs(connection, "COMMIT");
    expect(await kept(connection)).toHaveLength(1);
  });

  test("a statement that cannot be prepared is tried again in full", async () => {
    const name = `driver_test_late_${process.pid}`;
    const connection = await harness.connect();
    const insert = statement(`INSERT INTO ${name} VALUES ($1)`, ["1"], prepare);
    // The second is sent while the Parse of the first is on its way, and fails like it.
    const failed = await Promise.all([connection.run([insert]), connection.run([insert])]);
    for (const outcome of failed) expect(serverError(outcome)).toMatchObject({ code: "42P01" });
    try {
      await runs(connection, `CREATE TABLE ${name} (a INT8)`);
      const done = await Promise.all([connection.run([insert]), connection.run([insert]), connection.run([insert])]);
      for (const outcome of done) expect(tags(outcome)).toEqual(["INSERT 0 1"]);
    } finally {
      await runs(connection, `DROP TABLE ${name}`);
    }
  });

  test("a statement whose Parse was skipped is not taken for prepared", async () => {
    const connection = await harness.connect();
    await runs(connection, "BEGIN");
    const outcome = await connection.run([statement("SELECT 1 / 0"), statement("SELECT $1::int8", ["1"], prepare)]);
    expect(serverError(outcome)).toMatchObject({ index: 0, code: "22012" });
    const refused = await connection.run([statement("SELECT $1::int8", ["2"], prepare)]);
    expect(serverError(refused)).toMatchObject({ code: "25P02" });
    await runs(connection, "ROLLBACK");
    expect(await rowsOf(connection, "SELECT $1::int8", ["3"], prepare)).toEqual([["3"]]);
  });

  test("a statement that fails with one value works with another", async () => {
    const connection = await harness.connect();
    const sql = "SELECT 10 / $1::int8";
    const run = async (value: string) => connection.run([statement(sql, [value], prepare)]);
    expect(serverError(await run("0"))).toMatchObject({ code: "22012" });
    expect(serverError(await run("five"))).toMatchObject({ code: harness.isCockroach ? "08P01" : "22P02" });
    expect((await run("5")).failure).toBeUndefined();
    expect(serverError(await run("0"))).toMatchObject({ code: "22012" });
    expect((await run("2")).failure).toBeUndefined();
    await expectUsable(connection);
  });
}

/** The texts that the server keeps for this connection. */
async function kept(connection: DriverConnection): Promise<readonly string[]> {
  const rows = await rowsOf(connection, "SELECT statement FROM pg_catalog.pg_prepared_statements ORDER BY statement");
  return rows.map((row) => String(row[0]).trim()).filter((sql) => !sql.includes("pg_prepared_statements"));
}
