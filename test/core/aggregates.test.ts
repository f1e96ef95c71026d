import { and, c, func, select, typeCoerce } from "tegmen";
import { expect } from "vitest";
import { accounts, metadata, payments, rows, users } from "./bank.ts";
import { serverUser } from "../support/server.ts";
import { createWorld, describeQueries } from "./harness.ts";

const world = createWorld(metadata, rows);
const t = accounts.c;
const u = users.c;
const p = payments.c;
const rest = p.amount.mod(10);

describeQueries(world, "aggregates", [
  [
    "count, of rows and of values",
    select(func.count(), func.count(t.limit).as("limits")).from(accounts),
    [{ count: 4, limits: 2 }],
  ],
  ["sum of INT8 is a DECIMAL that is read as the column", select(func.sum(t.balance).as("v")), [[2590]]],
  ["sum of nothing is NULL", select(func.sum(t.balance).as("v")).where(t.id.eq(0)), [[null]]],
  [
    "sum of DECIMAL, FLOAT8, INTERVAL",
    select(func.sum(t.price).as("a"), func.sum(t.rate).as("b"), func.sum(t.term).as("c")),
    [["11.49", -0.75, "1 mon 1 day 02:00:00"]],
  ],
  [
    "avg",
    select(func.avg(p.amount).as("a"), func.avg(t.rate).as("b"))
      .from(payments)
      .leftJoin(accounts, t.id.eq(p.fromId))
      .where(p.fromId.eq(10)),
    [["10", 0.5]],
  ],
  [
    "min, max of numbers, text and times",
    select(func.min(t.balance), func.max(t.label), func.max(t.openedAt).as("latest")),
    [{ min: -10, max: "under_score", latest: new Date("2025-03-01T00:00:00Z") }],
  ],
  ["boolAnd, boolOr", select(func.boolAnd(t.active), func.boolOr(t.active)), [{ boolAnd: false, boolOr: true }]],
  [
    "arrayAgg, in an order",
    select(func.arrayAgg(u.name).orderBy(u.name.desc()).as("v")),
    [[["Max", "Eve", "Bob", "Ada"]]],
  ],
  [
    "arrayAgg keeps NULL",
    select(func.arrayAgg(u.email).orderBy(u.id).as("v")).where(u.id.le(2)),
    [[["ada@example.com", null]]],
  ],
  ["stringAgg", select(func.stringAgg(u.name, ", ").orderBy(u.id).as("v")), [["Ada, Bob, Eve, Max"]]],
  ["jsonbAgg", select(func.jsonbAgg(u.id).orderBy(u.id).as("v")), [[[1, 2, 3, 4]]]],
  ["jsonbObjectAgg", select(func.jsonbObjectAgg(u.name, u.id).as("v")).where(u.id.le(2)), [[{ Ada: 1, Bob: 2 }]]],
  [
    "stddev, variance",
    select(func.variance(p.amount).as("v")).where(p.fromId.eq(10)),
    [[expect.stringMatching(/^50(\.0+)?$/)]],
  ],
  [
    "filter()",
    select(func.count().filter(t.active).as("active"), func.sum(t.balance).filter(t.balance.lt(0)).as("debt")).from(
      accounts,
    ),
    [{ active: 3, debt: -10 }],
  ],
  [
    "withinGroup(): percentiles",
    select(
      func.percentileDisc(0.5).withinGroup(p.amount).as("disc"),
      func.percentileCont(0.25).withinGroup(p.amount.cast(c.float8())).as("cont"),
    ),
    [[10, 10]],
  ],
  ["count of distinct values", select(func.count(t.region.distinct()).as("v")), [[2]]],
  ["of an empty table by GROUP BY: no rows", select(t.id, func.count()).where(t.id.eq(0)).groupBy(t.id), []],
]);

describeQueries(world, "GROUP BY and HAVING", [
  [
    "groupBy",
    select(p.fromId, func.count(), func.sum(p.amount)).groupBy(p.fromId).orderBy(p.fromId),
    [
      { fromId: 10, count: 2, sum: 20 },
      { fromId: 20, count: 2, sum: 20 },
      { fromId: 30, count: 1, sum: 20 },
    ],
  ],
  [
    "groupBy of several, one by one",
    select(p.fromId, p.amount, func.count()).groupBy(p.fromId).groupBy(p.amount).having(func.count().gt(1)),
    [[20, 10, 2]],
  ],
  [
    "groupBy of an expression with a value",
    select(rest.as("rest"), func.count()).groupBy(rest).orderBy(func.count()),
    [
      [5, 2],
      [0, 3],
    ],
  ],
  [
    "groupBy of the primary key allows the other columns",
    select(u.name, func.count(t.id)).leftJoin(accounts, t.ownerId.eq(u.id)).groupBy(u.id).orderBy(u.id),
    [
      ["Ada", 2],
      ["Bob", 1],
      ["Eve", 0],
      ["Max", 0],
    ],
  ],
  ["having", select(p.fromId).groupBy(p.fromId).having(func.count().eq(1)), [[30]]],
  [
    "having with several conditions",
    select(p.fromId).groupBy(p.fromId).having(func.count().eq(2), func.max(p.amount).lt(15)),
    [[20]],
  ],
  ["having without groupBy", select(func.count()).from(users).having(func.count().gt(100)), []],
]);

describeQueries(world, "window functions", [
  [
    "rowNumber over an order",
    select(t.id, func.rowNumber().over({ orderBy: t.balance.desc() })).orderBy(t.id),
    [
      [10, 2],
      [20, 1],
      [30, 4],
      [40, 3],
    ],
  ],
  [
    "partitionBy",
    select(p.fromId, p.number, func.sum(p.amount).over({ partitionBy: p.fromId }).as("total")).orderBy(
      p.fromId,
      p.number,
    ),
    [
      [10, 1, 20],
      [10, 2, 20],
      [20, 1, 20],
      [20, 2, 20],
      [30, 1, 20],
    ],
  ],
  [
    "rank, denseRank",
    select(p.amount, func.rank().over({ orderBy: p.amount }), func.denseRank().over({ orderBy: p.amount })).orderBy(
      p.amount,
    ),
    [
      [5, 1, 1],
      [10, 2, 2],
      [10, 2, 2],
      [15, 4, 3],
      [20, 5, 4],
    ],
  ],
  [
    "percentRank, cumeDist, ntile",
    select(
      func.percentRank().over({ orderBy: u.id }),
      func.cumeDist().over({ orderBy: u.id }),
      func.ntile(2).over({ orderBy: u.id }),
    )
      .orderBy(u.id)
      .limit(1),
    [[0, 0.25, 1]],
  ],
  [
    "lag, lead with an offset and a default",
    select(
      u.id,
      func.lag(u.name).over({ orderBy: u.id }),
      func.lead(u.name, 2, "none").over({ orderBy: u.id }),
    ).orderBy(u.id),
    [
      [1, null, "Eve"],
      [2, "Ada", "Max"],
      [3, "Bob", "none"],
      [4, "Eve", "none"],
    ],
  ],
  [
    "firstValue, lastValue, nthValue",
    select(
      func.firstValue(u.name).over({ orderBy: u.id }),
      func.lastValue(u.name).over({ orderBy: u.id, rows: [null, null] }),
      func.nthValue(u.name, 2).over({ orderBy: u.id, rows: [null, null] }),
    )
      .where(u.id.le(3))
      .limit(1),
    [["Ada", "Eve", "Bob"]],
  ],
  [
    "rows: [-1, 0]",
    select(
      func
        .sum(u.id)
        .over({ orderBy: u.id, rows: [-1, 0] })
        .as("v"),
    ).orderBy(u.id),
    [[1], [3], [5], [7]],
  ],
  [
    "rows: [0, 1]",
    select(
      func
        .sum(u.id)
        .over({ orderBy: u.id, rows: [0, 1] })
        .as("v"),
    ).orderBy(u.id),
    [[3], [5], [7], [4]],
  ],
  [
    "range: [null, 0]",
    select(
      p.amount,
      func
        .sum(p.amount)
        .over({ orderBy: p.amount, range: [null, 0] })
        .as("v"),
    ).orderBy(p.amount),
    [
      [5, 5],
      [10, 25],
      [10, 25],
      [15, 40],
      [20, 60],
    ],
  ],
  [
    "groups: [-1, 0]",
    select(
      p.amount,
      func
        .count()
        .over({ orderBy: p.amount, groups: [-1, 0] })
        .as("v"),
    ).orderBy(p.amount),
    [
      [5, 1],
      [10, 3],
      [10, 3],
      [15, 3],
      [20, 2],
    ],
  ],
  [
    "exclude the current row",
    select(
      func
        .sum(u.id)
        .over({ rows: [null, null], exclude: "current row" })
        .as("v"),
    ).orderBy(u.id),
    [[9], [8], [7], [6]],
  ],
  [
    "filter() with over()",
    select(func.count().filter(p.amount.gt(9)).over({ partitionBy: p.fromId }).as("v")).orderBy(p.fromId, p.number),
    [[1], [1], [2], [2], [1]],
  ],
  ["an empty window", select(func.count().over().as("v")).from(users).limit(1), [[4]]],
  [
    "several orders and partitions",
    select(
      func
        .rowNumber()
        .over({ partitionBy: [p.fromId, p.amount], orderBy: [p.number.desc()] })
        .as("v"),
    ).orderBy(p.fromId, p.number),
    [[1], [1], [2], [1], [1]],
  ],
  [
    "in a subquery, for the first of each group",
    (() => {
      const ranked = select(
        p.fromId,
        p.amount,
        func.rowNumber().over({ partitionBy: p.fromId, orderBy: p.amount.desc() }).as("place"),
      ).subquery("ranked");
      return select(ranked.c.fromId, ranked.c.amount)
        .where(and(ranked.c.place.eq(1)))
        .orderBy(ranked.c.fromId);
    })(),
    [
      [10, 15],
      [20, 10],
      [30, 20],
    ],
  ],
]);

describeQueries(world, "functions", [
  [
    "of text",
    select(
      func.lower("ABC"),
      func.length("äöü"),
      func.octetLength("äöü"),
      func.trim("  x "),
      func.lpad("7", 3, "0"),
      func.left("hello", 2),
      func.substr("hello", 2, 3),
      func.replace("a-b", "-", "+"),
      func.splitPart("a,b,c", ",", 2),
      func.strpos("hello", "l"),
      func.reverse("abc"),
      func.repeat("ab", 2),
      func.initcap("ada l"),
      func.regexpReplace("a1b2", "[0-9]", "#", "g"),
      func.concatWs("-", "a", "b"),
    ),
    [["abc", 3, 6, "x", "007", "he", "ell", "a+b", "b", 3, "cba", "abab", "Ada L", "a#b#", "a-b"]],
  ],
  [
    "of hashes",
    select(func.md5("a"), func.sha256("a").as("s")),
    [["0cc175b9c0f1b6a831c399e269772661", "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"]],
  ],
  [
    "of numbers",
    select(
      func.abs(t.balance),
      func.sign(t.balance),
      func.round(t.price, 1),
      func.ceil(t.rate),
      func.floor(t.rate),
      func.trunc(t.rate).as("t"),
      func.power(t.rate, 2),
      func.sqrt(t.rate.times(-5).plus(2.75)).as("s"),
    ).where(t.id.eq(20)),
    [[2500, 1, expect.stringMatching(/^1(\.0)?$/), -1, -2, -1, 1.5625, 3]],
  ],
  [
    "of conditions",
    select(
      func.coalesce(t.limit, 0).as("a"),
      func.coalesce(t.limit, t.balance, 1).as("b"),
      func.nullif(t.balance, 0).as("c"),
      func.greatest(t.balance, 5).as("d"),
      func.least(t.balance, 5).as("e"),
    ).where(t.id.eq(40)),
    [[0, 0, null, 5, 0]],
  ],
  [
    "of times",
    select(
      func.dateTrunc("month", t.openedAt).as("month"),
      func.extract("year", t.openedAt).as("year"),
      func.extract("dow", t.day).as("dow"),
      func.extract("epoch", t.term).as("epoch"),
    ).where(t.id.eq(10)),
    [[new Date("2024-01-01T00:00:00Z"), 2024, 4, 93_600]],
  ],
  [
    "timestampdiff, in all units",
    select(
      func.timestampdiff("microsecond", t.openedAt, t.openedAt.plus("8 days")).as("us"),
      func.timestampdiff("second", t.openedAt, t.openedAt.plus("90s")).as("s"),
      func.timestampdiff("minute", t.openedAt, t.openedAt.plus("90s")).as("m"),
      func.timestampdiff("hour", t.openedAt, t.openedAt.plus("8 days")).as("h"),
      func.timestampdiff("day", t.openedAt, t.openedAt.plus("8 days")).as("d"),
      func.timestampdiff("week", t.openedAt, t.openedAt.plus("8 days")).as("w"),
      func.timestampdiff("day", t.openedAt, t.openedAt.minus("36:00:00")).as("back"),
    ).where(t.id.eq(10)),
    [["691200000000", "90", "1", "192", "8", "1", "-1"]],
  ],
  [
    "of keys",
    select(
      func.length(func.genRandomUuid().cast(c.string())).as("uuid"),
      func
        .uniqueRowid()
        .gt(2n ** 53n)
        .as("big"),
    ),
    [[36, true]],
  ],
  [
    "of the server",
    select(func.currentUser(), func.currentSchema(), func.version().like("%CockroachDB%").as("v")),
    [[serverUser, "public", true]],
  ],
  ["that are not known", select(typeCoerce(func.toHex(255), c.string()).as("v")), [["ff"]]],
]);
