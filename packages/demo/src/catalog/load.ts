import { CatalogSnapshot } from "./snapshot.ts";
import type { CatalogView } from "../rewrite/contract.ts";

/**
 * Reads everything a translation may ask of a database, in one statement: one row of JSON for each relation,
 * schema and enum. Run it after a schema change.
 */
export const catalogSql = `
SELECT 'schema', pg_catalog.json_build_object('name', n.nspname, 'owner', pg_catalog.pg_get_userbyid(n.nspowner))::pg_catalog.text
FROM pg_catalog.pg_namespace n
WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname NOT IN ('information_schema', 'crdb_internal', 'crdb_demo', 'crdb_catalog')
UNION ALL
SELECT 'enum', pg_catalog.json_build_object('schema', n.nspname, 'name', t.typname, 'owner', pg_catalog.pg_get_userbyid(t.typowner),
  'values', (SELECT pg_catalog.json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid))::pg_catalog.text
FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
WHERE t.typtype = 'e'
UNION ALL
SELECT 'relation', pg_catalog.json_build_object(
  'oid', c.oid::pg_catalog.int8, 'schema', n.nspname, 'name', c.relname, 'kind', c.relkind, 'owner', pg_catalog.pg_get_userbyid(c.relowner),
  'comment', pg_catalog.obj_description(c.oid, 'pg_class'),
  'columns', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', a.attname, 'position', a.attnum, 'type', pg_catalog.format_type(a.atttypid, a.atttypmod), 'notNull', a.attnotnull,
      'hasDefault', a.atthasdef, 'generated', a.attgenerated, 'comment', pg_catalog.col_description(c.oid, a.attnum)) ORDER BY a.attnum)
    FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
  'indexes', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', i.relname, 'unique', x.indisunique, 'primary', x.indisprimary, 'keys', x.indnkeyatts, 'valid', x.indisvalid,
      'comment', pg_catalog.obj_description(i.oid, 'pg_class'),
      'columns', (SELECT pg_catalog.json_agg(a.attname ORDER BY k.ord) FROM pg_catalog.unnest(x.indkey::pg_catalog.int2[]) WITH ORDINALITY AS k (num, ord)
        LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.num AND k.num > 0)) ORDER BY i.oid)
    FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid WHERE x.indrelid = c.oid),
  'constraints', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', k.conname, 'type', k.contype, 'validated', k.convalidated, 'match', k.confmatchtype, 'onDelete', k.confdeltype, 'onUpdate', k.confupdtype,
      'sql', CASE WHEN k.contype = 'c' THEN pg_catalog.pg_get_expr(k.conbin, k.conrelid) END,
      'columns', (SELECT pg_catalog.json_agg(a.attname ORDER BY u.ord) FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY AS u (num, ord)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num),
      'references', (SELECT rn.nspname || '.' || r.relname FROM pg_catalog.pg_class r JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace WHERE r.oid = k.confrelid),
      'referenced', (SELECT pg_catalog.json_agg(a.attname ORDER BY u.ord) FROM pg_catalog.unnest(k.confkey) WITH ORDINALITY AS u (num, ord)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.num)) ORDER BY k.oid)
    FROM pg_catalog.pg_constraint k WHERE k.conrelid = c.oid AND k.contype IN ('c', 'f')),
  'dependents', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('kind', u.kind, 'schema', u.schema, 'name', u.name, 'columns', u.columns) ORDER BY u.ord) FROM (
      SELECT 'view' AS kind, pg_catalog.min(v.oid::pg_catalog.int8) AS ord, vn.nspname AS schema, v.relname AS name, pg_catalog.array_agg(DISTINCT a.attname) FILTER (WHERE a.attname IS NOT NULL) AS columns
      FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid JOIN pg_catalog.pg_class v ON v.oid = r.ev_class
        JOIN pg_catalog.pg_namespace vn ON vn.oid = v.relnamespace
        LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid AND a.attnum > 0
      WHERE d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
        AND d.refobjid = c.oid AND v.oid <> c.oid
      GROUP BY 1, 3, 4
      UNION ALL
      SELECT DISTINCT 'default', t.oid::pg_catalog.int8, tn.nspname, t.relname, NULL::pg_catalog.name[]
      FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_attrdef f ON f.oid = d.objid JOIN pg_catalog.pg_class t ON t.oid = f.adrelid
        JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
      WHERE d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
        AND d.refobjid = c.oid AND t.oid <> c.oid) u),
  'definitions', (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(d.kind, d.name, d.body))
    FROM crdb_internal.demo_definition d WHERE d.relation = c.oid),
  'sequence', (SELECT pg_catalog.json_build_object('min', s.seqmin::pg_catalog.text, 'max', s.seqmax::pg_catalog.text,
      'increment', s.seqincrement::pg_catalog.text, 'start', s.seqstart::pg_catalog.text)
    FROM pg_catalog.pg_sequence s WHERE s.seqrelid = c.oid)
  )::pg_catalog.text
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v', 'm', 'S', 'p') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname NOT IN ('information_schema', 'crdb_internal', 'crdb_demo', 'crdb_catalog')
`;

/** Runs SQL and gives its rows as texts. */
export interface RunSql {
  (sql: string): Promise<readonly (readonly (string | null)[])[]>;
}

/** Reads the catalog of the database that `run` is connected to. */
export async function loadCatalog(run: RunSql): Promise<CatalogView> {
  return new CatalogSnapshot(await run(catalogSql));
}
