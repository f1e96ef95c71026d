// tegmen Core: the expression language, built anew for every call.

import { c, createEngine, func, insert, runTransaction, select, table, update } from "tegmen";
import { NotCovered } from "../workloads.mjs";

export const name = "tegmen Core";
export const packages = ["tegmen"];
export const note = "statements built anew for every call; `runTransaction` with retries, writes by `conn.defer`";

const owners = table("peers_owners", { id: c.int().primaryKey(), name: c.text().notNull() });
const accounts = table("peers_accounts", {
  id: c.int().primaryKey(),
  ownerId: c.int().notNull(),
  name: c.text().notNull(),
  balance: c.int().notNull(),
  note: c.text(),
  at: c.timestamptz().notNull(),
});
const entries = table("peers_entries", {
  id: c.uuid().primaryKey().default(func.genRandomUuid()),
  accountId: c.int().notNull(),
  amount: c.int().notNull(),
  kind: c.text().notNull(),
  note: c.text(),
  at: c.timestamptz().notNull(),
});

/** pg hands out the connection that came back last, so tegmen does here, too: the workloads differ in nothing else. */
export function makeEngine({ url, poolSize }) {
  const own = url.replace(/^postgres(ql)?:/, "cockroachdb:");
  return createEngine(own, { poolSize, maxOverflow: 0, poolUseLifo: true, allowPostgres: true });
}

export function open(options) {
  const engine = makeEngine(options);
  const t = accounts.c;
  return {
    selectByKey: async (id) =>
      (await engine.execute(select(t.id, t.name, t.balance, t.note, t.at).where(t.id.eq(id)))).one(),
    list: async (after) => {
      const statement = select(t.id, t.name, t.balance, t.note, t.at).where(t.id.gt(after)).orderBy(t.id).limit(100);
      return (await engine.execute(statement)).all();
    },
    join: async (after) => {
      const statement = select(t.id, t.name, t.balance, owners.c.name.as("owner"))
        .from(accounts)
        .innerJoin(owners, owners.c.id.eq(t.ownerId))
        .where(t.id.gt(after))
        .orderBy(t.id)
        .limit(100);
      return (await engine.execute(statement)).all();
    },
    all: async () => (await engine.execute(select(t.id, t.name, t.balance, t.note, t.at).orderBy(t.id))).all(),
    insertOne: (row) => engine.scalar(insert(entries).values(row).returning(entries.c.id)),
    insertMany: async (rows) => {
      await engine.execute(insert(entries).values(rows));
    },
    transfer: (from, to, amount) =>
      runTransaction(engine, async (conn) => {
        const balance = await conn.scalar(select(t.balance).where(t.id.eq(from)));
        if (balance < amount) throw new NotCovered();
        conn.defer(
          update(accounts)
            .set({ balance: t.balance.minus(amount) })
            .where(t.id.eq(from)),
        );
        conn.defer(
          update(accounts)
            .set({ balance: t.balance.plus(amount) })
            .where(t.id.eq(to)),
        );
      }),
    close: () => engine.dispose(),
  };
}
