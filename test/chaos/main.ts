// Puts tegmen under faults, and looks whether anything is lost, doubled or leaked.
//
//   npm run chaos -- [--short] [--seed N] [--operations N] [--faults N] [--workloads NAME,NAME] [--url URL]
//
// Without --url it starts a demo cluster, and restarts it now and then. Exit code 1 if anything is not as it should be.

import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { describe, isClean } from "./report.ts";
import { runChaos } from "./run.ts";
import { Supervisor } from "./supervisor.ts";
import { allWorkloads } from "./workloads/index.ts";

const { values } = parseArgs({
  options: {
    short: { type: "boolean", default: false },
    seed: { type: "string" },
    operations: { type: "string" },
    faults: { type: "string" },
    workloads: { type: "string" },
    url: { type: "string" },
  },
});
const seed = Number(values.seed ?? randomInt(1, 1_000_000));
const names = values.workloads?.split(",");
const workloads = allWorkloads().filter(({ name }) => names?.includes(name) ?? true);
const supervisor =
  values.url === undefined ? await Supervisor.start(new URL("./server-process.js", import.meta.url)) : undefined;
console.log(`seed ${seed}; workloads: ${workloads.map(({ name }) => name).join(", ")}`);
const report = await runChaos({
  url: values.url ?? supervisor!.url,
  restart: supervisor === undefined ? undefined : () => supervisor.restart(),
  workloads,
  operations: Number(values.operations ?? (values.short ? 10_000 : 100_000)),
  faults: Number(values.faults ?? (values.short ? 200 : 1_200)),
  seed,
  log: (line) => console.log(line),
});
await supervisor?.[Symbol.asyncDispose]();
console.log(`\n${describe(report)}`);
if (!isClean(report)) console.log(`\nThe same faults again: npm run chaos -- --seed ${seed}`);
process.exitCode = isClean(report) ? 0 : 1;
