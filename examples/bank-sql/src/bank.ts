import { randomUUID } from "node:crypto";
import { type Connection, type Engine, sql } from "tegmen";

/** One row of the table `accounts`. */
export interface Account {
  id: string;
  balance: number;
}

/** There is not enough money in an account for a transfer. */
export class InsufficientFunds extends Error {
  override readonly name: string = "InsufficientFunds";
}

/** Makes the table. Changes of the schema stay out of transactions, because CockroachDB does not roll them back. */
export async function createTable(engine: Engine): Promise<void> {
  await engine.execute(sql`CREATE TABLE IF NOT EXISTS accounts (id UUID PRIMARY KEY, balance INT8 NOT NULL)`);
}

/** Makes an account for each balance. */
export async function createAccounts(conn: Connection, balances: readonly number[]): Promise<Account[]> {
  const accounts = balances.map((balance) => ({ id: randomUUID(), balance }));
  const rows = sql.join(accounts.map(({ id, balance }) => sql`(${id}, ${balance})`));
  await conn.execute(sql`UPSERT INTO accounts (id, balance) VALUES ${rows}`);
  return accounts;
}

/** Reads accounts, in the order of their ids. */
export async function readAccounts(conn: Connection, ids: readonly string[]): Promise<Account[]> {
  const accounts = sql<Account>`SELECT id, balance FROM accounts WHERE id IN (${sql.join(ids)}) ORDER BY id`;
  return (await conn.execute(accounts)).all();
}

/** Moves money from one account to another. Run it by `runTransaction`, which runs it again after a conflict. */
export async function transfer(conn: Connection, from: string, to: string, amount: number): Promise<void> {
  const balance = await conn.scalar(sql<{ balance: number }>`SELECT balance FROM accounts WHERE id = ${from}`);
  if (balance === null) throw new Error(`there is no account ${from}`);
  if (balance < amount) throw new InsufficientFunds(`account ${from} has ${balance}, and ${amount} are asked for`);
  // Nobody needs the answers to these two: they travel together with the commit.
  conn.defer(sql`UPDATE accounts SET balance = balance - ${amount} WHERE id = ${from}`);
  conn.defer(sql`UPDATE accounts SET balance = balance + ${amount} WHERE id = ${to}`);
}

/** Deletes accounts; returns how many there were. */
export async function deleteAccounts(conn: Connection, ids: readonly string[]): Promise<number> {
  return (await conn.execute(sql`DELETE FROM accounts WHERE id IN (${sql.join(ids)})`)).rowCount ?? 0;
}
