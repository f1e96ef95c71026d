import { execFile } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * Names one process beyond doubt, so that a folder's owner is not mistaken for a later process that
 * was given the same number.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in the platform's own terms; empty where it cannot be told. */
  readonly started: string;
  /** The machine and process-number space; numbers of another space say nothing here. */
  readonly space: string;
  /** Changes when the machine restarts; empty where it cannot be told. */
  readonly boot: string;
}

/** Reads a small text file or link of /proc, or returns an empty text. */
function attempt(read: () => string): string {
  try {
    return read().trim();
  } catch {
    return "";
  }
}

function processSpace(): string {
  const namespace = process.platform === "linux" ? attempt(() => readlinkSync("/proc/self/ns/pid")) : "";
  return `${hostname()} ${namespace}`.trim();
}

function bootId(): string {
  return process.platform === "linux" ? attempt(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8")) : "";
}

/** The fields of /proc/<pid>/stat from the third on; empty if there is no such process. */
function statFields(pid: number): readonly string[] {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  // The second field, the program's name in parentheses, may itself hold blanks and parentheses.
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** The start time of a process, empty if there is no such process or the platform does not tell. */
async function startTime(pid: number): Promise<string> {
  if (process.platform === "linux") return statFields(pid)[19] ?? "";
  if (process.platform === "win32") return "";
  try {
    return (await run("ps", ["-o", "lstart=", "-p", String(pid)])).stdout.trim();
  } catch {
    return "";
  }
}

/** The identity of this process. */
export async function ownIdentity(): Promise<ProcessIdentity> {
  return { pid: process.pid, started: await startTime(process.pid), space: processSpace(), boot: bootId() };
}

/** Whether a process of this number runs, be it ours or not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return false;
  }
  // In a container whose first process does not collect orphans they stay in the list as zombies.
  return process.platform !== "linux" || !["Z", "X"].includes(statFields(pid)[0] ?? "");
}

/**
 * Whether the process is surely gone. A process of another machine or container (a shared cache or
 * temporary folder) is never called gone.
 */
export async function isGone(identity: ProcessIdentity): Promise<boolean> {
  if (identity.space !== processSpace()) return false;
  if (identity.boot !== bootId()) return true;
  if (!isRunning(identity.pid)) return true;
  const started = await startTime(identity.pid);
  return started !== "" && identity.started !== "" && started !== identity.started;
}

/** Reads an identity back from JSON, or returns undefined if the text is none. */
export function parseIdentity(text: string): ProcessIdentity | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { pid, started, space, boot } = value as Partial<Record<keyof ProcessIdentity, unknown>>;
  if (typeof pid !== "number" || !Number.isInteger(pid) || pid <= 0) return undefined;
  if (typeof started !== "string" || typeof space !== "string" || typeof boot !== "string") return undefined;
  return { pid, started, space, boot };
}

/**
 * The command line of a process as one text, or an empty text if there is no such process. Names
 * of unique folders in it tell a server apart from a stranger with the same number. (On Windows: the
 * program's name only.)
 */
export async function commandLine(pid: number): Promise<string> {
  if (process.platform === "linux") {
    return attempt(() => readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " "));
  }
  const [program, ...argumentsOf] =
    process.platform === "win32"
      ? ["tasklist", "/FI", `PID eq ${pid}`, "/NH", "/FO", "CSV"]
      : ["ps", "-o", "command=", "-p", String(pid)];
  try {
    return (await run(program ?? "", argumentsOf)).stdout.trim();
  } catch {
    return "";
  }
}
