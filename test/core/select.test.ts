import { ArgumentError, c, cast, func, literal, select, sql, text } from "tegmen";
import { describe, expect, test } from "vitest";
import { accounts, metadata, payments, rows, users } from "./bank.ts";
import { serverUser } from "../support/server.ts";
import { createWorld, describeQueries } from "./harness.ts";

const world = createWorld(metadata, rows);
const t = accounts.c;
const u = users.c;
const p = payments.c;

describeQueries(world, "select list", [
  ["columns, by their keys in TypeScript", select(t.id, t.ownerId).where(t.id.eq(10)), [{ id: 10, ownerId: 1 }]],
  ["a label", select(t.balance.plus(1).as("next")).where(t.id.eq(10)), [{ next: 101 }]],
  ["a label of a column", select(t.id.as("key")).where(t.id.eq(10)), [{ key: 10 }]],
  ["a label with quotes and spaces", select(t.id.as('the "key"')).where(t.id.eq(10)), [{ 'the "key"': 10 }]],
  ["the last label counts", select(t.id.as("a").as("b")).where(t.id.eq(10)), [{ b: 10 }]],
  ["a function has its name as key", select(func.count()).from(users), [{ count: 4 }]],
  ["a function in camelCase keeps it", select(func.currentUser()), [{ currentUser: serverUser }]],
  ["a whole table", select(users).where(u.id.eq(2)), [{ id: 2, name: "Bob", email: null, bossId: 1 }]],
  [
    "a table and an expression",
    select(users, literal(1).as("one")).where(u.id.eq(1)),
    [{ id: 1, name: "Ada", email: "ada@example.com", bossId: null, one: 1 }],
  ],
  [
    "literals of every kind, without a table",
    select(
      literal("a").as("text"),
      literal(1.5).as("number"),
      literal(2n ** 62n).as("bigint"),
      literal(true).as("bool"),
      literal(new Date(0)).as("date"),
      literal(null, c.int()).as("null"),
      literal([1, 2], c.array(c.int())).as("array"),
      literal({ a: 1 }, c.jsonb()).as("json"),
    ),
    [
      {
        text: "a",
        number: 1.5,
        bigint: 2n ** 62n,
        bool: true,
        date: new Date(0),
        null: null,
        array: [1, 2],
        json: { a: 1 },
      },
    ],
  ],
  ["an alias of a table", select(users.alias("x").c.name).where(users.alias("x").c.id.eq(3)), [{ name: "Eve" }]],
  [
    "several tables make a cross join",
    select(u.id, t.id.as("account")).where(u.id.eq(1), t.id.le(20)).orderBy(t.id),
    [
      { id: 1, account: 10 },
      { id: 1, account: 20 },
    ],
  ],
  [
    "from() without columns of it",
    select(literal(1).as("one")).from(users).where(u.id.lt(3)),
    [{ one: 1 }, { one: 1 }],
  ],
  ["a sql template among the expressions", select(u.id).where(sql`${u.name} = ${"Eve"}`), [{ id: 3 }]],
]);

describeQueries(world, "casts", [
  ["cast() of a column", select(t.id.cast(c.string()).as("v")).where(t.id.eq(10)), [{ v: "10" }]],
  ["cast() of a value", select(cast("12", c.int()).as("v")), [{ v: 12 }]],
  ["cast to DECIMAL with a scale", select(cast("1.005", c.decimal(10, 2)).as("v")), [{ v: "1.01" }]],
  ["cast to DATE", select(cast("2024-02-29", c.date()).as("v")), [{ v: "2024-02-29" }]],
  [
    "cast to UUID",
    select(cast("63616665-6630-3064-6465-616462656562", c.uuid()).as("v")),
    [{ v: "63616665-6630-3064-6465-616462656562" }],
  ],
  ["cast to an array", select(cast("{1,2}", c.array(c.int())).as("v")), [{ v: [1, 2] }]],
  ["cast to JSONB", select(cast('{"a": [1]}', c.jsonb()).as("v")), [{ v: { a: [1] } }]],
  [
    "cast to BOOL, of an expression that needs parentheses",
    select(t.id.minus(10).cast(c.bool()).as("v")).where(t.id.le(20)).orderBy(t.id),
    [{ v: false }, { v: true }],
  ],
  [
    "placeholders as arguments of functions get casts",
    select(func.upper("a"), func.concat("a", "b"), func.abs(literal(-5))),
    [{ upper: "A", concat: "ab", abs: 5 }],
  ],
  ["a placeholder alone in the select list", select(literal("x").as("v")), [{ v: "x" }]],
  [
    "values of jsonb_build_object",
    select(func.jsonbBuildObject("a", 1, "b", "x", "c", true).as("v")),
    [{ v: { a: 1, b: "x", c: true } }],
  ],
]);

describeQueries(world, "order, limit, offset", [
  ["ascending", select(t.id).orderBy(t.balance), [[30], [40], [10], [20]]],
  ["descending", select(t.id).orderBy(t.balance.desc()), [[20], [10], [40], [30]]],
  ["several terms", select(t.id).orderBy(t.active.asc(), t.id.desc()), [[20], [40], [30], [10]]],
  ["a second call adds", select(t.id).orderBy(t.active).orderBy(t.id.desc()), [[20], [40], [30], [10]]],
  ["NULL comes first, as CockroachDB has it", select(t.id).orderBy(t.ownerId, t.id), [[40], [10], [20], [30]]],
  ["NULL comes last in descending order", select(t.id).orderBy(t.ownerId.desc(), t.id), [[30], [10], [20], [40]]],
  ["nullsLast()", select(t.id).orderBy(t.ownerId.nullsLast(), t.id), [[10], [20], [30], [40]]],
  ["desc().nullsFirst()", select(t.id).orderBy(t.ownerId.desc().nullsFirst(), t.id), [[40], [30], [10], [20]]],
  ["asc().nullsFirst()", select(t.id).orderBy(t.ownerId.asc().nullsFirst(), t.id), [[40], [10], [20], [30]]],
  ["desc().nullsLast()", select(t.id).orderBy(t.ownerId.desc().nullsLast(), t.id), [[30], [10], [20], [40]]],
  ["by an expression", select(t.id).orderBy(t.balance.times(-1)), [[20], [10], [40], [30]]],
  ["by a label", select(t.balance.negate().as("n")).orderBy(t.balance.negate().as("n")), [[-2500], [-100], [0], [10]]],
  ["limit", select(t.id).orderBy(t.id).limit(2), [[10], [20]]],
  ["limit 0", select(t.id).limit(0), []],
  ["a bigint limit and an offset", select(t.id).orderBy(t.id).limit(1n).offset(2), [[30]]],
  ["a limit by expression", select(t.id).orderBy(t.id).limit(literal(1).plus(1)), [[10], [20]]],
]);

describeQueries(world, "distinct", [
  ["distinct()", select(t.region).distinct().where(t.region.isNotNull()).orderBy(t.region), [["us"], ["eu"]]],
  [
    "distinctOn()",
    select(p.fromId, p.amount).distinctOn(p.fromId).orderBy(p.fromId, p.amount.desc()),
    [
      [10, 15],
      [20, 10],
      [30, 20],
    ],
  ],
  [
    "distinctOn() of several",
    select(p.fromId, p.amount, p.number).distinctOn(p.fromId, p.amount).orderBy(p.fromId, p.amount, p.number),
    [
      [10, 5, 1],
      [10, 15, 2],
      [20, 10, 1],
      [30, 20, 1],
    ],
  ],
  ["an aggregate of distinct values", select(func.count(p.amount.distinct())).from(payments), [[4]]],
]);

describe("results", () => {
  test("the same statement runs on several connections at the same time", async () => {
    const query = select(t.id).orderBy(t.id).limit(1);
    const results = await Promise.all([1, 2, 3, 4].map(() => world.engine.execute(query)));
    expect(results.map((result) => result.all())).toEqual(Array.from({ length: 4 }, () => [{ id: 10 }]));
  });

  test("scalar, scalars, first, stream", async () => {
    expect(await world.engine.scalar(select(u.name).where(u.id.eq(1)))).toBe("Ada");
    expect((await world.engine.execute(select(u.id).orderBy(u.id))).scalars().all()).toEqual([1, 2, 3, 4]);
    await using conn = await world.engine.connect();
    const names: string[] = [];
    for await (const row of conn.stream(select(u.name).orderBy(u.id))) names.push(row.name);
    expect(names).toEqual(["Ada", "Bob", "Eve", "Max"]);
  });

  test("two columns of one name under different labels are told apart", async () => {
    const query = select(u.id, t.id.as("accountId")).innerJoin(accounts, t.ownerId.eq(u.id)).where(t.id.eq(30));
    expect((await world.engine.execute(query)).one()).toEqual({ id: 2, accountId: 30 });
    expect(() => select(u.id, t.id as never)).toThrow(ArgumentError);
  });

  test("text() stands beside the expression language", async () => {
    const row = await world.engine.execute(text<{ id: number }>("SELECT id FROM users WHERE name = :name"), {
      name: "Eve",
    });
    expect(row.one()).toEqual({ id: 3 });
  });
});
