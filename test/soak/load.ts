import {
  c,
  deleteFrom,
  type Engine,
  insert,
  isRetryable,
  runTransaction,
  select,
  sql,
  table,
  text,
  upsert,
} from "tegmen";
import type { Random } from "../chaos/random.ts";

const items = table("soak_items", {
  id: c.int().primaryKey(),
  name: c.string().notNull(),
  amount: c.int().notNull(),
  settings: c.jsonb<{ tags: string[] }>(),
  changedAt: c.timestamptz(),
});
const count = 2_000;

function row(id: number, random: Random) {
  return {
    id,
    name: `item ${id}`,
    amount: random.between(0, 1_000),
    settings: { tags: Array.from({ length: random.between(0, 5) }, (_, at) => `tag ${at}`) },
    changedAt: new Date(),
  };
}

/** Makes the table of the {@link loads}. */
export async function setUp(direct: Engine, random: Random): Promise<void> {
  await direct.execute(
    text(
      "CREATE TABLE soak_items (id INT8 PRIMARY KEY, name STRING NOT NULL, amount INT8 NOT NULL, settings JSONB, " +
        "changed_at TIMESTAMPTZ)",
    ),
  );
  await direct.execute(insert(items).values(Array.from({ length: count }, (_, id) => row(id, random))));
}

/** What a service does all day, and what goes wrong in it. */
export const loads: readonly ((engine: Engine, random: Random) => Promise<unknown>)[] = [
  (engine, random) =>
    engine.execute(select(items.c.name, items.c.amount).where(items.c.id.eq(random.between(0, count - 1)))),
  (engine, random) =>
    engine.execute(
      select(items)
        .where(items.c.id.ge(random.between(0, count)))
        .limit(100),
    ),
  (engine) => engine.execute(text("SELECT n, 'text ' || n::STRING AS t FROM generate_series(1, 5000) AS g (n)")),
  (engine, random) => {
    const rows = Array.from({ length: 100 }, () => row(random.between(0, count - 1), random));
    return engine.execute(upsert(items).values([...new Map(rows.map((each) => [each.id, each])).values()]));
  },
  // More statements than any cache keeps, by text and by shape.
  (engine, random) => engine.scalar(text(`SELECT ${random.between(1, 2_000)} + :n::INT8 AS n`), { n: 1 }),
  (engine, random) => {
    const { c: t } = items;
    const columns = [t.name, t.amount, t.settings, t.changedAt].filter(() => random.chance(0.5));
    let query = select(t.id, ...columns);
    for (const column of [t.id, t.amount, t.name]) if (random.chance(0.5)) query = query.orderBy(column.desc());
    for (let at = random.between(0, 4); at > 0; at--) query = query.where(t.amount.ne(at));
    return engine.execute(query.limit(5));
  },
  (engine, random) =>
    runTransaction(
      engine,
      async (conn) => {
        const id = random.between(0, count - 1);
        const amount = await conn.scalar(select(items.c.amount).where(items.c.id.eq(id)).forUpdate());
        conn.defer(upsert(items).values({ ...row(id, random), amount: (amount ?? 0) + 1 }));
      },
      { maxBackoff: 20 },
    ),
  // Errors of the server, of the client, and of the callback.
  (engine) => engine.execute(insert(items).values({ id: 1, name: "there is one", amount: 0 })),
  (engine, random) => engine.execute(text(`SELEKT ${random.between(1, 2_000)}`)),
  (engine) => engine.execute(text("SELECT :n"), { n: "\0" }),
  (engine, random) =>
    runTransaction(engine, async (conn) => {
      await conn.execute(deleteFrom(items).where(items.c.id.eq(random.between(0, count - 1))));
      throw new Error("the work was not to be");
    }),
  (engine) => runTransaction(engine, (conn) => conn.execute(text("SELECT 1")), { injectError: true, maxBackoff: 1 }),
  async (engine) => {
    await using conn = await engine.connect();
    await conn.execute(text("SELECT pg_sleep(1)"), undefined, { timeout: 5 });
  },
  async (engine, random) => {
    await using conn = await engine.connect();
    for (let at = 0; at < 3; at++) {
      await conn.beginNested(() => conn.execute(sql`SELECT ${random.between(1, 9)} AS n`));
    }
    await conn.rollback();
  },
  async (engine, random) => {
    await using conn = await engine.connect();
    let left = random.between(1, 2_500);
    for await (const _ of conn.stream(select(items.c.id), { batchSize: 100 })) if (--left === 0) break;
  },
  async (engine) => {
    const off = engine.on("afterExecute", () => {});
    await engine.execute(text("SELECT 1"));
    off();
  },
];

/** Whether an error is one that the loads provoke, or that comes with them. */
export function isExpected(error: unknown): boolean {
  if (isRetryable(error)) return true;
  const name = error instanceof Error ? error.name : "";
  return (
    ["UniqueViolation", "ProgrammingError", "QueryCanceledError", "DataError", "ArgumentError", "AbortError"].includes(
      name,
    ) ||
    ["TimeoutError", "PoolTimeoutError", "ResourceClosedError", "SerializationError", "MaxRetriesExceeded"].includes(
      name,
    ) ||
    (error instanceof Error && error.message === "the work was not to be")
  );
}
