// How long the demo cluster takes from nothing to the first query answered, and how much memory it takes.
//
//   node benchmarks/demo-start.mjs [--rounds 5] [--clients 16] [--dist packages/demo/dist] [--json]
//
// Each start is a process of its own. "Cold" has an empty cache folder, so that a database cluster is initialised;
// "warm" has the one that the cold start before it has left. Times are counted from the call of startDemoCluster and,
// with Node's own start and the loading of modules, from the start of the process. Memory (Linux only) is the
// proportional set size of the process and of everything below it, after every client has run queries.

import { fork } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import pg from "pg";

const ROWS = 1000;

if (process.send) await start(JSON.parse(process.argv[2]));
else await main();

async function main() {
  const { values: options } = parseArgs({
    options: {
      rounds: { type: "string", default: "5" },
      clients: { type: "string", default: "16" },
      dist: { type: "string", default: fileURLToPath(new URL("../packages/demo/dist", import.meta.url)) },
      json: { type: "boolean", default: false },
    },
  });
  const dist = path.resolve(options.dist);
  const measured = { cold: [], warm: [] };
  let memory;
  for (let round = 0; round < Number(options.rounds); round++) {
    const cache = mkdtempSync(path.join(tmpdir(), "tegmen-demo-start-"));
    try {
      for (const kind of ["cold", "warm"]) measured[kind].push(await run(cache, { dist, clients: 0 }));
      if (round === 0 && process.platform === "linux") {
        ({ memory } = await run(cache, { dist, clients: Number(options.clients) }));
      }
    } finally {
      rmSync(cache, { recursive: true, force: true });
    }
  }
  if (options.json) {
    console.log(JSON.stringify({ ...measured, memory }));
    return;
  }
  console.log("| start | from the call (ms): median | least | from the process's start (ms): median | least |");
  console.log("| --- | ---: | ---: | ---: | ---: |");
  for (const [kind, times] of Object.entries(measured)) {
    const cells = ["fromCall", "fromProcess"].flatMap((from) => {
      const sorted = times.map((time) => time[from]).toSorted((a, b) => a - b);
      return [sorted[Math.floor(sorted.length / 2)], sorted[0]].map((time) => time.toFixed(0));
    });
    console.log(`| ${[kind, ...cells].join(" | ")} |`);
  }
  if (memory) {
    const { own, below } = memory;
    console.log(`memory with ${options.clients} clients: ${own + below} MB (gateway ${own}, PostgreSQL ${below})`);
  }
}

/** Starts a cluster in a process of its own; resolves to what it has measured. */
async function run(cache, options) {
  const child = fork(fileURLToPath(import.meta.url), [JSON.stringify(options)], {
    env: { ...process.env, XDG_CACHE_HOME: cache },
  });
  const answer = await new Promise((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", (code) => reject(new Error(`a start ended with code ${code}`)));
  });
  if (options.clients > 0) answer.memory = { own: memoryOf([child.pid]), below: memoryOf(below(child.pid)) };
  child.removeAllListeners("exit");
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.send("end");
  await ended;
  return answer;
}

async function start({ dist, clients }) {
  const { startDemoCluster } = await import(pathToFileURL(path.join(dist, "index.js")).href);
  const called = performance.now();
  const cluster = await startDemoCluster({ preferRealBinary: false });
  const client = new pg.Client(cluster.url);
  await client.connect();
  await client.query("SELECT 1");
  const answered = performance.now();
  const connections = [client];
  if (clients > 0) await work(cluster.url, client, connections, clients);
  const stop = async () => {
    await Promise.all(connections.map((connection) => connection.end()));
    await cluster.stop();
    process.exit();
  };
  process.once("message", () => void stop());
  process.send({ fromCall: answered - called, fromProcess: answered });
}

/** Opens the other connections and has each of them read and write. */
async function work(url, first, connections, clients) {
  await first.query("CREATE TABLE bench (id INT8 PRIMARY KEY, v TEXT)");
  await first.query(`INSERT INTO bench SELECT i, 'value ' || i::TEXT FROM generate_series(1, ${ROWS}) AS g (i)`);
  while (connections.length < clients) {
    const client = new pg.Client(url);
    await client.connect();
    connections.push(client);
  }
  const share = Math.floor(ROWS / clients);
  await Promise.all(
    connections.map(async (client, index) => {
      for (let i = 0; i < 200; i++) {
        const id = 1 + index * share + (i % share);
        await client.query({ name: "read", text: "SELECT id, v FROM bench WHERE id = $1", values: [id] });
        await client.query("UPDATE bench SET v = $1 WHERE id = $2", ["changed", id]);
      }
    }),
  );
}

/** The numbers of the processes below one. */
function below(pid) {
  const parents = new Map();
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
    } catch {
      // It has ended meanwhile.
    }
  }
  const isBelow = (child) => {
    for (let at = parents.get(child); at !== undefined; at = parents.get(at)) if (at === pid) return true;
    return false;
  };
  return [...parents.keys()].filter(isBelow);
}

/** The proportional set size of processes, in MB. */
function memoryOf(pids) {
  const kilobytes = pids.map((pid) =>
    Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0),
  );
  return Math.round(kilobytes.reduce((sum, value) => sum + value, 0) / 1024);
}
