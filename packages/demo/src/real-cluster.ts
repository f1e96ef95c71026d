import { startCockroach } from "./backend/cockroach.ts";
import { Cluster, exitMessage } from "./demo-cluster.ts";
import { BackendConnection } from "./session/backend-connection.ts";
import type { CockroachServer } from "./backend/cockroach.ts";
import type { ClusterExit, DemoCluster, DemoClusterOptions } from "./demo-cluster.ts";

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

/** Starts a `cockroach` binary. */
export async function startReal(binary: string, options: DemoClusterOptions): Promise<DemoCluster> {
  if (options.secure === true) throw new Error("a real cockroach is started in insecure mode only");
  if (options.dataFolder !== undefined) throw new Error("a real cockroach keeps its data in memory here");
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
