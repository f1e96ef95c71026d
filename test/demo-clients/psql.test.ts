import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase, type TestDatabase } from "../support/server.ts";
import { isInstalled, type Outcome, runProgram } from "./programs.ts";

const installed = isInstalled("psql");

let database: TestDatabase;
let folder: string;

beforeAll(async () => {
  database = await openDatabase();
  folder = mkdtempSync(join(tmpdir(), "tegmen-psql-"));
});

afterAll(async () => {
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs psql without the user's own settings; it ends with code 3 at the first statement that fails. */
function psql(...args: readonly string[]): Promise<Outcome> {
  return runProgram("psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", database.url, ...args], { cwd: folder });
}

async function answer(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await psql(...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

/** The rows of a table that is printed without alignment. */
async function rows(command: string): Promise<string[][]> {
  return (await answer("-A", "-t", "-c", command))
    .trim()
    .split("\n")
    .map((line) => line.split("|"));
}

describe.skipIf(!installed)(`psql${installed ? "" : " (skipped: it is not installed)"}`, () => {
  test("runs a file of statements", async () => {
    const file = join(folder, "schema.sql");
    writeFileSync(
      file,
      `CREATE TABLE accounts (
         id INT8 PRIMARY KEY, owner STRING NOT NULL, balance DECIMAL(12,2) DEFAULT 0, at TIMESTAMPTZ DEFAULT now(),
         INDEX owner_idx (owner), CHECK (balance >= 0)
       );
       CREATE TABLE entries (account INT8 REFERENCES accounts (id), amount INT8, UNIQUE INDEX account_amount (account, amount));
       CREATE VIEW rich AS SELECT id FROM accounts WHERE balance > 100;
       CREATE SEQUENCE numbers;
       INSERT INTO accounts (id, owner, balance) VALUES (1, 'one', 10);
       UPSERT INTO accounts (id, owner, balance) VALUES (1, 'one', 11), (2, 'two', 20);
       ALTER TABLE accounts ADD COLUMN note STRING;
       BEGIN;
       SAVEPOINT cockroach_restart;
       UPDATE accounts SET balance = balance + 1;
       RELEASE SAVEPOINT cockroach_restart;
       COMMIT;`,
    );
    expect(await answer("-f", file)).toBe("");
    expect(await answer("-c", "SELECT id, owner, balance FROM accounts ORDER BY id")).toBe(
      [
        " id | owner | balance ",
        "----+-------+---------",
        "  1 | one   |   12.00",
        "  2 | two   |   21.00",
        "(2 rows)",
        "",
        "",
      ].join("\n"),
    );
  });

  test("stops at a statement that fails, and shows its message", async () => {
    expect(await psql("-c", "SELECT 1", "-c", "SELECT * FROM nowhere", "-c", "SELECT 2")).toEqual({
      code: 1,
      stdout: " ?column? \n----------\n        1\n(1 row)\n\n",
      stderr: 'ERROR:  relation "nowhere" does not exist\n',
    });
    expect((await psql("-c", "SELEC 1")).stderr).toBe(
      'ERROR:  at or near "selec": syntax error\nDETAIL:  source SQL:\nSELEC 1\n^\n',
    );
  });

  test("lists relations, databases and roles", async () => {
    expect(await rows(String.raw`\d`)).toEqual([
      ["public", "accounts", "table", "root"],
      ["public", "entries", "table", "root"],
      ["public", "numbers", "sequence", "root"],
      ["public", "rich", "view", "root"],
    ]);
    expect((await rows(String.raw`\dt`)).map(([, name]) => name)).toEqual(["accounts", "entries"]);
    expect((await rows(String.raw`\di`)).map(([, name, , , table]) => [table, name])).toEqual([
      ["entries", "account_amount"],
      ["accounts", "owner_idx"],
      ["accounts", "primary"],
      ["entries", "primary"],
    ]);
    const databases = (await rows(String.raw`\l`)).map(([name]) => name);
    expect(databases).toEqual(expect.arrayContaining(["defaultdb", "postgres", "system"]));
    expect(databases.filter((name) => name?.startsWith("template"))).toEqual([]);
    expect((await rows(String.raw`\du`)).map(([name]) => name)).toEqual(expect.arrayContaining(["admin", "root"]));
    expect((await rows(String.raw`\dn`)).map(([name]) => name)).toContain("public");
  });

  test("describes a table with its columns, indexes and checks", async () => {
    const described = await answer("-c", String.raw`\d accounts`);
    expect(described.split("\n").map((line) => line.trimEnd())).toEqual([
      '                       Table "public.accounts"',
      " Column  |           Type           | Collation | Nullable | Default",
      "---------+--------------------------+-----------+----------+---------",
      " id      | bigint                   |           | not null |",
      " owner   | text                     |           | not null |",
      " balance | numeric(12,2)            |           |          | 0",
      " at      | timestamp with time zone |           |          | now()",
      " note    | text                     |           |          |",
      "Indexes:",
      '    "primary" PRIMARY KEY, btree (id ASC)',
      '    "owner_idx" btree (owner ASC)',
      "Check constraints:",
      '    "check_balance" CHECK ((balance >= 0))',
      "",
      "",
    ]);
    expect(await answer("-c", String.raw`\d entries`)).toMatch(/rowid +\| bigint .* not null \| unique_rowid\(\)/);
    expect(await answer("-c", String.raw`\d+ rich`)).toContain("View definition:");
    expect(await answer("-c", String.raw`\d numbers`)).toContain('Sequence "public.numbers"');
  });

  test("copies a file into a table", async () => {
    writeFileSync(join(folder, "rows.csv"), '10,"ten, or so",100\n11,eleven,\n');
    const copied = await runProgram(
      "psql",
      ["-X", database.url, "-c", String.raw`\copy accounts (id, owner, balance) FROM 'rows.csv' CSV`],
      { cwd: folder },
    );
    expect(copied).toEqual({ code: 0, stdout: "COPY 2\n", stderr: "" });
    expect(await rows("SELECT owner, balance FROM accounts WHERE id > 9 ORDER BY id")).toEqual([
      ["ten, or so", "100.00"],
      ["eleven", ""],
    ]);
  });

  test("is told what COPY cannot do, as by CockroachDB", async () => {
    const header = await psql("-c", String.raw`\copy accounts FROM 'rows.csv' CSV HEADER`);
    expect(header.stderr).toContain('at or near "header": syntax error');
    const refused = await psql("-c", String.raw`\copy accounts TO 'out.csv' CSV`);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('at or near "to": syntax error: unimplemented: this syntax');
    const out = await answer("--csv", "-c", "SELECT id, owner FROM accounts WHERE id < 3 ORDER BY id", "-o", "out.csv");
    expect(out).toBe("");
    expect(readFileSync(join(folder, "out.csv"), "utf8")).toBe("id,owner\n1,one\n2,two\n");
  });

  test("its commands for variables, types of results and other databases", async () => {
    const script = String.raw`
SELECT 41 + 1 AS answer \gset
\echo :answer
SELECT 'SELECT 7 AS seven' \gexec
SELECT 1::INT8 AS i, 's' AS s \gdesc
\c defaultdb
SELECT current_database();
`;
    const { code, stdout, stderr } = await runProgram("psql", ["-X", "-A", "-t", "-q", database.url], {
      input: script,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toBe("42\n7\ni|bigint\ns|text\ndefaultdb\n");
  });
});
