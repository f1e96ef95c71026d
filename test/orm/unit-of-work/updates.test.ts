import { c, MetaData } from "tegmen";
import { entity } from "tegmen/orm";
import { casesOn, expect } from "./harness.ts";

const metadata = new MetaData();

class Account extends entity(
  "accounts",
  {
    id: c.int().primaryKey(),
    owner: c.string().notNull(),
    balance: c.int().notNull().default(0),
    note: c.string(),
    settings: c.jsonb<{ theme: string }>(),
    region: c.enum("region", ["us", "eu"]),
    tags: c.array(c.string()),
    openedAt: c.timestamptz(),
    data: c.bytes(),
  },
  {},
  { metadata },
) {}

const make = (id: number): Account => new Account({ id, owner: `o${id}` });

const it = casesOn(metadata);

it("writes changed columns only", async ({ save, flush, rows }) => {
  const account = make(1);
  await save(account);
  account.balance = 5;
  expect(await flush()).toEqual(["UPDATE accounts SET balance = $1 WHERE accounts.id = $2"]);
  expect(await rows(Account)).toMatchObject([{ id: 1, owner: "o1", balance: 5 }]);
});

it("writes several changed columns in the order of the table", async ({ save, flush }) => {
  const account = make(1);
  await save(account);
  account.note = "x";
  account.owner = "b";
  expect(await flush()).toEqual(["UPDATE accounts SET owner = $1, note = $2 WHERE accounts.id = $3"]);
});

it("sends nothing for a value that was set to what it was", async ({ save, flush }) => {
  const account = make(1);
  await save(account);
  account.owner = "o1";
  expect(await flush()).toEqual([]);
});

it("sends nothing for a value that was changed and changed back", async ({ save, flush }) => {
  const account = make(1);
  await save(account);
  account.balance = 5;
  account.balance = 0;
  expect(await flush()).toEqual([]);
});

it("sends nothing for a Date that is the same time", async ({ save, flush }) => {
  const account = new Account({ id: 1, owner: "a", openedAt: new Date(1000) });
  await save(account);
  account.openedAt = new Date(1000);
  expect(await flush()).toEqual([]);
});

it("sends nothing for a document that reads the same", async ({ save, flush }) => {
  const account = new Account({ id: 1, owner: "a", settings: { theme: "dark" } });
  await save(account);
  account.settings = { theme: "dark" };
  expect(await flush()).toEqual([]);
});

it("writes a document, a list and bytes", async ({ save, flush, rows }) => {
  const account = make(1);
  await save(account);
  account.settings = { theme: "dark" };
  account.tags = ["a", "b,c"];
  account.data = new Uint8Array([1, 2]);
  expect(await flush()).toEqual(["UPDATE accounts SET settings = $1, tags = $2, data = $3 WHERE accounts.id = $4"]);
  expect(await rows(Account)).toMatchObject([{ settings: { theme: "dark" }, tags: ["a", "b,c"] }]);
});

it("writes NULL", async ({ save, flush, rows }) => {
  const account = new Account({ id: 1, owner: "a", note: "x" });
  await save(account);
  account.note = null;
  expect(await flush()).toHaveLength(1);
  expect(await rows(Account)).toMatchObject([{ note: null }]);
});

it("writes the same change of several rows in one statement", async ({ save, flush, rows }) => {
  const accounts = [1, 2, 3].map(make);
  await save(...accounts);
  for (const account of accounts) account.balance = account.id * 10;
  expect(await flush()).toEqual([
    "UPDATE accounts SET balance = v.c1 FROM unnest($1::INT8[], $2::INT8[]) AS v (c1, c2) WHERE accounts.id = v.c2",
  ]);
  expect((await rows(Account)).map(({ balance }) => balance)).toEqual([10, 20, 30]);
});

it("has one statement for each set of changed columns", async ({ save, flush, rows }) => {
  const accounts = [1, 2, 3, 4].map(make);
  await save(...accounts);
  accounts[0]!.balance = 1;
  accounts[1]!.note = "b";
  accounts[2]!.balance = 3;
  accounts[3]!.note = "d";
  expect(await flush()).toHaveLength(2);
  expect((await rows(Account)).map(({ balance, note }) => [balance, note])).toEqual([
    [1, null],
    [0, "b"],
    [3, null],
    [0, "d"],
  ]);
});

it("writes values of types without arrays in one statement, too", async ({ save, flush, rows }) => {
  const before = { owner: "a", settings: { theme: "none" }, tags: [] } as const;
  const accounts = [1, 2, 3].map((id) => new Account({ id, ...before, tags: [] }));
  await save(...accounts);
  accounts.forEach((account, index) => {
    account.settings = index === 1 ? null : { theme: `t"${index}` };
    account.region = index === 0 ? "us" : "eu";
    account.tags = index === 2 ? null : [`a,${index}`];
  });
  expect(await flush()).toEqual([
    'UPDATE accounts SET settings = v.c1::JSONB, region = v.c2::"region", tags = v.c3::STRING[] FROM ' +
      "unnest($1::STRING[], $2::STRING[], $3::STRING[], $4::INT8[]) AS v (c1, c2, c3, c4) WHERE accounts.id = v.c4",
  ]);
  expect(await rows(Account)).toMatchObject([
    { settings: { theme: 't"0' }, region: "us", tags: ["a,0"] },
    { settings: null, region: "eu", tags: ["a,1"] },
    { settings: { theme: 't"2' }, region: "eu", tags: null },
  ]);
});

it("writes NULL among values", async ({ save, flush, rows }) => {
  const accounts = [1, 2].map((id) => new Account({ id, owner: "a", note: "x" }));
  await save(...accounts);
  accounts[0]!.note = null;
  accounts[1]!.note = "y";
  expect(await flush()).toHaveLength(1);
  expect((await rows(Account)).map(({ note }) => note)).toEqual([null, "y"]);
});

it("writes two hundred changes in one statement", async ({ save, flush }) => {
  const accounts = Array.from({ length: 200 }, (_, id) => make(id));
  await save(...accounts);
  for (const account of accounts) account.balance++;
  expect(await flush()).toHaveLength(1);
});

it("writes UPDATEs before INSERTs of the same table, so that a unique value can be handed on", async (bench) => {
  const account = make(1);
  await bench.save(account);
  account.owner = "b";
  bench.session.add(new Account({ id: 2, owner: "o1" }));
  expect((await bench.flush()).map((sql) => sql.split(" ")[0])).toEqual(["UPDATE", "INSERT"]);
});

it("writes changes that were made since the last flush only", async ({ save, flush }) => {
  const account = make(1);
  await save(account);
  account.balance = 5;
  await flush();
  account.note = "x";
  expect(await flush()).toEqual(["UPDATE accounts SET note = $1 WHERE accounts.id = $2"]);
});

it("writes changes of an object that a query has read", async ({ session, save, flush, rows }) => {
  await save(make(1));
  session.expungeAll();
  const account = await session.getOne(Account, 1);
  account.balance = 9;
  expect(await flush()).toHaveLength(1);
  expect(await rows(Account)).toMatchObject([{ balance: 9 }]);
});
