import { ArgumentError } from "../../errors/index.ts";
import { didYouMean } from "../../text/index.ts";
import type { FlushedObjects } from "./flushed-objects.ts";

/** What listeners of a Session's events are told. */
export interface SessionEvents<S> {
  /** A transaction has begun: the Session has a connection. */
  afterBegin: { readonly session: S };
  /** Before changes are looked for: what listeners add, change and delete is written, too. */
  beforeFlush: { readonly session: S };
  /** Rows were written. */
  afterFlush: { readonly session: S } & FlushedObjects;
  /** Before the flush of a commit. */
  beforeCommit: { readonly session: S };
  afterCommit: { readonly session: S };
  /** After a rollback, also one to a savepoint. */
  afterRollback: { readonly session: S; readonly nested: boolean };
}

/** Names of the events of a Session. */
export type SessionEventName = keyof SessionEvents<unknown>;

/** A listener; the Session waits for what it returns. What it throws ends the call that it listens to. */
export type SessionListener<S, N extends SessionEventName> = (event: SessionEvents<S>[N]) => Promise<void> | void;

const known: Readonly<Record<SessionEventName, true>> = {
  afterBegin: true,
  beforeFlush: true,
  afterFlush: true,
  beforeCommit: true,
  afterCommit: true,
  afterRollback: true,
};

type AnyListener = (event: never) => Promise<void> | void;

/** Who listens to the events of a Session, or of all Sessions that a sessionmaker makes. */
export class SessionListeners {
  readonly #listeners = new Map<SessionEventName, Set<AnyListener>>();
  readonly #parent: SessionListeners | undefined;

  constructor(parent?: SessionListeners) {
    this.#parent = parent;
  }

  has(name: SessionEventName): boolean {
    return this.#listeners.has(name) || this.#parent?.has(name) === true;
  }

  /**
   * @returns a function that ends it
   * @throws {ArgumentError} there is no such event
   */
  add<S, N extends SessionEventName>(name: N, listener: SessionListener<S, N>): () => void {
    if (!Object.hasOwn(known, name)) {
      throw new ArgumentError(`a Session has no event "${name}": ${didYouMean(name, Object.keys(known))}`);
    }
    const listeners = this.#listeners.get(name) ?? new Set<AnyListener>();
    this.#listeners.set(name, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(name);
    };
  }

  /** Calls the listeners one after the other. */
  async emit<S, N extends SessionEventName>(name: N, event: SessionEvents<S>[N]): Promise<void> {
    await this.#parent?.emit<S, N>(name, event);
    for (const listener of this.#listeners.get(name) ?? []) await listener(event as never);
  }
}
