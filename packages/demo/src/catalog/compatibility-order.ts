const pure = "LANGUAGE sql IMMUTABLE PARALLEL SAFE";

/** Names of the comparison functions' operators, and of their strategies in a B-tree. */
const OPERATORS = [
  ["<", "lt", 1],
  ["<=", "le", 2],
  [">=", "ge", 4],
  [">", "gt", 5],
] as const;

type Comparison = Readonly<Record<"lt" | "le" | "ge" | "gt" | "cmp", string>>;

const native = (operator: string): string => `a OPERATOR(pg_catalog.${operator}) b`;

/**
 * NaN comes before every number. With a constant on the right, what is left after inlining is a comparison that an
 * index serves, and a test for NaN.
 */
const nanFirst: Comparison = {
  lt: `CASE WHEN b = 'NaN' THEN a <> a ELSE ${native("<")} OR (a = 'NaN' AND b IS NOT NULL) END`,
  le: `CASE WHEN b = 'NaN' THEN a = 'NaN' ELSE ${native("<=")} OR (a = 'NaN' AND b IS NOT NULL) END`,
  ge: `CASE WHEN b = 'NaN' THEN a = a ELSE ${native(">=")} AND (a <> 'NaN' OR b IS NULL) END`,
  gt: `CASE WHEN b = 'NaN' THEN a <> 'NaN' ELSE ${native(">")} AND (a <> 'NaN' OR b IS NULL) END`,
  cmp: `CASE WHEN a = b THEN 0 WHEN a = 'NaN' THEN -1 WHEN b = 'NaN' THEN 1 WHEN ${native("<")} THEN -1 ELSE 1 END`,
};

/** By what `cmp` says. */
const byComparison = (cmp: string): Comparison => ({
  lt: `crdb_demo.${cmp}(a, b) OPERATOR(pg_catalog.<) 0`,
  le: `crdb_demo.${cmp}(a, b) OPERATOR(pg_catalog.<=) 0`,
  ge: `crdb_demo.${cmp}(a, b) OPERATOR(pg_catalog.>=) 0`,
  gt: `crdb_demo.${cmp}(a, b) OPERATOR(pg_catalog.>) 0`,
  cmp: `crdb_demo.${cmp}(a, b)`,
});

const nameOf = (type: string): string => `${type.replace("[]", "_array")}_order`;

/** The operators of one type. */
function operators(type: string, comparison: Comparison, names: readonly string[] = ["<", "<=", ">=", ">"]): string[] {
  const id = nameOf(type);
  return [
    `CREATE FUNCTION crdb_demo.${id}_cmp(a ${type}, b ${type}) RETURNS int4 ${pure} AS $$ SELECT ${comparison.cmp} $$;`,
    ...OPERATORS.filter(([operator]) => names.includes(operator)).flatMap(([operator, name]) => [
      `CREATE FUNCTION crdb_demo.${id}_${name}(a ${type}, b ${type}) RETURNS bool ${pure} AS $$ SELECT ${comparison[name]} $$;`,
      `CREATE OPERATOR crdb_demo.${operator} (LEFTARG = ${type}, RIGHTARG = ${type}, FUNCTION = crdb_demo.${id}_${name});`,
    ]),
  ];
}

/** The operators of one type, and an operator class that sorts by them (never by default: it is slower). */
function ordering(type: string, comparison: Comparison, names: readonly string[] = ["<", "<=", ">=", ">"]): string[] {
  const id = nameOf(type);
  const strategies = OPERATORS.filter(([operator]) => names.includes(operator));
  return [
    ...operators(type, comparison, names),
    // named otherwise than `=`, which has to stay PostgreSQL's
    `CREATE FUNCTION crdb_demo.${id}_eq(a ${type}, b ${type}) RETURNS bool ${pure} AS $$ SELECT ${native("=")} $$;`,
    `CREATE OPERATOR crdb_demo.=== (LEFTARG = ${type}, RIGHTARG = ${type}, FUNCTION = crdb_demo.${id}_eq);`,
    `CREATE OPERATOR CLASS crdb_demo.${id} FOR TYPE ${type} USING btree AS
  ${strategies.map(([operator, , strategy]) => `OPERATOR ${strategy} crdb_demo.${operator}`).join(", ")},
  OPERATOR 3 crdb_demo.===, FUNCTION 1 crdb_demo.${id}_cmp(${type}, ${type});`,
  ];
}

/** min() and max() by the operators of this file. */
const extremes = (type: string): string[] =>
  (
    [
      ["min", "least", "<"],
      ["max", "most", ">"],
    ] as const
  ).flatMap(([aggregate, name, operator]) => [
    `CREATE FUNCTION crdb_demo.${name}(a ${type}, b ${type}) RETURNS ${type} ${pure} STRICT AS $$ SELECT CASE WHEN b OPERATOR(crdb_demo.${operator}) a THEN b ELSE a END $$;`,
    `CREATE AGGREGATE crdb_demo.${aggregate}(${type}) (SFUNC = crdb_demo.${name}, STYPE = ${type}, SORTOP = OPERATOR(crdb_demo.${operator}));`,
  ]);

/** GREATEST and LEAST of numbers. */
const extremesOfList = (type: string): string[] =>
  (
    [
      ["smallest", "min"],
      ["largest", "max"],
    ] as const
  ).map(
    ([name, aggregate]) =>
      `CREATE FUNCTION crdb_demo.${name}(VARIADIC list ${type}[]) RETURNS ${type} ${pure} AS $$ SELECT crdb_demo.${aggregate}(v) FROM pg_catalog.unnest(list) AS t (v) $$;`,
  );

/** Elements of the arrays that can be sorted: what sorts cannot be polymorphic. */
const SORTED_ARRAYS = [
  "int8", "int4", "int2", "text", "varchar", "bool", "numeric", "float8", "uuid", "timestamptz", "timestamp", "date", "bytea",
  "varbit", "interval", "inet", "timetz", "time",
]; // prettier-ignore

/**
 * Where CockroachDB orders values otherwise than PostgreSQL: NaN before all numbers, and NULLs in arrays before all
 * elements.
 */
export const ORDER_SQL: string = [
  ...["numeric", "float8", "float4"].flatMap((type) => [...ordering(type, nanFirst), ...extremes(type)]),
  ...["numeric", "float8"].flatMap((type) => extremesOfList(type)),
  `CREATE FUNCTION crdb_demo.array_cmp(a anyarray, b anyarray) RETURNS int4 LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  size_a int4 := pg_catalog.cardinality(a);
  size_b int4 := pg_catalog.cardinality(b);
BEGIN
  FOR i IN 1 .. LEAST(size_a, size_b) LOOP
    CONTINUE WHEN a[i] IS NOT DISTINCT FROM b[i];
    RETURN CASE WHEN a[i] IS NULL THEN -1 WHEN b[i] IS NULL THEN 1 WHEN a[i] OPERATOR(pg_catalog.<) b[i] THEN -1 ELSE 1 END;
  END LOOP;
  RETURN pg_catalog.sign((size_a OPERATOR(pg_catalog.-) size_b)::float8)::int4;
END $$;`,
  ...operators("anyarray", byComparison("array_cmp")),
  ...SORTED_ARRAYS.flatMap((type) => ordering(`${type}[]`, byComparison("array_cmp"), ["<", ">"])),
].join("\n\n");
