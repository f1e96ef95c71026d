/**
 * A temporary CockroachDB for trying and testing: a real `cockroach` where there is one, else an emulation
 * on an embedded PostgreSQL.
 *
 * @packageDocumentation
 */
export { startDemoCluster } from "./cluster.ts";
export type { ClusterExit, DemoCluster, DemoClusterOptions } from "./demo-cluster.ts";
