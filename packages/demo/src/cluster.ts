import { randomUUID } from "node:crypto";
import { dirname } from "node:path";
import { findCockroach, startCockroach } from "./backend/cockroach.ts";
import { startPostgres } from "./backend/postgres.ts";
import { Gateway } from "./server/gateway.ts";
import { secure } from "./server/secure-cluster.ts";
import { BackendConnection } from "./session/backend-connection.ts";
import { ClusterSettings } from "./session/cluster-settings.ts";
import { Databases } from "./session/databases.ts";
import { SessionRegistry } from "./session/session-registry.ts";
import { emulationSql, emulationTemplateSql, emulationVersion } from "./session/emulation-sql.ts";
import type { ServerExit } from "./backend/child.ts";
import type { CockroachServer } from "./backend/cockroach.ts";
import type { PostgresServer } from "./backend/postgres-options.ts";
import type { SecureCluster } from "./server/secure-cluster.ts";
import type { ClusterContext } from "./session/cluster-context.ts";

/** What may be chosen about a demo cluster. */
export interface DemoClusterOptions {
  /** The address to listen on; only loopback is possible, because nobody is asked for a password. */
  readonly host?: "127.0.0.1" | undefined;
  /** The TCP port; 0 (the default) picks a free one. */
  readonly port?: number | undefined;
  /** The path of a unix socket to listen on as well (the emulation only). */
  readonly socketPath?: string | undefined;
  /** The database of `url`, created if it does not exist; the default is `defaultdb`. */
  readonly database?: string | undefined;
  /** Path of a `cockroach` binary; by default COCKROACH_BINARY, then PATH. */
  readonly cockroachBinary?: string | undefined;
  /** False: the emulation even where there is a `cockroach` binary. The default is true. */
  readonly preferRealBinary?: boolean | undefined;
  /**
   * TLS, passwords and client certificates, as with `cockroach start` (the emulation only). `url` and `urlFor`
   * name the certificates, which are made anew at every start. The default is false: nobody is asked who they are.
   */
  readonly secure?: boolean | undefined;
  /** Keeps the emulation's data in this folder; by default it is thrown away at the end. */
  readonly dataFolder?: string | undefined;
  /** Gives up the start when it is aborted: what was started until then is stopped. */
  readonly signal?: AbortSignal | undefined;
  /** Gets lines about what happens inside, for debugging. */
  readonly log?: ((line: string) => void) | undefined;
}

/** A running demo cluster. It ends with this process, however this process ends. */
export interface DemoCluster extends AsyncDisposable {
  /** The connection string, for `root` and the database asked for. */
  readonly url: string;
  /** The connection string for another database or user. */
  urlFor(target: { readonly database?: string; readonly user?: string }): string;
  /** `cockroach` for a real server, `emulation` for the one on an embedded PostgreSQL. */
  readonly kind: "cockroach" | "emulation";
  /** What the server calls itself: `CockroachDB CCL v21.2...`. */
  readonly version: string;
  /** Says plainly what this cluster is. */
  readonly banner: string;
  readonly host: string;
  readonly port: number;
  /**
   * Kills the server as a crash would and starts it again on the same port and data: for fault tests.
   * Every connection is lost.
   *
   * @throws Error on a real `cockroach`, whose data is in memory and would be gone.
   */
  restart(): Promise<void>;
  /**
   * Keeps a database as it is now, to come back to with {@link DemoCluster.restore}: quick isolation of tests.
   * Transactions that are open in the database are lost.
   *
   * @param name - of the snapshot, unique for the database
   * @param options - `database`: by default that of `url`
   * @throws Error if the name is taken, or on a real `cockroach`, which has nothing like it.
   */
  snapshot(name: string, options?: { readonly database?: string }): Promise<void>;
  /**
   * Makes a database again what it was at a snapshot. Sessions on it go on; their open transactions are lost.
   *
   * @throws Error if there is no such snapshot, or on a real `cockroach`.
   */
  restore(name: string, options?: { readonly database?: string }): Promise<void>;
  /**
   * Calls back when the server ends without having been stopped.
   *
   * @returns a function that takes the listener back.
   */
  onExit(listener: (exit: ClusterExit) => void): () => void;
  /** Ends the cluster and everything it started. May be called again. */
  stop(): Promise<void>;
}

/** How a cluster came to its end by itself. */
export interface ClusterExit {
  /** What to tell a person: that it ended, how, and the end of its log. */
  readonly message: string;
}

/**
 * Starts a temporary single-node cluster to try things on and to test against: a real `cockroach` if there
 * is one, else an emulation of CockroachDB on an embedded PostgreSQL. Several may run side by side.
 * (The counterpart of `cockroach demo`.)
 *
 * @throws BackendError if the server behind it does not start; Error if the port is taken; the signal's reason if
 *   the start was aborted.
 * @example
 * ```ts
 * await using cluster = await startDemoCluster();
 * const client = new pg.Client(cluster.url);
 * ```
 */
export async function startDemoCluster(options: DemoClusterOptions = {}): Promise<DemoCluster> {
  const real = options.preferRealBinary === false ? undefined : findCockroach(options.cockroachBinary);
  const { signal } = options;
  signal?.throwIfAborted();
  const cluster = await (real === undefined ? startEmulation(options) : startReal(real, options));
  if (signal?.aborted) {
    await cluster.stop();
    signal.throwIfAborted();
  }
  return cluster;
}

abstract class Cluster implements DemoCluster {
  abstract readonly kind: "cockroach" | "emulation";
  abstract readonly version: string;
  abstract readonly banner: string;
  readonly host: string;
  readonly port: number;
  /** The database of {@link url}. */
  protected readonly database: string;

  constructor(address: { readonly host: string; readonly port: number }, database: string) {
    this.host = address.host;
    this.port = address.port;
    this.database = database;
  }

  get url(): string {
    return this.urlFor({});
  }

  urlFor(target: { readonly database?: string; readonly user?: string }): string {
    const database = encodeURIComponent(target.database ?? this.database);
    const user = encodeURIComponent(target.user ?? "root");
    return `postgresql://${user}@${this.host}:${this.port}/${database}?${this.tlsParameters(target.user ?? "root")}`;
  }

  /** The part of a connection string that says how the server is to be trusted. */
  protected tlsParameters(_user: string): string {
    return "sslmode=disable";
  }

  abstract onExit(listener: (exit: ClusterExit) => void): () => void;
  abstract restart(): Promise<void>;
  abstract snapshot(name: string, options?: { readonly database?: string }): Promise<void>;
  abstract restore(name: string, options?: { readonly database?: string }): Promise<void>;
  abstract stop(): Promise<void>;

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

// ---------------------------------------------------------------- the real one

class RealCluster extends Cluster {
  readonly kind = "cockroach";
  readonly version: string;
  readonly #server: CockroachServer;

  constructor(server: CockroachServer, database: string, version: string) {
    super(server, database);
    this.version = version;
    this.#server = server;
  }

  get banner(): string {
    return `A real CockroachDB (single node, data in memory) on ${this.host}:${this.port}.`;
  }

  onExit(listener: (exit: ClusterExit) => void): () => void {
    return this.#server.onExit((exit) => listener({ message: exitMessage("cockroach", exit) }));
  }

  snapshot(): Promise<void> {
    return Promise.reject(new Error("a real cockroach has no snapshots here"));
  }

  restore(): Promise<void> {
    return this.snapshot();
  }

  restart(): Promise<void> {
    return Promise.reject(new Error("a real cockroach keeps its data in memory here: it cannot be restarted"));
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }
}

async function startReal(binary: string, options: DemoClusterOptions): Promise<DemoCluster> {
  if (options.secure === true) throw new Error("a real cockroach is started in insecure mode only");
  const server = await startCockroach({ binary, ...(options.port !== undefined && { port: options.port }) });
  const database = options.database ?? "defaultdb";
  try {
    const { host, port } = server;
    const connection = await BackendConnection.open({ address: { host, port }, user: "root", database: "defaultdb" });
    const [[version] = []] = await connection.run("SELECT version()");
    await connection.run(`CREATE DATABASE IF NOT EXISTS "${database.replaceAll('"', '""')}"`);
    connection.close();
    return new RealCluster(server, database, version ?? "CockroachDB");
  } catch (cause) {
    await server.stop();
    throw cause;
  }
}

// ---------------------------------------------------------------- the emulation

interface EmulationParts {
  readonly postgres: PostgresServer;
  readonly context: ClusterContext;
  readonly gateway: Gateway;
  readonly port: number;
  readonly options: DemoClusterOptions;
  readonly secured: SecureCluster | undefined;
}

class EmulatedCluster extends Cluster {
  readonly kind = "emulation";
  readonly #parts: EmulationParts;
  #gateway: Gateway;
  #stopping: Promise<void> | undefined;

  constructor(parts: EmulationParts) {
    super({ host: HOST, port: parts.port }, parts.options.database ?? "defaultdb");
    this.#parts = parts;
    this.#gateway = parts.gateway;
  }

  protected override tlsParameters(user: string): string {
    return this.#parts.secured?.parameters(user) ?? super.tlsParameters(user);
  }

  get version(): string {
    return this.#parts.context.version;
  }

  get banner(): string {
    return (
      `An emulation of CockroachDB v21.2 on PostgreSQL ${this.#parts.postgres.version}, on ${this.host}:${this.port}. ` +
      "It is for trying and testing: one node, no history, and what it cannot do it refuses by name. " +
      "With a cockroach binary on PATH or in COCKROACH_BINARY the real server is used instead."
    );
  }

  onExit(listener: (exit: ClusterExit) => void): () => void {
    const { postgres } = this.#parts;
    return postgres.onExit((exit) => listener({ message: exitMessage("the demo cluster's PostgreSQL", exit) }));
  }

  snapshot(name: string, { database = this.database }: { readonly database?: string } = {}): Promise<void> {
    return this.#replacing(database, () => this.#parts.context.databases.snapshot(database, name));
  }

  restore(name: string, { database = this.database }: { readonly database?: string } = {}): Promise<void> {
    return this.#replacing(database, () => this.#parts.context.databases.restore(database, name));
  }

  /** Takes the sessions off a database for a while. */
  async #replacing(database: string, work: () => Promise<void>): Promise<void> {
    const { sessions } = this.#parts.context;
    for (const session of sessions) session.databaseDropped(database);
    try {
      await work();
    } finally {
      for (const session of sessions) session.databaseCreated(database);
    }
  }

  async restart(): Promise<void> {
    if (this.#stopping) throw new Error("the demo cluster has been stopped");
    const { postgres, context, port, options, secured } = this.#parts;
    await this.#gateway.close();
    await postgres.restart();
    this.#gateway = new Gateway({ cluster: context, security: secured?.security });
    await listen(this.#gateway, { ...options, port });
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    await this.#gateway.close();
    this.#parts.context.databases.close();
    await this.#parts.postgres.stop();
  }
}

const HOST = "127.0.0.1";

async function startEmulation(options: DemoClusterOptions): Promise<DemoCluster> {
  const postgres = await startPostgres({
    superuser: "root",
    templateSql: emulationTemplateSql,
    templateDatabases: ["template1", "postgres", "defaultdb", "system"],
    ...(options.dataFolder !== undefined && { dataFolder: options.dataFolder }),
  });
  try {
    const address =
      postgres.host === undefined
        ? { socketPath: postgres.socketDir, port: postgres.port }
        : { host: postgres.host, port: postgres.port, password: postgres.password };
    const settings = {
      address,
      superuser: postgres.superuser,
      maintenanceDatabase: "system",
      templateDatabase: "template1",
    };
    const context: ClusterContext = {
      sql: emulationSql,
      databases: new Databases(settings, emulationSql),
      sessions: new SessionRegistry(),
      version: emulationVersion(postgres.version),
      clusterId: randomUUID(),
      clusterSettings: new ClusterSettings(),
      log: options.log ?? (() => {}),
    };
    const secured = options.secure === true ? await secure(dirname(postgres.logFile), context.databases) : undefined;
    const gateway = new Gateway({ cluster: context, security: secured?.security });
    const port = await listen(gateway, options);
    if (options.database !== undefined) {
      await context.databases.create(options.database, { ifNotExists: true, owner: postgres.superuser });
    }
    return new EmulatedCluster({ postgres, context, gateway, port, options, secured });
  } catch (cause) {
    await postgres.stop();
    throw cause;
  }
}

function exitMessage(name: string, exit: ServerExit): string {
  const how = exit.signal === null ? `with exit code ${exit.code}` : `by ${exit.signal}`;
  return `${name} ended ${how}${exit.log === "" ? "" : `. Its log ends:\n${exit.log}`}`;
}

async function listen(gateway: Gateway, options: DemoClusterOptions): Promise<number> {
  const port = await gateway.listen({ host: options.host ?? HOST, port: options.port ?? 0 });
  if (options.socketPath !== undefined) await gateway.listen({ path: options.socketPath });
  return port;
}
