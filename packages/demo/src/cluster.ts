import { findCockroach } from "./backend/cockroach.ts";
import { startPostgres } from "./backend/postgres.ts";
import { compatibilitySql } from "./catalog/compatibility.ts";
import type { DemoCluster, DemoClusterOptions } from "./demo-cluster.ts";

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

async function startReal(binary: string, options: DemoClusterOptions): Promise<DemoCluster> {
  const real = await import("./real-cluster.ts");
  return real.startReal(binary, options);
}

async function startEmulation(options: DemoClusterOptions): Promise<DemoCluster> {
  // The gateway is loaded while its server's files are copied: that is other threads' work.
  const load = async () => import("./emulated-cluster.ts");
  const postgres = await startPostgres({
    superuser: "root",
    templateSql: compatibilitySql(),
    templateDatabases: ["template1", "postgres", "defaultdb", "system"],
    ...(options.dataFolder !== undefined && { dataFolder: options.dataFolder }),
    meanwhile: () => void load(),
  });
  const { emulate } = await load();
  return emulate(postgres, options);
}
