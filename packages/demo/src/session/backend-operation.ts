import { BACKEND } from "../wire/messages.ts";
import type { ErrorFields } from "../wire/messages.ts";
import type { BackendLostError } from "./backend-errors.ts";

export type OperationKind = "parse" | "bind" | "describe" | "execute" | "close" | "query" | "sync";

/**
 * One request to the backend and what becomes of its answer.
 *
 * `message` gets each of the answer's messages (several DataRows at once, when
 * they arrive together); `error` gets an ErrorResponse. An operation after a
 * failed one is never answered: the backend skips to the next Sync.
 */
export interface Operation {
  readonly kind: OperationKind;
  message?(type: number, buffer: Buffer, start: number, end: number): void;
  error?(fields: ErrorFields): void;
}

/** What a connection tells its owner outside of any answer. */
export interface BackendEvents {
  notice(fields: ErrorFields): void;
  parameterStatus(name: string, value: string): void;
  /** Called after each packet was dispatched, with bytes or with the end of an answer. */
  progress(): void;
  /** The connection broke, or the server ended it. */
  lost(error: BackendLostError): void;
}

/** Which message is the last of each kind's answer (ReadyForQuery ends queries and syncs). */
export const ENDS: Readonly<Partial<Record<OperationKind, readonly number[]>>> = {
  parse: [BACKEND.parseComplete],
  bind: [BACKEND.bindComplete],
  close: [BACKEND.closeComplete],
  describe: [BACKEND.rowDescription, BACKEND.noData],
  execute: [BACKEND.commandComplete, BACKEND.emptyQuery, BACKEND.portalSuspended],
};
