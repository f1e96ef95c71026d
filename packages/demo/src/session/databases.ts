import { createHash } from "node:crypto";
import { SqlError } from "../rewrite/sql-error.ts";
import { BackendConnection } from "./backend-connection.ts";
import { BackendLostError, BackendQueryError } from "./backend-errors.ts";
import type { CatalogView } from "../rewrite/contract.ts";
import type { BackendAddress } from "./backend-startup.ts";
import type { RunSql, SqlSide } from "./sql-side.ts";

/** How the gateway reaches its backend. */
export interface BackendSettings {
  readonly address: BackendAddress;
  /** The superuser of the backend. */
  readonly superuser: string;
  /** A database that always exists (`system`), for work on other databases. */
  readonly maintenanceDatabase: string;
  /** The database new ones are copied from; it has the compatibility schema. */
  readonly templateDatabase: string;
}

/** What is known of one database's schema, shared by all sessions on it. */
class DatabaseCatalog {
  #view: CatalogView | undefined;
  #loading: Promise<CatalogView> | undefined;
  #generation = 0;

  /** The current view, without waiting, if it is known. */
  get current(): CatalogView | undefined {
    return this.#view;
  }

  /** The schema has changed. */
  changed(): void {
    this.#generation++;
    this.#view = undefined;
    this.#loading = undefined;
  }

  /** The current view; `load` reads it when nobody has. */
  get(load: () => Promise<CatalogView>): Promise<CatalogView> {
    if (this.#view) return Promise.resolve(this.#view);
    this.#loading ??= this.#load(load);
    return this.#loading;
  }

  async #load(load: () => Promise<CatalogView>): Promise<CatalogView> {
    const generation = this.#generation;
    try {
      const view = await load();
      if (generation === this.#generation) this.#view = view;
      return view;
    } finally {
      if (generation === this.#generation) this.#loading = undefined;
    }
  }
}

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const SNAPSHOT = "crdb_demo_snapshot_";

/** PostgreSQL cuts names at 63 bytes: the name of a snapshot is a digest. */
function snapshotName(database: string, name: string): string {
  return SNAPSHOT + createHash("sha256").update(`${database}\0${name}`).digest("hex").slice(0, 40);
}

/**
 * The databases of the cluster: each is a database of the backend, copied from
 * a template that nobody is ever connected to.
 */
export class Databases {
  readonly #settings: BackendSettings;
  readonly #sql: SqlSide;
  readonly #catalogs = new Map<string, DatabaseCatalog>();
  #admin: Promise<BackendConnection> | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(settings: BackendSettings, sql: SqlSide) {
    this.#settings = settings;
    this.#sql = sql;
  }

  get settings(): BackendSettings {
    return this.#settings;
  }

  /** The schema of a database; `run` reads it at a connection of the caller's, else a connection is opened for it. */
  catalog(database: string, run?: RunSql): Promise<CatalogView> {
    return this.#catalogOf(database).get(() =>
      run ? this.#sql.loadCatalog(run) : this.#at(database, (connection) => this.#sql.loadCatalog(connection)),
    );
  }

  /** The schema of a database if it is known already. */
  knownCatalog(database: string): CatalogView | undefined {
    return this.#catalogs.get(database)?.current;
  }

  /** A session has changed the schema of a database. */
  schemaChanged(database: string): void {
    this.#catalogs.get(database)?.changed();
  }

  async exists(database: string): Promise<boolean> {
    if (this.#hidden(database)) return false;
    return this.#isThere(database);
  }

  /** CREATE DATABASE. Returns false when it was there and `ifNotExists` is set. */
  async create(database: string, options: { ifNotExists: boolean; owner: string }): Promise<boolean> {
    const duplicate = new SqlError({ code: "42P04", message: `database "${database}" already exists` });
    if (this.#hidden(database)) throw duplicate;
    try {
      await this.admin(
        `CREATE DATABASE ${quote(database)} TEMPLATE ${quote(this.#settings.templateDatabase)} OWNER ${quote(options.owner)}`,
      );
      await this.admin(`REVOKE ALL ON DATABASE ${quote(database)} FROM PUBLIC`);
      return true;
    } catch (cause) {
      // 23505: two sessions created it at the same moment.
      if (cause instanceof BackendQueryError && ["42P04", "23505"].includes(cause.fields.code)) {
        if (options.ifNotExists) return false;
        throw duplicate;
      }
      throw cause;
    }
  }

  /** DROP DATABASE; sessions on it lose their backend. Returns false when it was not there and `ifExists` is set. */
  async drop(database: string, options: { ifExists: boolean }): Promise<boolean> {
    if (!(await this.exists(database))) {
      if (options.ifExists) return false;
      throw noDatabase(database);
    }
    await this.admin(`DROP DATABASE IF EXISTS ${quote(database)} WITH (FORCE)`);
    this.#catalogs.delete(database);
    return true;
  }

  async rename(from: string, to: string): Promise<void> {
    if (!(await this.exists(from))) throw noDatabase(from);
    if (await this.exists(to)) throw new SqlError({ code: "42P04", message: `database "${to}" already exists` });
    await this.#cutOff(from);
    await this.admin(`ALTER DATABASE ${quote(from)} RENAME TO ${quote(to)}`);
    this.#catalogs.delete(from);
    this.#catalogs.delete(to);
  }

  /**
   * Copies a database as it is now, under a name that no client sees. Its sessions lose their backends first.
   *
   * @throws Error when the database does not exist or the name is taken.
   */
  async snapshot(database: string, name: string): Promise<void> {
    if (!(await this.exists(database))) throw noDatabase(database);
    if (await this.#isThere(snapshotName(database, name))) throw new Error(`there is a snapshot ${name} already`);
    await this.#cutOff(database);
    await this.admin(
      `CREATE DATABASE ${quote(snapshotName(database, name))} TEMPLATE ${quote(database)} IS_TEMPLATE true ALLOW_CONNECTIONS false`,
    );
  }

  /** Puts a snapshot in the place of its database. @throws Error when there is no such snapshot. */
  async restore(database: string, name: string): Promise<void> {
    const snapshot = snapshotName(database, name);
    if (!(await this.#isThere(snapshot))) throw new Error(`there is no snapshot ${name} of database ${database}`);
    await this.admin(`DROP DATABASE IF EXISTS ${quote(database)} WITH (FORCE)`);
    await this.admin(`CREATE DATABASE ${quote(database)} TEMPLATE ${quote(snapshot)}`);
    this.#catalogs.delete(database);
  }

  async #isThere(name: string): Promise<boolean> {
    const rows = await this.admin(`SELECT 1 FROM pg_catalog.pg_database WHERE datname = ${literal(name)}`);
    return rows.length > 0;
  }

  /** Ends every backend on a database, and waits until they are gone. */
  async #cutOff(database: string): Promise<void> {
    await this.admin(
      `SELECT pg_catalog.pg_terminate_backend(pid, 5000) FROM pg_catalog.pg_stat_activity WHERE datname = ${literal(database)}`,
    );
  }

  /** True when a database holds a client's table, view, sequence or type. */
  async isEmpty(database: string): Promise<boolean> {
    const view = await this.catalog(database);
    for (const _ of view.relations()) return false;
    return true;
  }

  /** Runs SQL as the backend's superuser, outside of any session; one statement at a time. */
  admin(sql: string): Promise<(string | null)[][]> {
    const result = this.#turn.then(() => this.#runAdmin(sql));
    this.#turn = result.catch(() => {});
    return result;
  }

  /** Ends the connections of its own. */
  close(): void {
    this.#closed = true;
    const admin = this.#admin;
    this.#admin = undefined;
    admin?.then(
      (connection) => connection.close(),
      () => {},
    );
  }

  async #runAdmin(sql: string): Promise<(string | null)[][]> {
    for (let attempt = 1; ; attempt++) {
      if (this.#closed) throw new BackendLostError("the demo cluster has been stopped");
      this.#admin ??= this.#open(this.#settings.maintenanceDatabase);
      try {
        const connection = await this.#admin;
        return await connection.run(sql);
      } catch (cause) {
        if (!(cause instanceof BackendLostError)) throw cause;
        this.#admin = undefined;
        if (attempt > 1) throw cause;
      }
    }
  }

  async #at<T>(database: string, work: (run: RunSql) => Promise<T>): Promise<T> {
    const connection = await this.#open(database);
    try {
      return await work((sql) => connection.run(sql));
    } finally {
      connection.close();
    }
  }

  #open(database: string): Promise<BackendConnection> {
    const { address, superuser } = this.#settings;
    return BackendConnection.open({ address, user: superuser, database });
  }

  #catalogOf(database: string): DatabaseCatalog {
    let catalog = this.#catalogs.get(database);
    if (!catalog) {
      catalog = new DatabaseCatalog();
      this.#catalogs.set(database, catalog);
    }
    return catalog;
  }

  /** The backend's own databases are none of the clients'. */
  #hidden(database: string): boolean {
    if (database.startsWith(SNAPSHOT)) return true;
    return [this.#settings.templateDatabase, "template0", "template1"].includes(database);
  }
}

/** CockroachDB's answer to the name of a database that does not exist. */
export function noDatabase(name: string): SqlError {
  return new SqlError({ code: "3D000", message: `database "${name}" does not exist` });
}
