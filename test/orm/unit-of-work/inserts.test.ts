import { type AnyColumn, c, func, MetaData } from "tegmen";
import { belongsTo, entity, hasMany } from "tegmen/orm";
import { casesOn, expect, turnsOf } from "./harness.ts";

const metadata = new MetaData();
const options = { metadata };

class Branch extends entity(
  "branches",
  { id: c.uuid().primaryKey().default(func.genRandomUuid()), city: c.string().notNull(), note: c.string() },
  { accounts: () => hasMany(Account) },
  options,
) {}

class Account extends entity(
  "accounts",
  {
    id: c.int().primaryKey(),
    balance: c.int().notNull().default(0),
    owner: c.string().default(() => "nobody"),
    tags: c.array(c.string()),
    settings: c.jsonb<{ theme: string }>().default({ theme: "light" }),
    branchId: c.uuid().references((): AnyColumn => Branch.c.id),
  },
  { branch: () => belongsTo(Branch) },
  options,
) {}

class Event extends entity(
  "events",
  { id: c.rowid().primaryKey(), kind: c.string().notNull(), happenedAt: c.timestamptz().notNull().default(func.now()) },
  { details: () => hasMany(Detail) },
  options,
) {}

class Detail extends entity(
  "details",
  {
    id: c.rowid().primaryKey(),
    text: c.string(),
    eventId: c
      .bigint()
      .notNull()
      .references((): AnyColumn => Event.c.id),
  },
  { event: () => belongsTo(Event) },
  options,
) {}

class Blank extends entity("blanks", { id: c.rowid().primaryKey(), note: c.string() }, {}, options) {}

const it = casesOn(metadata);

it("writes one object", async ({ session, flush, rows }) => {
  session.add(new Account({ id: 1, balance: 5 }));
  expect(await flush()).toEqual(["INSERT INTO accounts (id, balance, owner, settings) VALUES ($1, $2, $3, $4)"]);
  expect(await rows(Account)).toMatchObject([{ id: 1, balance: 5, owner: "nobody", settings: { theme: "light" } }]);
});

it("writes rows of one table in one statement", async ({ session, flush, rows }) => {
  session.addAll([new Account({ id: 1 }), new Account({ id: 2, balance: 7 }), new Account({ id: 3 })]);
  expect(await flush()).toHaveLength(1);
  expect((await rows(Account)).map(({ id, balance }) => [id, balance])).toEqual([
    [1, 0],
    [2, 7],
    [3, 0],
  ]);
});

it("writes objects in the order in which they were added", async ({ session, sent }) => {
  session.addAll([3, 1, 2].map((id) => new Account({ id })));
  await session.flush();
  expect(sent()[0]!.parameters.filter((value) => typeof value === "number" && value > 0)).toEqual([3, 1, 2]);
});

it("leaves out columns that no row has a value for", async ({ session, flush }) => {
  session.addAll([new Branch({ city: "a" }), new Branch({ city: "b" })]);
  expect(await flush()).toEqual(["INSERT INTO branches (id, city) VALUES ($1, $2), ($3, $4)"]);
});

it("writes NULL for a column that only some rows have a value for", async ({ session, flush, rows }) => {
  session.addAll([new Branch({ city: "a" }), new Branch({ city: "b", note: "x" })]);
  expect(await flush()).toEqual(["INSERT INTO branches (id, city, note) VALUES ($1, $2, $3), ($4, $5, $6)"]);
  expect(new Set((await rows(Branch)).map(({ note }) => note))).toEqual(new Set(["x", null]));
});

it("knows afterwards what is NULL", async ({ save }) => {
  const branch = new Branch({ city: "a" });
  await save(branch);
  expect(branch.note).toBeNull();
});

it("makes random keys itself", async ({ session, save }) => {
  const branch = new Branch({ city: "a" });
  await save(branch);
  expect(branch.id).toMatch(/^[0-9a-f-]{36}$/);
  expect(await session.get(Branch, branch.id)).toBe(branch);
});

it("keeps a random key that it was given", async ({ save, rows }) => {
  const id = "00000000-0000-4000-8000-000000000001";
  await save(new Branch({ id, city: "a" }));
  expect(await rows(Branch)).toMatchObject([{ id }]);
});

it("makes constant defaults itself, so that nothing has to be read back", async ({ session, flush }) => {
  const account = new Account({ id: 1 });
  session.add(account);
  expect((await flush())[0]).not.toContain("RETURNING");
  expect(account.balance).toBe(0);
});

it("gives each object a document of its own", async ({ save }) => {
  const [one, other] = [new Account({ id: 1 }), new Account({ id: 2 })];
  await save(one, other);
  expect(one.settings).toEqual(other.settings);
  expect(one.settings).not.toBe(other.settings);
});

it("keeps a NULL that was set against the default", async ({ save, rows }) => {
  await save(new Account({ id: 1, owner: null, settings: null }));
  expect(await rows(Account)).toMatchObject([{ owner: null, settings: null }]);
});

it("reads back the keys that only the server makes, by the order of the rows", async ({ session, flush, rows }) => {
  const events = ["a", "b", "c"].map((kind) => new Event({ kind, happenedAt: new Date(0) }));
  session.addAll(events);
  expect(await flush()).toEqual([
    "INSERT INTO events (kind, happened_at) VALUES ($1, $2), ($3, $4), ($5, $6) RETURNING events.id",
  ]);
  const found = await rows(Event);
  for (const event of events) expect(found.find((row) => row["id"] === event.id)).toMatchObject({ kind: event.kind });
});

it("reads back server defaults, of the rows without a value only", async ({ session, flush }) => {
  const [one, other] = [new Event({ kind: "a" }), new Event({ kind: "b", happenedAt: new Date(0) })];
  session.addAll([one, other]);
  expect(await flush()).toEqual([
    "INSERT INTO events (kind) VALUES ($1) RETURNING events.id, events.happened_at",
    "INSERT INTO events (kind, happened_at) VALUES ($1, $2) RETURNING events.id",
  ]);
  expect(one.happenedAt).toBeInstanceOf(Date);
  expect(other.happenedAt).toEqual(new Date(0));
});

it("writes parents before children, whatever was added first", async ({ session, flush, rows }) => {
  const branch = new Branch({ city: "a" });
  const account = new Account({ id: 1, branch });
  session.addAll([account, branch]);
  const statements = await flush();
  expect(statements.map((one) => one.split(" ")[2])).toEqual(["branches", "accounts"]);
  expect(await rows(Account)).toMatchObject([{ branchId: branch.id }]);
});

it("writes parents and children with random keys in one turn", async ({ session, sent }) => {
  session.add(new Branch({ city: "a", accounts: [new Account({ id: 1 })] }));
  await session.flush();
  expect(turnsOf(sent())).toBe(1);
});

it("waits for the keys of the server, and only for those", async ({ session, sent, rows }) => {
  const event = new Event({ kind: "a", details: [new Detail({ text: "x" }), new Detail({ text: "y" })] });
  session.addAll([event, new Branch({ city: "b" })]);
  await session.flush();
  const statements = sent();
  expect(statements.map(({ sql, turn }) => [sql.split(" ")[2], turn])).toEqual([
    ["events", 1],
    ["branches", 1],
    ["details", 2],
  ]);
  expect(await rows(Detail)).toMatchObject([{ eventId: event.id }, { eventId: event.id }]);
  expect(event.details[0]!.eventId).toBe(event.id);
});

it("writes what children have besides their keys", async ({ session, sent }) => {
  session.add(new Event({ kind: "a", details: [new Detail({ text: "x" })] }));
  await session.flush();
  expect(sent().at(-1)!.sql).toBe("INSERT INTO details (text, event_id) VALUES ($1, $2) RETURNING details.id");
});

it("writes an object without any value", async ({ session, flush }) => {
  const blank = new Blank();
  session.add(blank);
  expect(await flush()).toEqual(["INSERT INTO blanks DEFAULT VALUES RETURNING blanks.id"]);
  expect(blank.id).toBeTypeOf("bigint");
});

it("writes several objects without any value", async ({ session, flush, rows }) => {
  session.addAll([new Blank(), new Blank()]);
  expect(await flush()).toHaveLength(1);
  expect(await rows(Blank)).toHaveLength(2);
});

it("is done after a flush: the next one sends nothing", async ({ save, flush }) => {
  await save(new Account({ id: 1 }));
  expect(await flush()).toEqual([]);
});

it("takes a null key as none", async ({ session, flush }) => {
  const event = new Event({ kind: "a" });
  (event as { id: unknown }).id = null;
  session.add(event);
  expect(await flush()).toHaveLength(1);
  expect(event.id).toBeTypeOf("bigint");
});

it("writes a foreign key that was set by its value", async ({ save, rows }) => {
  const branch = new Branch({ city: "a" });
  await save(branch);
  await save(new Account({ id: 1, branchId: branch.id }));
  expect(await rows(Account)).toMatchObject([{ branchId: branch.id }]);
});

it("orders tables by foreign keys also where objects are not related", async ({ session, flush }) => {
  const id = "00000000-0000-4000-8000-000000000001";
  session.addAll([new Account({ id: 1, branchId: id }), new Branch({ id, city: "a" })]);
  expect((await flush()).map((one) => one.split(" ")[2])).toEqual(["branches", "accounts"]);
});

it("writes many rows as arrays", async ({ session, flush, rows }) => {
  session.addAll(Array.from({ length: 50 }, (_, id) => new Branch({ city: `c${id}` })));
  expect(await flush()).toEqual(["INSERT INTO branches (id, city) SELECT * FROM unnest($1::UUID[], $2::STRING[])"]);
  expect(await rows(Branch)).toHaveLength(50);
});
