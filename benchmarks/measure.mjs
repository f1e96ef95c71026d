// Measurements: speed in interleaved rounds, turns on the wire, and profiles.

import { isDeepStrictEqual } from "node:util";
import { startProxy } from "./proxy.mjs";
import { startTool } from "./tools.mjs";

const pick = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
export const median = (numbers) =>
  pick(
    numbers.toSorted((a, b) => a - b),
    0.5,
  );

export const describeWarmUp = "4,000 of the short ones, 40 of the two longest, 2,000 of the others";

/** Executions that do not count, until the machine code of what takes little time is made. */
const warmUpOf = ({ count }) => (count >= 20 ? 4_000 : count > 1 ? 2_000 : 40);

/**
 * One workload of a suite (its `workloads`, and the `folder` that they and the adapters are in) with all adapters: a process for each, and rounds in which each has its turn. The ratio is that to the
 * reference, the first adapter, in the same round: above 1 is faster.
 *
 * @returns for each adapter, by its name, medians over the rounds; an error where it could not do the work
 */
export async function measureWorkload({ node, suite, adapters, url, poolSize, rounds, scale = 1 }, workload) {
  const definition = suite.workloads[workload];
  const { count: fullCount, width } = definition;
  const count = Math.max(1, Math.round(fullCount * scale));
  const results = new Map();
  const tools = [];
  try {
    let expected;
    for (const adapter of adapters) {
      const tool = await startTool(node, suite, adapter, { url, poolSize });
      const answer = await tool.ask({ command: "check", workload });
      expected ??= answer;
      if (!isDeepStrictEqual(answer, expected)) {
        throw new Error(`${adapter.name} does not do the same: ${JSON.stringify(answer)?.slice(0, 400)}`);
      }
      tools.push(tool);
      results.set(adapter.name, {
        ms: [],
        cpuMs: [],
        ratio: [],
        cpuRatio: [],
        latencies: [],
        idleRss: tool.rss,
        rss: 0,
      });
    }
    // Until the machine code is made.
    const executions = Math.ceil(warmUpOf(definition) * scale);
    for (const tool of tools) await tool.ask({ command: "run", workload, count: executions, width });
    for (let round = 0; round < rounds; round++) {
      const measured = new Map();
      for (let index = 0; index < tools.length; index++) {
        const tool = tools[(index + round) % tools.length];
        measured.set(tool.adapter.name, await tool.ask({ command: "run", workload, count, width }));
      }
      const reference = measured.get(adapters[0].name);
      for (const [name, { ms, cpuMs, latencies, rss }] of measured) {
        const result = results.get(name);
        result.ms.push(ms);
        result.cpuMs.push(cpuMs);
        result.ratio.push(reference.ms / ms);
        result.cpuRatio.push(reference.cpuMs / cpuMs);
        result.latencies.push(...latencies);
        result.rss = Math.max(result.rss, rss);
      }
    }
    return [...results].map(([name, result]) => {
      const ratios = result.ratio.toSorted((a, b) => a - b);
      return {
        name,
        ms: median(result.ms),
        cpuMs: median(result.cpuMs),
        ratio: median(ratios),
        low: pick(ratios, 0.25),
        high: pick(ratios, 0.75),
        cpuRatio: median(result.cpuRatio),
        p99: pick(
          result.latencies.toSorted((a, b) => a - b),
          0.99,
        ),
        rss: result.rss / 2 ** 20,
      };
    });
  } finally {
    await Promise.all(tools.map((tool) => tool.stop()));
  }
}

/** How many turns and statements an operation takes, counted on the wire after the first ones. */
export async function countTurns({ node, suite, adapters, url, poolSize }) {
  const table = [];
  for (const adapter of adapters) {
    const proxy = await startProxy(url);
    const tool = await startTool(node, suite, adapter, { url: proxy.url, poolSize });
    try {
      const row = { name: adapter.name, workloads: {} };
      for (const [workload, { width }] of Object.entries(suite.workloads)) {
        if (width > 1) continue;
        await tool.ask({ command: "run", workload, count: 4, width: 1 });
        await settled(proxy.counts);
        const before = { ...proxy.counts };
        const count = 5;
        await tool.ask({ command: "run", workload, count, width: 1 });
        await settled(proxy.counts);
        row.workloads[workload] = {
          turns: (proxy.counts.turns - before.turns) / count,
          statements: (proxy.counts.statements - before.statements) / count,
          bytes: (proxy.counts.bytes - before.bytes) / count,
        };
      }
      table.push(row);
    } finally {
      await tool.stop();
      proxy.stop();
    }
  }
  return table;
}

/** Until nothing comes any more: some tools send what nobody waits for. */
async function settled(counts) {
  for (let before = -1; before !== counts.bytes;) {
    before = counts.bytes;
    await new Promise((resolve) => {
      setTimeout(resolve, 30);
    });
  }
}

/** Where the client's processor time goes in one workload, in µs for an operation, by part and by function. */
export async function profileWorkload({ node, suite, url, poolSize }, adapter, workload) {
  const tool = await startTool(node, suite, adapter, { url, poolSize });
  try {
    const { width } = suite.workloads[workload];
    return await tool.ask({ command: "profile", workload, count: warmUpOf(suite.workloads[workload]), width });
  } finally {
    await tool.stop();
  }
}
