import { existsSync, readFileSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ServerExit } from "./child.ts";
import { cockroachArguments, findCockroach, startCockroach } from "./cockroach.ts";
import { BackendError } from "./errors.ts";
import { isRunning } from "./process-identity.ts";
import { writeProgram } from "./testing-support/sandbox.ts";

/** Behaves as far as needed like `cockroach start-single-node`: writes the URL file, ends at SIGTERM. */
const FAKE = `#!${process.execPath}
const { writeFileSync } = require("node:fs");
const options = process.argv.slice(3).map((argument) => argument.split("="));
const value = (name) => options.find(([key]) => key === name)?.slice(1).join("=");
console.log(JSON.stringify({ arguments: process.argv.slice(2), cwd: process.cwd() }));
if (value("--fail") !== undefined) { console.error("ERROR: " + value("--fail")); process.exit(1); }
if (value("--silent") === undefined) {
  const port = value("--listen-addr").split(":")[1];
  writeFileSync(value("--listening-url-file"),
    "postgresql://root@127.0.0.1:" + (port === "0" ? "41523" : port) + "/defaultdb?sslmode=disable\\n");
}
process.on("SIGTERM", () => { if (value("--stubborn") === undefined) process.exit(0); });
setInterval(() => undefined, 1000);
`;

let folder: string;
let binary: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tegmen-test-cockroach-"));
  binary = join(folder, "cockroach");
  await writeProgram(binary, FAKE);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("findCockroach", () => {
  test("takes the one given before COCKROACH_BINARY before PATH", async () => {
    const other = join(folder, "other");
    await writeProgram(other, FAKE);
    expect(findCockroach(other, { COCKROACH_BINARY: binary })).toBe(other);
    expect(findCockroach(undefined, { COCKROACH_BINARY: other, PATH: folder })).toBe(other);
    expect(findCockroach(undefined, { COCKROACH_BINARY: "", PATH: `/nonexistent:${folder}` })).toBe(binary);
  });

  test("gives undefined if there is none", () => {
    expect(findCockroach(undefined, { PATH: "/nonexistent" })).toBeUndefined();
    expect(findCockroach(undefined, {})).toBeUndefined();
  });

  test("refuses a named one that cannot be run", async () => {
    const plain = join(folder, "plain");
    await writeFile(plain, "");
    await chmod(plain, 0o644);
    expect(() => findCockroach(undefined, { COCKROACH_BINARY: plain })).toThrow(`COCKROACH_BINARY names ${plain}`);
    expect(() => findCockroach(join(folder, "absent"))).toThrow(BackendError);
    expect(() => findCockroach(folder)).toThrow("not a program that can be run");
  });
});

test("arguments: insecure, in memory, on loopback", () => {
  expect(cockroachArguments("/run", 8081)).toEqual([
    "start-single-node",
    "--insecure",
    "--store=type=mem,size=640MiB",
    "--listen-addr=127.0.0.1:0",
    "--http-addr=127.0.0.1:8081",
    "--listening-url-file=/run/url",
  ]);
  const options = { storeSize: "25%", port: 26_257, extraArguments: ["--cache=128MiB"] };
  expect(cockroachArguments("/run", 1, options)).toEqual(
    expect.arrayContaining(["--store=type=mem,size=25%", "--listen-addr=127.0.0.1:26257", "--cache=128MiB"]),
  );
});

describe("startCockroach", () => {
  test("gives the server's address, and stop leaves nothing", async () => {
    const server = await startCockroach({ binary });
    expect(server).toMatchObject({
      url: "postgresql://root@127.0.0.1:41523/defaultdb?sslmode=disable",
      host: "127.0.0.1",
      port: 41_523,
    });
    const said = JSON.parse(readFileSync(server.logFile, "utf8")) as { arguments: string[]; cwd: string };
    expect(said.cwd).toBe(dirname(server.logFile));
    expect(said.arguments).toContain(`--http-addr=127.0.0.1:${server.httpPort}`);

    await server.stop();
    await server.stop();

    expect(isRunning(server.pid)).toBe(false);
    expect(existsSync(dirname(server.logFile))).toBe(false);
  });

  test("shows its log if it ends while it starts", async () => {
    const attempt = startCockroach({ binary, extraArguments: ["--fail=bad flag"] });
    await expect(attempt).rejects.toThrow(/cockroach ended while it started[\s\S]*ERROR: bad flag/);
  });

  test("gives up on one that is never ready", async () => {
    const attempt = startCockroach({ binary, extraArguments: ["--silent=yes"], timeout: 300 });
    await expect(attempt).rejects.toThrow("cockroach was not ready after 300 ms");
  });

  test("tells when it ends by itself", async () => {
    const server = await startCockroach({ binary });
    const ended = new Promise<ServerExit>((resolve) => void server.onExit(resolve));
    process.kill(server.pid, "SIGKILL");
    expect(await ended).toMatchObject({ signal: "SIGKILL" });
    await server.stop();
  });
});
