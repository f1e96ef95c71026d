import { catalogViewSql, isCatalogView } from "../../catalog-views/index.ts";
import type { QualifiedName } from "../ast.ts";
import { systemTable, systemTableSql } from "../system-tables.ts";
import type { TableView } from "../contract.ts";
import type { Environment } from "./environment.ts";
import { tableSql } from "./environment.ts";
import { required } from "./privileges.ts";
import { quoteText } from "./quote.ts";
import { alterStatements, showCreate, withoutForeignKeys } from "./show-create.ts";

/**
 * What stands for a table whose rows are not what the backend has under that name: a table of
 * information_schema, pg_catalog or crdb_internal, or a sequence. Undefined for the others.
 */
export function catalogTableSql(name: QualifiedName, env: Environment): string | undefined {
  if (env.isCte(name)) return undefined;
  const system = systemTable(name);
  if (system !== undefined) return systemRows(system, env);
  const { schema, name: table } = env.resolve(name);
  const relation = env.relation(name);
  if (relation) return relation.kind === "sequence" ? sequenceRow(relation) : undefined;
  if (schema === "crdb_internal" && table === "create_statements") return createStatements(env);
  const home = schema ?? "pg_catalog";
  return isCatalogView(home, table) ? catalogViewSql(home, table) : undefined;
}

/** A table of the database `system`: for admins only. */
function systemRows(name: string, env: Environment): string {
  const { user } = env.context;
  const check = required("crdb_internal.is_admin()", `user ${user} does not have SELECT privilege on relation ${name}`);
  return `(SELECT crdb_s.* FROM (SELECT ${check} OFFSET 0) AS crdb_q, (${systemTableSql(name)}) AS crdb_s)`;
}

// before its first number a sequence stands one step before its start
const sequenceRow = (sequence: TableView): string =>
  `(SELECT CASE WHEN s.is_called THEN s.last_value ELSE s.last_value - p.seqincrement END AS last_value, 0::int8 AS log_cnt, true AS is_called ` +
  `FROM ${tableSql(sequence)} AS s, pg_catalog.pg_sequence AS p WHERE p.seqrelid = ${sequence.oid})`;

const textArray = (items: readonly string[]): string =>
  `ARRAY[${items.map((item) => quoteText(item)).join(", ")}]::text[]`;

function createStatements(env: Environment): string {
  const { catalog, database } = env.context;
  const rows = [...catalog.relations()].map((table) => {
    const { alter, validate } = alterStatements(table);
    const values = [
      "1::int8",
      quoteText(database),
      quoteText(table.schema),
      `${table.oid}::int8`,
      quoteText(table.kind === "materialized view" ? "view" : table.kind),
      quoteText(table.name),
      quoteText(showCreate(table)),
      "'PUBLIC'",
      quoteText(withoutForeignKeys(table)),
      textArray(alter),
      textArray(validate),
      "false",
      "false",
    ];
    return `(${values.join(", ")})`;
  });
  const none = `(1::int8, '', '', 1::int8, '', '', '', '', '', ${textArray([])}, ${textArray([])}, false, false)`;
  const columns =
    "database_id, database_name, schema_name, descriptor_id, descriptor_type, descriptor_name, create_statement, state, create_nofks, " +
    "alter_statements, validate_statements, has_partitions, is_multi_region";
  const values = rows.length > 0 ? rows.join(", ") : none;
  return `(SELECT * FROM (VALUES ${values}) AS crdb_c (${columns})${rows.length > 0 ? "" : " WHERE false"})`;
}
