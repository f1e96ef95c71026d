import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase, type TestDatabase } from "../support/server.ts";
import {
  environmentOf,
  hasTerminal,
  type Program,
  serverArguments,
  startOnTerminal,
  temporaryFolder,
} from "./program.ts";

const controlC = "\u0003";
const controlD = "\u0004";
const up = "\u001B[A";

describe.skipIf(!hasTerminal)("the shell, on a pseudo-terminal (made by python3)", () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await openDatabase();
  });
  afterAll(() => database.drop());

  async function shell(environment?: NodeJS.ProcessEnv): Promise<Program> {
    const program = startOnTerminal(["sql", "--url", database.url, ...serverArguments], environment);
    await program.until(/@\S+\/\w+> /);
    return program;
  }

  test("runs what was typed, shows tables and the time it took, and leaves by Ctrl-D", async () => {
    const program = await shell();
    program.write("SELECT 1::INT8 AS n,\r");
    await program.until(/ -> /);
    program.write("'it''s\r");
    await program.until(/ '> /);
    program.write("here' AS t;\r");
    const shown = await program.until(/Time: [\d.]+ ms/);
    expect(shown).toMatch(/ n \| t\s+---\+-+\s+1 \| it's\+?\s+\| here\s+\(1 row\)/);
    await program.until(/> /);
    program.write(controlD);
    expect((await program.ended).code).toBe(0);
  });

  test("the prompt shows the transaction and what became of it", async () => {
    const program = await shell();
    program.write("BEGIN;\r");
    await program.until(/ OPEN> /);
    program.write("SELECT a FROM nowhere;\r");
    await program.until("42P01");
    await program.until(/ ERROR> /);
    program.write("ROLLBACK;\r");
    await program.until(/\/\w+> /);
    program.write("\\q\r");
    expect((await program.ended).code).toBe(0);
  });

  test("Ctrl-C has the server cancel what runs, and the session goes on", async () => {
    const program = await shell();
    program.write("SELECT pg_sleep(3600);\r");
    await program.until("pg_sleep");
    // Until the statement runs, it is what was typed that Ctrl-C takes back.
    await program.until("\n");
    program.write(controlC);
    await program.until("57014");
    await program.until(/> /);
    program.write("SELECT 'alive' AS still;\r");
    expect(await program.until("(1 row)")).toContain(" alive");
  });

  test("Ctrl-C takes back what was typed; twice at an empty prompt it leaves", async () => {
    const program = await shell();
    program.write("SELECT 1,\r");
    await program.until(/ -> /);
    program.write(controlC);
    await program.until(/\/\w+> /);
    program.write("SELECT 'fresh' AS start;\r");
    await program.until(/\n fresh/);
    await program.until(/> /);
    program.write(controlC);
    await program.until("Ctrl-C again");
    program.write(controlC);
    expect((await program.ended).code).toBe(0);
  });

  test("statements are recalled in a later session, but not those with passwords", async () => {
    const state = temporaryFolder();
    const environment = environmentOf(state);
    const first = await shell(environment);
    first.write("SELECT 'remembered'\r");
    await first.until(/ -> /);
    first.write("AS x;\r");
    await first.until("(1 row)");
    first.write("SELECT 'hunter2' AS password;\r");
    await first.until("(1 row)");
    await first.until(/> /);
    first.write(controlD);
    await first.ended;
    expect(readFileSync(join(state, "tegmen", "sql_history"), "utf8")).toBe("SELECT 'remembered' AS x;\n");

    const second = await shell(environment);
    second.write(up);
    await second.until("SELECT 'remembered' AS x;");
    second.write("\r");
    await second.until("(1 row)");
  });

  test("a mistake in a command is told with what was meant", async () => {
    const program = await shell();
    program.write("\\timin\r");
    await program.until(String.raw`did you mean "\timing"?`);
    program.write("\\?\r");
    expect(await program.until("the databases")).toContain(String.raw`\dt`);
  });
});
