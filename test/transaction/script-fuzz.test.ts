import fc from "fast-check";
import { type Connection, type Engine, runTransaction, sql, text } from "tegmen";
import { afterAll, beforeAll, expect, test } from "vitest";
import { allReturned, openDatabase, type TestDatabase } from "../support/server.ts";

let database: TestDatabase;
let engine: Engine;
beforeAll(async () => {
  database = await openDatabase();
  engine = database.engine({ poolSize: 2, maxOverflow: 0, poolTimeout: 10_000 });
  await engine.execute(text("CREATE TABLE t (id INT8 PRIMARY KEY)"));
});
afterAll(() => database.drop());

/** One step of a transaction. Keys are few, so that violations happen. */
type Step =
  | { readonly kind: "insert" | "defer" | "stream"; readonly id: number }
  | { readonly kind: "together"; readonly ids: readonly number[] }
  | { readonly kind: "nested"; readonly steps: readonly Step[]; readonly fails: boolean };

const id = fc.nat(7);
const { step } = fc.letrec<{ step: Step }>((tie) => ({
  step: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.record({ kind: fc.constantFrom("insert", "defer", "stream"), id }),
    fc.record({ kind: fc.constant("together"), ids: fc.array(id, { maxLength: 3 }) }),
    fc.record({ kind: fc.constant("nested"), steps: fc.array(tie("step"), { maxLength: 4 }), fails: fc.boolean() }),
  ),
}));

class Violation extends Error {}
class Wanted extends Error {}

/** What the steps would leave in a database that does exactly what it is told; throws as the database would. */
function simulate(steps: readonly Step[], rows: Set<number>): void {
  const add = (key: number): void => {
    if (rows.has(key)) throw new Violation();
    rows.add(key);
  };
  for (const each of steps) {
    if (each.kind === "together") each.ids.forEach(add);
    else if (each.kind !== "nested") add(each.id);
    else {
      const before = [...rows];
      try {
        simulate(each.steps, rows);
        if (each.fails) throw new Wanted();
      } catch {
        rows.clear();
        before.forEach((row) => rows.add(row));
      }
    }
  }
}

const insert = (key: number) => sql`INSERT INTO t VALUES (${key})`;

async function perform(conn: Connection, steps: readonly Step[]): Promise<void> {
  for (const each of steps) {
    switch (each.kind) {
      case "insert":
        await conn.execute(insert(each.id));
        break;
      case "defer":
        conn.defer(insert(each.id));
        break;
      case "stream":
        for await (const _ of conn.stream(sql`INSERT INTO t VALUES (${each.id}) RETURNING id`)) void _;
        break;
      case "together":
        await Promise.all(each.ids.map((key) => conn.execute(insert(key))));
        break;
      case "nested":
        await conn
          .beginNested(async () => {
            await perform(conn, each.steps);
            // A deferred write belongs to the savepoint in which it was deferred, and so must its error.
            await conn.execute(text("SELECT 1"));
            if (each.fails) throw new Wanted();
          })
          .catch(() => {});
    }
  }
}

/** Runs the steps in one way of running a transaction, and compares what is left with what should be. */
async function expectSame(
  steps: readonly Step[],
  run: (work: (conn: Connection) => Promise<void>) => Promise<void>,
): Promise<void> {
  await engine.execute(text("DELETE FROM t"));
  const expected = new Set<number>();
  let fails = false;
  try {
    simulate(steps, expected);
  } catch {
    expected.clear();
    fails = true;
  }
  const failed = await run((conn) => perform(conn, steps)).then(
    () => false,
    () => true,
  );
  const left = (await engine.execute(text("SELECT id FROM t ORDER BY id"))).scalars().all();
  expect({ failed, left }).toEqual({ failed: fails, left: [...expected].sort((a, b) => a - b) });
}

const steps = fc.array(step, { maxLength: 6 });
const runs = { numRuns: 150 };

test("begin() leaves what its statements say, whatever they are", async () => {
  await fc.assert(
    fc.asyncProperty(steps, (each) => expectSame(each, (work) => engine.begin(work))),
    runs,
  );
  await allReturned(engine);
  expect(engine.pool.status().checkedOut).toBe(0);
});

test("runTransaction leaves the same, also after attempts that were given up half-way", async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.array(fc.nat(6), { maxLength: 3 }), fc.boolean(), (each, cuts, useCockroachRestart) => {
      const left = [...cuts];
      return expectSame(each, (work) =>
        runTransaction(
          engine,
          async (conn) => {
            const cut = left.pop();
            if (cut === undefined) return work(conn);
            await perform(conn, each.slice(0, cut)).catch(() => {});
            throw Object.assign(new Error("conflict"), { code: "40001" });
          },
          { baseBackoff: 0, maxBackoff: 0, useCockroachRestart },
        ),
      );
    }),
    runs,
  );
  await allReturned(engine);
  expect(engine.pool.status().checkedOut).toBe(0);
});
