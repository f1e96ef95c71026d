// MikroORM with entity schemas; an entity manager for every call, as a web request has it.

/* oxlint-disable typescript/no-extraneous-class -- MikroORM gives them their properties */

import { BigIntType, EntitySchema, MikroORM } from "@mikro-orm/postgresql";

export const name = "MikroORM";
export const packages = ["@mikro-orm/core", "@mikro-orm/postgresql"];
export const note = "an entity manager for every call; relations by `strategy: select-in`; `upsertMany`";

class Account {}
class Entry {}
class Stock {}
class User {}
class Post {}
class Comment {}

const int = { type: new BigIntType("number") };
const string = { type: "text" };
const schemas = [
  new EntitySchema({
    class: Account,
    tableName: "orm_accounts",
    properties: {
      id: { ...int, primary: true, autoincrement: false },
      name: string,
      balance: int,
      note: { ...string, nullable: true },
      at: { type: "Date", columnType: "timestamptz" },
    },
  }),
  new EntitySchema({
    class: Entry,
    tableName: "orm_entries",
    properties: {
      id: { type: "uuid", primary: true, defaultRaw: "gen_random_uuid()" },
      accountId: { ...int, fieldName: "account_id" },
      amount: int,
      kind: string,
      note: { ...string, nullable: true },
      at: { type: "Date", columnType: "timestamptz" },
    },
  }),
  new EntitySchema({
    class: Stock,
    tableName: "orm_stocks",
    properties: { id: { ...int, primary: true, autoincrement: false }, name: string, count: int },
  }),
  new EntitySchema({
    class: User,
    tableName: "orm_users",
    properties: {
      id: { ...int, primary: true, autoincrement: false },
      name: string,
      posts: { kind: "1:m", entity: () => Post, mappedBy: "user" },
    },
  }),
  new EntitySchema({
    class: Post,
    tableName: "orm_posts",
    properties: {
      id: { ...int, primary: true, autoincrement: false },
      title: string,
      user: { kind: "m:1", entity: () => User, fieldName: "user_id", inversedBy: "posts" },
      comments: { kind: "1:m", entity: () => Comment, mappedBy: "post" },
    },
  }),
  new EntitySchema({
    class: Comment,
    tableName: "orm_comments",
    properties: {
      id: { ...int, primary: true, autoincrement: false },
      text: string,
      post: { kind: "m:1", entity: () => Post, fieldName: "post_id", inversedBy: "comments" },
    },
  }),
];

export function open({ url, poolSize }) {
  const opened = MikroORM.init({
    entities: schemas,
    clientUrl: url,
    pool: { min: 0, max: poolSize },
    ensureDatabase: false,
  });
  const fork = async () => (await opened).em.fork();
  return {
    get: async (id) => (await fork()).findOne(Account, { id }),
    all: async () => (await fork()).find(Account, {}, { orderBy: { id: "asc" } }),
    graph: async (after) =>
      (await fork()).find(
        User,
        { id: { $gt: after } },
        { orderBy: { id: "asc" }, limit: 20, populate: ["posts.comments"], strategy: "select-in" },
      ),
    changeMany: async (after) =>
      (await fork()).transactional(async (em) => {
        const accounts = await em.find(Account, { id: { $gt: after } }, { orderBy: { id: "asc" }, limit: 200 });
        for (const account of accounts) account.balance += 1;
      }),
    insertMany: async (objects) => {
      const em = await fork();
      for (const values of objects) em.persist(em.create(Entry, values));
      await em.flush();
    },
    upsertMany: async (objects) => {
      await (await fork()).upsertMany(Stock, objects);
    },
    close: async () => (await opened).close(),
  };
}
