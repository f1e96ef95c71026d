import { c, table, type AnyColumn } from "../../schema/index.ts";
import { func } from "../func.ts";

/** Users, whom accounts belong to. */
export const users = table("users", {
  id: c.uuid().primaryKey(),
  name: c.string().notNull(),
  email: c.string().unique(),
  bossId: c.uuid().references((): AnyColumn => users.c.id),
});

/** Accounts, with a column of nearly every kind. */
export const accounts = table("accounts", {
  id: c.uuid().primaryKey().default(func.genRandomUuid()),
  ownerId: c
    .uuid()
    .notNull()
    .references(() => users.c.id),
  owner: c.string(80).notNull(),
  balance: c.int().notNull().default(0),
  limit: c.int(),
  big: c.bigint(),
  price: c.decimal(10, 2),
  rate: c.float8(),
  active: c.bool().notNull().default(true),
  region: c.enum("region", ["us", "eu"]),
  settings: c.jsonb<{ theme: string; sizes: number[] }>(),
  tags: c.array(c.string()),
  scores: c.array(c.int().notNull()).notNull(),
  day: c.date(),
  at: c.time(),
  term: c.interval(),
  document: c.tsvector(),
  embedding: c.vector(3),
  createdAt: c.timestamptz().notNull().default(func.now()),
});

/** The columns of {@link accounts}. */
export const t: typeof accounts.c = accounts.c;
/** The columns of {@link users}. */
export const u: typeof users.c = users.c;
