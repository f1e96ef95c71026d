/** What information_schema shows in CockroachDB, with its extra columns: the SELECT behind each table. */
export const INFORMATION_SCHEMA: Readonly<Record<string, string>> = {
  columns: `
SELECT current_database()::text AS table_catalog, c.schema AS table_schema, c.table_name, c.name AS column_name,
  COALESCE(CASE WHEN m.text ~ '[''\\\\]' THEN 'e''' || pg_catalog.replace(pg_catalog.replace(m.text, '\\', '\\\\'), '''', '\\''') || '''' ELSE '''' || m.text || '''' END, '') AS column_comment, c.attnum::int8 AS ordinal_position, COALESCE(c.default_expression, 'nextval(''' || c.schema || '.' || (SELECT q.relname FROM pg_catalog.pg_class q WHERE q.oid = i.seqrelid) || '''::REGCLASS)') AS column_default,
  CASE WHEN c.attnotnull THEN 'NO' ELSE 'YES' END AS is_nullable,
  CASE WHEN t.typcategory = 'A' THEN 'ARRAY' WHEN t.typtype = 'e' THEN t.typname::text WHEN c.display LIKE 'CHAR%' THEN 'character'
    ELSE pg_catalog.format_type(c.atttypid, NULL) END AS data_type,
  n.length AS character_maximum_length, CASE WHEN t.typcategory = 'S' THEN n.length * 4 END AS character_octet_length,
  CASE t.typname WHEN 'int2' THEN 16 WHEN 'int4' THEN 32 WHEN 'int8' THEN 64 WHEN 'float4' THEN 24 WHEN 'float8' THEN 53
    WHEN 'numeric' THEN (pg_catalog.regexp_match(c.display, '\\((\\d+)'))[1]::int8 END::int8 AS numeric_precision,
  CASE WHEN t.typname IN ('int2', 'int4', 'int8', 'float4', 'float8') THEN 2 WHEN t.typname = 'numeric' AND c.display LIKE '%(%' THEN 10 END::int8 AS numeric_precision_radix,
  CASE WHEN t.typname IN ('int2', 'int4', 'int8') THEN 0
    WHEN t.typname = 'numeric' AND c.display LIKE '%(%' THEN COALESCE((pg_catalog.regexp_match(c.display, ',(\\d+)\\)'))[1]::int8, 0) END::int8 AS numeric_scale,
  CASE WHEN t.typname IN ('timestamp', 'timestamptz', 'time', 'timetz') AND c.display LIKE '%(%' THEN (pg_catalog.regexp_match(c.display, '\\((\\d+)'))[1]::int8
    WHEN t.typname IN ('timestamp', 'timestamptz') THEN 6 END::int8 AS datetime_precision,
  NULL::text AS interval_type, NULL::text AS interval_precision, NULL::text AS character_set_catalog, NULL::text AS character_set_schema, NULL::text AS character_set_name,
  NULL::text AS collation_catalog, NULL::text AS collation_schema, NULL::text AS collation_name, NULL::text AS domain_catalog, NULL::text AS domain_schema,
  NULL::text AS domain_name, current_database()::text AS udt_catalog, CASE WHEN t.typtype = 'e' THEN (SELECT s.name FROM crdb_catalog.schemas s WHERE s.oid = t.typnamespace) ELSE 'pg_catalog' END AS udt_schema,
  CASE WHEN c.display LIKE 'CHAR%' THEN 'bpchar' ELSE t.typname::text END AS udt_name, NULL::text AS scope_catalog, NULL::text AS scope_schema, NULL::text AS scope_name,
  NULL::int8 AS maximum_cardinality, NULL::text AS dtd_identifier, NULL::text AS is_self_referencing, CASE WHEN c.identity = '' THEN 'NO' ELSE 'YES' END AS is_identity,
  CASE c.identity WHEN 'a' THEN 'ALWAYS' WHEN 'd' THEN 'BY DEFAULT' END AS identity_generation, i.seqstart::text AS identity_start, i.seqincrement::text AS identity_increment,
  i.seqmax::text AS identity_maximum, i.seqmin::text AS identity_minimum, CASE WHEN i.seqrelid IS NOT NULL THEN 'NO' END AS identity_cycle,
  CASE WHEN c.computed IS NULL THEN 'NO' ELSE 'YES' END AS is_generated, COALESCE(c.computed, '') AS generation_expression,
  CASE WHEN c.relkind = 'r' AND c.computed IS NULL THEN 'YES' ELSE 'NO' END AS is_updatable, CASE WHEN c.hidden THEN 'YES' ELSE 'NO' END AS is_hidden, c.display AS crdb_sql_type
FROM crdb_catalog.columns c JOIN pg_catalog.pg_type t ON t.oid = c.atttypid
  LEFT JOIN pg_catalog.pg_sequence i ON c.identity <> '' AND i.seqrelid = (SELECT d.objid FROM pg_catalog.pg_depend d WHERE d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
    AND d.refobjid = c.relation AND d.refobjsubid = c.attnum AND d.deptype = 'i' AND d.classid = d.refclassid),
  LATERAL (SELECT pg_catalog.col_description(c.relation, c.attnum) AS text) AS m,
  LATERAL (SELECT CASE WHEN t.typcategory IN ('S', 'V') THEN COALESCE((pg_catalog.regexp_match(c.display, '\\((\\d+)\\)'))[1]::int8, CASE WHEN c.display IN ('CHAR', 'BIT') THEN 1 END) END AS length) AS n
WHERE c.relkind <> 'S'`,

  tables: `
SELECT current_database()::text AS table_catalog, r.schema AS table_schema, r.name AS table_name,
  CASE r.relkind WHEN 'v' THEN 'VIEW' ELSE 'BASE TABLE' END AS table_type, CASE WHEN r.relkind = 'r' THEN 'YES' ELSE 'NO' END AS is_insertable_into, 1::int8 AS version
FROM crdb_catalog.relations r WHERE r.relkind <> 'S'
UNION ALL
SELECT current_database()::text, n.nspname::text, c.relname::text, 'SYSTEM VIEW', 'NO', 1::int8
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ('pg_catalog', 'information_schema', 'crdb_internal') AND c.relkind IN ('r', 'v') AND c.relname NOT LIKE 'demo\\_%'`,

  schemata: `
SELECT current_database()::text AS catalog_name, s.name AS schema_name, NULL::text AS default_character_set_name, NULL::text AS sql_path,
  CASE WHEN s.name IN ('public', 'pg_catalog', 'information_schema', 'crdb_internal', 'pg_extension') THEN 'NO' ELSE 'YES' END AS crdb_is_user_defined
FROM (SELECT name FROM crdb_catalog.all_schemas UNION ALL SELECT 'pg_extension') AS s`,

  views: `
SELECT current_database()::text AS table_catalog, r.schema AS table_schema, r.name AS table_name, d.body AS view_definition, NULL::text AS check_option,
  'NO' AS is_updatable, 'NO' AS is_insertable_into, 'NO' AS is_trigger_updatable, 'NO' AS is_trigger_deletable, 'NO' AS is_trigger_insertable_into
FROM crdb_catalog.relations r LEFT JOIN crdb_internal.demo_definition d ON d.relation = r.oid AND d.kind = 'view' WHERE r.relkind IN ('v', 'm')`,

  sequences: `
SELECT current_database()::text AS sequence_catalog, r.schema AS sequence_schema, r.name AS sequence_name, 'bigint' AS data_type, 64::int8 AS numeric_precision,
  2::int8 AS numeric_precision_radix, 0::int8 AS numeric_scale, s.seqstart::text AS start_value, s.seqmin::text AS minimum_value, s.seqmax::text AS maximum_value,
  s.seqincrement::text AS increment, 'NO' AS cycle_option
FROM crdb_catalog.relations r JOIN pg_catalog.pg_sequence s ON s.seqrelid = r.oid`,

  table_constraints: `
SELECT current_database()::text AS constraint_catalog, c.schema AS constraint_schema, c.name AS constraint_name, current_database()::text AS table_catalog,
  c.schema AS table_schema, c.table_name,
  CASE c.type WHEN 'c' THEN 'CHECK' WHEN 'f' THEN 'FOREIGN KEY' WHEN 'p' THEN 'PRIMARY KEY' ELSE 'UNIQUE' END AS constraint_type, 'NO' AS is_deferrable, 'NO' AS initially_deferred
FROM crdb_catalog.constraints c
UNION ALL
SELECT current_database()::text, c.schema, c.relation_schema || '_' || c.relation || '_' || c.attnum || '_not_null', current_database()::text, c.schema, c.table_name, 'CHECK', 'NO', 'NO'
FROM (SELECT s.oid::text AS relation_schema, k.* FROM crdb_catalog.columns k JOIN crdb_catalog.schemas s ON s.name = k.schema) AS c WHERE c.attnotnull AND c.relkind = 'r' AND NOT (c.hidden AND c.default_expression = 'unique_rowid()')`,

  check_constraints: `
SELECT current_database()::text AS constraint_catalog, c.schema AS constraint_schema, c.name AS constraint_name, '((' || c.expression || '))' AS check_clause
FROM crdb_catalog.constraints c WHERE c.type = 'c'
UNION ALL
SELECT current_database()::text, c.schema, s.oid::text || '_' || c.relation::text || '_' || c.attnum::text || '_not_null', pg_catalog.quote_ident(c.name) || ' IS NOT NULL'
FROM crdb_catalog.columns c JOIN crdb_catalog.schemas s ON s.name = c.schema WHERE c.attnotnull AND c.relkind = 'r' AND NOT (c.hidden AND c.default_expression = 'unique_rowid()')`,

  key_column_usage: `
SELECT current_database()::text AS constraint_catalog, c.schema AS constraint_schema, c.name AS constraint_name, current_database()::text AS table_catalog,
  c.schema AS table_schema, c.table_name, a.attname::text AS column_name, k.n::int8 AS ordinal_position,
  CASE WHEN c.type = 'f' THEN k.n::int8 END AS position_in_unique_constraint
FROM crdb_catalog.constraints c, LATERAL pg_catalog.unnest(c.conkey) WITH ORDINALITY AS k (attnum, n) JOIN pg_catalog.pg_attribute a ON a.attnum = k.attnum
WHERE a.attrelid = c.relation AND c.type IN ('p', 'u', 'f')`,

  constraint_column_usage: `
SELECT current_database()::text AS table_catalog, c.schema AS table_schema, r.name AS table_name, a.attname::text AS column_name,
  current_database()::text AS constraint_catalog, c.schema AS constraint_schema, c.name AS constraint_name
FROM crdb_catalog.constraints c JOIN crdb_catalog.relations r ON r.oid = CASE WHEN c.type = 'f' THEN c.confrelid ELSE c.relation END,
  LATERAL pg_catalog.unnest(CASE WHEN c.type = 'f' THEN c.confkey ELSE c.conkey END) AS k (attnum) JOIN pg_catalog.pg_attribute a ON a.attnum = k.attnum
WHERE a.attrelid = r.oid`,

  referential_constraints: `
SELECT current_database()::text AS constraint_catalog, c.schema AS constraint_schema, c.name AS constraint_name, current_database()::text AS unique_constraint_catalog,
  c.schema AS unique_constraint_schema, crdb_catalog.index_name(i.relname::text) AS unique_constraint_name, CASE c.confmatchtype WHEN 'f' THEN 'FULL' ELSE 'NONE' END AS match_option,
  crdb_catalog.action(c.confupdtype::text) AS update_rule, crdb_catalog.action(c.confdeltype::text) AS delete_rule, c.table_name, f.name AS referenced_table_name
FROM crdb_catalog.constraints c JOIN crdb_catalog.relations f ON f.oid = c.confrelid LEFT JOIN pg_catalog.pg_class i ON i.oid = c.conindid WHERE c.type = 'f'`,

  table_privileges: `
SELECT NULL::text AS grantor, g.grantee, current_database()::text AS table_catalog, g.schema AS table_schema, g.name AS table_name, g.privilege AS privilege_type,
  NULL::text AS is_grantable, CASE WHEN g.privilege IN ('SELECT', 'ALL') THEN 'YES' ELSE 'NO' END AS with_hierarchy
FROM crdb_catalog.grants g WHERE g.kind = 'table'`,

  role_table_grants: `
SELECT NULL::text AS grantor, g.grantee, current_database()::text AS table_catalog, g.schema AS table_schema, g.name AS table_name, g.privilege AS privilege_type,
  NULL::text AS is_grantable, CASE WHEN g.privilege IN ('SELECT', 'ALL') THEN 'YES' ELSE 'NO' END AS with_hierarchy
FROM crdb_catalog.grants g WHERE g.kind = 'table'`,

  schema_privileges: `
SELECT g.grantee, current_database()::text AS table_catalog, g.schema AS table_schema, g.privilege AS privilege_type, NULL::text AS is_grantable
FROM crdb_catalog.grants g WHERE g.kind = 'schema'`,

  applicable_roles: `
SELECT current_user::text AS grantee, m.role_name, CASE WHEN m.is_admin THEN 'YES' ELSE 'NO' END AS is_grantable FROM crdb_internal.demo_own_roles m`,

  administrable_role_authorizations: `
SELECT current_user::text AS grantee, m.role_name, 'YES' AS is_grantable FROM crdb_internal.demo_own_roles m WHERE m.is_admin`,

  enabled_roles: `
SELECT current_user::text AS role_name UNION SELECT m.role_name FROM crdb_internal.demo_own_roles m`,

  statistics: `
SELECT current_database()::text AS table_catalog, i.schema AS table_schema, i.table_name, CASE WHEN i.indisunique THEN 'NO' ELSE 'YES' END AS non_unique,
  i.schema AS index_schema, i.name AS index_name, k.n::int8 AS seq_in_index, a.attname::text AS column_name, NULL::text AS "COLLATION", NULL::int8 AS cardinality,
  CASE WHEN k.n <= i.indnkeyatts THEN COALESCE(i.directions->>((k.n - 1)::int4), 'ASC') ELSE 'N/A' END AS direction,
  CASE WHEN k.n > i.indnkeyatts THEN 'YES' ELSE 'NO' END AS storing, 'NO' AS implicit
FROM crdb_catalog.indexes i, LATERAL pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, n) JOIN pg_catalog.pg_attribute a ON a.attnum = k.attnum WHERE a.attrelid = i.relation`,
};
