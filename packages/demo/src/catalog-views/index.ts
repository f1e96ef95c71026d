import { CRDB_INTERNAL } from "./crdb-internal.ts";
import { FOUNDATION_SQL } from "./foundation.ts";
import { INFORMATION_SCHEMA } from "./information-schema.ts";
import { PG_CATALOG } from "./pg-catalog.ts";

const SCHEMAS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  information_schema: INFORMATION_SCHEMA,
  pg_catalog: PG_CATALOG,
  crdb_internal: CRDB_INTERNAL,
};

/** True for a table of a virtual schema that the gateway has a view of its own for. */
export function isCatalogView(schema: string, table: string): boolean {
  return Object.hasOwn(SCHEMAS, schema) && Object.hasOwn(SCHEMAS[schema] ?? {}, table);
}

/** The backend's name of the view behind such a table. */
export const catalogViewSql = (schema: string, table: string): string => `crdb_catalog."${schema}.${table}"`;

/** The schema of the catalog views. The compatibility functions must be there. */
export function catalogViewsSql(): string {
  const views = Object.entries(SCHEMAS).flatMap(([schema, tables]) =>
    Object.entries(tables).map(
      ([table, select]) => `CREATE VIEW ${catalogViewSql(schema, table)} AS ${select.trim()};`,
    ),
  );
  return [FOUNDATION_SQL.trim(), ...views, "GRANT SELECT ON ALL TABLES IN SCHEMA crdb_catalog TO PUBLIC;"].join("\n\n");
}
