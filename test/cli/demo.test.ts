import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { onTestFinished, describe, expect, test } from "vitest";
import { createEngine, sql } from "tegmen";
import {
  environmentOf,
  hasTerminal,
  Program,
  run,
  start,
  startOnTerminal,
  temporaryFolder,
  tegmen,
} from "./program.ts";

const url = /postgresql:\/\/\S+@127\.0\.0\.1:\d+\/\S+/;

/** Whether somebody answers there. */
async function answers(serverUrl: string): Promise<boolean> {
  await using engine = createEngine(serverUrl, { poolSize: 1 });
  return await engine.scalar(sql`SELECT 1`).then(
    () => true,
    () => false,
  );
}

async function occupiedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "--no-shell runs until %s, and takes everything along",
  async (signal) => {
    const program = start(["demo", "--no-shell", "--port", "0", "--database", "bank"]);
    const banner = await program.until("Ctrl-C ends it.");
    const [clusterUrl = ""] = url.exec(banner) ?? [];
    expect(clusterUrl).toContain("/bank?");
    expect(banner).toContain(`psql "${clusterUrl}"`);
    expect(banner).toContain(`createEngine("${clusterUrl}")`);
    expect(await answers(clusterUrl)).toBe(true);
    program.child.kill(signal);
    expect(await program.ended).toMatchObject({ code: 0, stderr: "" });
    expect(await answers(clusterUrl)).toBe(false);
  },
);

test("a signal while it starts is not lost", async () => {
  const program = start(["demo", "--no-shell", "--port", "0"]);
  await once(program.child, "spawn");
  program.child.kill("SIGTERM");
  const { stdout } = await program.ended;
  expect(stdout).not.toContain("Ctrl-C ends it.");
});

test("a port that was asked for and is taken is an error that says so", async () => {
  const port = await occupiedPort();
  const { code, stdout, stderr } = await run(["demo", "--no-shell", "--port", String(port)]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain(`port ${port} is taken`);
});

test("statements from a pipe run on it, and only results are on standard output", async () => {
  const input =
    "CREATE TABLE t (a INT8 PRIMARY KEY);\nUPSERT INTO t VALUES (1), (1 + 1);\nSELECT a FROM t ORDER BY a;\n";
  const { code, stdout, stderr } = await run(["demo", "--port", "0"], input);
  expect(stdout).toBe("CREATE TABLE\nINSERT 0 2\na\n1\n2\n");
  expect(stderr).toMatch(url);
  expect(code).toBe(0);
});

test("a statement from a pipe that fails fails the program", async () => {
  const { code, stderr } = await run(["demo", "--port", "0"], "SELECT a FROM nowhere;\n");
  expect(stderr).toContain("42P01");
  expect(code).toBe(1);
});

test("SIGTERM ends it while it waits for statements from a pipe", async () => {
  const program = start(["demo", "--port", "0"]);
  program.write("SELECT 1::INT8 AS ready;\n");
  await program.until("ready\n1\n");
  program.child.kill("SIGTERM");
  expect((await program.ended).code).toBe(1);
  expect(await answers(url.exec(program.stderr)?.[0] ?? "")).toBe(false);
});

describe("in the background", () => {
  test("clusters outlive the command, and end by --stop", async () => {
    const environment = environmentOf(temporaryFolder());
    const stopAll = () => run(["demo", "--stop", "--all"], "", environment);
    onTestFinished(async () => void (await stopAll()));
    const none = await run(["demo", "--stop"], "", environment);
    expect(none).toEqual({ code: 1, stdout: "", stderr: "No demo cluster runs in the background.\n" });

    const first = await run(["demo", "--background", "--port", "0"], "", environment);
    expect(first).toMatchObject({ code: 0, stderr: "" });
    expect(first.stdout).toMatch(/in the background as process \d+\. To end it: npx tegmen demo --stop\n/);
    const second = await run(["demo", "--background", "--port", "0"], "", environment);
    const urls = [first, second].map(({ stdout }) => url.exec(stdout)?.[0] ?? "");
    const ports = urls.map((each) => new URL(each).port);
    expect(await Promise.all(urls.map(answers))).toEqual([true, true]);

    const unclear = await run(["demo", "--stop"], "", environment);
    expect(unclear.code).toBe(2);
    for (const each of urls) expect(unclear.stderr).toContain(each);

    const stopped = await run(["demo", "--stop", "--port", ports[0] ?? ""], "", environment);
    expect(stopped).toMatchObject({ code: 0, stderr: "" });
    expect(stopped.stdout).toContain(`Stopped ${urls[0]}`);
    expect(await Promise.all(urls.map(answers))).toEqual([false, true]);

    const last = await run(["demo", "--stop"], "", environment);
    expect(last.stdout).toContain(`Stopped ${urls[1]}`);
    expect(await answers(urls[1] ?? "")).toBe(false);
    expect(readdirSync(join(environment["XDG_STATE_HOME"] ?? "", "tegmen", "demo"))).toEqual([]);
  });

  test("one that cannot start says why, and leaves nothing behind", async () => {
    const environment = environmentOf(temporaryFolder());
    const port = await occupiedPort();
    const { code, stdout, stderr } = await run(["demo", "--background", "--port", String(port)], "", environment);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(`port ${port} is taken`);
    const folder = join(environment["XDG_STATE_HOME"] ?? "", "tegmen", "demo");
    expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([]);
  });
});

test.skipIf(!hasTerminal)("on a terminal (made by python3) there is a shell, and Ctrl-D ends it all", async () => {
  const program = startOnTerminal(["demo", "--port", "0"]);
  const banner = await program.until(/root@127\.0\.0\.1:\d+\/defaultdb> /);
  const [clusterUrl = ""] = url.exec(banner) ?? [];
  program.write("SELECT 'hello' AS greeting;\r");
  await program.until(/\n hello/);
  await program.until(/> /);
  program.write("\u0004");
  expect((await program.ended).code).toBe(0);
  expect(await answers(clusterUrl.replace(/\?.*/, "?sslmode=disable"))).toBe(false);
});

test("without the package of the demo cluster it says how to install it", async () => {
  // Looked for where no package is, whatever is installed around this test.
  const hook = `export const resolve = (specifier, context, next) => next(specifier,
    specifier === "@tegmen/demo" ? { ...context, parentURL: "file:///nowhere/main.js" } : context)`;
  const register = `import { register } from "node:module"; register(${JSON.stringify(dataUrl(hook))})`;
  const program = new Program(
    process.execPath,
    ["--import", dataUrl(register), tegmen, "demo"],
    environmentOf(temporaryFolder()),
  );
  const { code, stdout, stderr } = await program.ended;
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toBe(
    "tegmen: the demo cluster is a package of its own. Install it with: npm install --save-dev @tegmen/demo\n",
  );
});

function dataUrl(source: string): string {
  return `data:text/javascript,${encodeURIComponent(source)}`;
}
