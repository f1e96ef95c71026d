import { describe, expect, inject, test } from "vitest";
import { isCockroach } from "../support/server.ts";
import { roundTrips } from "./fuzz/round-trips.ts";
import { allSuites } from "./fuzz/suites.ts";

// The long run is `npm run fuzz`. A suite throws where its property does not hold.
describe("hostile inputs", () => {
  test.each(allSuites())("$name", (suite) => {
    expect(() => suite.run(400, Math.floor(Math.random() * 1_000_000))).not.toThrow();
  });

  test.runIf(isCockroach)("round trips", async () => {
    await expect(
      roundTrips(inject("serverUrl"), 1_000, Math.floor(Math.random() * 1_000_000)),
    ).resolves.toBeUndefined();
  });
});
