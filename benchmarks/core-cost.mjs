// What tegmen Core does by itself for a statement, without any server: build it, compile it (find its shape, encode its
// values) and decode its rows; and what text() does for the same.
//
//   node benchmarks/core-cost.mjs [--json]

import { loadSources } from "./sources.mjs";

const modules = ["index", "engine/row-reader", "sql/executable", "types/index"];
const [{ c, func, insert, select, table, text }, { RowPlans, RowReader }, { compileStatement }, { makeDecoders }] =
  await loadSources(modules);

const accounts = table("accounts", {
  id: c.int().primaryKey(),
  name: c.text().notNull(),
  balance: c.int().notNull(),
  note: c.text(),
  at: c.timestamptz().notNull(),
});
const entries = table("entries", {
  id: c.uuid().primaryKey().default(func.genRandomUuid()),
  accountId: c.int().notNull(),
  amount: c.int().notNull(),
  kind: c.text().notNull(),
  note: c.text(),
  at: c.timestamptz().notNull(),
});
const t = accounts.c;
const at = new Date("2026-01-01T12:00:00Z");
const rows = Array.from({ length: 1_000 }, (_, i) => ({ accountId: i, amount: 10, kind: "deposit", note: null, at }));

const context = { version: { major: 25, minor: 4, patch: 0, text: "", isCockroach: true } };
const plans = new RowPlans(makeDecoders({}));
const names = ["id", "name", "balance", "note", "at"];
const fields = [20, 25, 20, 25, 1184].map((typeOid, index) => ({ name: names[index], typeOid }));
const row = ["42", "name 42", "1000000", "note 42", "2026-01-01 12:00:00+00"];

let key = 0;
const nextKey = () => (key = (key + 1) % 10_000);
const byKey = () => select(t.id, t.name, t.balance, t.note, t.at).where(t.id.eq(nextKey()));
const list = () => select(t.id, t.name, t.balance, t.note, t.at).where(t.id.gt(nextKey())).orderBy(t.id).limit(100);
const byKeyText = text("SELECT id, name, balance, note, at FROM accounts WHERE id = :id");
const listText = text("SELECT id, name, balance, note, at FROM accounts WHERE id > :id ORDER BY id LIMIT 100");
const compile = (statement, values) => statement[compileStatement](context, values);
const decode = ({ shape }, count) => {
  const reader = new RowReader(plans, shape);
  reader.fields(fields);
  for (let i = 0; i < count; i++) reader.row(row);
  return reader.rows;
};

/** How many calls are one measurement, and the call. */
const steps = {
  "select by key: build": [5_000, byKey],
  "select by key: build, compile": [5_000, () => compile(byKey())],
  "select by key: build, compile, decode": [5_000, () => decode(compile(byKey()), 1)],
  "select by key, text(): compile, decode": [5_000, () => decode(compile(byKeyText, { id: nextKey() }), 1)],
  "list of 100: build, compile": [5_000, () => compile(list())],
  "list of 100: build, compile, decode": [200, () => decode(compile(list()), 100)],
  "list of 100, text(): compile, decode": [200, () => decode(compile(listText, { id: nextKey() }), 100)],
  "insert one: build, compile": [5_000, () => compile(insert(entries).values(rows[nextKey() % 1_000]))],
  "insert 1,000: build, compile": [10, () => compile(insert(entries).values(rows))],
};

const times = new Map(Object.keys(steps).map((name) => [name, []]));
for (let round = -8; round < 41; round++) {
  for (const [name, [count, call]] of Object.entries(steps)) {
    const before = performance.now();
    for (let i = 0; i < count; i++) call();
    if (round >= 0) times.get(name).push(((performance.now() - before) / count) * 1_000);
  }
}
const medians = [...times].map(([name, list]) => [name, list.toSorted((a, b) => a - b)[20]]);
if (process.argv.includes("--json")) console.log(JSON.stringify(medians));
else for (const [name, time] of medians) console.log(`${name.padEnd(40)}${time.toFixed(2).padStart(10)} µs`);
