import assert from "node:assert/strict";
import { after } from "node:test";
import { DataSource, EntitySchema, MoreThan, Table, TableColumn, TableIndex } from "typeorm";
import { flow, openDatabase, retried } from "./database.mjs";

const Account = new EntitySchema({
  name: "Account",
  tableName: "accounts",
  columns: {
    id: { type: "int8", primary: true, generated: "increment" },
    owner: { type: "varchar", length: 40, unique: true },
    balance: { type: "decimal", precision: 12, scale: 2, default: 0 },
    tags: { type: "varchar", array: true },
    settings: { type: "jsonb", nullable: true },
    opened: { type: "timestamptz", createDate: true },
    version: { type: "int8", version: true },
  },
  relations: { entries: { type: "one-to-many", target: "Entry", inverseSide: "account", cascade: true } },
  checks: [{ expression: `"balance" >= 0` }],
});

const Entry = new EntitySchema({
  name: "Entry",
  tableName: "entries",
  columns: {
    id: { type: "uuid", primary: true, generated: "uuid" },
    amount: { type: "int8" },
  },
  relations: {
    account: { type: "many-to-one", target: "Account", inverseSide: "entries", onDelete: "CASCADE", nullable: false },
  },
  indices: [{ columns: ["amount"] }],
});

class Notes1700000000000 {
  async up(runner) {
    await runner.createTable(
      new Table({
        name: "notes",
        columns: [
          { name: "id", type: "uuid", isPrimary: true, isGenerated: true, generationStrategy: "uuid" },
          { name: "text", type: "varchar", isNullable: false },
          { name: "account", type: "int8", isNullable: true },
        ],
        foreignKeys: [{ columnNames: ["account"], referencedTableName: "accounts", referencedColumnNames: ["id"] }],
      }),
    );
    await runner.addColumn("notes", new TableColumn({ name: "read", type: "bool", default: false }));
    await runner.renameColumn("notes", "text", "body");
    await runner.createIndex("notes", new TableIndex({ name: "notes_read_idx", columnNames: ["read"] }));
    await runner.query(`INSERT INTO notes (body) VALUES ('made by a migration')`);
  }

  async down(runner) {
    await runner.dropTable("notes");
  }
}

const source = new DataSource({
  type: "cockroachdb",
  url: await openDatabase(),
  timeTravelQueries: false,
  // TypeORM's own retries run a transaction's statements again with the values of before: they lose updates.
  maxTransactionRetries: 0,
  entities: [Account, Entry],
  migrations: [Notes1700000000000],
});
await source.initialize();
after(() => source.destroy());
const accounts = source.getRepository(Account);
const entries = source.getRepository(Entry);

flow("synchronize makes the schema, and again finds nothing to do", async () => {
  await source.synchronize();
  const { upQueries } = await source.driver.createSchemaBuilder().log();
  assert.deepEqual(
    upQueries.map(({ query }) => query),
    [],
  );
  const runner = source.createQueryRunner();
  const table = await runner.getTable("accounts");
  await runner.release();
  assert.deepEqual(
    table.columns.map(({ name, type, isNullable, isPrimary, isGenerated }) => [
      name,
      type,
      isNullable,
      isPrimary,
      isGenerated,
    ]),
    [
      ["id", "int8", false, true, true],
      ["owner", "varchar", false, false, false],
      ["balance", "decimal", false, false, false],
      ["tags", "varchar", false, false, false],
      ["settings", "jsonb", true, false, false],
      ["opened", "timestamptz", false, false, false],
      ["version", "int8", false, false, false],
    ],
  );
  assert.equal(table.checks.length, 1);
  assert.equal(table.uniques.length, 1);
});

flow("save, find with relations, update, remove", async () => {
  const saved = await accounts.save(
    [1, 2, 3].map((n) => ({
      owner: `owner ${n}`,
      balance: String(n * 10),
      tags: ["a", `t${n}`],
      settings: { n },
      entries: Array.from({ length: n }, (_, i) => ({ amount: i })),
    })),
  );
  assert.equal(Number(saved[2].id) - Number(saved[0].id), 2);
  assert.ok(saved[0].opened instanceof Date);
  const [first] = await accounts.find({ where: { owner: "owner 2" }, relations: { entries: true } });
  assert.deepEqual(
    { ...first, id: 0, opened: 0, entries: first.entries.map(({ amount }) => amount).sort() },
    {
      id: 0,
      owner: "owner 2",
      balance: "20.00",
      tags: ["a", "t2"],
      settings: { n: 2 },
      opened: 0,
      version: 1,
      entries: ["0", "1"],
    },
  );
  first.balance = "21";
  await accounts.save(first);
  const again = await accounts.findOneByOrFail({ id: first.id });
  assert.deepEqual([again.balance, again.version], ["21.00", 2]);
  await accounts.remove(again);
  assert.equal(await entries.count(), 4);
  const totals = await accounts
    .createQueryBuilder("a")
    .leftJoin("a.entries", "e")
    .select("a.owner", "owner")
    .addSelect("count(e.id)", "entries")
    .groupBy("a.owner")
    .orderBy("a.owner")
    .getRawMany();
  assert.deepEqual(totals, [
    { owner: "owner 1", entries: "1" },
    { owner: "owner 3", entries: "3" },
  ]);
  assert.equal(await accounts.countBy({ balance: MoreThan("10") }), 1);
  const [page, total] = await entries.findAndCount({ order: { amount: "DESC" }, take: 2 });
  assert.deepEqual([page.map(({ amount }) => amount), total], [["2", "1"], 4]);
});

flow("upserts", async () => {
  await accounts.upsert({ owner: "owner 1", balance: "11", tags: [] }, ["owner"]);
  await accounts.upsert({ owner: "owner 4", balance: "44", tags: [] }, ["owner"]);
  assert.deepEqual(
    (await accounts.find({ order: { owner: "ASC" } })).map(({ owner, balance }) => [owner, balance]),
    [
      ["owner 1", "11.00"],
      ["owner 3", "30.00"],
      ["owner 4", "44.00"],
    ],
  );
});

flow("a migration is run and taken back", async () => {
  assert.deepEqual(
    (await source.runMigrations()).map(({ name }) => name),
    ["Notes1700000000000"],
  );
  assert.deepEqual(await source.runMigrations(), []);
  assert.deepEqual(await source.query("SELECT body, read FROM notes"), [{ body: "made by a migration", read: false }]);
  await source.undoLastMigration();
  await assert.rejects(source.query("SELECT * FROM notes"), { code: "42P01" });
});

flow("errors come with their codes, and a transaction that fails is undone", async () => {
  await assert.rejects(accounts.insert({ owner: "owner 1", tags: [] }), { code: "23505" });
  await assert.rejects(entries.insert({ amount: 1, account: { id: "999" } }), { code: "23503" });
  await assert.rejects(accounts.update({ owner: "owner 1" }, { balance: "-1" }), { code: "23514" });
  await assert.rejects(
    source.transaction(async (manager) => {
      await manager.getRepository(Entry).clear();
      throw new Error("changed my mind");
    }),
    /changed my mind/,
  );
  assert.equal(await entries.count(), 4);
});

flow("transactions that meet others are retried, and the sum is kept", async () => {
  const transfer = () =>
    retried(() =>
      source.transaction("SERIALIZABLE", async (manager) => {
        const repository = manager.getRepository(Account);
        const from = await repository.findOneByOrFail({ owner: "owner 3" });
        await repository.update({ id: from.id }, { balance: String(Number(from.balance) - 1) });
        await repository.increment({ owner: "owner 4" }, "balance", 1);
      }),
    );
  await Promise.all(Array.from({ length: 8 }, transfer));
  const [three, four] = await accounts.find({
    where: [{ owner: "owner 3" }, { owner: "owner 4" }],
    order: { owner: "ASC" },
  });
  assert.deepEqual([three.balance, four.balance], ["22.00", "52.00"]);
});
