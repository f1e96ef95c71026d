import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { open } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

/** How much of a log is shown with a failure, in bytes. */
const LOG_TAIL = 4096;

/** The end of a log file; empty if there is none. */
export async function logTail(logFile: string): Promise<string> {
  try {
    const file = await open(logFile, "r");
    try {
      const { size } = await file.stat();
      const length = Math.min(size, LOG_TAIL);
      const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
      return buffer.toString("utf8");
    } finally {
      await file.close();
    }
  } catch {
    return "";
  }
}

/** Whether a child process has ended. */
export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Waits until the child has ended, for at most `timeout` milliseconds; tells whether it has. */
export async function waitForEnd(child: ChildProcess, timeout: number): Promise<boolean> {
  if (hasEnded(child)) return true;
  const abort = new AbortController();
  try {
    await Promise.race([
      once(child, "exit", { signal: abort.signal }),
      delay(timeout, undefined, { signal: abort.signal }),
    ]).catch(() => undefined);
  } finally {
    abort.abort();
  }
  return hasEnded(child);
}

/**
 * Ends a child process: by `signal`, and if it is still there after `grace` milliseconds, by SIGKILL.
 */
export async function endChild(child: ChildProcess, signal: NodeJS.Signals, grace: number): Promise<void> {
  if (hasEnded(child)) return;
  child.ref();
  child.kill(signal);
  if (await waitForEnd(child, grace)) return;
  child.kill("SIGKILL");
  await waitForEnd(child, grace);
}

/** How a server ended that was not stopped by its owner. */
export interface ServerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of its log. */
  readonly log: string;
}

/** Calls back with how the child ended, unless that was `isExpected`. */
export function watchEnd(
  child: ChildProcess,
  logFile: string,
  isExpected: () => boolean,
  callback: (exit: ServerExit) => void,
): void {
  const report = async (code: number | null, signal: NodeJS.Signals | null): Promise<void> => {
    if (!isExpected()) callback({ code, signal, log: await logTail(logFile) });
  };
  if (hasEnded(child)) void report(child.exitCode, child.signalCode);
  else child.once("exit", (code, signal) => void report(code, signal));
}
