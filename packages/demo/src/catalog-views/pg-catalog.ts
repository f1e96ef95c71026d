/** Types of CockroachDB that PostgreSQL knows under the same number. */
const TYPES =
  "16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 30, 700, 701, 705, 869, 1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1013, 1014, 1015, 1016, " +
  "1021, 1022, 1028, 1041, 1042, 1043, 1082, 1083, 1114, 1115, 1182, 1183, 1184, 1185, 1186, 1187, 1231, 1266, 1270, 1560, 1561, 1562, 1563, 1700, " +
  "2202, 2205, 2206, 2207, 2210, 2211, 2249, 2277, 2283, 2287, 2950, 2951, 3802, 3807, 4089, 4090";

const HIDDEN_SCHEMAS = "SELECT s.oid FROM crdb_catalog.all_schemas s";

/** What pg_catalog shows in CockroachDB where it differs from PostgreSQL: the SELECT behind each table. */
export const PG_CATALOG: Readonly<Record<string, string>> = {
  pg_namespace: `
SELECT n.oid, n.nspname, n.nspowner, n.nspacl::text[] AS nspacl FROM pg_catalog.pg_namespace n WHERE n.oid IN (${HIDDEN_SCHEMAS})
UNION ALL
SELECT 4294967121::oid, 'pg_extension'::name, 10::oid, NULL::text[]`,

  pg_class: `
SELECT c.oid, CASE WHEN c.relkind = 'i' THEN crdb_catalog.index_name(c.relname::text)::name ELSE c.relname END AS relname, c.relnamespace, c.reltype, c.reloftype,
  c.relowner, c.relam, c.relfilenode, c.reltablespace, NULL::int4 AS relpages, NULL::float4 AS reltuples, 0::int4 AS relallvisible, 0::oid AS reltoastrelid,
  c.relhasindex, c.relisshared, 'p'::"char" AS relpersistence, false AS relistemp, c.relkind,
  c.relnatts, c.relchecks, false AS relhasoids, EXISTS (SELECT 1 FROM pg_catalog.pg_index x WHERE x.indrelid = c.oid AND x.indisprimary) AS relhaspkey,
  false AS relhasrules, false AS relhastriggers, false AS relhassubclass, 0::int4 AS relfrozenxid, NULL::text[] AS relacl, NULL::text[] AS reloptions,
  c.relforcerowsecurity, c.relispartition, c.relispopulated, c.relreplident, c.relrewrite, c.relrowsecurity, NULL::text AS relpartbound, 0::int4 AS relminmxid
FROM pg_catalog.pg_class c
WHERE c.relnamespace IN (${HIDDEN_SCHEMAS}) AND c.relkind IN ('r', 'v', 'm', 'S', 'i') AND c.relname NOT LIKE '%@unique@%' AND c.relname NOT LIKE 'demo\\_%'
  AND NOT (c.relkind = 'i' AND c.relnamespace NOT IN (SELECT s.oid FROM crdb_catalog.schemas s))`,

  pg_attribute: `
SELECT a.attrelid, CASE WHEN c.relkind = 'S' THEN 'value'::name ELSE a.attname END AS attname, CASE WHEN a.atttypid = 1043 AND d.body LIKE 'CHAR%' THEN 1042::oid ELSE a.atttypid END AS atttypid,
  0::int4 AS attstattarget, a.attlen, a.attnum, 0::int4 AS attndims, (-1)::int4 AS attcacheoff,
  CASE WHEN a.atttypid = 25 AND d.body LIKE 'STRING(%' THEN (pg_catalog.regexp_match(d.body, '(\\d+)'))[1]::int4 + 4 ELSE a.atttypmod END AS atttypmod, NULL::bool AS attbyval,
  NULL::text AS attstorage, NULL::text AS attalign, a.attnotnull, a.atthasdef AND a.attgenerated = '' AS atthasdef, a.attidentity, a.attgenerated, a.attisdropped, a.attislocal,
  a.attinhcount::int4 AS attinhcount, a.attcollation, NULL::text[] AS attacl, NULL::text[] AS attoptions, NULL::text[] AS attfdwoptions, a.atthasmissing,
  d.body AS crdb_type
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
  LEFT JOIN crdb_internal.demo_definition d ON d.relation = a.attrelid AND d.kind = 'type' AND d.name = a.attnum::text
WHERE a.attnum > 0 AND (c.relkind <> 'S' OR a.attnum = 1)`,

  pg_attrdef: `
SELECT d.oid, d.adrelid, d.adnum, crdb_catalog.plain(p.body) AS adbin, crdb_catalog.plain(p.body) AS adsrc
FROM pg_catalog.pg_attrdef d JOIN crdb_internal.demo_definition p ON p.relation = d.adrelid AND p.kind = 'default' AND p.name = d.adnum::text`,

  pg_constraint: `
SELECT c.oid, c.name::name AS conname, c.relnamespace AS connamespace, c.type AS contype, false AS condeferrable, false AS condeferred, c.validated AS convalidated,
  c.relation AS conrelid, 0::oid AS contypid, COALESCE(c.conindid, 0::oid) AS conindid, COALESCE(c.confrelid, 0::oid) AS confrelid, c.confupdtype::text AS confupdtype, c.confdeltype::text AS confdeltype,
  CASE WHEN c.type = 'f' THEN c.confmatchtype::text END AS confmatchtype, true AS conislocal, 0::int4 AS coninhcount, true AS connoinherit, c.conkey, c.confkey,
  NULL::oid[] AS conpfeqop, NULL::oid[] AS conppeqop, NULL::oid[] AS conffeqop, NULL::oid[] AS conexclop,
  CASE WHEN c.type = 'c' THEN '(' || c.plain_expression || ')' END AS conbin, CASE WHEN c.type = 'c' THEN '(' || c.plain_expression || ')' END AS consrc,
  crdb_demo.pg_get_constraintdef(c.oid) AS condef, 0::oid AS conparentid
FROM (SELECT oid, name, relnamespace, type, validated, relation, conindid, confrelid,
    CASE WHEN type = 'f' THEN confupdtype END AS confupdtype, CASE WHEN type = 'f' THEN confdeltype END AS confdeltype, confmatchtype, conkey, confkey, plain_expression
  FROM crdb_catalog.constraints) AS c`,

  pg_index: `
SELECT x.indexrelid, x.indrelid, x.indnatts, x.indisunique, x.indisprimary, x.indisexclusion, x.indimmediate, x.indisclustered, x.indisvalid, false AS indcheckxmin,
  x.indisready, x.indislive, false AS indisreplident, x.indkey, x.indcollation, x.indclass, x.indoption, NULL::text AS indexprs,
  (SELECT i.predicate FROM crdb_catalog.indexes i WHERE i.oid = x.indexrelid) AS indpred, x.indnkeyatts
FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid
WHERE c.relname NOT LIKE '%@unique@%' AND c.relnamespace IN (SELECT s.oid FROM crdb_catalog.schemas s)`,

  pg_indexes: `
SELECT i.oid AS crdb_oid, i.schema::name AS schemaname, i.table_name::name AS tablename, i.name::name AS indexname, NULL::name AS tablespace, crdb_demo.pg_get_indexdef(i.oid) AS indexdef
FROM crdb_catalog.indexes i`,

  pg_tables: `
SELECT n.nspname AS schemaname, c.relname AS tablename, pg_catalog.pg_get_userbyid(c.relowner) AS tableowner, NULL::name AS tablespace, c.relhasindex AS hasindexes,
  false AS hasrules, false AS hastriggers, false AS rowsecurity
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.oid IN (${HIDDEN_SCHEMAS}) AND (c.relkind = 'r' OR (c.relkind = 'v' AND n.nspname IN ('pg_catalog', 'information_schema', 'crdb_internal'))) AND c.relname NOT LIKE 'demo\\_%'`,

  pg_views: `
SELECT r.schema::name AS schemaname, r.name::name AS viewname, pg_catalog.pg_get_userbyid(r.relowner) AS viewowner, d.body AS definition
FROM crdb_catalog.relations r LEFT JOIN crdb_internal.demo_definition d ON d.relation = r.oid AND d.kind = 'view' WHERE r.relkind = 'v'`,

  pg_matviews: `
SELECT r.schema::name AS schemaname, r.name::name AS matviewname, pg_catalog.pg_get_userbyid(r.relowner) AS matviewowner, NULL::name AS tablespace, false AS hasindexes,
  true AS ispopulated, d.body AS definition
FROM crdb_catalog.relations r LEFT JOIN crdb_internal.demo_definition d ON d.relation = r.oid AND d.kind = 'view' WHERE r.relkind = 'm'`,

  pg_type: `
SELECT t.oid, t.typname, t.typnamespace, t.typowner,
  CASE WHEN t.typtype = 'e' OR t.typname IN ('name', 'int2vector', 'oidvector') THEN -1 WHEN t.typname LIKE 'reg%' OR t.typname = 'oid' THEN 8
    WHEN t.typname IN ('timestamp', 'timestamptz', 'interval', 'inet') THEN 24 WHEN t.typname IN ('date', 'timetz', 'uuid') THEN 16
    WHEN t.typname IN ('record', 'unknown') THEN 0 WHEN t.typname LIKE 'any%' THEN -1 ELSE t.typlen END::int2 AS typlen,
  t.typtype <> 'e' AND t.typbyval AS typbyval, t.typtype,
  CASE WHEN t.oid = 18 THEN 'S' ELSE t.typcategory END::"char" AS typcategory, t.typispreferred, t.typisdefined, t.typdelim, t.typrelid, CASE WHEN t.oid = 19 THEN 0::oid ELSE t.typelem END AS typelem,
  CASE WHEN t.oid IN (705, 2277) THEN 0::oid WHEN t.oid = 2283 THEN 2277::oid ELSE t.typarray END AS typarray, t.typinput, t.typoutput, t.typreceive, t.typsend, t.typmodin, t.typmodout, t.typanalyze,
  NULL::text AS typalign, NULL::text AS typstorage, t.typnotnull, t.typbasetype, t.typtypmod, 0::int4 AS typndims, t.typcollation, NULL::text AS typdefaultbin, NULL::text AS typdefault, NULL::text[] AS typacl
FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem
WHERE (t.oid IN (${TYPES}) OR ((t.typtype = 'e' OR e.typtype = 'e') AND t.typnamespace IN (SELECT s.oid FROM crdb_catalog.schemas s)))`,

  pg_enum: `
SELECT e.oid, e.enumtypid, (pg_catalog.row_number() OVER (PARTITION BY e.enumtypid ORDER BY e.enumsortorder) - 1)::float4 AS enumsortorder, e.enumlabel::text AS enumlabel
FROM pg_catalog.pg_enum e`,

  pg_database: `
SELECT d.oid, d.datname, d.datdba, 6::int4 AS encoding, 'en_US.utf8'::text AS datcollate, 'en_US.utf8'::text AS datctype, false AS datistemplate, true AS datallowconn,
  (-1)::int4 AS datconnlimit, 0::oid AS datlastsysoid, NULL::int4 AS datfrozenxid, NULL::int4 AS datminmxid, 0::oid AS dattablespace, NULL::text[] AS datacl
FROM pg_catalog.pg_database d WHERE NOT d.datistemplate`,

  pg_tablespace: `
SELECT 0::oid AS oid, 'pg_default'::name AS spcname, NULL::oid AS spcowner, NULL::text AS spclocation, NULL::text[] AS spcacl, NULL::text[] AS spcoptions`,

  pg_roles: `
SELECT r.oid, r.rolname, r.rolsuper OR r.rolname = 'admin' AS rolsuper, r.rolname <> 'root' AS rolinherit, r.rolcreaterole, r.rolcreatedb, r.rolcanlogin OR r.rolname = 'admin' AS rolcanlogin,
  false AS rolreplication, (-1)::int4 AS rolconnlimit, NULL::text AS rolpassword, r.rolvaliduntil, false AS rolbypassrls, NULL::text[] AS rolconfig
FROM pg_catalog.pg_roles r WHERE r.rolname NOT LIKE 'pg\\_%'`,

  pg_sequences: `
SELECT r.schema::name AS schemaname, r.name::name AS sequencename, pg_catalog.pg_get_userbyid(r.relowner) AS sequenceowner, s.seqtypid::regtype AS data_type,
  s.seqstart AS start_value, s.seqmin AS min_value, s.seqmax AS max_value, s.seqincrement AS increment_by, s.seqcycle AS cycle, s.seqcache AS cache_size,
  pg_catalog.pg_sequence_last_value(r.oid) AS last_value
FROM crdb_catalog.relations r JOIN pg_catalog.pg_sequence s ON s.seqrelid = r.oid`,
};
