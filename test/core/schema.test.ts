import {
  type AnyColumn,
  ArgumentError,
  c,
  check,
  CompileError,
  compile,
  createTable,
  dropTable,
  deleteFrom,
  foreignKey,
  func,
  index,
  insert,
  MetaData,
  type NumericColumn,
  primaryKey,
  select,
  sequence,
  sql,
  table,
  unique,
  update,
  view,
  type Engine,
} from "tegmen";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase, type TestDatabase } from "../support/server.ts";

let database: TestDatabase;
let engine: Engine;
beforeAll(async () => {
  database = await openDatabase();
  engine = database.engine({ poolSize: 2 });
});
afterAll(() => database.drop());

const tableNames = async (): Promise<readonly string[]> => {
  const found = await engine.execute(
    sql<{
      name: string;
    }>`SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1`,
  );
  return found.scalars().all();
};

describe("createAll and dropAll", () => {
  const metadata = new MetaData({ namingConvention: { fk: "fk_%(table_name)s_%(column_0_name)s" } });
  const customers = table(
    "customers",
    {
      id: c.int().primaryKey(),
      name: c.string(40).notNull().comment("it's printed"),
      state: c.enum("customer_state", ["new", "it's"]).notNull().default("new"),
      favourite: c.int().references((): AnyColumn => orders.c.id),
    },
    { metadata, comment: "who buys" },
  );
  const orders = table(
    "orders",
    {
      id: c.int().primaryKey(),
      customerId: c
        .int()
        .notNull()
        .references(() => customers.c.id, { onDelete: "CASCADE" }),
      parentId: c.int().references((): AnyColumn => orders.c.id),
      number: c.bigint().unique(),
      total: c.decimal(10, 2).notNull().default("0.00"),
      doubled: c.decimal(11, 2).computed((o) => o.total.times(2), { stored: true }),
      note: c.string().default("a 'b' \\ c"),
      createdAt: c.timestamptz().notNull().default(func.now()),
    },
    (o) => [
      index("orders_customer_idx").on(o.customerId, o.createdAt.desc()).storing(o.total),
      index("orders_big_idx").on(o.total).where(o.total.gt("1000")),
      index().on(o.createdAt),
      unique("orders_note_key").on(o.customerId, o.note),
      check("total_not_negative", o.total.ge("0")),
    ],
    { metadata },
  );
  const lines = table(
    "lines",
    {
      orderId: c.int().notNull(),
      position: c.int().notNull(),
      tags: c.jsonb(),
      labels: c.array(c.string()),
    },
    (l) => [
      primaryKey().on(l.orderId, l.position),
      foreignKey("lines_order_fk")
        .on(l.orderId)
        .references(() => orders.c.id),
      index("lines_tags_idx").inverted(l.tags),
    ],
    { metadata },
  );
  const numbers = sequence("order_numbers", { metadata, start: 100, increment: 5 });
  const open = view(
    "open_orders",
    select(orders.c.id, orders.c.total.times(2).as("twice")).where(orders.c.total.gt("0")),
    { metadata },
  );

  test("createAll creates tables, indexes, enums, sequences, views, and closes the circle of foreign keys", async () => {
    await metadata.createAll(engine);
    expect(await tableNames()).toEqual(expect.arrayContaining(["customers", "lines", "open_orders", "orders"]));
    const keys = await engine.execute(
      sql<{
        n: number;
      }>`SELECT count(*) AS n FROM information_schema.table_constraints WHERE constraint_type = 'FOREIGN KEY'`,
    );
    expect(keys.one().n).toBe(4);
  });

  test("createAll again changes nothing", async () => {
    await metadata.createAll(engine);
    await expect(metadata.createAll(engine, { checkfirst: false })).rejects.toMatchObject({ code: /42710|42P07/ });
  });

  test("defaults, computed columns, enums and sequences work", async () => {
    await engine.execute(insert(customers).values({ id: 1, name: "Ada" }));
    await engine.execute(insert(orders).values({ id: 1, customerId: 1, number: numbers.next(), total: "12.50" }));
    const again = await engine.execute(
      insert(orders).values({ id: 2, customerId: 1, number: numbers.next(), note: "x" }).returning(),
    );
    expect(again.one()).toMatchObject({ number: 105n, total: "0.00", doubled: "0.00", note: "x" });
    expect(
      (await engine.execute(select(orders.c.note, orders.c.doubled, orders.c.number).where(orders.c.id.eq(1)))).one(),
    ).toEqual({ note: "a 'b' \\ c", doubled: "25.00", number: 100n });
    expect(await engine.scalar(select(customers.c.state))).toBe("new");
    expect((await engine.execute(select(open).orderBy(open.c.id))).all()).toEqual([{ id: 1, twice: "25.00" }]);
  });

  test("checks, unique constraints and foreign keys hold, and are named in errors", async () => {
    await expect(engine.execute(update(orders).set({ total: "-1" }).where(orders.c.id.eq(1)))).rejects.toMatchObject({
      code: "23514",
      constraint: "total_not_negative",
    });
    await expect(engine.execute(update(orders).set({ note: "x" }).where(orders.c.id.eq(1)))).rejects.toMatchObject({
      code: "23505",
      constraint: "orders_note_key",
    });
    await expect(engine.execute(insert(lines).values({ orderId: 99, position: 1 }))).rejects.toMatchObject({
      code: "23503",
      constraint: "lines_order_fk",
    });
  });

  test("ON DELETE CASCADE", async () => {
    await engine.execute(deleteFrom(customers).where(customers.c.id.eq(1)));
    expect(await engine.scalar(select(func.count()).from(orders))).toBe(0);
  });

  test("hints find the indexes", async () => {
    const big = select(orders.c.total).where(orders.c.total.gt("1000")).withHint(orders, "orders_big_idx");
    expect((await engine.execute(big)).all()).toEqual([]);
    await engine.execute(
      select(orders.c.total).withHint(orders, { forceIndex: "orders_customer_idx", direction: "DESC" }),
    );
    await engine.execute(
      select(lines.c.orderId)
        .where(lines.c.tags.containsJson({ a: 1 }))
        .withHint(lines, "lines_tags_idx"),
    );
  });

  test("comments", async () => {
    const found = await engine.execute(
      sql<{ comment: string }>`SELECT obj_description('customers'::regclass) AS comment`,
    );
    expect(found.one().comment).toBe("who buys");
  });

  test("dropAll drops all of it, and again nothing", async () => {
    await metadata.dropAll(engine);
    expect(await tableNames()).toEqual([]);
    await metadata.dropAll(engine);
    await expect(metadata.dropAll(engine, { checkfirst: false })).rejects.toMatchObject({ code: /42P01|42704/ });
    await metadata.createAll(engine);
    await metadata.dropAll(engine);
    expect(await tableNames()).toEqual([]);
  });

  test("some tables only", async () => {
    const plain = new MetaData();
    const a = table("only_a", { id: c.int().primaryKey() }, { metadata: plain });
    table("only_b", { id: c.int().primaryKey() }, { metadata: plain });
    await plain.createAll(engine, { tables: [a] });
    expect(await tableNames()).toEqual(["only_a"]);
    await plain.dropAll(engine);
  });

  test("schemas", async () => {
    const own = new MetaData({ schema: "shop" });
    const items = table("items", { id: c.int().primaryKey(), kind: c.enum("kind", ["a"]) }, { metadata: own });
    await own.createAll(engine);
    await engine.execute(insert(items).values({ id: 1, kind: "a" }));
    expect((await engine.execute(select(items.c.id, items.c.kind))).all()).toEqual([{ id: 1, kind: "a" }]);
    await own.dropAll(engine);
  });
});

/** Each is created, used by a row of defaults, and dropped. */
const columns: readonly (readonly [string, Parameters<typeof table>[1]])[] = [
  ["unique_rowid() as key", { id: c.rowid().primaryKey() }],
  ["gen_random_uuid() as key", { id: c.uuid().primaryKey().default(func.genRandomUuid()) }],
  [
    "a default of every family",
    {
      id: c.rowid().primaryKey(),
      a: c.int().default(-5),
      b: c.bigint().default(2n ** 62n),
      d: c.decimal(5, 2).default("1.50"),
      e: c.float8().default(-1.5),
      f: c.bool().default(true),
      g: c.date().default("2024-02-29"),
      h: c.timestamptz().default(new Date(0)),
      i: c.interval().default("1 day"),
      j: c.jsonb().default({ a: ["it's"] }),
      k: c.array(c.string()).default(["a'b", null]),
      l: c.bytes().default(new Uint8Array([0, 255])),
      m: c.string().default(""),
    },
  ],
  ["column families", { id: c.rowid().primaryKey().family("keys"), a: c.string().family("rest") }],
  [
    "computed, stored",
    { id: c.rowid().primaryKey(), a: c.int().default(2), b: c.int().computed((t) => t.a.plus(1), { stored: true }) },
  ],
  [
    "computed, virtual",
    { id: c.rowid().primaryKey(), a: c.int().default(2), b: c.int().computed((t) => t.a.times(t.a)) },
  ],
  ["NOT VISIBLE", { id: c.rowid().primaryKey(), secret: c.int().hidden().default(1) }],
];

describe("columns", () => {
  test.each(columns)("%s", async (_, definition) => {
    const made = table("made", definition);
    await engine.execute(createTable(made));
    const row = (await engine.execute(insert(made).defaultValues().returning())).one();
    expect(Object.keys(row)).toEqual(Object.keys(definition));
    await engine.execute(dropTable(made));
  });
});

const indexes: readonly (readonly [
  string,
  (t: {
    readonly a: NumericColumn<number, null, "a">;
    readonly b: AnyColumn;
    readonly j: AnyColumn;
  }) => ReturnType<typeof index>,
])[] = [
  ["plain", (t) => index().on(t.a)],
  ["descending", (t) => index().on(t.a.desc(), t.b)],
  ["unique", (t) => index().on(t.a).unique()],
  ["storing", (t) => index().on(t.a).storing(t.b)],
  ["inverted", (t) => index().inverted(t.j)],
  ["with a name to be quoted", (t) => index('an "odd" Name').on(t.a)],
];

describe("indexes", () => {
  test.each(indexes)("%s", async (_, make) => {
    const made = table("indexed", { id: c.int().primaryKey(), a: c.int(), b: c.string(), j: c.jsonb() }, (t) => [
      make(t as never),
    ]);
    await engine.execute(createTable(made));
    expect((await engine.execute(insert(made).values({ id: 1, a: 1, b: "x", j: {} }))).rowCount).toBe(1);
    await engine.execute(dropTable(made));
  });
});

describe("what servers do not have is refused with the first version that does", () => {
  const old = { major: 21, minor: 1, patch: 0, text: "CockroachDB CCL v21.1.0", isCockroach: true };
  const id = { id: c.int().primaryKey() };
  test.each<readonly [string, () => ReturnType<typeof table>, string]>([
    ["identity", () => table("t", { id: c.int().primaryKey().identity() }), "21.2"],
    ["ON UPDATE", () => table("t", { ...id, at: c.timestamptz().onUpdate(func.now()) }), "21.2"],
    ["expression indexes", () => table("t", { ...id, a: c.string() }, (t) => [index().on(func.lower(t.a))]), "21.2"],
    ["row-level TTL", () => table("t", id, { ttl: { expireAfter: "90 days" } }), "22.1"],
    ["hash-sharded indexes", () => table("t", { ...id, a: c.int() }, (t) => [index().on(t.a).usingHash()]), "22.1"],
    ["NOT VISIBLE indexes", () => table("t", { ...id, a: c.int() }, (t) => [index().on(t.a).notVisible()]), "22.2"],
    [
      "trigram indexes",
      () => table("t", { ...id, a: c.string() }, (t) => [index().inverted(t.a, "gin_trgm_ops")]),
      "22.2",
    ],
    ["TSVECTOR", () => table("t", { ...id, a: c.tsvector() }), "23.1"],
    ["VECTOR", () => table("t", { ...id, a: c.vector(3) }), "24.2"],
    ["CITEXT", () => table("t", { ...id, a: c.citext() }), "25.3"],
    ["LTREE", () => table("t", { ...id, a: c.ltree() }), "25.4"],
    ["schema_locked", () => table("t", id, { schemaLocked: true }), "23.1"],
  ])("%s", (_, make, version) => {
    expect(() => compile(createTable(make()), { version: old })).toThrow(CompileError);
    expect(() => compile(createTable(make()), { version: old })).toThrow(
      `needs CockroachDB ${version} or later; the server runs CockroachDB CCL v21.1.0`,
    );
    expect(compile(createTable(make())).sql).toContain("CREATE TABLE");
  });

  test("the engine passes the version of its server on", async () => {
    await expect(engine.execute(createTable(table("t", id, { ttl: { expireAfter: "90 days" } })))).rejects.toThrow(
      /row-level TTL needs CockroachDB 22\.1 or later; the server runs .*21\.2/,
    );
  });
});

test("names that are taken twice in one metadata are refused", () => {
  const metadata = new MetaData();
  table("twice", { id: c.int() }, { metadata });
  expect(() => table("twice", { id: c.int() }, { metadata })).toThrow(ArgumentError);
});
