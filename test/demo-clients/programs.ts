import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** What a program left behind. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, without the settings that the user's own environment has for PostgreSQL's clients. */
export function runProgram(
  command: string,
  args: readonly string[],
  options: { readonly input?: string; readonly cwd?: string } = {},
): Promise<Outcome> {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("PG"));
  const child = spawn(command, args, { cwd: options.cwd, env: { ...Object.fromEntries(own), LC_ALL: "C" } });
  const outcome = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (outcome.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (outcome.stderr += text));
  // It may end before it has read everything.
  child.stdin.on("error", () => {});
  child.stdin.end(options.input ?? "");
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, ...outcome }));
  });
}

/** Whether a program can be started here. */
export function isInstalled(command: string, args: readonly string[] = ["--version"]): boolean {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

/** A Python that has a module; undefined where there is none. Debian's own has what its packages install. */
export function pythonWith(module: string): string | undefined {
  return ["python3", "/usr/bin/python3"].find(
    (python) => (python === "python3" || existsSync(python)) && isInstalled(python, ["-c", `import ${module}`]),
  );
}

/** The version of a program, from what it says: 15.8 is 15. */
export function majorVersion(command: string): number {
  const said = spawnSync(command, ["--version"], { encoding: "utf8" }).stdout ?? "";
  return Number(/(\d+)(?:\.|\w)/.exec(said)?.[1] ?? 0);
}
