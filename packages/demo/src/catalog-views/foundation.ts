/**
 * The views and functions the catalog views are made of, in a schema of their own that clients never see.
 * A catalog view is called `"schema.name"` there: `crdb_catalog."pg_catalog.pg_class"`.
 */
export const FOUNDATION_SQL = `
CREATE SCHEMA crdb_catalog;
GRANT USAGE ON SCHEMA crdb_catalog TO PUBLIC;

-- notices with this code are passed on to the client
CREATE FUNCTION crdb_internal.notice(message text) RETURNS int8 LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  RAISE NOTICE USING ERRCODE = 'CRDB0', MESSAGE = message;
  RETURN 0;
END $$;

CREATE VIEW crdb_catalog.schemas AS
  SELECT n.oid, n.nspname::text AS name, n.nspowner FROM pg_catalog.pg_namespace n
  WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname NOT IN ('information_schema', 'crdb_internal', 'crdb_demo', 'crdb_catalog');

CREATE VIEW crdb_catalog.all_schemas AS
  SELECT n.oid, n.nspname::text AS name, n.nspowner FROM pg_catalog.pg_namespace n
  WHERE n.nspname NOT IN ('crdb_demo', 'crdb_catalog', 'pg_toast') AND n.nspname NOT LIKE 'pg\\_temp%' AND n.nspname NOT LIKE 'pg\\_toast%';

CREATE VIEW crdb_catalog.relations AS
  SELECT c.oid, s.name AS schema, c.relname::text AS name, c.relkind, c.relowner, c.relnamespace
  FROM pg_catalog.pg_class c JOIN crdb_catalog.schemas s ON s.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'v', 'm', 'S');

-- the gateway's own names of indexes begin with the table's: t@primary
CREATE FUNCTION crdb_catalog.index_name(name text) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$
  SELECT CASE WHEN pg_catalog.strpos(name, '@') = 0 THEN name
    ELSE pg_catalog.substr(name, pg_catalog.strpos(name, '@') + 1) END
$$;

CREATE FUNCTION crdb_catalog.display_type(type oid, modifier int4) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN t.typelem <> 0 AND t.typcategory = 'A' THEN crdb_catalog.display_type(t.typelem, modifier) || '[]'
    WHEN t.typtype = 'e' THEN n.nspname || '.' || t.typname
    ELSE COALESCE((ARRAY['INT8', 'INT4', 'INT2', 'STRING', 'VARCHAR', 'CHAR', 'FLOAT8', 'FLOAT4', 'DECIMAL', 'BOOL', 'BYTES'])[
      pg_catalog.array_position(ARRAY['int8', 'int4', 'int2', 'text', 'varchar', 'bpchar', 'float8', 'float4', 'numeric', 'bool', 'bytea'], t.typname::text)],
      pg_catalog.upper(t.typname::text))
      || COALESCE(pg_catalog.substring(pg_catalog.format_type(type, modifier), '\\([0-9,]+\\)'), '') END
  FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE t.oid = type
$$;

-- what SHOW CREATE prints, as pg_catalog shows it: constants without their types
CREATE FUNCTION crdb_catalog.plain(expression text) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$
  SELECT pg_catalog.regexp_replace(pg_catalog.regexp_replace(expression, ''':::([A-Za-z"])', '''::\\1', 'g'),
    ':::[A-Za-z0-9_]+(\\([0-9,]+\\))?(\\[\\])?', '', 'g')
$$;

CREATE VIEW crdb_catalog.columns AS
  SELECT r.oid AS relation, r.schema, r.name AS table_name, r.relkind, a.attname::text AS name, a.attnum, a.atttypid, a.atttypmod, a.attnotnull,
    COALESCE(t.body, crdb_catalog.display_type(a.atttypid, a.atttypmod)) AS display, d.body AS default_expression,
    g.body::pg_catalog.json->>'plain' AS computed, h.body IS NOT NULL AS hidden, a.attidentity AS identity
  FROM crdb_catalog.relations r JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN crdb_internal.demo_definition t ON t.relation = r.oid AND t.kind = 'type' AND t.name = a.attnum::text
    LEFT JOIN crdb_internal.demo_definition d ON d.relation = r.oid AND d.kind = 'default' AND d.name = a.attnum::text
    LEFT JOIN crdb_internal.demo_definition g ON g.relation = r.oid AND g.kind = 'computed' AND g.name = a.attnum::text
    LEFT JOIN crdb_internal.demo_definition h ON h.relation = r.oid AND h.kind = 'hidden' AND h.name = a.attnum::text;

CREATE VIEW crdb_catalog.indexes AS
  SELECT r.oid AS relation, r.schema, r.name AS table_name, i.oid, crdb_catalog.index_name(i.relname::text) AS name,
    x.indisunique, x.indisprimary, x.indkey, x.indnkeyatts, x.indnatts,
    COALESCE((d.body::pg_catalog.json->>'inverted')::bool, false) AS inverted, d.body::pg_catalog.json->'directions' AS directions,
    d.body::pg_catalog.json->>'plainPredicate' AS predicate, d.body::pg_catalog.json->>'buckets' AS buckets,
    d.body::pg_catalog.json->'expressions' AS expressions
  FROM crdb_catalog.relations r JOIN pg_catalog.pg_index x ON x.indrelid = r.oid JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
    LEFT JOIN crdb_internal.demo_definition d ON d.relation = r.oid AND d.kind = 'index' AND d.name = crdb_catalog.index_name(i.relname::text)
  WHERE i.relname NOT LIKE '%@unique@%';

-- the key columns of an index one by one, without the shard of a hash-sharded one
CREATE VIEW crdb_catalog.index_keys AS
  SELECT i.oid, i.relation, k.n, k.attnum, a.attname::text AS name, COALESCE(i.directions->>((k.n - 1)::int4), 'ASC') AS direction,
    COALESCE(a.attname::text, '(' || (i.expressions->>((k.n - 1)::int4)) || ')') AS shown
  FROM crdb_catalog.indexes i CROSS JOIN LATERAL pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, n)
    LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.relation AND a.attnum = k.attnum AND k.attnum > 0
  WHERE k.n <= i.indnkeyatts AND NOT (i.buckets IS NOT NULL AND k.n = 1);

CREATE FUNCTION crdb_catalog.key_list(index oid, directions bool) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT pg_catalog.string_agg(CASE WHEN k.name IS NULL THEN k.shown ELSE pg_catalog.quote_ident(k.name) END || CASE WHEN directions THEN ' ' || k.direction ELSE '' END, ', ' ORDER BY k.n)
  FROM crdb_catalog.index_keys k WHERE k.oid = index
$$;

CREATE VIEW crdb_catalog.constraints AS
  SELECT k.oid, k.conname::text AS name, k.contype::text AS type, r.oid AS relation, r.schema, r.name AS table_name, r.relnamespace,
    k.convalidated AS validated, k.conkey, k.confkey, k.confrelid, k.conindid, k.confupdtype, k.confdeltype, k.confmatchtype,
    d.body::pg_catalog.json->>'expression' AS expression, d.body::pg_catalog.json->>'plain' AS plain_expression
  FROM pg_catalog.pg_constraint k JOIN crdb_catalog.relations r ON r.oid = k.conrelid
    LEFT JOIN crdb_internal.demo_definition d ON d.relation = r.oid AND d.kind = 'check' AND d.name = k.conname
  WHERE k.contype IN ('c', 'f') AND k.conname NOT LIKE 'crdb\\_length@%'
  UNION ALL
  SELECT i.oid, i.name, CASE WHEN i.indisprimary THEN 'p' ELSE 'u' END, r.oid, r.schema, r.name, r.relnamespace, true,
    ARRAY(SELECT n.attnum FROM crdb_catalog.index_keys n WHERE n.oid = i.oid ORDER BY n.n), NULL, 0, i.oid, NULL, NULL, NULL, NULL, i.predicate
  FROM crdb_catalog.indexes i JOIN crdb_catalog.relations r ON r.oid = i.relation
  WHERE i.indisunique AND NOT (i.indisprimary AND i.indnkeyatts = 1 AND EXISTS (
    SELECT 1 FROM crdb_catalog.columns h WHERE h.relation = i.relation AND h.attnum = i.indkey[0] AND h.hidden AND h.default_expression = 'unique_rowid()'))
  UNION ALL
  SELECT r.oid, 'primary', 'p', r.oid, r.schema, r.name, r.relnamespace, true, ARRAY[1::int2], NULL, 0, r.oid, NULL, NULL, NULL, NULL, NULL
  FROM crdb_catalog.relations r WHERE r.relkind = 'S';

CREATE FUNCTION crdb_catalog.column_list(relation oid, numbers int2[]) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' ORDER BY k.n)
  FROM pg_catalog.unnest(numbers) WITH ORDINALITY AS k (attnum, n) JOIN pg_catalog.pg_attribute a ON a.attrelid = relation AND a.attnum = k.attnum
$$;

CREATE FUNCTION crdb_catalog.action(code text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE code WHEN 'r' THEN 'RESTRICT' WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT' ELSE 'NO ACTION' END
$$;

CREATE FUNCTION crdb_demo.pg_get_constraintdef(id oid) RETURNS text LANGUAGE sql STABLE STRICT AS $$
  SELECT CASE c.type
    WHEN 'c' THEN 'CHECK ((' || c.plain_expression || '))'
    WHEN 'p' THEN 'PRIMARY KEY (' || COALESCE(crdb_catalog.key_list(c.oid, true), 'value ASC') || ')'
    WHEN 'u' THEN 'UNIQUE (' || crdb_catalog.key_list(c.oid, true) || ')' || COALESCE(' WHERE (' || c.plain_expression || ')', '')
    ELSE 'FOREIGN KEY (' || crdb_catalog.column_list(c.relation, c.conkey) || ') REFERENCES ' ||
      CASE WHEN f.schema = 'public' THEN '' ELSE pg_catalog.quote_ident(f.schema) || '.' END || pg_catalog.quote_ident(f.name) ||
      '(' || crdb_catalog.column_list(c.confrelid, c.confkey) || ')' || CASE WHEN c.confmatchtype = 'f' THEN ' MATCH FULL' ELSE '' END ||
      CASE WHEN c.confdeltype = 'a' THEN '' ELSE ' ON DELETE ' || crdb_catalog.action(c.confdeltype::text) END ||
      CASE WHEN c.confupdtype = 'a' THEN '' ELSE ' ON UPDATE ' || crdb_catalog.action(c.confupdtype::text) END END ||
    CASE WHEN c.validated THEN '' ELSE ' NOT VALID' END
  FROM crdb_catalog.constraints c LEFT JOIN crdb_catalog.relations f ON f.oid = c.confrelid WHERE c.oid = id
$$;

CREATE FUNCTION crdb_demo.pg_get_constraintdef(id oid, pretty bool) RETURNS text LANGUAGE sql STABLE STRICT AS $$
  SELECT crdb_demo.pg_get_constraintdef(id)
$$;

CREATE FUNCTION crdb_demo.pg_get_indexdef(id oid) RETURNS text LANGUAGE sql STABLE STRICT AS $$
  SELECT 'CREATE ' || CASE WHEN i.indisunique THEN 'UNIQUE ' ELSE '' END || 'INDEX ' ||
    CASE WHEN i.name = 'primary' THEN '"primary"' ELSE pg_catalog.quote_ident(i.name) END || ' ON ' || pg_catalog.quote_ident(pg_catalog.current_database()) ||
    '.' || pg_catalog.quote_ident(i.schema) || '.' || pg_catalog.quote_ident(i.table_name) || ' USING ' || CASE WHEN i.inverted THEN 'gin' ELSE 'btree' END ||
    ' (' || crdb_catalog.key_list(i.oid, NOT i.inverted) || ')' ||
    COALESCE(' USING HASH WITH BUCKET_COUNT = ' || i.buckets, '') ||
    CASE WHEN i.indnatts > i.indnkeyatts THEN ' STORING (' || crdb_catalog.column_list(i.relation, (i.indkey::int2[])[i.indnkeyatts:i.indnatts]) || ')' ELSE '' END ||
    COALESCE(' WHERE (' || i.predicate || ')', '')
  FROM crdb_catalog.indexes i WHERE i.oid = id
$$;

CREATE FUNCTION crdb_demo.pg_get_indexdef(id oid, number int8, pretty bool) RETURNS text LANGUAGE sql STABLE STRICT AS $$
  SELECT CASE WHEN number = 0 THEN crdb_demo.pg_get_indexdef(id)
    ELSE COALESCE((SELECT COALESCE(k.name, k.shown) FROM crdb_catalog.index_keys k JOIN crdb_catalog.indexes i ON i.oid = k.oid
      WHERE k.oid = id AND k.n = number + CASE WHEN i.buckets IS NULL THEN 0 ELSE 1 END), '') END
$$;

CREATE FUNCTION crdb_demo.pg_get_expr(expression text, relation oid) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT expression $$;

CREATE FUNCTION crdb_demo.pg_get_expr(expression text, relation oid, pretty bool) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT expression $$;

CREATE FUNCTION crdb_demo.pg_get_viewdef(view oid) RETURNS text LANGUAGE sql STABLE STRICT AS $$
  SELECT d.body FROM crdb_internal.demo_definition d WHERE d.relation = view AND d.kind = 'view'
$$;

CREATE FUNCTION crdb_demo.pg_get_viewdef(view oid, pretty bool) RETURNS text LANGUAGE sql STABLE STRICT AS $$
  SELECT crdb_demo.pg_get_viewdef(view)
$$;

-- privileges with CockroachDB's names; all of them together are ALL
CREATE VIEW crdb_catalog.grants AS
  SELECT g.kind, g.object, g.schema, g.name, g.grantee, u.privilege
  FROM (
    SELECT p.kind, p.object, p.schema, p.name, p.grantee, pg_catalog.array_agg(DISTINCT p.privilege) AS list, pg_catalog.bool_or(p.everything) AS everything
    FROM (
      SELECT 'table' AS kind, r.oid AS object, r.schema, r.name, CASE WHEN a.grantee = 0 THEN 'public' ELSE pg_catalog.pg_get_userbyid(a.grantee)::text END AS grantee,
        CASE a.privilege_type WHEN 'REFERENCES' THEN 'CREATE' WHEN 'TRUNCATE' THEN 'DROP' WHEN 'MAINTAIN' THEN 'GRANT' WHEN 'TRIGGER' THEN 'ZONECONFIG' ELSE a.privilege_type END AS privilege, false AS everything
      FROM crdb_catalog.relations r JOIN pg_catalog.pg_class c ON c.oid = r.oid, LATERAL pg_catalog.aclexplode(c.relacl) AS a
      UNION ALL
      SELECT 'schema', s.oid, s.name, NULL, CASE WHEN a.grantee = 0 THEN 'public' ELSE pg_catalog.pg_get_userbyid(a.grantee)::text END, a.privilege_type, false
      FROM crdb_catalog.schemas s JOIN pg_catalog.pg_namespace n ON n.oid = s.oid, LATERAL pg_catalog.aclexplode(n.nspacl) AS a WHERE s.name <> 'public'
      UNION ALL
      SELECT 'database', d.oid, NULL, d.datname::text, pg_catalog.substr(g.name, pg_catalog.strpos(g.name, ' ') + 1), pg_catalog.split_part(g.name, ' ', 1), false
      FROM pg_catalog.pg_database d, crdb_internal.demo_definition g WHERE d.datname = pg_catalog.current_database() AND g.relation = 0 AND g.kind = 'grant'
      UNION ALL
      SELECT 'type', t.oid, s.name, t.typname::text, 'public', 'USAGE', false
      FROM pg_catalog.pg_type t JOIN crdb_catalog.schemas s ON s.oid = t.typnamespace WHERE t.typtype = 'e'
      UNION ALL
      SELECT 'type', t.oid, s.name, t.typname::text, pg_catalog.substr(g.name, pg_catalog.strpos(g.name, ' ') + 1), pg_catalog.split_part(g.name, ' ', 1), false
      FROM pg_catalog.pg_type t JOIN crdb_catalog.schemas s ON s.oid = t.typnamespace JOIN crdb_internal.demo_definition g ON g.relation = t.oid AND g.kind = 'grant'
    ) p WHERE p.grantee NOT IN ('root', 'admin') GROUP BY 1, 2, 3, 4, 5
  ) g, LATERAL pg_catalog.unnest(CASE
    WHEN (g.kind = 'table' AND pg_catalog.cardinality(g.list) = 8) OR (g.kind = 'schema' AND pg_catalog.cardinality(g.list) = 2) OR (g.kind = 'database' AND pg_catalog.cardinality(g.list) = 9) OR (g.kind = 'type' AND pg_catalog.cardinality(g.list) = 2) THEN ARRAY['ALL'] ELSE g.list END) AS u (privilege)
  UNION ALL
  SELECT o.kind, o.object, o.schema, o.name, w.grantee, 'ALL' FROM (
    SELECT 'table' AS kind, r.oid AS object, r.schema, r.name FROM crdb_catalog.relations r
    UNION ALL SELECT 'schema', s.oid, s.name, NULL FROM crdb_catalog.schemas s
    UNION ALL SELECT 'database', d.oid, NULL, d.datname::text FROM pg_catalog.pg_database d WHERE NOT d.datistemplate
    UNION ALL SELECT 'type', t.oid, s.name, t.typname::text FROM pg_catalog.pg_type t JOIN crdb_catalog.schemas s ON s.oid = t.typnamespace WHERE t.typtype = 'e'
    UNION ALL SELECT 'array type', t.oid, s.name, t.typname::text FROM pg_catalog.pg_type t JOIN pg_catalog.pg_type e ON e.typarray = t.oid AND e.typtype = 'e' JOIN crdb_catalog.schemas s ON s.oid = t.typnamespace
  ) o, (VALUES ('admin'), ('root')) AS w (grantee);
`;
