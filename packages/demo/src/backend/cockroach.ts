import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { accessSync, closeSync, constants, openSync, statSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { endChild, hasEnded, logTail, watchEnd, type ServerExit } from "./child.ts";
import { BackendError } from "./errors.ts";
import { temporaryRoot } from "./folders.ts";
import { freePort } from "./free-port.ts";
import { PID_FILE, reapStale } from "./reaper.ts";
import { openServerFolder, type ServerFolder } from "./server-folder.ts";

/** How often the file with the server's URL is looked for, in milliseconds. */
const INTERVAL = 10;

/** How long the server may take to drain and end before it is killed, in milliseconds. */
const GRACE = 10_000;

/** What may be chosen about a real CockroachDB. */
export interface StartCockroachOptions {
  /** Path of the `cockroach` binary; by default COCKROACH_BINARY, then PATH. */
  readonly binary?: string;
  /** Size of the in-memory store, as `--store` takes it; the default is `640MiB`. */
  readonly storeSize?: string;
  /** Port for SQL on 127.0.0.1; by default the server picks a free one. */
  readonly port?: number;
  /** Port of the DB Console on 127.0.0.1; by default a free one. */
  readonly httpPort?: number;
  /** Further arguments of `cockroach start-single-node`. */
  readonly extraArguments?: readonly string[];
  /** How long the server may take to accept connections, in milliseconds; the default is 60,000. */
  readonly timeout?: number;
}

/** A running single-node CockroachDB in insecure mode. It ends with this process, however this process ends. */
export interface CockroachServer {
  /** Its connection string, for the user `root`. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly httpPort: number;
  readonly pid: number;
  /** Its log file, there until the server is stopped. */
  readonly logFile: string;
  /**
   * Calls back when the server ends without having been stopped.
   *
   * @returns a function that takes the callback back.
   */
  onExit(callback: (exit: ServerExit) => void): () => void;
  /** Ends the server and removes its folder. May be called again. */
  stop(): Promise<void>;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * The path of a real `cockroach` binary: the one given, that in COCKROACH_BINARY, or the first on PATH.
 *
 * @param binary - a path that has to be right
 * @returns undefined if none was named and there is none on PATH.
 * @throws BackendError if the one named is not there or cannot be run.
 */
export function findCockroach(binary?: string, environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = binary ?? (environment["COCKROACH_BINARY"] || undefined);
  if (named !== undefined) {
    const path = resolve(named);
    if (isProgram(path)) return path;
    const source = binary === undefined ? "COCKROACH_BINARY names" : "the cockroach binary is";
    throw new BackendError(`${source} ${path}, which is not a program that can be run`);
  }
  const name = process.platform === "win32" ? "cockroach.exe" : "cockroach";
  const folders = (environment["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => resolve(folder, name)).find(isProgram);
}

/** The arguments `cockroach` is started with; port 0 lets it pick one, which it writes to the URL file. */
export function cockroachArguments(
  folder: string,
  httpPort: number,
  options: StartCockroachOptions = {},
): readonly string[] {
  return [
    "start-single-node",
    "--insecure",
    `--store=type=mem,size=${options.storeSize ?? "640MiB"}`,
    `--listen-addr=127.0.0.1:${options.port ?? 0}`,
    `--http-addr=127.0.0.1:${httpPort}`,
    `--listening-url-file=${join(folder, "url")}`,
    ...(options.extraArguments ?? []),
  ];
}

function launch(binary: string, argumentsOf: readonly string[], folder: string, logFile: string): ChildProcess {
  const log = openSync(logFile, "a", 0o600);
  try {
    return spawn(binary, argumentsOf, {
      // What it writes besides its store (heap profiles, logs) goes with the folder.
      cwd: folder,
      env: { ...process.env, COCKROACH_SKIP_ENABLING_DIAGNOSTIC_REPORTING: "true" },
      stdio: ["ignore", log, log],
      detached: true,
      windowsHide: true,
    });
  } finally {
    closeSync(log);
  }
}

/** Waits for the URL file, which the server writes when it accepts connections. */
async function waitForUrl(child: ChildProcess, folder: string, logFile: string, timeout: number): Promise<URL> {
  const begin = Date.now();
  for (;;) {
    const text = await readFile(join(folder, "url"), "utf8").catch(() => "");
    const [line = "", ...rest] = text.split("\n");
    if (rest.length > 0 && URL.canParse(line)) return new URL(line);
    const late = Date.now() - begin > timeout;
    if (late || hasEnded(child)) {
      await endChild(child, "SIGKILL", GRACE);
      const output = await logTail(logFile);
      const what = late ? `was not ready after ${timeout} ms` : "ended while it started";
      throw new BackendError(`cockroach ${what}. Its log ends:\n${output}`, { output });
    }
    await delay(INTERVAL);
  }
}

class RunningCockroach implements CockroachServer {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly httpPort: number;
  readonly pid: number;
  readonly logFile: string;
  readonly #child: ChildProcess;
  readonly #folder: ServerFolder;
  readonly #callbacks = new Set<(exit: ServerExit) => void>();
  #stopping: Promise<void> | undefined;

  constructor(url: URL, httpPort: number, child: ChildProcess, folder: ServerFolder, logFile: string) {
    this.url = url.href;
    this.host = url.hostname;
    this.port = Number(url.port);
    this.httpPort = httpPort;
    this.pid = child.pid ?? 0;
    this.logFile = logFile;
    this.#child = child;
    this.#folder = folder;
    watchEnd(
      child,
      logFile,
      () => this.#stopping !== undefined,
      (exit) => {
        for (const callback of this.#callbacks) callback(exit);
      },
    );
  }

  onExit(callback: (exit: ServerExit) => void): () => void {
    this.#callbacks.add(callback);
    return () => void this.#callbacks.delete(callback);
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    await endChild(this.#child, "SIGTERM", GRACE);
    await this.#folder.remove();
  }
}

/**
 * Starts a real CockroachDB: `cockroach start-single-node`, insecure, on loopback, its data in
 * memory. It goes when it is stopped or when this process ends, be it by SIGKILL. It does not keep
 * this process running.
 *
 * @returns the server, when it accepts connections.
 * @throws BackendError if there is no binary, or it does not start.
 *
 * @example
 * ```ts
 * const server = await startCockroach({ storeSize: "1GiB" });
 * console.log(server.url); // postgresql://root@127.0.0.1:41523/defaultdb?sslmode=disable
 * await server.stop();
 * ```
 */
export async function startCockroach(options: StartCockroachOptions = {}): Promise<CockroachServer> {
  const binary = findCockroach(options.binary);
  if (binary === undefined) {
    throw new BackendError("There is no cockroach binary on PATH, and COCKROACH_BINARY names none");
  }
  const root = await temporaryRoot();
  await reapStale(root);
  const folder = await openServerFolder(root, PID_FILE, "TERM");
  let child: ChildProcess | undefined;
  try {
    const httpPort = options.httpPort ?? (await freePort());
    const logFile = join(folder.path, "cockroach.log");
    folder.watchdog.announce();
    child = launch(binary, cockroachArguments(folder.path, httpPort, options), folder.path, logFile);
    if (child.pid !== undefined) writeFileSync(join(folder.path, PID_FILE), `${child.pid}\n`);
    await once(child, "spawn");
    const url = await waitForUrl(child, folder.path, logFile, options.timeout ?? 60_000);
    child.unref();
    return new RunningCockroach(url, httpPort, child, folder, logFile);
  } catch (error) {
    if (child?.pid !== undefined) await endChild(child, "SIGKILL", GRACE);
    await folder.remove();
    throw error;
  }
}
