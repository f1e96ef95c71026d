const FAMILY = `CASE t.typname WHEN 'bool' THEN 'Bool' WHEN 'int2' THEN 'Int' WHEN 'int4' THEN 'Int' WHEN 'int8' THEN 'Int' WHEN 'float4' THEN 'Float' WHEN 'float8' THEN 'Float'
    WHEN 'numeric' THEN 'Decimal' WHEN 'text' THEN 'String' WHEN 'varchar' THEN 'String' WHEN 'bytea' THEN 'Bytes' WHEN 'date' THEN 'Date' WHEN 'time' THEN 'Time'
    WHEN 'timetz' THEN 'TimeTZ' WHEN 'timestamp' THEN 'Timestamp' WHEN 'timestamptz' THEN 'TimestampTZ' WHEN 'interval' THEN 'Interval' WHEN 'jsonb' THEN 'Json'
    WHEN 'uuid' THEN 'Uuid' WHEN 'inet' THEN 'INet' WHEN 'bit' THEN 'Bit' WHEN 'varbit' THEN 'Bit' WHEN 'oid' THEN 'Oid' END`;

const WIDTH = `CASE t.typname WHEN 'int2' THEN 16 WHEN 'int4' THEN 32 WHEN 'int8' THEN 64 WHEN 'float4' THEN 32 WHEN 'float8' THEN 64 ELSE 0 END`;

/** The part of crdb_internal that describes the schema: the SELECT behind each table. */
export const CRDB_INTERNAL: Readonly<Record<string, string>> = {
  tables: `
SELECT r.oid::int8 AS table_id, r.relnamespace::int8 AS parent_id, r.name, current_database()::text AS database_name, 1::int8 AS version, NULL::timestamp AS mod_time,
  NULL::numeric AS mod_time_logical, NULL::text AS format_version, 'PUBLIC' AS state, NULL::text AS sc_lease_node_id, NULL::timestamp AS sc_lease_expiration_time,
  NULL::timestamp AS drop_time, NULL::text AS audit_mode, r.schema AS schema_name, r.relnamespace::int8 AS parent_schema_id, NULL::text AS locality
FROM crdb_catalog.relations r`,

  table_indexes: `
SELECT i.relation::int8 AS descriptor_id, i.table_name AS descriptor_name,
  pg_catalog.row_number() OVER (PARTITION BY i.relation ORDER BY NOT i.indisprimary, i.oid) AS index_id, i.name AS index_name,
  CASE WHEN i.indisprimary THEN 'primary' ELSE 'secondary' END AS index_type, i.indisunique AS is_unique, i.inverted AS is_inverted, i.buckets IS NOT NULL AS is_sharded,
  i.buckets::int8 AS shard_bucket_count
FROM crdb_catalog.indexes i`,

  table_columns: `
SELECT c.relation::int8 AS descriptor_id, c.table_name AS descriptor_name, c.attnum::int8 AS column_id, c.name AS column_name,
  CASE WHEN f.family IS NULL THEN c.display ELSE 'family:' || f.family || 'Family width:' || f.width || ' precision:0 locale:"" visible_type:0 oid:' || c.atttypid || ' time_precision_is_set:false ' END AS column_type,
  NOT c.attnotnull AS nullable, c.default_expression AS default_expr, c.hidden
FROM crdb_catalog.columns c JOIN pg_catalog.pg_type t ON t.oid = c.atttypid, LATERAL (SELECT ${FAMILY} AS family, ${WIDTH} AS width) AS f`,

  index_columns: `
SELECT i.relation::int8 AS descriptor_id, i.table_name AS descriptor_name, NULL::int8 AS index_id, i.name AS index_name, k.column_type, k.column_id::int8, k.column_name,
  k.column_direction, k.implicit
FROM crdb_catalog.indexes i, LATERAL (
  SELECT 'key' AS column_type, n.attnum AS column_id, a.attname::text AS column_name, COALESCE(i.directions->>((n.n - 1)::int4), 'ASC') AS column_direction,
    i.buckets IS NOT NULL AND n.n = 1 AS implicit
  FROM pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY AS n (attnum, n) JOIN pg_catalog.pg_attribute a ON a.attrelid = i.relation AND a.attnum = n.attnum
  WHERE n.n <= i.indnkeyatts
  UNION ALL
  SELECT 'storing', n.attnum, NULL, NULL, false FROM pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY AS n (attnum, n) WHERE n.n > i.indnkeyatts
  UNION ALL
  SELECT CASE WHEN i.indisunique THEN 'composite' ELSE 'extra' END, p.attnum, NULL, NULL, false FROM crdb_catalog.index_keys p JOIN crdb_catalog.indexes q ON q.oid = p.oid
  WHERE q.indisprimary AND q.relation = i.relation AND NOT i.indisprimary AND NOT i.indisunique AND p.attnum <> ALL (i.indkey::int2[])
) AS k`,

  schema_changes: `
SELECT NULL::int8 AS table_id, NULL::int8 AS parent_id, NULL::text AS name, NULL::text AS type, NULL::int8 AS target_id, NULL::text AS target_name, NULL::text AS state,
  NULL::text AS direction WHERE false`,

  invalid_objects: `
SELECT NULL::int8 AS id, NULL::text AS database_name, NULL::text AS schema_name, NULL::text AS obj_name, NULL::text AS error WHERE false`,
};
