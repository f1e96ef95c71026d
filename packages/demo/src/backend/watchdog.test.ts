import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isRunning } from "./process-identity.ts";
import { startWatchdog } from "./watchdog.ts";

let folder: string;
let server: ChildProcess;

async function startServer(mark: string, onTerm: string): Promise<void> {
  const program = `process.on("SIGTERM", () => { ${onTerm} }); setInterval(() => undefined, 1000); console.log("up");`;
  server = spawn(process.execPath, ["-e", program, mark], { stdio: ["ignore", "pipe", "ignore"] });
  if (server.stdout !== null) await once(server.stdout, "data");
  await writeFile(join(folder, "pid"), `${server.pid}\nmore\n`);
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tegmen-test-watchdog-"));
});

afterEach(async () => {
  server.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

const kinds = process.platform === "win32" ? (["node"] as const) : (["shell", "node"] as const);

describe.each(kinds)("the %s watchdog", (kind) => {
  test("ends the server and removes its folder when its input ends", async () => {
    await startServer(folder, "process.exit(0)");
    const ended = once(server, "exit");
    const watchdog = await startWatchdog({ pidFile: join(folder, "pid"), mark: folder, signal: "TERM", folder }, kind);
    watchdog.announce();
    await watchdog.release();
    await ended;
    expect(existsSync(folder)).toBe(false);
    expect(isRunning(watchdog.pid)).toBe(false);
  });

  test("has nothing to do when the folder is gone", async () => {
    await startServer(folder, "");
    const watchdog = await startWatchdog({ pidFile: join(folder, "pid"), mark: folder, signal: "TERM", folder }, kind);
    watchdog.announce();
    await rm(folder, { recursive: true });
    await watchdog.release();
    expect(isRunning(server.pid ?? 0)).toBe(true);
  });
});

describe.skipIf(process.platform === "win32")("the shell watchdog", () => {
  test("kills a server that does not end when asked to", async () => {
    await startServer(folder, "");
    const ended = once(server, "exit");
    const watchdog = await startWatchdog({ pidFile: join(folder, "pid"), mark: folder, signal: "TERM", folder });
    watchdog.announce();
    await watchdog.release();
    expect(await ended).toEqual([null, "SIGKILL"]);
    expect(existsSync(folder)).toBe(false);
  });

  test("spares a stranger with the server's number", async () => {
    await startServer("stranger", "process.exit(0)");
    const watchdog = await startWatchdog({ pidFile: join(folder, "pid"), mark: folder, signal: "TERM", folder });
    watchdog.announce();
    await watchdog.release();
    expect(isRunning(server.pid ?? 0)).toBe(true);
    expect(existsSync(folder)).toBe(false);
  });
});
