import { expect, test } from "vitest";
import { planFaults, type PlannedFault } from "./fault-plan.ts";

function take(seed: number, restartEvery: number, count: number): PlannedFault[] {
  const plan = planFaults(seed, restartEvery);
  return Array.from({ length: count }, () => plan.next().value);
}

test("a seed determines the plan", () => {
  expect(take(1, 50, 500)).toEqual(take(1, 50, 500));
  expect(take(1, 50, 20)).not.toEqual(take(2, 50, 20));
});

test("every kind of fault is planned", () => {
  const kinds = new Set(take(3, 50, 1_000).map(({ kind }) => kind));
  expect([...kinds].sort()).toEqual([
    "cut",
    "cut at commit",
    "cut at statement",
    "cut of all",
    "delay",
    "fragments",
    "half-open",
    "refuse",
    "reset",
    "reset at byte",
    "server restart",
    "stall",
    "stall of all",
    "truncated frame",
  ]);
});

test("without a server that can be restarted, none is", () => {
  expect(take(3, 0, 1_000).some(({ kind }) => kind === "server restart")).toBe(false);
});
