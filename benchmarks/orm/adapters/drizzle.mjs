// Drizzle's relational queries on a pool of pg. It has no unit of work: what changed is written by statements.

import { asc, eq, gt, relations, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { bigint, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";
import { makePool } from "../../adapters/pg.mjs";

export const name = "Drizzle";
export const packages = ["drizzle-orm"];
export const note =
  "relational queries; 200 changes by an UPDATE from VALUES, because it has no unit of work; `db.transaction()`";

const number = (column) => bigint(column, { mode: "number" });
const accounts = pgTable("orm_accounts", {
  id: number("id").primaryKey(),
  name: text().notNull(),
  balance: number("balance").notNull(),
  note: text(),
  at: timestamp({ withTimezone: true }).notNull(),
});
const entries = pgTable("orm_entries", {
  id: uuid().primaryKey().defaultRandom(),
  accountId: number("account_id").notNull(),
  amount: number("amount").notNull(),
  kind: text().notNull(),
  note: text(),
  at: timestamp({ withTimezone: true }).notNull(),
});
const stocks = pgTable("orm_stocks", {
  id: number("id").primaryKey(),
  name: text().notNull(),
  count: number("count").notNull(),
});
const users = pgTable("orm_users", { id: number("id").primaryKey(), name: text().notNull() });
const posts = pgTable("orm_posts", {
  id: number("id").primaryKey(),
  userId: number("user_id").notNull(),
  title: text().notNull(),
});
const comments = pgTable("orm_comments", {
  id: number("id").primaryKey(),
  postId: number("post_id").notNull(),
  text: text().notNull(),
});
const schema = {
  accounts,
  entries,
  stocks,
  users,
  posts,
  comments,
  userRelations: relations(users, ({ many }) => ({ posts: many(posts) })),
  postRelations: relations(posts, ({ one, many }) => ({
    user: one(users, { fields: [posts.userId], references: [users.id] }),
    comments: many(comments),
  })),
  commentRelations: relations(comments, ({ one }) => ({
    post: one(posts, { fields: [comments.postId], references: [posts.id] }),
  })),
};

export function open(options) {
  const pool = makePool(options);
  const db = drizzle(pool, { schema });
  return {
    get: (id) => db.query.accounts.findFirst({ where: eq(accounts.id, id) }),
    all: () => db.query.accounts.findMany({ orderBy: asc(accounts.id) }),
    graph: (after) =>
      db.query.users.findMany({
        where: gt(users.id, after),
        orderBy: asc(users.id),
        limit: 20,
        with: { posts: { with: { comments: true } } },
      }),
    changeMany: (after) =>
      db.transaction(async (tx) => {
        const where = gt(accounts.id, after);
        const loaded = await tx.query.accounts.findMany({ where, orderBy: asc(accounts.id), limit: 200 });
        const changed = loaded.map(({ id, balance }) => sql`(${id}::INT8, ${balance + 1}::INT8)`);
        const values = sql.join(changed, sql`, `);
        await tx.execute(
          sql`UPDATE orm_accounts AS a SET balance = v.balance FROM (VALUES ${values}) AS v (id, balance) WHERE a.id = v.id`,
        );
      }),
    insertMany: (objects) => db.insert(entries).values(objects).returning({ id: entries.id }),
    async upsertMany(objects) {
      const set = { name: sql`excluded.name`, count: sql`excluded.count` };
      await db.insert(stocks).values(objects).onConflictDoUpdate({ target: stocks.id, set });
    },
    close: () => pool.end(),
  };
}
