import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, existsSync, readFileSync, statSync } from "node:fs";
import { chmod, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { commandLine, isRunning } from "./process-identity.ts";
import { waysToRun } from "./run-as.ts";
import { createSandbox, queryRow, type Sandbox } from "./testing-support/sandbox.ts";

const isRoot = process.getuid?.() === 0;
const nobody = waysToRun(0).find((way) => way.kind === "nobody")?.owner ?? { uid: 65_534, gid: 65_534 };

/** The numbers of the processes that have the text in their command line (Linux only). */
async function processesWith(text: string): Promise<readonly number[]> {
  const found: number[] = [];
  for (const name of await readdir("/proc")) {
    const pid = Number(name);
    if (Number.isInteger(pid) && pid !== process.pid && (await commandLine(pid)).includes(text)) found.push(pid);
  }
  return found;
}

/** Whether every user can reach the program (Node.js may be installed below a closed home folder). */
function isOpenToAll(program: string): boolean {
  if (!isRoot) return false;
  try {
    execFileSync(program, ["--version"], { ...nobody, cwd: "/", stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Everything a server could leave behind; empty when it has gone. */
async function remains(sandbox: Sandbox, pid: number): Promise<readonly unknown[]> {
  const processes = process.platform === "linux" ? await processesWith(sandbox.temporary) : [];
  return [...(await readdir(sandbox.temporary)), ...processes, ...(isRunning(pid) ? [pid] : [])];
}

const WAIT = { timeout: 30_000, interval: 50 };

describe("a server goes with its parent", () => {
  let sandbox: Sandbox;

  beforeAll(async () => {
    sandbox = await createSandbox();
  });

  afterAll(async () => {
    await sandbox.remove();
  });

  test("that stops it", async () => {
    const { close, server } = await sandbox.start();
    expect(await queryRow(server, "SELECT 1")).toEqual([1]);
    expect(await close()).toBe(0);
    expect(await readdir(sandbox.temporary)).toEqual([]);
    expect(isRunning(server.pid)).toBe(false);
  });

  test("that has nothing left to do", async () => {
    const { child, server } = await sandbox.start({ options: { ignoreInput: true } });
    if (child.exitCode === null) await once(child, "exit");
    expect(child.exitCode).toBe(0);
    await vi.waitFor(async () => expect(await remains(sandbox, server.pid)).toEqual([]), WAIT);
  });

  test.each(["SIGKILL", "SIGTERM", "SIGINT"] as const)("that gets %s", async (signal) => {
    const { child, server } = await sandbox.start();
    child.kill(signal);
    await vi.waitFor(async () => expect(await remains(sandbox, server.pid)).toEqual([]), WAIT);
  });

  test.runIf(process.platform === "linux")("that is killed at any point of the start", async () => {
    for (const file of ["owner.json", "data", "socket", "postgres.log", join("data", "postmaster.pid")]) {
      const child = sandbox.launch();
      let folder = "";
      await vi.waitFor(
        async () => {
          folder = (await readdir(sandbox.temporary))[0] ?? "";
          expect(existsSync(join(sandbox.temporary, folder, file))).toBe(true);
        },
        { timeout: 30_000, interval: 1 },
      );
      child.kill("SIGKILL");
      await vi.waitFor(async () => {
        expect(await readdir(sandbox.temporary)).toEqual([]);
        expect(await processesWith(sandbox.temporary)).toEqual([]);
      }, WAIT);
    }
  });

  test.runIf(process.platform === "linux")("not with the terminal's Ctrl-C", async () => {
    const { close, server } = await sandbox.start();
    const groups = [process.pid, server.pid].map((pid) => {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2];
    });
    expect(groups[1]).toBe(String(server.pid));
    expect(groups[0]).not.toBe(groups[1]);
    await close();
  });

  test.runIf(process.platform === "linux")("at the next start, if its watchdog was killed too", async () => {
    const { child, server } = await sandbox.start();
    const folder = dirname(server.socketDir);
    const watchdogs = (await processesWith("tegmen-watchdog")).filter((pid) => pid !== child.pid);
    const own = [];
    for (const pid of watchdogs) if ((await commandLine(pid)).includes(folder)) own.push(pid);
    expect(own).toHaveLength(1);
    for (const pid of own) process.kill(pid, "SIGKILL");
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
    expect(isRunning(server.pid)).toBe(true);

    const next = await sandbox.start();

    expect(isRunning(server.pid)).toBe(false);
    expect(existsSync(folder)).toBe(false);
    expect(await queryRow(next.server, "SELECT 1")).toEqual([1]);
    await next.close();
  });
});

describe("users", () => {
  const sandboxes: Sandbox[] = [];

  async function make(options: Parameters<typeof createSandbox>[0]): Promise<Sandbox> {
    const sandbox = await createSandbox(options);
    sandboxes.push(sandbox);
    return sandbox;
  }

  afterAll(async () => {
    for (const sandbox of sandboxes) await sandbox.remove();
  });

  test("an installation without its library links is left as it is", async () => {
    const sandbox = await make({ withoutLinks: true });
    const modules = join(sandbox.folder, "app", "node_modules");
    const before = await readdir(modules, { recursive: true });
    const { close, server } = await sandbox.start();
    expect(await queryRow(server, "SELECT 1")).toEqual([1]);
    await close();
    expect(await readdir(modules, { recursive: true })).toEqual(before);
  });

  test("a home that cannot be written to is replaced by the temporary folder", async () => {
    const sandbox = await make({});
    const { close, server } = await sandbox.start({ environment: { HOME: "/dev/null/none" } });
    expect(await queryRow(server, "SELECT 1")).toEqual([1]);
    await close();
    expect(await readdir(sandbox.temporary)).toEqual([`tegmen-cache-${process.getuid?.() ?? "user"}`]);
  });

  test("XDG_CACHE_HOME is where templates are kept", async () => {
    const sandbox = await make({});
    const cache = join(sandbox.folder, "xdg");
    const { close } = await sandbox.start({ environment: { XDG_CACHE_HOME: cache } });
    await close();
    expect(await readdir(join(cache, "tegmen"))).toEqual([
      expect.stringMatching(/^runs-/),
      expect.stringMatching(/^template-/),
    ]);
    expect(await readdir(sandbox.home)).toEqual([]);
  });

  test("a first start that was killed does not hinder the next", async () => {
    const sandbox = await make({});
    const environment = { XDG_CACHE_HOME: join(sandbox.folder, "xdg") };
    const cache = join(environment.XDG_CACHE_HOME, "tegmen");
    const isLock = (name: string): boolean => /^lock-\w+$/.test(name);
    const first = sandbox.launch({ environment });
    await vi.waitFor(async () => expect((await readdir(cache)).filter(isLock)).toHaveLength(1), {
      timeout: 30_000,
      interval: 1,
    });
    const exited = once(first, "exit");
    first.kill("SIGKILL");
    await exited;

    const { close, server } = await sandbox.start({ environment });

    expect(await queryRow(server, "SELECT 1")).toEqual([1]);
    await close();
    expect((await readdir(cache)).filter(isLock)).toEqual([]);
  });

  test.runIf(isRoot)("root gives up its rights for nobody's, with a package nobody can read", async () => {
    const sandbox = await make({ withoutLinks: true });
    await chmod(join(sandbox.folder, "app"), 0o700);
    const { child, close, server } = await sandbox.start({ options: { way: "nobody" } });
    expect(await queryRow(server, "SELECT 1")).toEqual([1]);
    expect(statSync(join(server.socketDir, ".s.PGSQL.5432")).uid).toBe(nobody.uid);
    await close();
    const again = await sandbox.start({ options: { way: "nobody" } });
    expect(await queryRow(again.server, "SELECT 1")).toEqual([1]);
    again.child.kill("SIGKILL");
    await vi.waitFor(async () => {
      expect(await readdir(sandbox.temporary)).toEqual(["tegmen-cache-0-shared"]);
      expect(isRunning(again.server.pid)).toBe(false);
    }, WAIT);
    expect(child.exitCode).toBe(0);
  });

  // Node.js below a closed home folder cannot be started as another user.
  test.runIf(isOpenToAll(process.execPath))("an ordinary user runs it as itself", async () => {
    const sandbox = await make({ withoutLinks: true, owner: nobody });
    const { child, close, server } = await sandbox.start({ user: nobody });
    expect(await queryRow(server, "SELECT 1")).toEqual([1]);
    expect(await close()).toBe(0);
    const second = await sandbox.start({ user: nobody });
    second.child.kill("SIGKILL");
    await vi.waitFor(async () => expect(await remains(sandbox, second.server.pid)).toEqual([]), WAIT);
    expect(child.exitCode).toBe(0);
    expect(() => accessSync(join(sandbox.home, ".cache", "tegmen"), constants.R_OK)).not.toThrow();
  });

  test.runIf(isOpenToAll(process.execPath))("an ordinary user without a home", async () => {
    const sandbox = await make({ owner: nobody, withoutLinks: true });
    const { close, server } = await sandbox.start({ user: nobody, environment: { HOME: undefined } });
    expect(await queryRow(server, "SELECT 1")).toEqual([1]);
    expect(await close()).toBe(0);
  });
});
