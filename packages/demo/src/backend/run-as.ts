import { spawn, type ChildProcess, type StdioOptions } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * As whom the server runs. PostgreSQL refuses to run as root, so root either enters a user
 * namespace in which it has another number, or gives up its rights for those of `nobody`.
 */
export interface RunAs {
  readonly kind: "self" | "namespace" | "nobody";
  /** What goes in front of the command. */
  readonly prefix: readonly string[];
  /** The user the process becomes, and who has to own the data. */
  readonly owner?: { readonly uid: number; readonly gid: number };
}

/** The numbers of the user `nobody`, as the user database has them. */
function nobody(): { readonly uid: number; readonly gid: number } {
  let users = "";
  try {
    users = readFileSync("/etc/passwd", "utf8");
  } catch {
    // No user database: the customary numbers.
  }
  const entry = users.split("\n").find((line) => line.startsWith("nobody:"));
  const [, , uid, gid] = entry?.split(":") ?? [];
  return { uid: Number(uid ?? 65_534), gid: Number(gid ?? 65_534) };
}

const SELF: RunAs = { kind: "self", prefix: [] };

function inNamespace(uid: number): RunAs {
  return { kind: "namespace", prefix: ["unshare", "-U", `--map-user=${uid}`, "--"] };
}

/** Whether the user has an entry in the user database, which initdb insists on. */
function isKnown(uid: number): boolean {
  try {
    return readFileSync("/etc/passwd", "utf8")
      .split("\n")
      .some((line) => line.split(":")[2] === String(uid));
  } catch {
    return true;
  }
}

/** The ways to run the server that are worth trying, best first. */
export function waysToRun(uid: number | undefined = process.getuid?.()): readonly RunAs[] {
  if (uid === undefined) return [SELF];
  const other = nobody();
  if (uid === 0) {
    const asNobody: RunAs = { kind: "nobody", prefix: [], owner: other };
    return process.platform === "linux" ? [inNamespace(other.uid), asNobody] : [asNobody];
  }
  // Containers are often run with a bare user number (`docker run --user 1234`). Users kept
  // elsewhere than in /etc/passwd (LDAP) look the same, hence "self" stays the second choice.
  if (process.platform === "linux" && !isKnown(uid)) return [inNamespace(other.uid), SELF];
  return [SELF];
}

/** The variables of our own environment that the server's programs need. */
const KEPT_VARIABLES = ["PATH", "TMPDIR", "TEMP", "TMP", "SystemRoot", "SYSTEMROOT", "LD_LIBRARY_PATH"];

/** The environment of the server's programs: ours may hold secrets and settings they must not see. */
export function programEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const environment: Record<string, string> = { LC_ALL: "C", TZ: "UTC" };
  for (const name of KEPT_VARIABLES) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  environment["PATH"] ??= "/usr/local/bin:/usr/bin:/bin";
  return { ...environment, ...extra };
}

/** How {@link spawnAs} and {@link runToEnd} start a program. */
export interface SpawnAsOptions {
  readonly environment: Readonly<Record<string, string>>;
  readonly stdio?: StdioOptions;
  /** Makes the program the head of a session of its own, out of reach of the terminal's Ctrl-C. */
  readonly detached?: boolean;
}

/** Starts a program as `way` says. */
export function spawnAs(
  way: RunAs,
  program: string,
  argumentsOf: readonly string[],
  options: SpawnAsOptions,
): ChildProcess {
  const [command = program, ...rest] = [...way.prefix, program, ...argumentsOf];
  return spawn(command, rest, {
    // The current folder may be one that the server's user cannot enter.
    cwd: process.platform === "win32" ? undefined : "/",
    env: { ...options.environment },
    stdio: options.stdio ?? ["ignore", "ignore", "ignore"],
    detached: options.detached ?? false,
    windowsHide: true,
    ...(way.owner === undefined ? {} : way.owner),
  });
}

/** How a program ended. */
export interface Finished {
  /** Its exit code; null if a signal ended it or it could not be started. */
  readonly code: number | null;
  /** Standard output and standard error, in the order of arrival. */
  readonly output: string;
}

/** Runs a program to its end and collects what it writes. Never rejects. */
export function runToEnd(
  way: RunAs,
  program: string,
  argumentsOf: readonly string[],
  options: { readonly environment: Readonly<Record<string, string>>; readonly input?: string },
): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawnAs(way, program, argumentsOf, {
      environment: options.environment,
      stdio: ["pipe", "pipe", "pipe"],
    });
    const chunks: Buffer[] = [];
    const collect = (chunk: Buffer): void => void chunks.push(chunk);
    child.stdout?.on("data", collect);
    child.stderr?.on("data", collect);
    // A program that ends early does not read its input; its exit code tells why.
    child.stdin?.on("error", () => undefined);
    child.once("error", (error) => resolve({ code: null, output: error.message }));
    child.once("close", (code) => resolve({ code, output: Buffer.concat(chunks).toString("utf8") }));
    child.stdin?.end(options.input ?? "");
  });
}
