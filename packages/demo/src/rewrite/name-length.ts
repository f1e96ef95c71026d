import { notInDemo } from "./sql-error.ts";

/** PostgreSQL cuts names at this many bytes; CockroachDB takes any. */
const LONGEST = 63;

/** Refuses a name that PostgreSQL would cut. @throws SqlError 0A000 */
export function checkName(name: string): void {
  if (name.length * 3 <= LONGEST || Buffer.byteLength(name) <= LONGEST) return;
  throw notInDemo(`a name of more than ${LONGEST} bytes (${name})`);
}
