// What is asked of object-relational mappers: the tables, the data, and the workloads.

export const accountCount = 10_000;
const userCount = 1_000;
const postsOfUser = 5;
const commentsOfPost = 5;
export const at = new Date("2026-01-01T12:00:00Z");

/** SQL that CockroachDB and PostgreSQL both understand: their `/` differ, unless nothing remains. */
export const schema = [
  "DROP TABLE IF EXISTS orm_comments",
  "DROP TABLE IF EXISTS orm_posts",
  "DROP TABLE IF EXISTS orm_users",
  "DROP TABLE IF EXISTS orm_accounts",
  "DROP TABLE IF EXISTS orm_entries",
  "DROP TABLE IF EXISTS orm_stocks",
  "CREATE TABLE orm_users (id INT8 PRIMARY KEY, name TEXT NOT NULL)",
  "CREATE TABLE orm_posts (id INT8 PRIMARY KEY, user_id INT8 NOT NULL REFERENCES orm_users (id), title TEXT NOT NULL)",
  "CREATE INDEX orm_posts_user ON orm_posts (user_id)",
  "CREATE TABLE orm_comments (id INT8 PRIMARY KEY, post_id INT8 NOT NULL REFERENCES orm_posts (id), text TEXT NOT NULL)",
  "CREATE INDEX orm_comments_post ON orm_comments (post_id)",
  "CREATE TABLE orm_accounts (id INT8 PRIMARY KEY, name TEXT NOT NULL, balance INT8 NOT NULL, note TEXT, at TIMESTAMPTZ NOT NULL)",
  "CREATE TABLE orm_entries (id UUID PRIMARY KEY DEFAULT gen_random_uuid(), account_id INT8 NOT NULL, amount INT8 NOT NULL, kind TEXT NOT NULL, note TEXT, at TIMESTAMPTZ NOT NULL)",
  "CREATE TABLE orm_stocks (id INT8 PRIMARY KEY, name TEXT NOT NULL, count INT8 NOT NULL)",
  `INSERT INTO orm_users SELECT i, concat('user ', i) FROM generate_series(1, ${userCount}) AS g(i)`,
  `INSERT INTO orm_posts SELECT i, (i + ${postsOfUser - 1} - (i - 1) % ${postsOfUser}) / ${postsOfUser}, concat('post ', i) FROM generate_series(1, ${userCount * postsOfUser}) AS g(i)`,
  `INSERT INTO orm_comments SELECT i, (i + ${commentsOfPost - 1} - (i - 1) % ${commentsOfPost}) / ${commentsOfPost}, concat('comment ', i) FROM generate_series(1, ${userCount * postsOfUser * commentsOfPost}) AS g(i)`,
  `INSERT INTO orm_accounts SELECT i, concat('name ', i), 1000000, concat('note ', i), '2026-01-01 12:00:00+00'::TIMESTAMPTZ FROM generate_series(1, ${accountCount}) AS g(i)`,
];

let key = 0;
const nextKey = () => (key = (key % accountCount) + 1);
const nextStart = () => (key = (key + 197) % (accountCount - 300));
const nextUser = () => (key = (key + 20) % (userCount - 20));

const entries = () =>
  Array.from({ length: 1_000 }, (_, i) => ({
    accountId: i,
    amount: 10,
    kind: "deposit",
    note: i % 3 === 0 ? null : "a note",
    at,
  }));
let turn = 0;
const stocks = () => {
  turn++;
  return Array.from({ length: 1_000 }, (_, i) => ({ id: i + 1, name: `stock ${i}`, count: turn }));
};

/** The values of an object alone, in one order. */
const plainAccount = ({ id, name, balance, note, at: time }) => ({ id, name, balance, note, at: time });
const plainUser = ({ id, name, posts }) => ({
  id,
  name,
  posts: posts
    .map((post) => ({
      id: post.id,
      title: post.title,
      comments: post.comments.map(({ id: of, text }) => ({ id: of, text })).toSorted((a, b) => a.id - b.id),
    }))
    .toSorted((a, b) => a.id - b.id),
});

/** As the workloads of the query builders: `call` is one operation, `check` has the same answer with every tool. */
export const workloads = {
  "get by key, 1 at a time": {
    count: 30,
    width: 1,
    call: (tool) => tool.get(nextKey()),
    check: async (tool) => plainAccount(await tool.get(42)),
  },
  "get by key, 16 at a time": {
    count: 96,
    width: 16,
    call: (tool) => tool.get(nextKey()),
    check: async (tool) => (await Promise.all([1, 2, 3].map((id) => tool.get(id)))).map(plainAccount),
  },
  "hydrate 10,000": {
    count: 1,
    width: 1,
    call: (tool) => tool.all(),
    check: async (tool) => (await tool.all()).slice(-3).map(plainAccount),
  },
  "nested graph: 20 users, posts, comments": {
    count: 3,
    width: 1,
    call: (tool) => tool.graph(nextUser()),
    check: async (tool) => (await tool.graph(40)).map(plainUser),
  },
  "load 200, change and save each": {
    count: 1,
    width: 1,
    call: (tool) => tool.changeMany(nextStart()),
    check: async (tool) => {
      const before = await tool.get(502);
      await tool.changeMany(500);
      return (await tool.get(502)).balance - before.balance;
    },
  },
  "insert 1,000 objects": {
    count: 1,
    width: 1,
    call: (tool) => tool.insertMany(entries()),
    check: async (tool) => {
      await tool.insertMany(entries());
      return true;
    },
  },
  "upsert 1,000": {
    count: 1,
    width: 1,
    call: (tool) => tool.upsertMany(stocks()),
    check: async (tool) => {
      await tool.upsertMany(stocks());
      return true;
    },
  },
};

/** What is kept in memory to see what an object weighs. */
export const keep = (tool) => tool.all();
