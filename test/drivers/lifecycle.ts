import { expect, test } from "vitest";
import type { DriverConnection, Notice } from "../../packages/tegmen/src/drivers/driver.ts";
import { cancelled, expectUsable, type Harness, rowsOf, runs, serverError, statement, tags } from "./harness.ts";
import { Proxy } from "./proxy.ts";

/** Sessions: settings, notices, cancelling, and how connections end. */
export function testLifecycle(harness: Harness): void {
  test("runSimple runs several statements and has a result for each", async () => {
    const table = await harness.table("a INT8");
    const connection = await harness.connect();
    const outcome = await connection.runSimple(
      `INSERT INTO ${table} VALUES (1), (2); SELECT a FROM ${table}; SET application_name = 'simple'; SELECT 1`,
    );
    expect(outcome.failure).toBeUndefined();
    expect(tags(outcome)).toEqual(["INSERT 0 2", "SELECT 2", "SET", "SELECT 1"]);
    expect(tags(await connection.runSimple(""))).toEqual([""]);
    await expectUsable(connection);
  });

  test("runSimple stops at the first failure", async () => {
    const table = await harness.table("a INT8");
    const connection = await harness.connect();
    const outcome = await connection.runSimple(`SELECT 1; SELECT 1 / 0; INSERT INTO ${table} VALUES (1)`);
    expect(tags(outcome)).toEqual(["SELECT 1"]);
    expect(serverError(outcome)).toMatchObject({ index: 1, code: "22012" });
    expect(await rowsOf(connection, `SELECT a FROM ${table}`)).toEqual([]);
    expect(serverError(await connection.runSimple("SELECT 1; SELEC"))).toMatchObject({ code: "42601" });
    await runs(connection, "BEGIN");
    await connection.runSimple("SELECT 1 / 0");
    expect(connection.transactionStatus).toBe("E");
  });

  test("settings that the server reports are followed", async () => {
    const connection = await harness.connect({ startup: { application_name: "first", TimeZone: "UTC" } });
    expect(connection.serverParameters.get("application_name")).toBe("first");
    expect(connection.serverParameters.get("server_version")).toMatch(/^\d+/);
    await runs(connection, "SET application_name = 'second'");
    expect(connection.serverParameters.get("application_name")).toBe("second");
    await connection.runSimple("SET application_name = 'third'");
    expect(connection.serverParameters.get("application_name")).toBe("third");
    expect(await rowsOf(connection, "SHOW TimeZone")).toEqual([["UTC"]]);
  });

  test("notices are handed over, and are no errors", async () => {
    const table = await harness.table("a INT8");
    const connection = await harness.connect();
    const notices: Notice[] = [];
    connection.onNotice((notice) => notices.push(notice));
    const outcome = await runs(connection, `CREATE TABLE IF NOT EXISTS ${table} (a INT8)`);
    expect(outcome.failure).toBeUndefined();
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatchObject({ severity: "NOTICE", message: expect.stringContaining("already exists") });
    expect(notices[0]!.code).toHaveLength(5);
  });

  test("a running statement can be cancelled", async () => {
    const connection = await harness.connect();
    const running = runs(connection, "SELECT pg_sleep(60)");
    expect(serverError(await cancelled(connection, running))).toMatchObject({ code: "57014" });
    await expectUsable(connection);
  });

  test("a cancel request to a server that is gone", async () => {
    const proxy = await Proxy.start(harness.target);
    const connection = await harness.connect(proxy.address);
    await proxy.stop();
    await expect(connection.cancel()).rejects.toThrow(/ECONNREFUSED/);
  });

  test("close lets what is under way finish", async () => {
    const connection = await harness.connect();
    const closes: Error[] = [];
    connection.onClose((cause) => closes.push(cause));
    const running = Promise.all([runs(connection, "SELECT pg_sleep(0.1)"), runs(connection, "SELECT 1", "SELECT 2")]);
    await connection.close();
    expect((await running).map((outcome) => outcome.failure)).toEqual([undefined, undefined]);
    expect(connection.isOpen).toBe(false);
    expect(closes).toHaveLength(1);
    await connection.close();
    expect(closes).toHaveLength(1);
  });

  test("nothing is sent on a connection that is closed", async () => {
    const connection = await harness.connect();
    const { turns } = connection;
    const closing = connection.close();
    expect(await runs(connection, "SELECT 1")).toMatchObject({ results: [], failure: { kind: "lost", sent: false } });
    await closing;
    expect(await runs(connection, "SELECT 1")).toMatchObject({ results: [], failure: { kind: "lost", sent: false } });
    expect(await connection.runSimple("SELECT 1")).toMatchObject({ failure: { kind: "lost", sent: false } });
    const stream = connection.stream(statement("SELECT 1"), { batchSize: 1, inTransaction: false });
    await expect(stream.next()).rejects.toMatchObject({ failure: { kind: "lost", sent: false } });
    expect(connection.turns).toBe(turns);
    expect(connection.isBusy).toBe(false);
    const told = new Promise<Error>((resolve) => connection.onClose(resolve));
    expect(await told).toBeInstanceOf(Error);
  });

  test("destroy while running loses what was sent", async () => {
    const connection = await harness.connect();
    const closes: Error[] = [];
    connection.onClose((cause) => closes.push(cause));
    const running = Promise.all([runs(connection, "SELECT pg_sleep(60)"), runs(connection, "SELECT 1")]);
    await untilAsleep(harness, connection);
    connection.destroy();
    for (const outcome of await running) {
      expect(outcome).toMatchObject({ results: [], failure: { kind: "lost", index: 0, sent: true } });
    }
    expect(connection.isOpen).toBe(false);
    expect(connection.isBusy).toBe(false);
    expect(closes).toHaveLength(1);
    connection.destroy();
    expect(closes).toHaveLength(1);
  });

  test("a connection lost while running says how far it came", async () => {
    const proxy = harness.stopAfter(await Proxy.start(harness.target));
    const connection = await harness.connect(proxy.address);
    await runs(connection, "BEGIN");
    const running = runs(connection, "SELECT 1", "SELECT 2", "SELECT pg_sleep(60)");
    await untilAsleep(harness, connection);
    proxy.cut();
    expect(await running).toMatchObject({ failure: { kind: "lost", sent: true } });
    expect(connection.isOpen).toBe(false);
  });

  test("a connection lost while idle is announced once", async () => {
    const proxy = harness.stopAfter(await Proxy.start(harness.target));
    const connection = await harness.connect(proxy.address);
    let closes = 0;
    const closed = new Promise<Error>((resolve) => {
      connection.onClose((cause) => {
        closes++;
        resolve(cause);
      });
    });
    proxy.cut();
    expect(await closed).toBeInstanceOf(Error);
    expect(connection.isOpen).toBe(false);
    expect(await runs(connection, "SELECT 1")).toMatchObject({ failure: { kind: "lost", sent: false } });
    await connection.close();
    connection.destroy();
    expect(closes).toBe(1);
    expect(proxy.connections).toBe(1);
  });

  test("a server that ends the session is quoted", async ({ skip }) => {
    skip(harness.isCockroach, "CockroachDB has no pg_terminate_backend");
    const [idle, busy, other] = [await harness.connect(), await harness.connect(), await harness.connect()];
    const closed = new Promise<Error>((resolve) => idle.onClose(resolve));
    const running = runs(busy, "SELECT pg_sleep(60)");
    await untilAsleep(harness, busy);
    const sql = "SELECT pg_terminate_backend($1::int4)";
    for (const connection of [idle, busy]) await rowsOf(other, sql, [String(connection.processId)]);
    expect((await closed).message).toContain("terminating connection");
    expect(serverError(await running)).toMatchObject({ severity: "FATAL", code: "57P01" });
  });

  test("a connection knows where it is and who serves it", async () => {
    const connection = await harness.connect();
    const { host, port } = harness.target;
    expect(connection.address).toBe(host.startsWith("/") ? host : `${host}:${port}`);
    const [row] = await rowsOf(connection, "SELECT pg_backend_pid()");
    // CockroachDB's sessions have no process.
    expect(String(connection.processId)).toBe(harness.isCockroach ? String(connection.processId) : row![0]);
  });
}

async function untilAsleep(harness: Harness, connection: DriverConnection): Promise<void> {
  if (harness.isCockroach) return;
  const other = await harness.connect();
  const sql = "SELECT state = 'active' AND query LIKE '%pg_sleep%' FROM pg_stat_activity WHERE pid = $1";
  for (;;) {
    const rows = await rowsOf(other, sql, [String(connection.processId)]);
    if (rows[0]?.[0] === "t") return;
  }
}
