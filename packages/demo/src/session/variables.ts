import { SqlError } from "../rewrite/sql-error.ts";
import type { SetValue } from "../rewrite/contract.ts";

/** What a session variable is and what may be put in it. */
interface Definition {
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

const invalid = (name: string, text: string, more: { detail?: string; hint?: string } = {}): SqlError =>
  new SqlError({ code: "22023", message: `invalid value for parameter "${name}": "${text}"`, ...more });

const first = (values: readonly SetValue[]): string => values[0]?.text ?? "";

const ON: ReadonlySet<string> = new Set(["on", "true", "t", "yes", "y", "1"]);
const OFF: ReadonlySet<string> = new Set(["off", "false", "f", "no", "n", "0"]);

function parseSwitch(name: string, values: readonly SetValue[]): string {
  const text = first(values).toLowerCase();
  if (ON.has(text)) return "on";
  if (OFF.has(text)) return "off";
  throw invalid(name, first(values));
}

function parseInteger(name: string, values: readonly SetValue[]): string {
  const text = first(values);
  if (!/^[+-]?\d+$/.test(text)) throw invalid(name, text);
  return String(BigInt(text));
}

const oneOf =
  (...allowed: readonly string[]) =>
  (name: string, values: readonly SetValue[]): string => {
    const text = first(values).toLowerCase();
    if (allowed.includes(text)) return text;
    throw invalid(name, first(values), { hint: `Available values: ${allowed.join(",")}` });
  };

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  sec: 1000,
  secs: 1000,
  second: 1000,
  seconds: 1000,
  m: 60_000,
  min: 60_000,
  mins: 60_000,
  minute: 60_000,
  minutes: 60_000,
  h: 3_600_000,
  hr: 3_600_000,
  hour: 3_600_000,
  hours: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  days: 86_400_000,
};

/** Milliseconds of a timeout: a number of milliseconds, an interval such as `10s` or `00:00:10`. */
function parseTimeout(name: string, values: readonly SetValue[]): string {
  const text = first(values).trim().toLowerCase();
  if (/^\d+$/.test(text)) return text;
  const clock = /^(\d+):(\d\d):(\d\d(?:\.\d+)?)$/.exec(text);
  if (clock) return String(Math.round((Number(clock[1]) * 3600 + Number(clock[2]) * 60 + Number(clock[3])) * 1000));
  let total = 0;
  let rest = text;
  while (rest !== "") {
    const part = /^(\d+(?:\.\d+)?)\s*([a-zµ]+)\s*/.exec(rest);
    const unit = part ? UNITS[part[2] ?? ""] : undefined;
    if (!part || unit === undefined) throw invalid(name, first(values));
    total += Number(part[1]) * unit;
    rest = rest.slice(part[0].length);
  }
  if (text === "") throw invalid(name, text);
  return String(Math.round(total));
}

function parseSearchPath(_name: string, values: readonly SetValue[]): string {
  for (const { text } of values) {
    if (text.includes(",")) {
      throw new SqlError({
        code: "0A000",
        message: `unimplemented: schema name "${text}" has commas so is not supported in search_path.`,
        hint: `You have attempted to use a feature that is not yet implemented.\nSee: https://go.crdb.dev/issue-v/53971/v21.2\n--\nDid you mean to omit quotes? SET search_path = ${text}`,
      });
    }
  }
  return values.map((value) => value.text).join(",");
}

function parseTimeZone(name: string, values: readonly SetValue[]): string {
  const value = values[0];
  const text = value?.text ?? "";
  if (text === "" || /^(default|local|utc)$/i.test(text)) return "UTC";
  if (value?.kind === "interval") return `'${normalizeOffset(text)}'`;
  if (/^[+-]?\d+(\.\d+)?$/.test(text)) return String(Number(text));
  if (timeZoneOffset(text) !== undefined) return text;
  try {
    // Every name Intl knows is in PostgreSQL's time zone files too.
    Intl.DateTimeFormat("en", { timeZone: text });
    return text;
  } catch {
    throw invalid(name, `'${text}'`, {
      detail: `cannot find time zone "${text}": could not parse "${text}" as time zone`,
    });
  }
}

function normalizeOffset(text: string): string {
  const match = /^([+-]?)(\d{1,2})(?::(\d{2}))?(?::(\d{2}))?$/.exec(text.trim());
  if (!match) return text;
  const sign = match[1] === "-" ? "-" : "";
  return `${sign}${(match[2] ?? "0").padStart(2, "0")}:${match[3] ?? "00"}:${match[4] ?? "00"}`;
}

/** The POSIX form (`<+02:00>-02:00`) of a zone given as an offset, or undefined for a named one. */
function timeZoneOffset(value: string): string | undefined {
  const plain = value.replace(/^'|'$/g, "");
  const number = /^[+-]?\d+(\.\d+)?$/.test(plain) ? Number(plain) * 3600 : undefined;
  const clock = /^([+-]?)(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(plain);
  const seconds =
    number ??
    (clock
      ? (clock[1] === "-" ? -1 : 1) * (Number(clock[2]) * 3600 + Number(clock[3]) * 60 + Number(clock[4] ?? 0))
      : undefined);
  if (seconds === undefined) return undefined;
  const two = (n: number): string => String(Math.floor(n)).padStart(2, "0");
  const size = Math.abs(seconds);
  const clockText = `${two(size / 3600)}:${two((size / 60) % 60)}:${two(size % 60)}`;
  return seconds < 0 ? `<-${clockText}>+${clockText}` : `<+${clockText}>-${clockText}`;
}

const fixed = (initial: string): Definition => ({ initial, readOnly: true });
const toggle = (initial: "on" | "off"): Definition => ({ initial, parse: parseSwitch });
const follows = (setting: string) => (value: string) => [setting, value] as const;

const DEFINITIONS: Readonly<Record<string, Definition>> = {
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

/** Variables SHOW ALL leaves out. */
const HIDDEN: ReadonlySet<string> = new Set(["inject_retry_errors_enabled", "role", "session_authorization"]);

function mustBe(name: string, values: readonly SetValue[], only: string): string {
  if (first(values).toLowerCase() === only) return only;
  throw invalid(name, first(values));
}

const unknown = (name: string): SqlError =>
  new SqlError({ code: "42704", message: `unrecognized configuration parameter "${name}"` });

/** What a change of a variable means outside of this list. */
export interface VariableChange {
  readonly name: string;
  readonly value: string;
  /** The setting of the backend to change with it. */
  readonly backend: readonly [setting: string, value: string] | undefined;
  /** The ParameterStatus to send. */
  readonly reported: string | undefined;
}

/**
 * The variables of one session: what SET, SHOW and RESET work on.
 *
 * Defaults are CockroachDB's, overlaid by what the client asked for at connect;
 * RESET goes back to those.
 */
export class SessionVariables {
  readonly #values = new Map<string, string>();
  readonly #defaults = new Map<string, string>();
  /** Changes with every change of a value. */
  version = 0;

  constructor(fixedValues: Readonly<Record<string, string>>) {
    for (const [name, { initial }] of Object.entries(DEFINITIONS)) {
      this.#defaults.set(name, fixedValues[name] ?? initial);
      this.#values.set(name, fixedValues[name] ?? initial);
    }
  }

  /** True when there is such a variable. */
  static knows(name: string): boolean {
    return Object.hasOwn(DEFINITIONS, name.toLowerCase());
  }

  /** Every variable and its value; what the translator is given. */
  get values(): ReadonlyMap<string, string> {
    return this.#values;
  }

  /** Names and values as SHOW ALL lists them. */
  listed(): readonly (readonly [string, string])[] {
    return [...this.#values].filter(([name]) => !HIDDEN.has(name)).sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** A variable's value. @throws {SqlError} 42704 for a name that is none. */
  get(name: string): string {
    const value = this.#values.get(name.toLowerCase());
    if (value === undefined) throw unknown(name.toLowerCase());
    return value;
  }

  /** Sets a variable whose value only the session itself decides. */
  put(name: string, value: string): void {
    if (this.#values.get(name) === value) return;
    this.#values.set(name, value);
    this.version++;
  }

  /**
   * What SET (or, with `values` undefined, RESET) would do; nothing changes before {@link apply}.
   *
   * @throws {SqlError} 42704 unknown, 55P02 read-only, 22023 not a value of it.
   */
  change(variable: string, values: readonly SetValue[] | undefined): VariableChange {
    const name = variable.toLowerCase();
    const definition = DEFINITIONS[name];
    if (!definition) throw unknown(name);
    if (definition.readOnly) {
      throw new SqlError({ code: "55P02", message: `parameter "${name}" cannot be changed` });
    }
    const value =
      values === undefined
        ? (this.#defaults.get(name) ?? definition.initial)
        : definition.parse
          ? definition.parse(name, values)
          : values.map((v) => v.text).join(", ");
    return { name, value, backend: definition.backend?.(value), reported: definition.reported };
  }

  /** Makes a change that {@link change} worked out. */
  apply(change: VariableChange): void {
    this.put(change.name, change.value);
  }

  /** Makes a value given at connect the session's default. */
  applyAtConnect(change: VariableChange): void {
    this.#defaults.set(change.name, change.value);
    this.put(change.name, change.value);
  }

  /** The changes that bring every variable back to its default (DISCARD ALL). */
  resetAll(): VariableChange[] {
    return [...this.#values]
      .filter(
        ([name, value]) => !DEFINITIONS[name]?.readOnly && name !== "database" && value !== this.#defaults.get(name),
      )
      .map(([name]) => this.change(name, undefined));
  }

  /** Settings a new backend connection must start with. */
  backendSettings(): Record<string, string> {
    const settings: Record<string, string> = {};
    for (const [name, value] of this.#values) {
      const setting = DEFINITIONS[name]?.backend?.(value);
      if (setting) settings[setting[0]] = setting[1];
    }
    return settings;
  }

  /** The client's search path as schema names, `$user` left out (no schema is named after a user here). */
  get searchPath(): readonly string[] {
    const text = this.get("search_path");
    return text
      .split(",")
      .map((schema) => schema.trim())
      .filter((schema) => schema !== "" && schema !== "$user");
  }
}
