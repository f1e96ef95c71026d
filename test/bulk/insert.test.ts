import {
  type Engine,
  insert,
  type Progress,
  runTransaction,
  select,
  sql,
  table,
  UniqueViolation,
  upsert,
} from "tegmen";
import { c, func } from "tegmen";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { FaultProxy } from "../support/fault-proxy.ts";
import { isCockroach, openDatabase, type TestDatabase } from "../support/server.ts";

const items = table("items", {
  id: c.int().primaryKey(),
  owner: c.string().notNull(),
  amount: c.decimal(),
  at: c.timestamptz(),
  note: c.string().default("none"),
});

const documents = table("documents", {
  id: c.int().primaryKey(),
  body: c.jsonb<{ readonly text: string }>(),
  tags: c.array(c.string()),
});

const keyed = table("keyed", {
  id: c.uuid().primaryKey().default(func.genRandomUuid()),
  number: c.int().notNull(),
});

let database: TestDatabase;
let proxy: FaultProxy;
let engine: Engine;
beforeAll(async () => {
  database = await openDatabase();
  proxy = await FaultProxy.start(database.url);
  engine = database.engine({ poolSize: 1, maxOverflow: 0 }, proxy.url(database.url));
  await engine.execute(sql`CREATE TABLE items (
    id INT8 PRIMARY KEY, owner VARCHAR NOT NULL, amount DECIMAL, at TIMESTAMPTZ, note VARCHAR DEFAULT 'none'
  )`);
  await engine.execute(sql`CREATE TABLE documents (id INT8 PRIMARY KEY, body JSONB, tags VARCHAR[])`);
  await engine.execute(sql`CREATE TABLE keyed (id UUID PRIMARY KEY DEFAULT gen_random_uuid(), number INT8 NOT NULL)`);
});
afterAll(async () => {
  await engine.dispose();
  await proxy[Symbol.asyncDispose]();
  await database.drop();
});
beforeEach(async () => {
  await engine.execute(sql`DELETE FROM items`);
  await engine.execute(sql`DELETE FROM keyed`);
  proxy.forgetTurns();
});

const at = new Date("2024-05-06T07:08:09.123Z");

function rowsOf(count: number, from = 0) {
  return Array.from({ length: count }, (_, index) => ({
    id: from + index,
    owner: `owner, "${from + index}" \\ {NULL}`,
    amount: index % 3 === 0 ? null : `${index}.50`,
    at,
  }));
}

const count = (from: Engine = engine) => from.scalar(select(func.count().as("count")).from(items));

describe("insert of many rows", () => {
  test("none is an error", () => {
    expect(() => insert(items).values([])).toThrow("values() expects at least one row");
  });

  test.each([1, 19, 20, 1_000, 10_000])("%i rows travel in one turn, as one statement", async (size) => {
    const result = await engine.execute(insert(items).values(rowsOf(size)));
    expect(result.rowCount).toBe(size);
    expect(proxy.turns).toHaveLength(1);
    expect(proxy.turns[0]).toHaveLength(1);
    expect(await count()).toBe(size);
  });

  test("every value comes back", async () => {
    const rows = rowsOf(50);
    await engine.execute(insert(items).values(rows));
    const read = await engine.execute(select(items).orderBy(items.c.id));
    expect(read.all()).toEqual(rows.map((row) => ({ ...row, note: "none" })));
  });

  test("more rows than a statement holds get a transaction that travels with them: one turn", async () => {
    const result = await engine.execute(insert(items).values(rowsOf(25_000)));
    expect(result.rowCount).toBe(25_000);
    expect(proxy.turns).toHaveLength(1);
    expect(proxy.turns[0]?.[0]).toBe("BEGIN");
    expect(proxy.turns[0]?.at(-1)).toBe("COMMIT");
    expect(await count()).toBe(25_000);
  });

  test("70,000 cells that need placeholders are split", async () => {
    const rows = Array.from({ length: 24_000 }, (_, id) => ({ id, body: { text: `{"${id}"}` }, tags: ["a,b", "c"] }));
    const result = await engine.execute(insert(documents).values(rows));
    expect(result.rowCount).toBe(24_000);
    expect(proxy.turns.flat()).toHaveLength(4);
    const last = select(documents).where(documents.c.id.eq(23_999));
    expect((await engine.execute(last)).one()).toEqual(rows.at(-1));
    await engine.execute(sql`DELETE FROM documents`);
  });

  test("rows of 2 MB are split by their size", async () => {
    const rows = Array.from({ length: 8 }, (_, id) => ({ id, owner: "ä".repeat(1_000_000) }));
    const result = await engine.execute(insert(items).values(rows));
    expect(result.rowCount).toBe(8);
    expect(proxy.turns.flat().length).toBeGreaterThan(3);
    expect(await engine.scalar(sql<{ n: number }>`SELECT sum(length(owner))::INT8 AS n FROM items`)).toBe(8_000_000);
  });

  test("a row that fails in the middle leaves nothing, and the connection goes on", async () => {
    const rows = [...rowsOf(15_000), { id: 7, owner: "again" }, ...rowsOf(10_000, 20_000)];
    await expect(engine.execute(insert(items).values(rows))).rejects.toBeInstanceOf(UniqueViolation);
    expect(await count()).toBe(0);
    expect(engine.pool.status().checkedOut).toBe(0);
  });

  test("in the transaction of the caller they are part of it", async () => {
    await engine.connect(async (conn) => {
      await conn.execute(insert(items).values(rowsOf(21_000)));
      expect(conn.inTransaction).toBe(true);
      await conn.rollback();
    });
    expect(await count()).toBe(0);
    await runTransaction(engine, (conn) => conn.execute(insert(items).values(rowsOf(21_000))));
    expect(await count()).toBe(21_000);
  });

  test("RETURNING keeps the order of the rows, over several statements, too", async () => {
    const rows = Array.from({ length: 70_000 }, (_, index) => ({ number: (index * 7919) % 70_001 }));
    const statement = insert(keyed).values(rows).returning(keyed.c.id, keyed.c.number);
    const result = await engine.execute(statement);
    expect(result.rowCount).toBe(70_000);
    expect(result.all().map((row) => row.number)).toEqual(rows.map((row) => row.number));
    expect(new Set(result.all().map((row) => row.id)).size).toBe(70_000);
  });

  test("upsert and ON CONFLICT", async () => {
    await engine.execute(insert(items).values(rowsOf(30)));
    const changed = rowsOf(40).map((row) => ({ ...row, owner: "changed" }));
    const update = insert(items)
      .values(changed)
      .onConflictDoUpdate({ target: items.c.id, set: (excluded) => ({ owner: excluded.owner }) });
    expect((await engine.execute(update)).rowCount).toBe(40);
    const nothing = insert(items).values(rowsOf(50)).onConflictDoNothing();
    expect((await engine.execute(nothing)).rowCount).toBe(10);
    if (!isCockroach) return;
    expect((await engine.execute(upsert(items).values(rowsOf(1_000)))).rowCount).toBe(1_000);
    expect(await count()).toBe(1_000);
  });

  test("defaults of the program are made for every row, and DEFAULT is the server's", async () => {
    let made = 0;
    const counted = table("items", {
      id: c
        .int()
        .primaryKey()
        .default(() => ++made),
      owner: c.string().notNull(),
      note: c.string(),
    });
    const rows = Array.from({ length: 100 }, (_, index) => ({ owner: `o${index}` }));
    const statement = insert(counted).values(rows);
    await engine.execute(statement);
    expect(made).toBe(100);
    await engine.execute(statement);
    expect(made).toBe(200);
    await engine.execute(insert(items).values([...rowsOf(20, 1_000), { id: 5_000, owner: "x", note: "own" }]));
    const notes = await engine.execute(
      sql<{ note: string; n: number }>`SELECT note, count(*) AS n FROM items WHERE id >= 1000 GROUP BY note ORDER BY n`,
    );
    expect(notes.all()).toEqual([
      { note: "own", n: 1 },
      { note: "none", n: 20 },
    ]);
  });

  test("executemany: rows for an INSERT without any", async () => {
    const result = await engine.execute(insert(items), rowsOf(300));
    expect(result.rowCount).toBe(300);
    await expect(engine.execute(insert(items).values(rowsOf(2)), rowsOf(2))).rejects.toThrow(
      "an array of rows is for an INSERT without any",
    );
    expect((await engine.execute(insert(items), [])).rowCount).toBe(0);
  });

  test("progress is told after each part, and may throw", async () => {
    const seen: Progress[] = [];
    await engine.execute(insert(items).values(rowsOf(25_000)), undefined, { onProgress: (each) => seen.push(each) });
    expect(seen).toEqual([
      { rows: 10_000, total: 25_000 },
      { rows: 20_000, total: 25_000 },
      { rows: 25_000, total: 25_000 },
    ]);
    seen.length = 0;
    await engine.execute(insert(items).values(rowsOf(3, 30_000)), undefined, { onProgress: (each) => seen.push(each) });
    expect(seen).toEqual([{ rows: 3, total: 3 }]);
  });

  test("what is wrong with a value names its column", () => {
    const rows = [...rowsOf(30), { id: 31, owner: 5 as unknown as string }];
    expect(() => insert(items).values(rows)).toThrow(/items\.owner: .*5/);
    const missing = [...rowsOf(30), { id: 31, owner: undefined as unknown as string }];
    expect(() => insert(items).values(missing)).toThrow("items.owner was given undefined");
  });
});

test("an array of each type says the same as single values", async () => {
  const all = table("every_type", {
    id: c.int().primaryKey(),
    flag: c.bool(),
    small: c.int2(),
    four: c.int4(),
    big: c.bigint(),
    real: c.float4(),
    float: c.float8(),
    amount: c.decimal(),
    text: c.string(),
    short: c.varchar(20),
    raw: c.bytes(),
    uuid: c.uuid(),
    day: c.date(),
    time: c.time(),
    at: c.timestamptz(),
    local: c.timestamp(),
    span: c.interval(),
  });
  await engine.execute(sql`CREATE TABLE every_type (
    id INT8 PRIMARY KEY, flag BOOL, small INT2, four INT4, big INT8, real FLOAT4, float FLOAT8, amount DECIMAL,
    text VARCHAR, short VARCHAR(20), raw BYTEA, uuid UUID, day DATE, time TIME, at TIMESTAMPTZ, local TIMESTAMP,
    span INTERVAL
  )`);
  const texts = ["", "NULL", "null", "{a,b}", 'q"q', "b\\b", "c,c", " s ", "\n\t", "ä😀", "\\x41", "'"];
  const bytes = [Buffer.alloc(0), Buffer.from([0, 34, 92, 255]), Buffer.from("text")];
  const floats = [0.1, Number.NaN, Infinity, -Infinity, 1e300, -0.5];
  const rows = Array.from({ length: 40 }, (_, id) => ({
    id,
    flag: id % 3 === 0 ? null : id % 2 === 0,
    small: -32_768 + id,
    four: id % 5 === 0 ? null : 2_147_483_647 - id,
    big: 9_223_372_036_854_775_807n - BigInt(id),
    real: id / 4,
    float: floats[id % floats.length]!,
    amount: id % 4 === 0 ? "NaN" : `-12345678901234567890.${id}`,
    text: texts[id % texts.length]!,
    short: `s${id}`,
    raw: bytes[id % bytes.length]!,
    uuid: `00000000-0000-4000-8000-0000000000${String(id + 10)}`,
    day: id % 2 === 0 ? "0044-03-15 BC" : "2024-02-29",
    time: "23:59:59.999999",
    at: new Date(id * 86_400_123),
    local: "1999-12-31 23:59:59.5",
    span: "1 year 2 mons 03:04:05",
  }));
  const read = async () => (await engine.execute(select(all).orderBy(all.c.id))).all();
  await engine.execute(insert(all).values(rows));
  const byArrays = await read();
  await engine.execute(sql`DELETE FROM every_type`);
  await engine.execute(insert(all).values(rows).returning(all.c.id));
  expect(byArrays).toEqual(await read());
  expect(byArrays.map((row) => row.text)).toEqual(rows.map((row) => row.text));
});

test("a connection that is lost with the COMMIT under way leaves it open what became of the rows", async () => {
  proxy.cutAt(/^COMMIT/, "answered");
  await expect(engine.execute(insert(items).values(rowsOf(25_000)))).rejects.toMatchObject({
    name: "AmbiguousCommitError",
  });
  expect(await count(database.engine())).toBe(25_000);
});
