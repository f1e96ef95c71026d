// What the client costs: the select by key of every tool against a server that does nothing but answer.
//
//   npm run build && node benchmarks/client-cost.mjs [--rounds 41] [--only NAME,NAME] [--json]
//
// The server's part in it is small, and that of the machine's other work: what counts is the CPU ratio.

import { fork } from "node:child_process";
import { parseArgs } from "node:util";
import { measureWorkload } from "./measure.mjs";
import { renderWorkload } from "./page.mjs";
import { findNode, installPeers, loadAdapters } from "./tools.mjs";
import { suite } from "./workloads.mjs";

const names = ["select by key, 1 at a time", "select by key, 16 at a time"];

/** @returns the measurements of each workload, as `measureWorkload` has them */
export async function measureClient({ node, adapters, rounds }) {
  const server = fork(new URL("canned-server.mjs", import.meta.url), { execPath: node });
  try {
    const url = await new Promise((resolve) => {
      server.once("message", resolve);
    });
    const results = [];
    for (const workload of names) {
      results.push({
        workload,
        results: await measureWorkload({ node, suite, adapters, url, poolSize: 16, rounds, scale: 4 }, workload),
      });
    }
    return results;
  } finally {
    server.disconnect();
  }
}

if (process.argv[1] === import.meta.filename) {
  const { values: options } = parseArgs({
    options: {
      rounds: { type: "string", default: "41" },
      only: { type: "string" },
      json: { type: "boolean", default: false },
    },
  });
  installPeers();
  const wanted = options.only?.toLowerCase().split(",");
  const adapters = (await loadAdapters(suite)).filter(
    ({ name }, index) =>
      index === 0 || wanted === undefined || wanted.some((part) => name.toLowerCase().includes(part)),
  );
  const results = await measureClient({ node: findNode(), adapters, rounds: Number(options.rounds) });
  if (options.json) console.log(JSON.stringify(results, undefined, 2));
  else for (const each of results) console.log(`${renderWorkload(each.workload, each.results)}\n`);
}
