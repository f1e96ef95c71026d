import { QueryCanceledError } from "../errors/index.ts";
import type { RunTransactionOptions } from "./options.ts";

/** What ends the work early: the user's signal, the deadline, or whichever comes first. */
export interface Limit {
  readonly signal: AbortSignal | undefined;
  stop(): void;
}

/** Starts the clock of the deadline, if there is one. */
export function limitOf({ signal, deadline }: RunTransactionOptions): Limit {
  if (deadline === undefined) return { signal, stop: () => {} };
  const controller = new AbortController();
  const expire = (): void =>
    controller.abort(new QueryCanceledError("The deadline of runTransaction has passed", { code: "57014" }));
  const left = deadline.getTime() - Date.now();
  if (left <= 0) expire();
  const timer = left > 0 && left <= 2_147_483_647 ? setTimeout(expire, left) : undefined;
  return {
    signal: signal === undefined ? controller.signal : AbortSignal.any([signal, controller.signal]),
    stop: () => clearTimeout(timer),
  };
}
