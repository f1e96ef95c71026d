import { afterAll, beforeAll, describe } from "vitest";
import type { Driver } from "../../packages/tegmen/src/drivers/driver.ts";
import { testBatches } from "./batches.ts";
import { testConnecting } from "./connecting.ts";
import { type DriverCapabilities, Harness } from "./harness.ts";
import { testLifecycle } from "./lifecycle.ts";
import { testPrepared } from "./prepared.ts";
import { testStreams } from "./streams.ts";
import { startTestServer, type TestServer } from "./test-server.ts";
import { testCopy, testValues } from "./values.ts";

/**
 * The tests that every driver must pass, against a real server.
 *
 * @param capabilities what the driver's documentation says it cannot do
 */
export function describeDriver(name: string, driver: Driver, capabilities: DriverCapabilities): void {
  describe(`driver ${name}`, () => {
    const harness = new Harness(driver, capabilities);
    let server: TestServer | undefined;
    beforeAll(async () => {
      server = await startTestServer();
      await harness.use(server.target);
    });
    afterAll(() => server?.stop());

    describe("connecting", () => testConnecting(harness));
    describe("batches", () => testBatches(harness));
    describe("prepared statements", () => testPrepared(harness));
    describe("sessions", () => testLifecycle(harness));
    describe("streams", () => testStreams(harness));
    describe("values", () => testValues(harness));
    describe("COPY", () => testCopy(harness));
  });
}
