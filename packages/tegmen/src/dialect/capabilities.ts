import { CompileError } from "../errors/index.ts";
import type { ServerVersion } from "../sql/executable.ts";

/** Things that not every supported server has, and the first version that does. */
const firstVersions = {
  "DELETE ... USING": "23.1",
  NO_FULL_SCAN: "21.2",
  "NULLS FIRST and NULLS LAST": "22.1",
  "SKIP LOCKED": "22.2",
  "ON UPDATE of a column": "21.2",
  "IDENTITY columns": "21.2",
  "expression indexes": "21.2",
  "row-level TTL": "22.1",
  "a TTL expression": "22.2",
  "NOT VISIBLE indexes": "22.2",
  "trigram indexes": "22.2",
  "hash-sharded indexes without an experimental setting": "22.1",
  "vector indexes": "25.2",
  TSVECTOR: "23.1",
  TSQUERY: "23.1",
  VECTOR: "24.2",
  CITEXT: "25.3",
  LTREE: "25.4",
  schema_locked: "23.1",
} as const satisfies Record<string, string>;

/** Something that not every supported server has. */
export type Feature = keyof typeof firstVersions;

/** The version that statements are compiled for when no server is known: newer than all there are. */
export const latestVersion: ServerVersion = {
  major: 99,
  minor: 0,
  patch: 0,
  text: "the latest version of CockroachDB",
  isCockroach: true,
};

/**
 * Whether a server has something. An alpha version does not yet have what its version brings: the 21.2 alphas, for
 * example, lack IDENTITY and ON UPDATE.
 */
export function hasFeature(version: ServerVersion, feature: Feature): boolean {
  if (!version.isCockroach) return true;
  const [major = 0, minor = 0] = firstVersions[feature].split(".").map(Number);
  if (version.major !== major) return version.major > major;
  if (version.minor !== minor) return version.minor > minor;
  return !version.text.includes("-alpha");
}

/**
 * Refuses what a server does not have.
 *
 * @throws {CompileError} naming the first version that has it
 */
export function requireFeature(version: ServerVersion, feature: Feature): void {
  if (hasFeature(version, feature)) return;
  throw new CompileError(
    `${feature} needs CockroachDB ${firstVersions[feature]} or later; the server runs ${version.text}`,
  );
}
