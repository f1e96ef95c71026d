import {
  ArgumentError,
  DatabaseError,
  DataError,
  type Engine,
  InvalidRequestError,
  MultipleResultsFound,
  NoResultFound,
  PrecisionError,
  ProgrammingError,
  sql,
  text,
  UniqueViolation,
} from "tegmen";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase, type TestDatabase } from "../support/server.ts";

let database: TestDatabase;
let engine: Engine;
beforeAll(async () => {
  database = await openDatabase();
  engine = database.engine();
});
afterAll(() => database.drop());

describe("results", () => {
  test("rows can be read in every way, any number of times", async () => {
    const result = await engine.execute(
      text<{ id: number; name: string }>(
        "SELECT * FROM (VALUES (1, 'a'), (2, 'b'), (3, 'c')) AS v (id, name) ORDER BY 1",
      ),
    );
    expect(result.columns).toEqual(["id", "name"]);
    expect(result.rowCount).toBe(3);
    expect(result.statusMessage).toBe("SELECT 3");
    expect(result.returnsRows).toBe(true);
    expect(result.length).toBe(3);
    expect(result.all()).toEqual([
      { id: 1, name: "a" },
      { id: 2, name: "b" },
      { id: 3, name: "c" },
    ]);
    expect([...result].map((row) => row.name)).toEqual(["a", "b", "c"]);
    expect(result.first()).toEqual({ id: 1, name: "a" });
    expect(result.scalar()).toBe(1);
    expect(result.scalars().all()).toEqual([1, 2, 3]);
    expect(result.scalars(1).all()).toEqual(["a", "b", "c"]);
    expect(result.tuples().all()).toEqual([
      [1, "a"],
      [2, "b"],
      [3, "c"],
    ]);
    expect([...result.partitions(2)].map((rows) => rows.length)).toEqual([2, 1]);
    expect(() => result.one()).toThrow(MultipleResultsFound);
    expect(() => result.oneOrNone()).toThrow(MultipleResultsFound);
    expect(() => result.scalarOne()).toThrow(MultipleResultsFound);
    expect(() => result.scalars(2)).toThrow(ArgumentError);
    expect(() => [...result.partitions(0)]).toThrow(ArgumentError);
  });

  test("no row is null, or an error where one is needed", async () => {
    const result = await engine.execute(text("SELECT 1 AS one WHERE false"));
    expect(result.first()).toBeNull();
    expect(result.oneOrNone()).toBeNull();
    expect(result.scalar()).toBeNull();
    expect(result.scalarOneOrNone()).toBeNull();
    expect(() => result.one()).toThrow(NoResultFound);
    expect(() => result.scalarOne()).toThrow(NoResultFound);
    expect(result.columns).toEqual(["one"]);
  });

  test("a statement without rows says so when its rows are asked for", async () => {
    await engine.execute(text("CREATE TABLE no_rows (id INT8 PRIMARY KEY)"));
    const result = await engine.execute(text("INSERT INTO no_rows VALUES (1), (2)"));
    expect(result.rowCount).toBe(2);
    expect(result.returnsRows).toBe(false);
    expect(result.columns).toEqual([]);
    for (const read of [
      () => result.all(),
      () => result.first(),
      () => result.one(),
      () => result.oneOrNone(),
      () => result.scalar(),
      () => result.scalarOne(),
      () => result.tuples(),
    ]) {
      expect(read).toThrow(InvalidRequestError);
      expect(read).toThrow(/returns no rows/);
    }
  });

  test("two columns of one name: objects are refused, tuples and scalars work", async () => {
    const result = await engine.execute(text("SELECT 1 AS x, 2 AS x"));
    expect(() => result.all()).toThrow(/Two columns of the result are called "x"/);
    expect(() => [...result]).toThrow(ArgumentError);
    expect(result.tuples().all()).toEqual([[1, 2]]);
    expect(result.scalar()).toBe(1);
    expect(result.scalars(1).all()).toEqual([2]);
  });

  test("columns called __proto__, constructor and like numbers are columns", async () => {
    const result = await engine.execute(
      text(`SELECT 'evil' AS "__proto__", 1 AS constructor, 2 AS "7", 3 AS "0", NULL AS "toString"`),
    );
    const row = result.one();
    expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
    expect(Object.getOwnPropertyDescriptor(row, "__proto__")?.value).toBe("evil");
    expect(row["constructor"]).toBe(1);
    expect(result.tuples().one()).toEqual(["evil", 1, 2, 3, null]);
  });

  test("a SELECT without columns has rows, also when it is prepared already", async () => {
    await engine.execute(text("CREATE TABLE no_columns ()"));
    await engine.execute(text("INSERT INTO no_columns DEFAULT VALUES"));
    await engine.execute(text("INSERT INTO no_columns DEFAULT VALUES"));
    await using conn = await engine.connect();
    for (let run = 0; run < 3; run++) {
      const result = await conn.execute(text("SELECT * FROM no_columns"));
      expect(result.length).toBe(2);
      expect(result.columns).toEqual([]);
    }
  });

  test("an empty statement is harmless", async () => {
    const result = await engine.execute(text("  -- nothing\n"));
    expect(result.statusMessage).toBe("");
    expect(result.rowCount).toBeNull();
  });
});

describe("values", () => {
  test("INT8 beyond 2^53 is refused as a number, and exact as a bigint", async () => {
    const query = text<{ n: number }>("SELECT 9007199254740993::INT8 AS n");
    await expect(engine.execute(query)).rejects.toThrow(PrecisionError);
    await expect(engine.execute(query)).rejects.toThrow(/"n"/);
    expect(await database.engine({ int8: "bigint" }).scalar(query)).toBe(9007199254740993n);
    expect(await database.engine({ int8: "bigint" }).scalar(text("SELECT 1::INT8 AS n"))).toBe(1n);
    expect(await engine.scalar(text("SELECT 9007199254740991::INT8 AS n"))).toBe(9007199254740991);
    expect(await engine.scalar(text("SELECT (-9007199254740991)::INT8 AS n"))).toBe(-9007199254740991);
  });

  test("a value that does not fit leaves connection and transaction usable", async () => {
    await using conn = await engine.connect();
    await expect(conn.execute(text("SELECT 9007199254740993::INT8 AS n, 1 AS m"))).rejects.toThrow(PrecisionError);
    expect(await conn.scalar(text("SELECT 1 AS one"))).toBe(1);
    await conn.commit();
  });

  test("NULL is null, in and out", async () => {
    expect(await engine.scalar(text("SELECT NULL AS n"))).toBeNull();
    expect(await engine.scalar(text("SELECT :v::TEXT IS NULL AS isnull"), { v: null })).toBe(true);
  });

  test("megabytes of text and bytes survive the way there and back", async () => {
    const long = "ä€𝄞x".repeat(700_000);
    expect(await engine.scalar(text("SELECT :v::TEXT AS v"), { v: long })).toBe(long);
    const bytes = Buffer.alloc(5_000_000, 0xa5);
    bytes[0] = 0;
    const type = (await engine.scalar(text<{ v: string }>("SELECT version() AS v")))?.includes("Cockroach")
      ? "BYTES"
      : "BYTEA";
    const back = await engine.scalar(text<{ v: Uint8Array }>(`SELECT :v::${type} AS v`), { v: bytes });
    expect(Buffer.compare(Buffer.from(back!), bytes)).toBe(0);
  });

  test("unicode passes unchanged, in values and in names", async () => {
    const strings = ["Zażółć", "日本語", "😀👩‍👩‍👧", "\u0001\t\n\r", "'; DROP TABLE x; --", "\\", '"', "a\u0301", ""];
    for (const value of strings) {
      expect(await engine.scalar(text("SELECT :v::TEXT AS v"), { v: value })).toBe(value);
    }
    const row = (await engine.execute(sql<Record<string, number>>`SELECT 1 AS ${sql.identifier('na"me 😀')}`)).one();
    expect(row).toEqual({ 'na"me 😀': 1 });
  });

  test.each([
    ["undefined", undefined],
    ["a function", () => 1],
    ["a symbol", Symbol("x")],
    ["a Map", new Map()],
    ["an invalid Date", new Date(Number.NaN)],
    ["a promise", Promise.resolve(1)],
  ])("%s is no value, and nothing is sent", async (_, value) => {
    await using conn = await engine.connect();
    await expect(conn.execute(text("SELECT :v::TEXT"), { v: value })).rejects.toThrow(DataError);
    await expect(conn.execute(text("SELECT :v::TEXT"), { v: value })).rejects.toThrow(/":v"/);
    await expect(conn.execute(sql`SELECT ${value}`)).rejects.toThrow(/Value 1 of the template/);
    expect(conn.inTransaction).toBe(false);
    expect(await conn.scalar(text("SELECT 1 AS one"))).toBe(1);
  });

  test("parameters that are missing or unknown are named, with the nearest right one", async () => {
    await expect(engine.execute(text("SELECT :balance"), {})).rejects.toThrow(/no value for the parameter ":balance"/);
    await expect(engine.execute(text("SELECT :balance"), { balanec: 1 })).rejects.toThrow(/balance/);
    await expect(engine.execute(text("SELECT 1"), { x: 1 })).rejects.toThrow(/no parameters/);
    await expect(engine.execute(text("SELECT $1"), {})).rejects.toThrow(ArgumentError);
    await expect(engine.execute(sql`SELECT ${1}`, { x: 1 })).rejects.toThrow(ArgumentError);
    await expect(engine.execute("SELECT 1" as never)).rejects.toThrow(/text\(\.\.\.\)/);
    await expect(engine.execute(null as never)).rejects.toThrow(ArgumentError);
    await expect(engine.execute(undefined as never)).rejects.toThrow(ArgumentError);
  });

  test("a name on the prototype of the parameters is no value", async () => {
    await expect(engine.execute(text("SELECT :toString"), {})).rejects.toThrow(
      /no value for the parameter ":toString"/,
    );
    await expect(engine.execute(text("SELECT :constructor"), {})).rejects.toThrow(ArgumentError);
  });

  test("more parameters than the protocol can count are refused before anything is sent", async () => {
    const values = Array.from({ length: 65_536 }, (_, index) => index);
    await using conn = await engine.connect();
    const inList = (n: number) =>
      sql`SELECT count(*) AS n FROM (VALUES (1)) AS v (x) WHERE x IN (${sql.join(values.slice(0, n).map((v) => sql`${v}::INT8`))})`;
    await expect(conn.execute(inList(65_536))).rejects.toThrow(/65,?535 parameters/);
    expect(conn.inTransaction).toBe(false);
  });

  test("a statement with too many parameters does not make the next one commit by itself", async () => {
    await engine.execute(text("CREATE TABLE autocommitted (id INT8 PRIMARY KEY)"));
    await using conn = await engine.connect();
    const values = Array.from({ length: 65_536 }, (_, index) => index);
    await expect(conn.execute(sql`SELECT ${sql.join(values)}`)).rejects.toThrow(ArgumentError);
    await conn.execute(text("INSERT INTO autocommitted VALUES (1)"));
    await conn.rollback();
    expect(await conn.scalar(text("SELECT count(*) AS n FROM autocommitted"))).toBe(0);
  });

  test("NUL characters are refused in values and in SQL, before anything is sent", async () => {
    await using conn = await engine.connect();
    await expect(conn.execute(text("SELECT :v::TEXT"), { v: "a\0b" })).rejects.toThrow(DataError);
    await expect(conn.execute(text("SELECT 'a\0b'"))).rejects.toThrow(ArgumentError);
    expect(conn.inTransaction).toBe(false);
    expect(await conn.scalar(text("SELECT 1 AS one"))).toBe(1);
  });
});

describe("executemany", () => {
  test("runs 5,000 sets in order, and adds up their rows", async () => {
    await engine.execute(text("CREATE TABLE many (id INT8 PRIMARY KEY, name TEXT)"));
    await using conn = await engine.connect();
    const sets = Array.from({ length: 5_000 }, (_, id) => ({ id, name: `n${id}` }));
    const result = await conn.execute(text<{ id: number }>("INSERT INTO many VALUES (:id, :name) RETURNING id"), sets);
    expect(result.rowCount).toBe(5_000);
    expect(result.scalars().all()).toEqual(sets.map(({ id }) => id));
    await conn.commit();
    expect(await engine.scalar(text("SELECT count(*) AS n FROM many"))).toBe(5_000);
  });

  test("a failure in the middle fails the whole, names the set and leaves nothing after a rollback", async () => {
    await engine.execute(text("CREATE TABLE many_failed (id INT8 PRIMARY KEY)"));
    await using conn = await engine.connect();
    const sets = Array.from({ length: 3_000 }, (_, id) => ({ id: id === 1_234 ? 7 : id }));
    const error = await conn.execute(text("INSERT INTO many_failed VALUES (:id)"), sets).catch((e: unknown) => e);
    expect(error).toMatchObject({
      name: "UniqueViolation",
      parameters: [7],
      sql: "INSERT INTO many_failed VALUES ($1)",
    });
    await conn.rollback();
    expect(await conn.scalar(text("SELECT count(*) AS n FROM many_failed"))).toBe(0);
  });

  test("on the engine it is one transaction", async () => {
    await engine.execute(text("CREATE TABLE many_engine (id INT8 PRIMARY KEY)"));
    await expect(
      engine.execute(text("INSERT INTO many_engine VALUES (:id)"), [{ id: 1 }, { id: 2 }, { id: 1 }]),
    ).rejects.toThrow(/many_engine/);
    expect(await engine.scalar(text("SELECT count(*) AS n FROM many_engine"))).toBe(0);
    await engine.execute(text("INSERT INTO many_engine VALUES (:id)"), [{ id: 1 }, { id: 2 }]);
    expect(await engine.scalar(text("SELECT count(*) AS n FROM many_engine"))).toBe(2);
  });

  test("on an AUTOCOMMIT engine it is still one transaction", async () => {
    await engine.execute(text("CREATE TABLE many_auto (id INT8 PRIMARY KEY)"));
    const auto = database.engine({ isolationLevel: "AUTOCOMMIT" });
    await auto.execute(text("INSERT INTO many_auto VALUES (:id)"), [{ id: 1 }, { id: 2 }]);
    await expect(auto.execute(text("INSERT INTO many_auto VALUES (:id)"), [{ id: 3 }, { id: 1 }])).rejects.toThrow(
      UniqueViolation,
    );
    expect(await engine.scalar(text("SELECT count(*) AS n FROM many_auto"))).toBe(2);
  });

  test("stops at the first failure where every statement commits by itself", async () => {
    await engine.execute(text("CREATE TABLE many_stop (id INT8 PRIMARY KEY)"));
    await using conn = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
    const sets = Array.from({ length: 3_000 }, (_, id) => ({ id: id === 10 ? 7 : id }));
    await expect(conn.execute(text("INSERT INTO many_stop VALUES (:id)"), sets)).rejects.toThrow(UniqueViolation);
    expect(await engine.scalar(text("SELECT count(*) AS n FROM many_stop WHERE id >= 1000"))).toBe(0);
  });

  test("no sets at all send nothing", async () => {
    await using conn = await engine.connect();
    expect((await conn.execute(text("INSERT INTO many VALUES (:id, :name)"), [])).rowCount).toBe(0);
  });

  test("a set that lacks a value fails before anything is sent", async () => {
    await using conn = await engine.connect();
    await expect(
      conn.execute(text("INSERT INTO many VALUES (:id, :name)"), [{ id: 1, name: "x" }, { id: 2 }]),
    ).rejects.toThrow(ArgumentError);
    expect(conn.inTransaction).toBe(false);
  });
});

describe("errors", () => {
  test("carry SQLSTATE, SQL, parameters and the constraint", async () => {
    await engine.execute(text("CREATE TABLE keyed (id INT8 PRIMARY KEY)"));
    await engine.execute(text("INSERT INTO keyed VALUES (1)"));
    const error = await engine.execute(text("INSERT INTO keyed VALUES (:id)"), { id: 1 }).catch((e: unknown) => e);
    expect(error).toMatchObject({
      name: "UniqueViolation",
      code: "23505",
      parameters: [1],
      sql: "INSERT INTO keyed VALUES ($1)",
    });
    expect((error as Error).cause).toBeInstanceOf(Error);
  });

  test("several statements in one text are refused by the server, and the connection goes on", async () => {
    await using conn = await engine.connect();
    await expect(conn.execute(text("SELECT 1; SELECT 2"))).rejects.toThrow(ProgrammingError);
    await conn.rollback();
    expect(await conn.scalar(text("SELECT 1 AS one"))).toBe(1);
  });

  test("COPY FROM STDIN is an error, not a connection that waits for ever", async () => {
    await engine.execute(text("CREATE TABLE copied (id INT8 PRIMARY KEY)"));
    await using conn = await engine.connect();
    await expect(conn.execute(text("COPY copied FROM STDIN"))).rejects.toThrow(DatabaseError);
    await conn.rollback();
    expect(await conn.scalar(text("SELECT 1 AS one"))).toBe(1);
  });
});
