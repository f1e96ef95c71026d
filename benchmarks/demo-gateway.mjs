// How much of PostgreSQL's speed is left behind the demo cluster's gateway: a prepared SELECT by primary key,
// by pg, directly and through the gateway, with 1 and with 16 connections.
//
//   node benchmarks/demo-gateway.mjs [--seconds 3] [--rounds 3] [--dist packages/demo/dist] [--json]
//
// Client, gateway and server are processes of their own, both ways by TCP on loopback and on the same settings of
// PostgreSQL. Rounds alternate, and the median is reported. The processor time is that of the gateway's process alone:
// it says more than the rates where the machine has other things to do.

import { fork } from "node:child_process";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import pg from "pg";

const ROWS = 1000;
const SELECT = { name: "by_key", text: "SELECT id, v FROM bench WHERE id = $1" };

if (process.env.DEMO_GATEWAY_ROLE === "server") await serve(JSON.parse(process.argv[2]));
else if (process.env.DEMO_GATEWAY_ROLE === "client") await load(JSON.parse(process.argv[2]));
else await main();

async function main() {
  const { values: options } = parseArgs({
    options: {
      seconds: { type: "string", default: "3" },
      rounds: { type: "string", default: "3" },
      dist: { type: "string", default: fileURLToPath(new URL("../packages/demo/dist", import.meta.url)) },
      json: { type: "boolean", default: false },
    },
  });
  const dist = path.resolve(options.dist);
  const servers = [];
  const outcome = [];
  try {
    for (const kind of ["direct", "gateway"]) servers.push({ kind, ...(await start("server", { kind, dist })) });
    for (const { url } of servers) await fill(url);
    for (const clients of [1, 16]) {
      const rates = { direct: [], gateway: [] };
      const costs = { direct: [], gateway: [] };
      for (let round = 0; round < Number(options.rounds); round++) {
        for (const { kind, url, child } of servers) {
          const before = await processorTime(child);
          const { answer } = await start("client", { url, clients, seconds: Number(options.seconds) });
          rates[kind].push(answer.rate);
          costs[kind].push(((await processorTime(child)) - before) / answer.queries);
        }
      }
      const [direct, gateway] = [median(rates.direct), median(rates.gateway)];
      outcome.push({ clients, direct, gateway, ratio: gateway / direct, microseconds: median(costs.gateway) });
    }
  } finally {
    for (const { child } of servers) child.disconnect();
  }
  if (options.json) console.log(JSON.stringify(outcome));
  else {
    console.log("| clients | direct (1/s) | gateway (1/s) | ratio | gateway (µs/query) |");
    console.log("| ---: | ---: | ---: | ---: | ---: |");
    for (const { clients, direct, gateway, ratio, microseconds } of outcome) {
      const cells = [clients, direct.toFixed(0), gateway.toFixed(0), ratio.toFixed(2), microseconds.toFixed(0)];
      console.log(`| ${cells.join(" | ")} |`);
    }
  }
}

/** Starts a process of this program; resolves to it and what it says first. */
async function start(role, options) {
  const execArgv = role === "server" && options.kind === "gateway" ? (process.env.GATEWAY_ARGV?.split(" ") ?? []) : [];
  const child = fork(fileURLToPath(import.meta.url), [JSON.stringify(options)], {
    env: { ...process.env, DEMO_GATEWAY_ROLE: role },
    execArgv,
  });
  const answer = await new Promise((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", (code) => reject(new Error(`the ${role} ended with code ${code}`)));
  });
  return { child, answer, url: answer };
}

/** The processor time a server's process has used, in microseconds. */
async function processorTime(child) {
  const answer = new Promise((resolve) => child.once("message", resolve));
  child.send("processor time");
  const { user, system } = await answer;
  return user + system;
}

async function serve({ kind, dist }) {
  const module = (file) => import(pathToFileURL(path.join(dist, file)).href);
  let server;
  let url;
  if (kind === "gateway") {
    server = await (await module("index.js")).startDemoCluster({ preferRealBinary: false });
    url = server.url;
  } else {
    server = await (await module("backend/postgres.js")).startPostgres({ listen: "loopback" });
    url = `postgresql://${server.superuser}:${server.password}@${server.host}:${server.port}/postgres`;
  }
  process.on("message", () => process.send(process.cpuUsage()));
  process.on("disconnect", () => void server.stop());
  process.send(url);
}

async function fill(url) {
  const client = new pg.Client(url);
  await client.connect();
  await client.query("CREATE TABLE bench (id INT8 PRIMARY KEY, v TEXT)");
  await client.query(`INSERT INTO bench SELECT i, 'value ' || i::TEXT FROM generate_series(1, ${ROWS}) AS g (i)`);
  await client.end();
}

async function load({ url, clients, seconds }) {
  const connections = await Promise.all(
    Array.from({ length: clients }, async () => {
      const client = new pg.Client(url);
      await client.connect();
      return client;
    }),
  );
  const run = async (until) => {
    let count = 0;
    await Promise.all(
      connections.map(async (client) => {
        while (performance.now() < until) {
          const { rows } = await client.query({ ...SELECT, values: [1 + Math.floor(Math.random() * ROWS)] });
          if (rows.length !== 1) throw new Error("a row is missing");
          count++;
        }
      }),
    );
    return count;
  };
  const warm = await run(performance.now() + 500);
  const begun = performance.now();
  const count = await run(begun + seconds * 1000);
  const rate = count / ((performance.now() - begun) / 1000);
  await Promise.all(connections.map((client) => client.end()));
  process.send({ rate, queries: warm + count }, () => process.disconnect());
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}
