// Mixed load for an hour, and whether memory, handles, connections and caches stay as they are.
//
//   npm run soak -- [--short] [--minutes N] [--url URL]
//
// Without --url it starts a demo cluster. Ends by itself; exit code 1 if anything grows.

import { parseArgs } from "node:util";
import { createEngine, type Engine, sql, text } from "tegmen";
import { Random } from "../chaos/random.ts";
import { Supervisor } from "../chaos/supervisor.ts";
import type { Workload } from "../chaos/workload.ts";
import { allWorkloads } from "../chaos/workloads/index.ts";
import { FaultProxy } from "../support/fault-proxy.ts";
import { isExpected, loads, setUp } from "./load.ts";
import { type Allowance, type Sample, type Trend, trends } from "./samples.ts";

const { values } = parseArgs({
  options: {
    short: { type: "boolean", default: false },
    minutes: { type: "string" },
    url: { type: "string" },
  },
});
const minutes = Number(values.minutes ?? (values.short ? 10 : 60));
const steps = 120;
const warmUp = steps / 4;
const interval = (minutes * 60_000) / steps;
/** How many statements a connection keeps prepared. */
const cacheSize = 48;
const megabyte = 1_048_576;
const allowances = new Map<string, Allowance>([
  ["heap used, MB", { absolute: 2, relative: 0.04 }],
  ["external, MB", { absolute: 2, relative: 0.1 }],
  ["resident, MB", { absolute: 24, relative: 0.12 }],
  // Connections are recycled, and one more or less may be open.
  ["handles", { absolute: 4, relative: 0.05 }],
  ["connections", { absolute: 2, relative: 0.05 }],
  ["sessions on the server", { absolute: 2, relative: 0.05 }],
]);

const unexpected: string[] = [];
const note = (error: unknown): void => {
  if (unexpected.length < 20) unexpected.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
};
process.on("unhandledRejection", note).on("uncaughtException", note).on("warning", note);

const supervisor =
  values.url === undefined ? await Supervisor.start(new URL("../chaos/server-process.js", import.meta.url)) : undefined;
const server = values.url ?? supervisor!.url;
const name = `soak_${Date.now().toString(36)}`;
const admin = createEngine(server, { applicationName: "soak-admin", poolSize: 1, maxOverflow: 0 });
await admin.execute(sql`CREATE DATABASE ${sql.identifier(name)}`);
const database = server.replace(/(@[^/?]+)(\/[^?]*)?/, `$1/${name}`);
const direct = createEngine(database, { applicationName: "soak-direct", poolSize: 1, maxOverflow: 0 });
const random = new Random(1);
await setUp(direct, random);
const workloads = allWorkloads();
for (const workload of workloads) await workload.setUp(direct);
// It counts what is prepared on each connection.
const proxy = await FaultProxy.start(database, { records: false });

const engines = new Map<string, Engine>();
for (const driver of ["pg", "postgres"]) {
  const url = proxy.url(database).replace(/^[a-z]+:/, `cockroachdb+${driver}:`);
  engines.set(
    driver,
    createEngine(url, {
      applicationName: `soak-${driver}`,
      poolSize: 6,
      maxOverflow: 2,
      poolRecycle: 60_000,
      poolPrePing: true,
      preparedStatementCacheSize: cacheSize,
    }),
  );
}

let operations = 0;
let failures = 0;
let running = 0;
let paused = false;
let resumeWorkers: Promise<void> = Promise.resolve();
const ending = new AbortController();
let nextId = 0;

async function worker(engine: Engine, own: Random): Promise<void> {
  const { driverName } = engine.url;
  const possible = workloads.filter(({ driver = "" }) => driverName.endsWith(driver));
  while (!ending.signal.aborted) {
    if (paused) await resumeWorkers;
    running++;
    try {
      // Half of the time what the chaos run does.
      if (own.chance(0.5)) await own.of(loads)(engine, own);
      else await operate(own.of(possible), engine, own);
    } catch (error) {
      failures++;
      if (!isExpected(error)) note(error);
    } finally {
      running--;
      operations++;
    }
  }
}

function operate(workload: Workload, engine: Engine, own: Random): Promise<void> {
  const hurry = own.next();
  return workload.operate(engine, {
    id: nextId++,
    random: own,
    retried: () => {},
    deadline: hurry < 0.02 ? new Date(Date.now() + 50) : undefined,
    signal: hurry > 0.98 ? AbortSignal.timeout(50) : undefined,
  });
}

/** Stops the load, has garbage collected, and measures. */
async function sample(): Promise<Sample> {
  let resume!: () => void;
  resumeWorkers = new Promise((resolve) => (resume = resolve));
  paused = true;
  const idle = (): boolean =>
    running === 0 && [...engines.values()].every((engine) => engine.pool.status().checkedOut === 0);
  while (!idle()) await pause(5);
  // The tables are not to grow, so that the load stays the same.
  for (const { name: bank } of workloads.filter((each) => each.name.startsWith("bank_"))) {
    await direct.execute(sql`DELETE FROM ${sql.identifier(`${bank}_transfers`)}`);
  }
  await direct.execute(text("DELETE FROM register_writes"));
  await direct.execute(text("DELETE FROM autocommit_writes"));
  const sessions = (await direct.execute<{ application_name: string }>(text("SHOW SESSIONS")))
    .all()
    .filter(({ application_name: application }) => application.startsWith("soak-")).length;
  for (let times = 0; times < 3; times++) {
    globalThis.gc?.();
    await pause(5);
  }
  const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage();
  const open = [...engines.values()].reduce((sum, engine) => sum + engine.pool.status().idle, 0);
  const measured = new Map([
    ["heap used, MB", heapUsed / megabyte],
    ["external, MB", (external + arrayBuffers) / megabyte],
    ["resident, MB", rss / megabyte],
    ["handles", process.getActiveResourcesInfo().length],
    ["connections", open],
    ["sessions on the server", sessions],
  ]);
  paused = false;
  resume();
  return measured;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function line({ name: what, first, last, lowest, highest, perHour, growth, allowed, flat }: Trend): string {
  const numbers = [first, last, lowest, highest, perHour, growth, allowed].map((each) => each.toFixed(2).padStart(10));
  return `${what.padEnd(24)}${numbers.join("")}  ${flat ? "flat" : "GROWS"}`;
}

console.log(`${minutes} minutes, of which ${minutes / 4} of warm-up`);
const started = Date.now();
const workers = [...engines.values()].flatMap((engine) =>
  Array.from({ length: 8 }, () => worker(engine, random.fork())),
);
const samples: Sample[] = [];
let mostPrepared = 0;
const peek = setInterval(() => {
  for (const connection of proxy.connections) mostPrepared = Math.max(mostPrepared, connection.prepared);
}, 100);
for (let step = 1; step <= steps; step++) {
  await pause(Math.max(0, started + step * interval - Date.now()));
  const measured = await sample();
  if (step > warmUp) samples.push(measured);
  if (step % 10 === 0) {
    const shown = [...measured].map(([what, value]) => `${what} ${value.toFixed(1)}`).join("; ");
    console.log(`${((step / steps) * minutes).toFixed(1)} min: ${operations} operations; ${shown}`);
  }
}
ending.abort();
await Promise.all(workers);
clearInterval(peek);
const found = trends(samples, interval, allowances);
await Promise.all([...engines.values()].map((engine) => engine.dispose()));
await proxy[Symbol.asyncDispose]();
await direct.dispose();
await admin.execute(sql`DROP DATABASE ${sql.identifier(name)} CASCADE`);
await admin.dispose();
await supervisor?.[Symbol.asyncDispose]();
const handlesLeft = process.getActiveResourcesInfo().filter((each) => /TCP|Timeout/.test(each)).length;

console.log(
  `\n${operations} operations, ${failures} of them failed as they were to\n\n` +
    `${"".padEnd(24)}${["first", "last", "lowest", "highest", "per hour", "growth", "allowed"].map((each) => each.padStart(10)).join("")}`,
);
for (const trend of found) console.log(line(trend));
console.log(`\nprepared on one connection, at most  ${mostPrepared} (a connection keeps ${cacheSize})`);
console.log(`sockets and timers left at the end   ${handlesLeft}`);
console.log(`unhandled, unexpected                ${unexpected.length}`);
for (const each of unexpected) console.log(`! ${each}`);
const good =
  found.every(({ flat }) => flat) && mostPrepared <= cacheSize + 4 && handlesLeft === 0 && unexpected.length === 0;
process.exitCode = good ? 0 : 1;
