import { SqlError } from "../rewrite/sql-error.ts";
import type { SessionCore } from "./session-core.ts";

const denied = (message: string): SqlError => new SqlError({ code: "42501", message });

/** What the session's user may do to databases and to the cluster, which the gateway changes on its behalf. */
export class Privileges {
  readonly #core: SessionCore;

  constructor(core: SessionCore) {
    this.#core = core;
  }

  /** CREATE DATABASE. @throws {SqlError} 42501 */
  async checkCreateDatabase(): Promise<void> {
    if (await this.#has("r.rolcreatedb OR pg_catalog.pg_has_role(r.oid, 'admin', 'USAGE')")) return;
    throw denied("permission denied to create database");
  }

  /** DROP DATABASE: for its owner and for admins. @throws {SqlError} 42501 */
  async checkDropDatabase(database: string): Promise<void> {
    if (await this.#owns(database)) return;
    throw denied(`user ${this.#core.user} does not have DROP privilege on database ${database}`);
  }

  /** ALTER DATABASE ... RENAME: for an owner who may create databases, and for admins. @throws {SqlError} 42501 */
  async checkRenameDatabase(database: string): Promise<void> {
    if (!(await this.#owns(database))) throw denied(`must be owner of database ${database}`);
    if (await this.#has("r.rolcreatedb OR pg_catalog.pg_has_role(r.oid, 'admin', 'USAGE')")) return;
    throw denied("permission denied to rename database");
  }

  /** SET CLUSTER SETTING: for admins. @throws {SqlError} 42501 */
  async checkSetClusterSetting(setting: string): Promise<void> {
    if (await this.#has("pg_catalog.pg_has_role(r.oid, 'admin', 'USAGE')")) return;
    throw denied(`only users with the MODIFYCLUSTERSETTING privilege are allowed to set cluster setting '${setting}'`);
  }

  /** A database that is not there is somebody else's to complain of. */
  #owns(database: string): Promise<boolean> {
    const name = literal(database);
    return this.#has(
      `pg_catalog.pg_has_role(r.oid, 'admin', 'USAGE') OR COALESCE((SELECT pg_catalog.pg_has_role(r.oid, d.datdba, 'USAGE')
        FROM pg_catalog.pg_database d WHERE d.datname = ${name}), true)`,
    );
  }

  async #has(condition: string): Promise<boolean> {
    const { user, cluster } = this.#core;
    if (user === "root") return true;
    const sql = `SELECT 1 FROM pg_catalog.pg_roles r WHERE r.rolname = ${literal(user)} AND (${condition})`;
    return (await cluster.databases.admin(sql)).length > 0;
  }
}

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
