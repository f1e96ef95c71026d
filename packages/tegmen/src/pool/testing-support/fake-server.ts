import { vi } from "vitest";
import type {
  BatchOutcome,
  DriverConnection,
  DriverStatement,
  DriverStream,
  TransactionStatus,
} from "../../drivers/driver.ts";

/** A connection without a network: answers at once, unless it was told to be silent. */
export class FakeConnection implements DriverConnection {
  readonly serverParameters: ReadonlyMap<string, string> = new Map();
  readonly address = "fake:26257";
  readonly turns = 0;
  readonly processId: number;
  readonly sent: string[] = [];
  transactionStatus: TransactionStatus = "I";
  isOpen = true;
  /** How it ended, if it did. */
  ended: "closed" | "destroyed" | "killed" | undefined;
  /** Neither answers statements nor says goodbye; what was sent is answered when it speaks again. */
  silent = false;
  /** The server refuses to roll back, so that the transaction stays open. */
  stuck = false;
  readonly #unanswered: (() => void)[] = [];
  readonly #closeListeners: ((cause: Error) => void)[] = [];

  constructor(processId: number) {
    this.processId = processId;
  }

  get isBusy(): boolean {
    return this.#unanswered.length > 0;
  }

  run(batch: readonly DriverStatement[]): Promise<BatchOutcome> {
    if (!this.isOpen) return Promise.resolve(lostOutcome(new Error("not open")));
    for (const { sql } of batch) this.sent.push(sql);
    if (!this.silent) return Promise.resolve(this.#answer(batch));
    return new Promise((resolve) => {
      this.#unanswered.push(() => resolve(this.#answer(batch)));
    });
  }

  /** Answers what was sent while it was silent. */
  speak(): void {
    this.silent = false;
    for (const answer of this.#unanswered.splice(0)) answer();
  }

  runSimple(sql: string): Promise<BatchOutcome> {
    return this.run([{ sql, parameters: [], prepare: false }]);
  }

  stream(): DriverStream {
    throw new Error("the fake has no streams");
  }

  cancel(): Promise<void> {
    return Promise.resolve();
  }

  forgetPrepared(): void {}

  async close(): Promise<void> {
    if (this.silent) await new Promise<void>((resolve) => this.#unanswered.push(resolve));
    await Promise.resolve();
    this.#end("closed", new Error("closed"));
  }

  destroy(): void {
    this.#end("destroyed", new Error("destroyed"));
  }

  /** The network or the server ends it. */
  kill(cause: Error = new Error("ECONNRESET")): void {
    this.#end("killed", cause);
  }

  onClose(listener: (cause: Error) => void): void {
    if (this.isOpen) this.#closeListeners.push(listener);
    else listener(new Error("already closed"));
  }

  onNotice(): void {}

  #answer(batch: readonly DriverStatement[]): BatchOutcome {
    if (!this.isOpen) return lostOutcome(new Error("lost meanwhile"));
    for (const { sql } of batch) {
      if (sql === "BEGIN") this.transactionStatus = "T";
      if (sql === "ROLLBACK" && !this.stuck) this.transactionStatus = "I";
    }
    return { results: batch.map(({ sql }) => ({ tag: sql })) };
  }

  #end(how: "closed" | "destroyed" | "killed", cause: Error): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.ended = how;
    for (const answer of this.#unanswered.splice(0)) answer();
    for (const listener of this.#closeListeners.splice(0)) listener(cause);
  }
}

function lostOutcome(cause: Error): BatchOutcome {
  return { results: [], failure: { kind: "lost", index: 0, sent: true, cause } };
}

/** An attempt to connect that the test decides about. */
export interface FakeAttempt {
  readonly signal: AbortSignal;
  accept(): FakeConnection;
  refuse(cause: unknown): void;
}

/** Accepts connections at once, or (with `manual`) when the test says so. */
export class FakeServer {
  readonly connections: FakeConnection[] = [];
  /** Attempts that nobody has decided about. */
  readonly attempts: FakeAttempt[] = [];
  manual = false;

  get open(): FakeConnection[] {
    return this.connections.filter((connection) => connection.isOpen);
  }

  readonly connect = (signal: AbortSignal): Promise<FakeConnection> => {
    if (!this.manual) return Promise.resolve(this.#accept());
    return new Promise((resolve, reject) => {
      const leave = () => this.attempts.splice(this.attempts.indexOf(attempt), 1);
      const attempt: FakeAttempt = {
        signal,
        accept: () => {
          leave();
          const connection = this.#accept();
          resolve(connection);
          return connection;
        },
        refuse: (cause) => {
          leave();
          reject(cause);
        },
      };
      this.attempts.push(attempt);
    });
  };

  #accept(): FakeConnection {
    const connection = new FakeConnection(this.connections.length + 1);
    this.connections.push(connection);
    return connection;
  }
}

/** What became of a promise so far. */
export interface Outcome<T> {
  readonly state: "pending" | "resolved" | "rejected";
  readonly value: T | undefined;
  readonly error: unknown;
}

/** Follows a promise, so that a test can look at it at any moment. */
export function follow<T>(promise: Promise<T>): Outcome<T> {
  const outcome = {
    state: "pending" as Outcome<T>["state"],
    value: undefined as T | undefined,
    error: undefined as unknown,
  };
  promise.then(
    (value) => Object.assign(outcome, { state: "resolved", value }),
    (error: unknown) => Object.assign(outcome, { state: "rejected", error }),
  );
  return outcome;
}

/** Lets everything happen that needs no time. Fake timers must be on. */
export async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}

/** Fails when a timer is left: the pool is at rest, so nothing may be waiting to happen. */
export function assertNoTimers(): void {
  const count = vi.getTimerCount();
  if (count !== 0) throw new Error(`${count} timers are left`);
}
