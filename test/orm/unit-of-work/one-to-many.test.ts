import { type AnyColumn, c, MetaData } from "tegmen";
import { belongsTo, entity, FlushError, hasMany } from "tegmen/orm";
import { casesOn, expect } from "./harness.ts";

const metadata = new MetaData();
const options = { metadata };

class User extends entity(
  "users",
  { id: c.int().primaryKey(), name: c.string() },
  { addresses: () => hasMany(Address), orders: () => hasMany(Order), notes: () => hasMany(Note) },
  options,
) {}

class Address extends entity(
  "addresses",
  { id: c.int().primaryKey(), email: c.string(), userId: c.int().references((): AnyColumn => User.c.id) },
  { user: () => belongsTo(User) },
  options,
) {}

class Order extends entity(
  "orders",
  {
    id: c.int().primaryKey(),
    userId: c
      .int()
      .notNull()
      .references((): AnyColumn => User.c.id),
  },
  {},
  options,
) {}

class Note extends entity(
  "notes",
  { id: c.int().primaryKey(), userId: c.int().references((): AnyColumn => User.c.id) },
  {},
  options,
) {}

const it = casesOn(metadata);
const address = (id: number): Address => new Address({ id });
const owners = (rows: readonly Record<string, unknown>[]): unknown[] => rows.map((row) => [row["id"], row["userId"]]);

it("writes the key of the parent into new children", async ({ session, save, rows }) => {
  const user = new User({ id: 7, addresses: [address(1), address(2)] });
  await save(user);
  expect(owners(await rows(Address))).toEqual([
    [1, 7],
    [2, 7],
  ]);
  expect(user.addresses.map((one) => one.userId)).toEqual([7, 7]);
  expect(session.dirty).toHaveLength(0);
});

it("adds new children to a parent that has a row", async ({ save, flush, rows }) => {
  const user = new User({ id: 7, addresses: [address(1)] });
  await save(user);
  user.addresses.push(address(2));
  expect(await flush()).toEqual(["INSERT INTO addresses (id, user_id) VALUES ($1, $2)"]);
  expect(owners(await rows(Address))).toEqual([
    [1, 7],
    [2, 7],
  ]);
});

it("adds children that have rows to a new parent", async ({ session, save, flush, rows }) => {
  const [one, two] = [address(1), address(2)];
  await save(one, two);
  session.add(new User({ id: 7, addresses: [one, two] }));
  expect(await flush()).toEqual([
    "INSERT INTO users (id) VALUES ($1)",
    "UPDATE addresses SET user_id = v.c1 FROM unnest($1::INT8[], $2::INT8[]) AS v (c1, c2) WHERE addresses.id = v.c2",
  ]);
  expect(owners(await rows(Address))).toEqual([
    [1, 7],
    [2, 7],
  ]);
});

it("sets the key of a removed child to NULL", async ({ save, flush, rows }) => {
  const user = new User({ id: 7, addresses: [address(1), address(2)] });
  await save(user);
  const [first] = user.addresses.splice(0, 1);
  expect(await flush()).toEqual(["UPDATE addresses SET user_id = $1 WHERE addresses.id = $2"]);
  expect(owners(await rows(Address))).toEqual([
    [1, null],
    [2, 7],
  ]);
  expect(first!.userId).toBeNull();
});

it("moves a child from one parent to another by their lists", async ({ save, flush, rows }) => {
  const [one, two] = [new User({ id: 1, addresses: [address(1)] }), new User({ id: 2 })];
  await save(one, two);
  two.addresses.push(one.addresses.pop()!);
  expect(await flush()).toEqual(["UPDATE addresses SET user_id = $1 WHERE addresses.id = $2"]);
  expect(owners(await rows(Address))).toEqual([[1, 2]]);
});

it("moves a child by a list without a way back", async ({ save, flush, rows }) => {
  const note = new Note({ id: 1 });
  const [one, two] = [new User({ id: 1, notes: [note] }), new User({ id: 2 })];
  await save(one, two);
  one.notes = [];
  two.notes.push(note);
  expect(await flush()).toHaveLength(1);
  expect(owners(await rows(Note))).toEqual([[1, 2]]);
});

it("moves a child by its reference", async ({ save, flush, rows }) => {
  const [one, two] = [new User({ id: 1, addresses: [address(1)] }), new User({ id: 2 })];
  await save(one, two);
  one.addresses[0]!.user = two;
  expect(await flush()).toHaveLength(1);
  expect(owners(await rows(Address))).toEqual([[1, 2]]);
  expect(one.addresses).toHaveLength(0);
});

it("replaces a list", async ({ save, flush, rows }) => {
  const user = new User({ id: 7, addresses: [address(1), address(2)] });
  await save(user);
  user.addresses = [user.addresses[1]!, address(3)];
  expect(await flush()).toHaveLength(2);
  expect(owners(await rows(Address))).toEqual([
    [1, null],
    [2, 7],
    [3, 7],
  ]);
});

it("sends nothing for a child that was removed and added again", async ({ save, flush }) => {
  const user = new User({ id: 7, addresses: [address(1)] });
  await save(user);
  user.addresses.push(user.addresses.pop()!);
  expect(await flush()).toEqual([]);
});

it("sends nothing for a list in another order", async ({ save, flush }) => {
  const user = new User({ id: 7, addresses: [address(1), address(2)] });
  await save(user);
  user.addresses.reverse();
  expect(await flush()).toEqual([]);
});

it("writes a new child that was removed before the flush without a parent", async ({ session, flush, rows }) => {
  const user = new User({ id: 7, addresses: [address(1)] });
  session.add(user);
  user.addresses.pop();
  await flush();
  expect(owners(await rows(Address))).toEqual([[1, null]]);
});

it("writes the key and other changes of a child in one statement", async ({ save, flush }) => {
  const child = address(1);
  const user = new User({ id: 7 });
  await save(user, child);
  user.addresses.push(child);
  child.email = "x";
  expect(await flush()).toEqual(["UPDATE addresses SET email = $1, user_id = $2 WHERE addresses.id = $3"]);
});

it("sets the keys of the children of a deleted parent to NULL", async ({ session, save, flush, rows }) => {
  const user = new User({ id: 7, addresses: [address(1), address(2)] });
  await save(user);
  await session.delete(user);
  expect(await flush()).toEqual([
    "UPDATE addresses SET user_id = v.c1 FROM unnest($1::INT8[], $2::INT8[]) AS v (c1, c2) WHERE addresses.id = v.c2",
    "DELETE FROM users WHERE users.id = $1",
  ]);
  expect(owners(await rows(Address))).toEqual([
    [1, null],
    [2, null],
  ]);
});

it("loads the children of a deleted parent", async ({ session, save, flush, rows }) => {
  await save(new User({ id: 7, addresses: [address(1), address(2)] }));
  session.expungeAll();
  await session.delete(await session.getOne(User, 7));
  await flush();
  expect(owners(await rows(Address))).toEqual([
    [1, null],
    [2, null],
  ]);
});

it("does not touch a child of a deleted parent that was given to another", async ({ session, save, flush, rows }) => {
  const child = address(1);
  const [one, two] = [new User({ id: 1, addresses: [child] }), new User({ id: 2 })];
  await save(one, two);
  child.user = two;
  await session.delete(one);
  await flush();
  expect(owners(await rows(Address))).toEqual([[1, 2]]);
});

it("refuses to take a reference away that is required", async ({ save, flush, rows, session }) => {
  const user = new User({ id: 7, orders: [new Order({ id: 1 })] });
  await save(user);
  user.orders = [];
  await expect(flush()).rejects.toThrow(FlushError);
  await expect(session.flush()).rejects.toThrow();
  await session.rollback();
  expect(await rows(Order)).toEqual([]);
});

it("says what is required when it is taken away", async ({ save, flush }) => {
  const user = new User({ id: 7, orders: [new Order({ id: 1 })] });
  await save(user);
  user.orders.length = 0;
  await expect(flush()).rejects.toThrow("Order.userId is required and was set to null in Order(id 1)");
});

it("says what is missing in a child without a parent", async ({ session, flush, sent }) => {
  session.add(new Order({ id: 1 }));
  await expect(flush()).rejects.toThrow("Order.userId is required and has no value in Order(id 1)");
  expect(sent()).toEqual([]);
});

it("takes children from a list that was changed by index", async ({ save, flush, rows }) => {
  const user = new User({ id: 7, addresses: [address(1)] });
  await save(user);
  user.addresses[1] = address(2);
  await flush();
  expect(owners(await rows(Address))).toEqual([
    [1, 7],
    [2, 7],
  ]);
});

it("writes a hundred children in one statement", async ({ session, flush, rows }) => {
  session.add(new User({ id: 7, addresses: Array.from({ length: 100 }, (_, id) => address(id)) }));
  expect(await flush()).toHaveLength(2);
  expect(await rows(Address)).toHaveLength(100);
});
