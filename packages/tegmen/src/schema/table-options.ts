import { ArgumentError, describeValue } from "../errors/index.ts";
import { didYouMean } from "../text/index.ts";
import type { MetaData } from "./metadata.ts";

/** Where the rows of a table live in a multi-region database. */
export type Locality =
  | "GLOBAL"
  | "REGIONAL BY ROW"
  | "REGIONAL BY TABLE"
  | { readonly regionalByRowAs: string }
  | { readonly regionalByTableIn: string };

/** When rows are deleted by the server. */
export interface TtlOptions {
  /** How long after its last change a row expires, such as `"90 days"`. Since CockroachDB 22.1. */
  readonly expireAfter?: string;
  /** An expression that says when a row expires, such as `"expires_at"`. Since CockroachDB 22.2. */
  readonly expirationExpression?: string;
  /** When the job runs, in the format of cron: `"@daily"`, `"0 3 * * *"`. */
  readonly jobCron?: string;
  /** How many rows to find at a time. */
  readonly selectBatchSize?: number;
  /** How many rows to delete at a time. */
  readonly deleteBatchSize?: number;
  /** How many rows to delete in a second. */
  readonly deleteRateLimit?: number;
}

/** Options of a table. */
export interface TableOptions {
  /** What the table belongs to: `createAll()` creates it. */
  readonly metadata?: MetaData;
  /** The schema; default: the one of `metadata`, else the search path decides. */
  readonly schema?: string;
  /** `COMMENT ON TABLE` */
  readonly comment?: string;
  /** Columns that are stored together, by the name of the family. Keys are the names of columns in TypeScript. */
  readonly families?: Readonly<Record<string, readonly string[]>>;
  /** Where the rows live in a multi-region database. */
  readonly locality?: Locality;
  /** When rows are deleted by the server. */
  readonly ttl?: TtlOptions;
  /** Refuses schema changes until it is taken back. Since CockroachDB 23.1. */
  readonly schemaLocked?: boolean;
}

const known = ["metadata", "schema", "comment", "families", "locality", "ttl", "schemaLocked"];
const knownTtl = [
  "expireAfter",
  "expirationExpression",
  "jobCron",
  "selectBatchSize",
  "deleteBatchSize",
  "deleteRateLimit",
];

/** @throws {ArgumentError} an option is unknown, or makes no sense */
export function checkTableOptions(options: TableOptions): void {
  for (const option of Object.keys(options)) {
    if (!known.includes(option)) {
      throw new ArgumentError(`table() has no option "${option}": ${didYouMean(option, known)}`);
    }
  }
  const { ttl } = options;
  if (ttl === undefined) return;
  for (const option of Object.keys(ttl)) {
    if (!knownTtl.includes(option)) {
      throw new ArgumentError(`the option ttl has no "${option}": ${didYouMean(option, knownTtl)}`);
    }
  }
  if (ttl.expireAfter === undefined && ttl.expirationExpression === undefined) {
    throw new ArgumentError(
      `the option ttl needs expireAfter or expirationExpression, got ${describeValue(Object.keys(ttl))}`,
    );
  }
}
