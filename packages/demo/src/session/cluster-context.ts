import type { Databases } from "./databases.ts";
import type { SessionRegistry } from "./session-registry.ts";
import type { SqlSide } from "./sql-side.ts";

/** What the sessions of one cluster share. */
export interface ClusterContext {
  readonly sql: SqlSide;
  readonly databases: Databases;
  readonly sessions: SessionRegistry;
  /** What `version()` and `crdb_version` say. */
  readonly version: string;
  readonly clusterId: string;
  /** Cluster settings that were changed, by name. */
  readonly clusterSettings: Map<string, string>;
  /** Gets lines about what goes wrong inside. */
  readonly log: (line: string) => void;
}
