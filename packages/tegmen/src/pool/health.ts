import type { DriverConnection, DriverStatement } from "../drivers/driver.ts";
import { settledWithin } from "./settled-within.ts";
import { pingTimeout, resetTimeout } from "./options.ts";

const pingBatch: readonly DriverStatement[] = [{ sql: "SELECT 1", parameters: [], prepare: false }];
const rollbackBatch: readonly DriverStatement[] = [{ sql: "ROLLBACK", parameters: [], prepare: false }];

/** Asks for a sign of life. Returns what is wrong, or undefined. */
export async function ping(driver: DriverConnection): Promise<Error | undefined> {
  const outcome = await settledWithin(driver.run(pingBatch), pingTimeout);
  if (outcome === undefined) return new Error(`no answer to a pre-ping within ${pingTimeout} ms`);
  return outcome.failure?.cause ?? lossOf(driver);
}

/**
 * Rolls back what is open, behind what is still under way.
 *
 * Success is what the server's ReadyForQuery says: CockroachDB answers with an
 * error when there is nothing to roll back, and that is as good.
 *
 * @returns what went wrong, or undefined.
 */
export async function rollBack(driver: DriverConnection): Promise<Error | undefined> {
  const outcome = await settledWithin(driver.run(rollbackBatch), resetTimeout);
  if (outcome === undefined) {
    return new Error(`a returned connection was still busy, or did not roll back, after ${resetTimeout} ms`);
  }
  if (driver.isOpen && driver.transactionStatus === "I" && !driver.isBusy) return undefined;
  return outcome.failure?.cause ?? lossOf(driver) ?? new Error("a transaction was still open after ROLLBACK");
}

function lossOf(driver: DriverConnection): Error | undefined {
  return driver.isOpen ? undefined : new Error("the connection was lost");
}
