import { SqlError } from "../rewrite/sql-error.ts";
import { parseTimeZone, timeZoneOffset } from "./time-zone.ts";
import {
  first,
  invalid,
  mustBe,
  OFF,
  oneOf,
  parseInteger,
  parseSearchPath,
  parseSwitch,
  parseTimeout,
} from "./variable-values.ts";
import type { SetValue } from "../rewrite/contract.ts";

/** What a session variable is and what may be put in it. */
export interface VariableDefinition {
  /** CockroachDB's default. */
  readonly initial: string;
  /** Read-only variables cannot be SET. */
  readonly readOnly?: true;
  /** Turns what SET was given into the value SHOW answers. @throws {SqlError} when it is no value of the variable. */
  readonly parse?: (name: string, values: readonly SetValue[]) => string;
  /** The PostgreSQL setting that follows the variable, where there is one. */
  readonly backend?: (value: string) => readonly [setting: string, value: string] | undefined;
  /** The name under which the client hears of changes (ParameterStatus). */
  readonly reported?: string;
}

const fixed = (initial: string): VariableDefinition => ({ initial, readOnly: true });
const toggle = (initial: "on" | "off"): VariableDefinition => ({ initial, parse: parseSwitch });
const follows = (setting: string) => (value: string) => [setting, value] as const;

/** Every variable, by name. */
export const DEFINITIONS: Readonly<Record<string, VariableDefinition>> = {
  application_name: { initial: "", reported: "application_name", backend: follows("application_name") },
  bytea_output: { initial: "hex", parse: oneOf("hex", "escape", "base64"), backend: follows("bytea_output") },
  client_encoding: {
    initial: "UTF8",
    parse: (_name, values) => {
      const text = first(values);
      if (/^(utf-?8|unicode|cp65001|default)$/i.test(text)) return "UTF8";
      throw new SqlError({
        code: "0A000",
        message: `unimplemented: unimplemented client encoding: "${text}"`,
        hint: "You have attempted to use a feature that is not yet implemented.\nSee: https://go.crdb.dev/issue-v/35882/v21.2",
      });
    },
  },
  client_min_messages: {
    initial: "notice",
    parse: oneOf(
      "debug5",
      "debug4",
      "debug3",
      "debug2",
      "debug1",
      "debug",
      "log",
      "notice",
      "warning",
      "error",
      "fatal",
      "panic",
    ),
  },
  crdb_version: fixed(""),
  database: { initial: "defaultdb" },
  datestyle: {
    initial: "ISO, MDY",
    parse: (name, values) => {
      const text = values.map((value) => value.text.toLowerCase()).join(", ");
      if (/^(iso)?(,? ?mdy)?$/.test(text.replaceAll(" ", "")) && text !== "") return "ISO, MDY";
      throw invalid(name, text);
    },
  },
  default_int_size: {
    initial: "8",
    parse: (_name, values) => {
      if (first(values) === "4" || first(values) === "8") return first(values);
      throw new SqlError({ code: "22023", message: "only 4 or 8 are supported by default_int_size" });
    },
  },
  default_tablespace: { initial: "", parse: (name, values) => mustBe(name, values, "") },
  default_transaction_isolation: {
    initial: "serializable",
    parse: (name, values) => {
      const text = first(values).toLowerCase().replaceAll("_", " ");
      if (/^(serializable|snapshot|read uncommitted|read committed|repeatable read|default)$/.test(text)) {
        return "serializable";
      }
      throw invalid(name, first(values), { hint: "Available values: serializable" });
    },
  },
  default_transaction_priority: { initial: "normal", parse: oneOf("low", "normal", "high") },
  default_transaction_read_only: { ...toggle("off"), backend: follows("default_transaction_read_only") },
  default_transaction_use_follower_reads: toggle("off"),
  disable_partially_distributed_plans: toggle("off"),
  disallow_full_table_scans: toggle("off"),
  distsql: { initial: "auto", parse: oneOf("on", "off", "auto", "always", "2.0-auto", "2.0-off") },
  distsql_workmem: { initial: "64 MiB" },
  enable_drop_enum_value: toggle("off"),
  enable_experimental_alter_column_type_general: toggle("off"),
  enable_experimental_stream_replication: toggle("off"),
  enable_implicit_select_for_update: toggle("on"),
  enable_insert_fast_path: toggle("on"),
  enable_seqscan: toggle("on"),
  enable_zigzag_join: toggle("on"),
  escape_string_warning: toggle("on"),
  experimental_distsql_planning: { initial: "off", parse: oneOf("off", "on", "always") },
  experimental_enable_hash_sharded_indexes: toggle("off"),
  experimental_enable_implicit_column_partitioning: toggle("off"),
  experimental_enable_temp_tables: toggle("off"),
  experimental_enable_unique_without_index_constraints: toggle("off"),
  experimental_use_new_schema_changer: { initial: "off", parse: oneOf("off", "on", "unsafe_always") },
  extra_float_digits: {
    initial: "0",
    parse: (name, values) => {
      const text = parseInteger(name, values);
      if (Number(text) < -15 || Number(text) > 3) {
        throw new SqlError({
          code: "22023",
          message: `${text} is outside the valid range for parameter "${name}" (-15 .. 3)`,
        });
      }
      return text;
    },
    backend: follows("extra_float_digits"),
  },
  force_savepoint_restart: toggle("off"),
  foreign_key_cascades_limit: { initial: "10000", parse: parseInteger },
  idle_in_session_timeout: { initial: "0", parse: parseTimeout, backend: follows("idle_session_timeout") },
  idle_in_transaction_session_timeout: {
    initial: "0",
    parse: parseTimeout,
    backend: follows("idle_in_transaction_session_timeout"),
  },
  inject_retry_errors_enabled: toggle("off"),
  integer_datetimes: fixed("on"),
  intervalstyle: { initial: "postgres", parse: oneOf("postgres"), reported: "IntervalStyle" },
  locality: fixed(""),
  locality_optimized_partitioned_index_scan: toggle("on"),
  lock_timeout: { initial: "0", parse: parseTimeout, backend: follows("lock_timeout") },
  max_identifier_length: fixed("128"),
  max_index_keys: fixed("32"),
  node_id: fixed("1"),
  optimizer: { initial: "on", parse: oneOf("on") },
  optimizer_use_histograms: toggle("on"),
  optimizer_use_multicol_stats: toggle("on"),
  override_multi_region_zone_config: toggle("off"),
  prefer_lookup_joins_for_fks: toggle("off"),
  reorder_joins_limit: { initial: "8", parse: parseInteger },
  require_explicit_primary_keys: toggle("off"),
  results_buffer_size: fixed("16384"),
  role: { initial: "none", parse: oneOf("none") },
  row_security: toggle("off"),
  search_path: { initial: "$user,public", parse: parseSearchPath },
  serial_normalization: {
    initial: "rowid",
    parse: oneOf("rowid", "virtual_sequence", "sql_sequence", "sql_sequence_cached"),
  },
  server_encoding: fixed("UTF8"),
  server_version: fixed("13.0.0"),
  server_version_num: fixed("130000"),
  session_authorization: fixed("root"),
  session_id: fixed(""),
  session_user: fixed("root"),
  sql_safe_updates: toggle("off"),
  ssl_renegotiation_limit: { initial: "0", parse: (name, values) => mustBe(name, values, "0") },
  standard_conforming_strings: { initial: "on", parse: (name, values) => mustBe(name, values, "on") },
  statement_timeout: { initial: "0", parse: parseTimeout, backend: follows("statement_timeout") },
  stub_catalog_tables: toggle("on"),
  synchronize_seqscans: toggle("on"),
  synchronous_commit: toggle("on"),
  testing_vectorize_inject_panics: toggle("off"),
  timezone: {
    initial: "UTC",
    parse: parseTimeZone,
    reported: "TimeZone",
    backend: (value) => ["TimeZone", timeZoneOffset(value) ?? value],
  },
  tracing: { initial: "off", parse: (_name, values) => (OFF.has(first(values).toLowerCase()) ? "off" : "on") },
  transaction_isolation: fixed("serializable"),
  transaction_priority: fixed("normal"),
  transaction_read_only: fixed("off"),
  transaction_status: fixed("NoTxn"),
  vectorize: { initial: "on", parse: oneOf("on", "off", "experimental_always") },
};
