// Raw pg with named statements, objects put together by hand: the reference.

import { makePool } from "../../adapters/pg.mjs";

export const name = "raw pg";
export const packages = ["pg"];
export const note =
  "named statements; three key-list selects for the graph; one UPDATE from VALUES, one INSERT with placeholders";

const columns = "id, name, balance, note, at";

export function open(options) {
  const pool = makePool(options);
  const rows = async (statement, text, ...values) => (await pool.query({ name: statement, text, values })).rows;
  const placeholders = (count, width) =>
    Array.from({ length: count }, (_, row) => {
      const cells = Array.from({ length: width }, (__, cell) => `$${row * width + cell + 1}`);
      return `(${cells.join(", ")})`;
    }).join(", ");
  const insertText = `INSERT INTO orm_entries (account_id, amount, kind, note, at) VALUES ${placeholders(1_000, 5)} RETURNING id`;
  const upsertText =
    `INSERT INTO orm_stocks (id, name, count) VALUES ${placeholders(1_000, 3)} ` +
    "ON CONFLICT (id) DO UPDATE SET name = excluded.name, count = excluded.count";
  return {
    get: async (id) => (await rows("get", `SELECT ${columns} FROM orm_accounts WHERE id = $1`, id))[0],
    all: () => rows("all", `SELECT ${columns} FROM orm_accounts ORDER BY id`),
    async graph(after) {
      const users = await rows("users", "SELECT id, name FROM orm_users WHERE id > $1 ORDER BY id LIMIT 20", after);
      const ids = users.map(({ id }) => id);
      const posts = await rows("posts", "SELECT id, user_id, title FROM orm_posts WHERE user_id = ANY($1)", ids);
      const postIds = posts.map(({ id }) => id);
      const text = "SELECT id, post_id, text FROM orm_comments WHERE post_id = ANY($1)";
      const comments = await rows("comments", text, postIds);
      const byUser = new Map(users.map((user) => [user.id, Object.assign(user, { posts: [] })]));
      const byPost = new Map(posts.map((post) => [post.id, Object.assign(post, { comments: [] })]));
      for (const post of posts) byUser.get(post.user_id).posts.push(post);
      for (const comment of comments) byPost.get(comment.post_id).comments.push(comment);
      return users;
    },
    async changeMany(after) {
      const client = await pool.connect();
      try {
        await client.query("BEGIN");
        const select = `SELECT ${columns} FROM orm_accounts WHERE id > $1 ORDER BY id LIMIT 200`;
        const accounts = (await client.query({ name: "load", text: select, values: [after] })).rows;
        for (const account of accounts) account.balance += 1;
        const update =
          "UPDATE orm_accounts AS a SET balance = v.balance " +
          "FROM (SELECT unnest($1::INT8[]) AS id, unnest($2::INT8[]) AS balance) AS v WHERE a.id = v.id";
        const values = [accounts.map(({ id }) => id), accounts.map(({ balance }) => balance)];
        await client.query({ name: "save", text: update, values });
        await client.query("COMMIT");
      } catch (error) {
        await client.query("ROLLBACK");
        throw error;
      } finally {
        client.release();
      }
    },
    async insertMany(objects) {
      const values = objects.flatMap(({ accountId, amount, kind, note: remark, at }) => [
        accountId,
        amount,
        kind,
        remark,
        at,
      ]);
      const ids = (await pool.query({ name: "insert", text: insertText, values })).rows;
      objects.forEach((object, index) => (object.id = ids[index].id));
    },
    async upsertMany(objects) {
      const values = objects.flatMap(({ id, name: called, count }) => [id, called, count]);
      await pool.query({ name: "upsert", text: upsertText, values });
    },
    close: () => pool.end(),
  };
}
