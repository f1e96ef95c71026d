import { caseWhen, deleteFrom, exists, func, insert, select, update, upsert } from "./index.ts";
import { describeStatements } from "./testing-support/cases.ts";
import { accounts, t, u, users } from "./testing-support/tables.ts";

const id = "63616665-6630-3064-6465-616462656562";
const a2 = accounts.alias("a2");

describeStatements("INSERT", [
  [
    insert(users).values({ id, name: "a" }),
    "INSERT INTO users (id, name) VALUES ($1, $2)",
    ["63616665-6630-3064-6465-616462656562", "a"],
  ],
  [
    insert(users).values([
      { id, name: "a" },
      { id, name: "b", email: "b@c" },
    ]),
    "INSERT INTO users (id, name, email) VALUES ($1, $2, DEFAULT), ($3, $4, $5)",
    ["63616665-6630-3064-6465-616462656562", "a", "63616665-6630-3064-6465-616462656562", "b", "b@c"],
  ],
  [
    insert(users).values({ id, name: func.lower("A") }),
    "INSERT INTO users (id, name) VALUES ($1, lower($2::STRING))",
    ["63616665-6630-3064-6465-616462656562", "A"],
  ],
  [
    insert(users).values({ id, name: "a", email: null }),
    "INSERT INTO users (id, name, email) VALUES ($1, $2, $3)",
    ["63616665-6630-3064-6465-616462656562", "a", null],
  ],
  [
    insert(users).values({ id, name: "a", bossId: select(u.id).limit(1).scalarSubquery() }),
    "INSERT INTO users (id, name, boss_id) VALUES ($1, $2, (SELECT users.id FROM users LIMIT $3))",
    ["63616665-6630-3064-6465-616462656562", "a", 1],
  ],
  [insert(users).defaultValues(), "INSERT INTO users DEFAULT VALUES"],
  [
    insert(users).values({ id, name: "a" }).returning(),
    "INSERT INTO users (id, name) VALUES ($1, $2) RETURNING users.id, users.name, users.email, users.boss_id",
    ["63616665-6630-3064-6465-616462656562", "a"],
  ],
  [
    insert(users).values({ id, name: "a" }).returning(u.id, u.name.as("called")),
    "INSERT INTO users (id, name) VALUES ($1, $2) RETURNING users.id, users.name AS called",
    ["63616665-6630-3064-6465-616462656562", "a"],
  ],
  [
    insert(users).values({ id, name: "a" }).returning(func.lower(u.name)),
    "INSERT INTO users (id, name) VALUES ($1, $2) RETURNING lower(users.name)",
    ["63616665-6630-3064-6465-616462656562", "a"],
  ],
  [
    insert(users).fromSelect(["id", "name"], select(t.ownerId, t.owner).where(t.balance.gt(0))),
    "INSERT INTO users (id, name) SELECT accounts.owner_id, accounts.owner FROM accounts WHERE accounts.balance > $1",
    [0],
  ],
  [
    insert(users).fromSelect(["id"], select(t.ownerId).union(select(t.id.as("ownerId")))),
    'INSERT INTO users (id) SELECT accounts.owner_id FROM accounts UNION SELECT accounts.id AS "ownerId" FROM accounts',
  ],
  [
    insert(accounts).values({
      ownerId: id,
      owner: "a",
      scores: [1, 2],
      tags: ["x", null, 'q"'],
      settings: { theme: "dark", sizes: [] },
    }),
    "INSERT INTO accounts (owner_id, owner, scores, tags, settings) VALUES ($1, $2, $3, $4, $5)",
    ["63616665-6630-3064-6465-616462656562", "a", [1, 2], ["x", null, 'q"'], { theme: "dark", sizes: [] }],
  ],
  [
    insert(accounts).values({
      ownerId: id,
      owner: "a",
      scores: [],
      region: "eu",
      price: 1.5,
      big: 5n,
      createdAt: new Date(0),
    }),
    "INSERT INTO accounts (owner_id, owner, scores, region, price, big, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    ["63616665-6630-3064-6465-616462656562", "a", [], "eu", 1.5, 5n, new Date(0)],
  ],
]);

describeStatements("ON CONFLICT", [
  [
    insert(users).values({ id, name: "a" }).onConflictDoNothing(),
    "INSERT INTO users (id, name) VALUES ($1, $2) ON CONFLICT DO NOTHING",
    ["63616665-6630-3064-6465-616462656562", "a"],
  ],
  [
    insert(users).values({ id, name: "a" }).onConflictDoNothing({ target: u.email }),
    "INSERT INTO users (id, name) VALUES ($1, $2) ON CONFLICT (email) DO NOTHING",
    ["63616665-6630-3064-6465-616462656562", "a"],
  ],
  [
    insert(users)
      .values({ id, name: "a" })
      .onConflictDoUpdate({ target: u.id, set: { name: "b" } }),
    "INSERT INTO users (id, name) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET name = $3",
    ["63616665-6630-3064-6465-616462656562", "a", "b"],
  ],
  [
    insert(users)
      .values({ id, name: "a" })
      .onConflictDoUpdate({ target: [u.id, u.email], set: (excluded) => ({ name: excluded.name }) }),
    "INSERT INTO users (id, name) VALUES ($1, $2) ON CONFLICT (id, email) DO UPDATE SET name = excluded.name",
    ["63616665-6630-3064-6465-616462656562", "a"],
  ],
  [
    insert(users)
      .values({ id, name: "a" })
      .onConflictDoUpdate({
        target: u.id,
        set: (excluded) => ({ name: u.name.concat(excluded.name) }),
        where: u.name.ne("x"),
      }),
    "INSERT INTO users (id, name) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET name = users.name || excluded.name WHERE users.name != $3",
    ["63616665-6630-3064-6465-616462656562", "a", "x"],
  ],
  [
    insert(users)
      .values({ id, name: "a" })
      .onConflictDoUpdate({
        target: u.email,
        targetWhere: u.name.gt("a"),
        set: { name: "b" },
        where: (excluded) => excluded.name.ne(u.name),
      }),
    "INSERT INTO users (id, name) VALUES ($1, $2) ON CONFLICT (email) WHERE name > $3 DO UPDATE SET name = $4 WHERE excluded.name != users.name",
    ["63616665-6630-3064-6465-616462656562", "a", "a", "b"],
  ],
  [
    insert(users)
      .values({ id, name: "a" })
      .onConflictDoUpdate({ target: u.id, set: { name: "b" } })
      .returning(u.id),
    "INSERT INTO users (id, name) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET name = $3 RETURNING users.id",
    ["63616665-6630-3064-6465-616462656562", "a", "b"],
  ],
]);

describeStatements("UPSERT", [
  [
    upsert(users).values({ id, name: "a" }),
    "UPSERT INTO users (id, name) VALUES ($1, $2)",
    ["63616665-6630-3064-6465-616462656562", "a"],
  ],
  [
    upsert(users)
      .values([
        { id, name: "a" },
        { id, name: "b" },
      ])
      .returning(u.id),
    "UPSERT INTO users (id, name) VALUES ($1, $2), ($3, $4) RETURNING users.id",
    ["63616665-6630-3064-6465-616462656562", "a", "63616665-6630-3064-6465-616462656562", "b"],
  ],
  [
    upsert(users).fromSelect(["id", "name"], select(t.ownerId, t.owner)),
    "UPSERT INTO users (id, name) SELECT accounts.owner_id, accounts.owner FROM accounts",
  ],
]);

describeStatements("UPDATE", [
  [update(accounts).set({ balance: 5 }), "UPDATE accounts SET balance = $1", [5]],
  [
    update(accounts)
      .set({ balance: t.balance.minus(10) })
      .where(t.id.eq(id)),
    "UPDATE accounts SET balance = accounts.balance - $1 WHERE accounts.id = $2",
    [10, "63616665-6630-3064-6465-616462656562"],
  ],
  [
    update(accounts).set({ balance: 5, limit: null, owner: "a" }).where(t.active, t.balance.lt(5)),
    'UPDATE accounts SET balance = $1, "limit" = $2, owner = $3 WHERE accounts.active AND accounts.balance < $4',
    [5, null, "a", 5],
  ],
  [
    update(accounts).set({ balance: 5 }).set({ balance: 6, limit: 1 }),
    'UPDATE accounts SET balance = $1, "limit" = $2',
    [6, 1],
  ],
  [
    update(accounts).set({ balance: 0 }).orderBy(t.createdAt.desc()).limit(10),
    "UPDATE accounts SET balance = $1 ORDER BY accounts.created_at DESC LIMIT $2",
    [0, 10],
  ],
  [
    update(accounts).set({ owner: u.name }).from(users).where(u.id.eq(t.ownerId)),
    "UPDATE accounts SET owner = users.name FROM users WHERE users.id = accounts.owner_id",
  ],
  [
    update(accounts).set({ balance: select(func.sum(a2.c.balance)).from(a2).scalarSubquery() }),
    "UPDATE accounts SET balance = (SELECT sum(a2.balance) FROM accounts AS a2)",
  ],
  [
    update(accounts).set({ balance: 1 }).returning(),
    'UPDATE accounts SET balance = $1 RETURNING accounts.id, accounts.owner_id, accounts.owner, accounts.balance, accounts."limit", accounts.big, accounts.price, accounts.rate, accounts.active, accounts.region, accounts.settings, accounts.tags, accounts.scores, accounts.day, accounts.at, accounts.term, accounts.document, accounts.embedding, accounts.created_at',
    [1],
  ],
  [
    update(accounts).set({ balance: 1 }).where(t.id.eq(id)).returning(t.id, t.balance),
    "UPDATE accounts SET balance = $1 WHERE accounts.id = $2 RETURNING accounts.id, accounts.balance",
    [1, "63616665-6630-3064-6465-616462656562"],
  ],
  [
    update(accounts).set({ balance: caseWhen(t.active, 1).else(2) }),
    "UPDATE accounts SET balance = CASE WHEN accounts.active THEN $1::INT8 ELSE $2::INT8 END",
    [1, 2],
  ],
]);

describeStatements("DELETE", [
  [deleteFrom(accounts), "DELETE FROM accounts"],
  [deleteFrom(accounts).where(t.balance.lt(0)), "DELETE FROM accounts WHERE accounts.balance < $1", [0]],
  [
    deleteFrom(accounts).where(t.balance.lt(0)).orderBy(t.id).limit(1000),
    "DELETE FROM accounts WHERE accounts.balance < $1 ORDER BY accounts.id LIMIT $2",
    [0, 1000],
  ],
  [
    deleteFrom(accounts).using(users).where(u.id.eq(t.ownerId), u.name.eq("a")),
    "DELETE FROM accounts USING users WHERE users.id = accounts.owner_id AND users.name = $1",
    ["a"],
  ],
  [
    deleteFrom(accounts).where(t.id.eq(id)).returning(),
    'DELETE FROM accounts WHERE accounts.id = $1 RETURNING accounts.id, accounts.owner_id, accounts.owner, accounts.balance, accounts."limit", accounts.big, accounts.price, accounts.rate, accounts.active, accounts.region, accounts.settings, accounts.tags, accounts.scores, accounts.day, accounts.at, accounts.term, accounts.document, accounts.embedding, accounts.created_at',
    ["63616665-6630-3064-6465-616462656562"],
  ],
  [
    deleteFrom(accounts).where(t.id.eq(id)).returning(t.owner),
    "DELETE FROM accounts WHERE accounts.id = $1 RETURNING accounts.owner",
    ["63616665-6630-3064-6465-616462656562"],
  ],
  [
    deleteFrom(accounts).where(exists(select(u.id).where(u.id.eq(t.ownerId)))),
    "DELETE FROM accounts WHERE EXISTS (SELECT users.id FROM users WHERE users.id = accounts.owner_id)",
  ],
]);
