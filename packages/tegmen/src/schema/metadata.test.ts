import { describe, expect, test } from "vitest";
import { ArgumentError, DatabaseError } from "../errors/index.ts";
import { compile, select, type Executable } from "../sql/index.ts";
import { c, foreignKey, index, MetaData, primaryKey, sequence, table, unique, view, type AnyColumn } from "./index.ts";

/** The first words of each statement, enough to see the order. */
const outline = (statements: readonly Executable[]) =>
  statements.map((statement) => compile(statement).sql.replace(/ \([\s\S]*$/, ""));

describe("createAll and dropAll", () => {
  const metadata = new MetaData();
  const orders = table(
    "orders",
    {
      id: c.uuid().primaryKey(),
      customerId: c.uuid().references((): AnyColumn => customers.c.id),
      state: c.enum("state", ["new", "done"]).notNull(),
    },
    { metadata, comment: "what was bought" },
  );
  const customers = table(
    "customers",
    {
      id: c.uuid().primaryKey(),
      states: c.array(c.enum("state", ["new", "done"])),
      name: c.string().comment("as printed"),
    },
    { metadata },
  );
  sequence("numbers", { metadata });
  view("open_orders", select(orders.c.id).where(orders.c.state.eq("new")), { metadata });

  test("creates in the order of dependencies", () => {
    expect(outline(metadata.createStatements())).toEqual([
      'CREATE TYPE IF NOT EXISTS "state" AS ENUM',
      "CREATE SEQUENCE IF NOT EXISTS numbers",
      "CREATE TABLE IF NOT EXISTS customers",
      "CREATE TABLE IF NOT EXISTS orders",
      "CREATE VIEW IF NOT EXISTS open_orders",
      "COMMENT ON COLUMN customers.name IS 'as printed'",
      "COMMENT ON TABLE orders IS 'what was bought'",
    ]);
  });

  test("drops in the opposite order", () => {
    expect(outline(metadata.dropStatements())).toEqual([
      "DROP VIEW IF EXISTS open_orders",
      "DROP TABLE IF EXISTS orders",
      "DROP TABLE IF EXISTS customers",
      "DROP SEQUENCE IF EXISTS numbers",
      'DROP TYPE IF EXISTS "state"',
    ]);
  });

  test("without checkfirst, and for some tables only", () => {
    expect(outline(metadata.createStatements({ checkfirst: false, tables: [customers] }))).toEqual([
      'CREATE TYPE "state" AS ENUM',
      "CREATE TABLE customers",
      "COMMENT ON COLUMN customers.name IS 'as printed'",
    ]);
    expect(outline(metadata.dropStatements({ checkfirst: false, tables: [customers] }))).toEqual([
      "DROP TABLE customers",
    ]);
  });

  test("runs one statement after the other", async () => {
    const run: string[] = [];
    let running = 0;
    const executor = {
      execute: async (statement: Executable) => {
        expect(running++).toBe(0);
        await Promise.resolve();
        running--;
        run.push(compile(statement).sql);
      },
    };
    await metadata.createAll(executor);
    await metadata.dropAll(executor);
    expect(run).toEqual([...metadata.createStatements(), ...metadata.dropStatements()].map(String));
  });

  test("knows its tables", () => {
    expect([...metadata.tables.keys()]).toEqual(["orders", "customers"]);
    expect(metadata.sortedTables.map((one) => one.name)).toEqual(["customers", "orders"]);
  });
});

describe("circles of foreign keys", () => {
  const metadata = new MetaData();
  const a = table("a", { id: c.int().primaryKey(), bId: c.int().references((): AnyColumn => b.c.id) }, { metadata });
  const b = table(
    "b",
    {
      id: c.int().primaryKey(),
      aId: c.int().references((): AnyColumn => a.c.id),
      self: c.int().references((): AnyColumn => b.c.id),
    },
    { metadata },
  );
  table(
    "user_of_both",
    { id: c.int().primaryKey(), aId: c.int().references(() => a.c.id), bId: c.int().references(() => b.c.id) },
    { metadata },
  );

  test("are closed by ALTER TABLE when both tables are there", () => {
    const statements = metadata.createStatements().map(String);
    expect(outline(metadata.createStatements())).toEqual([
      "CREATE TABLE IF NOT EXISTS a",
      "CREATE TABLE IF NOT EXISTS b",
      "CREATE TABLE IF NOT EXISTS user_of_both",
      "ALTER TABLE a ADD CONSTRAINT a_b_id_fkey FOREIGN KEY",
    ]);
    expect(statements[0]).not.toContain("FOREIGN KEY");
    expect(statements[1]).toContain("CONSTRAINT b_self_fkey FOREIGN KEY (self) REFERENCES b (id)");
    expect(statements[1]).toContain("CONSTRAINT b_a_id_fkey FOREIGN KEY (a_id) REFERENCES a (id)");
  });

  test("may be closed already", async () => {
    const failWith = (code: string) => ({
      execute: async (statement: Executable) => {
        await Promise.resolve();
        if (compile(statement).sql.startsWith("ALTER")) throw new DatabaseError("no", { code });
      },
    });
    await metadata.createAll(failWith("42710"));
    await expect(metadata.createAll(failWith("42710"), { checkfirst: false })).rejects.toThrow("no");
    await expect(metadata.createAll(failWith("42P01"))).rejects.toThrow("no");
  });

  test("are opened before the tables are dropped", () => {
    expect(outline(metadata.dropStatements())).toEqual([
      "ALTER TABLE IF EXISTS a DROP CONSTRAINT IF EXISTS a_b_id_fkey",
      "DROP TABLE IF EXISTS user_of_both",
      "DROP TABLE IF EXISTS b",
      "DROP TABLE IF EXISTS a",
    ]);
  });
});

describe("schemas", () => {
  test("are created, and tables of one name in two of them are two tables", () => {
    const metadata = new MetaData({ schema: "bank" });
    table("t", { id: c.int().primaryKey() }, { metadata });
    table("t", { id: c.int().primaryKey() }, { metadata, schema: "shop" });
    expect(outline(metadata.createStatements())).toEqual([
      "CREATE SCHEMA IF NOT EXISTS bank",
      "CREATE SCHEMA IF NOT EXISTS shop",
      "CREATE TABLE IF NOT EXISTS bank.t",
      "CREATE TABLE IF NOT EXISTS shop.t",
    ]);
  });
});

describe("errors", () => {
  const id = c.int().primaryKey();

  test.each<[string, () => unknown, string]>([
    ["a table twice", () => new MetaData().add(table("t", { id }), table("t", { id })), 'the metadata has "t" already'],
    ["no columns", () => table("t", {}), 'table "t" needs at least one column'],
    [
      "no definition",
      () => table("t", { a: "INT" as never }),
      'column "a" of table "t" expects a definition such as c.int(), got \'INT\'',
    ],
    [
      "one name twice",
      () => table("t", { createdAt: c.int(), created_at: c.int() }),
      'the columns "createdAt" and "created_at" of table "t" are both created_at in SQL',
    ],
    [
      "an unknown option",
      () => table("t", { id }, { comments: "x" } as never),
      'table() has no option "comments": did you mean "comment"?',
    ],
    [
      "a TTL of nothing",
      () => table("t", { id }, { ttl: { jobCron: "@daily" } }),
      "the option ttl needs expireAfter or expirationExpression",
    ],
    ["an empty table name", () => table("", { id }), "an identifier cannot be empty"],
    [
      "two primary keys",
      () => new MetaData().createStatements({ tables: [table("t", { id }, (t) => [primaryKey().on(t.id)])] }),
      'table "t" has more than one primary key',
    ],
    [
      "a foreign key to nothing",
      () =>
        new MetaData().createStatements({
          tables: [table("t", { id, a: c.int().references((() => undefined) as never) })],
        }),
      'a foreign key of table "t" has to refer to a column of a table, got NULL',
    ],
    [
      "a foreign key of unequal sides",
      () =>
        new MetaData().createStatements({
          tables: [
            table("t", { id, a: c.int() }, (t) => [
              foreignKey()
                .on(t.a)
                .references(() => [t.id, t.a]),
            ]),
          ],
        }),
      "has 1 columns and refers to 2",
    ],
    [
      "unique() of nothing",
      () => new MetaData().createStatements({ tables: [table("t", { id }, () => [unique()])] }),
      'unique() of table "t" needs .on(columns)',
    ],
    [
      "an index of nothing",
      () => new MetaData().createStatements({ tables: [table("t", { id }, () => [index()])] }),
      'an index of table "t" names no columns',
    ],
    ["an index of text", () => index().on("a" as never), "index().on() expects columns or expressions, got 'a'"],
    [
      "a bucket count",
      () => index().usingHash({ bucketCount: 1 }),
      "bucketCount has to be an integer from 2 to 2048, got 1",
    ],
    ["an array of nothing", () => c.array("INT" as never), "c.array() expects a type such as c.string(), got 'INT'"],
    ["a sequence's option", () => sequence("s", { start: 1.5 }), "start of a sequence has to be an integer, got 1.5"],
    ["a column's name", () => c.int().named(""), "named() expects a name, got ''"],
    [
      "an enum with two lists of values",
      () => new MetaData().createStatements({ tables: [table("t", { a: c.enum("e", ["x"]), b: c.enum("e", ["y"]) })] }),
      "has different values in t.b than elsewhere",
    ],
    [
      "an unknown token",
      () =>
        new MetaData({ namingConvention: { pk: "%(x)s" } }).createStatements({
          tables: [table("t", { id }, { metadata: new MetaData({ namingConvention: { pk: "%(x)s" } }) })],
        }),
      "has the unknown token %(x)s",
    ],
  ])("%s", (_, act, message) => {
    expect(act).toThrow(ArgumentError);
    expect(act).toThrow(message);
  });
});
