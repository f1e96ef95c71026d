import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { run } from "./program.ts";

const manifest = JSON.parse(readFileSync(new URL("../../packages/tegmen/package.json", import.meta.url), "utf8")) as {
  version: string;
};

test.each([[[]], [["--help"]], [["-h"]], [["help"]]])("%j shows the help", async (args) => {
  const { code, stdout, stderr } = await run(args);
  expect(code).toBe(0);
  expect(stdout).toContain("tegmen <command> [options]");
  // What does not work yet is not offered.
  expect(stdout).not.toMatch(/migrate|generate|doctor|console/);
  expect(stderr).toBe("");
});

test.each([[["sql", "--help"]], [["help", "sql"]], [["sql", "-h", "--url", "nonsense"]]])(
  "%j shows the help of a command",
  async (args) => {
    const { code, stdout } = await run(args);
    expect(code).toBe(0);
    expect(stdout).toContain("--execute STATEMENT");
  },
);

test("--version prints the version and nothing else", async () => {
  expect(await run(["--version"])).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: "" });
});

test.each([
  [["demmo"], 'unknown command "demmo": did you mean "demo"?'],
  [["help", "sqll"], 'did you mean "sql"?'],
  [["migrate"], 'unknown command "migrate": expected one of demo, sql'],
  [["--verbose"], "unknown option --verbose"],
  [["demo", "--backgroud"], 'unknown option --backgroud: did you mean "--background"?'],
])("%j is a usage error", async (args, message) => {
  const { code, stdout, stderr } = await run(args);
  expect(code).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toContain(message);
  expect(stderr).toContain("--help");
});
