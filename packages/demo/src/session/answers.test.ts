import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startDemoCluster } from "../cluster.ts";
import type { DemoCluster } from "../demo-cluster.ts";

let cluster: DemoCluster;
let client: pg.Client;

const raw = { getTypeParser: () => (value: string) => value } as unknown as pg.CustomTypesConfig;

beforeAll(async () => {
  cluster = await startDemoCluster({ preferRealBinary: false });
  client = new pg.Client({ connectionString: cluster.url, types: raw });
  await client.connect();
});

afterAll(async () => {
  await client?.end();
  await cluster?.stop();
});

/** The rows of the last statement, as texts. */
async function rows(sql: string): Promise<unknown[]> {
  const result = await client.query({ text: sql, rowMode: "array" });
  return ([result].flat().at(-1) as pg.QueryArrayResult).rows;
}

const failure = (sql: string): Promise<unknown> =>
  client.query(sql).then(
    () => "no error",
    ({ code, message }: pg.DatabaseError) => `${code}: ${message}`,
  );

describe("the result of a prepared statement keeps its types", () => {
  test("prepared by SQL", async () => {
    await client.query("CREATE TABLE plan (a INT8); INSERT INTO plan VALUES (1)");
    await client.query("PREPARE star AS SELECT * FROM plan");
    await client.query("ALTER TABLE plan ADD COLUMN b INT8");
    expect(await failure("EXECUTE star")).toBe("0A000: cached plan must not change result type");
    expect(await failure("EXECUTE star")).toBe("0A000: cached plan must not change result type");
    await client.query("ALTER TABLE plan DROP COLUMN b");
    expect(await rows("EXECUTE star")).toEqual([["1"]]);
  });

  test("prepared by the protocol", async () => {
    await client.query("CREATE TABLE plan2 (a INT8); INSERT INTO plan2 VALUES (1)");
    const text = "SELECT * FROM plan2 WHERE a = $1";
    const star: pg.QueryArrayConfig = { name: "star2", text, values: [1], rowMode: "array" };
    expect((await client.query(star)).rows).toEqual([["1"]]);
    await client.query("ALTER TABLE plan2 ADD COLUMN b INT8");
    await expect(client.query(star)).rejects.toMatchObject({ code: "0A000" });
    await client.query("BEGIN");
    await expect(client.query(star)).rejects.toMatchObject({ code: "0A000" });
    await client.query("ROLLBACK");
    await client.query("ALTER TABLE plan2 RENAME COLUMN b TO c; ALTER TABLE plan2 DROP COLUMN c");
    expect((await client.query(star)).rows).toEqual([["1"]]);
    await client.query("ALTER TABLE plan2 RENAME COLUMN a TO c");
    await expect(client.query(star)).rejects.toMatchObject({ code: "42703" });
    await client.query("ALTER TABLE plan2 RENAME COLUMN c TO a");
    expect((await client.query(star)).rows).toEqual([["1"]]);
  });
});

describe("where PostgreSQL orders values otherwise", () => {
  beforeAll(async () => {
    await client.query("CREATE TABLE sorted (f FLOAT8, d DECIMAL, a INT8[])");
    await client.query(
      "INSERT INTO sorted VALUES ('NaN', 'NaN', ARRAY[1, NULL]), (1, 1, ARRAY[1, 0]), (NULL, NULL, NULL), ('-inf', -3, ARRAY[NULL])",
    );
  });

  test.each([
    ["SELECT f FROM sorted ORDER BY f", [[null], ["NaN"], ["-Infinity"], ["1"]]],
    ["SELECT d FROM sorted ORDER BY d DESC", [["1"], ["-3"], ["NaN"], [null]]],
    ["SELECT d AS x FROM sorted ORDER BY x", [[null], ["NaN"], ["-3"], ["1"]]],
    ["SELECT DISTINCT d FROM sorted ORDER BY 1", [[null], ["NaN"], ["-3"], ["1"]]],
    ["SELECT d FROM sorted UNION SELECT 2.5::DECIMAL ORDER BY 1 DESC", [["2.5"], ["1"], ["-3"], ["NaN"], [null]]],
    ["WITH w AS (SELECT f AS g FROM sorted) SELECT g FROM w ORDER BY g LIMIT 2", [[null], ["NaN"]]],
    ["SELECT array_agg(f ORDER BY f DESC) FROM sorted", [["{1,-Infinity,NaN,NULL}"]]],
    [
      "SELECT d, rank() OVER (ORDER BY d) FROM sorted WHERE d < 1 ORDER BY 2",
      [
        ["NaN", "1"],
        ["-3", "2"],
      ],
    ],
    ["SELECT max(f), min(f), max(d), min(d) FROM sorted", [["1", "NaN", "1", "NaN"]]],
    ["SELECT greatest('NaN'::FLOAT, 1), least(1, 'NaN'::DECIMAL)", [["1", "NaN"]]],
    ["SELECT 'NaN'::FLOAT < '-inf'::FLOAT, 'NaN'::DECIMAL >= 0, (1, 'NaN'::FLOAT) < (1, 0::FLOAT)", [["t", "f", "t"]]],
    ["SELECT NULL < 'NaN'::FLOAT, 'NaN'::FLOAT > NULL", [[null, null]]],
    ["SELECT f FROM sorted WHERE f BETWEEN -5 AND 5", [["1"]]],
    ["SELECT a FROM sorted ORDER BY a", [[null], ["{NULL}"], ["{1,NULL}"], ["{1,0}"]]],
    ["SELECT DISTINCT a FROM sorted ORDER BY a DESC LIMIT 1", [["{1,0}"]]],
    ["SELECT ARRAY[1, NULL] < ARRAY[1, 2], ARRAY[1] <= ARRAY[1, NULL]", [["t", "t"]]],
  ])("%s", async (sql, expected) => {
    expect(await rows(sql)).toEqual(expected);
  });

  test("comparisons of decimals beside an index", async () => {
    await client.query("CREATE TABLE prices (price DECIMAL, INDEX (price))");
    await client.query("INSERT INTO prices SELECT i FROM generate_series(1, 10) AS i");
    expect(await rows("SELECT count(*) FROM prices WHERE price > 3 AND price <= 5")).toEqual([["2"]]);
  });
});

describe("values as texts", () => {
  test.each([
    [
      "SELECT 'infinity'::TIMESTAMP, '-infinity'::TIMESTAMPTZ, 'infinity'::DATE",
      [["294276-12-31 23:59:59.999999", "4714-11-24 00:00:00+00:00 BC", "infinity"]],
    ],
    ["SELECT '0044-03-15 BC'::TIMESTAMPTZ", [["0044-03-15 00:00:00+00:00 BC"]]],
    ["SELECT '11:59:59 PM-07'::TIMETZ", [["23:59:59-07:00"]]],
    ["SELECT '02/03/20'::DATE, '2020-02-03'::DATE", [["2002-03-20", "2020-02-03"]]],
    ["SELECT ARRAY['1:00+02', '2:00-01']::TIMETZ[]", [["{01:00:00+02:00,02:00:00-01:00}"]]],
    ["SELECT current_setting('application_name')", [[""]]],
  ])("%s", async (sql, expected) => {
    expect(await rows(sql)).toEqual(expected);
  });

  test.each([
    ["SET TIME ZONE '-04:30'; SELECT '2020-02-29 12:00Z'::TIMESTAMPTZ", [["2020-02-29 16:30:00+04:30"]]],
    ["SET TIME ZONE INTERVAL '-04:30'; SELECT '2020-02-29 12:00Z'::TIMESTAMPTZ", [["2020-02-29 07:30:00-04:30"]]],
    ["SET TIME ZONE 3; SELECT '2020-02-29 12:00Z'::TIMESTAMPTZ", [["2020-02-29 15:00:00+03:00"]]],
  ])("%s", async (sql, expected) => {
    expect(await rows(sql)).toEqual(expected);
    await client.query("SET TIME ZONE 'UTC'");
  });

  test.each([
    ["SELECT '02/03/2020'::DATE", "22008: parsing as type date: field day value 2020 is out of range"],
    ["SELECT '1'::JSONB AS j ORDER BY j", "0A000: unimplemented: can't order by column type jsonb"],
    ["CREATE INDEX ON sorted (a)", "0A000: unimplemented: column a is of type int[] and thus is not indexable"],
  ])("%s", async (sql, error) => {
    expect(await failure(sql)).toBe(error);
  });

  test.each([
    ["SELECT * FROM generate_series(1, NULL)", []],
    ["SELECT pg_typeof(1::INT8), pg_client_encoding()", [["bigint", "UTF8"]]],
  ])("%s", async (sql, expected) => {
    expect(await rows(sql)).toEqual(expected);
  });

  test("a type in use, and a value it has already", async () => {
    await client.query("CREATE TYPE mood AS ENUM ('ok'); CREATE TABLE moody (m mood)");
    expect(await failure("DROP TYPE mood")).toBe(
      '2BP01: cannot drop type "mood" because other objects ([defaultdb.public.moody]) still depend on it',
    );
    expect(await failure("ALTER TYPE mood ADD VALUE 'ok'")).toBe('42710: enum value "ok" already exists');
    expect(await failure("SELECT nextval('moody')")).toBe('42809: "moody" is not a sequence');
  });

  test("an infinite moment as a parameter", async () => {
    const text = "SELECT $1::TIMESTAMP, $2::TIMESTAMPTZ";
    const result = await client.query({ text, values: ["infinity", "infinity"], rowMode: "array" });
    expect(result.rows).toEqual([["294276-12-31 23:59:59.999999", "294276-12-31 23:59:59.999999+00:00"]]);
  });

  test("BYTES[], whatever bytea_output says", async () => {
    const sql = String.raw`SELECT ARRAY[b'\xff', b'a"\\x', b'', NULL, b'a,}']`;
    const expected = [[String.raw`{"\\xff","\\x61225c78","\\x",NULL,"\\x612c7d"}`]];
    expect(await rows(sql)).toEqual(expected);
    await client.query("SET bytea_output = 'escape'");
    expect(await rows(sql)).toEqual(expected);
    await client.query("RESET bytea_output");
  });
});

test("CREATE TABLE AS of values, some of them NULL", async () => {
  await client.query("CREATE TABLE filled (x) AS VALUES (1), (NULL)");
  expect(await rows("SELECT x FROM filled ORDER BY x")).toEqual([[null], ["1"]]);
  expect(await failure("CREATE TABLE unfilled (x, y) AS VALUES (1, NULL), (2, NULL)")).toMatch(/^42P16/);
});

describe("changes as sources", () => {
  test("are made once, and give their rows", async () => {
    await client.query("CREATE TABLE source (k STRING PRIMARY KEY, v INT8)");
    expect(
      await rows("SELECT v + 1, k FROM [INSERT INTO source VALUES ('a', 1), ('b', 2) RETURNING k, v] ORDER BY k"),
    ).toEqual([
      ["2", "a"],
      ["3", "b"],
    ]);
    const both =
      "WITH w AS (SELECT 5 AS n) SELECT x.v, n FROM [UPDATE source SET v = 9 WHERE k = 'a' RETURNING v] AS x, w";
    expect(await rows(both)).toEqual([["9", "5"]]);
    await client.query("INSERT INTO source SELECT k || '!', v FROM [DELETE FROM source RETURNING k, v]");
    expect(await rows("SELECT * FROM source ORDER BY k")).toEqual([
      ["a!", "9"],
      ["b!", "2"],
    ]);
    expect(await failure("CREATE TABLE t9 AS SELECT * FROM [DELETE FROM source RETURNING k]")).toMatch(/^0A000/);
  });
});

describe("definitions", () => {
  test("have parentheses around operations in operations", async () => {
    await client.query("CREATE TABLE checked (a INT8, b INT8, CHECK (a + b < 10 AND a IS NOT NULL))");
    expect(await failure("INSERT INTO checked VALUES (9, 9)")).toBe(
      "23514: failed to satisfy CHECK constraint (((a + b) < 10:::INT8) AND (a IS NOT NULL))",
    );
  });

  test("may refer to other columns of the table itself", async () => {
    await client.query("CREATE TABLE chain (a INT8 UNIQUE, b INT8 REFERENCES chain (a) ON DELETE CASCADE)");
    await client.query("INSERT INTO chain VALUES (1, NULL), (2, 1); DELETE FROM chain WHERE a = 1");
    expect(await rows("SELECT * FROM chain")).toEqual([]);
  });
});

describe("all of a table's row", () => {
  test("has the columns that can be seen", async () => {
    await client.query("CREATE TABLE whole (a INT8, b STRING); INSERT INTO whole VALUES (1, 'x')");
    expect(await rows("SELECT whole FROM whole")).toEqual([["(1,x)"]]);
    expect(await rows("SELECT row_to_json(w) FROM whole AS w")).toEqual([['{"a": 1, "b": "x"}']]);
    expect(await rows("SELECT (whole).b, (whole).* FROM whole WHERE (whole).a = 1")).toEqual([["x", "1", "x"]]);
  });
});

describe("names", () => {
  test("that PostgreSQL would cut are refused", async () => {
    const name = "n".repeat(64);
    expect(await failure(`CREATE TABLE ${name} (i INT8)`)).toMatch(/^0A000: a name of more than 63 bytes/);
    expect(await failure(`SELECT 1 AS "${name}"`)).toMatch(/^0A000/);
    expect(await rows(`SELECT 1 AS "${name.slice(1)}"`)).toEqual([["1"]]);
  });

  test("of indexes that are made from long ones differ", async () => {
    const name = "n".repeat(45);
    await client.query(`CREATE TABLE ${name} (a${name} INT8 UNIQUE, b${name} INT8 UNIQUE)`);
    expect(await failure(`INSERT INTO ${name} VALUES (1, 1), (1, 2)`)).toMatch(/^23505/);
  });

  test("of a database that does not exist", async () => {
    const lost = new pg.Client({ connectionString: cluster.urlFor({ database: "nowhere" }) });
    await lost.connect();
    expect((await lost.query("SELECT current_database() AS d")).rows).toEqual([{ d: "nowhere" }]);
    await lost.end();
  });
});

describe("types of placeholders", () => {
  test.each([
    ["SELECT $1", "could not determine data type of placeholder $1"],
    ["SELECT $1::INT8, $2", "could not determine data type of placeholder $2"],
    ["SELECT 1 WHERE $1 = $2", "could not determine data type of placeholder $1"],
    ["SELECT coalesce($1, $2)", "could not determine data type of placeholder $1"],
    ["SELECT length($1)", "length(): could not determine data type of placeholder $1"],
    ["VALUES (1, $1), (2, $2)", "could not determine data type of placeholder $1"],
  ])("%s", async (text, message) => {
    await expect(client.query({ text, values: ["1", "2"].slice(0, text.split("$").length - 1) })).rejects.toMatchObject(
      {
        code: "42P18",
        message,
        hint: "consider adding explicit type casts to the placeholder arguments",
      },
    );
  });

  test.each(["SELECT coalesce($1, 7) AS v", "SELECT v FROM (VALUES (5), ($1)) AS t (v) LIMIT 1"])(
    "%s",
    async (text) => {
      expect((await client.query({ text, values: ["7"], rowMode: "array" })).rows).toHaveLength(1);
    },
  );

  test("declared, or of a column that takes the value", async () => {
    await client.query("CREATE TABLE taken (s STRING, n INT8)");
    await client.query("INSERT INTO taken VALUES ($1, $2)", ["a", 1]);
    await client.query("INSERT INTO taken SELECT $1, $2", ["b", 2]);
    await client.query("PREPARE declared (INT8) AS SELECT $1");
    expect(await rows("EXECUTE declared (7)")).toEqual([["7"]]);
    expect(await failure("PREPARE undeclared AS SELECT $1")).toMatch(/^42P18/);
  });
});

describe("schema changes that wait for the commit", () => {
  test("see the changes before them, and are made in order", async () => {
    await client.query("CREATE TABLE parent (x INT8 PRIMARY KEY); CREATE TABLE child (y INT8)");
    await client.query("BEGIN; ALTER TABLE child ADD COLUMN x INT8; CREATE INDEX ON child (x)");
    expect(await rows("SELECT * FROM child")).toEqual([]);
    await client.query(
      "ALTER TABLE child ADD CONSTRAINT positive CHECK (x > 0); ALTER TABLE child RENAME COLUMN x TO z",
    );
    await client.query("ALTER TABLE child ADD FOREIGN KEY (z) REFERENCES parent (x); COMMIT");
    expect(await failure("INSERT INTO child VALUES (1, -1)")).toMatch(/^23514/);
    expect(await failure("INSERT INTO child (y, z) VALUES (1, 1)")).toMatch(/^23503/);
  });

  test("are taken back with the transaction", async () => {
    await client.query("CREATE TABLE undone (y INT8)");
    await client.query("BEGIN; ALTER TABLE undone ADD COLUMN x INT8; CREATE INDEX ON undone (x); ROLLBACK");
    expect(await failure("CREATE INDEX ON undone (x)")).toMatch(/^42703/);
  });
});
