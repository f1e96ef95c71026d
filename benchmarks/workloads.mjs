// What is measured: the tables, the data, and what each workload asks of an adapter.

/** Rows of the table that is read. */
export const rowCount = 10_000;
export const at = new Date("2026-01-01T12:00:00Z");

/** SQL that CockroachDB and PostgreSQL both understand. */
export const schema = [
  "DROP TABLE IF EXISTS peers_entries",
  "DROP TABLE IF EXISTS peers_accounts",
  "DROP TABLE IF EXISTS peers_owners",
  "CREATE TABLE peers_owners (id INT8 PRIMARY KEY, name TEXT NOT NULL)",
  "CREATE TABLE peers_accounts (id INT8 PRIMARY KEY, owner_id INT8 NOT NULL, name TEXT NOT NULL, balance INT8 NOT NULL, note TEXT, at TIMESTAMPTZ NOT NULL)",
  "CREATE TABLE peers_entries (id UUID PRIMARY KEY DEFAULT gen_random_uuid(), account_id INT8 NOT NULL, amount INT8 NOT NULL, kind TEXT NOT NULL, note TEXT, at TIMESTAMPTZ NOT NULL)",
  "INSERT INTO peers_owners SELECT i, concat('owner ', i) FROM generate_series(1, 100) AS g(i)",
  "INSERT INTO peers_accounts SELECT i, i % 100 + 1, concat('name ', i), 1000000, concat('note ', i), '2026-01-01 12:00:00+00'::TIMESTAMPTZ " +
    `FROM generate_series(1, ${rowCount}) AS g(i)`,
];

let key = 0;
const nextKey = () => (key = (key % rowCount) + 1);
const nextStart = () => (key = (key + 97) % (rowCount - 100));

const entry = (i) => ({ accountId: i, amount: 10, kind: "deposit", note: i % 3 === 0 ? null : "a note", at });
const entries = Array.from({ length: 1_000 }, (_, i) => entry(i));

/**
 * `call` is one operation; `count` of them, `width` at a time, are one measurement, which takes some ten milliseconds:
 * what else the machine does then disturbs neighbours alike. `check` has the same answer with every adapter.
 */
export const workloads = {
  "select by key, 1 at a time": {
    count: 30,
    width: 1,
    call: (tool) => tool.selectByKey(nextKey()),
    check: (tool) => tool.selectByKey(42),
  },
  "select by key, 16 at a time": {
    count: 96,
    width: 16,
    call: (tool) => tool.selectByKey(nextKey()),
    check: async (tool) => Promise.all([1, 2, 3].map((id) => tool.selectByKey(id))),
  },
  "list of 100": {
    count: 15,
    width: 1,
    call: (tool) => tool.list(nextStart()),
    check: (tool) => tool.list(500),
  },
  "join of two tables, 100 rows": {
    count: 6,
    width: 1,
    call: (tool) => tool.join(nextStart()),
    check: (tool) => tool.join(500),
  },
  "10,000 rows": {
    count: 1,
    width: 1,
    call: (tool) => tool.all(),
    check: async (tool) => (await tool.all()).slice(-3),
  },
  "insert one, key back": {
    count: 20,
    width: 1,
    call: (tool) => tool.insertOne(entry(nextKey())),
    check: async (tool) => /^[-0-9a-f]{36}$/.test(await tool.insertOne(entry(1))),
  },
  "insert 1,000": {
    count: 1,
    width: 1,
    call: (tool) => tool.insertMany(entries),
    check: async (tool) => {
      await tool.insertMany(entries);
      return true;
    },
  },
  "transfer in a transaction": {
    count: 8,
    width: 1,
    call: (tool) => {
      const from = nextKey();
      return tool.transfer(from, (from % rowCount) + 1, 1);
    },
    check: async (tool) => {
      await tool.transfer(9_001, 9_002, 5);
      await tool.transfer(9_002, 9_001, 5);
      return [await tool.selectByKey(9_001), await tool.selectByKey(9_002)];
    },
  },
};

/** The workloads, the folder of their adapters, and those that come first. */
export const suite = { folder: ".", workloads, first: ["pg", "tegmen", "tegmen-text"] };

/** The error of a transfer that the balance does not cover. */
export class NotCovered extends Error {}
