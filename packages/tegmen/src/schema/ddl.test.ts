import { describe, expect, test } from "vitest";
import { compile, func, select, type Executable, type OrderBy, type ServerVersion } from "../sql/index.ts";
import {
  c,
  check,
  commentOnColumn,
  commentOnTable,
  createEnum,
  createIndex,
  createSchema,
  createSequence,
  createTable,
  createView,
  dropConstraint,
  dropEnum,
  dropIndex,
  dropSchema,
  dropSequence,
  dropTable,
  dropView,
  foreignKey,
  index,
  MetaData,
  primaryKey,
  sequence,
  table,
  unique,
  view,
  type AnyColumn,
  type AnyTable,
} from "./index.ts";

const sqlOf = (statement: Executable) => compile(statement).sql;

/** The lines of CREATE TABLE between the parentheses. */
function linesOf(made: AnyTable, version?: ServerVersion): readonly string[] {
  const { sql } = compile(createTable(made), version === undefined ? {} : { version });
  return sql
    .split("\n")
    .slice(1, -1)
    .map((line) => line.trim().replace(/,$/, ""));
}

/** The line of the one column of a table. */
const lineOf = (column: Parameters<typeof table>[1][string]) => linesOf(table("t", { theColumn: column }))[0];

function version(text: string): ServerVersion {
  const [major = 0, minor = 0, patch = 0] = text.split(/[.-]/).map(Number);
  return { major, minor, patch, text: `v${text}`, isCockroach: true };
}

const users = table("users", {
  id: c.uuid().primaryKey().default(func.genRandomUuid()),
  name: c.string().notNull(),
  bossId: c.uuid().references((): AnyColumn => users.c.id, { onDelete: "SET NULL" }),
});

test("CREATE TABLE with everything", () => {
  const accounts = table(
    "accounts",
    {
      id: c.uuid().primaryKey().default(func.genRandomUuid()),
      userId: c
        .uuid()
        .notNull()
        .references(() => users.c.id, { onDelete: "CASCADE", onUpdate: "RESTRICT" }),
      owner: c.string(80).notNull(),
      balance: c.int().notNull().default(0),
      region: c.enum("region", ["us", "eu"]).default("us"),
      settings: c.jsonb(),
      createdAt: c.timestamptz().notNull().default(func.now()).onUpdate(func.now()),
      doubled: c.int().computed((t) => t.balance.times(2), { stored: true }),
    },
    (t) => [
      index("accounts_owner_idx").on(t.owner.desc()).storing(t.balance).where(t.balance.gt(0)),
      index().on(t.createdAt).usingHash({ bucketCount: 8 }),
      index().inverted(t.settings),
      unique().on(t.owner, t.region),
      check("not_negative", t.balance.ge(0)),
    ],
    {
      families: { hot: ["balance"], rest: ["id", "owner"] },
      locality: "REGIONAL BY ROW",
      ttl: { expireAfter: "90 days", jobCron: "@daily", deleteBatchSize: 100 },
    },
  );
  expect(sqlOf(createTable(accounts))).toBe(`CREATE TABLE accounts (
  id UUID NOT NULL DEFAULT gen_random_uuid(),
  user_id UUID NOT NULL,
  owner STRING(80) NOT NULL,
  balance INT8 NOT NULL DEFAULT 0,
  region "region" DEFAULT 'us'::"region",
  settings JSONB,
  created_at TIMESTAMPTZ NOT NULL DEFAULT now() ON UPDATE now(),
  doubled INT8 AS (balance * 2) STORED,
  CONSTRAINT accounts_pkey PRIMARY KEY (id),
  CONSTRAINT accounts_owner_region_key UNIQUE (owner, region),
  CONSTRAINT not_negative CHECK (balance >= 0),
  CONSTRAINT accounts_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE ON UPDATE RESTRICT,
  INDEX accounts_owner_idx (owner DESC) STORING (balance) WHERE balance > 0,
  INDEX accounts_created_at_idx (created_at) USING HASH WITH (bucket_count = 8),
  INVERTED INDEX accounts_settings_idx (settings),
  FAMILY hot (balance),
  FAMILY rest (id, owner)
) WITH (ttl_expire_after = '90 days', ttl_job_cron = '@daily', ttl_delete_batch_size = 100) LOCALITY REGIONAL BY ROW`);
});

describe("columns", () => {
  test.each([
    [c.bool(), "the_column BOOL"],
    [c.int2(), "the_column INT2"],
    [c.int4(), "the_column INT4"],
    [c.int(), "the_column INT8"],
    [c.bigint(), "the_column INT8"],
    [c.rowid(), "the_column INT8 NOT NULL DEFAULT unique_rowid()"],
    [c.float4(), "the_column FLOAT4"],
    [c.float8(), "the_column FLOAT8"],
    [c.decimal(), "the_column DECIMAL"],
    [c.decimal(10, 2), "the_column DECIMAL(10,2)"],
    [c.decimal({ precision: 5, as: "number" }), "the_column DECIMAL(5)"],
    [c.string(), "the_column STRING"],
    [c.string(80), "the_column STRING(80)"],
    [c.char(3), "the_column CHAR(3)"],
    [c.varchar(5), "the_column VARCHAR(5)"],
    [c.text(), "the_column TEXT"],
    [c.citext(), "the_column CITEXT"],
    [c.bytes(), "the_column BYTES"],
    [c.uuid(), "the_column UUID"],
    [c.date(), "the_column DATE"],
    [c.time(), "the_column TIME"],
    [c.timetz(), "the_column TIMETZ"],
    [c.timestamp(), "the_column TIMESTAMP"],
    [c.timestamptz({ precision: 3 }), "the_column TIMESTAMPTZ(3)"],
    [c.interval(), "the_column INTERVAL"],
    [c.jsonb(), "the_column JSONB"],
    [c.inet(), "the_column INET"],
    [c.bit(3), "the_column BIT(3)"],
    [c.varbit(), "the_column VARBIT"],
    [c.array(c.string()), "the_column STRING[]"],
    [c.enum("mood", ["sad", "ok"]), 'the_column "mood"'],
    [c.tsvector(), "the_column TSVECTOR"],
    [c.tsquery(), "the_column TSQUERY"],
    [c.vector(3), "the_column VECTOR(3)"],
    [c.geography({ shape: "POINT", srid: 4326 }), "the_column GEOGRAPHY(POINT,4326)"],
    [c.geometry(), "the_column GEOMETRY"],
    [c.ltree(), "the_column LTREE"],
    [c.oid(), "the_column OID"],
    [c.int().notNull(), "the_column INT8 NOT NULL"],
    [c.int().default(-5), "the_column INT8 DEFAULT '-5'::INT8"],
    [c.int().default(5), "the_column INT8 DEFAULT 5"],
    [c.bool().default(true), "the_column BOOL DEFAULT true"],
    [c.float8().default(1.5), "the_column FLOAT8 DEFAULT 1.5"],
    [c.string().default("it's"), "the_column STRING DEFAULT 'it''s'"],
    [c.jsonb().default({ a: 1 }), "the_column JSONB DEFAULT '{\"a\":1}'::JSONB"],
    [c.array(c.int()).default([1, 2]), "the_column INT8[] DEFAULT '{1,2}'::INT8[]"],
    [
      c.timestamptz().default(new Date(0)),
      "the_column TIMESTAMPTZ DEFAULT '1970-01-01T00:00:00.000+00:00'::TIMESTAMPTZ",
    ],
    [c.timestamptz().default(func.now().plus("1 day")), "the_column TIMESTAMPTZ DEFAULT (now() + '1 day'::INTERVAL)"],
    [c.string().default(() => "made here"), "the_column STRING"],
    [c.int().onUpdate(1), "the_column INT8 ON UPDATE 1"],
    [c.int().onUpdate(() => 1), "the_column INT8"],
    [c.int().identity(), "the_column INT8 NOT NULL GENERATED BY DEFAULT AS IDENTITY"],
    [
      c.int().identity({ always: true, start: 10, increment: 5 }),
      "the_column INT8 NOT NULL GENERATED ALWAYS AS IDENTITY (START 10 INCREMENT 5)",
    ],
    [c.int().hidden(), "the_column INT8 NOT VISIBLE"],
    [c.int().named("Odd Name"), '"Odd Name" INT8'],
    [c.int().computed(() => func.length("abc")), "the_column INT8 AS (length('abc')) VIRTUAL"],
  ])("%#: %s", (column, line) => {
    expect(lineOf(column)).toBe(line);
  });

  test("names become snake_case", () => {
    const made = table("t", { createdAt: c.int(), userID: c.int(), HTTPCode: c.int(), a1B: c.int(), plain: c.int() });
    expect(made.columns.map((column) => column.name)).toEqual(["created_at", "user_id", "http_code", "a1_b", "plain"]);
  });

  test("serial warns and is a row id", async () => {
    const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
    expect(lineOf(c.serial())).toBe("the_column INT8 NOT NULL DEFAULT unique_rowid()");
    await expect(warned).resolves.toMatchObject({ code: "TEGMEN_SERIAL" });
  });

  test("a computed column of a column that is not there", () => {
    const made = table("t", { a: c.int(), b: c.int().computed((t) => t.balance.times(2)) });
    expect(() => compile(createTable(made))).toThrow('table "t" has no column "balance"; its columns are a, b');
  });
});

describe("constraints and indexes", () => {
  const parts = (items: Parameters<typeof table>[2]) =>
    linesOf(table("t", { a: c.int().notNull(), b: c.string(), d: c.jsonb(), e: c.vector(3) }, items as never)).slice(4);

  test.each([
    [
      "a primary key of two columns",
      (t: never) => [primaryKey().on(t["a"], t["b"])],
      "CONSTRAINT t_pkey PRIMARY KEY (a, b)",
    ],
    ["a named primary key", (t: never) => [primaryKey("pk").on(t["a"])], "CONSTRAINT pk PRIMARY KEY (a)"],
    [
      "a hash-sharded primary key",
      (t: never) => [primaryKey().on(t["a"]).usingHash()],
      "CONSTRAINT t_pkey PRIMARY KEY (a) USING HASH",
    ],
    ["a named unique constraint", (t: never) => [unique("u").on(t["a"])], "CONSTRAINT u UNIQUE (a)"],
    [
      "a check without a name",
      (t: { a: AnyColumn & { gt: (x: number) => never } }) => [check(t.a.gt(0))],
      "CHECK (a > 0)",
    ],
    ["a unique index", (t: never) => [index().unique().on(t["a"])], "UNIQUE INDEX t_a_idx (a)"],
    ["an expression index", (t: never) => [index("lower_b").on(func.lower(t["b"]))], "INDEX lower_b ((lower(b)))"],
    [
      "a trigram index",
      (t: never) => [index().inverted(t["b"], "gin_trgm_ops")],
      "INVERTED INDEX t_b_idx (b gin_trgm_ops)",
    ],
    [
      "a vector index",
      (t: never) => [index().vector(t["e"], "vector_cosine_ops")],
      "VECTOR INDEX t_e_idx (e vector_cosine_ops)",
    ],
    ["an index that is not used", (t: never) => [index().on(t["a"]).notVisible()], "INDEX t_a_idx (a) NOT VISIBLE"],
    [
      "an index that stores",
      (t: never) => [index().on(t["a"]).storing(t["b"], t["d"])],
      "INDEX t_a_idx (a) STORING (b, d)",
    ],
    [
      "a foreign key",
      (t: never) => [
        foreignKey("fk")
          .on(t["a"], t["b"])
          .references(() => [users.c.id, users.c.name], { matchFull: true }),
      ],
      "CONSTRAINT fk FOREIGN KEY (a, b) REFERENCES users (id, name) MATCH FULL",
    ],
  ])("%s", (_, items, line) => {
    expect(parts(items as never)).toEqual([line]);
  });

  test("of columns", () => {
    const made = table("t", {
      a: c.int().unique(),
      b: c.int().unique("b_key"),
      d: c.int().index(),
      e: c.int().index("e_idx"),
    });
    expect(linesOf(made).slice(4)).toEqual([
      "CONSTRAINT t_a_key UNIQUE (a)",
      "CONSTRAINT b_key UNIQUE (b)",
      "INDEX t_d_idx (d)",
      "INDEX e_idx (e)",
    ]);
  });

  test("names follow the convention", () => {
    const metadata = new MetaData({
      namingConvention: {
        ix: "ix_%(table_name)s_%(column_0_N_name)s",
        uq: "uq_%(table_name)s_%(column_0_name)s",
        ck: "ck_%(table_name)s_%(constraint_name)s",
        fk: "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        pk: "pk_%(table_name)s",
      },
    });
    const made = table(
      "t",
      { id: c.int().primaryKey(), userId: c.uuid().references(() => users.c.id), a: c.int() },
      (t) => [unique().on(t.a, t.id), check("positive", t.a.gt(0)), index().on(t.a, t.id)],
      { metadata },
    );
    expect(linesOf(made).slice(3)).toEqual([
      "CONSTRAINT pk_t PRIMARY KEY (id)",
      "CONSTRAINT uq_t_a UNIQUE (a, id)",
      "CONSTRAINT ck_t_positive CHECK (a > 0)",
      "CONSTRAINT fk_t_user_id_users FOREIGN KEY (user_id) REFERENCES users (id)",
      "INDEX ix_t_a_id (a, id)",
    ]);
  });
});

describe("table options", () => {
  const endOf = (options: Parameters<typeof table>[2]) =>
    sqlOf(createTable(table("t", { a: c.int() }, options as never)))
      .split("\n")
      .at(-1);

  test.each([
    [{ locality: "GLOBAL" }, ") LOCALITY GLOBAL"],
    [{ locality: "REGIONAL BY TABLE" }, ") LOCALITY REGIONAL BY TABLE"],
    [{ locality: { regionalByRowAs: "area" } }, ") LOCALITY REGIONAL BY ROW AS area"],
    [{ locality: { regionalByTableIn: "us-east1" } }, ') LOCALITY REGIONAL BY TABLE IN "us-east1"'],
    [{ ttl: { expirationExpression: "at" } }, ") WITH (ttl_expiration_expression = 'at')"],
    [{ schemaLocked: true }, ") WITH (schema_locked = true)"],
    [{ schema: "bank" }, ")"],
  ])("%o", (options, end) => {
    expect(endOf(options as never)).toBe(end);
  });

  test("a schema is part of the name everywhere", () => {
    const made = table("t", { a: c.int() }, { schema: "Bank" });
    expect(sqlOf(createTable(made))).toMatch(/^CREATE TABLE "Bank"\.t \(/);
    expect(sqlOf(select(made.c.a))).toBe('SELECT "Bank".t.a FROM "Bank".t');
  });
});

describe("other statements", () => {
  const t = table("t", { a: c.int(), b: c.int() });
  const big = view("big", select(t.c.a, t.c.b.plus(1).as("next")).where(t.c.a.gt(5)));
  const numbers = sequence("numbers", { start: 5, increment: 2, minValue: 1, maxValue: 100n, cache: 10 });

  test.each<[Executable, string]>([
    [createTable(t, { ifNotExists: true }), "CREATE TABLE IF NOT EXISTS t (\n  a INT8,\n  b INT8\n)"],
    [dropTable(t), "DROP TABLE t"],
    [dropTable(t, { ifExists: true, cascade: true }), "DROP TABLE IF EXISTS t CASCADE"],
    [createIndex(t, index("i").on(t.c.a.desc())), "CREATE INDEX i ON t (a DESC)"],
    [
      createIndex(t, index("i").unique().on(t.c.a), { ifNotExists: true }),
      "CREATE UNIQUE INDEX IF NOT EXISTS i ON t (a)",
    ],
    [dropIndex(t, "i", { cascade: true }), "DROP INDEX t@i CASCADE"],
    [dropConstraint(t, "k"), "ALTER TABLE t DROP CONSTRAINT k"],
    [createEnum(c.enum("mood", ["it's", "ok"])), "CREATE TYPE \"mood\" AS ENUM ('it''s', 'ok')"],
    [dropEnum(c.enum("mood", ["ok"]), { ifExists: true }), 'DROP TYPE IF EXISTS "mood"'],
    [createSequence(numbers), "CREATE SEQUENCE numbers START 5 INCREMENT 2 MINVALUE 1 MAXVALUE 100 CACHE 10"],
    [dropSequence(numbers), "DROP SEQUENCE numbers"],
    [createSchema("bank", { ifNotExists: true }), "CREATE SCHEMA IF NOT EXISTS bank"],
    [dropSchema("bank", { cascade: true }), "DROP SCHEMA bank CASCADE"],
    [createView(big), "CREATE VIEW big (a, next) AS SELECT t.a, t.b + 1 AS next FROM t WHERE t.a > 5"],
    [dropView(big), "DROP VIEW big"],
    [
      createView(view("m", select(t.c.a), { materialized: true })),
      "CREATE MATERIALIZED VIEW m (a) AS SELECT t.a FROM t",
    ],
    [commentOnTable(t, "it's"), "COMMENT ON TABLE t IS 'it''s'"],
    [commentOnTable(t, null), "COMMENT ON TABLE t IS NULL"],
    [commentOnColumn(t, "a", "x"), "COMMENT ON COLUMN t.a IS 'x'"],
    [select(big.c.next).where(big.c.a.gt(1)), "SELECT big.next FROM big WHERE big.a > $1"],
    [select(numbers.next()), "SELECT nextval($1::STRING)"],
  ])("%s", (statement, sql) => {
    expect(sqlOf(statement)).toBe(sql);
  });
});

test("statements show themselves as SQL", () => {
  const t = table("t", { a: c.int() });
  expect(String(dropTable(t))).toBe("DROP TABLE t");
  expect(String(select(t.c.a).where(t.c.a.gt(1)))).toBe("SELECT t.a FROM t WHERE t.a > $1");
});

describe("versions", () => {
  const needs = (made: AnyTable, text: string) => () => compile(createTable(made), { version: version(text) });
  const on = (items: (t: { a: AnyColumn }) => readonly unknown[]) => table("t", { a: c.string() }, items as never);

  test.each<[string, AnyTable, string]>([
    [
      "21.1.0",
      table("t", { a: c.int().onUpdate(1) }),
      "ON UPDATE of a column needs CockroachDB 21.2 or later; the server runs v21.1.0",
    ],
    ["21.1.0", table("t", { a: c.int().identity() }), "IDENTITY columns needs CockroachDB 21.2"],
    ["21.2.0-alpha.1", table("t", { a: c.int().identity() }), "IDENTITY columns needs CockroachDB 21.2"],
    ["21.2.0", table("t", { a: c.int() }, { ttl: { expireAfter: "1 day" } }), "row-level TTL needs CockroachDB 22.1"],
    [
      "22.1.0",
      table("t", { a: c.int() }, { ttl: { expirationExpression: "a" } }),
      "a TTL expression needs CockroachDB 22.2",
    ],
    ["22.1.0", on((t) => [index().on(t.a).notVisible()]), "NOT VISIBLE indexes needs CockroachDB 22.2"],
    ["22.1.0", on((t) => [index().inverted(t.a, "gin_trgm_ops")]), "trigram indexes needs CockroachDB 22.2"],
    ["21.1.0", on((t) => [index().on(func.lower(t.a as never))]), "expression indexes needs CockroachDB 21.2"],
    [
      "21.2.0",
      on((t) => [index().on(t.a).usingHash()]),
      "hash-sharded indexes without an experimental setting needs CockroachDB 22.1",
    ],
    ["22.2.0", table("t", { a: c.tsvector() }), "TSVECTOR needs CockroachDB 23.1"],
    ["24.1.0", table("t", { a: c.vector(3) }), "VECTOR needs CockroachDB 24.2"],
    ["25.1.0", on((t) => [index().vector(t.a)]), "vector indexes needs CockroachDB 25.2"],
    ["25.2.0", table("t", { a: c.citext() }), "CITEXT needs CockroachDB 25.3"],
    ["25.3.0", table("t", { a: c.ltree() }), "LTREE needs CockroachDB 25.4"],
    ["22.2.0", table("t", { a: c.int() }, { schemaLocked: true }), "schema_locked needs CockroachDB 23.1"],
  ])("%s: %#", (text, made, message) => {
    expect(needs(made, text)).toThrow(message);
    expect(needs(made, "26.1.0")).not.toThrow();
  });

  test("statements, too", () => {
    const t = table("t", { a: c.int() });
    const other = table("other", { a: c.int() });
    const old = { version: version("21.1.0") };
    expect(() => compile(select(t.c.a).forUpdate({ skipLocked: true }), old)).toThrow(
      "SKIP LOCKED needs CockroachDB 22.2",
    );
    expect(() => compile(select(t.c.a).withHint(t, "NO_FULL_SCAN"), old)).toThrow(
      "NO_FULL_SCAN needs CockroachDB 21.2",
    );
    expect(other.name).toBe("other");
  });

  test("NULLS FIRST and NULLS LAST mean the same on servers that do not know them", () => {
    const t = table("t", { a: c.int() });
    const order = (text: string, ordering: OrderBy) =>
      compile(select(t.c.a).orderBy(ordering), { version: version(text) }).sql.replace(/^.*ORDER BY /, "");
    expect(order("22.1.0", t.c.a.desc().nullsLast())).toBe("t.a DESC NULLS LAST");
    expect(order("21.2.0", t.c.a.desc().nullsLast())).toBe("t.a DESC");
    expect(order("21.2.0", t.c.a.asc().nullsFirst())).toBe("t.a");
    expect(order("21.2.0", t.c.a.asc().nullsLast())).toBe("t.a IS NULL, t.a");
    expect(order("21.2.0", t.c.a.desc().nullsFirst())).toBe("t.a IS NULL DESC, t.a DESC");
  });
});
