/**
 * The bank tutorial: makes two accounts, moves money between them, and deletes them.
 *
 *     node dist/main.js [-v] [URL]
 */
import { parseArgs } from "node:util";
import { createEngine, type Engine, runTransaction } from "tegmen";
import { createAccounts, createTable, deleteAccounts, readAccounts, transfer } from "./bank.ts";

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { verbose: { type: "boolean", short: "v" } },
    allowPositionals: true,
  });
  const url = positionals[0] ?? process.env["DATABASE_URL"];
  if (url === undefined) throw new Error("give a connection URL as the argument, or in DATABASE_URL");

  await using engine = createEngine(url, {
    applicationName: "bank-sql",
    // With --verbose: every statement, on standard error.
    echo: values.verbose ? { info: console.error, debug: console.error } : false,
  });

  await createTable(engine);
  const accounts = await runTransaction(engine, (conn) => createAccounts(conn, [1000, 250]));
  const ids = accounts.map(({ id }) => id);
  const [from, to] = ids as [string, string];
  await printBalances(engine, ids, "Two new accounts");

  await runTransaction(engine, (conn) => transfer(conn, from, to, 100));
  await printBalances(engine, ids, `After a transfer of 100 from ${from}`);

  const deleted = await runTransaction(engine, (conn) => deleteAccounts(conn, ids));
  console.log(`Deleted ${deleted} accounts`);
}

async function printBalances(engine: Engine, ids: readonly string[], title: string): Promise<void> {
  const accounts = await runTransaction(engine, (conn) => readAccounts(conn, ids));
  console.log(`${title}:`);
  for (const { id, balance } of accounts) console.log(`  ${id}  ${String(balance).padStart(6)}`);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
