import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase, type TestDatabase } from "../support/server.ts";
import { isInstalled, majorVersion, runProgram } from "./programs.ts";

const why = !isInstalled("pgbench")
  ? "it is not installed"
  : majorVersion("pgbench") < 15
    ? "retries need version 15"
    : undefined;

let database: TestDatabase;

beforeAll(async () => {
  database = await openDatabase();
});

afterAll(async () => {
  await database?.drop();
});

/** Runs pgbench; what it says on the side is progress. */
async function pgbench(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runProgram("pgbench", [...args, database.url]);
  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

describe.skipIf(why !== undefined)(`pgbench${why === undefined ? "" : ` (skipped: ${why})`}`, () => {
  test("fills its tables; VACUUM, which CockroachDB does not have, has to be left out", async () => {
    const refused = await runProgram("pgbench", ["--initialize", "--init-steps=dtv", database.url]);
    expect(refused.stderr).toContain('at or near "vacuum": syntax error');
    await pgbench("--initialize", "--no-vacuum");
  });

  test.each(["simple", "extended", "prepared"])(
    "its tpcb-like script by the %s protocol: all transactions succeed, and the books are balanced",
    async (protocol) => {
      const said = await pgbench("-c4", "-t50", "--max-tries=1000", "--no-vacuum", `--protocol=${protocol}`);
      expect(said).toContain("number of transactions actually processed: 200/200");
      const client = new pg.Client(database.url);
      await client.connect();
      const sum = (column: string, table: string): string =>
        `(SELECT COALESCE(sum(${column}), 0) FROM pgbench_${table})::INT8`;
      const { rows } = await client.query(
        `SELECT ${sum("bbalance", "branches")} = ${sum("tbalance", "tellers")} AS tellers,
           ${sum("bbalance", "branches")} = ${sum("abalance", "accounts")} AS accounts,
           ${sum("bbalance", "branches")} = ${sum("delta", "history")} AS history`,
      );
      await client.end();
      expect(rows).toEqual([{ tellers: true, accounts: true, history: true }]);
    },
  );

  test("its select-only script meets no conflict", async () => {
    const said = await pgbench("--client=4", "--transactions=50", "--no-vacuum", "--select-only");
    expect(said).toContain("number of failed transactions: 0 (0.000%)");
  });
});
