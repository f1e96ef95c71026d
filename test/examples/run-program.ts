import { spawn } from "node:child_process";
import { join } from "node:path";

/** What a program printed, and how it ended. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a compiled program of an example to its end. DATABASE_URL is set by `variables` only. */
export function runProgram(
  folder: string,
  name: string,
  args: readonly string[],
  variables: NodeJS.ProcessEnv = {},
): Promise<Outcome> {
  const { DATABASE_URL: _, ...environment } = process.env;
  const child = spawn(process.execPath, [join(folder, "dist", `${name}.js`), ...args], {
    env: { ...environment, ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}
