import assert from "node:assert/strict";
import path from "node:path";
import { after } from "node:test";
import { count, eq, gt, inArray, relations, sql, sum } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { migrate } from "drizzle-orm/node-postgres/migrator";
import { bigint, jsonb, numeric, pgEnum, pgTable, text, timestamp, uuid, varchar } from "drizzle-orm/pg-core";
import pg from "pg";
import { flow, openDatabase, retried } from "./database.mjs";

const kind = pgEnum("kind", ["checking", "savings"]);
const accounts = pgTable("accounts", {
  id: bigint("id", { mode: "number" }).primaryKey(),
  owner: varchar("owner", { length: 40 }).notNull().unique(),
  kind: kind("kind").notNull().default("checking"),
  balance: numeric("balance", { precision: 12, scale: 2 }).notNull().default("0"),
  tags: text("tags").array().notNull().default([]),
  opened: timestamp("opened", { withTimezone: true }).notNull().defaultNow(),
  note: text("note").notNull().default("none"),
});
const entries = pgTable("entries", {
  id: uuid("id").primaryKey().defaultRandom(),
  account: bigint("account", { mode: "number" }).notNull(),
  details: jsonb("details"),
});
const accountsRelations = relations(accounts, ({ many }) => ({ entries: many(entries) }));
const entriesRelations = relations(entries, ({ one }) => ({
  owner: one(accounts, { fields: [entries.account], references: [accounts.id] }),
}));

const pool = new pg.Pool({ connectionString: await openDatabase(), max: 8 });
const db = drizzle(pool, { schema: { accounts, entries, accountsRelations, entriesRelations } });
after(() => pool.end());

const code = (expected) => (error) => {
  assert.equal(error.cause?.code, expected);
  return true;
};

flow("the migrator runs what drizzle-kit generates, once", async () => {
  const migrationsFolder = path.join(import.meta.dirname, "drizzle-migrations");
  await migrate(db, { migrationsFolder });
  await migrate(db, { migrationsFolder });
  const { rows } = await db.execute(sql`SELECT count(*) AS n FROM drizzle.__drizzle_migrations`);
  assert.deepEqual(rows, [{ n: "2" }]);
});

flow("insert, select, join, aggregate, update, delete", async () => {
  const inserted = await db
    .insert(accounts)
    .values([1, 2, 3].map((id) => ({ id, owner: `owner ${id}`, balance: String(id * 10), tags: ["a", `t${id}`] })))
    .returning();
  const { opened, ...first } = inserted[0];
  assert.ok(opened instanceof Date);
  assert.deepEqual(first, {
    id: 1,
    owner: "owner 1",
    kind: "checking",
    balance: "10.00",
    tags: ["a", "t1"],
    note: "none",
  });
  await db.insert(entries).values([1, 1, 2].map((account, n) => ({ account, details: { n } })));
  const joined = await db
    .select({ owner: accounts.owner, entries: count(entries.id), total: sum(accounts.balance) })
    .from(accounts)
    .leftJoin(entries, eq(entries.account, accounts.id))
    .groupBy(accounts.owner)
    .orderBy(accounts.owner);
  assert.deepEqual(joined, [
    { owner: "owner 1", entries: 2, total: "20.00" },
    { owner: "owner 2", entries: 1, total: "20.00" },
    { owner: "owner 3", entries: 0, total: "30.00" },
  ]);
  const updated = await db
    .update(accounts)
    .set({ balance: sql`${accounts.balance} + 1`, kind: "savings" })
    .where(inArray(accounts.id, [1, 2]));
  assert.equal(updated.rowCount, 2);
  await db.delete(accounts).where(eq(accounts.id, 1));
  assert.equal(await db.$count(entries), 1);
});

flow("relational queries", async () => {
  const found = await db.query.accounts.findMany({
    columns: { id: true, kind: true },
    with: { entries: { columns: { details: true } } },
    where: gt(accounts.balance, "0"),
    orderBy: accounts.id,
  });
  assert.deepEqual(found, [
    { id: 2, kind: "savings", entries: [{ details: { n: 2 } }] },
    { id: 3, kind: "checking", entries: [] },
  ]);
  const entry = await db.query.entries.findFirst({ with: { owner: true } });
  assert.equal(entry.owner.owner, "owner 2");
});

flow("upserts, and statements prepared by name", async () => {
  const upsert = db
    .insert(accounts)
    .values({ id: sql.placeholder("id"), owner: "upserted", balance: sql.placeholder("balance") })
    .onConflictDoUpdate({ target: accounts.id, set: { balance: sql`excluded.balance` } })
    .returning({ balance: accounts.balance })
    .prepare("upsert");
  assert.deepEqual(await upsert.execute({ id: 50, balance: "1" }), [{ balance: "1.00" }]);
  assert.deepEqual(await upsert.execute({ id: 50, balance: "2" }), [{ balance: "2.00" }]);
  const ignored = await db.insert(accounts).values({ id: 50, owner: "upserted" }).onConflictDoNothing();
  assert.equal(ignored.rowCount, 0);
});

flow("errors come with their codes, and a transaction that fails is undone", async () => {
  await assert.rejects(db.insert(accounts).values({ id: 50, owner: "again" }), code("23505"));
  await assert.rejects(db.insert(entries).values({ account: 999 }), code("23503"));
  await assert.rejects(db.update(accounts).set({ balance: "-1" }), code("23514"));
  await assert.rejects(
    db.transaction(async (tx) => {
      await tx.delete(accounts);
      await tx.transaction(async (inner) => inner.delete(entries));
      tx.rollback();
    }),
    /Rollback/,
  );
  assert.equal(await db.$count(accounts), 3);
});

flow("transactions that meet others are retried, and the sum is kept", async () => {
  const sums = () => db.select({ sum: sum(accounts.balance) }).from(accounts);
  const before = await sums();
  const transfer = () =>
    retried(() =>
      db.transaction(
        async (tx) => {
          const [from] = await tx.select().from(accounts).where(eq(accounts.id, 2)).for("update");
          await tx
            .update(accounts)
            .set({ balance: String(Number(from.balance) - 1) })
            .where(eq(accounts.id, 2));
          await tx
            .update(accounts)
            .set({ balance: sql`${accounts.balance} + 1` })
            .where(eq(accounts.id, 3));
        },
        { isolationLevel: "serializable" },
      ),
    );
  await Promise.all(Array.from({ length: 8 }, transfer));
  assert.deepEqual(await sums(), before);
  const [{ balance }] = await db.select().from(accounts).where(eq(accounts.id, 3));
  assert.equal(balance, "38.00");
});
