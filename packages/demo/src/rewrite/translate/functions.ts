/** PostgreSQL has these and CockroachDB does not; some would reach past the emulation. */
const HIDDEN_NAMES: ReadonlySet<string> = new Set(
  `pg_advisory_lock pg_advisory_xact_lock pg_advisory_lock_shared pg_advisory_xact_lock_shared pg_try_advisory_xact_lock
  pg_cancel_backend pg_terminate_backend txid_current txid_current_if_assigned txid_current_snapshot pg_reload_conf
  pg_rotate_logfile pg_promote pg_switch_wal pg_create_restore_point query_to_xml table_to_xml cursor_to_xml
  database_to_xml schema_to_xml query_to_xmlschema xpath pg_notify pg_export_snapshot pg_import_system_collations
  current_query inet_server_port ts_stat pg_config pg_current_logfile pg_show_all_file_settings to_char to_number to_date make_date make_time make_interval make_timestamp make_timestamptz
  isfinite date_part justify_days justify_hours justify_interval gcd lcm scale min_scale trim_scale factorial erf erfc setseed
  random_normal any_value array_fill array_dims array_ndims cardinality trim_array array_sample array_shuffle array_sort
  array_reverse normalize unistr parse_ident string_to_table regexp_like regexp_instr regexp_substr regexp_count
  regexp_matches regexp_match starts_with to_tsvector to_tsquery plainto_tsquery phraseto_tsquery websearch_to_tsquery
  setweight ts_rank ts_rank_cd ts_headline casefold uuidv4 uuidv7 uuid_extract_timestamp uuid_extract_version
  jsonb_path_query jsonb_path_exists jsonb_path_match jsonb_path_query_array jsonb_path_query_first jsonb_set_lax
  date_bin date_add date_subtract pg_notification_queue_usage pg_listening_channels range_agg xmlagg int4range int8range
  numrange tsrange tstzrange daterange crc32 format to_regclass to_regtype to_regproc
  to_regnamespace to_regrole to_regprocedure to_regoper to_regoperator to_regcollation`.split(/\s+/),
);

const HIDDEN_PREFIXES: readonly string[] = [
  "pg_read_",
  "pg_hba_",
  "pg_ident_", "pg_ls_", "pg_stat_", "pg_logical_", "pg_replication_", "pg_wal_", "pg_current_wal", "pg_backup_", "pg_control_",
  "pg_file_", "pg_walfile_", "lo_", "dblink", "binary_upgrade_", "pg_log_backend", "pg_snapshot_", "pg_visible_in_snapshot",
]; // prettier-ignore

/** True for a function of the backend that the emulated CockroachDB does not have. */
export function isHiddenFunction(name: string): boolean {
  return HIDDEN_NAMES.has(name) || HIDDEN_PREFIXES.some((prefix) => name.startsWith(prefix));
}

const TIME_FUNCTIONS: ReadonlySet<string> = new Set([
  "current_date", "current_time", "current_timestamp", "localtime", "localtimestamp",
]); // prettier-ignore

export const isTimeFunction = (name: string): boolean => TIME_FUNCTIONS.has(name);

/** JSON is JSONB in CockroachDB: functions of both names answer alike. */
const BACKEND_NAMES: ReadonlyMap<string, string> = new Map([
  ...`agg array_elements array_elements_text array_length build_array build_object each each_text extract_path
    extract_path_text object object_agg object_keys set strip_nulls typeof populate_record populate_recordset
    to_record to_recordset insert`
    .split(/\s+/)
    .map((name): [string, string] => [`json_${name}`, `jsonb_${name}`]),
  ["to_json", "to_jsonb"],
  ["array_to_json", "to_jsonb"],
  ["row_to_json", "to_jsonb"],
]);

/** What the backend calls a function, where it differs. */
export const backendFunction = (name: string): string | undefined => BACKEND_NAMES.get(name);
