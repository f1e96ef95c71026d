import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { openDatabase } from "../support/server.ts";
import { pythonWith, runProgram } from "./programs.ts";

const python = pythonWith("psycopg2");
const flow = fileURLToPath(new URL("psycopg2_flow.py", import.meta.url));

test.skipIf(python === undefined)(
  `psycopg2${python === undefined ? " (skipped: no Python here has it)" : ""} creates, inserts, selects, alters, upserts, copies and retries`,
  async () => {
    const database = await openDatabase();
    const outcome = await runProgram(python ?? "", [flow, database.url]);
    await database.drop();
    expect(outcome).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^psycopg2 .*: all as expected\n$/),
      stderr: "",
    });
  },
);
