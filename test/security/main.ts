// Hostile names, values, URLs and patterns by the hundred thousand: SQL keeps its shape, and all comes back as it went.
//
//   npm run fuzz -- [--runs N] [--seed N] [--suite PART-OF-A-NAME]
//
// The runs are shared out among the suites. Exit code 1 if any property does not hold, with the smallest input found.

import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { allSuites } from "./fuzz/suites.ts";
import { roundTrips } from "./fuzz/round-trips.ts";
import { Supervisor } from "../chaos/supervisor.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "1000000" },
    seed: { type: "string" },
    suite: { type: "string", default: "" },
    url: { type: "string" },
  },
});
const seed = Number(values.seed ?? randomInt(1, 1_000_000));
const suites = allSuites().filter(({ name }) => name.includes(values.suite));
const wantsServer = "round trips".includes(values.suite);
const share = Math.ceil(Number(values.runs) / Math.max(1, suites.length + (wantsServer ? 8 : 0)));
let total = 0;
let failed = 0;
console.log(`seed ${seed}; ${share} inputs for each of ${suites.length} suites`);

async function tell(name: string, runs: number, work: () => void | Promise<void>): Promise<void> {
  const started = performance.now();
  let outcome = "holds";
  try {
    await work();
  } catch (error) {
    failed++;
    outcome = `FAILS\n${describeError(error)}`;
  }
  total += runs;
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  console.log(`${name.padEnd(44)} ${String(runs).padStart(9)} in ${seconds.padStart(6)} s  ${outcome}`);
}

for (const suite of suites) await tell(suite.name, share, () => suite.run(share, seed));
if (wantsServer) {
  const supervisor =
    values.url === undefined
      ? await Supervisor.start(new URL("../chaos/server-process.js", import.meta.url))
      : undefined;
  await tell("round trips", share * 8, () => roundTrips(values.url ?? supervisor!.url, share * 8, seed));
  await supervisor?.[Symbol.asyncDispose]();
}
console.log(`\n${total} inputs, ${failed} properties that do not hold`);
process.exitCode = failed === 0 ? 0 : 1;

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}\n${error.cause.stack}` : error.message;
}
