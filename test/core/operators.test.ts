import {
  and,
  c,
  caseWhen,
  customExpression,
  func,
  literal,
  not,
  or,
  select,
  tuple,
  typeCoerce,
  type Condition,
} from "tegmen";
import { accounts, metadata, rows, users } from "./bank.ts";
import { createWorld, describeQueries, type QueryCase } from "./harness.ts";

const world = createWorld(metadata, rows);
const t = accounts.c;
const u = users.c;

/** A condition, and the ids of the accounts that meet it. */
const ids = (what: string, condition: Condition, ...expected: readonly number[]): QueryCase => [
  what,
  select(t.id).where(condition).orderBy(t.id),
  expected.map((id) => [id]),
];

describeQueries(world, "comparison", [
  ids("eq", t.balance.eq(100), 10),
  ids("eq with a column", t.balance.eq(t.balance), 10, 20, 30, 40),
  ids("ne", t.balance.ne(100), 20, 30, 40),
  ids("lt", t.balance.lt(0), 30),
  ids("le", t.balance.le(0), 30, 40),
  ids("gt", t.balance.gt(100), 20),
  ids("ge", t.balance.ge(100), 10, 20),
  ids("eq of NULL is no match", t.limit.ne(1), 10, 30),
  ids("isNull", t.limit.isNull(), 20, 40),
  ids("isNotNull", t.limit.isNotNull(), 10, 30),
  ids("isDistinctFrom a value", t.limit.isDistinctFrom(50), 20, 30, 40),
  ids("isDistinctFrom(null)", t.limit.isDistinctFrom(null), 10, 30),
  ids("isNotDistinctFrom a value", t.limit.isNotDistinctFrom(50), 10),
  ids("isNotDistinctFrom(null)", t.limit.isNotDistinctFrom(null), 20, 40),
  ids("between", t.balance.between(0, 100), 10, 40),
  ids("notBetween", t.balance.notBetween(0, 100), 20, 30),
  ids("bigint", t.big.eq(2n ** 60n), 10),
  ids("bigint with a number", t.big.lt(8), 20),
  ids("decimal with a string", t.price.eq("10.5"), 10),
  ids("decimal with a number", t.price.lt(1), 20),
  ids("float", t.rate.lt(0), 20),
  ids("bool", t.active.eq(false), 20),
  ids("a bool column alone", t.active, 10, 30, 40),
  ids("enum", t.region.eq("eu"), 20, 30),
  ids("enum in its order", t.region.gt("us"), 20, 30),
  ids("date", t.day.gt("2024-01-01"), 10),
  ids("time", t.at.eq("12:30:00"), 10),
  ids("interval", t.term.gt("10 days"), 20),
  ids("timestamptz", t.openedAt.lt(new Date("2024-06-01T12:00:00Z")), 10),
  ids("jsonb", t.settings.eq({ theme: "light" }), 20),
  ids("array", t.scores.eq([1, 2, 3]), 10),
]);

describeQueries(world, "IN", [
  ids("in", t.balance.in([100, 0]), 10, 40),
  ids("in an empty list", t.balance.in([])),
  ids("notIn", t.balance.notIn([100, 0]), 20, 30),
  ids("notIn an empty list", t.balance.notIn([]), 10, 20, 30, 40),
  ids("in a list of 20,000", t.id.in(Array.from({ length: 20_000 }, (_, index) => index + 15)), 20, 30, 40),
  ids("in of an enum", t.region.in(["us", "asia"]), 10),
  ids("in of text with quotes, commas and braces", t.label.in(["nobody's", 'a"b', "{a,b}", "NULL", ""]), 40),
  ids("in with expressions", t.limit.in([t.balance, 50]), 10),
  ids("notIn with expressions", t.limit.notIn([t.balance, 50]), 30),
  ids("in a query", t.ownerId.in(select(u.id).where(u.name.eq("Ada"))), 10, 20),
  ids("notIn a query", t.ownerId.notIn(select(u.id).where(u.name.eq("Ada"))), 30),
  ids("in of dates", t.day.in(["2024-02-29"]), 10),
  ids("in of Dates", t.openedAt.in([new Date("2025-01-01T00:00:00Z")]), 30),
  ids("in of bigints", t.big.in([2n ** 60n, 8]), 10),
  ids("in of decimals", t.price.in(["10.5", 0.99]), 10, 20),
  ids("in of floats", t.rate.in([0.5]), 10),
]);

describeQueries(world, "tuples", [
  ids(
    "in",
    tuple(t.label, t.balance).in([
      ["Salary", 100],
      ["savings 100%", 1],
    ]),
    10,
  ),
  ids("in an empty list", tuple(t.label, t.balance).in([])),
  ids(
    "notIn",
    tuple(t.label, t.balance).notIn([
      ["Salary", 100],
      ["x", 1],
    ]),
    20,
    30,
    40,
  ),
  ids("in a query", tuple(t.ownerId, t.active).in(select(u.id, literal(true))), 10, 30),
  ids(
    "in with expressions",
    tuple(t.id, t.balance).in([
      [10, t.balance],
      [20, t.limit],
    ]),
    10,
  ),
  ids("eq", tuple(t.id, t.balance).eq([10, 100]), 10),
  ids("ne", tuple(t.id, t.balance).ne([10, 100]), 20, 30, 40),
  ids("gt, for keyset pagination", tuple(t.active, t.id).gt([true, 10]), 30, 40),
  ids("ge", tuple(t.active, t.id).ge([true, 10]), 10, 30, 40),
  ids("lt", tuple(t.active, t.id).lt([true, 30]), 10, 20),
  ids("le with a tuple", tuple(t.id, t.balance).le(tuple(t.id, t.id)), 30, 40),
]);

describeQueries(world, "AND, OR, NOT", [
  ids("and()", and(t.active, t.balance.gt(0)), 10),
  ids("or()", or(t.balance.gt(1000), t.balance.lt(0)), 20, 30),
  ids("not()", not(t.active), 20),
  ids("and() of nothing", and(), 10, 20, 30, 40),
  ids("or() of nothing", or()),
  ids("or inside of and", and(t.active, or(t.id.eq(20), t.id.eq(30))), 30),
  ids("and inside of or", or(and(t.active, t.id.eq(20)), t.id.eq(30)), 30),
  ids("methods: a or b, and c", t.id.eq(20).or(t.id.eq(30)).and(t.active), 30),
  ids("not of an or", not(or(t.id.eq(20), t.id.eq(30))), 10, 40),
  ids("not of a comparison with eq", not(t.active).eq(true), 20),
  ids(".not()", t.active.not(), 20),
  ids("several conditions of where()", t.active.and(t.region.eq("eu")), 30),
]);

describeQueries(world, "text", [
  ids("like", t.label.like("sa%"), 20),
  ids("like is case-sensitive", t.label.like("salary")),
  ids("notLike", t.label.notLike("sa%"), 10, 30, 40),
  ids("ilike", t.label.ilike("sa%"), 10, 20),
  ids("notIlike", t.label.notIlike("sa%"), 30, 40),
  ids("like with a column", t.label.like(t.label.concat("%")), 10, 20, 30, 40),
  ids("startsWith", t.label.startsWith("Sal"), 10),
  ids("endsWith takes % as it is", t.label.endsWith("0%"), 20),
  ids("contains takes _ as it is", t.label.contains("r_s"), 30),
  ids("contains, where _ would match anything", t.label.contains("s_")),
  ids("contains ''", t.label.contains(""), 10, 20, 30, 40),
  ids("regexpMatch", t.label.regexpMatch("^s.*[0-9]+%$"), 20),
  ids("regexpMatch without regard to case", t.label.regexpMatch("^s", { ignoreCase: true }), 10, 20),
  ids("notRegexpMatch", t.label.notRegexpMatch("s"), 10),
  ids("notRegexpMatch without regard to case", t.label.notRegexpMatch("S", { ignoreCase: true })),
  ids("concat", t.label.concat("!").eq("Salary!"), 10),
  ids("op() SIMILAR TO", t.label.op("SIMILAR TO", "S(a|b)lary"), 10),
  ["collate", select(u.name).orderBy(u.name.collate("de").desc()).limit(1), [["Max"]]],
]);

describeQueries(world, "arithmetic", [
  [
    "plus, minus, times",
    select(literal(7).plus(2).as("a"), literal(7).minus(2).as("b"), literal(7).times(2).as("c")),
    [[9, 5, 14]],
  ],
  ["dividedBy of integers is a DECIMAL", select(t.balance.dividedBy(8).as("a")).where(t.id.eq(10)), [["12.5"]]],
  ["floorDiv", select(t.balance.floorDiv(8).as("a")).where(t.id.eq(10)), [[12]]],
  [
    "mod, also of negative numbers",
    select(t.balance.mod(7).as("a"))
      .where(t.id.in([10, 30]))
      .orderBy(t.id),
    [[2], [-3]],
  ],
  ["negate", select(t.balance.negate().as("a")).where(t.id.eq(30)), [[10]]],
  ["negate twice", select(t.balance.negate().negate().as("a")).where(t.id.eq(10)), [[100]]],
  ["of DECIMAL", select(t.price.times("2").as("a"), t.price.plus(1).as("b")).where(t.id.eq(10)), [["21.00", "11.50"]]],
  ["of FLOAT8", select(t.rate.times(4).as("a"), t.rate.dividedBy(2).as("b")).where(t.id.eq(10)), [[2, 0.25]]],
  ["of INT8 with bigint", select(t.big.minus(1n).as("a")).where(t.id.eq(10)), [[2n ** 60n - 1n]]],
  ["INT with DECIMAL", select(t.balance.plus(t.price).as("a")).where(t.id.eq(10)), [["110.50"]]],
  [
    "a time and an interval",
    select(t.openedAt.plus("1 day").as("a"), t.openedAt.minus(t.term).as("b")).where(t.id.eq(10)),
    [[new Date("2024-01-02T00:00:00Z"), new Date("2023-12-30T22:00:00Z")]],
  ],
  [
    "the difference of times",
    select(t.openedAt.minus(t.openedAt.minus("36:00:00")).as("a")).where(t.id.eq(10)),
    [["1 day 12:00:00"]],
  ],
  [
    "a date and days",
    select(t.day.plus(1).as("a"), t.day.minus(60).as("b")).where(t.id.eq(10)),
    [["2024-03-01", "2023-12-31"]],
  ],
  ["the difference of dates", select(t.day.minus(t.day.minus(60)).as("a")).where(t.id.eq(10)), [[60]]],
  [
    "intervals",
    select(t.term.plus("1 day").as("a"), t.term.times(2).as("b")).where(t.id.eq(10)),
    [["2 days 02:00:00", "2 days 04:00:00"]],
  ],
  ["a time of day and an interval", select(t.at.plus("01:00:00").as("a")).where(t.id.eq(10)), [["13:30:00"]]],
  ["op() with a type", select(t.balance.op("&", 6, c.int()).as("a")).where(t.id.eq(10)), [[4]]],
  ["op() ^ binds as the server has it", select(literal(2, c.float8()).op("^", 3, c.float8()).as("a")), [[8]]],
]);

describeQueries(world, "CASE", [
  [
    "caseWhen().else()",
    select(t.id, caseWhen(t.balance.lt(0), "debt").else("fine").as("state")).orderBy(t.id),
    [
      [10, "fine"],
      [20, "fine"],
      [30, "debt"],
      [40, "fine"],
    ],
  ],
  [
    "several branches",
    select(caseWhen(t.balance.lt(0), 1).when(t.balance.gt(1000), 2).else(3).as("v")).orderBy(t.id),
    [[3], [2], [1], [3]],
  ],
  ["without else it is NULL", select(caseWhen(t.balance.lt(0), t.label).as("v")).where(t.id.le(20)), [[null], [null]]],
  ["else null", select(caseWhen(t.active, t.id).else(null).as("v")).orderBy(t.id), [[10], [null], [30], [40]]],
  ["in ORDER BY", select(t.id).orderBy(caseWhen(t.id.eq(30), 0).else(1), t.id), [[30], [10], [20], [40]]],
  ids("as a condition", caseWhen(t.id.eq(10), true).else(false).eq(true), 10),
]);

describeQueries(world, "constructs of one's own", [
  [
    "typeCoerce() reads by another type",
    select(typeCoerce(t.balance, c.bigint()).as("v")).where(t.id.eq(10)),
    [[100n]],
  ],
  ["func(name) calls anything", select(typeCoerce(func("repeat", "ab", 2), c.string()).as("v")), [["abab"]]],
  [
    "customExpression()",
    select(
      customExpression({
        type: c.int(),
        operands: [t.balance, t.id],
        write: (writer) => writer.sql("greatest(").expression(t.balance).sql(", ").expression(t.id).sql(")"),
      }).as("v"),
    ).orderBy(t.id),
    [[100], [2500], [30], [40]],
  ],
]);
