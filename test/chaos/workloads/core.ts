import { c, type Connection, type Engine, func, insert, runTransaction, select, table, update } from "tegmen";
import type { Workload } from "../workload.ts";
import { bank, bankTexts, retrying, type Transfer } from "./bank.ts";

/** Reads the balance, computes, and writes: what only serializable transactions get right. */
async function transferByText(conn: Connection, transfer: Transfer, texts: ReturnType<typeof bankTexts>) {
  const { id, source, sink, amount } = transfer;
  const balance = await conn.scalar(texts.balance, { source });
  await conn.execute(texts.set, { source, balance: balance! - amount });
  await conn.execute(texts.give, { sink, amount });
  await conn.execute(texts.record, { id, source, sink, amount });
}

function textBank(
  name: string,
  options: { readonly plain?: boolean; readonly driver?: "pg" | "postgres" } = {},
): Workload {
  const texts = bankTexts(name);
  return bank({
    name,
    ...(options.driver !== undefined && { driver: options.driver }),
    transfer: (engine, transfer, operation) =>
      runTransaction(engine, (conn) => transferByText(conn, transfer, texts), {
        ...retrying(operation),
        useCockroachRestart: options.plain !== true,
      }),
  });
}

/** text(), with CockroachDB's retry protocol. */
export const bankText: Workload = textBank("bank_text");

/** text(), with a new transaction for each attempt. */
export const bankPlain: Workload = textBank("bank_plain", { plain: true });

/** text(), with postgres.js. */
export const bankPostgresJs: Workload = textBank("bank_postgres_js", { driver: "postgres" });

const deferTexts = bankTexts("bank_defer");

/** Writes that are deferred and travel with the commit; some in a nested transaction. */
export const bankDefer: Workload = bank({
  name: "bank_defer",
  transfer: (engine, { id, source, sink, amount }, operation) =>
    runTransaction(
      engine,
      async (conn) => {
        const balance = await conn.scalar(deferTexts.balance, { source });
        conn.defer(deferTexts.set, { source, balance: balance! - amount });
        if (id % 3 === 0) await conn.beginNested(() => conn.execute(deferTexts.give, { sink, amount }));
        else conn.defer(deferTexts.give, { sink, amount });
        conn.defer(deferTexts.record, { id, source, sink, amount });
      },
      retrying(operation),
    ),
});

const languageAccounts = table("bank_language_accounts", { id: c.int().primaryKey(), balance: c.int().notNull() });
const languageTransfers = table("bank_language_transfers", {
  key: c.uuid().primaryKey().default(func.genRandomUuid()),
  id: c.int().notNull(),
  source: c.int().notNull(),
  sink: c.int().notNull(),
  amount: c.int().notNull(),
});

/** The expression language; several statements in one turn. */
export const bankLanguage: Workload = bank({
  name: "bank_language",
  transfer: (engine, { id, source, sink, amount }, operation) =>
    runTransaction(
      engine,
      async (conn) => {
        const { c: a } = languageAccounts;
        const [from, to] = await Promise.all(
          [source, sink].map((key) => conn.scalar(select(a.balance).where(a.id.eq(key)).forUpdate())),
        );
        await Promise.all([
          conn.execute(
            update(languageAccounts)
              .set({ balance: from! - amount })
              .where(a.id.eq(source)),
          ),
          conn.execute(
            update(languageAccounts)
              .set({ balance: to! + amount })
              .where(a.id.eq(sink)),
          ),
          conn.execute(insert(languageTransfers).values({ id, source, sink, amount })),
        ]);
      },
      retrying(operation),
    ),
});

const onceTexts = bankTexts("bank_once");

/** engine.begin() and commit as you go: nobody runs them again, so that they fail more often, and never half. */
export const bankOnce: Workload = bank({
  name: "bank_once",
  transfer: async (engine, transfer) => {
    const { id, source, sink, amount } = transfer;
    const work = async (conn: Connection): Promise<void> => {
      await conn.execute(onceTexts.take, { source, amount });
      await conn.execute(onceTexts.give, { sink, amount });
      await conn.execute(onceTexts.record, { id, source, sink, amount });
    };
    if (id % 2 === 0) return engine.begin(work);
    await using conn = await engine.connect();
    await work(conn);
    await conn.commit();
  },
});

const bulkTransfers = table("bank_bulk_transfers", {
  key: c.uuid().primaryKey().default(func.genRandomUuid()),
  id: c.int().notNull(),
  source: c.int().notNull(),
  sink: c.int().notNull(),
  amount: c.int().notNull(),
});
const bulkTexts = bankTexts("bank_bulk");
const bulkCopies = 60;

/** Many rows at once: by arrays, by executemany, and by COPY, which postgres.js does not have. */
export const bankBulk: Workload = bank({
  name: "bank_bulk",
  driver: "pg",
  workers: 2,
  copies: bulkCopies,
  transfer: (engine: Engine, { id, source, sink, amount }, operation) => {
    const rows = Array.from({ length: bulkCopies }, () => ({ id, source, sink, amount }));
    return runTransaction(
      engine,
      async (conn) => {
        await conn.execute(bulkTexts.take, { source, amount });
        await conn.execute(bulkTexts.give, { sink, amount });
        if (id % 3 === 0) await conn.execute(insert(bulkTransfers).values(rows));
        else if (id % 3 === 1) await conn.execute(bulkTexts.record, rows);
        else await conn.copyFrom(bulkTransfers, rows, { columns: ["id", "source", "sink", "amount"] });
      },
      retrying(operation),
    );
  },
});
