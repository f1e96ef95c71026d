const pure = "LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE";

const digests = (["sha1", "sha224", "sha256", "sha384", "sha512"] as const)
  // PostgreSQL has no SHA-1
  .filter((digest) => digest !== "sha1")
  .flatMap((digest) => [
    `CREATE FUNCTION crdb_demo.${digest}(v text) RETURNS text ${pure} AS $$ SELECT pg_catalog.encode(pg_catalog.${digest}(pg_catalog.convert_to(v, 'UTF8')), 'hex') $$;`,
    `CREATE FUNCTION crdb_demo.${digest}(v bytea) RETURNS text ${pure} AS $$ SELECT pg_catalog.encode(pg_catalog.${digest}(v), 'hex') $$;`,
  ]);

/** FNV-1 and FNV-1a of 32 and 64 bits. */
const fnv = ([32, 64] as const).flatMap((bits) =>
  (["", "a"] as const).map((variant) => {
    const [offset, prime, modulus] =
      bits === 32
        ? ["2166136261", "16777619", "4294967296"]
        : ["14695981039346656037", "1099511628211", "18446744073709551616"];
    const half = bits === 32 ? "2147483648" : "9223372036854775808";
    const multiply = `h := pg_catalog.mod(h * ${prime}, ${modulus});`;
    // the low byte is all that XOR with a byte changes
    const mix =
      "h := h - pg_catalog.mod(h, 256) + (pg_catalog.mod(h, 256)::int4 # pg_catalog.get_byte(v, i))::numeric;";
    return `CREATE FUNCTION crdb_demo.fnv${bits}${variant}(v bytea) RETURNS int8 LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE h numeric := ${offset};
BEGIN
  FOR i IN 0 .. pg_catalog.octet_length(v) - 1 LOOP
    ${variant === "a" ? `${mix}\n    ${multiply}` : `${multiply}\n    ${mix}`}
  END LOOP;
  RETURN ${bits === 64 ? `CASE WHEN h >= ${half} THEN h - ${modulus} ELSE h END` : "h"}::int8;
END $$;
CREATE FUNCTION crdb_demo.fnv${bits}${variant}(v text) RETURNS int8 ${pure} AS $$ SELECT crdb_demo.fnv${bits}${variant}(pg_catalog.convert_to(v, 'UTF8')) $$;`;
  }),
);

/** PostgreSQL has checksums since version 18: an older one starts nevertheless, and fails only where they are called. */
const checksums = [
  "SET check_function_bodies = off;",
  ...(
    [
      ["crc32c", "crc32c"],
      ["crc32ieee", "crc32"],
    ] as const
  ).flatMap(([name, own]) => [
    `CREATE FUNCTION crdb_demo.${name}(v bytea) RETURNS int8 ${pure} AS $$ SELECT pg_catalog.${own}(v) $$;`,
    `CREATE FUNCTION crdb_demo.${name}(v text) RETURNS int8 ${pure} AS $$ SELECT pg_catalog.${own}(pg_catalog.convert_to(v, 'UTF8')) $$;`,
  ]),
  "RESET check_function_bodies;",
];

/** Decimal functions with 20 significant digits, as CockroachDB's decimal context has. */
const decimals = (
  [
    ["sqrt", "pg_catalog.sqrt(pg_catalog.round(v, 40))", "v < 0", "cannot take square root of a negative number"],
    ["ln", "pg_catalog.ln(pg_catalog.round(v, 40))", "", ""],
    ["exp", "pg_catalog.exp(pg_catalog.round(v, 40))", "", ""],
  ] as const
).map(
  ([name, body]) =>
    `CREATE FUNCTION crdb_demo.${name}(v numeric) RETURNS numeric ${pure} AS $$
  SELECT CASE WHEN v IN ('NaN', 'Infinity', '-Infinity') THEN pg_catalog.${name}(v) ELSE crdb_demo.decimal_rounded(${body}) END
$$;`,
);

/** Functions CockroachDB has and PostgreSQL does not, or that answer another type there. */
export const SCALARS_SQL: string = [
  ...digests,
  ...fnv,
  ...checksums,
  ...decimals,
  `CREATE FUNCTION crdb_demo.isnan(v float8) RETURNS bool ${pure} AS $$ SELECT v = 'NaN' $$;`,
  `CREATE FUNCTION crdb_demo.isnan(v numeric) RETURNS bool ${pure} AS $$ SELECT v = 'NaN' $$;`,
  `CREATE FUNCTION crdb_demo.sign(v int8) RETURNS int8 ${pure} AS $$ SELECT CASE WHEN v < 0 THEN -1 WHEN v > 0 THEN 1 ELSE 0 END::int8 $$;`,
  `CREATE FUNCTION crdb_demo.round(v float8, digits int8) RETURNS float8 ${pure} AS $$
  SELECT CASE WHEN v IN ('NaN', 'Infinity', '-Infinity') THEN v ELSE pg_catalog.round(v::text::numeric, digits::int4)::float8 END
$$;`,
  // beside the one above, a DECIMAL has to find its own
  `CREATE FUNCTION crdb_demo.round(v numeric, digits int8) RETURNS numeric ${pure} AS $$ SELECT pg_catalog.round(v, digits::int4) $$;`,
  ...(["<<", ">>"] as const).flatMap((operator, i) => [
    `CREATE FUNCTION crdb_demo.shift_${i}(v int8, bits int8) RETURNS int8 LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$ BEGIN
  IF bits < 0 OR bits >= 64 THEN RAISE EXCEPTION 'shift argument out of range' USING ERRCODE = '22023'; END IF;
  RETURN v OPERATOR(pg_catalog.${operator}) bits::int4;
END $$;`,
    `CREATE OPERATOR crdb_demo.${operator} (LEFTARG = int8, RIGHTARG = int8, FUNCTION = crdb_demo.shift_${i});`,
  ]),
  `CREATE FUNCTION crdb_demo.uuid_v4() RETURNS bytea LANGUAGE sql VOLATILE AS $$ SELECT pg_catalog.uuid_send(pg_catalog.gen_random_uuid()) $$;`,
  `CREATE FUNCTION crdb_demo.uuid_generate_v4() RETURNS uuid LANGUAGE sql VOLATILE AS $$ SELECT pg_catalog.gen_random_uuid() $$;`,
  `CREATE FUNCTION crdb_demo.to_uuid(v text) RETURNS bytea ${pure} AS $$ SELECT pg_catalog.uuid_send(v::uuid) $$;`,
  `CREATE FUNCTION crdb_demo.from_uuid(v bytea) RETURNS text ${pure} AS $$ SELECT crdb_demo.uuid_of_bytes(v)::text $$;`,
  `CREATE FUNCTION crdb_demo.regexp_extract(v text, pattern text) RETURNS text ${pure} AS $$
  SELECT (pg_catalog.regexp_match(v, pattern))[1]
$$;`,
  `CREATE FUNCTION crdb_demo.extract_duration(unit text, v interval) RETURNS int8 ${pure} AS $$
  SELECT pg_catalog.trunc(crdb_demo.interval_seconds(v) * CASE pg_catalog.lower(unit)
    WHEN 'hour' THEN 1 / 3600.0 WHEN 'hours' THEN 1 / 3600.0 WHEN 'minute' THEN 1 / 60.0 WHEN 'minutes' THEN 1 / 60.0
    WHEN 'second' THEN 1 WHEN 'seconds' THEN 1 WHEN 'millisecond' THEN 1000 WHEN 'milliseconds' THEN 1000
    WHEN 'microsecond' THEN 1000000 WHEN 'microseconds' THEN 1000000 END)::int8
$$;`,
  "CREATE FUNCTION crdb_demo.cluster_logical_timestamp() RETURNS numeric LANGUAGE sql STABLE AS $$ SELECT pg_catalog.trunc(EXTRACT(epoch FROM pg_catalog.transaction_timestamp()) * 1000000000) + 0.0000000000 $$;",
  `CREATE FUNCTION crdb_demo.generate_subscripts(v anyarray) RETURNS SETOF int8 ${pure} AS $$ SELECT pg_catalog.generate_subscripts(v, 1)::int8 $$;`,
  `CREATE FUNCTION crdb_demo.to_hex(v bytea) RETURNS text ${pure} AS $$ SELECT pg_catalog.encode(v, 'hex') $$;`,
  "CREATE FUNCTION crdb_internal.unary_table() RETURNS SETOF record LANGUAGE sql IMMUTABLE AS $$ SELECT ROW() $$;",
].join("\n\n");
