import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stateFolder } from "../state-folder.ts";

/** A demo cluster that runs in the background. */
export interface BackgroundCluster {
  readonly pid: number;
  readonly port: number;
  readonly url: string;
  /** A random text in the process's command line: its number may be another's by now. */
  readonly mark: string;
}

const suffix = ".json";

/** The demo clusters in the background, a file for each. */
export class BackgroundRegistry {
  readonly #folder: string;

  constructor(folder: string = join(stateFolder(), "demo")) {
    this.#folder = folder;
  }

  /** Where a cluster writes its log; the folder is there. */
  logFile(mark: string): string {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    return join(this.#folder, `${mark}.log`);
  }

  add(cluster: BackgroundCluster): void {
    const path = this.#path(cluster.mark);
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    writeFileSync(`${path}.new`, `${JSON.stringify(cluster)}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }

  remove(mark: string): void {
    rmSync(this.#path(mark), { force: true });
    rmSync(this.logFile(mark), { force: true });
  }

  /** Those that run, by port; what is left of others is removed. */
  list(): BackgroundCluster[] {
    let names: string[] = [];
    try {
      names = readdirSync(this.#folder).filter((name) => name.endsWith(suffix));
    } catch {
      // Nothing was ever started in the background.
    }
    const running: BackgroundCluster[] = [];
    for (const name of names) {
      const cluster = read(join(this.#folder, name));
      if (cluster !== undefined && isRunning(cluster)) running.push(cluster);
      else this.remove(name.slice(0, -suffix.length));
    }
    return running.toSorted((a, b) => a.port - b.port);
  }

  #path(mark: string): string {
    return join(this.#folder, `${mark}${suffix}`);
  }
}

/** Whether the process is still there, and still the one that was started. */
export function isRunning({ pid, mark }: BackgroundCluster): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Another user's process has the number (EPERM), or nobody (ESRCH).
    return error instanceof Error && "code" in error && error.code === "EPERM"
      ? commandLine(pid).includes(mark)
      : false;
  }
  // Windows has no cheap way to ask.
  return process.platform === "win32" || commandLine(pid).includes(mark);
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    // No such file system: macOS.
  }
  try {
    return execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8", stdio: "pipe" });
  } catch {
    return "";
  }
}

function read(path: string): BackgroundCluster | undefined {
  try {
    const found = JSON.parse(readFileSync(path, "utf8")) as Partial<BackgroundCluster>;
    const { pid, port, url, mark } = found;
    if (!Number.isSafeInteger(pid) || typeof port !== "number" || typeof url !== "string" || !mark) return undefined;
    return { pid: pid as number, port, url, mark };
  } catch {
    return undefined;
  }
}
