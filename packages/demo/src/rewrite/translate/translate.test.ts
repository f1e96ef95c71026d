import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { QueryTranslation, Translation } from "../contract.ts";
import { SqlError } from "../sql-error.ts";
import { parseSql } from "../statements.ts";
import { sketchContext } from "../testing-support/catalog.ts";
import { translate } from "./translate.ts";

const context = sketchContext([
  {
    name: "accounts",
    columns: ["id!", "balance", "owner="],
    primaryKey: ["id"],
    unique: { accounts_owner_key: ["owner"] },
  },
  { name: "log", columns: ["message", "rowid~"], primaryKey: ["rowid"] },
  { name: "notes", columns: ["id!", "text", "at"], primaryKey: ["id"], onUpdate: { at: "now()" } },
]);

function translated(sql: string, variables?: Readonly<Record<string, string>>): Translation {
  const [statement] = parseSql(sql);
  if (!statement) throw new Error("no statement");
  return translate(statement, variables ? { ...context, variables: new Map(Object.entries(variables)) } : context);
}

function query(sql: string): QueryTranslation {
  const translation = translated(sql);
  if (translation.kind !== "query") throw new Error(`${sql} is ${translation.kind}`);
  return translation;
}

const sqlOf = (sql: string): string => query(sql).sql;

describe("expressions", () => {
  test.each([
    ["SELECT 1 + 2", 'SELECT 1::int8 + 2::int8 AS "?column?"'],
    ["SELECT -9223372036854775808", 'SELECT (-9223372036854775808)::int8 AS "?column?"'],
    ["SELECT 7 // 2", 'SELECT crdb_demo.floordiv(7::int8, 2::int8) AS "?column?"'],
    ["SELECT 'a':::STRING", `SELECT 'a'::text AS "text"`],
    ["SELECT b'\\xff'", `SELECT '\\xff'::bytea AS "?column?"`],
    ["SELECT 'abcd'::STRING(3)", `SELECT CAST('abcd' AS varchar(3))::text AS "text"`],
    ["SELECT e'it\\'s'", `SELECT 'it''s' AS "?column?"`],
    ["SELECT a @> b || c", 'SELECT a @> (b || c) AS "?column?"'],
    ["SELECT IF(a, 1, 2)", 'SELECT CASE WHEN a THEN 1::int8 ELSE 2::int8 END AS "if"'],
    ["SELECT current_user", 'SELECT current_user::text AS "current_user"'],
    ["SELECT id FROM accounts WHERE id IN ()", "SELECT id FROM accounts WHERE false"],
    ["SELECT crdb_internal.node_id()", 'SELECT crdb_internal.node_id() AS "crdb_internal.node_id"'],
  ])("%s", (sql, expected) => {
    expect(sqlOf(sql)).toBe(expected);
  });

  test("functions that CockroachDB does not have are unknown", () => {
    expect(() => sqlOf("SELECT pg_terminate_backend(1)")).toThrow("unknown function: pg_terminate_backend()");
    expect(() => sqlOf("SELECT pg_read_file('x')")).toThrow("unknown function: pg_read_file()");
  });
});

describe("selects", () => {
  test("NULLs come first, but an index on a column without them stays usable", () => {
    expect(sqlOf("SELECT id FROM accounts ORDER BY balance, owner DESC, id")).toBe(
      "SELECT id FROM accounts ORDER BY balance NULLS FIRST, owner DESC NULLS LAST, id",
    );
  });

  test("numbers in ORDER BY and GROUP BY stay places of columns", () => {
    expect(sqlOf("SELECT owner, count(*) FROM accounts GROUP BY 1 ORDER BY 2 DESC LIMIT 3")).toBe(
      'SELECT owner, count(*) AS "count" FROM accounts GROUP BY 1 ORDER BY 2 DESC NULLS LAST LIMIT 3',
    );
  });

  test("the hidden rowid is not part of a star", () => {
    expect(sqlOf("SELECT * FROM log")).toBe('SELECT "log"."message" FROM log');
    expect(sqlOf("SELECT l.*, rowid FROM log AS l")).toBe('SELECT "l"."message", rowid FROM log AS "l"');
    expect(sqlOf("SELECT * FROM accounts, log")).toBe('SELECT "accounts".*, "log"."message" FROM accounts, log');
    expect(sqlOf("SELECT * FROM log NATURAL JOIN accounts")).toBe(
      'SELECT * FROM (SELECT "message" FROM log) AS "log" NATURAL JOIN accounts',
    );
    expect(sqlOf("INSERT INTO log SELECT * FROM log")).toBe(
      'INSERT INTO log ("message") SELECT "log"."message" FROM log'.replace("log (", '"log" ('),
    );
  });

  test("index hints are checked and dropped", () => {
    expect(sqlOf("SELECT id FROM accounts@accounts_owner_key")).toBe("SELECT id FROM accounts");
    expect(sqlOf("SELECT id FROM accounts@{FORCE_INDEX=primary,ASC} AS a")).toBe('SELECT id FROM accounts AS "a"');
    expect(() => sqlOf("SELECT id FROM accounts@nope")).toThrow('index "nope" not found');
  });

  test("names may carry the current database, and no other", () => {
    expect(sqlOf("SELECT id FROM bank.public.accounts")).toBe('SELECT id FROM "public"."accounts"');
    expect(sqlOf("SELECT id FROM bank.accounts")).toBe('SELECT id FROM "public"."accounts"');
    expect(() => sqlOf("SELECT id FROM other.public.accounts")).toThrow("not supported by the demo cluster");
  });

  test("AS OF SYSTEM TIME is left to the session, where it is allowed", () => {
    expect(query("SELECT id FROM accounts AS OF SYSTEM TIME '-1s' WHERE id = 1")).toMatchObject({
      sql: "SELECT id FROM accounts  WHERE id = 1::int8",
      asOf: "'-1s'",
    });
    expect(() => sqlOf("SELECT 1 FROM (SELECT 1 FROM accounts AS OF SYSTEM TIME '-1s') AS x")).toThrow(
      "top-level statement",
    );
    expect(() => sqlOf("SELECT 1 FROM accounts AS OF SYSTEM TIME now()")).toThrow("only constant expressions");
    expect(() => sqlOf("SELECT 1 FROM accounts AS OF SYSTEM TIME 'nope'")).toThrow(
      "neither timestamp, decimal, nor interval",
    );
  });

  test("SHOW can be a source", () => {
    expect(sqlOf("SELECT count(*) FROM [SHOW TABLES]")).toContain("('public', 'accounts', 'table', 'root', '0', NULL)");
    expect(query("SELECT value FROM [SHOW timezone]").virtualTables).toEqual(["session_variables"]);
  });
});

describe("changes", () => {
  test("UPSERT replaces what it names", () => {
    expect(sqlOf("UPSERT INTO accounts (id, balance) VALUES ($1, $2) RETURNING balance")).toBe(
      'INSERT INTO "accounts" ("id", "balance") VALUES ($1, $2) ON CONFLICT ("id") DO UPDATE SET "balance" = excluded."balance" RETURNING balance',
    );
    expect(sqlOf("UPSERT INTO accounts VALUES (1, 2)")).toBe(
      'INSERT INTO "accounts" ("id", "balance") VALUES (1::int8, 2::int8) ON CONFLICT ("id") DO UPDATE SET "balance" = excluded."balance", "owner" = excluded."owner"',
    );
    expect(sqlOf("UPSERT INTO accounts (id) VALUES (1)")).toContain('DO UPDATE SET "id" = excluded."id"');
    expect(() => sqlOf("UPSERT INTO accounts (balance) VALUES (1)")).toThrow('missing "id" primary key column');
  });

  test.each([
    ["UPDATE notes SET text = 1 WHERE id = 2", 'SET "text" = 1::int8, "at" = now() WHERE'],
    ["UPDATE notes SET text = 1, at = 2", 'SET "text" = 1::int8, "at" = 2::int8'],
    ["UPDATE notes SET (text, at) = (1, 2)", 'SET ("text", "at") = ROW(1::int8, 2::int8)'],
    ["UPSERT INTO notes (id, text) VALUES (1, 2)", 'SET "text" = excluded."text", "at" = now()'],
    ["UPSERT INTO notes (id) VALUES (1)", 'SET "at" = now()'],
    ["UPSERT INTO notes VALUES (1, 2)", 'SET "text" = excluded."text", "at" = excluded."at"'],
    [
      "INSERT INTO notes (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET text = 1, id = 2 WHERE notes.id > 0",
      'SET "text" = 1::int8, "id" = 2::int8, "at" = now() WHERE',
    ],
  ])("%s sets what has ON UPDATE unless it is named", (sql, expected) => {
    expect(sqlOf(sql)).toContain(expected);
    expect(sqlOf(sql).match(/"at" = /g) ?? []).toHaveLength(sql.includes("(text, at)") ? 0 : 1);
  });

  test("RETURNING NOTHING returns no rows", () => {
    expect(query("DELETE FROM accounts WHERE id = 1 RETURNING NOTHING")).toMatchObject({
      sql: 'DELETE FROM "accounts" WHERE id = 1::int8',
      returnsRows: false,
    });
  });

  test("ORDER BY and LIMIT choose the rows of an UPDATE", () => {
    expect(sqlOf("UPDATE accounts SET balance = 0 WHERE balance > 5 ORDER BY id LIMIT 2")).toBe(
      'UPDATE "accounts" SET "balance" = 0::int8 WHERE "accounts".ctid = ANY (ARRAY(SELECT "accounts".ctid FROM "accounts" WHERE balance > 5::int8 ORDER BY id LIMIT 2::int8 FOR UPDATE))',
    );
  });

  test.each([
    [
      "INSERT INTO accounts VALUES (1, 2, 3, 4)",
      "INSERT has more expressions than target columns, 4 expressions for 3 targets",
    ],
    [
      "INSERT INTO accounts (id, balance) VALUES (1)",
      "INSERT has more target columns than expressions, 1 expressions for 2 targets",
    ],
    ["INSERT INTO accounts (id, id) VALUES (1, 2)", 'multiple assignments to the same column "id"'],
    ["INSERT INTO accounts (nope) VALUES (1)", 'column "nope" does not exist'],
    ["INSERT INTO nope VALUES (1)", 'relation "nope" does not exist'],
    ["UPDATE accounts SET nope = 1", 'column "nope" does not exist'],
    ["VALUES (1, 2), (3)", "VALUES lists must all be the same length, expected 2 columns, found 1"],
  ])("%s is refused", (sql, message) => {
    expect(() => sqlOf(sql)).toThrow(message);
  });

  test("safe updates want a WHERE", () => {
    expect(() => translated("DELETE FROM accounts", { sql_safe_updates: "on" })).toThrow("DELETE without WHERE clause");
  });
});

describe("schema changes", () => {
  test("a table keeps CockroachDB's names, types and texts", () => {
    const {
      sql,
      after = [],
      ddl,
    } = query(
      "CREATE TABLE t (id UUID PRIMARY KEY DEFAULT gen_random_uuid(), s STRING(3) UNIQUE, n INT CHECK (n > 0), INDEX (n DESC) STORING (s))",
    );
    expect(sql).toBe(
      'CREATE TABLE "public"."t" ("id" uuid DEFAULT gen_random_uuid() NOT NULL, ' +
        '"s" text CONSTRAINT "crdb_length@s" CHECK (pg_catalog.char_length("s") <= 3), "n" int8, ' +
        'CONSTRAINT "t@primary" PRIMARY KEY ("id"), CONSTRAINT "check_n" CHECK (n > 0::int8))',
    );
    expect(ddl).toEqual({ creates: "public.t", afterCommit: false });
    expect(after[0]).toBe('CREATE UNIQUE INDEX "t@t_s_key" ON "public"."t" ("s" ASC NULLS FIRST)');
    expect(after[2]).toBe('CREATE INDEX "t@t_n_idx" ON "public"."t" ("n" DESC NULLS LAST) INCLUDE ("s")');
    expect(after.join("\n")).toContain('"expression":"n > 0:::INT8"');
  });

  test("without a primary key there is a hidden rowid", () => {
    expect(sqlOf("CREATE TABLE h (a INT)")).toBe(
      'CREATE TABLE "public"."h" ("a" int8, "rowid" int8 NOT NULL DEFAULT unique_rowid(), CONSTRAINT "h@primary" PRIMARY KEY ("rowid"))',
    );
  });

  test("a new column is there after the commit", () => {
    expect(query("ALTER TABLE accounts ADD COLUMN x INT DEFAULT 5").ddl).toEqual({
      changes: "public.accounts",
      afterCommit: true,
    });
  });

  test("what is recognised and cannot be emulated is refused by name", () => {
    expect(() => sqlOf("CREATE TEMP TABLE p (a INT)")).toThrow("temporary tables is not supported by the demo cluster");
    expect(() => translated("EXPLAIN SELECT 1")).toThrow("EXPLAIN is not supported by the demo cluster");
    expect(() => translated("BACKUP TO 'x'")).toThrow("BACKUP is not supported by the demo cluster");
  });
});

describe("the session's statements", () => {
  test.each<[string, Translation]>([
    ["BEGIN PRIORITY HIGH", { kind: "transaction", action: { kind: "begin", modes: modes({ priority: "high" }) } }],
    ["ROLLBACK TO SAVEPOINT a", { kind: "transaction", action: { kind: "rollbackTo", name: "a" } }],
    [
      "SET x = on",
      { kind: "set", variable: "x", values: [{ kind: "identifier", text: "on" }], scope: "session", tag: "SET" },
    ],
    ["SET TIME ZONE DEFAULT", { kind: "set", variable: "timezone", values: undefined, scope: "session", tag: "SET" }],
    ["SHOW TIME ZONE", { kind: "show", variable: "timezone" }],
    ["USE other", { kind: "use", database: "other" }],
    ["SET database = other", { kind: "use", database: "other" }],
    ["SHOW CLUSTER SETTING version", { kind: "showClusterSetting", setting: "version" }],
    ["DROP DATABASE x CASCADE", { kind: "dropDatabase", database: "x", ifExists: false, behavior: "cascade" }],
  ])("%s", (sql, expected) => {
    expect(translated(sql)).toEqual(expected);
  });
});

function modes(given: object): object & Record<string, never> {
  return {
    isolation: undefined,
    priority: undefined,
    readOnly: undefined,
    deferrable: undefined,
    asOf: undefined,
    ...given,
  } as never;
}

/** The backend's SQL; for operators on types that have none, the text itself. */
function unlessMistyped(sql: string): string {
  try {
    return sqlOf(sql);
  } catch (error) {
    if (error instanceof SqlError && error.code === "22023") return sql;
    throw error;
  }
}

test("text without anything of CockroachDB's passes through byte for byte", () => {
  const name = fc.constantFrom("a", "b", '"Mixed Name"', "accounts.id");
  const leaf = fc.oneof(
    name,
    fc.constantFrom("'x'", "'it''s'", "1.5", "NULL", "true", "$1", "lower(a)", "coalesce(a, b)"),
  );
  const blank = fc.constantFrom(" ", "\n", " /* c */ ", "\t");
  const expression = fc.letrec<{ expr: string }>((tie) => ({
    expr: fc.oneof(
      { depthSize: "small" },
      leaf,
      fc
        .tuple(
          tie("expr"),
          blank,
          fc.constantFrom("+", "-", "*", "/", "=", "AND", "OR", "IS NOT DISTINCT FROM", "LIKE"),
          blank,
          leaf,
        )
        .map((p) => `(${p.join("")})`),
      fc.tuple(tie("expr"), leaf).map(([a, b]) => `CASE WHEN ${a} THEN ${b} ELSE ${a} END`),
    ),
  })).expr;
  fc.assert(
    fc.property(expression, expression, blank, (result, condition, gap) => {
      const rest = `FROM accounts${gap}WHERE ${condition}`;
      const sql = `SELECT${gap}${result} AS "x"${gap}${rest}`;
      expect(unlessMistyped(sql)).toBe(sql);
    }),
  );
});
