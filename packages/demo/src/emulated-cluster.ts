import { randomUUID } from "node:crypto";
import { dirname, resolve } from "node:path";
import { Cluster, exitMessage } from "./demo-cluster.ts";
import { Gateway } from "./server/gateway.ts";
import { secure } from "./server/secure-cluster.ts";
import { ClusterSettings } from "./session/cluster-settings.ts";
import { Databases } from "./session/databases.ts";
import { emulationSql, emulationVersion } from "./session/emulation-sql.ts";
import { SessionRegistry } from "./session/session-registry.ts";
import type { PostgresServer } from "./backend/postgres-options.ts";
import type { ClusterExit, DemoCluster, DemoClusterOptions } from "./demo-cluster.ts";
import type { SecureCluster } from "./server/secure-cluster.ts";
import type { ClusterContext } from "./session/cluster-context.ts";

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
    const { postgres, options } = this.#parts;
    const sentences = [
      `An emulation of CockroachDB v21.2 on PostgreSQL ${postgres.version}, on ${this.host}:${this.port}.`,
      "It is for trying and testing: one node, no history, and what it cannot do it refuses by name.",
      ...(options.preferRealBinary === false
        ? []
        : ["With a cockroach binary on PATH or in COCKROACH_BINARY the real server is used instead."]),
    ];
    return sentences.join(" ");
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

/** Puts the gateway in front of a PostgreSQL made for it. The server is stopped when that fails. */
export async function emulate(postgres: PostgresServer, options: DemoClusterOptions): Promise<DemoCluster> {
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
    // With data that is kept, the connection strings of one start are those of the next.
    const folder = options.dataFolder === undefined ? dirname(postgres.logFile) : resolve(options.dataFolder);
    const secured = options.secure === true ? await secure(folder, context.databases) : undefined;
    const gateway = new Gateway({ cluster: context, security: secured?.security });
    const port = await listen(gateway, options);
    if (options.database !== undefined) {
      await context.databases.create(options.database, { ifNotExists: true, owner: postgres.superuser });
    }
    // The first to come need not wait for it.
    void context.databases.catalog(options.database ?? "defaultdb").catch(() => {});
    return new EmulatedCluster({ postgres, context, gateway, port, options, secured });
  } catch (cause) {
    await postgres.stop();
    throw cause;
  }
}

async function listen(gateway: Gateway, options: DemoClusterOptions): Promise<number> {
  const port = await gateway.listen({ host: options.host ?? HOST, port: options.port ?? 0 });
  if (options.socketPath !== undefined) await gateway.listen({ path: options.socketPath });
  return port;
}
