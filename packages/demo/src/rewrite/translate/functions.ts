/** PostgreSQL has these and CockroachDB does not; some would reach past the emulation. */
const HIDDEN_NAMES: ReadonlySet<string> = new Set(
  `pg_advisory_lock pg_advisory_xact_lock pg_advisory_lock_shared pg_advisory_xact_lock_shared pg_try_advisory_xact_lock
  pg_cancel_backend pg_terminate_backend txid_current txid_current_if_assigned txid_current_snapshot pg_reload_conf
  pg_rotate_logfile pg_promote pg_switch_wal pg_create_restore_point query_to_xml table_to_xml cursor_to_xml
  database_to_xml schema_to_xml query_to_xmlschema xpath pg_notify pg_export_snapshot pg_import_system_collations
  current_query inet_server_port`.split(/\s+/),
);

const HIDDEN_PREFIXES: readonly string[] = [
  "pg_read_", "pg_ls_", "pg_stat_", "pg_logical_", "pg_replication_", "pg_wal_", "pg_current_wal", "pg_backup_", "pg_control_",
  "pg_file_", "pg_walfile_", "lo_", "dblink", "binary_upgrade_", "pg_log_backend", "pg_snapshot_", "pg_visible_in_snapshot",
]; // prettier-ignore

/** True for a function of the backend that the emulated CockroachDB does not have. */
export function isHiddenFunction(name: string): boolean {
  return HIDDEN_NAMES.has(name) || HIDDEN_PREFIXES.some((prefix) => name.startsWith(prefix));
}
