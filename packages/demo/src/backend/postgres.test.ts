import { existsSync, statSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { ServerExit } from "./child.ts";
import type { PostgresServer, StartPostgresOptions } from "./postgres-options.ts";
import { startPostgres } from "./postgres.ts";
import { isRunning } from "./process-identity.ts";
import { queryRow } from "./testing-support/sandbox.ts";

let cacheFolder: string;
const running: PostgresServer[] = [];

async function start(options: StartPostgresOptions = {}): Promise<PostgresServer> {
  const server = await startPostgres({ cacheFolder, ...options });
  running.push(server);
  return server;
}

async function templates(): Promise<readonly string[]> {
  return (await readdir(cacheFolder)).filter((name) => name.startsWith("template-")).toSorted();
}

const CLUSTER = "SELECT system_identifier::text FROM pg_control_system()";

beforeAll(async () => {
  cacheFolder = await mkdtemp(join(tmpdir(), "tegmen-test-cache-"));
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

afterAll(async () => {
  await rm(cacheFolder, { recursive: true, force: true });
});

describe("startPostgres", () => {
  test("gives a server that accepts connections, and stop leaves nothing", async () => {
    const server = await start();
    const folder = dirname(server.socketDir);
    expect(await queryRow(server, "SELECT current_user")).toEqual(["root"]);
    expect(statSync(server.socketDir).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, "data")).mode & 0o777).toBe(0o700);
    expect(existsSync(server.logFile)).toBe(true);

    await server.stop();
    await server.stop();

    expect(isRunning(server.pid)).toBe(false);
    expect(existsSync(folder)).toBe(false);
  });

  test("sets it up as the demo cluster needs it", async () => {
    const server = await start();
    const expected = {
      fsync: "off",
      synchronous_commit: "on",
      full_page_writes: "off",
      enable_seqscan: "off",
      enable_bitmapscan: "off",
      jit: "off",
      autovacuum: "on",
      listen_addresses: "",
      deadlock_timeout: "50ms",
      default_transaction_isolation: "serializable",
      max_connections: "200",
      wal_level: "minimal",
      max_wal_senders: "0",
      TimeZone: "UTC",
      lc_messages: "C",
      server_encoding: "UTF8",
    };
    const names = Object.keys(expected);
    const row = await queryRow(server, `SELECT ${names.map((name) => `current_setting('${name}')`).join(", ")}`);
    expect(Object.fromEntries(names.map((name, index) => [name, row[index]]))).toEqual(expected);
    // Text compares by bytes, and upper case is known beyond ASCII.
    expect(await queryRow(server, "SELECT 'Z' < 'a', 'z' < 'é', upper('é')")).toEqual([true, true, "É"]);
  });

  test("takes further settings, whatever they hold", async () => {
    const server = await start({ settings: { max_connections: 50, application_name: "it's a \\ name" } });
    const sql = "SELECT current_setting('max_connections'), reset_val FROM pg_settings WHERE name = 'application_name'";
    expect(await queryRow(server, sql)).toEqual(["50", "it's a \\ name"]);
  });

  test("initialises once: a second server is a copy with data of its own", async () => {
    const first = await start();
    const before = await templates();
    const second = await start();
    await queryRow(first, "CREATE TABLE only_here (id int)");

    expect(await templates()).toEqual(before);
    expect(await queryRow(second, CLUSTER)).toEqual(await queryRow(first, CLUSTER));
    expect(await queryRow(second, "SELECT to_regclass('only_here')")).toEqual([null]);
  });

  test("two cold starts at once share the work", async () => {
    const options = { cacheFolder: await mkdtemp(join(cacheFolder, "cold-")) };
    const [first, second] = await Promise.all([start(options), start(options)]);
    expect(await queryRow(second, CLUSTER)).toEqual(await queryRow(first, CLUSTER));
    expect(await readdir(options.cacheFolder)).toHaveLength(1);
  });

  test("listens on loopback with a password if asked to", async () => {
    const server = await start({ listen: "loopback" });
    expect(server.host).toBe("127.0.0.1");
    expect(server.socketDir).toBe("");
    expect(await queryRow(server, "SELECT inet_server_addr() = '127.0.0.1'")).toEqual([true]);
    await expect(queryRow({ ...server, port: server.port, password: "wrong" }, "SELECT 1")).rejects.toMatchObject({
      code: "28P01",
    });
    expect(inspect(server)).not.toContain(server.password);
  });

  test("keeps the data in a folder if asked to", async () => {
    const dataFolder = join(cacheFolder, "kept");
    const first = await start({ dataFolder });
    await queryRow(first, "CREATE TABLE kept AS SELECT 42 AS answer");
    await first.stop();
    const second = await start({ dataFolder });
    expect(await queryRow(second, "SELECT answer FROM kept")).toEqual([42]);
  });

  test("shows the server's own words if it does not start, and leaves nothing", async () => {
    const attempt = startPostgres({ cacheFolder, settings: { shared_buffers: "lots" } });
    await expect(attempt).rejects.toThrow(/ended while it started[\s\S]*shared_buffers/);
  });
});

describe("templateSql", () => {
  const templateSql = `
    CREATE SCHEMA compat; -- with a comment

    CREATE FUNCTION compat.answer() RETURNS int LANGUAGE plpgsql AS $$
    DECLARE
      result int;

    BEGIN
      result := 42;

      RETURN result;

    END $$;

    CREATE TABLE compat.marks AS SELECT 'ä;''' AS mark;`;

  test("is there in every database", async () => {
    const server = await start({ templateSql });
    await queryRow(server, "CREATE DATABASE later");
    const sql = "SELECT compat.answer(), mark FROM compat.marks";
    expect(await queryRow(server, sql)).toEqual([42, "ä;'"]);
    expect(await queryRow(server, sql, "later")).toEqual([42, "ä;'"]);
  });

  test("is there in the databases named, and only there", async () => {
    const server = await start({ templateSql, templateDatabases: ['own "name"'] });
    expect(await queryRow(server, "SELECT compat.answer()", 'own "name"')).toEqual([42]);
    expect(await queryRow(server, "SELECT to_regnamespace('compat')")).toEqual([null]);
  });

  test("leaves no more of the log to copy than a start reads", async () => {
    await start({ templateSql });
    for (const name of await templates()) {
      const log = await readdir(join(cacheFolder, name, "pg_wal"));
      expect(log.filter((file) => /^[0-9A-F]{24}$/.test(file)).length).toBeOneOf([1, 2]);
    }
  });

  test("is run once, and again when it changes", async () => {
    const first = await queryRow(await start({ templateSql }), CLUSTER);
    const again = await queryRow(await start({ templateSql }), CLUSTER);
    const changed = await queryRow(await start({ templateSql: `${templateSql} SELECT 1` }), CLUSTER);
    expect(again).toEqual(first);
    expect(changed).not.toEqual(first);
  });

  test("that fails says why and leaves no template", async () => {
    const before = await templates();
    const attempt = startPostgres({ cacheFolder, templateSql: "SELECT 1;\n\nSELECT 1 / 0;\n\nSELECT 2" });
    await expect(attempt).rejects.toThrow('Preparing database "template1" failed: division by zero');
    expect(await templates()).toEqual(before);
  });
});

describe("a running server", () => {
  test.each(["SIGQUIT", "SIGKILL", "SIGINT"] as const)("restarts on the same data after %s", async (signal) => {
    const server = await start();
    const exits: ServerExit[] = [];
    server.onExit((exit) => exits.push(exit));
    await queryRow(server, "CREATE TABLE kept AS SELECT 1 AS id");
    const { pid } = server;

    await server.restart(signal);

    expect(server.pid).not.toBe(pid);
    expect(await queryRow(server, "SELECT id FROM kept")).toEqual([1]);
    expect(exits).toEqual([]);
  });

  test("tells when it ends by itself, and stop still cleans up", async () => {
    const server = await start();
    const seen = vi.fn<(exit: ServerExit) => void>();
    const ended = new Promise<ServerExit>((resolve) => void server.onExit(resolve));
    server.onExit(seen)();

    process.kill(server.pid, "SIGKILL");

    expect(await ended).toMatchObject({ code: null, signal: "SIGKILL" });
    expect(seen).not.toHaveBeenCalled();
    await server.stop();
    expect(existsSync(dirname(server.logFile))).toBe(false);
  });

  test("is not restarted once stopped", async () => {
    const server = await start();
    const restarting = server.restart();
    await server.stop();
    await expect(restarting).rejects.toThrow("stopped");
    expect(existsSync(dirname(server.logFile))).toBe(false);
  });
});
