import { lstat, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { commandLine, isGone, parseIdentity, isRunning } from "./process-identity.ts";

/** The beginning of the names of servers' folders below the temporary folder. */
export const FOLDER_PREFIX = "tegmen-demo-";

/** The file in a server's folder that says which process it belongs to. */
export const OWNER_FILE = "owner.json";

/** A folder whose owner was never written down is removed after this long (1 hour, in milliseconds). */
const OWNERLESS_FOR = 60 * 60 * 1000;

/** How long a server may take to end before it is killed, in milliseconds. */
const GRACE = 5000;

/** Removes a folder that a process may still be leaving. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}

/** The pid file that PostgreSQL writes, below a server's folder. */
export const POSTGRES_PID_FILE: string = join("data", "postmaster.pid");

/** The pid file of other servers, below a server's folder. */
export const PID_FILE = "server.pid";

/** The process number in the first line of a server's pid file, if that process is the folder's server. */
async function serverOf(folder: string): Promise<number | undefined> {
  const read = (name: string): Promise<string> => readFile(join(folder, name), "utf8").catch(() => "");
  const pid = Number.parseInt((await read(POSTGRES_PID_FILE)) || (await read(PID_FILE)), 10);
  if (!(pid > 0) || !isRunning(pid)) return undefined;
  const marks = process.platform === "win32" ? ["postgres", "cockroach"] : [folder];
  const command = await commandLine(pid);
  return marks.some((mark) => command.includes(mark)) ? pid : undefined;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended in the meantime.
  }
}

async function endServer(folder: string): Promise<void> {
  const pid = await serverOf(folder);
  if (pid === undefined) return;
  signal(pid, process.platform === "win32" ? "SIGKILL" : "SIGQUIT");
  const begin = Date.now();
  while ((await serverOf(folder)) !== undefined) {
    if (Date.now() - begin > GRACE) {
      signal(pid, "SIGKILL");
      return;
    }
    await delay(20);
  }
}

async function isStale(folder: string): Promise<boolean> {
  const found = await lstat(folder);
  const uid = process.getuid?.();
  // Root's servers may run as another user, but their folders are root's own as well.
  if (!found.isDirectory() || (uid !== undefined && found.uid !== uid)) return false;
  const text = await readFile(join(folder, OWNER_FILE), "utf8").catch(() => "");
  const owner = parseIdentity(text);
  return owner === undefined ? Date.now() - found.mtimeMs > OWNERLESS_FOR : isGone(owner);
}

/**
 * Ends servers whose owner is gone and whose watchdog was killed too, and removes their folders.
 * Never rejects: what cannot be removed now is left for a later start.
 *
 * @param root - the temporary folder
 */
export async function reapStale(root: string): Promise<void> {
  const names = await readdir(root).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(FOLDER_PREFIX)) continue;
    const folder = join(root, name);
    try {
      if (!(await isStale(folder))) continue;
      await endServer(folder);
      await removeFolder(folder);
    } catch {
      // Another process may be removing it at the same time.
    }
  }
}
