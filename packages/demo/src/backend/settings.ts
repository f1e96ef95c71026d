/** PostgreSQL settings by name. */
export type PostgresSettings = Readonly<Record<string, string | number | boolean>>;

/**
 * The settings of the demo cluster's server. It holds data that may be lost, is used by one machine
 * only, and has to behave like CockroachDB where PostgreSQL gives the choice.
 */
export function demoSettings(major: number): PostgresSettings {
  return {
    fsync: false,
    // With fsync off this costs nothing measurable, and an acknowledged commit survives a crash of the server.
    synchronous_commit: true,
    full_page_writes: false,
    wal_level: "minimal",
    max_wal_senders: 0,
    min_wal_size: "2MB",
    max_wal_size: "256MB",
    max_connections: 200,
    shared_buffers: "32MB",
    huge_pages: "off",
    // Shared memory as files of the data folder goes with the folder, however the server ends.
    dynamic_shared_memory_type: process.platform === "win32" ? "windows" : "mmap",
    jit: false,
    autovacuum: true,
    max_parallel_workers_per_gather: 0,
    // CockroachDB is serializable unless told otherwise, and finds deadlocks at once.
    default_transaction_isolation: "serializable",
    deadlock_timeout: "50ms",
    // A sequential or bitmap scan locks whole relations and pages against serialization anomalies:
    // conflicts between transactions that touch different rows.
    enable_seqscan: false,
    enable_bitmapscan: false,
    max_pred_locks_per_transaction: 256,
    max_pred_locks_per_page: 32,
    timezone: "UTC",
    log_timezone: "UTC",
    lc_messages: "C",
    lc_monetary: "C",
    lc_numeric: "C",
    lc_time: "C",
    default_text_search_config: "pg_catalog.english",
    log_destination: "stderr",
    logging_collector: false,
    // Statements' errors are the client's to see; in the log they would only pile up.
    log_min_messages: "log",
    log_checkpoints: false,
    // Worker processes for reading ahead gain nothing on data that fits in memory.
    ...(major >= 18 ? { io_method: "sync" } : {}),
  };
}

/** Writes settings in the form of `postgresql.conf`. */
export function settingsFile(settings: PostgresSettings): string {
  const lines = Object.entries(settings).map(([name, value]) => {
    const text = typeof value === "boolean" ? (value ? "on" : "off") : String(value);
    return `${name} = '${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
  });
  return `${lines.join("\n")}\n`;
}
