import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isCockroach, openDatabase, type TestDatabase } from "../support/server.ts";
import { runProgram } from "./run-program.ts";

const folder = fileURLToPath(new URL("../../examples/bank-orm/", import.meta.url));
const compiler = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");

// PostgreSQL has no unique_rowid().
describe.runIf(isCockroach)("the bank tutorial with the ORM", () => {
  let database: TestDatabase;

  beforeAll(async () => {
    const { status, stdout } = spawnSync(process.execPath, [compiler, "-p", folder], { encoding: "utf8" });
    if (status !== 0) throw new Error(`the example does not compile:\n${stdout}`);
    database = await openDatabase();
  });
  afterAll(() => database.drop());

  test("reads ids, creates accounts, and moves half of a balance", async () => {
    const { code, stdout, stderr } = await runProgram(folder, "main", ["--quiet", database.url]);
    expect(stderr).toBe("");
    expect(stdout.split("\n")).toEqual([
      "There are 0 accounts",
      "Created 100 accounts",
      expect.stringMatching(/^Moved \d+, half of the balance of \d+, to \d+$/),
      "The richest accounts:",
      expect.stringMatching(/^ +\d+ +\d+$/),
      expect.stringMatching(/^ +\d+ +\d+$/),
      expect.stringMatching(/^ +\d+ +\d+$/),
      "",
    ]);
    expect(code).toBe(0);
  });

  test("finds the accounts that are there already, and shows every statement", async () => {
    const { code, stdout } = await runProgram(folder, "main", [database.url]);
    expect(stdout).toContain("There are 100 accounts");
    expect(stdout).toContain("SELECT accounts.id FROM accounts");
    expect(stdout).toMatch(/UPDATE accounts SET balance = accounts\.balance \+ \$1 WHERE accounts\.id = \$2/);
    expect(code).toBe(0);
  });

  test("writes points in chunks, and relates rows without a foreign key", async () => {
    const { code, stdout, stderr } = await runProgram(folder, "more", [
      "--points",
      "250",
      "--chunk",
      "100",
      database.url,
    ]);
    expect(stderr).toBe("");
    expect(stdout.split("\n")).toEqual([
      expect.stringMatching(/^250 points, in chunks of 100; the farthest is \d+\.\d away$/),
      "Ada has 2 orders, over 42",
      "and each knows its customer: true",
      "",
    ]);
    expect(code).toBe(0);
  });
});
