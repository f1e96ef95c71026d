import { randomBytes } from "node:crypto";
import { chmod, chown, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { copyTree } from "./copy-tree.ts";
import { BackendError } from "./errors.ts";
import { explainFolderError } from "./folder-errors.ts";
import { cacheFolder, temporaryRoot } from "./folders.ts";
import { freePort } from "./free-port.ts";
import { findInstallation, type Installation } from "./installation.ts";
import { fillKeptData } from "./kept-data.ts";
import type { PostgresServer, StartPostgresOptions } from "./postgres-options.ts";
import { startPostmaster, type PostmasterStart } from "./postmaster.ts";
import { POSTGRES_PID_FILE, reapStale } from "./reaper.ts";
import { RunningPostgres, type Listener } from "./running-postgres.ts";
import { openServerFolder } from "./server-folder.ts";
import { demoSettings, settingsFile, type PostgresSettings } from "./settings.ts";
import { runSingleUser, templateFolder, type TemplateContent } from "./template.ts";

/** Each server has a socket folder of its own, so the number may be the same everywhere. */
const SOCKET_PORT = 5432;

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

/** Free space and visibility maps are made again when needed; without them there are fewer files to copy. */
const isNeeded = (name: string): boolean => !/^\d+_(fsm|vm)$/.test(name);

/** Fills the place of the data: a folder of the server's own, or a link to the one that is kept. */
async function fillData(
  data: string,
  kept: string | undefined,
  template: string,
  content: TemplateContent,
  installation: Installation,
): Promise<void> {
  if (kept !== undefined) {
    await fillKeptData(kept, { template, content, installation, keep: isNeeded });
    await symlink(kept, data, "junction");
    return;
  }
  const { owner } = installation.way;
  await copyTree(template, data, { keep: isNeeded, ...(owner !== undefined && { owner }) });
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
    await runSingleUser(installation, data, "template1", [`ALTER ROLE ${name} PASSWORD '${listener.password}'`]);
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
  const installation = await findInstallation(options);
  try {
    return await startWith(installation, options);
  } catch (error) {
    if (installation.note === undefined || !(error instanceof BackendError)) throw error;
    // What ran at an earlier start may not run any more: a container may be allowed less than the one before.
    await rm(installation.note, { force: true });
    return startWith(await findInstallation(options), options);
  }
}

async function startWith(installation: Installation, options: StartPostgresOptions): Promise<PostgresServer> {
  const { superuser = "root", timeout = 30_000 } = options;
  const dataFolder = options.dataFolder === undefined ? undefined : resolve(options.dataFolder);
  const root = await temporaryRoot();
  const reaping = reapStale(root);
  const content: TemplateContent = {
    superuser,
    ...(options.templateSql === undefined ? {} : { sql: options.templateSql }),
    ...(options.templateDatabases === undefined ? {} : { databases: options.templateDatabases }),
  };
  const cache = options.cacheFolder ?? (await cacheFolder());
  await mkdir(cache, { recursive: true, mode: 0o700 });
  const template = await templateFolder(installation, content, cache);
  const folder = await openServerFolder(root, POSTGRES_PID_FILE, dataFolder === undefined ? "QUIT" : "INT");
  try {
    const data = join(folder.path, "data");
    // The server's user has to get through to its data.
    if (installation.way.owner !== undefined) await chmod(folder.path, 0o711);
    const filled = fillData(data, dataFolder, template, content, installation);
    options.meanwhile?.();
    await filled;
    const listener = await openListener(folder.path, installation, options);
    await configure(data, installation, listener, superuser, options.settings ?? {});
    await reaping;
    const start: PostmasterStart = {
      installation,
      data,
      logFile: join(folder.path, "postgres.log"),
      settings: listenSettings(listener),
      timeout,
    };
    folder.watchdog.announce();
    const postmaster = await startPostmaster(start);
    return new RunningPostgres({
      listener,
      superuser,
      folder,
      start,
      keepsData: dataFolder !== undefined,
      postmaster,
    });
  } catch (error) {
    await folder.remove();
    throw explainFolderError(error, { temporary: root, kept: dataFolder });
  }
}
