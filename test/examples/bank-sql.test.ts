import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isCockroach, openDatabase, type TestDatabase } from "../support/server.ts";
import { runProgram } from "./run-program.ts";

const folder = fileURLToPath(new URL("../../examples/bank-sql/", import.meta.url));
const compiler = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");

// PostgreSQL has no UPSERT.
describe.runIf(isCockroach)("the bank tutorial", () => {
  let database: TestDatabase;

  beforeAll(async () => {
    const { status, stdout } = spawnSync(process.execPath, [compiler, "-p", folder], { encoding: "utf8" });
    if (status !== 0) throw new Error(`the example does not compile:\n${stdout}`);
    database = await openDatabase();
  });
  afterAll(() => database.drop());

  test("moves money between two accounts, and deletes them", async () => {
    const { code, stdout, stderr } = await runProgram(folder, "main", [database.url]);
    expect(stderr).toBe("");
    expect(stdout.replaceAll(/[0-9a-f-]{36}/g, "ID").split("\n")).toEqual([
      "Two new accounts:",
      expect.stringMatching(/^ {2}ID {4,5}(?:250|1000)$/),
      expect.stringMatching(/^ {2}ID {4,5}(?:250|1000)$/),
      "After a transfer of 100 from ID:",
      expect.stringMatching(/^ {2}ID {5}(?:350|900)$/),
      expect.stringMatching(/^ {2}ID {5}(?:350|900)$/),
      "Deleted 2 accounts",
      "",
    ]);
    expect(code).toBe(0);
  });

  test("takes its URL from the environment, and tells every statement on standard error when asked", async () => {
    const { code, stdout, stderr } = await runProgram(folder, "main", ["--verbose"], { DATABASE_URL: database.url });
    expect(code).toBe(0);
    expect(stdout).not.toContain("UPSERT");
    expect(stderr).toContain("UPSERT INTO accounts");
    expect(stderr).toContain("SAVEPOINT cockroach_restart");
  });

  test("errors go to standard error, with exit code 1", async () => {
    expect(await runProgram(folder, "main", [])).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringContaining("URL"),
    });
    const unreachable = await runProgram(folder, "main", [
      "cockroachdb://root:hunter2@127.0.0.1:1/bank?sslmode=disable",
    ]);
    expect(unreachable).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("refused") });
    expect(unreachable.stderr).not.toContain("hunter2");
  });

  test("under contention no money is made or lost, and a pipe gets no progress bar", async () => {
    const { code, stdout, stderr } = await runProgram(folder, "contention", [
      "--workers=8",
      "--transfers=60",
      "--accounts=3",
      database.url,
    ]);
    expect(stderr).toBe("");
    expect(stdout).toContain("60 transfers by 8 workers between 3 accounts");
    expect(stdout).toContain("3000 before, 3000 after: unchanged");
    expect(stdout).not.toMatch(/[█\r]/);
    expect(code).toBe(0);
  });

  test("numbers that make no sense are refused", async () => {
    const { code, stderr } = await runProgram(folder, "contention", ["--accounts", "1", database.url]);
    expect(code).toBe(1);
    expect(stderr).toContain("--accounts takes a number from 2 up");
  });
});
