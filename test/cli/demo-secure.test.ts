import { join } from "node:path";
import { onTestFinished, describe, expect, test } from "vitest";
import { isInstalled, runProgram } from "../demo-clients/programs.ts";
import { environmentOf, type Program, run, start, temporaryFolder } from "./program.ts";

/** Starts a cluster and gives its banner, a row for each label. */
async function demo(...args: readonly string[]): Promise<{ program: Program; rows: ReadonlyMap<string, string> }> {
  const program = start(["demo", "--no-shell", "--port", "0", ...args]);
  const banner = await program.until("Ctrl-C ends it.");
  const rows = [...banner.matchAll(/^ {2}(\S+) +(.+)$/gm)].map(([, label = "", text = ""]) => [label, text] as const);
  return { program, rows: new Map(rows) };
}

async function end(program: Program): Promise<void> {
  program.child.kill("SIGTERM");
  expect(await program.ended).toMatchObject({ code: 0, stderr: "" });
}

async function ask(url: string, question: string): Promise<string> {
  const environment = { ...environmentOf(temporaryFolder()), DATABASE_URL: url };
  const { stdout, stderr } = await run(["sql", "-e", question], "", environment);
  return stdout + stderr;
}

describe("--secure", () => {
  test("prints URLs that verify the server, for root's certificate and for a user's password", async () => {
    const { program, rows } = await demo("--secure", "--database", "bank");
    const [root = "", user = ""] = [rows.get("root"), rows.get("demo")];
    expect(root).toMatch(
      /^postgresql:\/\/root@127\.0\.0\.1:\d+\/bank\?sslmode=verify-full&sslrootcert=\S+&sslcert=\S+&sslkey=\S+$/,
    );
    expect(user).toMatch(/^postgresql:\/\/demo:[\w-]{16}@127\.0\.0\.1:\d+\/bank\?sslmode=verify-full&sslrootcert=\S+$/);
    expect(new URL(user).searchParams.get("sslrootcert")).toBe(join(rows.get("certs") ?? "", "ca.crt"));

    expect(await ask(root, "SELECT current_user")).toBe("current_user\nroot\n");
    expect(await ask(user, "CREATE TABLE t (a INT8); SELECT current_user")).toContain("current_user\ndemo\n");
    expect(await ask(user.replace(/demo:[^@]*/, "demo:wrong"), "SELECT 1")).toContain(
      "password authentication failed for user demo",
    );
    expect(await ask(root.replace(/\?.*/, "?sslmode=disable"), "SELECT 1")).toContain("SSL connection required");
    await end(program);
  });

  test.skipIf(!isInstalled("psql"))("prints URLs that psql takes (skipped where it is not installed)", async () => {
    const { program, rows } = await demo("--secure");
    for (const name of ["root", "demo"]) {
      const answer = await runProgram("psql", ["-X", "-A", "-t", rows.get(name) ?? "", "-c", "SELECT current_user"]);
      expect(answer).toEqual({ code: 0, stdout: `${name}\n`, stderr: "" });
    }
    await end(program);
  });

  test("goes into the background with all its strings", async () => {
    const environment = environmentOf(temporaryFolder());
    onTestFinished(async () => void (await run(["demo", "--stop", "--all"], "", environment)));
    const { stdout } = await run(["demo", "--background", "--secure", "--port", "0"], "", environment);
    const user = /postgresql:\/\/demo:\S+/.exec(stdout)?.[0] ?? "";
    expect(await ask(user, "SELECT current_user")).toBe("current_user\ndemo\n");
  });
});

describe("--persist", () => {
  test("goes on with the data at the next start, and refuses a second cluster meanwhile", async () => {
    const folder = join(temporaryFolder(), "data");
    const first = await demo("--persist", folder);
    expect(first.rows.get("data")).toBe(`${folder} (kept)`);
    await ask(first.rows.get("URL") ?? "", "CREATE TABLE kept AS SELECT 42 AS answer");
    const { code, stdout, stderr } = await run(["demo", "--no-shell", "--port", "0", "--persist", folder]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^tegmen: \S+data is in use by another demo cluster \(its PostgreSQL is process \d+\)\. /);
    await end(first.program);

    const second = await demo("--persist", folder);
    expect(await ask(second.rows.get("URL") ?? "", "SELECT answer FROM kept")).toBe("answer\n42\n");
    await end(second.program);
  });

  test("keeps the data when the program is killed", async () => {
    const folder = join(temporaryFolder(), "data");
    const first = await demo("--persist", folder);
    await ask(first.rows.get("URL") ?? "", "CREATE TABLE kept AS SELECT 42 AS answer");
    first.program.child.kill("SIGKILL");
    await first.program.ended;
    const server = /process (\d+)/;
    // Its PostgreSQL ends a moment later.
    for (;;) {
      const probe = start(["demo", "--no-shell", "--port", "0", "--persist", folder]);
      const started = await probe.until("Ctrl-C ends it.").catch(() => "");
      if (started !== "") {
        const url = /postgresql:\S+/.exec(started)?.[0] ?? "";
        expect(await ask(url, "SELECT answer FROM kept")).toBe("answer\n42\n");
        await end(probe);
        return;
      }
      expect(probe.stderr).toMatch(server);
    }
  });

  test("with --secure it keeps the certificates beside the data: the strings stay the same but for the password", async () => {
    const folder = join(temporaryFolder(), "data");
    const roots: (string | undefined)[] = [];
    for (let i = 0; i < 2; i++) {
      const { program, rows } = await demo("--secure", "--persist", folder);
      expect(rows.get("certs")).toBe(join(folder, "certs"));
      expect(await ask(rows.get("demo") ?? "", "SELECT current_user")).toBe("current_user\ndemo\n");
      roots.push(rows.get("root")?.replace(/:\d+/, ""));
      await end(program);
    }
    expect(roots[1]).toBe(roots[0]);
  });

  test("says that a folder holds something else", async () => {
    const folder = join(import.meta.dirname);
    const { code, stderr } = await run(["demo", "--no-shell", "--port", "0", "--persist", folder]);
    expect(code).toBe(1);
    expect(stderr).toBe(`tegmen: ${folder} is not empty, and holds no demo cluster. Choose another folder.\n`);
  });
});

test.skipIf(process.platform === "win32")(
  "a temporary folder that cannot be used is named, with what to do",
  async () => {
    const environment = { ...environmentOf(temporaryFolder()), TMPDIR: "/nowhere" };
    expect(await run(["demo", "--no-shell", "--port", "0"], "", environment)).toEqual({
      code: 1,
      stdout: "",
      stderr:
        "tegmen: Cannot write to the temporary folder /nowhere: it does not exist (ENOENT). Set TMPDIR to another folder.\n",
    });
  },
);

test.each([
  [["demo", "--persist="], "--persist takes a folder"],
  [["demo", "--stop", "--secure"], "--secure makes no sense with --stop"],
  [["demo", "--stop", "--persist", "x"], "--persist makes no sense with --stop"],
])("%j is a usage error", async (args, message) => {
  const { code, stderr } = await run(args);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});
