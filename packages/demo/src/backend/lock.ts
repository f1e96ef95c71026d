import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { isGone, ownIdentity, parseIdentity } from "./process-identity.ts";

/** How often a waiting process looks again, in milliseconds. */
const INTERVAL = 20;

/** How long a lock without a readable owner counts as one that is just being written, in milliseconds. */
const UNREADABLE_FOR = 5000;

/** How long to wait for another process before working beside it, in milliseconds. */
const PATIENCE = 60_000;

async function isAbandoned(lock: string): Promise<boolean> {
  try {
    const owner = parseIdentity(await readFile(lock, "utf8"));
    if (owner !== undefined) return await isGone(owner);
    return Date.now() - (await stat(lock)).mtimeMs > UNREADABLE_FOR;
  } catch {
    // Released in the meantime: the next attempt to take it decides.
    return false;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

async function take(lock: string, identity: string): Promise<boolean> {
  const draft = `${lock}.${randomUUID()}`;
  await writeFile(draft, identity, { mode: 0o600 });
  try {
    // Linked, so that the lock is never seen without its owner.
    await link(draft, lock).catch(async (error: unknown) => {
      if (hasCode(error, "EEXIST")) throw error;
      // A file system without links.
      await writeFile(lock, identity, { flag: "wx", mode: 0o600 });
    });
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/**
 * Spares processes that start together the same work: one does it, the others wait until it is
 * done. It saves time only: after a minute a waiting process goes on by itself, so the work has to be
 * safe when done twice.
 *
 * @param lock - path of the lock file
 * @param isDone - whether the work is already done
 * @param work - does it
 */
export async function doOnce(lock: string, isDone: () => Promise<boolean>, work: () => Promise<void>): Promise<void> {
  const identity = JSON.stringify(await ownIdentity());
  const begin = Date.now();
  let held = false;
  while (!held && Date.now() - begin < PATIENCE) {
    if (await isDone()) return;
    held = await take(lock, identity);
    if (held) break;
    if (await isAbandoned(lock)) {
      const aside = `${lock}.${randomUUID()}`;
      await rename(lock, aside).catch(() => undefined);
      await rm(aside, { force: true });
    } else {
      await delay(INTERVAL);
    }
  }
  try {
    if (!(await isDone())) await work();
  } finally {
    if (held) await rm(lock, { force: true });
  }
}
