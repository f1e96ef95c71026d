import { inspect } from "node:util";
import { createEngine, type Engine, type EngineEvent, ProgrammingError, sql, text } from "tegmen";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { errorResponse, message, ScriptedServer } from "../support/scripted-server.ts";
import { openDatabase, type TestDatabase } from "../support/server.ts";

let database: TestDatabase;
let engine: Engine;
beforeAll(async () => {
  database = await openDatabase();
  engine = database.engine();
  await engine.execute(text("CREATE TABLE secrets (id INT8 PRIMARY KEY, name TEXT UNIQUE)"));
});
afterAll(() => database.drop());

function logger() {
  const lines: string[] = [];
  return { lines, info: (line: string) => void lines.push(line), debug: (line: string) => void lines.push(line) };
}

/** All that can be seen of a value, whatever prints it. */
function seen(value: unknown): string {
  return [
    inspect(value, { depth: Infinity, showHidden: true }),
    String(value),
    value instanceof Error ? `${value.stack ?? ""}${value.message}` : "",
    JSON.stringify(value, Object.getOwnPropertyNames(Object(value))),
  ].join("\n");
}

describe("echo", () => {
  test("logs statements with parameters, times, counts and connection", async () => {
    const log = logger();
    const echoing = database.engine({ echo: log });
    await echoing.begin(async (conn) => {
      await conn.execute(text("INSERT INTO secrets VALUES (:id, :name)"), { id: 1, name: "ann" });
      await conn.beginNested(() => conn.execute(text("SELECT 1 AS one")));
    });
    const all = log.lines.join("\n");
    expect(all).toMatch(/^\[c1\] BEGIN/m);
    expect(all).toMatch(/^\[c1\] INSERT INTO secrets VALUES \(\$1, \$2\).*ann.*\{[\d.]+ ms, 1 row\}$/m);
    expect(all).toMatch(/SAVEPOINT tegmen_savepoint_1/);
    expect(all).toMatch(/^\[c1\] COMMIT/m);
    await expect(echoing.execute(text("SELEKT 1"))).rejects.toThrow(ProgrammingError);
    expect(log.lines.at(-1)).toMatch(/SELEKT 1 .*failed: 42601/);
  });

  test("echo: true writes to standard output", async () => {
    const info = vi.spyOn(console, "info").mockImplementation(() => {});
    await database.engine({ echo: true }).execute(text("SELECT 1 AS one"));
    expect(info.mock.calls.flat().join("\n")).toContain("SELECT 1 AS one");
    info.mockRestore();
  });
});

describe("hideParameters", () => {
  const secret = "s3cr3t-value-4711";

  test.each<[string, (e: Engine) => Promise<unknown>]>([
    ["a unique violation", (e) => e.execute(text("INSERT INTO secrets VALUES (100, :v), (101, :v)"), { v: secret })],
    ["text that is no integer", (e) => e.execute(text("SELECT :v::TEXT::INT8 AS n"), { v: secret })],
    ["text that is no integer, as a parameter", (e) => e.execute(text("SELECT :v::INT8 AS n"), { v: secret })],
    ["text that is no UUID", (e) => e.execute(text("SELECT :v::UUID AS n"), { v: secret })],
    ["text that is no JSON", (e) => e.execute(text("SELECT :v::JSONB AS n"), { v: `{${secret}` })],
    ["text that is no date", (e) => e.execute(text("SELECT :v::TIMESTAMPTZ AS n"), { v: secret })],
    ["a value that cannot be sent", (e) => e.execute(text("SELECT :v"), { v: `${secret}\0` })],
    ["a value of a template that cannot be sent", (e) => e.execute(sql`SELECT ${() => secret}`)],
    ["a set of many", (e) => e.execute(text("INSERT INTO secrets VALUES (7, :v)"), [{ v: secret }, { v: secret }])],
    [
      "a deferred statement",
      (e) =>
        e.begin(async (conn) => {
          conn.defer(text("SELECT :v::INT8 AS n"), { v: secret });
          await conn.execute(text("SELECT 1"));
        }),
    ],
    [
      "a stream",
      (e) =>
        e.connect(async (conn) => {
          for await (const _ of conn.stream(text("SELECT :v::TEXT::INT8 AS n"), { parameters: { v: secret } })) void _;
        }),
    ],
  ])("%s: the value is nowhere in error, cause, log or events", async (_, work) => {
    const log = logger();
    const hiding = database.engine({ hideParameters: true, echo: log });
    const events: EngineEvent[] = [];
    for (const name of ["beforeExecute", "afterExecute", "error"] as const)
      hiding.on(name, (event) => events.push(event));
    const error = await work(hiding).then(
      () => undefined,
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(Error);
    expect(seen(error)).not.toContain(secret);
    expect(log.lines.join("\n")).not.toContain(secret);
    expect(seen(events)).not.toContain(secret);
    expect((error as { parameters?: unknown }).parameters).toBeUndefined();
  });

  test("without it the values help", async () => {
    const error = await engine.execute(text("SELECT :v::INT8 AS n"), { v: secret }).catch((e: unknown) => e);
    expect((error as { parameters?: unknown }).parameters).toEqual([secret]);
    expect(String(error)).toContain(secret);
  });
});

describe("events", () => {
  test("tell of statements, transactions and connections", async () => {
    const own = database.engine({ poolSize: 1, maxOverflow: 0 });
    const heard: string[] = [];
    const spans = new Set<unknown>();
    for (const name of [
      "connect",
      "checkout",
      "begin",
      "savepoint",
      "commit",
      "rollback",
      "checkin",
      "error",
      "close",
    ] as const) {
      own.on(name, () => heard.push(name));
    }
    own.on("beforeExecute", (event) => {
      heard.push(`before ${event.sql}`);
      spans.add(event.context);
    });
    own.on("afterExecute", (event) => {
      heard.push(`after ${event.sql} ${event.rowCount}`);
      expect(event.durationMs).toBeGreaterThanOrEqual(0);
      expect(spans.has(event.context)).toBe(true);
    });
    await own.begin(async (conn) => {
      await conn.beginNested(() => conn.execute(text("SELECT 1 AS one")));
    });
    expect(heard).toEqual([
      "connect",
      "checkout",
      "before SELECT 1 AS one",
      "begin",
      "savepoint",
      "after SELECT 1 AS one 1",
      "commit",
      "checkin",
    ]);
    heard.length = 0;
    await expect(own.begin((conn) => conn.execute(text("SELEKT")))).rejects.toThrow(ProgrammingError);
    expect(heard).toEqual(["checkout", "before SELEKT", "begin", "error", "rollback", "checkin"]);
    heard.length = 0;
    await own.dispose();
    expect(heard).toEqual(["close"]);
  });

  test("a stream tells of itself like any statement", async () => {
    const own = database.engine();
    const heard: string[] = [];
    own.on("beforeExecute", (event) => heard.push(`before ${event.sql}`));
    own.on("afterExecute", (event) => heard.push(`after ${event.sql} ${event.rowCount}`));
    await own.connect(async (conn) => {
      for await (const _ of conn.stream(text("SELECT 1 AS one"))) void _;
    });
    expect(heard).toEqual(["before SELECT 1 AS one", "after SELECT 1 AS one 1"]);
  });

  test("a listener that throws is reported and disturbs nothing", async () => {
    const own = database.engine();
    const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    own.on("beforeExecute", () => {
      throw new Error("bad listener");
    });
    expect(await own.scalar(text("SELECT 1 AS one"))).toBe(1);
    expect(warned).toHaveBeenCalled();
    warned.mockRestore();
  });

  test("can be ended, and unknown ones are refused", async () => {
    const own = database.engine();
    const listener = vi.fn();
    const end = own.on("beforeExecute", listener);
    own.on("afterExecute", listener);
    end();
    own.off("afterExecute", listener);
    await own.execute(text("SELECT 1"));
    expect(listener).not.toHaveBeenCalled();
    expect(() => own.on("beforeexecute" as never, listener)).toThrow(/no event/);
  });
});

describe("passwords", () => {
  const password = "pa55w0rd-4711";

  test("are in no string form of the engine and its parts", async () => {
    const url = database.url.replace(/\/\/([^@:]+)@/, `//$1:${password}@`);
    const own = database.engine({}, url);
    await using conn = await own.connect();
    await conn.execute(text("SELECT 1"));
    for (const thing of [own, own.url, own.pool, own.pool.status(), conn]) expect(seen(thing)).not.toContain(password);
  });

  test("are not in errors of connections that fail", async () => {
    const refusal = errorResponse("FATAL", "28P01", "password authentication failed for user root");
    await using server = await ScriptedServer.start((received, client) => {
      if (received.type === "startup") client.write(message("R", 3));
      else client.end(refusal);
    });
    const errors: unknown[] = [];
    for (const address of ["127.0.0.1:1", server.address]) {
      await using own = createEngine(`cockroachdb://root:${password}@${address}/defaultdb?sslmode=disable`);
      errors.push(await own.execute(text("SELECT 1")).catch((e: unknown) => e));
    }
    expect(errors).toMatchObject([{ name: "ConnectError" }, { code: "28P01" }]);
    expect(errors.map(seen).join("\n")).not.toContain(password);
  });

  test("in a CREATE USER are not in its error or the log", async () => {
    const log = logger();
    const own = database.engine({ echo: log });
    const error = await own
      .execute(text(`CREATE USER "x y" WITH PASSWORD '${password}' NONSENSE`))
      .catch((e: unknown) => e);
    expect(String(error)).not.toContain(password);
    expect(log.lines.join("\n")).not.toContain(password);
  });
});
