// tegmen and its peers, side by side.
//
//   npm run bench:peers -- [--url URL] [--rounds 101] [--only NAME,NAME] [--workload PART] [--scale 1]
//                          [--latency MS] [--profile NAME] [--write] [--json FILE] [--render FILE]
//
// Without --url it starts a demo cluster. --write makes docs/benchmarks.md of a full run, --render of the figures that
// --json wrote. --latency makes every message take so many milliseconds longer, each way. --profile prints where an
// adapter spends its processor time instead.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { measureClient } from "./client-cost.mjs";
import { measureContention } from "./contention.mjs";
import { countTurns, describeWarmUp, measureWorkload, profileWorkload } from "./measure.mjs";
import { renderPage, renderWorkload } from "./page.mjs";
import { startProxy } from "./proxy.mjs";
import { measureStart } from "./start-cost.mjs";
import { findNode, installPeers, loadAdapters, versionOf } from "./tools.mjs";
import { schema, suite, workloads } from "./workloads.mjs";

const { values: options } = parseArgs({
  options: {
    url: { type: "string" },
    rounds: { type: "string", default: "101" },
    only: { type: "string" },
    workload: { type: "string" },
    scale: { type: "string", default: "1" },
    profile: { type: "string" },
    write: { type: "boolean", default: false },
    json: { type: "string" },
    render: { type: "string" },
    latency: { type: "string" },
  },
});

const pagePath = path.join(import.meta.dirname, "../docs/benchmarks.md");
if (options.render !== undefined) {
  const adapters = await loadAdapters(suite);
  writeFileSync(pagePath, renderPage({ adapters, ...JSON.parse(readFileSync(options.render, "utf8")) }));
  process.exit();
}

installPeers();
const { default: pg } = await import("pg");
const node = findNode();
const every = await loadAdapters(suite);
const wanted = options.only?.toLowerCase().split(",");
const adapters = every.filter(
  ({ name }, index) => index === 0 || wanted === undefined || wanted.some((part) => name.toLowerCase().includes(part)),
);
const names = Object.keys(workloads).filter(
  (name) => options.workload === undefined || name.includes(options.workload),
);

const cluster = options.url === undefined ? await (await import("@tegmen/demo")).startDemoCluster() : undefined;
try {
  const url = (options.url ?? cluster.url).replace(/^cockroachdb(\+\w+)?:/, "postgresql:");
  const client = new pg.Client({ connectionString: url });
  // What is said of the end of the server would hide what went wrong before.
  client.on("error", () => {});
  await client.connect();
  const server = (await client.query("SELECT version() AS version")).rows[0].version;
  for (const statement of schema) await client.query(statement);
  const far = options.latency === undefined ? undefined : await startProxy(url, Number(options.latency));
  const settings = {
    node,
    suite,
    adapters,
    url: far?.url ?? url,
    poolSize: 16,
    rounds: Number(options.rounds),
    scale: Number(options.scale),
  };

  if (options.profile === undefined) {
    const facts = {
      date: new Date().toISOString().slice(0, 10),
      server,
      node: execFileSync(node, ["--version"], { encoding: "utf8" }).trim(),
      cpus: `${os.availableParallelism()} × ${os.cpus()[0]?.model.trim() || os.arch()}`,
      memory: `${Math.round(os.totalmem() / 2 ** 30)} GB`,
      rounds: settings.rounds,
      warmUp: describeWarmUp,
      poolSize: settings.poolSize,
      versions: [...new Set(adapters.flatMap((adapter) => adapter.packages))].map((name) => [name, versionOf(name)]),
    };
    console.log(`${facts.server}, Node ${facts.node}, ${facts.rounds} interleaved rounds\n`);
    const speed = [];
    for (const workload of names) {
      const results = await measureWorkload(settings, workload);
      await client.query("TRUNCATE peers_entries");
      speed.push({ workload, results });
      console.log(`${renderWorkload(workload, results)}\n`);
    }
    const turns = await countTurns({ ...settings, url });
    const profiles = [];
    let start;
    let core;
    let contention;
    let clientCost;
    if (options.write) {
      const script = path.join(import.meta.dirname, "core-cost.mjs");
      core = JSON.parse(execFileSync(node, [script, "--json"], { encoding: "utf8" }));
      start = measureStart(31, node);
      contention = await measureContention({ node, url: settings.url, client, seconds: 2, rounds: 21 });
      clientCost = await measureClient({ node, adapters, rounds: 41 });
      for (const workload of names) {
        const entry = { workload, tools: [] };
        for (const adapter of adapters.slice(0, 2)) {
          const { parts } = await profileWorkload(settings, adapter, workload);
          entry.tools.push({ name: adapter.name, parts });
        }
        profiles.push(entry);
      }
    }
    const page = renderPage({ facts, adapters, speed, turns, contention, profiles, start, core, client: clientCost });
    if (options.json !== undefined) {
      writeFileSync(
        options.json,
        JSON.stringify({ facts, speed, turns, contention, profiles, start, core, client: clientCost }, undefined, 2),
      );
    }
    if (options.write) writeFileSync(pagePath, page);
    else console.log(page.slice(page.indexOf("## Turns")));
  } else {
    for (const adapter of adapters.filter(({ name }) => name.toLowerCase().includes(options.profile.toLowerCase()))) {
      for (const workload of names) {
        const { parts, functions } = await profileWorkload(settings, adapter, workload);
        console.log(`\n${adapter.name}: ${workload} (µs for an operation)`);
        for (const [name, time] of [...parts, ["---", 0], ...functions.slice(0, 30)]) {
          console.log(`${time.toFixed(2).padStart(10)}  ${name}`);
        }
      }
    }
  }
  for (const table of ["entries", "accounts", "owners"]) await client.query(`DROP TABLE peers_${table}`);
  await client.end();
  far?.stop();
} finally {
  await cluster?.stop();
}
