import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startDemoCluster } from "./cluster.ts";
import type { DemoCluster } from "./demo-cluster.ts";

let cluster: DemoCluster;

beforeAll(async () => {
  cluster = await startDemoCluster({ preferRealBinary: false, database: "app" });
});

afterAll(async () => {
  await cluster?.stop();
});

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  client.on("error", () => {});
  await client.connect();
  return client;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = await connect(url);
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** The query as pg sends it by the extended protocol, though it has no parameters. */
const extended = (text: string): pg.QueryConfig => ({ text, queryMode: "extended" }) as pg.QueryConfig;

describe("a demo cluster", () => {
  test("says what it is", async () => {
    expect(cluster.kind).toBe("emulation");
    expect(cluster.url).toBe(`postgresql://root@127.0.0.1:${cluster.port}/app?sslmode=disable`);
    expect(cluster.urlFor({ database: "a b", user: "ann" })).toContain("//ann@127.0.0.1");
    expect(cluster.banner).toContain("emulation of CockroachDB");
    expect(cluster.version).toMatch(/^CockroachDB CCL v21\.2\..*PostgreSQL/);
    expect(await query(cluster.url, "SELECT version()")).toEqual([{ version: cluster.version }]);
  });

  test("makes, lists, uses and drops databases, also under other sessions", async () => {
    const [a, b] = [await connect(cluster.url), await connect(cluster.url)];
    await a.query("CREATE DATABASE bank");
    await expect(a.query("CREATE DATABASE bank")).rejects.toMatchObject({
      code: "42P04",
      message: 'database "bank" already exists',
    });
    await a.query("CREATE DATABASE IF NOT EXISTS bank");
    const names = (await a.query("SHOW DATABASES")).rows.map((row: { database_name: string }) => row.database_name);
    expect(names).toEqual(["app", "bank", "defaultdb", "postgres", "system"]);
    await a.query("USE bank");
    await a.query("CREATE TABLE accounts (id INT PRIMARY KEY, balance INT)");
    await a.query("UPSERT INTO accounts VALUES (1, 10)");
    expect((await a.query("SHOW database")).rows).toEqual([{ database: "bank" }]);
    await expect(a.query("USE nowhere")).rejects.toMatchObject({ message: 'database "nowhere" does not exist' });
    await b.query("SET database = bank");
    expect((await b.query("SELECT balance FROM accounts WHERE id = $1", [1])).rows).toEqual([{ balance: "10" }]);
    await a.query("USE app");
    await a.query("DROP DATABASE bank CASCADE");
    await expect(b.query("SELECT * FROM accounts")).rejects.toMatchObject({ code: "42P01" });
    expect((await b.query("SELECT 1 AS a")).rows).toEqual([{ a: "1" }]);
    await Promise.all([a.end(), b.end()]);
  });

  test("lets a statement prepared by name follow schema changes and databases", async () => {
    const client = await connect(cluster.url);
    await client.query("CREATE TABLE follow (id INT PRIMARY KEY, v INT)");
    const insert = { name: "ins", text: "INSERT INTO follow VALUES ($1, $2)" };
    await client.query({ ...insert, values: [1, 2] });
    await client.query("CREATE DATABASE other");
    await client.query("USE other");
    await expect(client.query({ ...insert, values: [1, 2] })).rejects.toMatchObject({ code: "42P01" });
    await client.query("USE app");
    await client.query({ ...insert, values: [2, 3] });
    expect((await client.query("SELECT count(*) AS n FROM follow")).rows).toEqual([{ n: "2" }]);
    await client.end();
  });

  test("tells the state of the transaction in every phase of it", async () => {
    const client = await connect(cluster.url);
    const status = async (): Promise<unknown> =>
      (await client.query<{ transaction_status: string }>("SHOW TRANSACTION STATUS")).rows[0]?.transaction_status;
    expect(await status()).toBe("NoTxn");
    await client.query("BEGIN; SAVEPOINT cockroach_restart");
    expect(await status()).toBe("Open");
    await expect(client.query("SELECT 1/0")).rejects.toMatchObject({ code: "22012" });
    expect(await status()).toBe("Aborted");
    await client.query("ROLLBACK TO SAVEPOINT cockroach_restart");
    await client.query("RELEASE SAVEPOINT cockroach_restart");
    expect(await status()).toBe("CommitWait");
    await client.query("COMMIT");
    await client.end();
  });

  test("takes rows by COPY", async () => {
    const client = await connect(cluster.url);
    await client.query("CREATE TABLE copied (id INT PRIMARY KEY, s STRING)");
    const { connection } = client as unknown as {
      connection: { sendCopyFromChunk(chunk: Buffer): void; endCopyFrom(): void; query(sql: string): void };
    };
    const tag = await new Promise<string>((resolve, reject) => {
      let text = "";
      client.query({
        submit: () => {
          connection.query("COPY copied FROM STDIN");
          return null;
        },
        handleCopyInResponse: () => {
          connection.sendCopyFromChunk(Buffer.from("1\tone\n2\t"));
          connection.sendCopyFromChunk(Buffer.from("two\n"));
          connection.endCopyFrom();
        },
        handleCommandComplete: (message: { text: string }) => {
          text = message.text;
        },
        handleReadyForQuery: () => resolve(text),
        handleError: reject,
      } as unknown as pg.Submittable);
    });
    expect(tag).toBe("COPY 2");
    expect((await client.query("SELECT s FROM copied ORDER BY id")).rows).toEqual([{ s: "one" }, { s: "two" }]);
    await client.end();
  });

  test("runs beside another one, and ends", async () => {
    const other = await startDemoCluster({ preferRealBinary: false });
    try {
      expect(other.port).not.toBe(cluster.port);
      await query(other.url, "CREATE TABLE only_here (a INT)");
      await expect(query(cluster.url, "SELECT * FROM only_here")).rejects.toMatchObject({ code: "42P01" });
    } finally {
      await other.stop();
      await other.stop();
    }
    await expect(connect(other.url)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  test("restarts on the same port and data", async () => {
    const client = await connect(cluster.url);
    await client.query("CREATE TABLE kept (a INT PRIMARY KEY)");
    await client.query("INSERT INTO kept VALUES (1)");
    const lost = new Promise((resolve) => client.once("end", resolve));
    await cluster.restart();
    await lost;
    expect(await query(cluster.url, "SELECT a FROM kept")).toEqual([{ a: "1" }]);
  });

  test("shares the names of statements between PREPARE and the protocol", async () => {
    const client = await connect(cluster.url);
    await client.query({ name: "a", text: "SELECT $1::INT AS n", values: [1] });
    expect((await client.query("EXECUTE a (2)")).rows).toEqual([{ n: "2" }]);
    await expect(client.query("PREPARE a AS SELECT 1")).rejects.toMatchObject({ code: "42P05" });
    await client.query("DEALLOCATE a");
    await client.query("PREPARE b AS SELECT 1");
    await expect(client.query({ name: "b", text: "SELECT 2" })).rejects.toMatchObject({ code: "42P05" });
    await client.query(extended("DEALLOCATE b"));
    await client.query({ name: "b", text: "SELECT 2" });
    await client.query(extended("PREPARE c AS SELECT $1::INT AS n"));
    expect((await client.query(extended("EXECUTE c (3)"))).rows).toEqual([{ n: "3" }]);
    await client.end();
  });

  test.each(["SHOW DATABASES", "SHOW ALL", "SHOW database", "SHOW SESSIONS", "SHOW CLUSTER SETTING version"])(
    "answers %s alike by both protocols",
    async (text) => {
      const client = await connect(cluster.url);
      const [simple, other] = [await client.query(text), await client.query(extended(text))];
      expect(other.fields.map(({ name }) => name)).toEqual(simple.fields.map(({ name }) => name));
      expect(other.rows).toHaveLength(simple.rows.length);
      await client.end();
    },
  );

  test("refuses COPY by the extended protocol, as CockroachDB does", async () => {
    const client = await connect(cluster.url);
    await client.query("CREATE TABLE copied_not (id INT PRIMARY KEY)");
    await expect(client.query(extended("COPY copied_not FROM STDIN"))).rejects.toMatchObject({
      message: "CopyFrom not supported in extended protocol mode",
    });
    expect((await client.query("SELECT 1 AS a")).rows).toEqual([{ a: "1" }]);
    await client.end();
  });

  test("lets a session wait for its database", async () => {
    const client = await connect(cluster.urlFor({ database: "later" }));
    await expect(client.query("CREATE TABLE t (id INT PRIMARY KEY)")).rejects.toMatchObject({ code: "42602" });
    await client.query("CREATE DATABASE later");
    await client.query("CREATE TABLE t (id INT PRIMARY KEY)");
    expect(await query(cluster.urlFor({ database: "later" }), "SELECT count(*) AS n FROM t")).toEqual([{ n: "0" }]);
    await client.end();
  });

  test("gives up a start that is aborted", async () => {
    const reason = new Error("enough");
    const start = startDemoCluster({ preferRealBinary: false, signal: AbortSignal.abort(reason) });
    await expect(start).rejects.toBe(reason);
    const abort = new AbortController();
    const starting = startDemoCluster({ preferRealBinary: false, signal: abort.signal });
    abort.abort(reason);
    await expect(starting).rejects.toBe(reason);
  });

  test("takes a database back to a snapshot, under the sessions on it", async () => {
    const url = cluster.urlFor({ database: "shots" });
    const client = await connect(url);
    await client.query("CREATE DATABASE shots");
    await client.query("CREATE TABLE t (id INT PRIMARY KEY)");
    await client.query("INSERT INTO t VALUES (1)");
    await cluster.snapshot("start", { database: "shots" });
    await expect(cluster.snapshot("start", { database: "shots" })).rejects.toThrow("there is a snapshot start already");
    for (const id of [2, 3]) {
      await client.query(`INSERT INTO t VALUES (${id})`);
      await client.query(`CREATE TABLE t${id} (id INT PRIMARY KEY)`);
      await cluster.restore("start", { database: "shots" });
      expect((await client.query("SELECT id FROM t")).rows).toEqual([{ id: "1" }]);
    }
    expect(JSON.stringify((await client.query("SHOW DATABASES")).rows)).not.toContain("snapshot");
    await expect(cluster.restore("no", { database: "shots" })).rejects.toThrow("there is no snapshot no");
    await client.end();
  });

  test("keeps its data in a folder that was asked for", async () => {
    const folder = await mkdtemp(join(tmpdir(), "tegmen-kept-"));
    const options = { preferRealBinary: false, dataFolder: join(folder, "data") };
    const answers: unknown[][] = [];
    for (const sql of ["CREATE TABLE kept AS SELECT 1 AS a", "SELECT a FROM kept"]) {
      const kept = await startDemoCluster(options);
      try {
        answers.push(await query(kept.url, sql));
      } finally {
        await kept.stop();
      }
    }
    expect(answers.at(-1)).toEqual([{ a: "1" }]);
    await rm(folder, { recursive: true });
  });

  test("lets ordinary users do to databases what they own or were granted, and no more", async () => {
    await query(cluster.url, "CREATE USER carl");
    await query(cluster.url, "CREATE USER maker CREATEDB");
    const [carl, maker] = [cluster.urlFor({ user: "carl" }), cluster.urlFor({ user: "maker" })];
    await query(maker, "CREATE DATABASE made");
    for (const [sql, message] of [
      ["CREATE DATABASE mine", "permission denied to create database"],
      ["DROP DATABASE made", "user carl does not have DROP privilege on database made"],
      ["ALTER DATABASE made RENAME TO mine", "must be owner of database made"],
      [
        "SET CLUSTER SETTING sql.defaults.distsql = 'off'",
        "only users with the MODIFYCLUSTERSETTING privilege are allowed to set cluster setting 'sql.defaults.distsql'",
      ],
    ] as const) {
      await expect(query(carl, sql)).rejects.toMatchObject({ code: "42501", message });
    }
    await query(maker, "ALTER DATABASE made RENAME TO remade");
    await query(maker, "DROP DATABASE remade");
    await query(cluster.url, "GRANT admin TO carl");
    await query(carl, "CREATE DATABASE mine");
    await query(carl, "DROP DATABASE mine");
  });
});
