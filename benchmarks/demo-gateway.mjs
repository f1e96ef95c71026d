// How much of PostgreSQL's speed is left behind the demo cluster's gateway: a prepared SELECT by primary key,
// by pg, directly, through the gateway, and through a pipe: a process of Node that only copies bytes between the
// client's TCP connection and PostgreSQL's unix socket, which is what any gateway in Node costs. With 1 and with 16
// connections.
//
//   node benchmarks/demo-gateway.mjs [--seconds 3] [--rounds 3] [--dist packages/demo/dist] [--json]
//
// Client, gateway and server are processes of their own, always by TCP on loopback and on the same settings of
// PostgreSQL. Rounds alternate, and the median is reported: of the rates, and of the ratios within a round, which
// share what else the machine does at that time. The processor time is that of the gateway's or the pipe's process
// alone: it says more than the rates where the machine has other things to do.

import { fork } from "node:child_process";
import net from "node:net";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import pg from "pg";

const ROWS = 1000;
const KINDS = ["direct", "pipe", "gateway"];
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
    for (const kind of KINDS) servers.push({ kind, ...(await start("server", { kind, dist })) });
    for (const { url } of servers) await fill(url);
    for (const clients of [1, 16]) {
      const rounds = [];
      for (let round = 0; round < Number(options.rounds); round++) {
        const measured = {};
        for (const { kind, url, child } of servers) {
          const before = await processorTime(child);
          const { answer } = await start("client", { url, clients, seconds: Number(options.seconds) });
          measured[kind] = {
            rate: answer.rate,
            microseconds: ((await processorTime(child)) - before) / answer.queries,
          };
        }
        rounds.push(measured);
      }
      for (const kind of KINDS) {
        outcome.push({
          clients,
          kind,
          rate: median(rounds.map((round) => round[kind].rate)),
          ratio: median(rounds.map((round) => round[kind].rate / round.direct.rate)),
          microseconds: kind === "direct" ? undefined : median(rounds.map((round) => round[kind].microseconds)),
        });
      }
    }
  } finally {
    for (const { child } of servers) child.disconnect();
  }
  if (options.json) console.log(JSON.stringify(outcome));
  else {
    console.log("| clients | way | queries (1/s) | of direct | processor (µs/query) |");
    console.log("| ---: | --- | ---: | ---: | ---: |");
    for (const { clients, kind, rate, ratio, microseconds } of outcome) {
      console.log(
        `| ${[clients, kind, rate.toFixed(0), ratio.toFixed(2), microseconds?.toFixed(0) ?? ""].join(" | ")} |`,
      );
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
    const listen = kind === "direct" ? "loopback" : "socket";
    server = await (await module("backend/postgres.js")).startPostgres({ listen });
    const user = server.password ? `${server.superuser}:${server.password}` : server.superuser;
    const port = kind === "direct" ? server.port : await pipe(path.join(server.socketDir, `.s.PGSQL.${server.port}`));
    url = `postgresql://${user}@127.0.0.1:${port}/postgres`;
  }
  process.on("message", () => process.send(process.cpuUsage()));
  process.on("disconnect", () => void server.stop().then(() => process.exit()));
  process.send(url);
}

/** Copies bytes between TCP connections and a unix socket; resolves to the port. */
function pipe(socketPath) {
  const proxy = net.createServer({ noDelay: true }, (client) => {
    const server = net.connect(socketPath);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ]) {
      from.on("data", (chunk) => to.write(chunk));
      from.on("error", () => {});
      from.on("close", () => to.destroy());
    }
  });
  return new Promise((resolve) => proxy.listen(0, "127.0.0.1", () => resolve(proxy.address().port)));
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
