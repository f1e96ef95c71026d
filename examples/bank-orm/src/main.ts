/**
 * CockroachDB's tutorial for ORMs: reads the ids of the accounts that there are, creates 100 more with random ids, and
 * moves half of the balance of one account to another.
 *
 *     node dist/main.js [--quiet] [URL]
 */
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { createEngine, runTransaction } from "tegmen";
import { sessionmaker } from "tegmen/orm";
import { createAccounts, readIds, transferHalf } from "./bank.ts";
import { Account, metadata } from "./models.ts";

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { quiet: { type: "boolean", short: "q" } },
    allowPositionals: true,
  });
  const url = positionals[0] ?? process.env["DATABASE_URL"];
  if (url === undefined) throw new Error("give a connection URL as the argument, or in DATABASE_URL");

  // echo: every statement is shown as it is sent.
  await using engine = createEngine(url, { applicationName: "bank-orm", echo: values.quiet !== true });
  await metadata.createAll(engine);
  const Session = sessionmaker(engine);

  const seen = await runTransaction(Session, (session) => readIds(session));
  console.log(`There are ${seen.size} accounts`);

  const created = await runTransaction(Session, (session) => createAccounts(session, 100, seen));
  console.log(`Created ${created.length} accounts`);

  const [source, sink] = twoOf(created);
  const amount = await runTransaction(Session, (session) => transferHalf(session, source, sink));
  console.log(`Moved ${amount}, half of the balance of ${source}, to ${sink}`);

  await using session = Session();
  const richest = await session.query(Account).orderBy(Account.balance.desc()).limit(3).all();
  console.log("The richest accounts:");
  for (const { id, balance } of richest) console.log(`  ${String(id).padStart(10)}  ${String(balance).padStart(9)}`);
}

/** Two different elements. */
function twoOf(ids: readonly number[]): [number, number] {
  const first = randomInt(ids.length);
  const second = (first + 1 + randomInt(ids.length - 1)) % ids.length;
  return [ids[first]!, ids[second]!];
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
