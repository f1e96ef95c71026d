import { expect, test } from "vitest";
import { expectUsable, type Harness, Recorder, rowsOf, runs, serverError, statement } from "./harness.ts";

/** What goes in comes out: parameters and columns are text, byte for byte. */
export function testValues(harness: Harness): void {
  test.each([false, true])("texts of any kind (prepared: %s)", async (prepare) => {
    const texts = [
      "",
      " ",
      "a'b\"c\\d",
      "größer 漢字 😀 \u{10FFFF}",
      "\u0001\t\r\n",
      "null",
      "$1",
      "{}",
      "true",
      "\\x00",
    ];
    const connection = await harness.connect();
    for (const text of texts) {
      expect(await rowsOf(connection, "SELECT $1::text, octet_length($1)", [text], { prepare })).toEqual([
        [text, String(Buffer.byteLength(text))],
      ]);
    }
    expect(await rowsOf(connection, "SELECT $1::text IS NULL, $1::text", [null], { prepare })).toEqual([["t", null]]);
  });

  test("texts in the statement and in names of columns", async () => {
    const connection = await harness.connect();
    const consumer = new Recorder();
    await connection.run([statement(`SELECT 'größer 😀' AS "漢字 ""x"" $1", '$2'`, [], { consumer })]);
    expect(consumer.rows).toEqual([["größer 😀", "$2"]]);
    expect(consumer.columns[0]!.name).toBe('漢字 "x" $1');
  });

  // The text of a value is the caller's business: a driver must not read it, whatever type the server infers.
  test.each([
    ["timestamptz", "2024-02-29 12:34:56.789012+00"],
    ["timestamp", "0044-03-15 00:00:00 BC"],
    ["date", "infinity"],
    ["bytea", "\\x00ff41"],
    ["bool", "t"],
    ["int8", "9223372036854775807"],
    ["int2", "-32768"],
    ["float8", "1e-07"],
    ["numeric", "123456789012345678901234567890.1234567890"],
    ["json", '{"a":  [1, "x", null]}'],
    ["jsonb", '{"a": "1"}'],
    ["text[]", '{NULL,"a,b","c\\"d"}'],
    ["int8[]", "{1,2,3}"],
    ["uuid", "0d5ba9c4-6b1f-4b7b-8b8a-0e8f5c8f3a11"],
    ["interval", "1 day 02:03:04"],
    ["oid", "4294967295"],
  ])("a value of type %s is text, in and out", async (type, value) => {
    const connection = await harness.connect({ startup: { TimeZone: "UTC", extra_float_digits: "3" } });
    for (const prepare of [false, true, true]) {
      const [row] = await rowsOf(connection, `SELECT $1::${type}, '${value}'::${type}`, [value], { prepare });
      expect(row![0]).toBe(row![1]);
      // CockroachDB writes time zones as +00:00.
      expect(harness.isCockroach ? value : row![0]).toBe(value);
    }
  });

  test("types are inferred from where a parameter stands", async () => {
    const table = await harness.table("a INT8, b TIMESTAMPTZ, c BYTEA, d BOOL, e TEXT, f FLOAT8");
    const connection = await harness.connect();
    const sql = `INSERT INTO ${table} VALUES ($1, $2, $3, $4, $5, $6)`;
    const values = ["1", "2020-01-01 00:00:00+00", "\\x6162", "false", "1", "0.5"];
    for (const prepare of [false, true, true]) {
      expect((await connection.run([statement(sql, values, { prepare })])).failure).toBeUndefined();
      expect(
        (
          await connection.run([
            statement(
              sql,
              values.map(() => null),
              { prepare },
            ),
          ])
        ).failure,
      ).toBeUndefined();
    }
    const rows = await rowsOf(connection, `SELECT a, c, d, e, f FROM ${table} WHERE a IS NOT NULL`);
    expect(rows).toEqual(Array.from({ length: 3 }, () => ["1", "\\x6162", "f", "1", "0.5"]));
  });

  test("the parameters of the caller stay as they are", async () => {
    const connection = await harness.connect();
    const parameters = Object.freeze(["1", null, "x"]);
    for (const prepare of [false, true, true]) {
      await rowsOf(connection, "SELECT $1::int8, $2::text, $3::text", parameters, { prepare });
    }
    expect(parameters).toEqual(["1", null, "x"]);
  });

  test("a NUL in a value is refused", async () => {
    const connection = await harness.connect();
    expect((await connection.run([statement("SELECT $1::text", ["a\0b"])])).failure).toBeDefined();
    await expectUsable(connection);
  });

  test("a NUL in a statement is refused before it is sent", async () => {
    const connection = await harness.connect();
    const { turns } = connection;
    const prepared = await connection.run([statement("SELECT 1"), statement("SELECT 'a\0b'", [], { prepare: true })]);
    const simple = await connection.runSimple("SELECT 1;\0SELECT 2");
    for (const [outcome, index] of [
      [prepared, 1],
      [simple, 0],
    ] as const) {
      expect(outcome).toMatchObject({ results: [], failure: { kind: "client", index } });
      expect(outcome.failure!.cause.message).toContain("NUL");
    }
    const stream = connection.stream(statement("SELECT '\0'"), { batchSize: 1, inTransaction: false });
    await expect(stream.next()).rejects.toMatchObject({ failure: { kind: "client" } });
    expect(connection.turns).toBe(turns);
    await expectUsable(connection);
  });

  test("values of a megabyte, and rows of them", async () => {
    const connection = await harness.connect();
    const text = "é".repeat(500_000);
    expect(await rowsOf(connection, "SELECT $1::text", [text])).toEqual([[text]]);
    const rows = await rowsOf(connection, "SELECT $1::text, g FROM generate_series(1, 5) AS g", [text]);
    expect(rows.map((row) => row[0] === text)).toEqual([true, true, true, true, true]);
    const long = `SELECT '${text}'`;
    expect(await rowsOf(connection, long, [], { prepare: true })).toEqual([[text]]);
  });

  test("wide rows, with many columns and many values that are NULL", async () => {
    const connection = await harness.connect();
    const columns = Array.from({ length: 500 }, (_, i) => (i % 3 === 0 ? "NULL" : String(i)));
    const [row] = await rowsOf(connection, `SELECT ${columns.join(", ")}`);
    expect(row).toEqual(columns.map((value) => (value === "NULL" ? null : value)));
  });

  test("as many parameters as fit, and one more", async () => {
    const connection = await harness.connect();
    const { maxParameters } = harness.capabilities;
    const sum = (count: number) =>
      statement(
        `SELECT count(*) FROM (VALUES ${Array.from({ length: count }, (_, i) => `($${i + 1}::STRING)`).join(", ")}) AS v`,
        Array<string>(count).fill("x"),
      );
    const most = await connection.run([sum(maxParameters)]);
    expect(most.failure).toBeUndefined();
    const { turns } = connection;
    const refused = await connection.run([statement("SELECT 1"), sum(maxParameters + 1)]);
    expect(refused).toMatchObject({ results: [], failure: { kind: "client", index: 1 } });
    expect(refused.failure!.cause.message).toContain(String(maxParameters));
    const stream = connection.stream(sum(maxParameters + 1), { batchSize: 1, inTransaction: false });
    await expect(stream.next()).rejects.toMatchObject({ failure: { kind: "client" } });
    expect(connection.turns).toBe(turns);
    await expectUsable(connection);
  });

  test("too few parameters, or too many, are the server's to refuse", async () => {
    const connection = await harness.connect();
    for (const parameters of [[], ["1", "2"]]) {
      const outcome = await connection.run([statement("SELECT $1::int8", parameters)]);
      expect(serverError(outcome).code).toMatch(/^(?:08P01|42P02|42P18|22023)$/);
    }
    await expectUsable(connection);
  });
}

/** COPY has an exchange of its own, for which a driver's consumer is no place. */
export function testCopy(harness: Harness): void {
  test.each(["FROM STDIN", "TO STDOUT"])("COPY %s is refused before it is sent", async (direction) => {
    const table = await harness.table("a INT8");
    const connection = await harness.connect();
    const consumer = new Recorder();
    const sql = `-- all of it\n COPY ${table} ${direction}`;
    const outcome = await connection.run([statement("SELECT 1"), statement(sql, [], { consumer })]);
    expect(outcome).toMatchObject({ results: [], failure: { kind: "client", index: 1 } });
    expect(outcome.failure!.cause.message).toContain("COPY");
    expect(consumer.rows).toEqual([]);
    await expectUsable(connection);
    const stream = connection.stream(statement(sql), { batchSize: 1, inTransaction: false });
    await expect(stream.next()).rejects.toMatchObject({ failure: { kind: "client" } });
    await expectUsable(connection);
  });

  test("COPY FROM STDIN in a text of several statements ends with an error", async () => {
    const table = await harness.table("a INT8");
    const connection = await harness.connect();
    const outcome = await connection.runSimple(`SELECT 1; COPY ${table} FROM STDIN; INSERT INTO ${table} VALUES (1)`);
    expect(outcome.failure).toBeDefined();
    expect(outcome.failure!.cause.message).toMatch(harness.isCockroach ? /./ : /COPY/);
    await expectUsable(connection);
    expect(await rowsOf(connection, `SELECT a FROM ${table}`)).toEqual([]);
  });

  test("COPY TO STDOUT in a text of several statements ends with an error", async ({ skip }) => {
    skip(harness.isCockroach, "not every version has it");
    const table = await harness.table("a INT8");
    const connection = await harness.connect();
    await runs(connection, `INSERT INTO ${table} SELECT generate_series(1, 100000)`);
    const outcome = await connection.runSimple(`SELECT 1; COPY ${table} TO STDOUT; SELECT 2`);
    expect(outcome.failure).toMatchObject({ kind: "client", index: 1 });
    expect(outcome.failure!.cause.message).toContain("COPY");
    await expectUsable(connection);
  });
}
