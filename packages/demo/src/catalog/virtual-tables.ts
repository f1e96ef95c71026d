import type { VirtualTableName } from "../rewrite/contract.ts";

type Column = readonly [name: string, type: string];

/** The columns of the tables whose rows only the gateway knows, in the order `fillVirtualTable` takes values in. */
export const VIRTUAL_TABLES: Readonly<Record<VirtualTableName, readonly Column[]>> = {
  session_variables: [["variable", "text"], ["value", "text"], ["hidden", "bool"]],
  cluster_settings: [["variable", "text"], ["value", "text"], ["setting_type", "text"], ["public", "bool"], ["description", "text"]],
  cluster_queries: [
    ["query_id", "text"], ["txn_id", "uuid"], ["node_id", "int8"], ["session_id", "text"], ["user_name", "text"], ["start", "timestamp"],
    ["query", "text"], ["client_address", "text"], ["application_name", "text"], ["distributed", "bool"], ["phase", "text"],
  ],
  cluster_sessions: [
    ["node_id", "int8"], ["session_id", "text"], ["user_name", "text"], ["client_address", "text"], ["application_name", "text"],
    ["active_queries", "text"], ["last_active_query", "text"], ["session_start", "timestamp"], ["oldest_query_start", "timestamp"],
  ],
  databases: [],
}; // prettier-ignore

const setting = (table: VirtualTableName): string => `crdb_demo.${table}`;

/** SQL that gives a virtual table its rows until the end of the transaction. */
export function fillVirtualTable(table: VirtualTableName, rows: readonly (readonly (string | null)[])[]): string {
  const json = JSON.stringify(
    rows.map((row) => Object.fromEntries(VIRTUAL_TABLES[table].map(([name], i) => [name, row[i] ?? null]))),
  );
  return `SELECT pg_catalog.set_config('${setting(table)}', '${json.replaceAll("'", "''")}', true)`;
}

/** The views that show those rows. */
export function virtualTablesSql(): string {
  const views = Object.entries(VIRTUAL_TABLES)
    .filter(([, columns]) => columns.length > 0)
    .map(([table, columns]) => {
      const list = columns.map(([name, type]) => `"${name}" ${type}`).join(", ");
      const json = `COALESCE(NULLIF(pg_catalog.current_setting('crdb_demo.${table}', true), ''), '[]')::pg_catalog.json`;
      return `CREATE VIEW crdb_internal.${table} AS SELECT * FROM pg_catalog.json_to_recordset(${json}) AS t (${list});`;
    });
  return [
    ...views,
    "CREATE VIEW crdb_internal.node_queries AS SELECT * FROM crdb_internal.cluster_queries;",
    "CREATE VIEW crdb_internal.node_sessions AS SELECT * FROM crdb_internal.cluster_sessions;",
  ].join("\n\n");
}
