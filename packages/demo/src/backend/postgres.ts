import { randomBytes } from "node:crypto";
import { chmod, chown, mkdir, mkdtemp, readFile, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { copyTree } from "./copy-tree.ts";
import { BackendError } from "./errors.ts";
import { cacheFolder, temporaryRoot } from "./folders.ts";
import { findInstallation, type Installation } from "./installation.ts";
import type { PostgresExit, PostgresServer, StartPostgresOptions } from "./postgres-options.ts";
import { hasEnded, logTail, startPostmaster, waitForEnd, type Postmaster, type PostmasterStart } from "./postmaster.ts";
import { claimFolder, FOLDER_PREFIX, reapStale, removeFolder } from "./reaper.ts";
import { demoSettings, settingsFile, type PostgresSettings } from "./settings.ts";
import { runSingleUser, templateFolder, type TemplateContent } from "./template.ts";
import { startWatchdog, type Watchdog } from "./watchdog.ts";

/** Each server has a socket folder of its own, so the number may be the same everywhere. */
const SOCKET_PORT = 5432;

/** How long the server may take to end before it is killed, in milliseconds. */
const STOP_GRACE = 10_000;

/** Where a server listens. */
interface Listener {
  readonly socketDir: string;
  readonly port: number;
  readonly host?: string;
  readonly password?: string;
}

/** A port of 127.0.0.1 that is free at the moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

function listenSettings(listener: Listener): PostgresSettings {
  return listener.host === undefined
    ? {
        listen_addresses: "",
        unix_socket_directories: listener.socketDir,
        unix_socket_permissions: "0700",
        port: listener.port,
      }
    : { listen_addresses: listener.host, unix_socket_directories: "", port: listener.port };
}

/** Fills the data folder from the template, if it is not filled already. */
async function fillData(data: string, template: string, installation: Installation): Promise<void> {
  const kept = await readFile(join(data, "PG_VERSION"), "utf8").catch(() => undefined);
  if (kept !== undefined) {
    if (kept.trim() === String(installation.major)) return;
    throw new BackendError(
      `${data} holds data of PostgreSQL ${kept.trim()}, and this is version ${installation.version}. ` +
        "Choose another folder, or install that version.",
    );
  }
  const { owner } = installation.way;
  await copyTree(template, data, owner === undefined ? {} : { owner });
}

/** Makes the place of the data: a folder of the server's own, or a link to the one that is kept. */
async function placeData(folder: string, kept: string | undefined): Promise<string> {
  const data = join(folder, "data");
  if (kept === undefined) return data;
  const target = resolve(kept);
  await symlink(target, data, "junction");
  return target;
}

async function openListener(
  folder: string,
  installation: Installation,
  options: StartPostgresOptions,
): Promise<Listener> {
  const listen = options.listen ?? (process.platform === "win32" ? "loopback" : "socket");
  if (listen === "loopback") {
    return { socketDir: "", port: await freePort(), host: "127.0.0.1", password: randomBytes(24).toString("hex") };
  }
  const socketDir = join(folder, "socket");
  await mkdir(socketDir, { mode: 0o700 });
  const { owner } = installation.way;
  if (owner !== undefined) await chown(socketDir, owner.uid, owner.gid);
  return { socketDir, port: SOCKET_PORT };
}

/** Writes the configuration of this server over the template's. */
async function configure(
  data: string,
  installation: Installation,
  listener: Listener,
  superuser: string,
  settings: PostgresSettings,
): Promise<void> {
  const all = { ...demoSettings(installation.major), ...settings };
  await writeFile(join(data, "postgresql.conf"), settingsFile(all));
  const method = listener.password === undefined ? "local all all trust" : "host all all 127.0.0.1/32 scram-sha-256";
  await writeFile(join(data, "pg_hba.conf"), `${method}\n`);
  if (listener.password !== undefined) {
    const name = `"${superuser.replaceAll('"', '""')}"`;
    await runSingleUser(installation, data, "template1", `ALTER ROLE ${name} PASSWORD '${listener.password}'`);
  }
}

class RunningPostgres implements PostgresServer {
  readonly socketDir: string;
  readonly port: number;
  declare readonly host?: string;
  declare readonly password?: string;
  readonly superuser: string;
  readonly version: string;
  readonly logFile: string;
  readonly #folder: string;
  readonly #start: PostmasterStart;
  readonly #watchdog: Watchdog;
  readonly #keepsData: boolean;
  readonly #callbacks = new Set<(exit: PostgresExit) => void>();
  #postmaster: Postmaster;
  #expected = false;
  #stopping: Promise<void> | undefined;

  constructor(
    listener: Listener,
    superuser: string,
    folder: string,
    start: PostmasterStart,
    watchdog: Watchdog,
    keepsData: boolean,
    postmaster: Postmaster,
  ) {
    this.socketDir = listener.socketDir;
    this.port = listener.port;
    if (listener.host !== undefined) this.host = listener.host;
    if (listener.password !== undefined) {
      // Not listed, so that printing the server does not print the password.
      Object.defineProperty(this, "password", { value: listener.password, enumerable: false });
    }
    this.superuser = superuser;
    this.version = start.installation.version;
    this.logFile = start.logFile;
    this.#folder = folder;
    this.#start = start;
    this.#watchdog = watchdog;
    this.#keepsData = keepsData;
    this.#postmaster = postmaster;
    this.#watch(postmaster);
  }

  get pid(): number {
    return this.#postmaster.pid;
  }

  onExit(callback: (exit: PostgresExit) => void): () => void {
    this.#callbacks.add(callback);
    return () => void this.#callbacks.delete(callback);
  }

  async restart(signal: "SIGQUIT" | "SIGKILL" | "SIGINT" = "SIGQUIT"): Promise<void> {
    if (this.#stopping !== undefined) throw new BackendError("The server has been stopped");
    this.#expected = true;
    await this.#end(signal);
    this.#postmaster = await this.#startAgain();
    this.#expected = false;
    this.#watch(this.#postmaster);
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  #watch({ child }: Postmaster): void {
    const report = async (code: number | null, signal: NodeJS.Signals | null): Promise<void> => {
      if (this.#expected) return;
      const exit = { code, signal, log: await logTail(this.logFile) };
      for (const callback of this.#callbacks) callback(exit);
    };
    if (hasEnded(child)) void report(child.exitCode, child.signalCode);
    else child.once("exit", (code, signal) => void report(code, signal));
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this.#postmaster;
    if (hasEnded(child)) return;
    child.ref();
    child.kill(signal);
    if (await waitForEnd(child, STOP_GRACE)) return;
    child.kill("SIGKILL");
    await waitForEnd(child, STOP_GRACE);
  }

  async #startAgain(): Promise<Postmaster> {
    const begin = Date.now();
    for (;;) {
      try {
        return await startPostmaster(this.#start);
      } catch (error) {
        // After SIGKILL the server's processes need a moment to notice that the postmaster is gone.
        const occupied = error instanceof BackendError && error.output.includes("shared memory block");
        if (!occupied || Date.now() - begin > STOP_GRACE) throw error;
      }
    }
  }

  async #stop(): Promise<void> {
    this.#expected = true;
    // Data that is thrown away needs no orderly end.
    await this.#end(this.#keepsData ? "SIGINT" : "SIGQUIT");
    await removeFolder(this.#folder);
    await this.#watchdog.release();
  }
}

/**
 * Starts a PostgreSQL of this process's own. The first start of a version on a machine initialises
 * a database cluster and keeps it in the user's cache; later starts copy it. The server, its data and
 * its socket go when it is stopped or when this process ends, be it by SIGKILL. It does not keep
 * this process running.
 *
 * As root, which PostgreSQL refuses, it runs in a user namespace, or, where that is not allowed, as
 * the user `nobody`.
 *
 * @returns the server, when it accepts connections.
 * @throws BackendError if no PostgreSQL is found, or it cannot be prepared or started.
 *
 * @example
 * ```ts
 * const server = await startPostgres();
 * const client = new pg.Client({ host: server.socketDir, port: server.port, user: server.superuser });
 * // ...
 * await server.stop();
 * ```
 */
export async function startPostgres(options: StartPostgresOptions = {}): Promise<PostgresServer> {
  const { superuser = "root", dataFolder, timeout = 30_000 } = options;
  const root = await temporaryRoot();
  const reaping = reapStale(root);
  const installation = await findInstallation(options);
  const content: TemplateContent = {
    superuser,
    ...(options.templateSql === undefined ? {} : { sql: options.templateSql }),
    ...(options.templateDatabases === undefined ? {} : { databases: options.templateDatabases }),
  };
  const cache = options.cacheFolder ?? (await cacheFolder());
  await mkdir(cache, { recursive: true, mode: 0o700 });
  const template = await templateFolder(installation, content, cache);
  const folder = await mkdtemp(join(root, FOLDER_PREFIX));
  let watchdog: Watchdog | undefined;
  try {
    await claimFolder(folder);
    const data = join(folder, "data");
    watchdog = await startWatchdog({
      pidFile: join(data, "postmaster.pid"),
      mark: folder,
      signal: dataFolder === undefined ? "QUIT" : "INT",
      folder,
    });
    // The server's user has to get through to its data.
    if (installation.way.owner !== undefined) await chmod(folder, 0o711);
    await fillData(await placeData(folder, dataFolder), template, installation);
    const listener = await openListener(folder, installation, options);
    await configure(data, installation, listener, superuser, options.settings ?? {});
    await reaping;
    const start: PostmasterStart = {
      installation,
      data,
      logFile: join(folder, "postgres.log"),
      settings: listenSettings(listener),
      timeout,
    };
    watchdog.announce();
    const postmaster = await startPostmaster(start);
    return new RunningPostgres(listener, superuser, folder, start, watchdog, dataFolder !== undefined, postmaster);
  } catch (error) {
    await removeFolder(folder);
    await watchdog?.release();
    throw error;
  }
}
