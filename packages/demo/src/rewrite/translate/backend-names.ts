import { createHash } from "node:crypto";

// PostgreSQL cuts identifiers at 63 bytes.
const LONGEST = 63;

/**
 * The backend's name of an index. CockroachDB scopes index names by table, PostgreSQL by schema:
 * `primary` of `accounts` becomes `accounts@primary`.
 */
export function backendIndexName(table: string, index: string): string {
  const plain = `${table}@${index}`;
  if (!table.includes("@") && Buffer.byteLength(plain) <= LONGEST) return plain;
  const short = `${digest(table)}@${index}`;
  // the end is cut off: two that begin alike have to differ before it
  return Buffer.byteLength(short) <= LONGEST ? short : `${digest(`${table}@${index}`)}@${index}`;
}

const digest = (text: string): string => createHash("sha1").update(text).digest("hex").slice(0, 10);

/** CockroachDB's name of an index of the backend. */
export function indexNameOf(backendName: string): string {
  const at = backendName.indexOf("@");
  return at === -1 ? backendName : backendName.slice(at + 1);
}

const UNIQUE = "unique@";

/** The backend's name of the index that keeps a unique constraint without an index. */
export const uniqueConstraintName = (table: string, constraint: string): string =>
  backendIndexName(table, UNIQUE + constraint);

/** The unique constraint that an index (its name by `indexNameOf`) keeps, undefined for the others. */
export function uniqueConstraintOf(index: string): string | undefined {
  return index.startsWith(UNIQUE) ? index.slice(UNIQUE.length) : undefined;
}

const LENGTH_CHECK = "crdb_length@";

/** The name of the check that keeps a STRING(n) column short; `text` has no length in PostgreSQL. */
export const lengthCheckName = (column: string): string => LENGTH_CHECK + column;

/** The column a length check belongs to, undefined for other constraints. */
export function lengthCheckColumn(constraint: string): string | undefined {
  return constraint.startsWith(LENGTH_CHECK) ? constraint.slice(LENGTH_CHECK.length) : undefined;
}
