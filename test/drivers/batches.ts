import { expect, test } from "vitest";
import { expectUsable, type Harness, Recorder, rowsOf, runs, serverError, statement, tags } from "./harness.ts";

/** Several statements in one call, and several calls at once. */
export function testBatches(harness: Harness): void {
  test("results, rows and columns arrive in order, each with its own consumer", async () => {
    const connection = await harness.connect();
    const consumers = [new Recorder(), new Recorder(), new Recorder()];
    const outcome = await connection.run([
      statement("SELECT 1 AS one", [], { consumer: consumers[0]! }),
      statement("SELECT $1::text AS a, $2::text AS b", ["x", null], { consumer: consumers[1]! }),
      statement("SELECT g FROM generate_series(1, 3) AS g", [], { consumer: consumers[2]! }),
      statement("SET application_name = 'batch'"),
    ]);
    expect(outcome.failure).toBeUndefined();
    expect(tags(outcome)).toEqual(["SELECT 1", "SELECT 1", "SELECT 3", "SET"]);
    expect(consumers.map((consumer) => consumer.rows)).toEqual([[["1"]], [["x", null]], [["1"], ["2"], ["3"]]]);
    expect(consumers.map((consumer) => consumer.columns.map((column) => column.name))).toEqual([
      ["one"],
      ["a", "b"],
      ["g"],
    ]);
  });

  test("columns tell their type and their table", async () => {
    const table = await harness.table("id INT8 PRIMARY KEY, name VARCHAR(20)");
    const connection = await harness.connect();
    const consumer = new Recorder();
    await connection.run([statement(`SELECT name, id, 1.5::FLOAT8 FROM ${table}`, [], { consumer })]);
    const [name, id, sum] = consumer.columns;
    expect(name).toMatchObject({ name: "name", typeOid: 1043, columnNumber: 2, typeModifier: 24 });
    expect(id).toMatchObject({ name: "id", typeOid: 20, columnNumber: 1, typeModifier: -1 });
    expect(name!.tableOid).toBeGreaterThan(0);
    expect(id!.tableOid).toBe(name!.tableOid);
    expect(sum).toMatchObject({ typeOid: 701, tableOid: 0, columnNumber: 0 });
  });

  test("command tags say what was done, and to how many rows", async () => {
    const table = await harness.table("a INT8");
    const connection = await harness.connect();
    const outcome = await runs(
      connection,
      `INSERT INTO ${table} VALUES (1), (2)`,
      `UPDATE ${table} SET a = 3`,
      `DELETE FROM ${table} WHERE a = 4`,
      "",
      "-- nothing",
    );
    expect(tags(outcome)).toEqual(["INSERT 0 2", "UPDATE 2", "DELETE 0", "", ""]);
  });

  test("an empty batch does nothing", async () => {
    const connection = await harness.connect();
    expect(await connection.run([])).toEqual({ results: [] });
    await expectUsable(connection);
  });

  test("two columns may have the same name, and a row may have none", async () => {
    const connection = await harness.connect();
    expect(await rowsOf(connection, "SELECT 1 AS a, 2 AS a")).toEqual([["1", "2"]]);
    const table = await harness.table("a INT8");
    await runs(connection, `INSERT INTO ${table} VALUES (1), (2)`);
    expect(await rowsOf(connection, `SELECT FROM ${table}`)).toEqual([[], []]);
  });

  test("in a transaction nothing after the first failure has an effect, not even COMMIT", async () => {
    const table = await harness.table("a INT8 PRIMARY KEY");
    const connection = await harness.connect();
    const outcome = await runs(
      connection,
      "BEGIN",
      `INSERT INTO ${table} VALUES (1)`,
      `INSERT INTO ${table} VALUES (1)`,
      `INSERT INTO ${table} VALUES (2)`,
      "COMMIT",
    );
    expect(tags(outcome)).toEqual(["BEGIN", "INSERT 0 1"]);
    expect(serverError(outcome)).toMatchObject({ index: 2, code: "23505" });
    expect(connection.transactionStatus).toBe("E");
    await runs(connection, "ROLLBACK");
    expect(connection.transactionStatus).toBe("I");
    expect(await rowsOf(connection, `SELECT a FROM ${table}`)).toEqual([]);
  });

  test("a failed batch does not go on behind its own savepoint or ROLLBACK", async () => {
    const table = await harness.table("a INT8 PRIMARY KEY");
    const connection = await harness.connect();
    await runs(connection, "BEGIN", `INSERT INTO ${table} VALUES (1)`, "SAVEPOINT here");
    const back = await runs(
      connection,
      `INSERT INTO ${table} VALUES (1)`,
      "ROLLBACK TO SAVEPOINT here",
      `INSERT INTO ${table} VALUES (2)`,
    );
    expect(serverError(back)).toMatchObject({ index: 0, code: "23505" });
    expect(connection.transactionStatus).toBe("E");
    await runs(connection, "ROLLBACK TO SAVEPOINT here");
    const out = await runs(connection, "SELECT 1 / 0", "ROLLBACK", `INSERT INTO ${table} VALUES (3)`);
    expect(serverError(out)).toMatchObject({ index: 0, code: "22012" });
    expect(connection.transactionStatus).toBe("E");
    await runs(connection, "ROLLBACK TO SAVEPOINT here", "COMMIT");
    expect(await rowsOf(connection, `SELECT a FROM ${table}`)).toEqual([["1"]]);
  });

  test("outside a transaction nothing after the first failure has an effect", async () => {
    const table = await harness.table("a INT8 PRIMARY KEY");
    const connection = await harness.connect();
    const outcome = await runs(
      connection,
      `INSERT INTO ${table} VALUES (1)`,
      `INSERT INTO ${table} VALUES (1)`,
      `INSERT INTO ${table} VALUES (2)`,
    );
    expect(serverError(outcome)).toMatchObject({ index: 1, code: "23505" });
    expect(tags(outcome)).toEqual(["INSERT 0 1"]);
    expect(connection.transactionStatus).toBe("I");
    expect(await rowsOf(connection, `SELECT a FROM ${table} WHERE a = 2`)).toEqual([]);
  });

  test("on PostgreSQL a batch outside a transaction is all or nothing", async ({ skip }) => {
    skip(harness.isCockroach, "CockroachDB commits the statements of a batch one by one");
    const table = await harness.table("a INT8 PRIMARY KEY");
    const connection = await harness.connect();
    await runs(connection, `INSERT INTO ${table} VALUES (1)`, "SELECT 1 / 0");
    expect(await rowsOf(connection, `SELECT a FROM ${table}`)).toEqual([]);
  });

  test("a check that only the commit makes fails behind all results", async ({ skip }) => {
    skip(harness.isCockroach, "CockroachDB has no deferred constraints");
    const table = await harness.table("a INT8 UNIQUE DEFERRABLE INITIALLY DEFERRED");
    const connection = await harness.connect();
    const outcome = await runs(connection, `INSERT INTO ${table} VALUES (1)`, `INSERT INTO ${table} VALUES (1)`);
    expect(tags(outcome)).toEqual(["INSERT 0 1", "INSERT 0 1"]);
    expect(serverError(outcome)).toMatchObject({ index: 2, code: "23505" });
    expect(await rowsOf(connection, `SELECT a FROM ${table}`)).toEqual([]);
  });

  test("what follows a COMMIT that fails has no effect", async ({ skip }) => {
    skip(harness.isCockroach, "CockroachDB has no deferred constraints");
    const table = await harness.table("a INT8 UNIQUE DEFERRABLE INITIALLY DEFERRED");
    const connection = await harness.connect();
    const insert = `INSERT INTO ${table} VALUES (1)`;
    const outcome = await runs(connection, "BEGIN", insert, insert, "COMMIT", `INSERT INTO ${table} VALUES (2)`);
    expect(serverError(outcome)).toMatchObject({ index: 3, code: "23505" });
    expect(await rowsOf(connection, `SELECT a FROM ${table}`)).toEqual([]);
  });

  test("what follows a BEGIN that fails has no effect", async () => {
    const table = await harness.table("a INT8");
    const connection = await harness.connect();
    const outcome = await runs(connection, "BEGIN ISOLATION LEVEL WHATEVER", `INSERT INTO ${table} VALUES (1)`);
    expect(serverError(outcome)).toMatchObject({ index: 0, code: "42601" });
    expect(connection.transactionStatus).toBe("I");
    expect(await rowsOf(connection, `SELECT a FROM ${table}`)).toEqual([]);
  });

  test("statements with effects outside the transaction are kept apart", async () => {
    const table = await harness.table("a INT8");
    const connection = await harness.connect();
    const outcome = await runs(
      connection,
      `INSERT INTO ${table} VALUES (1)`,
      "BEGIN",
      `INSERT INTO ${table} VALUES (2)`,
      "COMMIT",
      `INSERT INTO ${table} VALUES (3)`,
    );
    expect(outcome.failure).toBeUndefined();
    expect(tags(outcome)).toEqual(["INSERT 0 1", "BEGIN", "INSERT 0 1", "COMMIT", "INSERT 0 1"]);
    expect(connection.transactionStatus).toBe("I");
    expect(await rowsOf(connection, `SELECT a FROM ${table} ORDER BY a`)).toEqual([["1"], ["2"], ["3"]]);
  });

  test("a batch of a thousand statements", async () => {
    const table = await harness.table("a INT8");
    const connection = await harness.connect();
    const batch = Array.from({ length: 1_000 }, (_, i) =>
      statement(`INSERT INTO ${table} VALUES ($1)`, [String(i)], { prepare: true }),
    );
    const outcome = await connection.run(batch);
    expect(outcome.failure).toBeUndefined();
    expect(outcome.results).toHaveLength(1_000);
    expect(await rowsOf(connection, `SELECT count(*), sum(a) FROM ${table}`)).toEqual([["1000", "499500"]]);
  });

  test("calls started together are answered in order", async () => {
    const connection = await harness.connect();
    const order: number[] = [];
    const calls = Array.from({ length: 50 }, async (_, i) => {
      const rows = await rowsOf(connection, "SELECT $1::text", [String(i)], { prepare: i % 2 === 0 });
      order.push(i);
      return rows[0]![0];
    });
    expect(connection.isBusy).toBe(true);
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 50 }, (_, i) => String(i)));
    expect(order).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(connection.isBusy).toBe(false);
  });

  test("a failure in one call is none in the calls around it", async () => {
    const connection = await harness.connect();
    const [before, failed, after] = await Promise.all([
      runs(connection, "SELECT 1"),
      runs(connection, "SELECT 1 / 0"),
      runs(connection, "SELECT 2"),
    ]);
    expect(before.failure).toBeUndefined();
    expect(serverError(failed)).toMatchObject({ code: "22012" });
    expect(after.failure).toBeUndefined();
  });

  test("calls of several statements started together do not mix", async () => {
    const table = await harness.table("a INT8 PRIMARY KEY");
    const connection = await harness.connect();
    const insert = (a: number) => `INSERT INTO ${table} VALUES (${a})`;
    const outcomes = await Promise.all([
      runs(connection, "BEGIN", insert(1)),
      runs(connection, insert(2), insert(3)),
      runs(connection, "COMMIT"),
      runs(connection, insert(4), insert(4), insert(5)),
      runs(connection, insert(6), insert(7)),
    ]);
    expect(outcomes.map((outcome) => outcome.failure?.kind)).toEqual([
      undefined,
      undefined,
      undefined,
      "server",
      undefined,
    ]);
    const rows = await rowsOf(connection, `SELECT a FROM ${table} WHERE a <> 4 ORDER BY a`);
    expect(rows.flat()).toEqual(["1", "2", "3", "6", "7"]);
  });

  test("the transaction status is the server's", async () => {
    const connection = await harness.connect();
    expect(connection.transactionStatus).toBe("I");
    await runs(connection, "BEGIN");
    expect(connection.transactionStatus).toBe("T");
    await runs(connection, "SELECT 1 / 0");
    expect(connection.transactionStatus).toBe("E");
    expect(serverError(await runs(connection, "SELECT 1"))).toMatchObject({ code: "25P02" });
    await runs(connection, "ROLLBACK");
    expect(connection.transactionStatus).toBe("I");
  });

  test("turns count how often the client had to wait", async () => {
    const table = await harness.table("a INT8");
    const connection = await harness.connect();
    const turnsOf = async (work: () => Promise<unknown>): Promise<number> => {
      const before = connection.turns;
      await work();
      return connection.turns - before;
    };
    const insert = `INSERT INTO ${table} VALUES ($1)`;
    const first = statement(insert, ["1"], { prepare: true });
    expect(await turnsOf(() => connection.run([first]))).toBe(1);
    expect(await turnsOf(() => connection.run([first]))).toBe(1);
    expect(await turnsOf(() => connection.run([statement(insert, ["2"])]))).toBe(1);
    expect(await turnsOf(() => Promise.all([connection.run([first]), connection.run([first])]))).toBe(1);
    expect(await turnsOf(() => connection.run([first, first, first]))).toBe(1);
    expect(await turnsOf(() => connection.run([statement("BEGIN"), statement("SAVEPOINT a"), first]))).toBe(1);
    expect(await turnsOf(() => connection.run([first, statement("RELEASE SAVEPOINT a")]))).toBe(1);
    const { singleSyncBatches } = harness.capabilities;
    expect(await turnsOf(() => connection.run([first, statement("COMMIT")]))).toBe(singleSyncBatches ? 1 : 2);
  });

  test("what a consumer throws fails its statement, and the connection stays good", async () => {
    const connection = await harness.connect();
    const thrown = new Error("no more rows, please");
    let rows = 0;
    const consumer = {
      fields: () => {},
      row: () => {
        if (++rows === 2) throw thrown;
      },
    };
    const sql = "SELECT g FROM generate_series(1, 1000) AS g";
    for (const prepare of [false, true, true]) {
      rows = 0;
      const outcome = await connection.run([statement("SELECT 1"), statement(sql, [], { prepare, consumer })]);
      expect(outcome.failure).toEqual({ kind: "client", index: 1, cause: thrown });
      expect(rows).toBe(2);
      await expectUsable(connection);
    }
    const fields = {
      fields: () => {
        throw thrown;
      },
      row: () => {},
    };
    for (const prepare of [false, true, true]) {
      const outcome = await connection.run([statement("SELECT 1 AS a", [], { prepare, consumer: fields })]);
      expect(outcome.failure).toEqual({ kind: "client", index: 0, cause: thrown });
      await expectUsable(connection);
    }
  });

  test("an error of the server tells all it knows", async () => {
    const table = await harness.table("a INT8 CONSTRAINT positive CHECK (a > 0), b INT8 NOT NULL");
    const connection = await harness.connect();
    const check = await runs(connection, `INSERT INTO ${table} VALUES (-1, 1)`);
    const fields = serverError(check);
    expect(fields).toMatchObject({ severity: "ERROR", code: "23514", constraint: "positive" });
    // CockroachDB names the constraint only.
    const named = harness.isCockroach ? {} : { schema: "public", table, message: expect.stringContaining("positive") };
    expect(fields).toMatchObject(named);
    expect(check.failure!.cause.message).toBe(fields.message);
    expect(check.failure!.cause).toHaveProperty("code", "23514");
    const missing = serverError(await runs(connection, `INSERT INTO ${table} (a) VALUES (1)`));
    expect(missing).toMatchObject({ code: "23502", message: expect.stringContaining('"b"') });
    expect(serverError(await runs(connection, "SELEC 1"))).toMatchObject({ code: "42601" });
  });
}
