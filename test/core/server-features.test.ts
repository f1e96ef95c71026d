import {
  c,
  createTable,
  DatabaseError,
  dropTable,
  func,
  index,
  insert,
  primaryKey,
  select,
  table,
  update,
  upsert,
  type Engine,
} from "tegmen";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase, type TestDatabase } from "../support/server.ts";

let database: TestDatabase;
let engine: Engine;
beforeAll(async () => {
  database = await openDatabase();
  engine = database.engine({ poolSize: 1 });
});
afterAll(() => database.drop());

const id = { id: c.int().primaryKey() };
type Definition = Parameters<typeof createTable>[0];

/** Whether the server makes the table; or else the SQLSTATE by which it refuses it. */
async function create(definition: Definition): Promise<string> {
  try {
    await engine.execute(createTable(definition));
    await engine.execute(dropTable(definition));
    return "created";
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return `${error.code}: ${error.message.split("\n")[0]}`;
  }
}

describe("table features that not every server has, and how the demo cluster refuses those that it does not emulate", () => {
  test.each<readonly [string, Definition, string]>([
    ["identity", table("f", { id: c.int().primaryKey().identity({ start: 5 }) }), "created"],
    ["identity, always", table("f", { id: c.int().primaryKey().identity({ always: true }) }), "created"],
    ["onUpdate by the server", table("f", { ...id, at: c.timestamptz().onUpdate(func.now()) }), "created"],
    [
      "an index on an expression",
      table("f", { ...id, a: c.string() }, (t) => [index().on(func.lower(t.a))]),
      "created",
    ],
    [
      "families",
      table("f", { ...id, a: c.string(), b: c.string() }, { families: { keys: ["id"], rest: ["a", "b"] } }),
      "created",
    ],
    [
      "GLOBAL",
      table("f", id, { locality: "GLOBAL" }),
      "42P16: cannot set LOCALITY on a table in a database that is not multi-region enabled",
    ],
    [
      "REGIONAL BY ROW",
      table("f", id, { locality: "REGIONAL BY ROW" }),
      "42P16: cannot set LOCALITY on a table in a database that is not multi-region enabled",
    ],
    ["a composite key", table("f", { a: c.int(), b: c.int() }, (t) => [primaryKey().on(t.a, t.b)]), "created"],
    [
      "geography",
      table("f", { ...id, a: c.geography() }),
      "0A000: type GEOGRAPHY is not supported by the demo cluster",
    ],
  ])("%s", async (_, definition, expected) => {
    expect(await create(definition)).toContain(expected);
  });
});
test("the server sets columns when a row is made, and again when it is changed", async () => {
  const pages = table("pages", {
    id: c.int().primaryKey(),
    number: c.int().identity({ start: 5 }),
    title: c.string(),
    changedAt: c.timestamptz().notNull().default(func.now()).onUpdate(func.now()),
  });
  const p = pages.c;
  await engine.execute(createTable(pages));
  await using conn = await engine.connect();
  const early = new Date(0);
  const first = insert(pages).values({ id: 1, changedAt: early }).returning(p.number, p.changedAt);
  expect((await conn.execute(first)).one()).toEqual({ number: 5, changedAt: early });
  const retitled = update(pages).set({ title: "b" }).returning(p.changedAt);
  const changed = (await conn.execute(retitled)).scalar();
  expect(changed).toEqual((await conn.execute(select(func.now().as("now")))).scalar());
  const set = update(pages).set({ title: "c", changedAt: early }).returning(p.changedAt);
  expect((await conn.execute(set)).scalar()).toEqual(early);
  const again = upsert(pages).values({ id: 1, title: "d" }).returning(p.title, p.changedAt);
  expect((await conn.execute(again)).one()).toEqual({ title: "d", changedAt: changed });
});

test("ordinality", async () => {
  const word = func.unnest(func.stringToArray("a,b", ",")).tableValued("w", { word: c.string() }, { ordinality: true });
  expect((await engine.execute(select(word.c.word, word.c.ordinality))).all()).toEqual([
    { word: "a", ordinality: 1 },
    { word: "b", ordinality: 2 },
  ]);
});
