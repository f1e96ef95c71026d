import fc from "fast-check";
import {
  c,
  DataError,
  type Engine,
  func,
  type Progress,
  QueryCanceledError,
  runTransaction,
  select,
  sql,
  table,
  UniqueViolation,
} from "tegmen";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { FaultProxy } from "../support/fault-proxy.ts";
import { openDatabase, type TestDatabase } from "../support/server.ts";

const items = table("items", {
  id: c.int().primaryKey(),
  owner: c.string(),
  amount: c.decimal(),
  at: c.timestamptz(),
  raw: c.bytes(),
  tags: c.array(c.string()),
  body: c.jsonb(),
  flag: c.bool(),
});

let database: TestDatabase;
let proxy: FaultProxy;
let engine: Engine;
beforeAll(async () => {
  database = await openDatabase();
  proxy = await FaultProxy.start(database.url);
  engine = database.engine({ poolSize: 1, maxOverflow: 0 }, proxy.url(database.url));
  await engine.execute(sql`CREATE TABLE items (
    id INT8 PRIMARY KEY, owner VARCHAR, amount DECIMAL, at TIMESTAMPTZ, raw BYTEA, tags VARCHAR[], body JSONB, flag BOOL
  )`);
});
afterAll(async () => {
  await engine.dispose();
  await proxy[Symbol.asyncDispose]();
  await database.drop();
});
beforeEach(async () => {
  await engine.execute(sql`DELETE FROM items`);
  proxy.forgetTurns();
});

const count = (from: Engine = engine) => from.scalar(select(func.count().as("count")).from(items));

async function* numbered(size: number, fail?: { readonly at: number; readonly error: unknown }) {
  for (let id = 0; id < size; id++) {
    if (id === fail?.at) throw fail.error;
    yield { id, owner: `owner ${id}` };
  }
}

/** Rows that never end: after `size` of them, the next one is awaited for ever. */
function endless(size: number) {
  const state = { left: false };
  let id = 0;
  const rows = {
    [Symbol.asyncIterator]: () => ({
      next: () =>
        id < size
          ? Promise.resolve({ done: false as const, value: { id: id++, owner: "x" } })
          : new Promise<never>(() => {}),
      return: () => {
        state.left = true;
        return Promise.resolve({ done: true as const, value: undefined });
      },
    }),
  };
  return { rows, state };
}

describe("copyFrom", () => {
  test("values of every type come back", async () => {
    const rows = [
      {
        id: 1,
        owner: "tab\tnewline\nreturn\rbackslash\\ \\N \\. end",
        amount: "12345678901234567890.123456789",
        at: new Date("2024-05-06T07:08:09.123Z"),
        raw: Buffer.from([0, 9, 10, 92, 255]),
        tags: ["a\tb", 'q"\\', null, ""],
        body: { text: 'line\n"quoted" \\', list: [1, null] },
        flag: true,
      },
      { id: 2, owner: "", amount: null, at: null, raw: null, tags: [], body: null, flag: null },
      { id: 3, owner: null, amount: "0", at: null, raw: Buffer.alloc(0), tags: null, body: {}, flag: false },
    ];
    expect(await engine.copyFrom(items, rows)).toBe(3);
    const read = await engine.execute(select(items).orderBy(items.c.id));
    expect(read.all().map((row) => ({ ...row, raw: row.raw && Buffer.from(row.raw) }))).toEqual(rows);
  });

  test("whatever the text, it comes back", async () => {
    const owner = fc.option(
      fc.oneof(fc.string({ unit: "grapheme" }), fc.string({ unit: fc.constantFrom("\\", "\t", "\n", "\r", "N", ".") })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(owner, { minLength: 1, maxLength: 40 }), async (owners) => {
        const texts = owners.map((each) => each?.replaceAll("\0", "") ?? null);
        await engine.execute(sql`DELETE FROM items`);
        await engine.copyFrom(
          items,
          texts.map((each, id) => ({ id, owner: each })),
        );
        const read = await engine.execute(select(items.c.owner).orderBy(items.c.id));
        expect(read.scalars().all()).toEqual(texts);
      }),
      { numRuns: 30 },
    );
  });

  test("rows may come from an iterable or an async one, and there may be none", async () => {
    expect(await engine.copyFrom(items, numbered(1_000))).toBe(1_000);
    expect(await engine.copyFrom(items, new Set([{ id: 2_000 }, { id: 2_001 }]))).toBe(2);
    proxy.forgetTurns();
    expect(await engine.copyFrom(items, [])).toBe(0);
    expect(proxy.turns).toHaveLength(0);
    expect(await count()).toBe(1_002);
  });

  test("columns names those to fill", async () => {
    await engine.copyFrom(items, [{ id: 1, owner: "x", amount: "5" }], { columns: ["owner", "id"] });
    const read = await engine.execute(select(items.c.id, items.c.owner, items.c.amount));
    expect(read.one()).toEqual({ id: 1, owner: "x", amount: null });
  });

  test("defaults of the program's are made", async () => {
    const counted = table("items", { id: c.int().primaryKey(), owner: c.string().default(() => "made") });
    await engine.copyFrom(counted, [{ id: 1 }, { id: 2, owner: "given" }]);
    const read = await engine.execute(select(items.c.owner).orderBy(items.c.id));
    expect(read.scalars().all()).toEqual(["made", "given"]);
  });

  test("rows that do not fit are refused by their number", async () => {
    const wrong = (rows: readonly object[]) => engine.copyFrom(items, rows as never);
    await expect(wrong([{ id: 1, owner: "a" }, { id: 2 }])).rejects.toThrow('row 2 has no value for "owner"');
    await expect(wrong([{ id: 1 }, { id: 2, owner: "b" }])).rejects.toThrow('row 2 has a value for "owner"');
    await expect(wrong([{ id: 1 }, { id: "x" }])).rejects.toThrow(/row 2: items\.id/);
    await expect(wrong([{ id: 1 }, { id: "x" }])).rejects.toBeInstanceOf(DataError);
    await expect(wrong([{ id: undefined }])).rejects.toThrow("row 1: items.id was given undefined");
    await expect(wrong([{ id: 1, ownr: "a" }])).rejects.toThrow('there is no column "ownr"');
    await expect(wrong([{ id: select(func.count()) }])).rejects.toThrow("row 1");
    expect(await count()).toBe(0);
  });

  test("what the source throws ends the copy, is thrown, and nothing is kept", async () => {
    const error = new Error("the file is broken");
    await expect(engine.copyFrom(items, numbered(50_000, { at: 40_000, error }))).rejects.toBe(error);
    expect(await count()).toBe(0);
    expect(engine.pool.status().checkedOut).toBe(0);
  });

  test("an error of the server stops the source, and nothing is kept", async () => {
    await engine.execute(sql`INSERT INTO items (id) VALUES (5)`);
    const { rows, state } = endless(100_000);
    await expect(engine.copyFrom(items, rows, { batchSize: 1_000 })).rejects.toBeInstanceOf(UniqueViolation);
    expect(state.left).toBe(true);
    expect(await count()).toBe(1);
  });

  test("a table or column that does not exist is the server's error", async () => {
    const missing = table("missing", { id: c.int().primaryKey() });
    await expect(engine.copyFrom(missing, [{ id: 1 }])).rejects.toMatchObject({ code: "42P01" });
    expect(await count()).toBe(0);
  });

  test("in a transaction it is part of it", async () => {
    await engine.connect(async (conn) => {
      await conn.execute(sql`INSERT INTO items (id) VALUES (-1)`);
      expect(await conn.copyFrom(items, numbered(100))).toBe(100);
      expect(await conn.scalar(select(func.count().as("n")).from(items))).toBe(101);
      await conn.rollback();
    });
    expect(await count()).toBe(0);
    await runTransaction(engine, (conn) => conn.copyFrom(items, numbered(100)));
    expect(await count()).toBe(100);
  });

  test("with isolationLevel AUTOCOMMIT, too, all are kept or none", async () => {
    await using conn = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
    await expect(conn.copyFrom(items, numbered(9_000, { at: 8_999, error: new Error("no") }))).rejects.toThrow("no");
    expect(conn.inTransaction).toBe(false);
    expect(await conn.copyFrom(items, numbered(10))).toBe(10);
    expect(await conn.scalar(select(func.count().as("n")).from(items))).toBe(10);
  });

  test("the connection does nothing else meanwhile", async () => {
    await engine.connect(async (conn) => {
      const refused: unknown[] = [];
      async function* rows() {
        yield { id: 1 };
        await conn.execute(sql`SELECT 1`).catch((error: unknown) => refused.push(error));
        yield { id: 2 };
      }
      expect(await conn.copyFrom(items, rows())).toBe(2);
      expect(refused).toHaveLength(1);
    });
  });

  test("a timeout and a signal end it while the source is silent", async () => {
    const slow = endless(10);
    await expect(engine.copyFrom(items, slow.rows, { timeout: 50 })).rejects.toBeInstanceOf(QueryCanceledError);
    expect(slow.state.left).toBe(true);
    const abort = new AbortController();
    const reason = new Error("enough");
    const stopped = engine.copyFrom(items, endless(20_000).rows, {
      signal: abort.signal,
      onProgress: () => abort.abort(reason),
    });
    await expect(stopped).rejects.toBe(reason);
    expect(await count()).toBe(0);
  });

  test("a connection that is lost meanwhile", async () => {
    async function* rows() {
      yield* numbered(5_000);
      proxy.cutAll();
      yield* numbered(100_000);
    }
    await expect(engine.copyFrom(items, rows())).rejects.toMatchObject({ name: "ConnectionLostError" });
    expect(await count(database.engine())).toBe(0);
  });

  test("progress", async () => {
    const seen: Progress[] = [];
    await engine.copyFrom(items, numbered(5_000), { batchSize: 20_000, onProgress: (each) => seen.push(each) });
    expect(seen.length).toBeGreaterThan(3);
    expect(seen.map(({ rows }) => rows)).toEqual(seen.map(({ rows }) => rows).toSorted((a, b) => a - b));
    expect(seen.at(-1)).toEqual({ rows: 5_000, total: 5_000 });
  });

  test("200,000 rows take no more memory than a few", async () => {
    const collect = (globalThis as { gc?: () => void }).gc ?? (() => {});
    const text = "x".repeat(500);
    const held: number[] = [];
    async function* rows() {
      for (let id = 0; id < 200_000; id++) {
        if (id % 40_000 === 20_000) {
          collect();
          const { heapUsed, external } = process.memoryUsage();
          held.push(heapUsed + external);
        }
        yield { id, owner: text };
      }
    }
    // The proxy of the other tests takes all that it gets.
    await database.engine().copyFrom(items, rows());
    expect(await count()).toBe(200_000);
    expect(Math.max(...held) - held[0]!).toBeLessThan(20_000_000);
  });
});

test("a driver that cannot copy says so", async () => {
  const other = database.engine({}, database.url.replace(/^\w+:/, "cockroachdb+postgres:"));
  await expect(other.copyFrom(items, [{ id: 1 }])).rejects.toThrow('The driver "postgres" cannot copy');
});
