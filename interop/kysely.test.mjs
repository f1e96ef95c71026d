import assert from "node:assert/strict";
import { after } from "node:test";
import { Kysely, Migrator, PostgresAdapter, PostgresDialect, sql } from "kysely";
import pg from "pg";
import { flow, openDatabase, retried } from "./database.mjs";

/** What Kysely needs to be told about CockroachDB: there are no advisory locks (`unknown function: pg_advisory_lock()`). */
class CockroachAdapter extends PostgresAdapter {
  async acquireMigrationLock() {}
  async releaseMigrationLock() {}
}

class CockroachDialect extends PostgresDialect {
  createAdapter() {
    return new CockroachAdapter();
  }
}

const pool = new pg.Pool({ connectionString: await openDatabase(), max: 8 });
const db = new Kysely({ dialect: new CockroachDialect({ pool }) });
after(() => db.destroy());

const migrations = {
  "001_accounts": {
    async up(k) {
      await k.schema
        .createTable("accounts")
        .addColumn("id", "int8", (c) => c.primaryKey())
        .addColumn("owner", "varchar(40)", (c) => c.notNull().unique())
        .addColumn("balance", "numeric(12, 2)", (c) =>
          c
            .notNull()
            .defaultTo(0)
            .check(sql`balance >= 0`),
        )
        .addColumn("opened", "timestamptz", (c) => c.notNull().defaultTo(sql`now()`))
        .execute();
      await k.schema
        .createTable("entries")
        .addColumn("id", "uuid", (c) => c.primaryKey().defaultTo(sql`gen_random_uuid()`))
        .addColumn("account", "int8", (c) => c.notNull().references("accounts.id").onDelete("cascade"))
        .addColumn("detail", "jsonb")
        .execute();
      await k.schema.createIndex("entries_account_idx").on("entries").column("account").execute();
    },
    async down(k) {
      await k.schema.dropTable("entries").execute();
      await k.schema.dropTable("accounts").execute();
    },
  },
  "002_notes": {
    async up(k) {
      await k.schema
        .alterTable("accounts")
        .addColumn("note", "text")
        .addColumn("active", "boolean", (c) => c.notNull().defaultTo(true))
        .execute();
      await k.schema.alterTable("accounts").renameColumn("note", "remark").execute();
      await k.schema
        .alterTable("accounts")
        .alterColumn("remark", (c) => c.setDefault("none"))
        .execute();
    },
    async down(k) {
      await k.schema.alterTable("accounts").dropColumn("remark").execute();
      await k.schema.alterTable("accounts").dropColumn("active").execute();
    },
  },
};
const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });

async function migrated(work) {
  const { error, results } = await work;
  if (error) throw error;
  return results.map(({ migrationName, direction, status }) => `${direction} ${migrationName} ${status}`);
}

flow("the Migrator brings a database up, and again finds nothing to do", async () => {
  assert.deepEqual(await migrated(migrator.migrateToLatest()), ["Up 001_accounts Success", "Up 002_notes Success"]);
  assert.deepEqual(await migrated(migrator.migrateToLatest()), []);
  const tables = await db.introspection.getTables();
  assert.deepEqual(
    tables.map(({ name }) => name),
    ["accounts", "entries"],
  );
  assert.deepEqual(
    tables[0].columns.map(({ name, dataType, isNullable, hasDefaultValue }) => [
      name,
      dataType,
      isNullable,
      hasDefaultValue,
    ]),
    [
      ["id", "int8", false, false],
      ["owner", "varchar", false, false],
      ["balance", "numeric", false, true],
      ["opened", "timestamptz", false, true],
      ["remark", "text", true, true],
      ["active", "bool", false, true],
    ],
  );
});

flow("insert, select, join, aggregate, update, delete", async () => {
  const rows = [1, 2, 3].map((id) => ({ id, owner: `owner ${id}`, balance: id * 10 }));
  const inserted = await db.insertInto("accounts").values(rows).returning(["id", "balance", "remark"]).execute();
  assert.deepEqual(inserted[0], { id: "1", balance: "10.00", remark: "none" });
  await db
    .insertInto("entries")
    .values([1, 1, 2].map((account, n) => ({ account, detail: JSON.stringify({ n }) })))
    .execute();
  const joined = await db
    .selectFrom("accounts as a")
    .leftJoin("entries as e", "e.account", "a.id")
    .select(({ fn }) => ["a.owner", fn.count("e.id").as("entries"), fn.sum("a.balance").as("total")])
    .groupBy("a.owner")
    .orderBy("a.owner")
    .execute();
  assert.deepEqual(joined, [
    { owner: "owner 1", entries: "2", total: "20.00" },
    { owner: "owner 2", entries: "1", total: "20.00" },
    { owner: "owner 3", entries: "0", total: "30.00" },
  ]);
  const { numUpdatedRows } = await db
    .updateTable("accounts")
    .set((eb) => ({ balance: eb("balance", "+", 1) }))
    .where("id", "in", [1, 2])
    .executeTakeFirstOrThrow();
  assert.equal(numUpdatedRows, 2n);
  const { numDeletedRows } = await db.deleteFrom("accounts").where("id", "=", 1).executeTakeFirstOrThrow();
  assert.equal(numDeletedRows, 1n);
  assert.deepEqual(await db.selectFrom("entries").select("detail").execute(), [{ detail: { n: 2 } }]);
});

flow("upserts", async () => {
  const upsert = (balance) =>
    db
      .insertInto("accounts")
      .values({ id: 50, owner: "upserted", balance })
      .onConflict((oc) => oc.column("id").doUpdateSet((eb) => ({ balance: eb.ref("excluded.balance") })))
      .returning("balance")
      .executeTakeFirstOrThrow();
  assert.deepEqual([await upsert(1), await upsert(2)], [{ balance: "1.00" }, { balance: "2.00" }]);
  const ignored = await db
    .insertInto("accounts")
    .values({ id: 50, owner: "upserted" })
    .onConflict((oc) => oc.doNothing())
    .executeTakeFirstOrThrow();
  assert.equal(ignored.numInsertedOrUpdatedRows, 0n);
});

flow("errors come with their codes, and a transaction that fails is undone", async () => {
  await assert.rejects(db.insertInto("accounts").values({ id: 50, owner: "again" }).execute(), { code: "23505" });
  await assert.rejects(db.insertInto("entries").values({ account: 999 }).execute(), { code: "23503" });
  await assert.rejects(db.updateTable("accounts").set({ balance: -1 }).execute(), { code: "23514" });
  await assert.rejects(
    db.transaction().execute(async (trx) => {
      await trx.deleteFrom("accounts").execute();
      throw new Error("changed my mind");
    }),
    /changed my mind/,
  );
  const { n } = await db
    .selectFrom("accounts")
    .select((eb) => eb.fn.countAll().as("n"))
    .executeTakeFirstOrThrow();
  assert.equal(n, "3");
});

flow("transactions that meet others are retried, and the sum is kept", async () => {
  const balances = () =>
    db
      .selectFrom("accounts")
      .select(({ fn }) => fn.sum("balance").as("sum"))
      .executeTakeFirst();
  const before = await balances();
  const transfer = () =>
    retried(() =>
      db
        .transaction()
        .setIsolationLevel("serializable")
        .execute(async (trx) => {
          const from = await trx.selectFrom("accounts").select("balance").where("id", "=", 2).executeTakeFirstOrThrow();
          await trx
            .updateTable("accounts")
            .set({ balance: Number(from.balance) - 1 })
            .where("id", "=", 2)
            .execute();
          await trx
            .updateTable("accounts")
            .set((eb) => ({ balance: eb("balance", "+", 1) }))
            .where("id", "=", 3)
            .execute();
        }),
    );
  await Promise.all(Array.from({ length: 8 }, transfer));
  assert.deepEqual(await balances(), before);
  const { balance } = await db.selectFrom("accounts").select("balance").where("id", "=", 3).executeTakeFirstOrThrow();
  assert.equal(balance, "38.00");
});

flow("the Migrator takes it down again", async () => {
  assert.deepEqual(await migrated(migrator.migrateDown()), ["Down 002_notes Success"]);
  assert.deepEqual(await migrated(migrator.migrateDown()), ["Down 001_accounts Success"]);
  assert.deepEqual(await db.introspection.getTables(), []);
});
