import fc from "fast-check";
import { expect, test } from "vitest";
import { backoff, sleep } from "./backoff.ts";

test("the delay is a part of a limit that doubles from baseBackoff to maxBackoff", () => {
  fc.assert(
    fc.property(
      fc.nat(1_000),
      fc.nat(10_000),
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (baseBackoff, maxBackoff, failures, random) => {
        const delay = backoff({ baseBackoff, maxBackoff }, failures, random);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(maxBackoff);
        if (failures < 20) expect(delay).toBeLessThanOrEqual(baseBackoff * 2 ** (failures - 1));
        // Full jitter: no part of the range is left out.
        expect(backoff({ baseBackoff, maxBackoff }, failures, 0)).toBe(0);
      },
    ),
  );
});

test("by default it grows from 10 ms to 2 s", () => {
  expect([1, 2, 3, 8, 9, 100].map((failures) => backoff({}, failures, 1))).toEqual([10, 20, 40, 1280, 2000, 2000]);
});

test("a sleep ends with its signal, and rejects with the signal's reason", async () => {
  const controller = new AbortController();
  const reason = new Error("woken");
  const sleeping = sleep(1e6, controller.signal);
  controller.abort(reason);
  await expect(sleeping).rejects.toBe(reason);
  await expect(sleep(1e6, controller.signal)).rejects.toBe(reason);
  await sleep(0, undefined);
});
