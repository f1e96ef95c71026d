// The process of one adapter: it does what the harness says, and answers with figures.

import { Session } from "node:inspector/promises";
import { groupProfile } from "./profile.mjs";

const { folder, adapter, url, poolSize } = JSON.parse(process.argv[2]);
const { workloads, keep } = await import(`./${folder}/workloads.mjs`);
const tool = (await import(`./${folder}/${adapter}`)).open({ url, poolSize });

/** Runs a workload's operation `count` times, `width` at a time. */
async function run({ call }, count, width) {
  const latencies = [];
  const cpu = process.cpuUsage();
  const start = performance.now();
  let begun = 0;
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (begun++ < count) {
        const before = performance.now();
        await call(tool);
        latencies.push(performance.now() - before);
      }
    }),
  );
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  return { ms: ms / count, cpuMs: (user + system) / 1_000 / count, latencies, rss: process.memoryUsage.rss() };
}

/** Where the processor time goes: in µs for an operation, by part and by function. */
async function profile({ workload, count, width }) {
  await run(workloads[workload], count, width);
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: 200 });
  await session.post("Profiler.start");
  await run(workloads[workload], count, width);
  const { profile: samples } = await session.post("Profiler.stop");
  session.disconnect();
  return groupProfile(samples, count);
}

/** What the objects of a result weigh, in bytes, when they are kept. Needs `--expose-gc`. */
async function weigh({ count }) {
  await keep(tool);
  const before = await heapUsed();
  const kept = await keep(tool);
  const bytes = ((await heapUsed()) - before) / count;
  return kept.length === count ? bytes : Number.NaN;
}

/** Bytes of what is still referred to. Drivers keep the last result, so another one has to take its place. */
async function heapUsed() {
  await Promise.all(Array.from({ length: 2 * poolSize }, (_, index) => tool.get(index + 1)));
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}

const commands = {
  profile,
  weigh,
  run: ({ workload, count, width }) => run(workloads[workload], count, width),
  check: ({ workload }) => workloads[workload].check(tool),
  close: async () => {
    await tool.close();
    process.disconnect();
  },
};

async function obey(message) {
  try {
    const answer = await commands[message.command](message);
    if (process.connected) process.send({ answer });
  } catch (error) {
    process.send({ error: String(error?.stack ?? error) });
  }
}

process.on("message", (message) => {
  void obey(message);
});
process.send({ answer: process.memoryUsage.rss() });
