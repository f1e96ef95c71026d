import { SqlError } from "../rewrite/sql-error.ts";
import { DEFINITIONS } from "./variable-definitions.ts";
import type { SetValue } from "../rewrite/contract.ts";

/** Variables SHOW ALL leaves out. */
const HIDDEN: ReadonlySet<string> = new Set(["inject_retry_errors_enabled", "role", "session_authorization"]);

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
