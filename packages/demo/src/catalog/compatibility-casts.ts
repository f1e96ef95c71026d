/**
 * Casts that CockroachDB has and PostgreSQL lacks, and those whose text differs. Explicit ones only, unless
 * PostgreSQL's own conversion is replaced.
 */
type Conversion = readonly [source: string, target: string, body: string];

const EXPLICIT: readonly Conversion[] = [
  ...(["int8", "int2", "float4", "float8", "numeric"] as const).map((target): Conversion => [
    "bool",
    target,
    `CASE WHEN v THEN 1 ELSE 0 END::${target}`,
  ]),
  ...(["int8", "int2", "float4", "float8", "numeric"] as const).map((source): Conversion => [source, "bool", "v <> 0"]),
  ["uuid", "bytea", "pg_catalog.uuid_send(v)"],
  ["bytea", "uuid", "crdb_demo.uuid_of_bytes(v)"],
  ["int8", "date", "'1970-01-01'::date + v::int4"],
  ["date", "int8", "(v - '1970-01-01'::date)::int8"],
  ["date", "numeric", "(v - '1970-01-01'::date)::numeric"],
  ["date", "float8", "(v - '1970-01-01'::date)::float8"],
  ["int8", "timestamp", "'1970-01-01'::timestamp + pg_catalog.make_interval(secs => v::float8)"],
  ["int8", "timestamptz", "pg_catalog.to_timestamp(v::float8)"],
  ["int8", "interval", "pg_catalog.make_interval(secs => v::float8)"],
  ["numeric", "interval", "pg_catalog.make_interval(secs => v::float8)"],
  ["float8", "interval", "pg_catalog.make_interval(secs => v)"],
  ["interval", "int8", "pg_catalog.trunc(crdb_demo.interval_seconds(v))::int8"],
  ["interval", "numeric", "crdb_demo.interval_seconds(v)"],
  ["interval", "float8", "crdb_demo.interval_seconds(v)::float8"],
  ["timestamp", "int8", "pg_catalog.floor(EXTRACT(epoch FROM v))::int8"],
  ["timestamptz", "int8", "pg_catalog.floor(EXTRACT(epoch FROM v))::int8"],
  ["timestamp", "numeric", "EXTRACT(epoch FROM v)"],
  ["timestamptz", "numeric", "EXTRACT(epoch FROM v)"],
  ["timestamp", "float8", "EXTRACT(epoch FROM v)::float8"],
  ["timestamptz", "float8", "EXTRACT(epoch FROM v)::float8"],
];

const AS_TEXT: readonly Conversion[] = [
  [
    "timestamptz",
    "text",
    "pg_catalog.regexp_replace(pg_catalog.textin(pg_catalog.timestamptz_out(v)), '([+-]\\d\\d)( BC)?$', '\\1:00\\2')",
  ],
  ["timetz", "text", "crdb_demo.timetz_text(pg_catalog.textin(pg_catalog.timetz_out(v)))"],
];

const name = ([source, target]: Conversion): string => `crdb_demo.${source}_to_${target}`;

function castSql(conversion: Conversion, context: string): string[] {
  const [source, target, body] = conversion;
  return [
    `CREATE FUNCTION ${name(conversion)}(v ${source}) RETURNS ${target} LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$ SELECT ${body} $$;`,
    `CREATE CAST (${source} AS ${target}) WITH FUNCTION ${name(conversion)}(${source})${context};`,
  ];
}

export const CASTS_SQL: string = [
  `CREATE FUNCTION crdb_demo.uuid_of_bytes(v bytea) RETURNS uuid LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$ BEGIN
  IF pg_catalog.octet_length(v) <> 16 THEN
    RAISE EXCEPTION 'uuid: UUID must be exactly 16 bytes long, got % bytes', pg_catalog.octet_length(v) USING ERRCODE = '22P02';
  END IF;
  RETURN pg_catalog.encode(v, 'hex')::uuid;
END $$;`,
  // a month has 30 days and a year 365.25
  `CREATE FUNCTION crdb_demo.interval_seconds(v interval) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT EXTRACT(epoch FROM v) $$;`,
  `CREATE FUNCTION crdb_demo.timetz_text(v text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN v ~ '[+-]\\d\\d$' THEN v || ':00:00' WHEN v ~ '[+-]\\d\\d:\\d\\d$' THEN v || ':00' ELSE v END
$$;`,
  ...EXPLICIT.flatMap((conversion) => castSql(conversion, "")),
  ...AS_TEXT.flatMap((conversion) => castSql(conversion, " AS ASSIGNMENT")),
].join("\n\n");
