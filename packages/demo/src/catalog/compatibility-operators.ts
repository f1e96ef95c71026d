const INTEGERS = ["int2", "int4", "int8"] as const;

const pairs = INTEGERS.flatMap((left) => INTEGERS.map((right) => [left, right] as const));

/** `/` makes a DECIMAL of two integers; decimals are divided to 20 digits. */
const division = [
  `CREATE FUNCTION crdb_demo.decimal_quotient(a numeric, b numeric) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE
    WHEN a = 0 OR a IN ('NaN', 'Infinity', '-Infinity') OR b IN ('NaN', 'Infinity', '-Infinity') THEN pg_catalog.trim_scale(a OPERATOR(pg_catalog./) b)
    ELSE crdb_demo.decimal_rounded(pg_catalog.round(a, 40) OPERATOR(pg_catalog./) b) END
$$;`,
  ...pairs.flatMap(([left, right]) => [
    `CREATE FUNCTION crdb_demo.int_quotient(a ${left}, b ${right}) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT crdb_demo.decimal_quotient(a::numeric, b::numeric) $$;`,
    `CREATE OPERATOR crdb_demo./ (LEFTARG = ${left}, RIGHTARG = ${right}, FUNCTION = crdb_demo.int_quotient);`,
  ]),
  "CREATE OPERATOR crdb_demo./ (LEFTARG = numeric, RIGHTARG = numeric, FUNCTION = crdb_demo.decimal_quotient);",
];

// int8 with int4 would be ambiguous for these, because either can be cast to the other
const mixed = (["%", "&", "|", "#"] as const).flatMap((operator, i) =>
  pairs
    .filter(([left, right]) => left !== right)
    .flatMap(([left, right]) => [
      `CREATE FUNCTION crdb_demo.mixed_${i}(a ${left}, b ${right}) RETURNS int8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT a::int8 OPERATOR(pg_catalog.${operator}) b::int8 $$;`,
      `CREATE OPERATOR crdb_demo.${operator} (LEFTARG = ${left}, RIGHTARG = ${right}, FUNCTION = crdb_demo.mixed_${i});`,
    ]),
);

/** Operators that differ from PostgreSQL's, in a schema that is searched first. */
export const OPERATORS_SQL: string = [
  // 20 significant digits, as CockroachDB's decimal context has
  `CREATE FUNCTION crdb_demo.decimal_rounded(q numeric) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT pg_catalog.trim_scale(CASE
    WHEN q = 0 THEN q
    WHEN pg_catalog.abs(q) >= 1 THEN pg_catalog.round(q, GREATEST(20 - pg_catalog.length(pg_catalog.trunc(pg_catalog.abs(q))::text), 0))
    ELSE pg_catalog.round(q, 20 + pg_catalog.length(pg_catalog.split_part(q::text, '.', 2)) - pg_catalog.length(pg_catalog.ltrim(pg_catalog.split_part(q::text, '.', 2), '0')))
  END)
$$;`,
  ...division,
  ...mixed,
  `CREATE FUNCTION crdb_demo.floordiv(a int8, b int8) RETURNS int8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT a OPERATOR(pg_catalog./) b $$;`,
  `CREATE FUNCTION crdb_demo.floordiv(a numeric, b numeric) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT pg_catalog.div(a, b) $$;`,
  `CREATE FUNCTION crdb_demo.floordiv(a float8, b float8) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT pg_catalog.trunc(a OPERATOR(pg_catalog./) b) $$;`,
  `CREATE FUNCTION crdb_demo.int_power(a int8, b int8) RETURNS int8 LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$ BEGIN
  IF b < 0 THEN RAISE EXCEPTION 'bigint out of range' USING ERRCODE = '22003'; END IF;
  RETURN pg_catalog.power(a::numeric, b::numeric)::int8;
END $$;`,
  "CREATE OPERATOR crdb_demo.^ (LEFTARG = int8, RIGHTARG = int8, FUNCTION = crdb_demo.int_power);",
].join("\n\n");
