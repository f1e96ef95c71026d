// tegmen's ORM: a session for every call, as a web request has it.

import { c, func, upsert, select } from "tegmen";
import { belongsTo, entity, hasMany, selectinload, sessionmaker } from "tegmen/orm";
import { makeEngine } from "../../adapters/tegmen.mjs";

export const name = "tegmen ORM";
export const packages = ["tegmen"];
export const note =
  "a session for every call, in autocommit where it only reads; `selectinload`; changes and new objects by the unit of work";

class Account extends entity("orm_accounts", {
  id: c.int().primaryKey(),
  name: c.text().notNull(),
  balance: c.int().notNull(),
  note: c.text(),
  at: c.timestamptz().notNull(),
}) {}

class Entry extends entity("orm_entries", {
  id: c.uuid().primaryKey().default(func.genRandomUuid()),
  accountId: c.int().notNull(),
  amount: c.int().notNull(),
  kind: c.text().notNull(),
  note: c.text(),
  at: c.timestamptz().notNull(),
}) {}

class Stock extends entity("orm_stocks", {
  id: c.int().primaryKey(),
  name: c.text().notNull(),
  count: c.int().notNull(),
}) {}

class User extends entity(
  "orm_users",
  { id: c.int().primaryKey(), name: c.text().notNull() },
  { posts: () => hasMany(Post) },
) {}

class Post extends entity(
  "orm_posts",
  {
    id: c.int().primaryKey(),
    userId: c
      .int()
      .notNull()
      .references(() => User.c.id),
    title: c.text().notNull(),
  },
  { user: () => belongsTo(User), comments: () => hasMany(Comment) },
) {}

class Comment extends entity(
  "orm_comments",
  {
    id: c.int().primaryKey(),
    postId: c
      .int()
      .notNull()
      .references(() => Post.c.id),
    text: c.text().notNull(),
  },
  { post: () => belongsTo(Post) },
) {}

export function open(options) {
  const engine = makeEngine(options);
  const Session = sessionmaker(engine);
  // As the other tools read: each statement for itself, without a transaction around it.
  const Reader = sessionmaker(engine, { executionOptions: { isolationLevel: "AUTOCOMMIT" } });
  const within = async (work, make = Session) => {
    const session = make();
    try {
      return await work(session);
    } finally {
      await session.close();
    }
  };
  return {
    get: (id) => within((session) => session.get(Account, id), Reader),
    all: () => within(async (session) => (await session.scalars(select(Account).orderBy(Account.id))).all(), Reader),
    graph: (after) =>
      within(async (session) => {
        const users = select(User).where(User.id.gt(after)).orderBy(User.id).limit(20);
        return (await session.scalars(users.options(selectinload(User.posts).selectinload(Post.comments)))).all();
      }, Reader),
    changeMany: (after) =>
      within(async (session) => {
        const accounts = select(Account).where(Account.id.gt(after)).orderBy(Account.id).limit(200);
        for (const account of await session.scalars(accounts)) account.balance += 1;
        await session.commit();
      }),
    insertMany: (objects) =>
      within(async (session) => {
        session.addAll(objects.map((values) => new Entry(values)));
        await session.commit();
      }),
    upsertMany: (objects) =>
      within(async (session) => {
        await session.execute(upsert(Stock).values(objects));
        await session.commit();
      }),
    close: () => engine.dispose(),
  };
}
