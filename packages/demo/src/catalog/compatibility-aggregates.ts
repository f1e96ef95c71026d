const immutable = "LANGUAGE sql IMMUTABLE PARALLEL SAFE";

/** `sqrdiff`: the sum of squared differences from the mean. */
const squares = (["numeric", "float8"] as const).flatMap((type) => [
  `CREATE FUNCTION crdb_demo.sqrdiff_step(state ${type}[], v ${type}) RETURNS ${type}[] ${immutable} AS $$
  SELECT CASE WHEN v IS NULL THEN state ELSE ARRAY[state[1] + 1, state[2] + v, state[3] + v * v] END
$$;`,
  `CREATE FUNCTION crdb_demo.sqrdiff_end(state ${type}[]) RETURNS ${type} ${immutable} AS $$
  SELECT CASE WHEN state[1] = 0 THEN NULL ELSE ${type === "numeric" ? "pg_catalog.trim_scale(state[3] - crdb_demo.decimal_quotient(state[2] * state[2], state[1]))" : "state[3] - state[2] * state[2] / state[1]"} END
$$;`,
  `CREATE AGGREGATE crdb_demo.sqrdiff(${type}) (SFUNC = crdb_demo.sqrdiff_step, STYPE = ${type}[], FINALFUNC = crdb_demo.sqrdiff_end, INITCOND = '{0,0,0}');`,
]);

/** Aggregates that CockroachDB has and PostgreSQL does not. */
export const AGGREGATES_SQL: string = [
  ...squares,
  `CREATE FUNCTION crdb_demo.sqrdiff_step(state numeric[], v int8) RETURNS numeric[] ${immutable} AS $$ SELECT crdb_demo.sqrdiff_step(state, v::numeric) $$;`,
  "CREATE AGGREGATE crdb_demo.sqrdiff(int8) (SFUNC = crdb_demo.sqrdiff_step, STYPE = numeric[], FINALFUNC = crdb_demo.sqrdiff_end, INITCOND = '{0,0,0}');",
  `CREATE FUNCTION crdb_demo.sum_int_step(state int8, v int8) RETURNS int8 ${immutable} AS $$
  SELECT CASE WHEN v IS NULL THEN state WHEN state IS NULL THEN v ELSE state + v END
$$;`,
  "CREATE AGGREGATE crdb_demo.sum_int(int8) (SFUNC = crdb_demo.sum_int_step, STYPE = int8);",
  `CREATE FUNCTION crdb_demo.bool_smaller(a bool, b bool) RETURNS bool ${immutable} STRICT AS $$ SELECT a AND b $$;`,
  `CREATE FUNCTION crdb_demo.bool_larger(a bool, b bool) RETURNS bool ${immutable} STRICT AS $$ SELECT a OR b $$;`,
  "CREATE AGGREGATE crdb_demo.min(bool) (SFUNC = crdb_demo.bool_smaller, STYPE = bool);",
  "CREATE AGGREGATE crdb_demo.max(bool) (SFUNC = crdb_demo.bool_larger, STYPE = bool);",
  ...(["uuid", "varbit"] as const).flatMap((type) => [
    `CREATE FUNCTION crdb_demo.smaller(a ${type}, b ${type}) RETURNS ${type} ${immutable} STRICT AS $$ SELECT LEAST(a, b) $$;`,
    `CREATE FUNCTION crdb_demo.larger(a ${type}, b ${type}) RETURNS ${type} ${immutable} STRICT AS $$ SELECT GREATEST(a, b) $$;`,
    `CREATE AGGREGATE crdb_demo.min(${type}) (SFUNC = crdb_demo.smaller, STYPE = ${type});`,
    `CREATE AGGREGATE crdb_demo.max(${type}) (SFUNC = crdb_demo.larger, STYPE = ${type});`,
  ]),
  `CREATE FUNCTION crdb_demo.xor_step(state int8, v int8) RETURNS int8 ${immutable} STRICT AS $$ SELECT state # v $$;`,
  "CREATE AGGREGATE crdb_demo.xor_agg(int8) (SFUNC = crdb_demo.xor_step, STYPE = int8);",
  `CREATE FUNCTION crdb_demo.xor_step(state bytea, v bytea) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE result bytea := state;
BEGIN
  IF pg_catalog.octet_length(state) <> pg_catalog.octet_length(v) THEN
    RAISE EXCEPTION 'arguments to xor must all be the same length % vs %', pg_catalog.octet_length(state), pg_catalog.octet_length(v) USING ERRCODE = '22023';
  END IF;
  FOR i IN 0 .. pg_catalog.octet_length(v) - 1 LOOP
    result := pg_catalog.set_byte(result, i, pg_catalog.get_byte(state, i) # pg_catalog.get_byte(v, i));
  END LOOP;
  RETURN result;
END $$;`,
  "CREATE AGGREGATE crdb_demo.xor_agg(bytea) (SFUNC = crdb_demo.xor_step, STYPE = bytea);",
  `CREATE FUNCTION crdb_demo.concat_step(state bytea, v bytea) RETURNS bytea ${immutable} STRICT AS $$ SELECT state || v $$;`,
  "CREATE AGGREGATE crdb_demo.concat_agg(bytea) (SFUNC = crdb_demo.concat_step, STYPE = bytea);",
].join("\n\n");
