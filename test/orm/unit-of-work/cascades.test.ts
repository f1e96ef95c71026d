import { type AnyColumn, c, MetaData, table } from "tegmen";
import { belongsTo, entity, hasMany, hasOne, manyToMany } from "tegmen/orm";
import { casesOn, expect, sql } from "./harness.ts";

const metadata = new MetaData();
const options = { metadata };

class User extends entity(
  "users",
  { id: c.int().primaryKey(), name: c.string() },
  {
    orders: () => hasMany(Order, { cascade: "all, delete-orphan" }),
    address: () => hasOne(Address, { cascade: "all" }),
    visits: () => hasMany(Visit, { cascade: "all", passiveDeletes: true }),
    drafts: () => hasMany(Draft, { cascade: "none" }),
    groups: () => manyToMany(Group, { through: memberships, cascade: "all" }),
  },
  options,
) {}

class Order extends entity(
  "orders",
  { id: c.int().primaryKey(), userId: c.int().references((): AnyColumn => User.c.id) },
  { user: () => belongsTo(User), items: () => hasMany(Item, { cascade: "all, delete-orphan" }) },
  options,
) {}

class Item extends entity(
  "items",
  {
    id: c.int().primaryKey(),
    orderId: c
      .int()
      .notNull()
      .references((): AnyColumn => Order.c.id),
  },
  { order: () => belongsTo(Order) },
  options,
) {}

class Address extends entity(
  "addresses",
  { id: c.int().primaryKey(), userId: c.int().references((): AnyColumn => User.c.id) },
  {},
  options,
) {}

class Visit extends entity(
  "visits",
  { id: c.int().primaryKey(), userId: c.int().references((): AnyColumn => User.c.id, { onDelete: "CASCADE" }) },
  {},
  options,
) {}

class Draft extends entity(
  "drafts",
  { id: c.int().primaryKey(), userId: c.int().references((): AnyColumn => User.c.id) },
  {},
  options,
) {}

class Group extends entity("groups", { id: c.int().primaryKey() }, {}, options) {}

const memberships = table(
  "memberships",
  {
    userId: c.int().references((): AnyColumn => User.c.id),
    groupId: c.int().references((): AnyColumn => Group.c.id),
  },
  options,
);

class Parcel extends entity(
  "parcels",
  { id: c.int().primaryKey(), labelId: c.int().references((): AnyColumn => Label.c.id) },
  { label: () => belongsTo(Label, { cascade: "all, delete-orphan" }) },
  options,
) {}

class Label extends entity("labels", { id: c.int().primaryKey() }, {}, options) {}

const it = casesOn(metadata);
const order = (id: number, ...items: number[]): Order =>
  new Order({ id, items: items.map((item) => new Item({ id: item })) });
const ids = (rows: readonly Record<string, unknown>[]): unknown[] => rows.map((row) => row["id"]);

it("save-update: adds what is reachable", async ({ session, flush, rows }) => {
  session.add(new User({ id: 1, orders: [order(1, 1, 2), order(2)], address: new Address({ id: 1 }) }));
  await flush();
  expect(ids(await rows(Item))).toEqual([1, 2]);
  expect(ids(await rows(Address))).toEqual([1]);
});

it("save-update: adds what becomes reachable later", async ({ session, flush, rows }) => {
  const user = new User({ id: 1 });
  session.add(user);
  user.orders.push(order(1, 1));
  await flush();
  expect(ids(await rows(Item))).toEqual([1]);
});

it("save-update: adds what a new object has that becomes reachable", async ({ save, rows, flush }) => {
  const user = new User({ id: 1, orders: [order(1)] });
  await save(user);
  user.orders[0]!.items.push(new Item({ id: 1 }));
  await flush();
  expect(ids(await rows(Item))).toEqual([1]);
});

it("save-update: not where it is off", async ({ session, flush }) => {
  session.add(new User({ id: 1, drafts: [new Draft({ id: 1 })] }));
  await expect(flush()).rejects.toThrow(
    'User.drafts of User(id 1) has Draft(id 1), which is not in the Session, because the relation has no cascade "save-update"',
  );
});

it("save-update: an object added by hand is as good", async ({ session, flush, rows }) => {
  const draft = new Draft({ id: 1 });
  session.addAll([new User({ id: 1, drafts: [draft] }), draft]);
  await flush();
  expect(await rows(Draft)).toEqual([{ id: 1, userId: 1 }]);
});

it("delete: goes down to what is loaded", async ({ session, save, flush, rows }) => {
  const user = new User({ id: 1, orders: [order(1, 1, 2), order(2, 3)], address: new Address({ id: 1 }) });
  await save(user);
  await session.delete(user);
  const statements = await flush();
  expect(statements.findIndex((text) => text.includes("FROM items"))).toBeLessThan(
    statements.findIndex((text) => text.includes("FROM orders")),
  );
  expect([await rows(User), await rows(Order), await rows(Item), await rows(Address)]).toEqual([[], [], [], []]);
});

it("delete: loads what is not loaded, level by level", async ({ session, save, flush, rows }) => {
  await save(new User({ id: 1, orders: [order(1, 1, 2), order(2, 3)], address: new Address({ id: 1 }) }));
  session.expungeAll();
  await session.delete(await session.getOne(User, 1));
  await flush();
  expect([await rows(User), await rows(Order), await rows(Item), await rows(Address)]).toEqual([[], [], [], []]);
});

it("delete: deletes rows of one table in one statement", async ({ session, save, flush }) => {
  const users = [1, 2].map((id) => new User({ id, orders: [order(id, id)] }));
  await save(...users);
  for (const user of users) await session.delete(user);
  expect((await flush()).filter((text) => text.startsWith("DELETE FROM orders"))).toHaveLength(1);
});

it("delete: passiveDeletes leaves what is not loaded to the server", async ({ session, save, sent, rows }) => {
  await save(new User({ id: 1, visits: [new Visit({ id: 1 })] }));
  session.expungeAll();
  await session.delete(await session.getOne(User, 1));
  sent();
  await session.flush();
  expect(sent().some((one) => one.sql.includes("visits"))).toBe(false);
  expect(await rows(Visit)).toEqual([]);
});

it("delete: passiveDeletes still deletes what is loaded", async ({ session, save, flush, rows }) => {
  const user = new User({ id: 1, visits: [new Visit({ id: 1 })] });
  await save(user);
  await session.delete(user);
  expect(await flush()).toContain("DELETE FROM visits WHERE visits.id = $1");
  expect(await rows(Visit)).toEqual([]);
});

it("delete: goes to the other side of many to many", async ({ session, save, flush, rows }) => {
  const user = new User({ id: 1, groups: [new Group({ id: 1 }), new Group({ id: 2 })] });
  await save(user);
  await session.delete(user);
  await flush();
  expect([await rows(memberships), await rows(Group), await rows(User)]).toEqual([[], [], []]);
});

it("delete: without the cascade children lose their reference", async ({ session, save, flush, rows }) => {
  const draft = new Draft({ id: 1 });
  const user = new User({ id: 1, drafts: [draft] });
  await save(user, draft);
  await session.delete(user);
  await flush();
  expect(await rows(Draft)).toEqual([{ id: 1, userId: null }]);
});

it("delete: leaves out new children of a deleted parent", async ({ session, save, flush, rows }) => {
  const user = new User({ id: 1 });
  await save(user);
  user.orders.push(order(1, 1));
  await session.delete(user);
  await flush();
  expect([await rows(User), await rows(Order)]).toEqual([[], []]);
});

it("delete: goes along a reference", async ({ session, save, flush, rows }) => {
  const parcel = new Parcel({ id: 1, label: new Label({ id: 1 }) });
  await save(parcel);
  await session.delete(parcel);
  expect(await flush()).toEqual([
    "DELETE FROM parcels WHERE parcels.id = $1",
    "DELETE FROM labels WHERE labels.id = $1",
  ]);
  expect(await rows(Label)).toEqual([]);
});

it("delete-orphan: deletes what is taken out of its list", async ({ save, flush, rows }) => {
  const user = new User({ id: 1, orders: [order(1), order(2)] });
  await save(user);
  user.orders.shift();
  expect(await flush()).toEqual(["DELETE FROM orders WHERE orders.id = $1"]);
  expect(ids(await rows(Order))).toEqual([2]);
});

it("delete-orphan: with all that is below", async ({ save, flush, rows }) => {
  const user = new User({ id: 1, orders: [order(1, 1, 2)] });
  await save(user);
  user.orders = [];
  await flush();
  expect([await rows(Order), await rows(Item)]).toEqual([[], []]);
});

it("delete-orphan: below what is not loaded, too", async ({ session, save, flush, rows }) => {
  await save(new User({ id: 1, orders: [order(1, 1, 2)] }));
  session.expungeAll();
  const user = await session.getOne(User, 1);
  await session.load(user, "orders");
  user.orders = [];
  await flush();
  expect([await rows(Order), await rows(Item)]).toEqual([[], []]);
});

it("delete-orphan: not what has another parent now", async ({ save, flush, rows }) => {
  const [one, two] = [new User({ id: 1, orders: [order(1, 1)] }), new User({ id: 2 })];
  await save(one, two);
  two.orders.push(one.orders[0]!);
  await flush();
  expect(await rows(Order)).toEqual([{ id: 1, userId: 2 }]);
  expect(await rows(Item)).toHaveLength(1);
});

it("delete-orphan: not what was put back", async ({ save, flush, rows }) => {
  const user = new User({ id: 1, orders: [order(1)] });
  await save(user);
  user.orders.push(user.orders.pop()!);
  expect(await flush()).toEqual([]);
  expect(ids(await rows(Order))).toEqual([1]);
});

it("delete-orphan: what its reference is taken from", async ({ save, flush, rows }) => {
  const user = new User({ id: 1, orders: [order(1)] });
  await save(user);
  user.orders[0]!.user = null;
  await flush();
  expect(await rows(Order)).toEqual([]);
});

it("delete-orphan: replaced lists leave orphans", async ({ save, flush, rows }) => {
  const user = new User({ id: 1, orders: [order(1), order(2)] });
  await save(user);
  user.orders = [user.orders[1]!, order(3)];
  await flush();
  expect(ids(await rows(Order))).toEqual([2, 3]);
});

it("delete-orphan: a reference that is replaced leaves an orphan", async ({ save, flush, rows }) => {
  const parcel = new Parcel({ id: 1, label: new Label({ id: 1 }) });
  await save(parcel);
  parcel.label = new Label({ id: 2 });
  await flush();
  expect(ids(await rows(Label))).toEqual([2]);
});

it("delete-orphan: an orphan can be a deleted object's already", async ({ session, save, flush, rows }) => {
  const user = new User({ id: 1, orders: [order(1)] });
  await save(user);
  await session.delete(user.orders[0]!);
  user.orders = [];
  expect(await flush()).toEqual(["DELETE FROM orders WHERE orders.id = $1"]);
  expect(await rows(Order)).toEqual([]);
});

it("delete-orphan: rows without a loaded parent are left alone", async ({ session, save, flush, rows }) => {
  await save(new User({ id: 1, orders: [order(1)] }));
  session.expungeAll();
  await session.getOne(Order, 1);
  expect(await flush()).toEqual([]);
  expect(ids(await rows(Order))).toEqual([1]);
});

it("deletes what somebody else has put under a parent since, if it is loaded again", async (bench) => {
  const { session, save, rows } = bench;
  await save(new User({ id: 1 }));
  await session.execute(sql`INSERT INTO orders (id, user_id) VALUES (9, 1)`);
  session.expungeAll();
  await session.delete(await session.getOne(User, 1));
  await session.flush();
  expect(await rows(Order)).toEqual([]);
});
