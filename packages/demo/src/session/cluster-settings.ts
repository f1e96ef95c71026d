import { SqlError } from "../rewrite/sql-error.ts";

type Kind = "s" | "i" | "b" | "d" | "f" | "m";

/** Defaults of the cluster settings people ask for. */
const CLUSTER_SETTINGS: Readonly<Record<string, readonly [value: string, type: Kind]>> = {
  "cluster.organization": ["", "s"],
  "cluster.preserve_downgrade_option": ["", "s"],
  "kv.closed_timestamp.target_duration": ["3s", "d"],
  "kv.range_merge.queue_enabled": ["true", "b"],
  "kv.rangefeed.enabled": ["false", "b"],
  "kv.transaction.max_intents_bytes": ["4194304", "i"],
  "server.time_until_store_dead": ["5m0s", "d"],
  "sql.conn.max_read_buffer_message_size": ["16777216", "i"],
  "sql.defaults.default_int_size": ["8", "i"],
  "sql.defaults.distsql": ["auto", "s"],
  "sql.defaults.experimental_temporary_tables.enabled": ["false", "b"],
  "sql.defaults.idle_in_session_timeout": ["0s", "d"],
  "sql.defaults.results_buffer.size": ["16384", "i"],
  "sql.defaults.serial_normalization": ["rowid", "s"],
  "sql.defaults.statement_timeout": ["0s", "d"],
  "sql.defaults.vectorize": ["on", "s"],
  "sql.stats.automatic_collection.enabled": ["true", "b"],
  "sql.stats.histogram_collection.enabled": ["true", "b"],
  "sql.trace.log_statement_execute": ["false", "b"],
  "sql.txn.read_committed_isolation.enabled": ["false", "b"],
  version: ["21.1-2", "m"],
};

/** The cluster's settings: defaults, overlaid by what was set. */
export class ClusterSettings {
  readonly #values = new Map<string, string>();

  /** The kind of a setting's values: `i` integer, `b` boolean, and so on. */
  kindOf(setting: string): Kind | undefined {
    return CLUSTER_SETTINGS[setting]?.[1];
  }

  /** SET CLUSTER SETTING; `value` undefined for DEFAULT. @throws {SqlError} when there is no such setting. */
  set(setting: string, value: string | undefined): void {
    if (!CLUSTER_SETTINGS[setting]) {
      throw new SqlError({ code: "XXUUU", message: `unknown cluster setting '${setting}'` });
    }
    if (value === undefined) this.#values.delete(setting);
    else this.#values.set(setting, value);
  }

  /** SHOW CLUSTER SETTING. @throws {SqlError} when there is no such setting. */
  get(setting: string): string {
    const value = this.#values.get(setting) ?? CLUSTER_SETTINGS[setting]?.[0];
    if (value === undefined) throw new SqlError({ code: "XXUUU", message: `unknown setting: "${setting}"` });
    return value;
  }

  /** Rows of SHOW CLUSTER SETTINGS. */
  rows(): (string | null)[][] {
    return Object.entries(CLUSTER_SETTINGS).map(([name, [, kind]]) => [name, this.get(name), kind, "t", ""]);
  }
}
