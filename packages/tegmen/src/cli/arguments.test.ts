import { expect, test } from "vitest";
import { UsageError } from "./arguments.ts";
import { parseDemoArguments } from "./demo/arguments.ts";
import { commandHelp, commandNames, mainHelp } from "./help.ts";
import { parseSqlArguments } from "./sql/command.ts";

test("demo starts a shell on the default port unless told otherwise", () => {
  expect(parseDemoArguments([])).toEqual({
    action: "start",
    mode: "shell",
    port: undefined,
    database: undefined,
    secure: false,
    persist: undefined,
    mark: undefined,
  });
  expect(parseDemoArguments(["--no-shell", "--port", "0", "--database=bank"])).toMatchObject({
    mode: "wait",
    port: 0,
    database: "bank",
  });
  expect(parseDemoArguments(["--background", "--no-shell"])).toMatchObject({ mode: "background" });
  expect(parseDemoArguments(["--stop", "--port", "26258"])).toEqual({ action: "stop", port: 26_258, all: false });
});

test.each([
  [["--prot", "1"], 'unknown option --prot: did you mean "--port"?'],
  [["--port", "http"], '--port takes a number from 0 (any free port) to 65535, not "http"'],
  [["--port", "65536"], "65536"],
  [["--port"], "argument missing"],
  [["bank"], 'unexpected argument "bank"'],
  [["--stop", "--background"], "--background makes no sense with --stop"],
  [["--stop", "--all", "--port", "1"], "--port or --all"],
  [["--all"], "--stop"],
  [["--database", ""], "--database takes a name"],
])("demo refuses %j", (args, message) => {
  expect(() => parseDemoArguments(args)).toThrow(UsageError);
  expect(() => parseDemoArguments(args)).toThrow(message);
});

test("sql takes its URL from --url, an argument, the environment, or the default", () => {
  const database = (args: string[], environment = {}) => parseSqlArguments(args, environment).url.database;
  const environment = { DATABASE_URL: "cockroachdb://h/c", COCKROACHDB_URL: "cockroachdb://h/d" };
  expect(database(["--url", "cockroachdb://h/a"], environment)).toBe("a");
  expect(database(["cockroachdb://h/b"], environment)).toBe("b");
  expect(database([], environment)).toBe("d");
  expect(database([], { DATABASE_URL: "cockroachdb://h/c" })).toBe("c");
  expect(parseSqlArguments([], {}).url.toString()).toBe("cockroachdb://root@localhost:26257/defaultdb");
});

test("sql collects the statements of -e", () => {
  const parsed = parseSqlArguments(["-e", "SELECT 1", "--execute=SELECT 2", "--format", "csv"], {});
  expect(parsed).toMatchObject({ execute: ["SELECT 1", "SELECT 2"], format: "csv", allowPostgres: false });
});

test.each([
  [["--format", "record"], 'did you mean "records"?'],
  [["--exec", "x"], 'did you mean "--execute"?'],
  [["cockroachdb://a", "cockroachdb://b"], "only one URL"],
  [["--url", "cockroachdb://a", "SELECT", "1"], "only one URL"],
])("sql refuses %j", (args, message) => {
  expect(() => parseSqlArguments(args, {})).toThrow(message);
});

test("what is wrong with a URL is told without its password", () => {
  const url = "cockroachdb://root:hunter2@h/d?sslmod=disable";
  expect(() => parseSqlArguments(["--url", url], {})).toThrow("sslmode");
  expect(() => parseSqlArguments(["--url", url], {})).not.toThrow("hunter2");
});

test("the help knows every command, and fits a narrow terminal", () => {
  for (const name of commandNames) {
    expect(mainHelp).toContain(`  ${name} `);
    expect(commandHelp[name]).toContain(`tegmen ${name}`);
  }
  const lines = [mainHelp, ...Object.values(commandHelp)].join("\n").split("\n");
  expect(lines.filter((line) => line.length > 88)).toEqual([]);
});
