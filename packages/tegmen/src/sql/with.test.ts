import { deleteFrom, insert, literal, select, update, withCte } from "./index.ts";
import { describeStatements } from "./testing-support/cases.ts";
import { accounts, t, u, users } from "./testing-support/tables.ts";

const id = "63616665-6630-3064-6465-616462656562";
const rich = select(t.id, t.balance).where(t.balance.gt(1000)).cte("rich");
const first = select(t.id).where(t.balance.gt(1)).cte("first");
const second = select(first.c.id).where(first.c.id.isNotNull()).cte("second");
const tree = select(u.id, u.bossId)
  .where(u.bossId.isNull())
  .cte("tree", { recursive: true })
  .unionAll((self) => select(u.id, u.bossId).innerJoin(self, self.c.id.eq(u.bossId)));
const removed = deleteFrom(accounts).where(t.balance.eq(0)).returning(t.id, t.owner).cte("removed");

describeStatements("WITH", [
  [
    select(rich.c.id).where(rich.c.balance.gt(5)),
    "WITH rich AS (SELECT accounts.id, accounts.balance FROM accounts WHERE accounts.balance > $1) SELECT rich.id FROM rich WHERE rich.balance > $2",
    [1000, 5],
  ],
  [
    select(rich),
    "WITH rich AS (SELECT accounts.id, accounts.balance FROM accounts WHERE accounts.balance > $1) SELECT rich.id, rich.balance FROM rich",
    [1000],
  ],
  [
    select(rich.c.id, t.owner).innerJoin(accounts, t.id.eq(rich.c.id)),
    "WITH rich AS (SELECT accounts.id, accounts.balance FROM accounts WHERE accounts.balance > $1) SELECT rich.id, accounts.owner FROM rich JOIN accounts ON accounts.id = rich.id",
    [1000],
  ],
  [
    select(select(t.id).cte("a", { materialized: true }).c.id),
    "WITH a AS MATERIALIZED (SELECT accounts.id FROM accounts) SELECT a.id FROM a",
  ],
  [
    select(select(t.id).cte("a", { materialized: false }).c.id),
    "WITH a AS NOT MATERIALIZED (SELECT accounts.id FROM accounts) SELECT a.id FROM a",
  ],
  [
    select(rich.c.id, rich.alias("r2").c.id.as("other")).where(rich.alias("r2").c.balance.eq(rich.c.balance)),
    "WITH rich AS (SELECT accounts.id, accounts.balance FROM accounts WHERE accounts.balance > $1) SELECT rich.id, r2.id AS other FROM rich, rich AS r2 WHERE r2.balance = rich.balance",
    [1000],
  ],
  [
    select(second.c.id),
    "WITH first AS (SELECT accounts.id FROM accounts WHERE accounts.balance > $1), second AS (SELECT first.id FROM first WHERE first.id IS NOT NULL) SELECT second.id FROM second",
    [1],
  ],
  [
    select(first.c.id, second.c.id.as("b")),
    "WITH first AS (SELECT accounts.id FROM accounts WHERE accounts.balance > $1), second AS (SELECT first.id FROM first WHERE first.id IS NOT NULL) SELECT first.id, second.id AS b FROM first, second",
    [1],
  ],
  [
    update(accounts)
      .set({ balance: 0 })
      .where(t.id.in(select(rich.c.id))),
    "WITH rich AS (SELECT accounts.id, accounts.balance FROM accounts WHERE accounts.balance > $2) UPDATE accounts SET balance = $1 WHERE accounts.id IN (SELECT rich.id FROM rich)",
    [0, 1000],
  ],
  [
    deleteFrom(accounts).where(t.id.in(select(rich.c.id))),
    "WITH rich AS (SELECT accounts.id, accounts.balance FROM accounts WHERE accounts.balance > $1) DELETE FROM accounts WHERE accounts.id IN (SELECT rich.id FROM rich)",
    [1000],
  ],
  [
    insert(users).fromSelect(["id", "name"], select(rich.c.id, literal("x"))),
    "WITH rich AS (SELECT accounts.id, accounts.balance FROM accounts WHERE accounts.balance > $2) INSERT INTO users (id, name) SELECT rich.id, $1::STRING FROM rich",
    ["x", 1000],
  ],
  [
    select(rich.c.id).union(select(rich.c.id)),
    "WITH rich AS (SELECT accounts.id, accounts.balance FROM accounts WHERE accounts.balance > $1) SELECT rich.id FROM rich UNION SELECT rich.id FROM rich",
    [1000],
  ],
  [
    select(select(t.id).union(select(u.id)).cte("ids").c.id),
    "WITH ids AS (SELECT accounts.id FROM accounts UNION SELECT users.id FROM users) SELECT ids.id FROM ids",
  ],
]);

describeStatements("WITH RECURSIVE", [
  [
    select(tree.c.id),
    "WITH RECURSIVE tree AS (SELECT users.id, users.boss_id FROM users WHERE users.boss_id IS NULL UNION ALL SELECT users.id, users.boss_id FROM users JOIN tree ON tree.id = users.boss_id) SELECT tree.id FROM tree",
  ],
  [
    select(tree.c.id, tree.c.bossId).where(tree.c.id.isNotNull()),
    "WITH RECURSIVE tree AS (SELECT users.id, users.boss_id FROM users WHERE users.boss_id IS NULL UNION ALL SELECT users.id, users.boss_id FROM users JOIN tree ON tree.id = users.boss_id) SELECT tree.id, tree.boss_id FROM tree WHERE tree.id IS NOT NULL",
  ],
]);

describeStatements("WITH that writes", [
  [
    select(removed.c.id),
    "WITH removed AS (DELETE FROM accounts WHERE accounts.balance = $1 RETURNING accounts.id, accounts.owner) SELECT removed.id FROM removed",
    [0],
  ],
  [
    insert(users).fromSelect(["id", "name"], select(removed.c.id, removed.c.owner)),
    "WITH removed AS (DELETE FROM accounts WHERE accounts.balance = $1 RETURNING accounts.id, accounts.owner) INSERT INTO users (id, name) SELECT removed.id, removed.owner FROM removed",
    [0],
  ],
  [
    withCte(removed).select(literal(1)),
    "WITH removed AS (DELETE FROM accounts WHERE accounts.balance = $1 RETURNING accounts.id, accounts.owner) SELECT $2::INT8",
    [0, 1],
  ],
  [
    withCte(removed).insert(users).values({ id, name: "a" }),
    "WITH removed AS (DELETE FROM accounts WHERE accounts.balance = $1 RETURNING accounts.id, accounts.owner) INSERT INTO users (id, name) VALUES ($2, $3)",
    [0, "63616665-6630-3064-6465-616462656562", "a"],
  ],
  [
    withCte(removed).update(users).set({ name: "x" }),
    "WITH removed AS (DELETE FROM accounts WHERE accounts.balance = $1 RETURNING accounts.id, accounts.owner) UPDATE users SET name = $2",
    [0, "x"],
  ],
  [
    withCte(removed).deleteFrom(users),
    "WITH removed AS (DELETE FROM accounts WHERE accounts.balance = $1 RETURNING accounts.id, accounts.owner) DELETE FROM users",
    [0],
  ],
  [
    withCte(removed).upsert(users).values({ id, name: "a" }),
    "WITH removed AS (DELETE FROM accounts WHERE accounts.balance = $1 RETURNING accounts.id, accounts.owner) UPSERT INTO users (id, name) VALUES ($2, $3)",
    [0, "63616665-6630-3064-6465-616462656562", "a"],
  ],
  [
    select(literal(1)).with(insert(users).values({ id, name: "b" }).returning(u.id).cte("added")),
    "WITH added AS (INSERT INTO users (id, name) VALUES ($1, $2) RETURNING users.id) SELECT $3::INT8",
    ["63616665-6630-3064-6465-616462656562", "b", 1],
  ],
  [
    select(update(users).set({ name: "x" }).returning(u.id).cte("changed").c.id),
    "WITH changed AS (UPDATE users SET name = $1 RETURNING users.id) SELECT changed.id FROM changed",
    ["x"],
  ],
]);
