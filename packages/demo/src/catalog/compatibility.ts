import { AGGREGATES_SQL } from "./compatibility-aggregates.ts";
import { CASTS_SQL } from "./compatibility-casts.ts";
import { COLLATIONS_SQL } from "./compatibility-collations.ts";
import { FUNCTIONS_SQL } from "./compatibility-functions.ts";
import { OPERATORS_SQL } from "./compatibility-operators.ts";
import { ORDER_SQL } from "./compatibility-order.ts";
import { PRIVILEGES_SQL, ROLES_SQL } from "./compatibility-privileges.ts";
import { SCALARS_SQL } from "./compatibility-scalars.ts";
import { catalogViewsSql } from "../catalog-views/index.ts";
import { virtualTablesSql } from "./virtual-tables.ts";

/** What `version()` says; the PostgreSQL version is filled in by the server itself. */
const VERSION_START = "CockroachDB CCL v21.2.0";

/** `CockroachDB CCL v21.2.0 (emulated by ...)`: what the cluster calls itself. */
export function versionText(postgresVersion: string): string {
  return `${VERSION_START} (emulated by the tegmen demo cluster on PostgreSQL ${postgresVersion})`;
}

const BASE_SQL = `
CREATE SCHEMA crdb_demo;
CREATE SCHEMA crdb_internal;
GRANT USAGE ON SCHEMA crdb_demo, crdb_internal TO PUBLIC;
GRANT CREATE, USAGE ON SCHEMA public TO PUBLIC;
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = 'admin') THEN
    CREATE ROLE admin NOLOGIN CREATEDB CREATEROLE;
    EXECUTE pg_catalog.format('GRANT admin TO %I WITH ADMIN OPTION', current_user);
  END IF;
END $$;
CREATE TABLE crdb_internal.demo_definition (
  relation oid NOT NULL, kind text NOT NULL, name text NOT NULL, body text NOT NULL, PRIMARY KEY (relation, kind, name)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON crdb_internal.demo_definition TO PUBLIC;
-- integers are INT8 for clients, while many of PostgreSQL's functions and operators take int4
UPDATE pg_catalog.pg_cast SET castcontext = 'i' WHERE castsource = 'int8'::regtype AND casttarget = 'int4'::regtype;
CREATE FUNCTION crdb_demo.version() RETURNS text LANGUAGE sql STABLE AS $$
  SELECT '${VERSION_START} (emulated by the tegmen demo cluster on PostgreSQL ' || pg_catalog.split_part(pg_catalog.current_setting('server_version'), ' ', 1) || ')'
$$;
`;

const INTERNAL_SQL = `
CREATE VIEW crdb_internal.node_build_info AS
  SELECT 1::int8 AS node_id, field, value FROM (VALUES
    ('Name', 'CockroachDB'), ('ClusterID', crdb_internal.cluster_id()::text), ('Organization', ''), ('Build', crdb_demo.version()), ('Version', 'v21.2.0'), ('Channel', 'emulation')
  ) AS t (field, value);
CREATE VIEW crdb_internal.databases AS
  SELECT d.oid::int8 AS id, d.datname::text AS database_name, CASE d.datname WHEN 'system' THEN 'node' ELSE pg_catalog.pg_get_userbyid(d.datdba)::text END AS owner,
    pg_catalog.shobj_description(d.oid, 'pg_database') AS comment
  FROM pg_catalog.pg_database d WHERE NOT d.datistemplate;
GRANT SELECT ON ALL TABLES IN SCHEMA crdb_internal TO PUBLIC;
`;

/**
 * Makes a database of PostgreSQL one that CockroachDB's SQL can be translated for: to be run once, as the
 * superuser, in every template database.
 */
export function compatibilitySql(): string {
  const parts = [
    BASE_SQL,
    ROLES_SQL,
    PRIVILEGES_SQL,
    "SET search_path = crdb_demo, pg_catalog;",
    OPERATORS_SQL,
    ORDER_SQL,
    FUNCTIONS_SQL,
    CASTS_SQL,
    COLLATIONS_SQL,
    SCALARS_SQL,
    AGGREGATES_SQL,
    virtualTablesSql(),
    INTERNAL_SQL,
    catalogViewsSql(),
    "RESET search_path;",
  ];
  return parts.map((part) => part.trim()).join("\n\n");
}
