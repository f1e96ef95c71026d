import { chmodSync, readdirSync, readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { environmentOf, hasTerminal, type Program, start, startOnTerminal, temporaryFolder } from "../cli/program.ts";

const READY = "Ctrl-C ends it.";

/** An environment whose temporary folder is the test's own: all that a cluster has is below it. */
function ownTemporaryFolder(): { readonly folder: string; readonly environment: NodeJS.ProcessEnv } {
  const folder = temporaryFolder();
  // Root may have to run the server as another user, who has to get there.
  chmodSync(folder, 0o755);
  return { folder, environment: { ...environmentOf(temporaryFolder()), TMPDIR: folder } };
}

/** Files and processes of a cluster; the processes on Linux only. */
function remains(folder: string): readonly string[] {
  const processes = process.platform === "linux" ? readdirSync("/proc").filter((name) => /^\d+$/.test(name)) : [];
  const commands = processes.map((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8");
    } catch {
      return "";
    }
  });
  return [...readdirSync(folder), ...commands.filter((command) => command.includes(folder))];
}

/** Waits until the program is ready, ends it, and gives what is still there when all had time to go. */
async function leftBy(program: Program, folder: string, end: () => void): Promise<readonly string[]> {
  await program.until(READY);
  expect(remains(folder)).not.toEqual([]);
  end();
  await program.ended;
  const gone = (): boolean => remains(folder).length === 0;
  await vi.waitUntil(gone, { timeout: 30_000, interval: 50 }).catch(() => {});
  return remains(folder);
}

test.each(["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"] as const)(
  "tegmen demo leaves no process and no file after %s",
  async (signal) => {
    const { folder, environment } = ownTemporaryFolder();
    const program = start(["demo", "--no-shell", "--port", "0", "--secure"], environment);
    expect(await leftBy(program, folder, () => program.child.kill(signal))).toEqual([]);
  },
);

test.skipIf(!hasTerminal)("tegmen demo leaves nothing after Ctrl-C on a terminal (made by python3)", async () => {
  const { folder, environment } = ownTemporaryFolder();
  const program = startOnTerminal(["demo", "--no-shell", "--port", "0"], environment);
  expect(await leftBy(program, folder, () => program.write("\u0003"))).toEqual([]);
});
