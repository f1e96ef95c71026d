// tegmen with statements written as text.

import { runTransaction, text } from "tegmen";
import { NotCovered } from "../workloads.mjs";
import { makeEngine } from "./tegmen.mjs";

export const name = "tegmen text()";
export const packages = ["tegmen"];
export const note = "statements made once; 1,000 rows are 1,000 executions in one transaction, pipelined";

const columns = "id, name, balance, note, at";
const byKey = text(`SELECT ${columns} FROM peers_accounts WHERE id = :id`);
const list = text(`SELECT ${columns} FROM peers_accounts WHERE id > :id ORDER BY id LIMIT 100`);
const join = text(
  "SELECT a.id, a.name, a.balance, o.name AS owner FROM peers_accounts AS a " +
    "JOIN peers_owners AS o ON o.id = a.owner_id WHERE a.id > :id ORDER BY a.id LIMIT 100",
);
const all = text(`SELECT ${columns} FROM peers_accounts ORDER BY id`);
const insertText =
  "INSERT INTO peers_entries (account_id, amount, kind, note, at) VALUES (:accountId, :amount, :kind, :note, :at)";
const insertMany = text(insertText);
const insertOne = text(`${insertText} RETURNING id`);
const balanceOf = text("SELECT balance FROM peers_accounts WHERE id = :id");
const add = text("UPDATE peers_accounts SET balance = balance + :difference WHERE id = :id");

export function open(options) {
  const engine = makeEngine(options);
  return {
    selectByKey: async (id) => (await engine.execute(byKey, { id })).one(),
    list: async (id) => (await engine.execute(list, { id })).all(),
    join: async (id) => (await engine.execute(join, { id })).all(),
    all: async () => (await engine.execute(all)).all(),
    insertOne: (row) => engine.scalar(insertOne, row),
    insertMany: async (rows) => {
      await engine.execute(insertMany, rows);
    },
    transfer: (from, to, amount) =>
      runTransaction(engine, async (conn) => {
        if ((await conn.scalar(balanceOf, { id: from })) < amount) throw new NotCovered();
        conn.defer(add, { id: from, difference: -amount });
        conn.defer(add, { id: to, difference: amount });
      }),
    close: () => engine.dispose(),
  };
}
