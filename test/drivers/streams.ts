import { describe, expect, test } from "vitest";
import type { DriverConnection, DriverStream } from "../../packages/tegmen/src/drivers/driver.ts";
import { cancelled, drain, expectUsable, failureOf, type Harness, record, runs, statement } from "./harness.ts";
import { Proxy } from "./proxy.ts";

const series = "SELECT g FROM generate_series(1, $1::int8) AS g";

/** More rows before the error than a server keeps back. */
const erring = "SELECT 1 / (20000 - g), repeat('x', 200) FROM generate_series(1, 30000) AS g";

/** Rows a batch at a time. */
export function testStreams(harness: Harness): void {
  for (const inTransaction of [false, true]) {
    const title = inTransaction ? "in a transaction" : "outside a transaction";
    describe(`streams ${title}`, () => {
      testStream(harness, inTransaction);
    });
  }

  test("an early end in a transaction leaves the transaction as it was", async () => {
    const connection = await harness.connect();
    await runs(connection, "BEGIN");
    const stream = connection.stream(statement(series, ["5000"]), { batchSize: 10, inTransaction: true });
    await stream.next();
    await stream.close();
    expect(connection.transactionStatus).toBe("T");
    await expectUsable(connection);
    expect(connection.transactionStatus).toBe("T");
  });

  test("an early end in a transaction does not read the rest", async ({ skip }) => {
    skip(!harness.capabilities.closesPortals, "the driver reads the rest, to keep the transaction");
    const proxy = harness.stopAfter(await Proxy.start(harness.target));
    const connection = await harness.connect(proxy.address);
    await runs(connection, "BEGIN");
    const before = proxy.received;
    const stream = connection.stream(statement(series, ["1000000"]), { batchSize: 10, inTransaction: true });
    await stream.next();
    await stream.close();
    expect(proxy.received - before).toBeLessThan(10_000);
  });
}

function testStream(harness: Harness, inTransaction: boolean): void {
  const open = async (overrides = {}): Promise<DriverConnection> => {
    const connection = await harness.connect(overrides);
    if (inTransaction) await runs(connection, "BEGIN");
    return connection;
  };
  const streamOf = (
    connection: DriverConnection,
    sql: string,
    parameters: readonly string[] = [],
    batchSize = 100,
  ): DriverStream => connection.stream(statement(sql, parameters), { batchSize, inTransaction });
  /** Rolls back what a failure left of the transaction. */
  const settle = async (connection: DriverConnection): Promise<void> => {
    if (connection.transactionStatus !== "I") await runs(connection, "ROLLBACK");
    await expectUsable(connection);
  };

  test.each([1, 99, 100, 101, 200, 2_345])("%i rows arrive in pages, in order", async (count) => {
    const connection = await open();
    const stream = streamOf(connection, series, [String(count)]);
    let rows = 0;
    for (let page = await stream.next(); page !== null; page = await stream.next()) {
      expect(page.length).toBeGreaterThan(0);
      expect(page.length).toBeLessThanOrEqual(100);
      for (const row of page) expect(row).toEqual([String(++rows)]);
      expect(connection.isBusy).toBe(true);
    }
    expect(rows).toBe(count);
    expect(stream.fields.map((field) => field.name)).toEqual(["g"]);
    expect(await stream.next()).toBeNull();
    await stream.close();
    expect(connection.isBusy).toBe(false);
    await settle(connection);
  });

  test("a result without rows has columns", async () => {
    const connection = await open();
    const stream = streamOf(connection, "SELECT 1 AS a, 2 AS b WHERE 1 = 2");
    expect(await stream.next()).toBeNull();
    expect(stream.fields.map((field) => field.name)).toEqual(["a", "b"]);
    await settle(connection);
  });

  test("statements without rows can be streamed", async () => {
    const connection = await open();
    expect(await drain(streamOf(connection, "SET application_name = 'streamed'"))).toEqual([]);
    expect(await drain(streamOf(connection, ""))).toEqual([]);
    await settle(connection);
  });

  test("memory stays constant", async () => {
    const connection = await open();
    const sql = "SELECT repeat('x', 1000) FROM generate_series(1, $1::int8)";
    const stream = streamOf(connection, sql, ["120000"]);
    const used = (): number => {
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    const before = used();
    let most = 0;
    let rows = 0;
    for (let page = await stream.next(); page !== null; page = await stream.next()) {
      rows += page.length;
      most = Math.max(most, used() - before);
      // Let whatever would read ahead do so.
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(rows).toBe(120_000);
    expect(most).toBeLessThan(80_000_000);
    await settle(connection);
  });

  test("a consumer that does nothing holds the server back", async () => {
    const proxy = harness.stopAfter(await Proxy.start(harness.target));
    const connection = await open(proxy.address);
    const stream = streamOf(connection, "SELECT repeat('x', 10000) FROM generate_series(1, 10000)", [], 10);
    await stream.next();
    // Until nothing has passed for many turns of the event loop: 100 MB would never fit in between.
    for (let quiet = 0, seen = -1; quiet < 1_000; quiet = proxy.received === seen ? quiet + 1 : 0) {
      seen = proxy.received;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(proxy.received).toBeLessThan(50_000_000);
    connection.destroy();
  });

  test("an early end leaves the connection ready", async () => {
    const connection = await open();
    const stream = streamOf(connection, "SELECT g, repeat('x', 100) FROM generate_series(1, 50000) AS g");
    await stream.next();
    await stream.close();
    expect(connection.isBusy).toBe(false);
    expect(await stream.next()).toBeNull();
    await stream.close();
    await settle(connection);
  });

  test("an early end when all rows have come leaves the connection ready", async () => {
    const connection = await open();
    const stream = streamOf(connection, series, ["50"], 10);
    await stream.next();
    await stream.close();
    expect(connection.isBusy).toBe(false);
    await settle(connection);
  });

  test("an end before the beginning sends nothing", async () => {
    const connection = await open();
    const { turns } = connection;
    const stream = streamOf(connection, "SELECT 1");
    expect(connection.isBusy).toBe(true);
    await stream.close();
    expect(connection.isBusy).toBe(false);
    expect(connection.turns).toBe(turns);
    await settle(connection);
  });

  test("an error in the middle comes after the rows before it", async () => {
    const connection = await open();
    const stream = streamOf(connection, erring);
    let rows = 0;
    const failure = await failureOf(
      (async () => {
        for (let page = await stream.next(); page !== null; page = await stream.next()) rows += page.length;
      })(),
    );
    expect(failure).toMatchObject({ kind: "server", index: 0, fields: { code: "22012" } });
    expect(rows).toBeLessThan(20_000);
    expect(rows).toBeGreaterThan(0);
    expect(await stream.next()).toBeNull();
    await stream.close();
    expect(connection.isBusy).toBe(false);
    await settle(connection);
  });

  test("an error at the beginning", async () => {
    const connection = await open();
    const failure = await failureOf(streamOf(connection, "SELECT * FROM no_such_table_anywhere").next());
    expect(failure).toMatchObject({ kind: "server", fields: { code: "42P01" } });
    await settle(connection);
  });

  test("streams of prepared statements, one after the other", async () => {
    const connection = await open();
    for (let i = 0; i < 3; i++) {
      const prepared = { sql: series, parameters: ["7"], prepare: true };
      const stream = connection.stream(prepared, { batchSize: 3, inTransaction });
      expect(await drain(stream)).toHaveLength(7);
      expect((await record(connection, series, ["2"], { prepare: true })).rows).toHaveLength(2);
    }
  });

  test("a connection lost in the middle", async () => {
    const proxy = harness.stopAfter(await Proxy.start(harness.target));
    const connection = await open(proxy.address);
    const stream = streamOf(connection, "SELECT repeat('x', 1000) FROM generate_series(1, 100000)");
    await stream.next();
    proxy.cut();
    expect(await failureOf(drain(stream))).toMatchObject({ kind: "lost", sent: true });
    expect(connection.isOpen).toBe(false);
    await stream.close();
  });

  test("a connection destroyed in the middle", async () => {
    const connection = await open();
    const stream = streamOf(connection, "SELECT repeat('x', 1000) FROM generate_series(1, 100000)");
    await stream.next();
    connection.destroy();
    expect(await failureOf(drain(stream))).toMatchObject({ kind: "lost" });
    await stream.close();
  });

  test("a statement that is cancelled", async () => {
    const connection = await open();
    const stream = streamOf(connection, "SELECT pg_sleep(60)");
    const page = cancelled(connection, stream.next());
    expect(await failureOf(page)).toMatchObject({ kind: "server", fields: { code: "57014" } });
    await settle(connection);
  });
}
