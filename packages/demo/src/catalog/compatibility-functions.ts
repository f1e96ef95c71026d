/** Functions CockroachDB has and PostgreSQL does not, or that answer otherwise there. */
export const FUNCTIONS_SQL: string = `
CREATE SEQUENCE crdb_internal.demo_rowid AS int4 MINVALUE 0 MAXVALUE 32767 CYCLE;
GRANT USAGE ON SEQUENCE crdb_internal.demo_rowid TO PUBLIC;

-- 10 microseconds since 2015, shifted over the node's number, as CockroachDB makes them
CREATE FUNCTION crdb_demo.unique_rowid() RETURNS int8 LANGUAGE sql VOLATILE AS $$
  SELECT ((pg_catalog.date_part('epoch', pg_catalog.clock_timestamp()) - 1420070400) * 100000)::int8 << 15
    | (pg_catalog.nextval('crdb_internal.demo_rowid'::regclass) & 32767)
$$;

CREATE FUNCTION crdb_demo.current_database() RETURNS text LANGUAGE sql STABLE AS $$ SELECT pg_catalog.current_database()::text $$;

CREATE FUNCTION crdb_demo.pg_client_encoding() RETURNS text LANGUAGE sql STABLE AS $$ SELECT 'UTF8'::text $$;

CREATE FUNCTION crdb_demo.getdatabaseencoding() RETURNS text LANGUAGE sql STABLE AS $$ SELECT 'UTF8'::text $$;

CREATE FUNCTION crdb_demo.current_schema() RETURNS text LANGUAGE sql STABLE AS $$
  SELECT s::text FROM pg_catalog.unnest(pg_catalog.current_schemas(false)) WITH ORDINALITY AS t (s, n)
  WHERE s NOT IN ('crdb_demo', 'pg_catalog') ORDER BY n LIMIT 1
$$;

CREATE FUNCTION crdb_demo.current_schemas(include_implicit bool) RETURNS text[] LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN include_implicit THEN ARRAY['pg_catalog'] ELSE '{}' END ||
    ARRAY(SELECT s::text FROM pg_catalog.unnest(pg_catalog.current_schemas(false)) WITH ORDINALITY AS t (s, n)
      WHERE s NOT IN ('crdb_demo', 'pg_catalog') ORDER BY n)
$$;

CREATE FUNCTION crdb_demo.current_setting(name text) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE result text;
BEGIN
  SELECT v->>'value' INTO result FROM pg_catalog.json_array_elements(COALESCE(NULLIF(pg_catalog.current_setting('crdb_demo.session_variables', true), ''), '[]')::json) AS t (v)
    WHERE v->>'variable' = pg_catalog.lower(name);
  IF NOT FOUND THEN RAISE EXCEPTION 'unrecognized configuration parameter "%"', name USING ERRCODE = '42704'; END IF;
  RETURN result;
END $$;

CREATE FUNCTION crdb_demo.pg_sleep(seconds float8) RETURNS bool LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  PERFORM pg_catalog.pg_sleep(seconds);
  RETURN true;
END $$;

-- advisory locks are granted without being taken
CREATE FUNCTION crdb_demo.pg_try_advisory_lock(key int8) RETURNS bool LANGUAGE sql IMMUTABLE AS $$ SELECT true $$;

CREATE FUNCTION crdb_demo.pg_advisory_unlock(key int8) RETURNS bool LANGUAGE sql IMMUTABLE AS $$ SELECT true $$;

CREATE FUNCTION crdb_demo.pow(a int8, b int8) RETURNS int8 LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT crdb_demo.int_power(a, b) $$;

CREATE FUNCTION crdb_demo.power(a int8, b int8) RETURNS int8 LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT crdb_demo.int_power(a, b) $$;

CREATE FUNCTION crdb_demo.div(a int8, b int8) RETURNS int8 LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT crdb_demo.floordiv(a, b) $$;

CREATE FUNCTION crdb_demo.strpos(haystack text, needle text) RETURNS int8 LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT pg_catalog.strpos(haystack, needle)::int8 $$;

CREATE FUNCTION crdb_demo.generate_series(a int4, b int8) RETURNS SETOF int8 LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT pg_catalog.generate_series(a::int8, b) $$;

CREATE FUNCTION crdb_demo.generate_series(a int8, b int4) RETURNS SETOF int8 LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT pg_catalog.generate_series(a, b::int8) $$;

CREATE FUNCTION crdb_demo.average_step(state numeric[], value numeric) RETURNS numeric[] LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN value IS NULL THEN state ELSE ARRAY[state[1] + 1, state[2] + value] END
$$;

CREATE FUNCTION crdb_demo.average_step(state numeric[], value int8) RETURNS numeric[] LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN value IS NULL THEN state ELSE ARRAY[state[1] + 1, state[2] + value] END
$$;

CREATE FUNCTION crdb_demo.average_step(state numeric[], value int4) RETURNS numeric[] LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN value IS NULL THEN state ELSE ARRAY[state[1] + 1, state[2] + value] END
$$;

CREATE FUNCTION crdb_demo.average_step(state numeric[], value int2) RETURNS numeric[] LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN value IS NULL THEN state ELSE ARRAY[state[1] + 1, state[2] + value] END
$$;

CREATE FUNCTION crdb_demo.average_end(state numeric[]) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN state[1] = 0 THEN NULL ELSE crdb_demo.decimal_quotient(state[2], state[1]) END
$$;

CREATE AGGREGATE crdb_demo.avg(numeric) (SFUNC = crdb_demo.average_step, STYPE = numeric[], FINALFUNC = crdb_demo.average_end, INITCOND = '{0,0}');

CREATE AGGREGATE crdb_demo.avg(int8) (SFUNC = crdb_demo.average_step, STYPE = numeric[], FINALFUNC = crdb_demo.average_end, INITCOND = '{0,0}');

CREATE AGGREGATE crdb_demo.avg(int4) (SFUNC = crdb_demo.average_step, STYPE = numeric[], FINALFUNC = crdb_demo.average_end, INITCOND = '{0,0}');

CREATE AGGREGATE crdb_demo.avg(int2) (SFUNC = crdb_demo.average_step, STYPE = numeric[], FINALFUNC = crdb_demo.average_end, INITCOND = '{0,0}');

CREATE FUNCTION crdb_demo.sum_step(state numeric, value int4) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN value IS NULL THEN state WHEN state IS NULL THEN value::numeric ELSE state + value END
$$;

CREATE AGGREGATE crdb_demo.sum(int4) (SFUNC = crdb_demo.sum_step, STYPE = numeric);

CREATE AGGREGATE crdb_demo.concat_agg(text) (SFUNC = pg_catalog.textcat, STYPE = text);

CREATE FUNCTION crdb_demo.to_english(n int8) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$
  SELECT CASE WHEN n < 0 THEN 'minus-' ELSE '' END || pg_catalog.string_agg(
    (ARRAY['zero','one','two','three','four','five','six','seven','eight','nine'])[d::int4 + 1], '-' ORDER BY i)
  FROM pg_catalog.regexp_split_to_table(pg_catalog.abs(n)::text, '') WITH ORDINALITY AS t (d, i)
$$;

-- immutable, because the settings a row's text depends on are fixed
CREATE FUNCTION crdb_demo.hash_bucket(buckets int4, key record) RETURNS int4 LANGUAGE plpgsql IMMUTABLE
  SET timezone = 'UTC' SET datestyle = 'ISO' SET extra_float_digits = 3 AS $$
BEGIN
  RETURN pg_catalog.abs(pg_catalog.mod(pg_catalog.hashtext(key::text), buckets));
END $$;

CREATE FUNCTION crdb_internal.cluster_id() RETURNS uuid LANGUAGE sql STABLE AS $$
  SELECT pg_catalog.md5((SELECT system_identifier::text FROM pg_catalog.pg_control_system()))::uuid
$$;

CREATE FUNCTION crdb_internal.node_id() RETURNS int8 LANGUAGE sql STABLE AS $$ SELECT 1::int8 $$;

CREATE FUNCTION crdb_internal.node_executable_version() RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT '21.2' $$;

CREATE FUNCTION crdb_internal.force_retry(wanted interval) RETURNS int8 LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  given text := pg_catalog.current_setting('crdb_demo.transaction_start', true);
  started timestamptz := pg_catalog.transaction_timestamp();
BEGIN
  IF given IS NOT NULL AND given <> '' THEN started := pg_catalog.to_timestamp(given::float8 / 1000); END IF;
  IF pg_catalog.clock_timestamp() - started < wanted THEN
    RAISE EXCEPTION 'restart transaction: crdb_internal.force_retry(): TransactionRetryWithProtoRefreshError: forced by crdb_internal.force_retry()'
      USING ERRCODE = '40001';
  END IF;
  RETURN 0;
END $$;

CREATE FUNCTION crdb_internal.force_error(code text, message text) RETURNS int8 LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  RAISE EXCEPTION '%', message USING ERRCODE = CASE WHEN code = '' THEN 'XXUUU' ELSE code END;
END $$;
`;
