import * as fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { PoolSettings } from "./options.ts";
import { Run, type Step } from "./testing-support/pool-run.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const at = fc.nat(50);
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 30, arbitrary: fc.record({ kind: fc.constant("acquire" as const), abortable: fc.boolean() }) },
  { weight: 24, arbitrary: fc.record({ kind: fc.constant("release" as const), at }) },
  {
    weight: 24,
    arbitrary: fc.record({ kind: fc.constantFrom("accept" as const, "accept", "refuse", "acceptDead"), at }),
  },
  {
    weight: 30,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        ...(["tryAcquire", "releaseAgain", "invalidate", "abort", "kill", "begin", "silence", "speak"] as const),
      ),
      at,
    }),
  },
  {
    weight: 15,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.constantFrom(1, 400, 1_000, 5_000) }),
  },
  { weight: 24, arbitrary: fc.constant({ kind: "settle" as const }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("invalidateAll" as const), at }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("dispose" as const), timeout: fc.constantFrom(0, 1_000, Infinity) }),
  },
);

const settings: fc.Arbitrary<PoolSettings> = fc.record({
  poolSize: fc.integer({ min: 1, max: 3 }),
  maxOverflow: fc.integer({ min: 0, max: 2 }),
  poolTimeout: fc.constantFrom(0, 700, 20_000, Infinity),
  poolRecycle: fc.constantFrom(-1, 3_000),
  poolPrePing: fc.boolean(),
  poolUseLifo: fc.boolean(),
});

test("whatever happens, the pool keeps its limit and its order, and loses nothing", async () => {
  const property = fc.asyncProperty(
    settings,
    fc.boolean(),
    fc.array(steps, { maxLength: 80, size: "max" }),
    async (options, immediate, sequence) => {
      const run = new Run(options, immediate);
      for (const step of sequence) {
        await run.step(step);
        if (step.kind === "settle") run.checkRest();
      }
      await run.finish();
    },
  );
  await expect(fc.assert(property, { numRuns: 500 })).resolves.toBeUndefined();
});
