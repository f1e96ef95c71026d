import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import {
  ArgumentError,
  createEngine,
  type Engine,
  type EngineEventName,
  makeUrl,
  parseUrl,
  runTransaction,
  text,
} from "tegmen";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { issue } from "../../packages/tegmen/src/url/testing-support/certificates.ts";
import { errorResponse, message, ScriptedServer, welcome } from "../support/scripted-server.ts";
import { isCockroach, serverOptions } from "../support/server.ts";
import { TlsFront } from "./tls-front.ts";

const password = "swordfish%4711'\"";
const passphrase = "open sesame/4711";
/** Every form in which a secret could be shown. */
const forms = [password, passphrase].flatMap((secret) => [
  secret,
  encodeURIComponent(secret),
  encodeURI(secret),
  JSON.stringify(secret).slice(1, -1),
  Buffer.from(secret).toString("base64"),
  Buffer.from(secret).toString("hex"),
]);
const authority = issue({ subject: "Test CA" });
const server = issue({ subject: "node", names: ["127.0.0.1"], issuer: authority });
const client = issue({ subject: "root", issuer: authority });
const url = inject("serverUrl");

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tegmen-secrets-"));
  const encrypted = client.keyObject.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase });
  for (const [name, content] of Object.entries({
    "ca.crt": authority.cert,
    "client.crt": client.cert,
    "client.key": encrypted.toString(),
  })) {
    await writeFile(join(folder, name), content, { mode: 0o600 });
  }
});
afterAll(() => rm(folder, { recursive: true }));

/** All that can be seen of a value, whatever prints it: with what is hidden, inherited or a cause. */
function seen(value: unknown): string {
  const parts = [
    inspect(value, { depth: Infinity, showHidden: true, getters: false }),
    inspect(value, { depth: Infinity, showHidden: true, customInspect: false }),
    String(value),
    JSON.stringify(value, (_, each: unknown) => (typeof each === "bigint" ? String(each) : each)),
  ];
  for (let each = value; each instanceof Error; each = each.cause) {
    parts.push(each.message, each.stack ?? "", JSON.stringify(each, Object.getOwnPropertyNames(each)));
  }
  return parts.join("\n");
}

function expectNoSecret(value: unknown): void {
  const shown = seen(value);
  for (const form of forms) expect(shown).not.toContain(form);
  // Nor the private key, or the digest that it was encrypted to.
  expect(shown).not.toContain("PRIVATE KEY");
}

function secretUrl(driver: string, address: string, query: Readonly<Record<string, string>>): string {
  const database = new URL(url.replace(/^[a-z+]+:/, "http:")).pathname.slice(1);
  const [host = "", port = ""] = address.split(":");
  return makeUrl({
    driverName: driver === "pg" ? "cockroachdb+pg" : "cockroachdb+postgres",
    username: "root",
    password,
    sslPassword: passphrase,
    hosts: [{ host, port: Number(port) }],
    database,
    query,
  }).renderAsString({ hidePassword: false });
}

const eventNames: readonly EngineEventName[] = [
  "beforeExecute",
  "afterExecute",
  "connect",
  "checkout",
  "checkin",
  "invalidate",
  "close",
  "begin",
  "commit",
  "rollback",
  "savepoint",
  "retry",
  "error",
];

/** An engine all of whose words are kept. */
function watched(target: string): { readonly engine: Engine; readonly words: unknown[] } {
  const words: unknown[] = [];
  const log = (line: unknown): void => void words.push(line);
  const engine = createEngine(target, {
    ...serverOptions,
    poolSize: 1,
    maxOverflow: 0,
    echo: { info: log, debug: log },
  });
  for (const name of eventNames) engine.on(name, (event) => words.push(event));
  return { engine, words };
}

// A given server may have TLS of its own.
const canPutTlsInFront = isCockroach && url.includes("sslmode=disable");

describe.each(["pg", "postgres"])("the secrets of a URL, by %s", (driver) => {
  const withKey = (): Readonly<Record<string, string>> => ({
    sslmode: "verify-full",
    sslrootcert: join(folder, "ca.crt"),
    sslcert: join(folder, "client.crt"),
    sslkey: join(folder, "client.key"),
  });

  test.runIf(canPutTlsInFront)("are nowhere to be seen while all goes well", async () => {
    const options = { cert: server.cert, key: server.key, ca: authority.cert, requestCert: true };
    await using front = await TlsFront.start(url, { kind: "tls", options });
    const target = secretUrl(driver, `127.0.0.1:${front.port}`, withKey());
    const { engine, words } = watched(target);
    await using conn = await engine.connect();
    await conn.execute(text("SELECT 1 AS one"));
    await conn.commit();
    await runTransaction(conn, (each) => each.execute(text("SELECT 2 AS two")), { injectError: true, maxBackoff: 1 });
    const error = await conn.execute(text("SELEKT")).catch((e: unknown) => e);
    await conn.rollback();
    for (const thing of [engine, engine.url, engine.pool, engine.pool.status(), conn, words, error])
      expectNoSecret(thing);
    expect(words.length).toBeGreaterThan(5);
    expectNoSecret([process.title, process.argv, process.execArgv]);
    await conn.close();
    await engine.dispose();
  });

  test("are not in the errors of connections that fail", async () => {
    const refusal = errorResponse("FATAL", "28P01", `password authentication failed for user "root"`);
    await using strict = await ScriptedServer.start((received, socket) => {
      if (received.type === "startup") socket.write(message("R", 3));
      else socket.end(refusal);
    });
    await using rude = await ScriptedServer.start((_, socket) => socket.destroy());
    await using confused = await ScriptedServer.start((_, socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    await using foreign = await ScriptedServer.start((_, socket) => socket.write(message("R", 12, Buffer.from("x\0"))));
    const plain = { sslmode: "disable", connect_timeout: "2" };
    const targets = [
      secretUrl(driver, "127.0.0.1:1", plain),
      secretUrl(driver, strict.address, plain),
      secretUrl(driver, rude.address, plain),
      secretUrl(driver, confused.address, plain),
      secretUrl(driver, foreign.address, plain),
      secretUrl(driver, rude.address, withKey()),
      secretUrl(driver, rude.address, { ...withKey(), sslkey: join(folder, "missing.key") }),
      secretUrl(driver, rude.address, { ...withKey(), sslkey: join(folder, "ca.crt") }),
      secretUrl(driver, rude.address, withKey()).replace(encodeURIComponent(passphrase), "wrong"),
    ];
    for (const target of targets) {
      const { engine, words } = watched(target);
      const error = await engine.execute(text("SELECT 1")).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(Error);
      for (const thing of [error, words, engine]) expectNoSecret(thing);
      await engine.dispose({ timeout: 0 });
    }
  });

  test("are not in the errors of connections that are lost", async () => {
    await using server = await ScriptedServer.start((received, socket) => {
      if (received.type === "startup") socket.write(welcome);
      else socket.destroy();
    });
    const { engine, words } = watched(secretUrl(driver, server.address, { sslmode: "disable" }));
    for (const work of [
      () => engine.execute(text("UPDATE t SET x = 1")),
      () => engine.begin((conn) => conn.execute(text("SELECT 1"))),
      () => runTransaction(engine, (conn) => conn.execute(text("SELECT 1")), { maxRetries: 1, maxBackoff: 1 }),
    ]) {
      const error = await work().catch((e: unknown) => e);
      expect(error).toBeInstanceOf(Error);
      for (const thing of [error, words, engine]) expectNoSecret(thing);
    }
    await engine.dispose({ timeout: 0 });
  });
});

test("what is shown would be found", () => {
  for (const shown of [{ password }, new Error(passphrase), new Error("x", { cause: { deep: [{ password }] } })]) {
    expect(() => expectNoSecret(shown)).toThrow(/not to contain/);
  }
});

test.each<[string, (secret: string) => string]>([
  ["an unknown option", (secret) => `cockroachdb://root:${secret}@h/d?pasword=${secret}`],
  ["a value of an option", (secret) => `cockroachdb://root:${secret}@h/d?sslpassword=${secret}&connect_timeout=x`],
  ["an unencoded slash", (secret) => `cockroachdb://root:${secret}/x@h/d`],
  ["an unencoded question mark", (secret) => `cockroachdb://root:${secret}?x@h/d`],
  ["an unencoded hash", (secret) => `cockroachdb://root:${secret}#x@h/d`],
  ["a percent sign", (secret) => `cockroachdb://root:%${secret}@h/d`],
  ["a colon", (secret) => `cockroachdb://root:x:${secret}:y@h:port/d`],
  ["no scheme", (secret) => `root:${secret}@h/d`],
  ["another scheme", (secret) => `mysql://root:${secret}@h/d`],
  ["an option twice", (secret) => `cockroachdb://h/d?password=${secret}&password=${secret}`],
  ["a bad port", (secret) => `cockroachdb://root:${secret}@h:99999/d`],
])("a URL with %s does not tell its password", (_, make) => {
  const secret = "swordfish4711";
  let shown: string;
  try {
    shown = seen(parseUrl(make(secret)));
  } catch (error) {
    expect(error).toBeInstanceOf(ArgumentError);
    shown = seen(error);
  }
  expect(shown).not.toContain(secret);
});
