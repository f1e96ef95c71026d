import { setTimeout as wait } from "node:timers/promises";
import type { RunTransactionOptions } from "./options.ts";

/**
 * How long to wait before the next attempt: a random part of a limit that doubles with each failure
 * ("full jitter"), so that transactions that met once do not meet again.
 *
 * @param failures how many attempts have failed, 1 or more
 * @param random a number from 0 up to 1
 * @returns milliseconds
 */
export function backoff(options: RunTransactionOptions, failures: number, random: number): number {
  const { baseBackoff = 10, maxBackoff = 2_000 } = options;
  return random * Math.min(maxBackoff, baseBackoff * 2 ** Math.min(failures - 1, 30));
}

/** Waits. @throws the signal's reason when it is aborted. */
export async function sleep(delay: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await wait(delay, undefined, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
