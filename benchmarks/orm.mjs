// tegmen's ORM and its peers, side by side.
//
//   npm run bench:orm -- [--url URL] [--rounds 31] [--only NAME,NAME] [--workload PART] [--scale 1] [--profile NAME]
//                        [--write]
//
// Without --url it starts a demo cluster. --write makes docs/benchmarks-orm.md of a full run. --profile prints where an
// adapter spends its processor time instead.

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { countTurns, measureWorkload, median, profileWorkload } from "./measure.mjs";
import { renderOrmPage } from "./orm/page.mjs";
import { accountCount, schema, workloads } from "./orm/workloads.mjs";
import { renderWorkload } from "./page.mjs";
import { findNode, generatePrisma, installPeers, loadAdapters, startTool, versionOf } from "./tools.mjs";

const { values: options } = parseArgs({
  options: {
    url: { type: "string" },
    rounds: { type: "string", default: "31" },
    only: { type: "string" },
    workload: { type: "string" },
    scale: { type: "string", default: "1" },
    profile: { type: "string" },
    write: { type: "boolean", default: false },
  },
});

installPeers();
const { default: pg } = await import("pg");
const node = findNode();
generatePrisma(node);
const suite = { folder: "orm", workloads, first: ["pg", "tegmen"] };
const wanted = options.only?.toLowerCase().split(",");
const adapters = (await loadAdapters(suite)).filter(
  ({ name }, index) => index === 0 || wanted === undefined || wanted.some((part) => name.toLowerCase().includes(part)),
);
const names = Object.keys(workloads).filter(
  (name) => options.workload === undefined || name.includes(options.workload),
);

/** Bytes that an object of 10,000 weighs in each tool, above an empty heap: the median of five processes' answers. */
async function weigh(settings) {
  const weights = [];
  for (const adapter of settings.adapters) {
    const tool = await startTool(settings.node, suite, adapter, settings);
    try {
      const answers = [];
      for (let turn = 0; turn < 5; turn++) answers.push(await tool.ask({ command: "weigh", count: accountCount }));
      weights.push({ name: adapter.name, bytes: median(answers) });
    } finally {
      await tool.stop();
    }
  }
  return weights;
}

const cluster = options.url === undefined ? await (await import("@tegmen/demo")).startDemoCluster() : undefined;
try {
  const url = (options.url ?? cluster.url).replace(/^cockroachdb(\+\w+)?:/, "postgresql:");
  const client = new pg.Client({ connectionString: url });
  // What is said of the end of the server would hide what went wrong before.
  client.on("error", () => {});
  await client.connect();
  const server = (await client.query("SELECT version() AS version")).rows[0].version;
  for (const statement of schema) await client.query(statement);
  const settings = {
    node,
    suite,
    adapters,
    url,
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
      versions: [...new Set(adapters.flatMap((adapter) => adapter.packages))].map((name) => [name, versionOf(name)]),
    };
    console.log(`${facts.server}, Node ${facts.node}, ${facts.rounds} interleaved rounds\n`);
    const speed = [];
    for (const workload of names) {
      const results = await measureWorkload(settings, workload);
      await client.query("TRUNCATE orm_entries");
      speed.push({ workload, results });
      console.log(`${renderWorkload(workload, results)}\n`);
    }
    const turns = await countTurns(settings);
    const weights = await weigh(settings);
    const page = renderOrmPage({ facts, adapters, speed, turns, weights });
    if (options.write) writeFileSync(path.join(import.meta.dirname, "../docs/benchmarks-orm.md"), page);
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
  for (const table of ["comments", "posts", "users", "accounts", "entries", "stocks"]) {
    await client.query(`DROP TABLE orm_${table}`);
  }
  await client.end();
} finally {
  await cluster?.stop();
}
