import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { programIn } from "./binaries.ts";
import { hasEnded, logTail, waitForEnd } from "./child.ts";
import { BackendError } from "./errors.ts";
import type { Installation } from "./installation.ts";
import { spawnAs } from "./run-as.ts";
import type { PostgresSettings } from "./settings.ts";

/** How often the server's state file is read while it starts, in milliseconds. */
const INTERVAL = 4;

/** What a postmaster is started with. */
export interface PostmasterStart {
  readonly installation: Installation;
  readonly data: string;
  readonly logFile: string;
  /** Settings of this start only: given as arguments, ahead of the configuration file. */
  readonly settings: PostgresSettings;
  /** How long it may take to accept connections, in milliseconds. */
  readonly timeout: number;
}

/** A postmaster that accepts connections. */
export interface Postmaster {
  readonly child: ChildProcess;
  readonly pid: number;
}

/** The postmaster's own word on its state, from the eighth line of its pid file. */
async function isReady(data: string, pid: number): Promise<boolean> {
  const lines = (await readFile(join(data, "postmaster.pid"), "utf8").catch(() => "")).split("\n");
  return lines[0]?.trim() === String(pid) && lines[7]?.startsWith("ready") === true;
}

function asArguments(settings: PostgresSettings): readonly string[] {
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${String(value)}`]);
}

/**
 * Starts a postmaster and waits until it accepts connections.
 *
 * @throws BackendError with the end of its log if it ends before, or takes too long.
 */
export async function startPostmaster(start: PostmasterStart): Promise<Postmaster> {
  const { installation, data, logFile, settings, timeout } = start;
  const log = openSync(logFile, "a", 0o600);
  let child: ChildProcess;
  try {
    child = spawnAs(
      installation.way,
      programIn(installation.folder, "postgres"),
      ["-D", data, ...asArguments(settings)],
      { environment: installation.environment, stdio: ["ignore", log, log], detached: true },
    );
  } finally {
    closeSync(log);
  }
  await once(child, "spawn");
  const pid = child.pid ?? 0;
  const begin = Date.now();
  while (!(await isReady(data, pid))) {
    const late = Date.now() - begin > timeout;
    if (late) child.kill("SIGKILL");
    if (late || hasEnded(child)) {
      await waitForEnd(child, timeout);
      const output = await logTail(logFile);
      const what = late ? `was not ready after ${timeout} ms` : "ended while it started";
      throw new BackendError(`PostgreSQL ${installation.version} ${what}. Its log ends:\n${output}`, { output });
    }
    await delay(INTERVAL);
  }
  child.unref();
  return { child, pid };
}
