import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestGateway } from "./testing-support/test-gateway.ts";
import type { TestGateway } from "./testing-support/test-gateway.ts";

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway();
});

afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
});

const rows = async (client: pg.Client, sql: string, values?: unknown[]): Promise<unknown[]> =>
  (await client.query(values ? { text: sql, values } : sql)).rows;

const failure = async (work: Promise<unknown>): Promise<{ code: string; message: string; hint?: string }> =>
  work.then(
    () => Promise.reject(new Error("it did not fail")),
    (error: { code: string; message: string; hint?: string }) => error,
  );

/** A table of its own for a test. */
let tables = 0;
async function table(client: pg.Client, values = "(1, 10), (2, 20), (3, 30)"): Promise<string> {
  const name = `t${++tables}`;
  await client.query(`CREATE TABLE ${name} (id int8 PRIMARY KEY, v int8)`);
  await client.query(`INSERT INTO ${name} VALUES ${values}`);
  return name;
}

describe("a connection", () => {
  test("is told what kind of server this is", async () => {
    const status: Record<string, string> = {};
    const client = new pg.Client({ host: "127.0.0.1", port: gateway.port, user: "root", database: "defaultdb" });
    client.on("error", () => {});
    (client as unknown as { connection: NodeJS.EventEmitter }).connection.on(
      "parameterStatus",
      (message: { parameterName: string; parameterValue: string }) => {
        status[message.parameterName] = message.parameterValue;
      },
    );
    await client.connect();
    await client.end();
    expect(status).toEqual({
      server_version: "13.0.0",
      server_encoding: "UTF8",
      client_encoding: "UTF8",
      application_name: "",
      DateStyle: "ISO, MDY",
      IntervalStyle: "postgres",
      TimeZone: "UTC",
      integer_datetimes: "on",
      standard_conforming_strings: "on",
      crdb_version: "CockroachDB CCL v21.2.0 (test)",
      session_authorization: "root",
      is_superuser: "on",
    });
  });

  test("is refused for a user that does not exist", async () => {
    const error = await failure(gateway.connect({ user: "nobody" }));
    expect(error).toMatchObject({ code: "XXUUU", message: "password authentication failed for user nobody" });
  });

  test("takes settings from its options, and refuses values they cannot have", async () => {
    const client = await gateway.connect({ options: "-c statement_timeout=100ms -c no_such_setting=1" });
    expect(await rows(client, "SHOW statement_timeout")).toEqual([{ statement_timeout: "100" }]);
    expect(await failure(client.query("SELECT pg_sleep(5)"))).toMatchObject({
      code: "57014",
      message: "query execution canceled due to statement timeout",
    });
    expect(await failure(gateway.connect({ options: "-c default_int_size=3" }))).toMatchObject({ code: "22023" });
  });

  test("to a database that does not exist finds no tables", async () => {
    const client = await gateway.connect({ database: "nowhere" });
    expect(await failure(client.query("SELECT * FROM t1"))).toMatchObject({ code: "42P01" });
  });
});

describe("queries", () => {
  test("run by both protocols, with integers as INT8", async () => {
    const client = await gateway.connect();
    const simple = await client.query("SELECT 1 AS a, 'x' AS b, ARRAY[1, 2] AS c");
    expect(simple.fields.map((field) => field.dataTypeID)).toEqual([20, 25, 1016]);
    expect(await rows(client, "SELECT $1::int8 + 1 AS a", [41])).toEqual([{ a: "42" }]);
    const named = { name: "q", text: "SELECT $1::text AS a" };
    expect((await client.query({ ...named, values: ["x"] })).rows).toEqual([{ a: "x" }]);
    expect((await client.query({ ...named, values: ["y"] })).rows).toEqual([{ a: "y" }]);
  });

  test("in binary are widened too", async () => {
    const client = await gateway.connect();
    const query = {
      text: "SELECT 7 AS a, ARRAY[1, 3] AS b, $1::text AS c, 2::int2 AS d",
      values: ["x"],
      binary: true,
      types: { getTypeParser: () => (value: Buffer) => Buffer.from(value).toString("hex") },
    };
    const result = await client.query(query as unknown as pg.QueryConfig);
    const array = "0000000100000000000000140000000200000001000000080000000000000001000000080000000000000003";
    expect(result.rows).toEqual([{ a: "0000000000000007", b: array, c: "78", d: "0000000000000002" }]);
  });

  test("give time stamps with minutes in their zone", async () => {
    const client = await gateway.connect({
      types: { getTypeParser: () => (value: string | Buffer) => value },
    });
    const sql = "SELECT '2020-07-01 12:00:00Z'::timestamptz AS v, ARRAY['2020-07-01 12:00:00Z'::timestamptz] AS a";
    expect(await rows(client, sql)).toEqual([{ v: "2020-07-01 12:00:00+00:00", a: '{"2020-07-01 12:00:00+00:00"}' }]);
    expect(await rows(client, sql, [])).toEqual([
      { v: "2020-07-01 12:00:00+00:00", a: '{"2020-07-01 12:00:00+00:00"}' },
    ]);
  });

  test("several in one text are transactions of their own", async () => {
    const client = await gateway.connect();
    const t = await table(client);
    const error = await failure(
      client.query(`INSERT INTO ${t} VALUES (10, 1); INSERT INTO ${t} VALUES (1, 1); INSERT INTO ${t} VALUES (11, 1)`),
    );
    expect(error.code).toBe("23505");
    expect(await rows(client, `SELECT id FROM ${t} ORDER BY id`)).toEqual(["1", "2", "3", "10"].map((id) => ({ id })));
    expect((await client.query("")).rows).toEqual([]);
  });

  test("sent together before one Sync are transactions of their own as well", async () => {
    const client = await gateway.connect();
    const t = await table(client);
    const { connection } = client as unknown as { connection: Record<string, (message?: unknown) => void> };
    const tags: string[] = [];
    const done = new Promise<void>((resolve) => {
      (connection as unknown as NodeJS.EventEmitter).once("readyForQuery", () => resolve());
      const submittable = {
        submit: () => {
          for (const id of [4, 1, 5]) {
            connection["parse"]?.({ name: "", text: `INSERT INTO ${t} VALUES ($1, 1)`, types: [] });
            connection["bind"]?.({ portal: "", statement: "", values: [String(id)] });
            connection["execute"]?.({ portal: "", rows: 0 });
          }
          connection["sync"]?.();
          return null;
        },
        handleCommandComplete: (message: { text: string }) => tags.push(message.text),
        handleError: (error: { code: string }) => tags.push(error.code),
        handleReadyForQuery: () => {},
        handleRowDescription: () => {},
        handleDataRow: () => {},
        handleEmptyQuery: () => {},
        handlePortalSuspended: () => {},
      };
      client.query(submittable as unknown as pg.Submittable);
    });
    await done;
    expect(tags).toEqual(["INSERT 0 1", "23505"]);
    expect(await rows(client, `SELECT count(*) AS n FROM ${t}`)).toEqual([{ n: "4" }]);
  });

  test("with many rows arrive whole", async () => {
    const client = await gateway.connect();
    const result = await client.query("SELECT i, repeat('x', 100) AS t FROM generate_series(1, 50000) AS g(i)");
    expect(result.rows.length).toBe(50_000);
    expect(result.rows.at(-1)).toEqual({ i: "50000", t: "x".repeat(100) });
  });

  test("of a long text, and over the limit", async () => {
    const client = await gateway.connect();
    const long = "y".repeat(5_000_000);
    expect(await rows(client, `SELECT length('${long}') AS n`)).toEqual([{ n: "5000000" }]);
    expect(await rows(client, "SELECT length($1) AS n", [long])).toEqual([{ n: "5000000" }]);
    const over = "z".repeat(17 * 1024 * 1024);
    expect(await failure(client.query(`SELECT '${over}'`))).toMatchObject({ code: "54000" });
    expect(await failure(client.query("SELECT $1", [over]))).toMatchObject({ code: "54000" });
    expect(await rows(client, "SELECT 1 AS a")).toEqual([{ a: "1" }]);
  });

  test("prepared under a name follow a change of the connection's settings and fail by name", async () => {
    const client = await gateway.connect();
    expect(await failure(client.query({ name: "bad", text: "SELECT nope", values: [] }))).toMatchObject({
      code: "42703",
    });
    expect((await client.query({ name: "bad", text: "SELECT 1 AS a", values: [] })).rows).toEqual([{ a: "1" }]);
  });
});

describe("transactions", () => {
  test("are aborted by an error and answer ROLLBACK to COMMIT", async () => {
    const client = await gateway.connect();
    await client.query("BEGIN");
    expect((await failure(client.query("SELECT 1 / $1::int8", [0]))).code).toBe("22012");
    expect(await failure(client.query("SELECT 1"))).toMatchObject({
      code: "25P02",
      message: "current transaction is aborted, commands ignored until end of transaction block",
    });
    expect((await client.query("COMMIT")).command).toBe("ROLLBACK");
    expect(await failure(client.query("COMMIT"))).toMatchObject({ message: "there is no transaction in progress" });
  });

  test("follow the cockroach_restart protocol over a conflict", async () => {
    const [a, b] = [await gateway.connect(), await gateway.connect()];
    const t = await table(a);
    await a.query("BEGIN; SAVEPOINT cockroach_restart");
    expect(await rows(a, `SELECT v FROM ${t} WHERE id = 1`)).toEqual([{ v: "10" }]);
    await b.query(`UPDATE ${t} SET v = 11 WHERE id = 1`);
    const error = await failure(a.query(`UPDATE ${t} SET v = 100 WHERE id = 1`));
    expect(error.code).toBe("40001");
    expect(error.message).toMatch(/^restart transaction: /);
    expect(error.hint).toContain("transaction-retry-error-reference");
    await a.query("ROLLBACK TO SAVEPOINT cockroach_restart");
    expect(await rows(a, `SELECT v FROM ${t} WHERE id = 1`)).toEqual([{ v: "11" }]);
    await a.query(`UPDATE ${t} SET v = v + 100 WHERE id = 1`);
    expect((await a.query("RELEASE SAVEPOINT cockroach_restart")).command).toBe("COMMIT");
    expect(await failure(a.query("SELECT 1"))).toMatchObject({ code: "25000" });
    expect((await a.query("COMMIT")).command).toBe("COMMIT");
    expect(await rows(b, `SELECT v FROM ${t} WHERE id = 1`)).toEqual([{ v: "111" }]);
  });

  test("refuse a write skew at the release, and take a plain SAVEPOINT for the rollback", async () => {
    const [a, b] = [await gateway.connect(), await gateway.connect()];
    const t = await table(a);
    for (const client of [a, b]) {
      await client.query("BEGIN; SAVEPOINT cockroach_restart");
      await client.query(`SELECT sum(v) FROM ${t} WHERE id IN (1, 2)`);
    }
    await a.query(`UPDATE ${t} SET v = v - 5 WHERE id = 1`);
    await b.query(`UPDATE ${t} SET v = v - 5 WHERE id = 2`);
    await b.query("RELEASE SAVEPOINT cockroach_restart");
    await b.query("COMMIT");
    expect(await failure(a.query("RELEASE SAVEPOINT cockroach_restart"))).toMatchObject({ code: "40001" });
    expect((await a.query("SAVEPOINT cockroach_restart")).command).toBe("ROLLBACK");
    await a.query(`UPDATE ${t} SET v = v - 5 WHERE id = 1`);
    await a.query("RELEASE SAVEPOINT cockroach_restart");
    await a.query("COMMIT");
    expect(await rows(b, `SELECT v FROM ${t} ORDER BY id`)).toEqual([{ v: "5" }, { v: "15" }, { v: "30" }]);
  });

  test("are replayed after a conflict when what they saw still holds", async () => {
    const [a, b] = [await gateway.connect(), await gateway.connect()];
    const t = await table(a);
    await a.query("BEGIN");
    await a.query(`SELECT v FROM ${t} WHERE id = 3`);
    await a.query({ name: "up", text: `UPDATE ${t} SET v = v + $1 WHERE id = 2`, values: [1] });
    await b.query(`UPDATE ${t} SET v = 11 WHERE id = 1`);
    expect(
      (await a.query({ name: "up1", text: `UPDATE ${t} SET v = v + $1 WHERE id = 1`, values: [1] })).rowCount,
    ).toBe(1);
    expect((await a.query("COMMIT")).command).toBe("COMMIT");
    expect(await rows(b, `SELECT v FROM ${t} ORDER BY id`)).toEqual([{ v: "12" }, { v: "21" }, { v: "30" }]);
  });

  test("report injected retry errors three times each", async () => {
    const client = await gateway.connect();
    await client.query("SET inject_retry_errors_enabled = 'true'");
    expect(await rows(client, "SELECT 1 AS a")).toEqual([{ a: "1" }]);
    await client.query("BEGIN; SAVEPOINT cockroach_restart");
    for (let i = 0; i < 3; i++) {
      expect(await failure(client.query("SELECT 1"))).toMatchObject({
        code: "40001",
        message:
          "restart transaction: TransactionRetryWithProtoRefreshError: injected by `inject_retry_errors_enabled` session variable",
      });
      await client.query("ROLLBACK TO SAVEPOINT cockroach_restart");
    }
    expect(await rows(client, "SELECT 1 AS a")).toEqual([{ a: "1" }]);
    await client.query("RELEASE SAVEPOINT cockroach_restart");
    await client.query("COMMIT");
  });

  test("keep the sum of contended transfers by 16 clients", async () => {
    const clients = await Promise.all(Array.from({ length: 16 }, () => gateway.connect()));
    const [first] = clients;
    if (!first) throw new Error("no client");
    const t = await table(first, "(0, 100), (1, 100), (2, 100), (3, 100), (4, 100), (5, 100), (6, 100), (7, 100)");
    const transfer = async (client: pg.Client, from: number, to: number): Promise<void> => {
      await client.query("BEGIN; SAVEPOINT cockroach_restart");
      for (;;) {
        try {
          const [row] = (await rows(client, `SELECT v FROM ${t} WHERE id = $1`, [from])) as { v: string }[];
          if (Number(row?.v) > 0) {
            await client.query(`UPDATE ${t} SET v = v - 1 WHERE id = $1`, [from]);
            await client.query(`UPDATE ${t} SET v = v + 1 WHERE id = $1`, [to]);
          }
          await client.query("RELEASE SAVEPOINT cockroach_restart");
          break;
        } catch (error) {
          if ((error as { code: string }).code !== "40001") throw error;
          await client.query("ROLLBACK TO SAVEPOINT cockroach_restart");
        }
      }
      await client.query("COMMIT");
    };
    await Promise.all(
      clients.map(async (client, worker) => {
        for (let i = 0; i < 15; i++) await transfer(client, (worker + i) % 8, (worker * 3 + i * 5 + 1) % 8);
      }),
    );
    expect(await rows(first, `SELECT sum(v)::int8 AS sum FROM ${t}`)).toEqual([{ sum: "800" }]);
    await Promise.all(clients.map((client) => client.end()));
  });

  test("single statements never report a conflict", async () => {
    const clients = await Promise.all(Array.from({ length: 8 }, () => gateway.connect()));
    const [first] = clients;
    if (!first) throw new Error("no client");
    const t = await table(first);
    const add = (client: pg.Client): Promise<unknown> =>
      client.query({ name: "add", text: `UPDATE ${t} SET v = v + $1 WHERE id = 1`, values: [1] });
    const batch = (client: pg.Client): Promise<unknown> =>
      client.query(`BEGIN; UPDATE ${t} SET v = v + 1 WHERE id = 1; COMMIT`);
    await Promise.all(
      clients.map(async (client, i) => {
        for (let n = 0; n < 10; n++) await (i % 2 === 0 ? add(client) : batch(client));
      }),
    );
    expect(await rows(first, `SELECT v FROM ${t} WHERE id = 1`)).toEqual([{ v: "90" }]);
    await Promise.all(clients.map((client) => client.end()));
  });
});

describe("cancelling and leaving", () => {
  test("a cancel request ends the statement in CockroachDB's words", async () => {
    const client = await gateway.connect();
    const running = failure(client.query("SELECT pg_sleep(60)"));
    const { processID, secretKey } = client as unknown as { processID: number; secretKey: number };
    await expect.poll(() => [...gateway.sessions].some((s) => s.activeQuery?.sql.includes("60"))).toBe(true);
    const socket = await gateway.socket();
    const packet = Buffer.alloc(16);
    packet.writeUInt32BE(16, 0);
    packet.writeUInt32BE(80877102, 4);
    packet.writeUInt32BE(processID, 8);
    packet.writeInt32BE(secretKey, 12);
    socket.end(packet);
    expect(await running).toMatchObject({ code: "57014", message: "query execution canceled" });
    expect(await rows(client, "SELECT 1 AS a")).toEqual([{ a: "1" }]);
  });

  test("a client that goes away takes its backend session and running statement with it", async () => {
    const client = await gateway.connect({ application_name: "leaver" });
    const running = client.query("SELECT pg_sleep(60)").catch(() => {});
    const count = async (): Promise<string | null | undefined> =>
      (
        await gateway.databases.admin("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'leaver'")
      )[0]?.[0];
    await expect.poll(count).toBe("1");
    (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    await running;
    await expect.poll(count, { timeout: 10_000 }).toBe("0");
  });

  test("a client whose backend dies is told and closed; others go on", async () => {
    const [victim, other] = [await gateway.connect({ application_name: "victim" }), await gateway.connect()];
    const running = failure(victim.query("SELECT pg_sleep(60)"));
    const kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'victim'";
    await expect.poll(async () => (await gateway.databases.admin(kill)).length).toBe(1);
    expect(await running).toMatchObject({ code: "57P01" });
    expect(await rows(other, "SELECT 1 AS a")).toEqual([{ a: "1" }]);
  });
});

test("an idle client whose backend dies is told and closed too", async () => {
  const client = await gateway.connect({ application_name: "sleeper" });
  const lost = new Promise<Error>((resolve) => client.once("error", resolve));
  await gateway.databases.admin(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sleeper'",
  );
  expect(await lost).toMatchObject({ code: "57P01" });
});

test("a session that sits idle for too long is ended", async () => {
  const client = await gateway.connect({ options: "-c idle_in_session_timeout=20ms" });
  const lost = new Promise<Error>((resolve) => client.once("error", resolve));
  expect(await lost).toMatchObject({ code: "57P01", message: "terminating connection due to idle-session timeout" });
});

const psql = (process.env["PATH"] ?? "")
  .split(delimiter)
  .map((folder) => join(folder, "psql"))
  .find(existsSync);

describe("psql", () => {
  test.skipIf(!psql)("connects and runs statements (skipped where there is no psql)", async () => {
    const url = `postgresql://root@127.0.0.1:${gateway.port}/defaultdb`;
    const { stdout } = await promisify(execFile)(psql ?? "", [
      "-X",
      "-At",
      url,
      "-c",
      "SELECT 1",
      "-c",
      "BEGIN",
      "-c",
      "COMMIT",
    ]);
    expect(stdout).toBe("1\nBEGIN\nCOMMIT\n");
  });
});
