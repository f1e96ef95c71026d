import { c, deleteFrom, func, insert, literal, MetaData, select, table, unique, update, upsert, withCte } from "tegmen";
import { describe, expect, test } from "vitest";
import { accounts, metadata as bank, payments, rows, users } from "./bank.ts";
import { createWorld, describeChanges, describeRefusals } from "./harness.ts";

const t = accounts.c;
const u = users.c;
const p = payments.c;

let made = 0;
const metadata = new MetaData();
metadata.add(...bank.tables.values());
const notes = table(
  "notes",
  {
    id: c.uuid().primaryKey().default(func.genRandomUuid()),
    owner: c.string().notNull(),
    slug: c.string().notNull(),
    text: c.string().notNull().default("it's empty"),
    tags: c.array(c.string()).notNull().default(["new"]),
    settings: c.jsonb<{ a: number }>().notNull().default({ a: 1 }),
    number: c
      .int()
      .notNull()
      .default(() => ++made),
    edits: c
      .int()
      .notNull()
      .default(0)
      .onUpdate(() => 7),
    length: c.int().computed((n) => func.length(n.text), { stored: true }),
  },
  (n) => [unique().on(n.owner, n.slug)],
  { metadata },
);
const n = notes.c;
const allNotes = select(n.slug, n.text).orderBy(n.slug);
const world = createWorld(metadata, [
  ...rows,
  insert(notes).values([
    { owner: "a", slug: "one", text: "1" },
    { owner: "a", slug: "two", text: "2" },
  ]),
]);

describeChanges(world, "insert", [
  [
    "a row",
    insert(users).values({ id: 9, name: "New" }),
    1,
    select(users).where(u.id.eq(9)),
    [{ id: 9, name: "New", email: null, bossId: null }],
  ],
  [
    "several rows, with different columns",
    insert(users).values([
      { id: 8, name: "A", bossId: 1 },
      { id: 9, name: "B", email: "b" },
    ]),
    2,
    select(u.bossId, u.email).where(u.id.ge(8)).orderBy(u.id),
    [
      [1, null],
      [null, "b"],
    ],
  ],
  [
    "1,000 rows",
    insert(users).values(Array.from({ length: 1000 }, (_, i) => ({ id: 100 + i, name: `n${i}` }))),
    1000,
    select(func.count(), func.max(u.name)).where(u.id.ge(100)),
    [[1000, "n999"]],
  ],
  [
    "expressions among the values",
    insert(users).values({ id: literal(4).plus(5), name: func.upper("ada") }),
    1,
    select(u.name).where(u.id.eq(9)),
    [["ADA"]],
  ],
  [
    "a scalar subquery as a value",
    insert(users).values({ id: 9, name: select(u.name).where(u.id.eq(1)).scalarSubquery() }),
    1,
    select(u.name).where(u.id.eq(9)),
    [["Ada"]],
  ],
  [
    "defaults of the server and the program, computed columns",
    insert(notes).values({ owner: "b", slug: "x" }).returning(n.text, n.tags, n.settings, n.length),
    [{ text: "it's empty", tags: ["new"], settings: { a: 1 }, length: 10 }],
  ],
  [
    "a row without a default among those with",
    insert(notes)
      .values([
        { owner: "b", slug: "x", text: "t" },
        { owner: "b", slug: "y" },
      ])
      .returning(n.text),
    [["t"], ["it's empty"]],
  ],
  [
    "null for a column with a default stays NULL",
    insert(accounts).values({ id: 9, label: "x", limit: null, ownerId: null }).returning(t.limit, t.balance),
    [[null, 0]],
  ],
  [
    "fromSelect()",
    insert(users).fromSelect(
      ["id", "name"],
      select(u.id.plus(100).as("id"), u.name.concat("'s copy").as("name")).where(u.id.le(2)),
    ),
    2,
    select(u.name).where(u.id.gt(100)).orderBy(u.id),
    [["Ada's copy"], ["Bob's copy"]],
  ],
  [
    "fromSelect() of a union",
    insert(users).fromSelect(
      ["id", "name"],
      select(literal(11).as("id"), literal("x").as("name")).unionAll(
        select(literal(12).as("id"), literal("y").as("name")),
      ),
    ),
    2,
  ],
  [
    "fromSelect() with a query in WITH",
    (() => {
      const source = select(u.name).where(u.id.eq(1)).cte("source");
      return withCte(source)
        .insert(users)
        .fromSelect(["id", "name"], select(literal(9), source.c.name));
    })(),
    1,
    select(u.name).where(u.id.eq(9)),
    [["Ada"]],
  ],
  [
    "returning() of all columns",
    insert(users).values({ id: 9, name: "New", bossId: 1 }).returning(),
    [{ id: 9, name: "New", email: null, bossId: 1 }],
  ],
  [
    "returning() of expressions, in the order of the rows",
    insert(users)
      .values([
        { id: 9, name: "b" },
        { id: 8, name: "a" },
      ])
      .returning(u.id, u.name.concat("!").as("loud")),
    [
      { id: 9, loud: "b!" },
      { id: 8, loud: "a!" },
    ],
  ],
]);

describeChanges(world, "on conflict and upsert", [
  [
    "onConflictDoNothing()",
    insert(users)
      .values([
        { id: 1, name: "X" },
        { id: 9, name: "Y" },
      ])
      .onConflictDoNothing()
      .returning(u.id),
    [[9]],
  ],
  [
    "onConflictDoNothing() for a target",
    insert(users).values({ id: 1, name: "X" }).onConflictDoNothing({ target: u.id }),
    0,
    select(u.name).where(u.id.eq(1)),
    [["Ada"]],
  ],
  [
    "onConflictDoUpdate() with excluded",
    insert(users)
      .values([
        { id: 1, name: "X" },
        { id: 9, name: "Y" },
      ])
      .onConflictDoUpdate({ target: u.id, set: (excluded) => ({ name: excluded.name.concat("!") }) }),
    2,
    select(u.id, u.name)
      .where(u.id.in([1, 9]))
      .orderBy(u.id),
    [
      [1, "X!"],
      [9, "Y"],
    ],
  ],
  [
    "onConflictDoUpdate() with values and the old row",
    insert(users)
      .values({ id: 1, name: "X" })
      .onConflictDoUpdate({ target: u.id, set: { name: u.name.concat("+"), email: "new" } })
      .returning(u.name, u.email),
    [["Ada+", "new"]],
  ],
  [
    "onConflictDoUpdate() on several columns",
    insert(notes)
      .values({ owner: "a", slug: "one", text: "new" })
      .onConflictDoUpdate({ target: [n.owner, n.slug], set: (excluded) => ({ text: excluded.text }) }),
    1,
    allNotes,
    [
      ["one", "new"],
      ["two", "2"],
    ],
  ],
  [
    "onConflictDoUpdate() with a condition",
    insert(notes)
      .values([
        { owner: "a", slug: "one", text: "new" },
        { owner: "a", slug: "two", text: "new" },
      ])
      .onConflictDoUpdate({
        target: [n.owner, n.slug],
        set: (excluded) => ({ text: excluded.text }),
        where: n.text.eq("2"),
      }),
    1,
    allNotes,
    [
      ["one", "1"],
      ["two", "new"],
    ],
  ],
  [
    "a condition on excluded",
    insert(users)
      .values({ id: 1, name: "X" })
      .onConflictDoUpdate({ target: u.id, set: { name: "Z" }, where: (excluded) => excluded.name.eq("Y") }),
    0,
    select(u.name).where(u.id.eq(1)),
    [["Ada"]],
  ],
  ["upsert of a new row", upsert(users).values({ id: 9, name: "New" }), 1, select(u.name).where(u.id.eq(9)), [["New"]]],
  [
    "upsert of one that exists leaves other columns alone",
    upsert(users).values({ id: 1, name: "Ada L" }),
    1,
    select(u.name, u.email).where(u.id.eq(1)),
    [["Ada L", "ada@example.com"]],
  ],
  [
    "upsert of several, returning",
    upsert(payments)
      .values([
        { fromId: 10, toId: 20, number: 1, amount: 99 },
        { fromId: 10, toId: 20, number: 3, amount: 1 },
      ])
      .returning(p.number, p.amount),
    [
      [1, 99],
      [3, 1],
    ],
  ],
  [
    "upsert fromSelect()",
    upsert(payments).fromSelect(
      ["fromId", "toId", "number", "amount"],
      select(p.fromId, p.toId, p.number, p.amount.times(10)).where(p.fromId.eq(10)),
    ),
    2,
    select(p.amount).where(p.fromId.eq(10)).orderBy(p.number),
    [[50], [150]],
  ],
]);

describeChanges(world, "update", [
  ["a value", update(users).set({ name: "Eva" }).where(u.id.eq(3)), 1, select(u.name).where(u.id.eq(3)), [["Eva"]]],
  [
    "an expression",
    update(accounts)
      .set({ balance: t.balance.minus(10) })
      .where(t.id.eq(10))
      .returning(t.balance),
    [[90]],
  ],
  [
    "several columns, null among them",
    update(accounts)
      .set({ limit: null, tags: [], settings: { theme: "x" } })
      .where(t.id.eq(10))
      .returning(t.limit, t.tags, t.settings),
    [[null, [], { theme: "x" }]],
  ],
  [
    "a second set() adds",
    update(users).set({ name: "A" }).set({ email: "e" }).where(u.id.eq(2)).returning(u.name, u.email),
    [["A", "e"]],
  ],
  [
    "a scalar subquery",
    update(accounts)
      .set({ balance: select(func.sum(p.amount)).where(p.fromId.eq(t.id)).scalarSubquery() })
      .where(t.id.eq(10))
      .returning(t.balance),
    [[20]],
  ],
  [
    "returning() of all columns",
    update(users).set({ name: "Eva" }).where(u.id.eq(3)).returning(),
    [{ id: 3, name: "Eva", email: "eve@example.com", bossId: 1 }],
  ],
  [
    "from() another table",
    update(accounts).set({ label: u.name }).from(users).where(u.id.eq(t.ownerId), u.id.eq(2)),
    1,
    select(t.label).where(t.id.eq(30)),
    [["Bob"]],
  ],
  [
    "from() a subquery",
    (() => {
      const sums = select(p.fromId, func.sum(p.amount).as("total")).groupBy(p.fromId).subquery("sums");
      return update(accounts)
        .set({ balance: sums.c.total })
        .from(sums)
        .where(sums.c.fromId.eq(t.id))
        .returning(t.id, t.balance);
    })(),
    expect.arrayContaining([
      { id: 10, balance: 20 },
      { id: 30, balance: 20 },
    ]) as never,
  ],
  [
    "orderBy() and limit()",
    update(accounts).set({ balance: 0 }).where(t.balance.gt(0)).orderBy(t.balance.desc()).limit(1).returning(t.id),
    [[20]],
  ],
  ["no row", update(users).set({ name: "x" }).where(u.id.eq(99)), 0],
  ["all rows", update(users).set({ email: null }), 4],
  [
    "onUpdate() of the program",
    update(notes).set({ text: "changed" }).where(n.slug.eq("one")).returning(n.text, n.edits, n.length),
    [["changed", 7, 7]],
  ],
  ["onUpdate(), unless it is set", update(notes).set({ edits: 1 }).where(n.slug.eq("one")).returning(n.edits), [[1]]],
]);

describeChanges(world, "delete", [
  ["with a condition", deleteFrom(payments).where(p.fromId.eq(10)), 2, select(func.count()).from(payments), [[3]]],
  [
    "returning()",
    deleteFrom(payments).where(p.fromId.eq(30)).returning(),
    [{ fromId: 30, toId: 10, number: 1, amount: 20 }],
  ],
  ["returning() of columns", deleteFrom(payments).where(p.amount.eq(5)).returning(p.toId), [[20]]],
  [
    "orderBy() and limit()",
    deleteFrom(payments).orderBy(p.amount.desc()).limit(2).returning(p.amount),
    expect.arrayContaining([{ amount: 20 }, { amount: 15 }]) as never,
  ],
  ["in a query", deleteFrom(payments).where(p.fromId.in(select(t.id).where(t.balance.lt(0)))), 1],
  ["all", deleteFrom(payments), 5],
]);

describe("statements that need a newer server", () => {
  test("DELETE ... USING is refused before it is sent, with the first version that has it", async () => {
    const statement = deleteFrom(payments).using(accounts).where(t.id.eq(p.fromId));
    await expect(world.engine.execute(statement)).rejects.toThrow(
      /DELETE \.\.\. USING needs CockroachDB 23\.1 or later; the server runs .*21\.2/,
    );
  });
});

describeRefusals(world, "constraints", [
  ["a key twice", insert(users).values({ id: 1, name: "x" }), "23505", "duplicate key"],
  [
    "a unique column twice",
    insert(users).values({ id: 9, name: "x", email: "ada@example.com" }),
    "23505",
    "duplicate key",
  ],
  ["a foreign key to nothing", insert(users).values({ id: 9, name: "x", bossId: 99 }), "23503", "foreign key"],
  ["a row that is referred to", deleteFrom(users).where(u.id.eq(1)), "23503", "foreign key"],
  [
    "NULL in a NOT NULL column",
    update(users)
      .set({ name: null as never })
      .where(u.id.eq(1)),
    "23502",
    "null value",
  ],
]);

describe("executemany", () => {
  test("a statement runs any number of times in a transaction, and rows are seen by it alone", async () => {
    await using conn = await world.engine.connect();
    const add = (id: number) => insert(users).values({ id, name: `n${id}` });
    await Promise.all([50, 51, 52].map((id) => conn.execute(add(id))));
    expect(await conn.scalar(select(func.count()).from(users))).toBe(7);
    expect(await world.engine.scalar(select(func.count()).from(users))).toBe(4);
  });

  test("a statement that failed leaves the connection usable", async () => {
    await using conn = await world.engine.connect();
    await expect(conn.execute(insert(users).values({ id: 1, name: "x" }))).rejects.toThrow("duplicate key");
    await conn.rollback();
    expect(await conn.scalar(select(func.count()).from(users))).toBe(4);
  });
});
