import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { isCockroach } from "../support/server.ts";

/** The built program. */
export const tegmen: string = fileURLToPath(new URL("../../packages/tegmen/bin/tegmen.js", import.meta.url));

/** Options of `tegmen sql` without which it refuses the server of this run. */
export const serverArguments: readonly string[] = isCockroach ? [] : ["--allow-postgres"];

/** What a program left behind. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program under way. */
export class Program {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Outcome>;
  stdout = "";
  stderr = "";
  #listeners = new Set<() => void>();

  constructor(command: string, args: readonly string[], environment: NodeJS.ProcessEnv) {
    this.child = spawn(command, args, { env: environment });
    const notify = (): void => this.#listeners.forEach((listener) => listener());
    this.child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
      notify();
    });
    this.child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
      notify();
    });
    // It may end before it has read everything.
    this.child.stdin.on("error", () => {});
    this.ended = new Promise((resolve, reject) => {
      this.child.once("error", reject);
      this.child.once("close", (code) => {
        notify();
        resolve({ code, stdout: this.stdout, stderr: this.stderr });
      });
    });
  }

  /** Waits until standard output has a text after what was waited for before; returns all up to its end. */
  async until(text: string | RegExp): Promise<string> {
    const pattern = typeof text === "string" ? new RegExp(escape(text)) : text;
    for (;;) {
      const found = pattern.exec(this.stdout.slice(this.#read));
      if (found !== null) {
        const end = this.#read + found.index + found[0].length;
        const passed = this.stdout.slice(this.#read, end);
        this.#read = end;
        return passed;
      }
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        throw new Error(`the program ended without ${String(text)}:\n${this.stdout}\n${this.stderr}`);
      }
      await new Promise<void>((resolve) => {
        const listener = (): void => {
          this.#listeners.delete(listener);
          resolve();
        };
        this.#listeners.add(listener);
      });
    }
  }
  #read = 0;

  write(text: string): void {
    this.child.stdin.write(text);
  }
}

/** Where programs of this test keep their state, and an environment that says so. */
export function environmentOf(state: string): NodeJS.ProcessEnv {
  const { DATABASE_URL: _a, COCKROACHDB_URL: _b, NO_COLOR: _c, FORCE_COLOR: _d, ...rest } = process.env;
  return { ...rest, XDG_STATE_HOME: state, TERM: "xterm" };
}

/** A folder for a test, removed at its end. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "tegmen-cli-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts `tegmen` with these arguments; killed at the end of the test if it still runs. */
export function start(args: readonly string[], environment?: NodeJS.ProcessEnv): Program {
  const program = new Program(process.execPath, [tegmen, ...args], environment ?? environmentOf(temporaryFolder()));
  onTestFinished(async () => {
    program.child.kill("SIGTERM");
    await program.ended;
  });
  return program;
}

/** Runs `tegmen` to its end. */
export function run(args: readonly string[], input = "", environment?: NodeJS.ProcessEnv): Promise<Outcome> {
  const program = start(args, environment);
  program.child.stdin.end(input);
  return program.ended;
}

const bridge = "import os, pty, sys; sys.exit(os.WEXITSTATUS(pty.spawn(sys.argv[1:])))";

/** Whether programs can be run on a pseudo-terminal here: it takes Python. */
export const hasTerminal: boolean =
  process.platform !== "win32" && spawnSync("python3", ["-c", "import pty"]).status === 0;

/** Starts `tegmen` on a pseudo-terminal. What is written is typed; what is read is what the terminal gets. */
export function startOnTerminal(args: readonly string[], environment?: NodeJS.ProcessEnv): Program {
  const program = new Program(
    "python3",
    ["-c", bridge, "sh", "-c", 'stty cols 100 rows 40; exec "$@"', "sh", process.execPath, tegmen, ...args],
    environment ?? environmentOf(temporaryFolder()),
  );
  onTestFinished(async () => {
    program.child.stdin.end();
    program.child.kill("SIGKILL");
    await program.ended;
  });
  return program;
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
