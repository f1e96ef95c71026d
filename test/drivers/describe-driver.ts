import { afterAll, beforeAll, describe } from "vitest";
import type { Driver } from "../../packages/tegmen/src/drivers/driver.ts";
import { openDatabase, type TestDatabase } from "../support/server.ts";
import { testBatches } from "./batches.ts";
import { testConnecting } from "./connecting.ts";
import { type DriverCapabilities, Harness } from "./harness.ts";
import { testLifecycle } from "./lifecycle.ts";
import { testPrepared } from "./prepared.ts";
import { testStreams } from "./streams.ts";
import { targetOf } from "./server-target.ts";
import { testCopy, testValues } from "./values.ts";

/**
 * The tests that every driver must pass, against a real server.
 *
 * @param capabilities what the driver's documentation says it cannot do
 */
export function describeDriver(name: string, driver: Driver, capabilities: DriverCapabilities): void {
  describe(`driver ${name}`, () => {
    const harness = new Harness(driver, capabilities);
    let database: TestDatabase;
    beforeAll(async () => {
      database = await openDatabase();
      harness.use(await targetOf(database.url));
    });
    afterAll(() => database.drop());

    describe("connecting", () => {
      testConnecting(harness);
    });
    describe("batches", () => {
      testBatches(harness);
    });
    describe("prepared statements", () => {
      testPrepared(harness);
    });
    describe("sessions", () => {
      testLifecycle(harness);
    });
    describe("streams", () => {
      testStreams(harness);
    });
    describe("values", () => {
      testValues(harness);
    });
    describe("COPY", () => {
      testCopy(harness);
    });
  });
}
