import type { ServerVersion } from "../sql/executable.ts";

/**
 * Reads the `crdb_version` that a server reports when a connection opens:
 * `CockroachDB CCL v23.1.4 (x86_64-pc-linux-gnu, built ...)`.
 *
 * `server_version` is no substitute: CockroachDB always claims the version of
 * some PostgreSQL there.
 *
 * @param crdbVersion the reported text; undefined for a server that is not CockroachDB
 * @param serverVersion what the server reports as `server_version`, for servers that are not CockroachDB
 */
export function parseServerVersion(crdbVersion: string | undefined, serverVersion = ""): ServerVersion {
  const text = crdbVersion ?? serverVersion;
  const numbers = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  return {
    major: Number(numbers?.[1] ?? 0),
    minor: Number(numbers?.[2] ?? 0),
    patch: Number(numbers?.[3] ?? 0),
    text,
    isCockroach: crdbVersion !== undefined,
  };
}

/** Whether a server is CockroachDB of this version or a later one. */
export function isAtLeast(version: ServerVersion, major: number, minor: number): boolean {
  return version.isCockroach && (version.major > major || (version.major === major && version.minor >= minor));
}
