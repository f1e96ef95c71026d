import { createEngine, type Engine, sql, text } from "tegmen";
import type { Finding, Operation, Workload } from "../workload.ts";

const numbers = text<{ n: number }>("SELECT n FROM generate_series(1, 3000) AS g (n)");

/**
 * A small pool whose connections are recycled, pinged, abandoned, cancelled, and left with open transactions and
 * half-read streams. Each answer is checked to be the one to its own question.
 */
export function poolChurn(): Workload {
  const wrong: Finding[] = [];
  const expectEqual = (given: unknown, expected: unknown): void => {
    if (given !== expected) {
      wrong.push({ kind: "answer", what: `asked for ${String(expected)}, answered ${String(given)}` });
    }
  };
  const kinds: readonly ((engine: Engine, operation: Operation) => Promise<void>)[] = [
    async (engine, { id }) => expectEqual(await engine.scalar(sql`SELECT ${id}::INT8 AS n`), id),
    async (engine, { id }) => {
      await using conn = await engine.connect();
      const answers = await Promise.all([0, 1, 2].map((add) => conn.scalar(sql`SELECT ${id + add}::INT8 AS n`)));
      answers.forEach((answer, add) => expectEqual(answer, id + add));
    },
    // Gives up before there is a connection, or while the statement runs.
    async (engine, { random }) => {
      const signal = AbortSignal.timeout(random.between(1, 10));
      await using conn = await engine.connect({ signal });
      await conn.execute(text("SELECT pg_sleep(0.01)"));
    },
    async (engine) => {
      await using conn = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
      await conn.execute(text("SELECT pg_sleep(0.05)"), undefined, { timeout: 10 });
    },
    // Comes back in the middle of a transaction.
    async (engine, { id }) => {
      await using conn = await engine.connect();
      await conn.execute(sql`UPDATE churn SET n = ${id} WHERE id = ${id % 5}`);
    },
    async (engine, { random }) => {
      await using conn = await engine.connect();
      const enough = random.between(1, 4_000);
      let expected = 1;
      for await (const { n } of conn.stream(numbers, { batchSize: 100 })) {
        expectEqual(n, expected++);
        if (n >= enough) break;
      }
    },
    // Nobody waits for the answer.
    async (engine) => {
      const conn = await engine.connect();
      conn.execute(text("SELECT pg_sleep(0.005)")).catch(() => {});
      await conn.close();
    },
    // An engine of its own, disposed of with work under way.
    async (engine, { id }) => {
      const own = createEngine(engine.url, { applicationName: "chaos-churn-own", poolSize: 2, allowPostgres: true });
      const work = own.scalar(sql`SELECT ${id}::INT8 AS n`);
      work.catch(() => {});
      try {
        if (id % 2 === 0) expectEqual(await work, id);
      } finally {
        await own.dispose({ timeout: 50 });
      }
    },
  ];
  return {
    name: "pool_churn",
    workers: 8,
    engineOptions: { poolSize: 4, maxOverflow: 1, poolRecycle: 400, poolPrePing: true, poolTimeout: 3_000 },

    async setUp(direct) {
      await direct.execute(text("CREATE TABLE churn (id INT8 PRIMARY KEY, n INT8 NOT NULL)"));
      for (let id = 0; id < 5; id++) await direct.execute(sql`INSERT INTO churn VALUES (${id}, -1)`);
    },

    operate: (engine, operation) => operation.random.of(kinds)(engine, operation),

    async check(direct) {
      for (const n of (await direct.execute<{ n: number }>(text("SELECT n FROM churn"))).scalars()) {
        if (n !== -1) wrong.push({ kind: "books", what: `a transaction that was never committed left ${n}` });
      }
      return wrong;
    },
  };
}
