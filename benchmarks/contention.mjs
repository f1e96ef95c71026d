// Transfers that meet: 16 workers, each with transactions between any two of 8 accounts. What counts is goodput, the
// transfers that were committed; the sum of the balances has to be what it was.
//
//   npm run build && node benchmarks/contention.mjs [--url URL] [--seconds 2] [--rounds 9] [--only NAME,NAME]
//                                                   [--latency MS] [--json]
//
// Each tool has a process of its own; they take turns, and a ratio is that to the first tool in the same round.
// --latency makes every message take so many milliseconds longer, each way.

import { fork } from "node:child_process";
import { parseArgs } from "node:util";
import { contenders } from "./contenders.mjs";
import { median } from "./measure.mjs";
import { renderContention } from "./page.mjs";
import { startProxy } from "./proxy.mjs";
import { findNode, installPeers } from "./tools.mjs";

export const workers = 16;
export const accounts = 8;
const balance = 1_000_000;

/**
 * @returns for each tool the medians of its rounds: transfers for a second, ratio (with quartiles), attempts for a
 *   transfer, the longest that 99 of 100 transfers took
 */
export async function measureContention({ node, url, client, seconds, rounds, wanted = () => true }) {
  await client.query("DROP TABLE IF EXISTS peers_contended");
  await client.query("CREATE TABLE peers_contended (id INT8 PRIMARY KEY, balance INT8 NOT NULL)");
  await client.query(`INSERT INTO peers_contended SELECT i, ${balance} FROM generate_series(1, ${accounts}) AS g(i)`);
  const names = Object.keys(contenders).filter((name, index) => index === 0 || wanted(name));
  const tools = [];
  for (const name of names)
    tools.push({ name, process: await start(node, { name, url, workers, accounts }), runs: [] });
  try {
    for (const tool of tools) await ask(tool.process, { seconds: 0.5 });
    for (let round = 0; round < rounds; round++) {
      for (let index = 0; index < tools.length; index++) {
        const tool = tools[(index + round) % tools.length];
        tool.runs.push(await ask(tool.process, { seconds }));
      }
    }
  } finally {
    for (const tool of tools) tool.process.disconnect();
  }
  const { rows } = await client.query("SELECT sum(balance)::INT8 AS sum FROM peers_contended");
  if (Number(rows[0].sum) !== balance * accounts) throw new Error(`money was made or lost: ${rows[0].sum}`);
  await client.query("DROP TABLE peers_contended");
  const [reference] = tools;
  return tools.map(({ name, runs }) => ({
    name,
    perSecond: median(runs.map((run) => run.perSecond)),
    ...quartiles(runs.map((run, round) => run.perSecond / reference.runs[round].perSecond)),
    attempts: median(runs.map((run) => run.attempts)),
    p99: median(runs.map((run) => run.p99)),
  }));
}

function quartiles(ratios) {
  const sorted = ratios.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return { ratio: at(0.5), low: at(0.25), high: at(0.75) };
}

async function start(node, options) {
  const child = fork(new URL("contenders.mjs", import.meta.url), [JSON.stringify(options)], { execPath: node });
  await answer(child);
  return child;
}

function ask(child, message) {
  const answered = answer(child);
  child.send(message);
  return answered;
}

function answer(child) {
  return new Promise((resolve, reject) => {
    const onExit = (code) => reject(new Error(`a contender's process ended with ${code}`));
    child.once("exit", onExit);
    child.once("message", ({ error, ...result }) => {
      child.off("exit", onExit);
      if (error === undefined) resolve(result);
      else reject(new Error(error));
    });
  });
}

if (process.argv[1] === import.meta.filename) {
  const { values: options } = parseArgs({
    options: {
      url: { type: "string" },
      seconds: { type: "string", default: "2" },
      rounds: { type: "string", default: "9" },
      only: { type: "string" },
      latency: { type: "string" },
      json: { type: "boolean", default: false },
    },
  });
  installPeers();
  const { default: pg } = await import("pg");
  const cluster = options.url === undefined ? await (await import("@tegmen/demo")).startDemoCluster() : undefined;
  try {
    const url = (options.url ?? cluster.url).replace(/^cockroachdb(\+\w+)?:/, "postgresql:");
    const client = new pg.Client({ connectionString: url });
    client.on("error", () => {});
    await client.connect();
    const far = options.latency === undefined ? undefined : await startProxy(url, Number(options.latency));
    const only = options.only?.toLowerCase().split(",");
    const results = await measureContention({
      node: findNode(),
      url: far?.url ?? url,
      client,
      seconds: Number(options.seconds),
      rounds: Number(options.rounds),
      wanted: (name) => only === undefined || only.some((part) => name.toLowerCase().includes(part)),
    });
    await client.end();
    far?.stop();
    if (options.json) console.log(JSON.stringify(results, undefined, 2));
    else console.log(renderContention(results));
  } finally {
    await cluster?.stop();
  }
}
