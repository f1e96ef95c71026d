import { type AnyColumn, c, func, MetaData } from "tegmen";
import { belongsTo, entity, hasMany } from "tegmen/orm";
import { casesOn, expect, turnsOf } from "./harness.ts";

const metadata = new MetaData();
const options = { metadata };

class Shop extends entity(
  "shops",
  { id: c.uuid().primaryKey().default(func.genRandomUuid()), name: c.string(), size: c.int() },
  { sales: () => hasMany(Sale) },
  options,
) {}

class Sale extends entity(
  "sales",
  {
    id: c.rowid().primaryKey(),
    amount: c.decimal(10, 2).notNull().default("0"),
    note: c.string(),
    shopId: c.uuid().references((): AnyColumn => Shop.c.id),
  },
  { shop: () => belongsTo(Shop), parts: () => hasMany(Part) },
  options,
) {}

class Part extends entity(
  "parts",
  {
    id: c.rowid().primaryKey(),
    saleId: c
      .bigint()
      .notNull()
      .references((): AnyColumn => Sale.c.id),
  },
  { sale: () => belongsTo(Sale) },
  options,
) {}

const it = casesOn(metadata);
const shops = (count: number): Shop[] =>
  Array.from({ length: count }, (_, size) => new Shop({ name: `s${size}`, size }));

it("writes three levels in as many turns as keys have to be waited for", async ({ session, sent, rows }) => {
  session.addAll(
    shops(3).map((shop) => {
      shop.sales.push(new Sale({ parts: [new Part(), new Part()] }), new Sale());
      return shop;
    }),
  );
  await session.flush();
  const statements = sent();
  expect(statements.map(({ sql }) => sql.split(" ")[2])).toEqual(["shops", "sales", "parts"]);
  expect(turnsOf(statements)).toBe(2);
  expect(await rows(Part)).toHaveLength(6);
});

it("gives each of many children the key of its own parent", async ({ session, flush, rows }) => {
  const sales = Array.from({ length: 50 }, (_, index) => new Sale({ note: `n${index}`, parts: [new Part()] }));
  session.addAll(sales);
  expect(await flush()).toHaveLength(2);
  const found = await rows(Part);
  for (const sale of sales) expect(found.filter(({ saleId }) => saleId === sale.id)).toHaveLength(1);
});

it("has the same statement for any number of changed rows", async ({ save, flush }) => {
  const all = shops(10);
  await save(...all);
  all.slice(0, 2).forEach((shop) => shop.size!++);
  const two = await flush();
  all.forEach((shop) => shop.size!++);
  expect(await flush()).toEqual(two);
});

it("writes rows with and without a value for a server default apart", async ({ session, flush, rows }) => {
  session.addAll([new Sale({ amount: "1.50" }), new Sale(), new Sale({ amount: "2.50" })]);
  expect(await flush()).toHaveLength(1);
  expect((await rows(Sale)).map(({ amount }) => amount)).toEqual(["1.50", "0.00", "2.50"]);
});

it("updates, inserts and deletes rows of one table", async ({ session, save, flush, rows }) => {
  const all = shops(4);
  await save(...all);
  all[0]!.name = "x";
  all[1]!.name = "y";
  for (const shop of all.slice(2)) await session.delete(shop);
  session.addAll(shops(2));
  expect((await flush()).map((text) => text.split(" ")[0])).toEqual(["UPDATE", "INSERT", "DELETE"]);
  expect((await rows(Shop)).map(({ name }) => name)).toEqual(expect.arrayContaining(["x", "y", "s0", "s1"]));
});

it("moves many children at once", async ({ save, flush, rows }) => {
  const [one, two] = shops(2);
  one!.sales = Array.from({ length: 30 }, () => new Sale());
  await save(one!, two!);
  two!.sales = one!.sales.splice(0);
  expect(await flush()).toHaveLength(1);
  expect((await rows(Sale)).every(({ shopId }) => shopId === two!.id)).toBe(true);
});

it("deletes two hundred rows in one statement", async ({ session, save, flush, rows }) => {
  const all = shops(200);
  await save(...all);
  for (const shop of all) await session.delete(shop);
  expect(await flush()).toEqual(["DELETE FROM shops WHERE shops.id = ANY($1::UUID[])"]);
  expect(await rows(Shop)).toEqual([]);
});

it("flushes a thousand objects that refer to each other", async ({ session, flush, rows }) => {
  const all = shops(100);
  for (const shop of all) shop.sales = Array.from({ length: 9 }, () => new Sale({ amount: "1" }));
  session.addAll(all);
  expect(await flush()).toHaveLength(2);
  expect(await rows(Sale)).toHaveLength(900);
  expect(await flush()).toEqual([]);
});
