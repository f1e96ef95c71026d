// TypeORM with entity schemas, which do without decorators.

import { DataSource, EntitySchema, MoreThan } from "typeorm";

export const name = "TypeORM";
export const packages = ["typeorm"];
export const note = "repositories; relations by `relationLoadStrategy: query`; `save()` of lists, in a transaction";

// CockroachDB's INT8 is a string to TypeORM unless a transformer says otherwise.
const int8 = {
  type: "bigint",
  transformer: { from: (value) => (value === null ? null : Number(value)), to: (value) => value },
};
const id = { ...int8, primary: true };
const Account = new EntitySchema({
  name: "Account",
  tableName: "orm_accounts",
  columns: {
    id,
    name: { type: "text" },
    balance: int8,
    note: { type: "text", nullable: true },
    at: { type: "timestamptz" },
  },
});
const Entry = new EntitySchema({
  name: "Entry",
  tableName: "orm_entries",
  columns: {
    id: { type: "uuid", primary: true, generated: "uuid" },
    accountId: { ...int8, name: "account_id" },
    amount: int8,
    kind: { type: "text" },
    note: { type: "text", nullable: true },
    at: { type: "timestamptz" },
  },
});
const Stock = new EntitySchema({
  name: "Stock",
  tableName: "orm_stocks",
  columns: { id, name: { type: "text" }, count: int8 },
});
const User = new EntitySchema({
  name: "User",
  tableName: "orm_users",
  columns: { id, name: { type: "text" } },
  relations: { posts: { type: "one-to-many", target: "Post", inverseSide: "user" } },
});
const Post = new EntitySchema({
  name: "Post",
  tableName: "orm_posts",
  columns: { id, title: { type: "text" } },
  relations: {
    user: { type: "many-to-one", target: "User", joinColumn: { name: "user_id" }, inverseSide: "posts" },
    comments: { type: "one-to-many", target: "Comment", inverseSide: "post" },
  },
});
const Comment = new EntitySchema({
  name: "Comment",
  tableName: "orm_comments",
  columns: { id, text: { type: "text" } },
  relations: {
    post: { type: "many-to-one", target: "Post", joinColumn: { name: "post_id" }, inverseSide: "comments" },
  },
});

export function open({ url, poolSize }) {
  const source = new DataSource({
    type: "postgres",
    url,
    poolSize,
    entities: [Account, Entry, Stock, User, Post, Comment],
    // The demo cluster and CockroachDB answer it alike; the driver for CockroachDB is the same with other types.
    extra: { max: poolSize },
  });
  const opened = source.initialize();
  const repository = async (entity) => (await opened).getRepository(entity);
  return {
    get: async (key) => (await repository(Account)).findOneBy({ id: key }),
    all: async () => (await repository(Account)).find({ order: { id: "ASC" } }),
    graph: async (after) =>
      (await repository(User)).find({
        where: { id: MoreThan(after) },
        order: { id: "ASC" },
        take: 20,
        relations: { posts: { comments: true } },
        relationLoadStrategy: "query",
      }),
    changeMany: async (after) =>
      (await opened).transaction(async (manager) => {
        const accounts = await manager.find(Account, {
          where: { id: MoreThan(after) },
          order: { id: "ASC" },
          take: 200,
        });
        for (const account of accounts) account.balance += 1;
        await manager.save(Account, accounts);
      }),
    insertMany: async (objects) => {
      const entries = await repository(Entry);
      await entries.save(objects.map((values) => entries.create(values)));
    },
    upsertMany: async (objects) => {
      await (await repository(Stock)).upsert(objects, ["id"]);
    },
    close: async () => (await opened).destroy(),
  };
}
