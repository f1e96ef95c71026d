import { runTransaction } from "tegmen";
import { expect, inject, test } from "vitest";
import { isCockroach } from "../support/server.ts";
import { describe as describeReport, isClean } from "./report.ts";
import { runChaos } from "./run.ts";
import { bank, bankTexts, retrying } from "./workloads/bank.ts";
import { allWorkloads } from "./workloads/index.ts";

const url = inject("serverUrl");

// The proxy reads the protocol in plain text; PostgreSQL has other names for what the workloads use.
const canRun = isCockroach && url.includes("sslmode=disable");

test.runIf(canRun)(
  "a few hundred operations of every kind under faults: nothing is lost, doubled or leaked",
  // On a busy machine, far more than they need.
  { timeout: 300_000 },
  async () => {
    const report = await runChaos({
      url,
      workloads: allWorkloads(),
      operations: 400,
      faults: 20,
      seed: 4711,
      log: () => {},
    });
    expect(isClean(report) ? "clean" : describeReport(report)).toBe("clean");
    expect(report.workloads.reduce((sum, each) => sum + each.operations, 0)).toBeGreaterThanOrEqual(400);
    expect([...report.faults.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(20);
    for (const { name, committed } of report.workloads) expect(`${name}: ${committed > 0}`).toBe(`${name}: true`);
  },
);

test.runIf(canRun)("what is done twice is found out", { timeout: 300_000 }, async () => {
  const texts = bankTexts("careless");
  const careless = bank({
    name: "careless",
    transfer: (engine, { id, source, sink, amount }, operation) =>
      runTransaction(
        engine,
        async (conn) => {
          conn.defer(texts.take, { source, amount });
          conn.defer(texts.give, { sink, amount });
          await conn.execute(texts.record, { id, source, sink, amount });
        },
        // It is not: it may be run again after it was committed.
        { ...retrying(operation), idempotent: true },
      ),
  });
  const report = await runChaos({ url, workloads: [careless], operations: 300, faults: 60, seed: 1, log: () => {} });
  expect(report.findings.some(({ kind }) => kind === "doubled")).toBe(true);
  expect(report.leaks).toEqual([]);
});
