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
    ({ code, message, detail }: pg.DatabaseError) => `${code}: ${message}; ${detail ?? ""}`,
  );

/** The lines of SHOW CREATE that define columns. */
async function columnLines(table: string): Promise<string[]> {
  const [[, text]] = (await rows(`SHOW CREATE ${table}`)) as [[string, string]];
  return text.split(/,?\n\t/).filter((line) => /^[a-z]+ [A-Z]/.test(line));
}

describe("ON UPDATE", () => {
  beforeAll(() =>
    client.query(
      "CREATE TABLE n (a INT PRIMARY KEY, v INT, s STRING NOT NULL DEFAULT 'new' ON UPDATE 'changed', " +
        "at TIMESTAMPTZ NULL DEFAULT now() ON UPDATE now())",
    ),
  );

  test.each([
    ["UPDATE n SET v = 2 RETURNING s, at = now()", [["changed", "t"]]],
    ["UPDATE n SET v = 2, s = s RETURNING s, at = now()", [["new", "t"]]],
    ["UPDATE n SET (s, at) = ('mine', '2020-01-01') RETURNING s, at = now()", [["mine", "f"]]],
    ["UPDATE n AS x SET v = y.v FROM (VALUES (7)) AS y (v) RETURNING x.v, x.s", [["7", "changed"]]],
    ["UPDATE n SET v = 2 ORDER BY a LIMIT 1 RETURNING s", [["changed"]]],
    ["UPSERT INTO n (a, v) VALUES (1, 5), (2, 5) RETURNING a, s", [["1", "changed"], ["2", "new"]]],
    ["UPSERT INTO n (a) VALUES (1) RETURNING v, s", [["1", "changed"]]],
    ["UPSERT INTO n VALUES (1, 5) RETURNING v, s", [["5", "new"]]],
    ["UPSERT INTO n (a, s) VALUES (1, 'mine') RETURNING s", [["mine"]]],
    ["INSERT INTO n (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET v = 9 RETURNING v, s", [["9", "changed"]]],
    ["INSERT INTO n (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET s = 'x' RETURNING s", [["x"]]],
    ["INSERT INTO n (a) VALUES (1) ON CONFLICT (a) DO NOTHING; SELECT s FROM n", [["new"]]],
  ])("%s", async (sql, expected) => {
    await client.query("DELETE FROM n WHERE true; INSERT INTO n (a, v, at) VALUES (1, 1, '2000-01-01')");
    await client.query("BEGIN");
    expect(await rows(sql)).toEqual(expected);
    await client.query("ROLLBACK");
  }); // prettier-ignore

  test("is what SHOW CREATE prints", async () => {
    expect(await columnLines("n")).toEqual([
      "a INT8 NOT NULL",
      "v INT8 NULL",
      "s STRING NOT NULL DEFAULT 'new':::STRING ON UPDATE 'changed':::STRING",
      "at TIMESTAMPTZ NULL DEFAULT now():::TIMESTAMPTZ ON UPDATE now():::TIMESTAMPTZ",
    ]);
  });

  test("comes with a column, changes, stays when it is renamed, and goes", async () => {
    await client.query("CREATE TABLE late (a INT PRIMARY KEY); INSERT INTO late VALUES (1)");
    const changed = (column: string): Promise<unknown[]> => rows(`UPDATE late SET a = 1 RETURNING ${column}`);
    await client.query("ALTER TABLE late ADD COLUMN n INT ON UPDATE 5");
    expect(await rows("SELECT n FROM late")).toEqual([[null]]);
    expect(await changed("n")).toEqual([["5"]]);
    await client.query("ALTER TABLE late RENAME COLUMN n TO m");
    await client.query("ALTER TABLE late ALTER COLUMN m SET ON UPDATE 6");
    expect(await changed("m")).toEqual([["6"]]);
    expect(await columnLines("late")).toContain("m INT8 NULL ON UPDATE 6:::INT8");
    await client.query("ALTER TABLE late ALTER COLUMN m DROP ON UPDATE; UPDATE late SET m = 0 WHERE true");
    expect(await changed("m")).toEqual([["0"]]);
    await client.query("ALTER TABLE late ALTER COLUMN m SET ON UPDATE 7; ALTER TABLE late DROP COLUMN m");
    await client.query("ALTER TABLE late ADD COLUMN m INT");
    expect(await changed("m")).toEqual([[null]]);
  });
});

test("ON UPDATE does not go with a foreign key that changes the column too", async () => {
  const refused = '42P16: cannot specify both ON UPDATE expression and a foreign key ON UPDATE action for column "v"; ';
  await client.query("CREATE TABLE parent (a INT PRIMARY KEY)");
  const column = "v INT ON UPDATE 1 REFERENCES parent";
  expect(await failure(`CREATE TABLE child (a INT PRIMARY KEY, ${column} ON UPDATE CASCADE)`)).toBe(refused);
  await client.query(`CREATE TABLE child (a INT PRIMARY KEY, ${column} ON UPDATE RESTRICT)`);
  const key = "ALTER TABLE child ADD CONSTRAINT k FOREIGN KEY (v) REFERENCES parent ON UPDATE SET NULL";
  expect(await failure(key)).toBe(refused);
  await client.query("ALTER TABLE child ALTER COLUMN v DROP ON UPDATE");
  await client.query(key);
  expect(await failure("ALTER TABLE child ALTER COLUMN v SET ON UPDATE 2")).toBe(refused);
});

describe("identity", () => {
  beforeAll(() =>
    client.query(
      "CREATE TABLE i (a INT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, " +
        "d INT GENERATED BY DEFAULT AS IDENTITY (START 5 INCREMENT BY 2), s STRING)",
    ),
  );

  test("numbers rows, and takes values BY DEFAULT only", async () => {
    expect(await rows("INSERT INTO i (s) VALUES ('x'), ('y') RETURNING *")).toEqual([
      ["1", "5", "x"],
      ["2", "7", "y"],
    ]);
    expect(await rows("INSERT INTO i (d) VALUES (100) RETURNING a, d")).toEqual([["3", "100"]]);
    expect(await rows("INSERT INTO i (a) VALUES (DEFAULT) RETURNING a, d")).toEqual([["4", "9"]]);
    const detail = 'Column "a" is an identity column defined as GENERATED ALWAYS';
    expect(await failure("INSERT INTO i (a) VALUES (9)")).toBe(`428C9: cannot insert into column "a"; ${detail}`);
    expect(await failure("UPDATE i SET a = 9")).toBe(`428C9: column "a" can only be updated to DEFAULT; ${detail}`);
  });

  test("is shown", async () => {
    expect(await columnLines("i")).toEqual([
      "a INT8 NOT NULL GENERATED ALWAYS AS IDENTITY",
      "d INT8 NOT NULL GENERATED BY DEFAULT AS IDENTITY (START 5 INCREMENT 2)",
      "s STRING NULL",
    ]);
    const columns =
      "SELECT is_identity, identity_generation, identity_start, identity_increment, column_default " +
      "FROM information_schema.columns WHERE table_name = 'i' ORDER BY ordinal_position";
    expect(await rows(columns)).toEqual([
      ["YES", "ALWAYS", "1", "1", "nextval('public.i_a_seq'::REGCLASS)"],
      ["YES", "BY DEFAULT", "5", "2", "nextval('public.i_d_seq'::REGCLASS)"],
      ["NO", null, null, null, null],
    ]);
  });

  test("comes with a column for the rows that are there", async () => {
    await client.query("CREATE TABLE j (a INT PRIMARY KEY); INSERT INTO j VALUES (10), (20)");
    await client.query("ALTER TABLE j ADD COLUMN n INT4 GENERATED BY DEFAULT AS IDENTITY");
    expect(await rows("SELECT n FROM j ORDER BY n")).toEqual([["1"], ["2"]]);
  });
});

test("indexes on expressions keep what they forbid", async () => {
  await client.query("CREATE TABLE e (a INT PRIMARY KEY, s STRING, UNIQUE INDEX e_s (lower(s)), INDEX e_a ((a + 1)))");
  await client.query("INSERT INTO e VALUES (1, 'Ada')");
  expect((await rows("SHOW CREATE e")).join("\n")).toContain("INDEX e_a ((a + 1:::INT8) ASC)");
  expect(await failure("INSERT INTO e VALUES (2, 'ADA')")).toContain("23505: duplicate key value");
});
