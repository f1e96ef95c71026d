import { type AnyColumn, c, type Executable, func, index, insert, MetaData, primaryKey, table } from "tegmen";

export const metadata: MetaData = new MetaData();

/** Users, with their bosses among them. */
export const users = table(
  "users",
  {
    id: c.int().primaryKey(),
    name: c.string(40).notNull(),
    email: c.string().unique(),
    bossId: c.int().references((): AnyColumn => users.c.id),
  },
  { metadata },
);

/** Accounts, with a column of nearly every family. */
export const accounts = table(
  "accounts",
  {
    id: c.int().primaryKey(),
    ownerId: c.int().references(() => users.c.id),
    label: c.string().notNull(),
    balance: c.int().notNull().default(0),
    limit: c.int(),
    big: c.bigint(),
    price: c.decimal(10, 2),
    rate: c.float8(),
    active: c.bool().notNull().default(true),
    region: c.enum("region", ["us", "eu", "asia"]),
    settings: c.jsonb<{ theme?: string; sizes?: number[]; deep?: { a: { b: number } } }>(),
    tags: c.array(c.string()),
    scores: c.array(c.int().notNull()),
    day: c.date(),
    at: c.time(),
    term: c.interval(),
    openedAt: c.timestamptz().notNull().default(func.now()),
  },
  (a) => [index("accounts_label_idx").on(a.label)],
  { metadata },
);

/** What was paid from where to where. */
export const payments = table(
  "payments",
  {
    fromId: c
      .int()
      .notNull()
      .references(() => accounts.c.id),
    toId: c
      .int()
      .notNull()
      .references(() => accounts.c.id),
    number: c.int().notNull(),
    amount: c.int().notNull(),
  },
  (p) => [primaryKey().on(p.fromId, p.number)],
  { metadata },
);

export const rows: readonly Executable[] = [
  insert(users).values([
    { id: 1, name: "Ada", email: "ada@example.com" },
    { id: 2, name: "Bob", email: null, bossId: 1 },
    { id: 3, name: "Eve", email: "eve@example.com", bossId: 1 },
    { id: 4, name: "Max", email: "max@example.com", bossId: 3 },
  ]),
  insert(accounts).values([
    {
      id: 10,
      ownerId: 1,
      label: "Salary",
      balance: 100,
      limit: 50,
      big: 2n ** 60n,
      price: "10.50",
      rate: 0.5,
      region: "us",
      settings: { theme: "dark", sizes: [1, 2], deep: { a: { b: 7 } } },
      tags: ["a", "b"],
      scores: [1, 2, 3],
      day: "2024-02-29",
      at: "12:30:00",
      term: "1 day 02:00:00",
      openedAt: new Date("2024-01-01T00:00:00Z"),
    },
    {
      id: 20,
      ownerId: 1,
      label: "savings 100%",
      balance: 2500,
      big: 7n,
      price: "0.99",
      rate: -1.25,
      active: false,
      region: "eu",
      settings: { theme: "light" },
      tags: ["b", "c", null],
      scores: [5],
      day: "2023-12-31",
      at: "00:00:00",
      term: "1 mon",
      openedAt: new Date("2024-06-01T12:00:00Z"),
    },
    {
      id: 30,
      ownerId: 2,
      label: "under_score",
      balance: -10,
      limit: 0,
      region: "eu",
      settings: { sizes: [] },
      tags: [],
      scores: [],
      openedAt: new Date("2025-01-01T00:00:00Z"),
    },
    { id: 40, label: "nobody's", openedAt: new Date("2025-03-01T00:00:00Z") },
  ]),
  insert(payments).values([
    { fromId: 10, toId: 20, number: 1, amount: 5 },
    { fromId: 10, toId: 30, number: 2, amount: 15 },
    { fromId: 20, toId: 10, number: 1, amount: 10 },
    { fromId: 20, toId: 30, number: 2, amount: 10 },
    { fromId: 30, toId: 10, number: 1, amount: 20 },
  ]),
];
