import { acrossDatabases, foreignNames } from "../rewrite/other-database.ts";
import type { Statement } from "../rewrite/contract.ts";
import type { SessionCore } from "./session-core.ts";

/**
 * The database a statement has to run at, where all the tables it names are in another one than the session's:
 * each is a database of the backend of its own. Undefined for every other statement, and in a transaction.
 *
 * @throws SqlError for a statement with tables of two databases.
 */
export async function otherDatabase(core: SessionCore, statement: Statement): Promise<string | undefined> {
  if (core.transaction.phase !== "idle" || core.detached) return undefined;
  const { catalog } = await core.sql.context();
  const { candidates, mixed } = foreignNames(statement.node, catalog, core.database);
  for (const candidate of candidates) {
    if (!(await core.cluster.databases.exists(candidate))) continue;
    if (mixed || candidates.size > 1) throw acrossDatabases();
    return candidate;
  }
  return undefined;
}
