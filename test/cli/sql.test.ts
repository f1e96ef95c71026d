import { afterAll, beforeAll, expect, test } from "vitest";
import { isCockroach, openDatabase, type TestDatabase } from "../support/server.ts";
import { type Outcome, run, serverArguments, start } from "./program.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await openDatabase();
});
afterAll(() => database.drop());

function sql(args: readonly string[], input = ""): Promise<Outcome> {
  return run(["sql", "--url", database.url, ...serverArguments, ...args], input);
}

test("statements of -e run in order on one connection, and values are the server's own text", async () => {
  const { code, stdout, stderr } = await sql([
    "-e",
    "CREATE TABLE exact (id INT8 PRIMARY KEY, amount DECIMAL(20,4), note VARCHAR); SET application_name = 'kept'",
    "-e",
    "INSERT INTO exact VALUES (9007199254740993, 1.5, NULL)",
    "-e",
    "SELECT *, 'a;b' AS semicolon FROM exact; SHOW application_name;",
  ]);
  expect(stderr).toBe("");
  expect(stdout).toBe(
    [
      "CREATE TABLE",
      "SET",
      "INSERT 0 1",
      "id\tamount\tnote\tsemicolon",
      "9007199254740993\t1.5000\tNULL\ta;b",
      "application_name",
      "kept",
      "",
    ].join("\n"),
  );
  expect(code).toBe(0);
});

test("--format table is aligned and counts the rows", async () => {
  const { stdout } = await sql(["--format", "table", "-e", "SELECT 1::INT8 AS n, 'x' AS text"]);
  expect(stdout).toBe(" n | text\n---+------\n 1 | x\n(1 row)\n");
});

test("--format csv and records", async () => {
  const statement = `SELECT 'a,b' AS "x", NULL AS y`;
  expect((await sql(["--format", "csv", "-e", statement])).stdout).toBe('x,y\n"a,b",NULL\n');
  expect((await sql(["--format", "records", "-e", statement])).stdout).toBe(
    "-[ RECORD 1 ]\nx | a,b\ny | NULL\n(1 row)\n",
  );
});

test("a pipe is read statement by statement, and the last one needs no semicolon", async () => {
  const input = "-- a comment\nSELECT 'two\nlines' AS a; /* ; */ SELECT 1::INT8\n  AS b;\n\nSELECT 2::INT8 AS c";
  const { code, stdout } = await sql([], input);
  expect(stdout).toBe('a\n"two\nlines"\nb\n1\nc\n2\n');
  expect(code).toBe(0);
});

test("the result of a statement is there before the next one is", async () => {
  const program = start(["sql", "--url", database.url, ...serverArguments]);
  program.write("SELECT 1::INT8 AS first;\n");
  await program.until("first\n1\n");
  program.write("SELECT 2::INT8 AS second;\n");
  await program.until("second\n2\n");
  program.child.stdin.end();
  expect((await program.ended).code).toBe(0);
});

test("the first error stops everything, and is told with its code", async () => {
  const { code, stdout, stderr } = await sql(["-e", "SELECT 1::INT8 AS a; SELECT a FROM nowhere; SELECT 2 AS b"]);
  expect(stdout).toBe("a\n1\n");
  expect(stderr).toMatch(/^ERROR: relation "nowhere" does not exist\nSQLSTATE: 42P01\n/);
  expect(code).toBe(1);
  const piped = await sql([], "SELECT a FROM nowhere;\nSELECT 2 AS b;\n");
  expect(piped).toMatchObject({ code: 1, stdout: "" });
});

test.runIf(isCockroach)(String.raw`\dt, \d and \q work in a pipe`, async () => {
  const { code, stdout } = await sql(
    [],
    "CREATE TABLE listed (id INT8 PRIMARY KEY);\n\\dt\n\\d listed\n\\q\nSELECT 1/0;\n",
  );
  expect(stdout).toContain("table_name");
  expect(stdout).toContain("listed");
  expect(stdout).toMatch(/^id\t/m);
  expect(code).toBe(0);
});

test("what the reader does not want is not an error", async () => {
  const program = start(["sql", "--url", database.url, ...serverArguments]);
  program.child.stdin.end("SELECT repeat('x', 1000) FROM generate_series(1, 20000);");
  await program.until("xxx");
  program.child.stdout.destroy();
  expect(await program.ended).toMatchObject({ code: 0, stderr: "" });
});

test("without a server it says what was tried, and never the password", async () => {
  const { code, stdout, stderr } = await run([
    "sql",
    "-u",
    "cockroachdb://root:hunter2@127.0.0.1:1/d",
    "-e",
    "SELECT 1",
  ]);
  expect(code).toBe(1);
  expect(stdout).toBe("");
  expect(stderr).toContain("127.0.0.1:1");
  expect(stderr).toContain("refused");
  expect(stderr).not.toContain("hunter2");
});

test("an error that quotes a password does not show it", async () => {
  const { stderr } = await sql(["-e", "CREATE USER WITH PASSWORD 'hunter2'"]);
  expect(stderr).toContain("ERROR");
  expect(stderr).not.toContain("hunter2");
});

test("a URL with a mistake is refused without its password", async () => {
  const { code, stderr } = await run([
    "sql",
    "--url",
    "cockroachdb://root:hunter2@h/d?sslmod=disable",
    "-e",
    "SELECT 1",
  ]);
  expect(code).toBe(1);
  expect(stderr).toContain("sslmode");
  expect(stderr).not.toContain("hunter2");
});
