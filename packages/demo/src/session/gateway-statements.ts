import { SqlError } from "../rewrite/sql-error.ts";
import { noDatabase } from "./databases.ts";
import { Privileges } from "./privileges.ts";
import { virtualRows } from "./virtual-rows.ts";
import type { LocalColumn, SetValue, Statement, Translation, VirtualTableName } from "../rewrite/contract.ts";
import type { SessionCore } from "./session-core.ts";
import type { TransactionRunner } from "./transaction-runner.ts";
import type { VariableChange } from "./variables.ts";

/** A result the gateway makes up itself. */
export interface LocalResult {
  readonly columns: readonly LocalColumn[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly tag: string;
}

/** A translation the gateway answers without passing SQL of the client on. */
export type GatewayTranslation = Exclude<Translation, { kind: "query" } | { kind: "copyFrom" }>;

const TEXT = 25;
const INT8 = 20;
const BOOL = 16;

const tagOnly = (tag: string): LocalResult => ({ columns: [], rows: [], tag });

/** Answers what belongs to the session or the cluster rather than to tables: SET, SHOW, USE, databases, cancel. */
export class GatewayStatements {
  readonly #core: SessionCore;
  readonly #privileges: Privileges;
  readonly #runner: TransactionRunner;
  /** Forgets prepared statements (DISCARD ALL). */
  onDiscard: () => Promise<void> = () => Promise.resolve();

  constructor(core: SessionCore, runner: TransactionRunner) {
    this.#core = core;
    this.#privileges = new Privileges(core);
    this.#runner = runner;
  }

  /** The result columns of a statement before it runs, for Describe; none when it returns no rows. */
  columns(translation: GatewayTranslation): readonly LocalColumn[] {
    switch (translation.kind) {
      case "local":
        return translation.columns;
      case "show":
        return [{ name: translation.variable.toLowerCase(), oid: TEXT }];
      case "showSavepointStatus":
        return [
          { name: "savepoint_name", oid: TEXT },
          { name: "is_initial_savepoint", oid: BOOL },
        ];
      case "showClusterSetting": {
        const type = this.#core.cluster.clusterSettings.kindOf(translation.setting);
        return [{ name: translation.setting, oid: type === "i" ? INT8 : type === "b" ? BOOL : TEXT }];
      }
      default:
        return [];
    }
  }

  /** Runs the statement. @throws {SqlError} */
  async run(translation: GatewayTranslation, statement: Statement): Promise<LocalResult> {
    const core = this.#core;
    if (translation.kind === "transaction") return tagOnly(await this.#runner.act(translation.action));
    if (translation.kind === "show" && translation.variable.toLowerCase() === "transaction_status") {
      return this.#show(translation.variable);
    }
    if (translation.kind !== "showSavepointStatus") core.transaction.checkStatement();
    switch (translation.kind) {
      case "local":
        return translation;
      case "set":
        return this.#set(translation.variable, translation.values, translation.tag);
      case "show":
        return this.#show(translation.variable);
      case "showSavepointStatus": {
        const rows = core.transaction.savepoints.map(({ name, initial }) => [name, initial ? "t" : "f"]);
        return { columns: this.columns(translation), rows, tag: `SHOW SAVEPOINT STATUS ${rows.length}` };
      }
      case "setClusterSetting":
        await this.#privileges.checkSetClusterSetting(translation.setting);
        core.cluster.clusterSettings.set(translation.setting, translation.value);
        return tagOnly("SET CLUSTER SETTING");
      case "showClusterSetting": {
        const value = core.cluster.clusterSettings.get(translation.setting);
        const oid = this.columns(translation)[0]?.oid;
        const shown = oid === BOOL ? (value === "true" ? "t" : "f") : value;
        return { columns: this.columns(translation), rows: [[shown]], tag: "SHOW 1" };
      }
      case "discardAll":
        return this.#discardAll();
      case "use":
        return this.#use(translation.database);
      case "createDatabase": {
        const { database, ifNotExists } = translation;
        await this.#privileges.checkCreateDatabase();
        await core.cluster.databases.create(database, { ifNotExists, owner: this.#owner() });
        for (const session of core.cluster.sessions) session.databaseCreated(database);
        return tagOnly("CREATE DATABASE");
      }
      case "dropDatabase":
        return this.#dropDatabase(translation.database, translation);
      case "renameDatabase":
        await this.#privileges.checkRenameDatabase(translation.from);
        await core.cluster.databases.rename(translation.from, translation.to);
        if (core.database === translation.from) await core.use(translation.to);
        return tagOnly("RENAME DATABASE");
      case "cancel":
        return this.#cancel(translation, statement);
    }
  }

  /** SQL that puts the gateway's knowledge into the virtual tables a statement reads. */
  virtualTables(tables: readonly VirtualTableName[]): string[] {
    return tables.map((table) => this.#core.cluster.sql.fillVirtualTable(table, virtualRows(table, this.#core)));
  }

  async #set(variable: string, values: readonly SetValue[] | undefined, tag: string): Promise<LocalResult> {
    const core = this.#core;
    const name = variable.toLowerCase();
    if (name === "database") {
      await this.#use(values?.[0]?.text ?? "defaultdb");
      return tagOnly(tag);
    }
    await this.#apply(core.variables.change(name, values));
    return tagOnly(tag);
  }

  async #apply(change: VariableChange): Promise<void> {
    const core = this.#core;
    const backend = change.name === "search_path" ? (["search_path", undefined] as const) : change.backend;
    const changed = core.variables.get(change.name) !== change.value;
    core.variables.apply(change);
    if (backend && changed) {
      const value = backend[1] ?? core.cluster.sql.backendSearchPath(core.variables.searchPath);
      const list = backend[0] === "search_path" ? value : literal(value);
      await this.#setting(`SET ${backend[0]} = ${list}`);
    }
    core.reportChange(change);
  }

  /** A setting that, as in CockroachDB, a ROLLBACK does not take back. */
  async #setting(sql: string): Promise<void> {
    const core = this.#core;
    await core.control(sql);
    if (core.transaction.phase === "open") core.settingsToRepeat.push(sql);
  }

  #show(variable: string): LocalResult {
    const core = this.#core;
    const name = variable.toLowerCase();
    const { transaction } = core;
    const inTransaction: Readonly<Record<string, string>> = {
      transaction_status: transaction.statusName,
      transaction_priority: transaction.modes.priority ?? core.variables.get("default_transaction_priority"),
      transaction_read_only: transaction.modes.readOnly ? "on" : "off",
    };
    const value = inTransaction[name] ?? core.variables.get(name);
    return { columns: [{ name, oid: TEXT }], rows: [[value]], tag: "SHOW 1" };
  }

  async #use(database: string): Promise<LocalResult> {
    const core = this.#core;
    if (database === core.database && !core.detached) return tagOnly("SET");
    if (database !== "" && !(await core.cluster.databases.exists(database))) throw noDatabase(database);
    const { transaction } = core;
    if (transaction.phase === "open") {
      if (transaction.statements > 0) {
        throw new SqlError({
          code: "0A000",
          message: "changing the database inside a transaction is not supported by the demo cluster",
        });
      }
      await core.use(database);
      await this.#runner.restartBackend();
    } else {
      await core.use(database);
    }
    return tagOnly("SET");
  }

  async #dropDatabase(
    database: string,
    options: { ifExists: boolean; behavior: "restrict" | "cascade" | undefined },
  ): Promise<LocalResult> {
    const { cluster, variables } = this.#core;
    if (database === "system") {
      throw new SqlError({ code: "42501", message: "user root does not have DROP privilege on database system" });
    }
    await this.#privileges.checkDropDatabase(database);
    if (options.behavior !== "cascade" && (await cluster.databases.exists(database))) {
      const empty = await cluster.databases.isEmpty(database);
      if (!empty && options.behavior === "restrict") {
        throw new SqlError({
          code: "2BP01",
          message: `database "${database}" is not empty and RESTRICT was specified`,
        });
      }
      if (!empty && variables.get("sql_safe_updates") === "on") {
        throw new SqlError({
          code: "01000",
          message: "rejected (sql_safe_updates = true): DROP DATABASE on non-empty database without explicit CASCADE",
        });
      }
    }
    for (const session of cluster.sessions) session.databaseDropped(database);
    await cluster.databases.drop(database, options);
    return tagOnly("DROP DATABASE");
  }

  async #discardAll(): Promise<LocalResult> {
    const core = this.#core;
    if (core.transaction.phase !== "idle") {
      throw new SqlError({ code: "25001", message: "DISCARD ALL cannot run inside a transaction block" });
    }
    const changes = core.variables.resetAll();
    for (const change of changes) await this.#apply(change);
    const told = new Set(changes.map((change) => change.name));
    for (const name of ["application_name", "timezone"]) {
      if (!told.has(name)) core.reportChange(core.variables.change(name, undefined));
    }
    await this.onDiscard();
    return tagOnly("DISCARD");
  }

  async #cancel(
    { what, select, ifExists, tag }: Extract<Translation, { kind: "cancel" }>,
    _statement: Statement,
  ): Promise<LocalResult> {
    const core = this.#core;
    const table = what === "queries" ? "cluster_queries" : "cluster_sessions";
    const fill = this.virtualTables([table]);
    const alone = core.transaction.phase === "idle";
    if (alone) await core.control("BEGIN");
    let ids: (string | null)[];
    try {
      for (const sql of fill) await core.control(sql);
      ids = (await core.backend.run(select)).map(([id]) => id ?? null);
    } finally {
      if (alone && core.backend.status !== "I") await core.control("ROLLBACK");
    }
    const { sessions } = core.cluster;
    let count = 0;
    for (const id of ids) {
      if (id === null) continue;
      if (!/^[0-9a-fA-F]+$/.test(id)) throw invalidId(what, id);
      const found = what === "queries" ? sessions.cancelQuery(id) : sessions.cancelSession(id);
      if (!found && !ifExists) {
        const one = what === "queries" ? "query" : "session";
        throw new SqlError({ code: "XXUUU", message: `could not cancel ${one} ${id}: ${one} ID ${id} not found` });
      }
      count++;
    }
    return tagOnly(tag.replace(/\bn\b/, String(count)));
  }

  #owner(): string {
    const { cluster, user } = this.#core;
    return user === "root" ? cluster.databases.settings.superuser : user;
  }
}

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

function invalidId(what: "queries" | "sessions", id: string): SqlError {
  const bad = /[^0-9a-fA-F]/u.exec(id)?.[0] ?? "";
  const code = bad.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0");
  return new SqlError({
    code: "42601",
    message: `invalid ${what === "queries" ? "query" : "session"} ID '${id}': could not decode ${id} as hex: encoding/hex: invalid byte: U+${code} '${bad}'`,
  });
}
