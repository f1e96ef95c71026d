import type { NamedParameters } from "../sql/executable.ts";

/** What a listener is told; fields are there as far as they apply to the event. */
export interface EngineEvent {
  /** The statement, with `$1`, `$2`... */
  readonly sql?: string | undefined;
  /** Its values; absent where `hideParameters` is on. */
  readonly parameters?: readonly unknown[] | NamedParameters | undefined;
  /** Number of the connection within this engine, as in the log. */
  readonly connection?: number | undefined;
  readonly durationMs?: number | undefined;
  readonly rowCount?: number | null | undefined;
  readonly error?: unknown;
  /** Which attempt of `runTransaction` this is, counted from 1. */
  readonly attempt?: number | undefined;
  /** Milliseconds until the next attempt. */
  readonly delay?: number | undefined;
  /** Name of a savepoint. */
  readonly savepoint?: string | undefined;
  /** The same object in `beforeExecute` and in `afterExecute` or `error`: a place to keep a span. */
  readonly context?: Record<string, unknown> | undefined;
}

/** Names of the events that an engine emits. */
export type EngineEventName =
  | "beforeExecute"
  | "afterExecute"
  | "connect"
  | "checkout"
  | "checkin"
  | "invalidate"
  | "close"
  | "begin"
  | "commit"
  | "rollback"
  | "savepoint"
  | "retry"
  | "error";

export type EngineListener = (event: EngineEvent) => void;

const names: ReadonlySet<string> = new Set<EngineEventName>([
  "beforeExecute",
  "afterExecute",
  "connect",
  "checkout",
  "checkin",
  "invalidate",
  "close",
  "begin",
  "commit",
  "rollback",
  "savepoint",
  "retry",
  "error",
]);

export function isEngineEventName(name: string): name is EngineEventName {
  return names.has(name);
}

/**
 * Who listens to what. A listener that throws does not disturb the database
 * work it watches: its error is reported as a process warning.
 */
export class EngineEvents {
  readonly #listeners = new Map<EngineEventName, Set<EngineListener>>();

  /** Whether somebody listens: asked before an event is put together. */
  has(name: EngineEventName): boolean {
    return this.#listeners.has(name);
  }

  add(name: EngineEventName, listener: EngineListener): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => this.remove(name, listener);
  }

  remove(name: EngineEventName, listener: EngineListener): void {
    const listeners = this.#listeners.get(name);
    listeners?.delete(listener);
    if (listeners?.size === 0) this.#listeners.delete(name);
  }

  emit(name: EngineEventName, event: EngineEvent): void {
    for (const listener of this.#listeners.get(name) ?? []) {
      try {
        listener(event);
      } catch (error) {
        process.emitWarning(`A listener of the engine event "${name}" threw: ${String(error)}`, "TegmenWarning");
      }
    }
  }
}
