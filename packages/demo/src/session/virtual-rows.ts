import type { VirtualTableName } from "../rewrite/contract.ts";
import type { SessionCore } from "./session-core.ts";

/** The rows of a table that only the gateway knows. */
export function virtualRows(table: VirtualTableName, { cluster, variables }: SessionCore): (string | null)[][] {
  switch (table) {
    case "session_variables":
      return variables.listed().map(([name, value]) => [name, value, "f"]);
    case "cluster_settings":
      return cluster.clusterSettings.rows();
    case "cluster_queries":
      return [...cluster.sessions].flatMap((session) => {
        const query = session.activeQuery;
        if (!query) return [];
        return [
          [
            query.id,
            null,
            "1",
            session.id,
            session.user,
            query.startedAt.toISOString(),
            query.sql,
            session.clientAddress,
            session.applicationName,
            "f",
            "executing",
          ],
        ];
      });
    case "cluster_sessions":
      return [...cluster.sessions].map((session) => [
        "1",
        session.id,
        session.user,
        session.clientAddress,
        session.applicationName,
        session.activeQuery?.sql ?? "",
        session.lastQuery,
        session.startedAt.toISOString(),
        session.activeQuery?.startedAt.toISOString() ?? null,
      ]);
    case "databases":
      return [];
  }
}
