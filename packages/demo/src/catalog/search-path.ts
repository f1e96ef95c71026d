const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/**
 * The backend's `search_path` for a client's: the compatibility schema and PostgreSQL's own come first, so that
 * CockroachDB's operators and functions are found before PostgreSQL's.
 */
export function backendSearchPath(searchPath: readonly string[]): string {
  const own = searchPath.filter((name) => name !== "" && name !== "pg_catalog" && name !== "$user");
  return ["crdb_demo", "pg_catalog", ...own.map((name) => quote(name))].join(", ");
}
