/**
 * Many workers move money between few accounts at the same time, so that their transactions conflict. Whatever
 * happens, no money is made or lost: exits with 1 if it is.
 *
 *     node dist/contention.js [--workers 16] [--transfers 400] [--accounts 8] [URL]
 */
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { createEngine, runTransaction } from "tegmen";
import { createAccounts, createTable, deleteAccounts, InsufficientFunds, readAccounts, transfer } from "./bank.ts";
import { Progress } from "./progress.ts";

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: {
      workers: { type: "string", default: "16" },
      transfers: { type: "string", default: "400" },
      accounts: { type: "string", default: "8" },
    },
    allowPositionals: true,
  });
  const url = positionals[0] ?? process.env["DATABASE_URL"];
  if (url === undefined) throw new Error("give a connection URL as the argument, or in DATABASE_URL");
  const workers = count("workers", values.workers, 1);
  const transfers = count("transfers", values.transfers, 1);
  const size = count("accounts", values.accounts, 2);

  await using engine = createEngine(url, { applicationName: "bank-contention", poolSize: workers });
  await createTable(engine);
  const opening = Array.from({ length: size }, () => 1000);
  const accounts = await runTransaction(engine, (conn) => createAccounts(conn, opening));
  const ids = accounts.map(({ id }) => id);

  console.log(`${transfers} transfers by ${workers} workers between ${size} accounts`);
  let begun = 0;
  let refused = 0;
  let attempts = 0;
  const progress = new Progress(transfers);
  const start = performance.now();
  const work = async (): Promise<void> => {
    while (begun < transfers) {
      begun += 1;
      const [from, to] = twoOf(ids);
      try {
        await runTransaction(engine, async (conn) => {
          attempts += 1;
          await transfer(conn, from, to, randomInt(1, 100));
        });
      } catch (error) {
        if (!(error instanceof InsufficientFunds)) throw error;
        refused += 1;
      }
      progress.step();
    }
  };
  try {
    await Promise.all(Array.from({ length: workers }, work));
  } finally {
    progress.end();
  }
  const seconds = (performance.now() - start) / 1000;

  const after = await runTransaction(engine, (conn) => readAccounts(conn, ids));
  await runTransaction(engine, (conn) => deleteAccounts(conn, ids));
  const [before, now] = [opening, after.map(({ balance }) => balance)].map(sum);
  const unchanged = before === now;
  console.log(`  transfers    ${transfers - refused} made, ${refused} refused (insufficient funds)`);
  console.log(`  attempts     ${attempts}, of which ${attempts - transfers} retries after a conflict`);
  console.log(`  throughput   ${Math.round(transfers / seconds)} transfers/s (${seconds.toFixed(2)} s)`);
  console.log(`  sum          ${before} before, ${now} after: ${unchanged ? "unchanged" : "MONEY WAS MADE OR LOST"}`);
  if (!unchanged) process.exitCode = 1;
}

function count(name: string, text: string, least: number): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < least) throw new Error(`--${name} takes a number from ${least} up`);
  return number;
}

/** Two different elements. */
function twoOf<T>(all: readonly T[]): [T, T] {
  const first = randomInt(all.length);
  const second = (first + 1 + randomInt(all.length - 1)) % all.length;
  return [all[first]!, all[second]!];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
