import type { CompiledStatement } from "../sql/executable.ts";
import type { EngineEventName } from "./events.ts";

/** A statement that waits for the next one to travel with. */
export interface Queued {
  readonly sql: string;
  readonly parameters: readonly (string | null)[];
  readonly values: readonly unknown[];
  readonly prepare: boolean;
  /** Begins, splits or ends the transaction: not work, so not worth a turn of its own. */
  readonly control: boolean;
  readonly event?: EngineEventName | undefined;
  readonly savepoint?: string | undefined;
  /** Where the user deferred it; its stack is shown if it fails. */
  readonly place?: Error | undefined;
}

const noValues: readonly never[] = [];

/** A statement without parameters that does no work of its own. */
export function control(sql: string): Queued {
  return { sql, parameters: noValues, values: noValues, prepare: false, control: true };
}

/** A statement of the user's, to travel with the next one. */
export function deferred(compiled: CompiledStatement, place: Error): Queued {
  const { shape, parameters, values } = compiled;
  return { sql: shape.sql, parameters, values, prepare: shape.prepare, control: false, place };
}

/** Says where a deferred statement came from: the stack of its error is that of an innocent one. */
export function deferredError(error: Error, place: Error): Error {
  const frames = (place.stack ?? "").split("\n").slice(1).join("\n");
  error.stack = `${error.stack ?? error.message}\n  in a statement deferred at:\n${frames}`;
  return error;
}
