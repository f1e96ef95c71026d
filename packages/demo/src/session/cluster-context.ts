import type { ClusterSettings } from "./cluster-settings.ts";
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
  readonly clusterSettings: ClusterSettings;
  /** Gets lines about what goes wrong inside. */
  readonly log: (line: string) => void;
}
