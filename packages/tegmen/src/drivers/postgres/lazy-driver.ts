import { ArgumentError } from "../../errors/index.ts";
import type { ConnectTarget, Driver, DriverConnection } from "../driver.ts";

/**
 * The driver on postgres.js, that `cockroachdb+postgres://` names. It is loaded
 * with the first connection, so that only those who use it need to have
 * postgres.js: `npm install postgres`.
 *
 * It does what the default driver does, on text values and with tegmen's own
 * codecs; postgres.js's types, transforms, pool and reconnects play no part.
 * It was made for postgres.js 3.4 and differs where that gives no choice:
 *
 * - Every statement has a Sync of its own. So that none has an effect after one
 *   that failed, a batch waits for an answer where the server would go on:
 *   before COMMIT, ROLLBACK and SAVEPOINT, after DDL, and after a BEGIN that can
 *   be refused. Outside a transaction a batch that reads and writes rows is sent
 *   with a BEGIN and COMMIT of its own.
 * - A statement takes at most 65,533 parameters instead of 65,535.
 * - When the cache of prepared statements is full, further ones are not prepared;
 *   no earlier one makes room.
 * - Ending a stream early inside a transaction reads the rest of its rows.
 * - Connecting takes one turn more.
 *
 * @throws {ArgumentError} (at the first connection) postgres.js is not installed
 *
 * @example
 * ```ts
 * const engine = createEngine("cockroachdb+postgres://root@localhost:26257/defaultdb?sslmode=disable");
 * ```
 */
export const postgresDriver: Driver = {
  name: "postgres",

  async connect(target: ConnectTarget): Promise<DriverConnection> {
    const { postgresJsDriver } = await import("./postgres-driver.ts").catch(notLoaded);
    return postgresJsDriver.connect(target);
  },
};

/**
 * Raises what kept postgres.js from being loaded.
 * @throws {ArgumentError} it is not installed
 */
export function notLoaded(error: unknown): never {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code !== "ERR_MODULE_NOT_FOUND" || !String(error).includes("'postgres'")) throw error;
  throw new ArgumentError("The driver of cockroachdb+postgres:// needs postgres.js. Install it: npm install postgres", {
    cause: error,
  });
}
