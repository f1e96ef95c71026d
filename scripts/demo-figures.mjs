// Prints how quickly the demo cluster starts and how much memory it takes, beside its goals.
//
//   npm run demo-figures [-- --runs 5]
//
// Cold is a start with nothing in the cache, as the first one after an installation; warm is one of those after it.
// Each start is a process of its own, and is over with the answer to its first query. Memory (Linux only) is the
// proportional share (PSS) of the gateway's process and PostgreSQL's, each with 16 clients that have run statements.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const CLIENTS = 16;
const GOALS = { cold: 1500, warm: 300, memory: 150 };

if (process.argv[2] === "--child") await child();
else await main();

async function main() {
  const { values } = parseArgs({ options: { runs: { type: "string", default: "5" } } });
  const runs = Number(values.runs);
  const cold = [];
  for (let run = 0; run < runs; run++) cold.push((await inFolder((cache) => start(cache))).started);
  const { warm, memory } = await inFolder(async (cache) => {
    await start(cache);
    const warm = [];
    for (let run = 0; run < runs; run++) warm.push((await start(cache)).started);
    const memory = [];
    if (process.platform === "linux") for (let run = 0; run < 3; run++) memory.push(await start(cache, CLIENTS));
    return { warm, memory };
  });
  const machine = `${cpus().length} cores (${cpus()[0]?.model.trim()}), load ${loadavg()[0].toFixed(1)}`;
  console.log(`Node.js ${process.versions.node}, ${machine}\n`);
  report("cold start to the first answer", cold, "ms", GOALS.cold);
  report("warm start to the first answer", warm, "ms", GOALS.warm);
  if (memory.length === 0) return;
  report(
    `memory with ${CLIENTS} clients`,
    memory.map(({ gateway, postgres }) => gateway + postgres),
    "MB",
    GOALS.memory,
  );
  report(
    "  the gateway's process, the 16 clients in it",
    memory.map(({ gateway }) => gateway),
    "MB",
  );
  report(
    "  PostgreSQL",
    memory.map(({ postgres }) => postgres),
    "MB",
  );
}

function report(what, values, unit, goal) {
  const sorted = values.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const range = `${sorted[0].toFixed(0)} to ${sorted.at(-1).toFixed(0)}, ${sorted.length} runs`;
  const verdict = goal === undefined ? "" : `, goal ${goal} ${unit}: ${median < goal ? "met" : "missed"}`;
  console.log(`${what.padEnd(46)}${median.toFixed(0).padStart(6)} ${unit} (${range}${verdict})`);
}

/** Runs with a folder of its own for the cache, and removes it. */
async function inFolder(work) {
  const folder = mkdtempSync(path.join(tmpdir(), "tegmen-figures-"));
  chmodSync(folder, 0o755);
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Starts a cluster in a process of its own; what that has to say is one line of JSON. */
async function start(cache, clients = 0) {
  const begin = performance.now();
  const starting = spawn(process.execPath, [fileURLToPath(import.meta.url), "--child", String(clients)], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, XDG_CACHE_HOME: cache },
  });
  const ended = once(starting, "exit");
  const lines = createInterface({ input: starting.stdout })[Symbol.asyncIterator]();
  await lines.next();
  const started = performance.now() - begin;
  const { value } = await lines.next();
  const [code] = await ended;
  if (code !== 0) throw new Error(`a start ended with ${code}`);
  return { started, ...JSON.parse(value) };
}

async function child() {
  const { startDemoCluster } = await import("@tegmen/demo");
  const { default: pg } = await import("pg");
  const cluster = await startDemoCluster({ preferRealBinary: false });
  const connect = async () => {
    const client = new pg.Client(cluster.url);
    // It goes with the cluster.
    client.on("error", () => {});
    await client.connect();
    return client;
  };
  const first = await connect();
  await first.query("SELECT 1");
  console.log("started");
  const count = Number(process.argv[3]);
  const memory = count === 0 ? {} : await measure(first, [first, ...(await all(count - 1, connect))]);
  console.log(JSON.stringify(memory));
  await cluster.stop();
  process.exit();
}

async function measure(first, clients) {
  await first.query("CREATE TABLE t (id INT8 PRIMARY KEY, s STRING)");
  await Promise.all(
    clients.map(async (client, index) => {
      for (let n = 0; n < 20; n++) {
        await client.query("UPSERT INTO t VALUES ($1, $2)", [index * 100 + n, "text"]);
        await client.query({ name: "by-key", text: "SELECT * FROM t WHERE id = $1", values: [index * 100 + n] });
      }
    }),
  );
  return { gateway: share([process.pid]), postgres: share(descendants(process.pid)) };
}

function all(count, make) {
  return Promise.all(Array.from({ length: count }, make));
}

/** The processes below one, whatever session they are in. */
function descendants(root) {
  const parents = new Map();
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
    } catch {
      // It has ended.
    }
  }
  const isBelow = (pid) => pid !== undefined && pid > 1 && (parents.get(pid) === root || isBelow(parents.get(pid)));
  return [...parents.keys()].filter(isBelow);
}

/** The proportional share of the memory of processes, in megabytes. */
function share(pids) {
  const kilobytes = pids.map((pid) => {
    try {
      return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0);
    } catch {
      return 0;
    }
  });
  return (kilobytes.reduce((sum, each) => sum + each, 0) * 1024) / 1e6;
}
