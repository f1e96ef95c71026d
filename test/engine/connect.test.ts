import { ConnectError, createEngine, type Engine, NotSupportedError, sql, text } from "tegmen";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { FaultProxy } from "../support/fault-proxy.ts";
import { errorResponse, message, ScriptedServer, welcome } from "../support/scripted-server.ts";
import { openDatabase, serverOptions, type TestDatabase } from "../support/server.ts";

let database: TestDatabase;
let address: string;
const uncaught: unknown[] = [];
const onUncaught = (error: unknown): void => void uncaught.push(error);
beforeAll(async () => {
  process.on("uncaughtException", onUncaught);
  process.on("unhandledRejection", onUncaught);
  database = await openDatabase();
  address = /@([^/?]+)/.exec(database.url)![1]!;
});
afterAll(async () => {
  process.off("uncaughtException", onUncaught);
  process.off("unhandledRejection", onUncaught);
  await database.drop();
});
afterEach(() => {
  if (uncaught.length > 0) throw new AggregateError(uncaught.splice(0), "uncaught errors");
});

/** Several hosts: the order is random, so that many engines meet every order. */
async function withHosts(hosts: string, work: (engine: Engine) => Promise<void>, options = ""): Promise<void> {
  for (let round = 0; round < 8; round++) {
    await using engine = createEngine(database.url.replace(address, hosts) + options, {
      ...serverOptions,
      poolSize: 1,
    });
    await work(engine);
  }
}

async function answers(engine: Engine): Promise<void> {
  await expect(engine.scalar(text("SELECT 1 AS one"))).resolves.toBe(1);
}

describe("several hosts", () => {
  test("one that refuses is passed over", () => withHosts(`127.0.0.1:1,${address}`, answers));

  test("one that closes at once is passed over", async () => {
    await using closing = await ScriptedServer.start((_, client) => client.destroy());
    await withHosts(`${closing.address},${address}`, answers);
  });

  test("one that is shutting down (57P01) is passed over", async () => {
    await using draining = await ScriptedServer.start((_, client) =>
      client.end(errorResponse("FATAL", "57P01", "server is shutting down")),
    );
    await withHosts(`${draining.address},${address}`, answers);
  });

  test("one that is full (53300) is passed over", async () => {
    await using full = await ScriptedServer.start((_, client) =>
      client.end(errorResponse("FATAL", "53300", "sorry, too many clients already")),
    );
    await withHosts(`${full.address},${address}`, answers);
  });

  test("one that does not answer is passed over after connect_timeout", async () => {
    await using silent = await ScriptedServer.start(() => {});
    await withHosts(`${silent.address},${address}`, answers, "&connect_timeout=1");
  });

  test("one that speaks another protocol is passed over or told", async () => {
    await using other = await ScriptedServer.start((_, client) => client.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    await withHosts(`${other.address},${address}`, answers);
  });

  test("none that answers: the error lists all, with reasons and advice", async () => {
    await withHosts("127.0.0.1:1,127.0.0.1:2", async (engine) => {
      const error = await engine.execute(text("SELECT 1")).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(ConnectError);
      expect((error as ConnectError).attempts).toHaveLength(2);
      expect(String(error)).toMatch(/127\.0\.0\.1:1: connection refused/);
      expect(String(error)).toMatch(/127\.0\.0\.1:2: connection refused/);
    });
  });

  test("a wrong password is not tried elsewhere", async () => {
    let tries = 0;
    const script = (_: unknown, client: { end(bytes: Buffer): void }): void => {
      tries++;
      client.end(errorResponse("FATAL", "28P01", "password authentication failed for user root"));
    };
    await using first = await ScriptedServer.start(script);
    await using second = await ScriptedServer.start(script);
    await using engine = createEngine(`cockroachdb://root:x@${first.address},${second.address}/d?sslmode=disable`);
    await expect(engine.execute(text("SELECT 1"))).rejects.toMatchObject({ code: "28P01" });
    expect(tries).toBe(1);
  });
});

describe("a server", () => {
  test("that is not CockroachDB is refused, unless it is allowed", async () => {
    const postgres = Buffer.concat([
      message("R", 0),
      message("S", "server_version", "17.2"),
      message("Z", Buffer.from("I")),
    ]);
    await using server = await ScriptedServer.start((_, client) => client.write(postgres));
    const url = `cockroachdb://root@${server.address}/d?sslmode=disable`;
    await using engine = createEngine(url);
    const error = await engine.execute(text("SELECT 1")).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(NotSupportedError);
    expect(String(error)).toMatch(/not CockroachDB.*17\.2.*allowPostgres/s);
    await using lenient = createEngine(url, { allowPostgres: true });
    await expect(lenient.connect((conn) => Promise.resolve(conn.closed))).resolves.toBe(false);
  });

  test("that asks for a password where the URL has none is told so", async () => {
    await using server = await ScriptedServer.start((_, client) => client.write(message("R", 3)));
    await using engine = createEngine(`cockroachdb://root@${server.address}/d?sslmode=disable`);
    await expect(engine.execute(text("SELECT 1"))).rejects.toThrow(/asks for a password/);
  });

  test("that says goodbye together with its welcome does not crash the process", async () => {
    const goodbye = Buffer.concat([welcome, errorResponse("FATAL", "57P01", "server is shutting down")]);
    await using server = await ScriptedServer.start((_, client) => client.end(goodbye));
    await using engine = createEngine(`cockroachdb://root@${server.address}/d?sslmode=disable`);
    await expect(engine.execute(text("SELECT 1"))).rejects.toThrow(/lost|shutting down/);
    expect(engine.pool.status().checkedOut).toBe(0);
  });

  test("that says goodbye to an idle connection does not crash the process", async () => {
    let said = false;
    await using server = await ScriptedServer.start((received, client) => {
      if (received.type === "startup") client.write(welcome);
      else if (received.type === "S") {
        client.write(Buffer.concat([message("C", "SELECT 0"), message("Z", Buffer.from("I"))]));
        if (said) return;
        said = true;
        setImmediate(() => client.end(errorResponse("FATAL", "57P01", "server is shutting down")));
      }
    });
    await using engine = createEngine(`cockroachdb://root@${server.address}/d?sslmode=disable`, { poolSize: 1 });
    const closed = new Promise<void>((resolve) => void engine.on("close", () => resolve()));
    await engine.execute(text("SHOW x"));
    await closed;
    expect((await engine.execute(text("SHOW x"))).statusMessage).toBe("SELECT 0");
  });

  test("that answers 57P01 in a statement: all connections to it are replaced", async () => {
    let connections = 0;
    let dying = false;
    await using server = await ScriptedServer.start((received, client) => {
      if (received.type === "startup") {
        connections++;
        client.write(welcome);
      } else if (received.type === "S") {
        if (dying) client.end(errorResponse("FATAL", "57P01", "server is shutting down"));
        else client.write(Buffer.concat([message("C", "SELECT 0"), message("Z", Buffer.from("I"))]));
      }
    });
    await using engine = createEngine(`cockroachdb://root@${server.address}/d?sslmode=disable`, { poolSize: 3 });
    const held = await Promise.all([engine.connect(), engine.connect(), engine.connect()]);
    await Promise.all(held.map((conn) => conn.close()));
    dying = true;
    await expect(engine.execute(text("SHOW x"))).rejects.toMatchObject({ code: "57P01", connectionInvalidated: true });
    dying = false;
    const again = await Promise.all([engine.connect(), engine.connect(), engine.connect()]);
    await Promise.all(again.map((conn) => conn.close()));
    expect(connections).toBe(6);
  });
});

describe("connecting", () => {
  test("ends with the engine", async () => {
    await using silent = await ScriptedServer.start(() => {});
    const engine = createEngine(`cockroachdb://root@${silent.address}/d?sslmode=disable`);
    const waiting = engine.execute(text("SELECT 1"));
    await engine.dispose({ timeout: 0 });
    await expect(waiting).rejects.toThrow(/disposed/);
  });

  test("through a wire of single bytes works", async () => {
    await using proxy = await FaultProxy.start(database.url);
    proxy.fragment(1);
    await using engine = createEngine(proxy.url(database.url), { ...serverOptions, poolSize: 1 });
    expect(await engine.scalar(text("SELECT 1 AS one"))).toBe(1);
  });

  test.each([
    ["createEngine has no option", { pool_size: 3 }],
    ["int8", { int8: "integer" }],
    ["isolationLevel takes", { isolationLevel: "NONE" }],
    ["poolSize", { poolSize: 0 }],
    ["preparedStatementCacheSize", { preparedStatementCacheSize: -1 }],
    ["applicationName", { applicationName: 7 }],
  ])("%s: a wrong option is told at once", (message, options) => {
    expect(() => createEngine(database.url, options as never)).toThrow(message);
  });

  test("the application's name and the startup options arrive", async () => {
    await using engine = createEngine(database.url, { ...serverOptions, applicationName: "bank 'x'" });
    expect(await engine.scalar(text("SHOW application_name"))).toBe("bank 'x'");
    expect(String(await engine.scalar(text("SHOW timezone"))).toUpperCase()).toBe("UTC");
    expect(await engine.scalar(sql`SELECT ${1.1}::FLOAT8 AS f`)).toBe(1.1);
  });
});
