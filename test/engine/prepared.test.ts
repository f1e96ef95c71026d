import fc from "fast-check";
import { type Engine, runTransaction, sql, text } from "tegmen";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FaultProxy } from "../support/fault-proxy.ts";
import { openDatabase, type TestDatabase } from "../support/server.ts";

let database: TestDatabase;
let engine: Engine;
beforeAll(async () => {
  database = await openDatabase();
  engine = database.engine({ poolSize: 1, maxOverflow: 0 });
});
afterAll(() => database.drop());

let tables = 0;
/** A table, and a statement on it that the connection has prepared. */
async function preparedSelect(on: Engine = engine) {
  const name = `prepared_${++tables}`;
  const table = sql.identifier(name);
  await on.execute(sql`CREATE TABLE ${table} (id INT8 PRIMARY KEY)`);
  await on.execute(sql`INSERT INTO ${table} VALUES (1)`);
  const select = sql`SELECT * FROM ${table}`;
  for (let run = 0; run < 3; run++) expect((await on.execute(select)).all()).toEqual([{ id: 1 }]);
  return { table, select };
}

describe("cached plan must not change result type", () => {
  test("outside of a transaction the statement is prepared anew", async () => {
    const { table, select } = await preparedSelect();
    await engine.execute(sql`ALTER TABLE ${table} ADD COLUMN extra TEXT`);
    expect((await engine.execute(select)).all()).toEqual([{ id: 1, extra: null }]);
    expect((await engine.execute(select)).all()).toEqual([{ id: 1, extra: null }]);
  });

  test("pipelined statements that commit by themselves are all prepared anew", async () => {
    const { table, select } = await preparedSelect();
    await engine.execute(sql`ALTER TABLE ${table} ADD COLUMN extra TEXT`);
    await using conn = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
    const results = await Promise.all([1, 2, 3, 4, 5].map(() => conn.execute(select)));
    for (const result of results) expect(result.all()).toEqual([{ id: 1, extra: null }]);
  });

  test("inside of a transaction the error is passed on, and the next transaction works", async () => {
    const { table, select } = await preparedSelect();
    await engine.execute(sql`ALTER TABLE ${table} ADD COLUMN extra TEXT`);
    await using conn = await engine.connect();
    await conn.execute(text("SELECT 1"));
    const first = await conn.execute(select).catch((error: unknown) => error);
    // A server may as well plan again by itself.
    if (first instanceof Error) expect(first).toMatchObject({ code: "0A000" });
    await conn.rollback();
    expect((await conn.execute(select)).all()).toEqual([{ id: 1, extra: null }]);
  });

  test("runTransaction runs the whole transaction again", async () => {
    const { table, select } = await preparedSelect();
    await engine.execute(sql`ALTER TABLE ${table} ADD COLUMN extra TEXT`);
    const rows = await runTransaction(engine, async (conn) => {
      await conn.execute(text("SELECT 1"));
      return (await conn.execute(select)).all();
    });
    expect(rows).toEqual([{ id: 1, extra: null }]);
  });
});

describe("statements that the server forgot", () => {
  test.each(["DEALLOCATE ALL", "DISCARD ALL"])("%s on a connection goes unnoticed", async (forget) => {
    await using conn = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
    const query = (n: number) => sql<{ n: number }>`SELECT ${n}::INT8 AS n`;
    expect(await conn.scalar(query(1))).toBe(1);
    await conn.execute(text(forget));
    expect(await conn.scalar(query(2))).toBe(2);
    expect(await conn.scalar(query(3))).toBe(3);
  });

  test("DEALLOCATE ALL in a transaction does not abort it", async () => {
    await using conn = await engine.connect();
    const query = (n: number) => sql<{ n: number }>`SELECT ${n}::INT8 AS n`;
    expect(await conn.scalar(query(1))).toBe(1);
    await conn.execute(text("DEALLOCATE ALL"));
    expect(await conn.scalar(query(2))).toBe(2);
    await conn.commit();
  });
});

describe("the cache", () => {
  test.each([0, 1, 2, 5])("of %i statements gives right answers in any order, alone and pipelined", async (size) => {
    const small = database.engine({ poolSize: 1, maxOverflow: 0, preparedStatementCacheSize: size });
    await using conn = await small.connect({ isolationLevel: "AUTOCOMMIT" });
    const run = (kind: number, value: number) =>
      conn.scalar(text<Record<string, number>>(`SELECT :v::INT8 + ${kind} AS n${kind}`.replaceAll("n-", "n_")), {
        v: value,
      });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.tuple(fc.nat(5), fc.nat(1000)), { maxLength: 6 }), { maxLength: 12 }),
        async (rounds) => {
          for (const round of rounds) {
            const got = await Promise.all(round.map(([kind, value]) => run(kind, value)));
            expect(got).toEqual(round.map(([kind, value]) => kind + value));
          }
        },
      ),
      { numRuns: 15 },
    );
  });

  test("a statement that cannot be prepared does not spoil the others", async () => {
    const small = database.engine({ poolSize: 1, maxOverflow: 0, preparedStatementCacheSize: 2 });
    await using conn = await small.connect({ isolationLevel: "AUTOCOMMIT" });
    for (let round = 0; round < 4; round++) {
      const settled = await Promise.allSettled([
        conn.scalar(text("SELECT 1 AS one")),
        conn.scalar(text("SELECT nothing FROM nowhere")),
        conn.scalar(text("SELECT 2 AS two")),
        conn.scalar(text("SELECT 1 AS one")),
        conn.scalar(text("SELECT nothing FROM nowhere")),
      ]);
      expect(settled.map((each) => (each.status === "fulfilled" ? each.value : "failed"))).toEqual([
        1,
        "failed",
        2,
        1,
        "failed",
      ]);
    }
  });

  test("a statement is parsed once, whether run again, pipelined or for many sets", async () => {
    await using proxy = await FaultProxy.start(database.url);
    const watched = database.engine({ poolSize: 1, maxOverflow: 0 }, proxy.url(database.url));
    await watched.execute(text("CREATE TABLE parsed (id INT8 PRIMARY KEY)"));
    await watched.execute(
      text("INSERT INTO parsed VALUES (:id)"),
      Array.from({ length: 1200 }, (_, id) => ({ id })),
    );
    for (let run = 0; run < 3; run++) await watched.execute(text("SELECT * FROM parsed WHERE id = :id"), { id: run });
    const parses = proxy.history.flatMap((connection) => connection.parses);
    expect(parses.filter((each) => each.startsWith("SELECT"))).toHaveLength(1);
    // Once with a name; the other chunks that were sent before its answer, once each at most for every set.
    expect(parses.filter((each) => each.startsWith("INSERT")).length).toBeLessThanOrEqual(1 + 700);
    await watched.dispose();
  });
});

describe("a wire that delivers byte by byte", () => {
  test("changes nothing", async () => {
    await using proxy = await FaultProxy.start(database.url);
    const slow = database.engine({ poolSize: 1, maxOverflow: 0 }, proxy.url(database.url));
    for (const size of [1, 2, 3, 5, 7, 64]) {
      proxy.fragment(size);
      const result = await slow.execute(
        sql<{ n: number; s: string }>`SELECT n, repeat('ä€'::TEXT, n::INT4) AS s FROM generate_series(1, 20) AS g (n)`,
      );
      expect(result.all()).toEqual(Array.from({ length: 20 }, (_, i) => ({ n: i + 1, s: "ä€".repeat(i + 1) })));
      await expect(slow.execute(text("SELEKT 1"))).rejects.toMatchObject({ code: "42601" });
    }
    await slow.dispose();
  });
});
