import { c } from "../schema/index.ts";
import { and, exists, func, literal, or, select, values } from "./index.ts";
import { describeStatements } from "./testing-support/cases.ts";
import { accounts, t, u, users } from "./testing-support/tables.ts";

const a2 = accounts.alias("a2");
const boss = users.alias("boss");
const next = t.balance.plus(1).as("next");
const sub = select(t.owner, func.sum(t.balance).as("total")).groupBy(t.owner).subquery("sub");
const latest = select(t.balance).where(t.ownerId.eq(u.id)).orderBy(t.createdAt.desc()).limit(1).subquery("latest");
const rates = values(
  [
    ["us", 1],
    ["eu", 2],
  ],
  "rates",
  ["region", "rate"],
);
const series = func.generateSeries(1, 10).tableValued("n");
const tags = func.unnest(t.tags).tableValued("tags", { tag: c.string() });
const elements = func.jsonbArrayElements(t.settings).tableValued("e", { value: c.jsonb() });
const numbered = func.unnest(t.tags).tableValued("numbered", { tag: c.string() }, { ordinality: true });

describeStatements("the select list", [
  [select(accounts.c.id), "SELECT accounts.id FROM accounts"],
  [select(t.id, t.createdAt), "SELECT accounts.id, accounts.created_at FROM accounts"],
  [select(users), "SELECT users.id, users.name, users.email, users.boss_id FROM users"],
  [
    select(users, t.id.as("accountId")),
    'SELECT users.id, users.name, users.email, users.boss_id, accounts.id AS "accountId" FROM users, accounts',
  ],
  [
    select(t.balance.plus(1).as("next"), literal(1).as("one")),
    "SELECT accounts.balance + $1 AS next, $2::INT8 AS one FROM accounts",
    [1, 1],
  ],
  [select(literal(1)), "SELECT $1::INT8", [1]],
  [select(func.count(), func.max(t.balance)).from(accounts), "SELECT count(*), max(accounts.balance) FROM accounts"],
  [select(t.id).distinct(), "SELECT DISTINCT accounts.id FROM accounts"],
  [
    select(t.owner, t.balance).distinctOn(t.owner).orderBy(t.owner, t.balance.desc()),
    "SELECT DISTINCT ON (accounts.owner) accounts.owner, accounts.balance FROM accounts ORDER BY accounts.owner, accounts.balance DESC",
  ],
  [select(accounts.alias("a").c.id), "SELECT a.id FROM accounts AS a"],
]);

describeStatements("FROM", [
  [select(literal(1)).from(users), "SELECT $1::INT8 FROM users", [1]],
  [select(t.id, u.name), "SELECT accounts.id, users.name FROM accounts, users"],
  [
    select(t.id, u.name).where(u.id.eq(t.ownerId)),
    "SELECT accounts.id, users.name FROM accounts, users WHERE users.id = accounts.owner_id",
  ],
  [select(u.id).from(users), "SELECT users.id FROM users"],
  [select(func.count()).from(users, accounts), "SELECT count(*) FROM users, accounts"],
]);

describeStatements("joins", [
  [
    select(t.id, u.name).innerJoin(users, u.id.eq(t.ownerId)),
    "SELECT accounts.id, users.name FROM accounts JOIN users ON users.id = accounts.owner_id",
  ],
  [
    select(t.id, u.name).leftJoin(users, u.id.eq(t.ownerId)),
    "SELECT accounts.id, users.name FROM accounts LEFT JOIN users ON users.id = accounts.owner_id",
  ],
  [
    select(t.id, u.name).rightJoin(users, u.id.eq(t.ownerId)),
    "SELECT accounts.id, users.name FROM accounts RIGHT JOIN users ON users.id = accounts.owner_id",
  ],
  [
    select(t.id, u.name).fullJoin(users, u.id.eq(t.ownerId)),
    "SELECT accounts.id, users.name FROM accounts FULL JOIN users ON users.id = accounts.owner_id",
  ],
  [select(t.id, u.name).crossJoin(users), "SELECT accounts.id, users.name FROM accounts CROSS JOIN users"],
  [
    select(t.id).from(accounts).leftJoin(users, u.id.eq(t.ownerId)),
    "SELECT accounts.id FROM accounts LEFT JOIN users ON users.id = accounts.owner_id",
  ],
  [
    select(t.id).innerJoin(users, and(u.id.eq(t.ownerId), u.name.eq("a")), { strategy: "lookup" }),
    "SELECT accounts.id FROM accounts INNER LOOKUP JOIN users ON users.id = accounts.owner_id AND users.name = $1",
    ["a"],
  ],
  [
    select(t.id).innerJoin(users, u.id.eq(t.ownerId), { strategy: "merge" }),
    "SELECT accounts.id FROM accounts INNER MERGE JOIN users ON users.id = accounts.owner_id",
  ],
  [
    select(t.id).leftJoin(users, u.id.eq(t.ownerId), { strategy: "hash" }),
    "SELECT accounts.id FROM accounts LEFT HASH JOIN users ON users.id = accounts.owner_id",
  ],
  [
    select(u.name, boss.c.name.as("boss")).leftJoin(boss, boss.c.id.eq(u.bossId)),
    "SELECT users.name, boss.name AS boss FROM users LEFT JOIN users AS boss ON boss.id = users.boss_id",
  ],
  [
    select(t.id, u.name, boss.c.name.as("boss"))
      .innerJoin(users, u.id.eq(t.ownerId))
      .leftJoin(boss, boss.c.id.eq(u.bossId)),
    "SELECT accounts.id, users.name, boss.name AS boss FROM accounts JOIN users ON users.id = accounts.owner_id LEFT JOIN users AS boss ON boss.id = users.boss_id",
  ],
  [
    select(u.name, latest.c.balance).leftJoin(latest, literal(true), { lateral: true }),
    "SELECT users.name, latest.balance FROM users LEFT JOIN LATERAL (SELECT accounts.balance FROM accounts WHERE accounts.owner_id = users.id ORDER BY accounts.created_at DESC LIMIT $1) AS latest ON $2::BOOL",
    [1, true],
  ],
  [
    select(u.name, latest.c.balance).crossJoin(latest, { lateral: true }),
    "SELECT users.name, latest.balance FROM users CROSS JOIN LATERAL (SELECT accounts.balance FROM accounts WHERE accounts.owner_id = users.id ORDER BY accounts.created_at DESC LIMIT $1) AS latest",
    [1],
  ],
]);

describeStatements("WHERE, GROUP BY, HAVING", [
  [select(t.id).where(t.active), "SELECT accounts.id FROM accounts WHERE accounts.active"],
  [
    select(t.id).where(t.active, t.balance.gt(1)),
    "SELECT accounts.id FROM accounts WHERE accounts.active AND accounts.balance > $1",
    [1],
  ],
  [
    select(t.id).where(t.active).where(t.balance.gt(1)),
    "SELECT accounts.id FROM accounts WHERE accounts.active AND accounts.balance > $1",
    [1],
  ],
  [
    select(t.id).where(or(t.active, t.balance.gt(1)), t.balance.lt(5)),
    "SELECT accounts.id FROM accounts WHERE (accounts.active OR accounts.balance > $1) AND accounts.balance < $2",
    [1, 5],
  ],
  [
    select(t.id).where(or(t.active, t.balance.gt(1))),
    "SELECT accounts.id FROM accounts WHERE accounts.active OR accounts.balance > $1",
    [1],
  ],
  [
    select(t.owner, func.sum(t.balance).as("total")).groupBy(t.owner),
    "SELECT accounts.owner, sum(accounts.balance) AS total FROM accounts GROUP BY accounts.owner",
  ],
  [
    select(t.owner, func.count().as("n")).groupBy(t.owner, t.region).having(func.count().gt(1)),
    "SELECT accounts.owner, count(*) AS n FROM accounts GROUP BY accounts.owner, accounts.region HAVING count(*) > $1",
    [1],
  ],
  [
    select(t.owner).groupBy(t.owner).having(func.sum(t.balance).gt(5), func.count().lt(9)),
    "SELECT accounts.owner FROM accounts GROUP BY accounts.owner HAVING sum(accounts.balance) > $1 AND count(*) < $2",
    [5, 9],
  ],
  [
    select(t.id).where(exists(select(u.id).where(u.id.eq(t.ownerId)))),
    "SELECT accounts.id FROM accounts WHERE EXISTS (SELECT users.id FROM users WHERE users.id = accounts.owner_id)",
  ],
  [
    select(t.id).where(t.balance.gt(select(func.avg(a2.c.balance)).from(a2).scalarSubquery())),
    "SELECT accounts.id FROM accounts WHERE accounts.balance > (SELECT avg(a2.balance) FROM accounts AS a2)",
  ],
  [
    select(u.name, select(func.count()).from(accounts).where(t.ownerId.eq(u.id)).scalarSubquery().as("n")).from(users),
    "SELECT users.name, (SELECT count(*) FROM accounts WHERE accounts.owner_id = users.id) AS n FROM users",
  ],
]);

describeStatements("ORDER BY, LIMIT, OFFSET", [
  [select(t.id).orderBy(t.id), "SELECT accounts.id FROM accounts ORDER BY accounts.id"],
  [
    select(t.id).orderBy(t.balance.desc(), t.id.asc()),
    "SELECT accounts.id FROM accounts ORDER BY accounts.balance DESC, accounts.id",
  ],
  [
    select(t.id).orderBy(t.limit.nullsFirst()),
    'SELECT accounts.id FROM accounts ORDER BY accounts."limit" NULLS FIRST',
  ],
  [
    select(t.id).orderBy(t.limit.asc().nullsLast()),
    'SELECT accounts.id FROM accounts ORDER BY accounts."limit" NULLS LAST',
  ],
  [
    select(t.id).orderBy(t.limit.desc().nullsLast()),
    'SELECT accounts.id FROM accounts ORDER BY accounts."limit" DESC NULLS LAST',
  ],
  [
    select(t.id).orderBy(t.limit.desc().nullsFirst()),
    'SELECT accounts.id FROM accounts ORDER BY accounts."limit" DESC NULLS FIRST',
  ],
  [select(next).orderBy(next), "SELECT accounts.balance + $1 AS next FROM accounts ORDER BY next", [1]],
  [select(next).orderBy(next.desc()), "SELECT accounts.balance + $1 AS next FROM accounts ORDER BY next DESC", [1]],
  [select(t.id).orderBy(next), "SELECT accounts.id FROM accounts ORDER BY accounts.balance + $1", [1]],
  [select(t.id).orderBy(func.lower(t.owner)), "SELECT accounts.id FROM accounts ORDER BY lower(accounts.owner)"],
  [select(t.id).limit(5), "SELECT accounts.id FROM accounts LIMIT $1", [5]],
  [select(t.id).limit(5).offset(10), "SELECT accounts.id FROM accounts LIMIT $1 OFFSET $2", [5, 10]],
  [select(t.id).limit(0), "SELECT accounts.id FROM accounts LIMIT $1", [0]],
  [select(t.id).limit(10n), "SELECT accounts.id FROM accounts LIMIT $1", [10]],
  [select(t.id).limit(literal(2).plus(1)), "SELECT accounts.id FROM accounts LIMIT $1::INT8 + $2", [2, 1]],
  [
    select(t.id).orderBy(t.id).orderBy(t.balance),
    "SELECT accounts.id FROM accounts ORDER BY accounts.id, accounts.balance",
  ],
]);

describeStatements("locks", [
  [select(t.id).forUpdate(), "SELECT accounts.id FROM accounts FOR UPDATE"],
  [select(t.id).forUpdate({ of: accounts }), "SELECT accounts.id FROM accounts FOR UPDATE OF accounts"],
  [
    select(t.id, u.name)
      .innerJoin(users, u.id.eq(t.ownerId))
      .forUpdate({ of: [accounts, users], nowait: true }),
    "SELECT accounts.id, users.name FROM accounts JOIN users ON users.id = accounts.owner_id FOR UPDATE OF accounts, users NOWAIT",
  ],
  [select(t.id).forUpdate({ skipLocked: true }), "SELECT accounts.id FROM accounts FOR UPDATE SKIP LOCKED"],
  [select(t.id).forShare(), "SELECT accounts.id FROM accounts FOR SHARE"],
  [select(t.id).forShare({ nowait: true }), "SELECT accounts.id FROM accounts FOR SHARE NOWAIT"],
  [
    select(t.id).limit(1).forUpdate({ of: accounts }).forShare({ of: accounts }),
    "SELECT accounts.id FROM accounts LIMIT $1 FOR UPDATE OF accounts FOR SHARE OF accounts",
    [1],
  ],
]);

describeStatements("AS OF SYSTEM TIME", [
  [select(t.id).asOfSystemTime("-10s"), "SELECT accounts.id FROM accounts AS OF SYSTEM TIME '-10s'"],
  [
    select(t.id).where(t.active).asOfSystemTime("2024-01-01 00:00:00+00"),
    "SELECT accounts.id FROM accounts AS OF SYSTEM TIME '2024-01-01 00:00:00+00' WHERE accounts.active",
  ],
  [
    select(t.id).asOfSystemTime(new Date(0)),
    "SELECT accounts.id FROM accounts AS OF SYSTEM TIME '1970-01-01T00:00:00.000Z'",
  ],
  [
    select(t.id).asOfSystemTime("1580361670629466905.0000000001"),
    "SELECT accounts.id FROM accounts AS OF SYSTEM TIME '1580361670629466905.0000000001'",
  ],
  [
    select(t.id).asOfSystemTime(func.followerReadTimestamp()),
    "SELECT accounts.id FROM accounts AS OF SYSTEM TIME follower_read_timestamp()",
  ],
  [
    select(t.id).asOfSystemTime(func.withMaxStaleness("10s")),
    "SELECT accounts.id FROM accounts AS OF SYSTEM TIME with_max_staleness('10s'::INTERVAL)",
  ],
  [
    select(t.id, u.name).innerJoin(users, u.id.eq(t.ownerId)).asOfSystemTime("-1m"),
    "SELECT accounts.id, users.name FROM accounts JOIN users ON users.id = accounts.owner_id AS OF SYSTEM TIME '-1m'",
  ],
]);

describeStatements("hints", [
  [select(t.id).withHint(accounts, "accounts_owner_idx"), "SELECT accounts.id FROM accounts@accounts_owner_idx"],
  [select(t.id).withHint(accounts, "Odd Name"), 'SELECT accounts.id FROM accounts@"Odd Name"'],
  [
    select(t.id).withHint(accounts, { forceIndex: "accounts_owner_idx", direction: "DESC" }),
    "SELECT accounts.id FROM accounts@{FORCE_INDEX=accounts_owner_idx,DESC}",
  ],
  [select(t.id).withHint(accounts, "NO_FULL_SCAN"), "SELECT accounts.id FROM accounts@{NO_FULL_SCAN}"],
  [
    select(t.id).withHint(accounts, { flags: ["NO_FULL_SCAN", "NO_INDEX_JOIN"] }),
    "SELECT accounts.id FROM accounts@{NO_FULL_SCAN,NO_INDEX_JOIN}",
  ],
  [select(a2.c.id).withHint(a2, "accounts_owner_idx"), "SELECT a2.id FROM accounts@accounts_owner_idx AS a2"],
  [
    select(t.id, u.name).innerJoin(users, u.id.eq(t.ownerId)).withHint(users, "users_email_key"),
    "SELECT accounts.id, users.name FROM accounts JOIN users@users_email_key ON users.id = accounts.owner_id",
  ],
]);

describeStatements("subqueries", [
  [
    select(sub.c.owner, sub.c.total).where(sub.c.total.gt(5)),
    "SELECT sub.owner, sub.total FROM (SELECT accounts.owner, sum(accounts.balance) AS total FROM accounts GROUP BY accounts.owner) AS sub WHERE sub.total > $1",
    [5],
  ],
  [
    select(t.id, sub.c.total).innerJoin(sub, sub.c.owner.eq(t.owner)),
    "SELECT accounts.id, sub.total FROM accounts JOIN (SELECT accounts.owner, sum(accounts.balance) AS total FROM accounts GROUP BY accounts.owner) AS sub ON sub.owner = accounts.owner",
  ],
  [
    select(sub),
    "SELECT sub.owner, sub.total FROM (SELECT accounts.owner, sum(accounts.balance) AS total FROM accounts GROUP BY accounts.owner) AS sub",
  ],
  [
    select(func.count()).from(select(t.id).limit(5).subquery("s")),
    "SELECT count(*) FROM (SELECT accounts.id FROM accounts LIMIT $1) AS s",
    [5],
  ],
  [
    select(select(t.id, t.createdAt).alias("s").c.createdAt),
    "SELECT s.created_at FROM (SELECT accounts.id, accounts.created_at FROM accounts) AS s",
  ],
]);

describeStatements("UNION, INTERSECT, EXCEPT", [
  [
    select(t.owner).union(select(u.name.as("owner"))),
    "SELECT accounts.owner FROM accounts UNION SELECT users.name AS owner FROM users",
  ],
  [
    select(t.owner).unionAll(select(u.name.as("owner"))),
    "SELECT accounts.owner FROM accounts UNION ALL SELECT users.name AS owner FROM users",
  ],
  [
    select(t.owner).intersect(select(u.name.as("owner"))),
    "SELECT accounts.owner FROM accounts INTERSECT SELECT users.name AS owner FROM users",
  ],
  [
    select(t.owner).intersectAll(select(u.name.as("owner"))),
    "SELECT accounts.owner FROM accounts INTERSECT ALL SELECT users.name AS owner FROM users",
  ],
  [
    select(t.owner).except(select(u.name.as("owner"))),
    "SELECT accounts.owner FROM accounts EXCEPT SELECT users.name AS owner FROM users",
  ],
  [
    select(t.owner).exceptAll(select(u.name.as("owner"))),
    "SELECT accounts.owner FROM accounts EXCEPT ALL SELECT users.name AS owner FROM users",
  ],
  [
    select(t.owner)
      .union(select(u.name.as("owner")))
      .union(select(t.owner)),
    "SELECT accounts.owner FROM accounts UNION SELECT users.name AS owner FROM users UNION SELECT accounts.owner FROM accounts",
  ],
  [
    select(t.owner)
      .union(select(u.name.as("owner")))
      .except(select(t.owner)),
    "(SELECT accounts.owner FROM accounts UNION SELECT users.name AS owner FROM users) EXCEPT SELECT accounts.owner FROM accounts",
  ],
  [
    select(t.owner).union(select(u.name.as("owner")).except(select(t.owner))),
    "SELECT accounts.owner FROM accounts UNION (SELECT users.name AS owner FROM users EXCEPT SELECT accounts.owner FROM accounts)",
  ],
  [
    select(t.owner)
      .limit(1)
      .union(select(u.name.as("owner")).orderBy(u.name).limit(2)),
    "(SELECT accounts.owner FROM accounts LIMIT $1) UNION (SELECT users.name AS owner FROM users ORDER BY users.name LIMIT $2)",
    [1, 2],
  ],
  [
    select(t.owner)
      .union(select(u.name.as("owner")))
      .orderBy(t.owner.desc())
      .limit(3)
      .offset(1),
    "SELECT accounts.owner FROM accounts UNION SELECT users.name AS owner FROM users ORDER BY owner DESC LIMIT $1 OFFSET $2",
    [3, 1],
  ],
  [
    select(next).union(select(next)).orderBy(next),
    "SELECT accounts.balance + $1 AS next FROM accounts UNION SELECT accounts.balance + $2 AS next FROM accounts ORDER BY next",
    [1, 1],
  ],
  [
    select(
      select(t.owner)
        .union(select(u.name.as("owner")))
        .subquery("names").c.owner,
    ),
    "SELECT names.owner FROM (SELECT accounts.owner FROM accounts UNION SELECT users.name AS owner FROM users) AS names",
  ],
]);

describeStatements("VALUES and functions in FROM", [
  [
    select(rates.c.region, rates.c.rate),
    "SELECT rates.region, rates.rate FROM (VALUES ($1::STRING, $2::INT8), ($3::STRING, $4::INT8)) AS rates (region, rate)",
    ["us", 1, "eu", 2],
  ],
  [
    select(t.id, rates.c.rate).innerJoin(rates, rates.c.region.eq(t.owner)),
    "SELECT accounts.id, rates.rate FROM accounts JOIN (VALUES ($1::STRING, $2::INT8), ($3::STRING, $4::INT8)) AS rates (region, rate) ON rates.region = accounts.owner",
    ["us", 1, "eu", 2],
  ],
  [
    select(
      values(
        [
          [1, null],
          [2, "a"],
        ],
        "v",
        ["a", "b"],
      ),
    ),
    "SELECT v.a, v.b FROM (VALUES ($1::INT8, $2::STRING), ($3::INT8, $4::STRING)) AS v (a, b)",
    [1, null, 2, "a"],
  ],
  [select(series.c.n), "SELECT n.n FROM generate_series($1::INT8, $2::INT8) AS n (n)", [1, 10]],
  [
    select(t.id, elements.c.value).crossJoin(elements),
    "SELECT accounts.id, e.value FROM accounts CROSS JOIN jsonb_array_elements(accounts.settings) AS e (value)",
  ],
  [
    select(t.id, numbered.c.tag, numbered.c.ordinality).crossJoin(numbered),
    "SELECT accounts.id, numbered.tag, numbered.ordinality FROM accounts CROSS JOIN unnest(accounts.tags) WITH ORDINALITY AS numbered (tag, ordinality)",
  ],
  [
    select(t.id, tags.c.tag).crossJoin(tags, { lateral: true }),
    "SELECT accounts.id, tags.tag FROM accounts CROSS JOIN LATERAL unnest(accounts.tags) AS tags (tag)",
  ],
]);
