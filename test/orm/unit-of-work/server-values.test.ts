import { type AnyColumn, c, func, MetaData } from "tegmen";
import { assign, belongsTo, entity, FlushError, hasMany, IdentityAuditBase, UUIDAuditBase } from "tegmen/orm";
import { casesOn, expect } from "./harness.ts";

const metadata = new MetaData();
const options = { metadata };

let made = 0;

class Product extends entity(
  "products",
  {
    id: c.int().primaryKey(),
    price: c.int().notNull().default(0),
    taxed: c.int().computed((t) => (t["price"] as never as { times(by: number): never }).times(2), { stored: true }),
    name: c.string(),
    createdAt: c.timestamptz().notNull().default(func.now()),
    token: c.string().default(() => `t${++made}`),
    touched: c.int().onUpdate(() => ++made),
  },
  {},
  options,
) {}

class Counter extends entity(
  "counters",
  { id: c.int().primaryKey(), count: c.int().notNull().default(0), note: c.string(), version: c.int().notNull() },
  {},
  { ...options, version: "version" },
) {}

class Stamp extends entity(
  "stamps",
  {
    id: c.rowid().primaryKey(),
    text: c.string(),
    at: c.timestamptz().notNull().default(func.now()),
  },
  { marks: () => hasMany(Mark) },
  options,
) {}

class Touch extends entity(
  "touches",
  { id: c.int().primaryKey(), text: c.string(), at: c.timestamptz().onUpdate(func.now()) },
  {},
  options,
) {}

class Badge extends IdentityAuditBase("badges", { text: c.string() }, {}, options) {}

class Visitor extends UUIDAuditBase("visitors", { name: c.string() }, {}, options) {}

class Mark extends entity(
  "marks",
  { id: c.rowid().primaryKey(), stampId: c.bigint().references((): AnyColumn => Stamp.c.id) },
  { stamp: () => belongsTo(Stamp) },
  options,
) {}

const it = casesOn(metadata);

it("reads back computed columns", async ({ session, flush }) => {
  const product = new Product({ id: 1, price: 5, createdAt: new Date(0) });
  session.add(product);
  expect((await flush())[0]).toMatch(/RETURNING products.taxed$/);
  expect(product.taxed).toBe(10);
});

it("reads computed columns back after an UPDATE", async ({ save, flush }) => {
  const product = new Product({ id: 1, price: 5 });
  await save(product);
  product.price = 6;
  expect((await flush())[0]).toMatch(/RETURNING products.taxed$/);
  expect(product.taxed).toBe(12);
});

it("reads them back for each of many rows", async ({ save, flush }) => {
  const products = [1, 2, 3].map((id) => new Product({ id }));
  await save(...products);
  for (const product of products) product.price = product.id;
  expect((await flush())[0]).toMatch(/RETURNING products.id, products.taxed$/);
  expect(products.map(({ taxed }) => taxed)).toEqual([2, 4, 6]);
});

it("refuses a value for a computed column", async ({ session, flush, sent }) => {
  session.add(new Product({ id: 1, taxed: 5 } as never));
  await expect(flush()).rejects.toThrow("Product.taxed is computed by the server");
  expect(sent()).toEqual([]);
});

it("refuses a change of a computed column", async ({ save, flush }) => {
  const product = new Product({ id: 1 });
  await save(product);
  (product as { taxed: number }).taxed = 5;
  await expect(flush()).rejects.toThrow(FlushError);
});

it("calls a default for each row", async ({ save }) => {
  const products = [1, 2].map((id) => new Product({ id }));
  await save(...products);
  expect(products[0]!.token).not.toBe(products[1]!.token);
});

it("keeps a value against the default", async ({ save, rows }) => {
  await save(new Product({ id: 1, token: "mine" }));
  expect(await rows(Product)).toMatchObject([{ token: "mine" }]);
});

it("calls onUpdate for each changed row", async ({ save, flush, rows }) => {
  const products = [1, 2].map((id) => new Product({ id }));
  await save(...products);
  expect(products[0]!.touched).toBeNull();
  for (const product of products) product.name = "x";
  await flush();
  expect(products[0]!.touched).not.toBe(products[1]!.touched);
  expect((await rows(Product)).map(({ touched }) => touched)).toEqual(products.map(({ touched }) => touched));
});

it("does not call onUpdate without a change, nor against a value", async ({ save, flush }) => {
  const product = new Product({ id: 1 });
  await save(product);
  const before = made;
  product.name = null;
  expect(await flush()).toEqual([]);
  product.touched = -1;
  await flush();
  expect(made).toBe(before);
  expect(product.touched).toBe(-1);
});

it("reads back what the server sets at an UPDATE", async ({ save, flush }) => {
  const touch = new Touch({ id: 1, text: "a" });
  await save(touch);
  expect(touch.at).toBeNull();
  touch.text = "b";
  expect((await flush())[0]).toMatch(/RETURNING touches.at$/);
  expect(touch.at).toBeInstanceOf(Date);
});

it("reads back keys that the server counts, and the times of ready-made bases", async ({ save, flush }) => {
  const badges = [new Badge({ text: "a" }), new Badge({ text: "b" })];
  const visitor = new Visitor({ name: "Ada" });
  await save(...badges, visitor);
  expect(badges[1]!.id).toBe(badges[0]!.id + 1n);
  expect(visitor.id).toMatch(/^[0-9a-f-]{36}$/);
  const made = [badges[0]!.updatedAt, visitor.updatedAt];
  badges[0]!.text = "c";
  visitor.name = "Bea";
  expect(await flush()).toHaveLength(2);
  for (const [i, row] of [badges[0]!, visitor].entries()) {
    expect(row.createdAt).toEqual(made[i]);
    expect(row.updatedAt).toBeInstanceOf(Date);
  }
});

it("does not read it back where the program sets it", async ({ save, flush }) => {
  const touch = new Touch({ id: 1, text: "a" });
  await save(touch);
  touch.at = new Date(0);
  expect((await flush())[0]).not.toContain("RETURNING");
  expect(touch.at).toEqual(new Date(0));
});

it("writes an expression in place of a value, and reads it back", async ({ save, flush, rows }) => {
  const counter = new Counter({ id: 1, count: 5 });
  await save(counter);
  assign(counter, { count: Counter.count.plus(1) });
  expect(await flush()).toEqual([
    "UPDATE counters SET count = counters.count + $1, version = counters.version + $2 " +
      "WHERE counters.id = $3 AND counters.version = $4 RETURNING counters.count",
  ]);
  expect(counter.count).toBe(6);
  expect(counter.version).toBe(2);
  expect(await rows(Counter)).toMatchObject([{ count: 6, version: 2 }]);
});

it("writes expressions and values together", async ({ save, flush, rows }) => {
  const counter = new Counter({ id: 1, count: 5 });
  await save(counter);
  assign(counter, { count: Counter.count.times(2), note: "x" });
  await flush();
  expect(await rows(Counter)).toMatchObject([{ count: 10, note: "x" }]);
  expect(counter.note).toBe("x");
});

it("writes an expression of each of several objects", async ({ save, flush, rows }) => {
  const counters = [1, 2].map((id) => new Counter({ id, count: id }));
  await save(...counters);
  for (const counter of counters) assign(counter, { count: Counter.count.plus(10) });
  expect(await flush()).toHaveLength(2);
  expect((await rows(Counter)).map(({ count }) => count)).toEqual([11, 12]);
});

it("writes an expression into a new row", async ({ session, flush, rows }) => {
  const product = new Product({ id: 1 });
  assign(product, { name: func.upper("abc") });
  session.add(product);
  await flush();
  expect(product.name).toBe("ABC");
  expect(await rows(Product)).toMatchObject([{ name: "ABC" }]);
});

it("goes on with the value that the expression gave", async ({ save, flush, rows }) => {
  const counter = new Counter({ id: 1, count: 5 });
  await save(counter);
  assign(counter, { count: Counter.count.plus(1) });
  await flush();
  counter.count += 1;
  await flush();
  expect(await rows(Counter)).toMatchObject([{ count: 7 }]);
});

it("refuses an expression for what is no column", async ({ save }) => {
  const counter = new Counter({ id: 1 });
  await save(counter);
  expect(() => assign(counter, { cuont: 1 } as never)).toThrow('Counter has no column "cuont"');
});

it("gives children the keys that the server makes, across statements", async ({ session, flush, rows }) => {
  const stamps = ["a", "b"].map((text) => new Stamp({ text, marks: [new Mark(), new Mark()] }));
  session.addAll(stamps);
  expect(await flush()).toHaveLength(2);
  const marks = await rows(Mark);
  for (const stamp of stamps) expect(marks.filter((mark) => mark["stampId"] === stamp.id)).toHaveLength(2);
});
