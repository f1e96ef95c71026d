import { PoolTimeoutError, ResourceClosedError } from "../errors/index.ts";
import { ConnectionRecord } from "./connection-record.ts";
import { ping, rollBack } from "./health.ts";
import { LinkedList } from "./linked-list.ts";
import {
  closeTimeout,
  disposeTimeout,
  type PoolEventName,
  type PoolOptions,
  prePingAfter,
  type ResolvedPoolOptions,
  resolvePoolOptions,
} from "./options.ts";
import { type PoolDesk, PooledConnection } from "./pooled-connection.ts";
import { settledWithin } from "./settled-within.ts";
import { describeTimeout, PoolStatus } from "./status.ts";
import { maxDelay, WaiterQueue } from "./waiter-queue.ts";

const done: Promise<void> = Promise.resolve();

/**
 * Keeps connections open and lends them out, first come first served.
 *
 * Connections are opened when someone needs one, up to `poolSize + maxOverflow`.
 * An idle pool has no timers: age and health are looked at on checkout. Its open
 * sockets do keep the process alive, until `dispose()`.
 *
 * What is healthy is closed politely (and counts until it is closed), what is
 * believed broken is cut at once.
 *
 * SQLAlchemy: `QueuePool`.
 *
 * @example
 * ```ts
 * const pool = new Pool({ poolSize: 20, connect: (signal) => driver.connect({ ...target, signal }) });
 * await using connection = await pool.acquire();
 * ```
 */
export class Pool {
  readonly #options: ResolvedPoolOptions;
  readonly #limit: number;
  readonly #idle = new LinkedList<ConnectionRecord>();
  readonly #waiters = new WaiterQueue<PooledConnection>();
  /** Every connection that is open, or saying goodbye. */
  readonly #records = new Set<ConnectionRecord>();
  readonly #attempts = new Set<AbortController>();
  readonly #desk: PoolDesk;
  #lastId = 0;
  #checkedOut = 0;
  #checking = 0;
  /** Pre-pings that were started for someone who still waits. */
  #claimedPings = 0;
  #closing = 0;
  #generation = 0;
  #invalidatedBy: Error | undefined;
  #drained: Promise<void> | undefined;
  #resolveDrained: (() => void) | undefined;
  #disposeTimers: NodeJS.Timeout[] = [];

  /** @throws {ArgumentError} naming the option that cannot be used. */
  constructor(options: PoolOptions) {
    this.#options = resolvePoolOptions(options);
    this.#limit = this.#options.poolSize + this.#options.maxOverflow;
    this.#desk = {
      checkIn: (record) => this.#checkIn(record),
      discard: (record, cause) => {
        this.#discard(record, cause);
        this.#advance();
      },
    };
  }

  /** Whether `dispose()` was called. */
  get isDisposed(): boolean {
    return this.#drained !== undefined;
  }

  /**
   * Lends a connection: an idle one, else a new one, else the next that is given back.
   *
   * @param options.signal ends the wait.
   * @returns the connection; give it back with `release()` or `await using`.
   * @throws {PoolTimeoutError} when none became free within `poolTimeout`.
   * @throws {ResourceClosedError} when the pool was disposed of.
   * @throws the signal's reason, or what a failed attempt to connect threw.
   */
  acquire(options?: { readonly signal?: AbortSignal | undefined }): Promise<PooledConnection> {
    const signal = options?.signal;
    if (this.isDisposed) return Promise.reject(poolClosed());
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    const ready = this.tryAcquire();
    if (ready !== undefined) return Promise.resolve(ready);
    const timeout = this.#options.poolTimeout;
    const onTimeout = () => new PoolTimeoutError(describeTimeout(this.status(), timeout));
    // A ping whose waiter has gone may be one that hangs: a newcomer gets a ping of its own.
    this.#claimedPings = Math.min(this.#claimedPings, this.#waiters.size);
    const connection = this.#waiters.wait({ timeout, onTimeout, signal });
    this.#advance();
    // Without patience, only a connection that is on its way already is worth the wait.
    if (timeout === 0 && this.#waiters.size > this.#expected + this.#closing) this.#waiters.failLast(onTimeout());
    return connection;
  }

  /**
   * Lends an idle connection without waiting for anything, not even a microtask.
   * @returns undefined when there is none, when it needs a pre-ping first, or when others are waiting.
   */
  tryAcquire(): PooledConnection | undefined {
    if (this.#waiters.size > 0 || this.isDisposed) return undefined;
    const record = this.#peekIdle();
    if (record === undefined || this.#needsPing(record)) return undefined;
    this.#idle.remove(record);
    return this.#checkOut(record);
  }

  /**
   * Replaces every connection that is open now, as after 57P01 (the server shuts down): idle ones are cut at once,
   * those in use when they are given back.
   */
  invalidateAll(cause: Error): void {
    this.#generation++;
    this.#invalidatedBy = cause;
    for (let record = this.#idle.first; record !== undefined; record = this.#idle.first) {
      this.#idle.remove(record);
      this.#discard(record, cause);
    }
    this.#advance();
  }

  /** The numbers at this moment; as a string, one line for logs. */
  status(): PoolStatus {
    return new PoolStatus({
      poolSize: this.#options.poolSize,
      maxOverflow: this.#options.maxOverflow,
      idle: this.#idle.size,
      checkedOut: this.#checkedOut,
      connecting: this.#attempts.size + this.#checking,
      waiting: this.#waiters.size,
    });
  }

  /**
   * Ends the pool: nobody gets a connection any more, whoever waits fails, idle connections are closed, and those in
   * use are awaited until they are given back.
   *
   * @param options.timeout milliseconds after which connections in use are cut; 0 cuts them now, Infinity waits for
   *   ever. Default 10,000. A later call may set an earlier end.
   * @returns when no connection is left. Never rejects.
   */
  dispose(options: { readonly timeout?: number | undefined } = {}): Promise<void> {
    const { timeout = disposeTimeout } = options;
    const drained = (this.#drained ??= this.#beginDisposal());
    if (this.#resolveDrained === undefined) return drained;
    if (timeout <= 0) this.#cutAll();
    else if (timeout <= maxDelay) this.#disposeTimers.push(setTimeout(() => this.#cutAll(), timeout));
    return drained;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  /** Connections that those who wait can count on. */
  get #expected(): number {
    return this.#attempts.size + this.#claimedPings;
  }

  /** Finds connections for those who wait: idle ones, else new ones unless enough are on their way. */
  #advance(): void {
    while (this.#waiters.size > this.#claimedPings) {
      const record = this.#peekIdle();
      if (record !== undefined) {
        this.#idle.remove(record);
        if (this.#needsPing(record)) void this.#check(record);
        else this.#serve(record);
      } else if (this.#waiters.size > this.#expected && this.#records.size + this.#attempts.size < this.#limit) {
        void this.#open();
      } else {
        return;
      }
    }
  }

  /** The idle connection whose turn it is, which is open and not too old; it stays in the list. */
  #peekIdle(): ConnectionRecord | undefined {
    for (;;) {
      const record = this.#options.poolUseLifo ? this.#idle.last : this.#idle.first;
      if (record === undefined) return undefined;
      if (!record.driver.isOpen) {
        this.#idle.remove(record);
        this.#discard(record, lost());
      } else if (this.#isExpired(record)) {
        this.#idle.remove(record);
        void this.#close(record);
      } else {
        return record;
      }
    }
  }

  #isExpired(record: ConnectionRecord): boolean {
    return record.expiresAt !== Infinity && record.expiresAt <= this.#options.now();
  }

  #needsPing(record: ConnectionRecord): boolean {
    if (!this.#options.poolPrePing) return false;
    const idleFor = this.#options.now() - record.idleSince;
    // A clock that was set back says nothing about the time gone by.
    return idleFor >= prePingAfter || idleFor < 0;
  }

  #checkOut(record: ConnectionRecord): PooledConnection {
    record.state = "out";
    this.#checkedOut++;
    const connection = new PooledConnection(record, this.#desk);
    this.#emit("checkout", record);
    return connection;
  }

  #serve(record: ConnectionRecord): void {
    const connection = this.#checkOut(record);
    // The checkout event's listener may have ended the wait.
    if (!this.#waiters.serve(connection)) void connection.release();
  }

  async #open(): Promise<void> {
    const { connect, now, random, poolRecycle } = this.#options;
    const attempt = new AbortController();
    this.#attempts.add(attempt);
    try {
      const driver = await connect(attempt.signal);
      const createdAt = now();
      const expiresAt = createdAt + poolRecycle * (0.9 + 0.2 * random());
      const record = new ConnectionRecord(++this.#lastId, driver, createdAt, expiresAt, this.#generation);
      this.#records.add(record);
      this.#attempts.delete(attempt);
      this.#emit("connect", record);
      driver.onClose((cause) => this.#onLost(record, cause));
      if (!driver.isOpen) {
        const cause = record.invalidatedBy ?? lost();
        this.#discard(record, cause);
        throw cause;
      }
      this.#offer(record);
    } catch (error) {
      this.#attempts.delete(attempt);
      // Not when its waiter was served otherwise, and each of those left has an attempt of its own.
      if (this.#waiters.size > this.#expected) this.#waiters.fail(error);
      this.#advance();
      this.#noticeDrained();
    }
  }

  async #check(record: ConnectionRecord): Promise<void> {
    record.state = "checking";
    this.#checking++;
    this.#claimedPings++;
    const startedAt = this.#options.now();
    const fault = await ping(record.driver).catch(asError);
    this.#checking--;
    this.#claimedPings = Math.max(0, this.#claimedPings - 1);
    if (record.state !== "checking") return;
    if (fault === undefined) {
      this.#offer(record);
      return;
    }
    this.#discard(record, fault);
    // Most likely the server went away, and the others that were idle all the while with it.
    for (let next = this.#idle.first; next !== undefined && next.idleSince <= startedAt; next = this.#idle.first) {
      this.#idle.remove(next);
      this.#discard(next, fault);
    }
    this.#advance();
  }

  #checkIn(record: ConnectionRecord): Promise<void> {
    if (record.state !== "out") return done;
    const { driver } = record;
    const dirty = driver.transactionStatus !== "I" || driver.isBusy;
    if (dirty && this.#options.poolResetOnReturn !== null && !this.isDisposed && this.#isSound(record)) {
      return this.#reset(record);
    }
    this.#takeBack(record);
    return done;
  }

  async #reset(record: ConnectionRecord): Promise<void> {
    record.state = "resetting";
    const fault = await rollBack(record.driver).catch(asError);
    if (record.state !== "resetting") return;
    if (fault === undefined) {
      this.#takeBack(record);
      return;
    }
    this.#discard(record, fault);
    this.#advance();
  }

  #takeBack(record: ConnectionRecord): void {
    record.state = "between";
    this.#checkedOut--;
    this.#emit("checkin", record);
    this.#offer(record);
  }

  #isSound(record: ConnectionRecord): boolean {
    return record.generation === this.#generation && record.driver.isOpen && record.invalidatedBy === undefined;
  }

  /** Finds a place for a connection that is free: the first who waits, the idle list, or the exit. */
  #offer(record: ConnectionRecord): void {
    if (record.state === "gone") return;
    if (!this.#isSound(record)) {
      const stale = record.generation !== this.#generation ? this.#invalidatedBy : undefined;
      this.#discard(record, stale ?? lost());
      this.#advance();
    } else if (this.isDisposed) {
      void this.#close(record);
    } else if (this.#waiters.size > 0 && !this.#isExpired(record)) {
      this.#serve(record);
    } else if (this.#waiters.size > 0 || this.#idle.size >= this.#options.poolSize) {
      void this.#close(record);
    } else {
      record.state = "idle";
      if (this.#options.poolPrePing) record.idleSince = this.#options.now();
      this.#idle.push(record);
    }
  }

  /** Says goodbye to a healthy connection, which is in no list. */
  async #close(record: ConnectionRecord): Promise<void> {
    record.state = "closing";
    this.#closing++;
    const { driver } = record;
    const farewell = async () => {
      await driver.close();
      return true;
    };
    const closed = await settledWithin(farewell(), closeTimeout).catch(() => undefined);
    if (closed === undefined) cut(record);
    this.#closed(record);
  }

  #closed(record: ConnectionRecord): void {
    if (record.state !== "closing") return;
    record.state = "gone";
    this.#closing--;
    this.#records.delete(record);
    this.#emit("close", record);
    this.#advance();
    this.#noticeDrained();
  }

  /** Cuts a connection that is in no list and gives up its place; `#advance()` is left to the caller. */
  #discard(record: ConnectionRecord, cause: Error): void {
    const { state } = record;
    if (state === "gone") return;
    record.state = "gone";
    this.#records.delete(record);
    cut(record);
    if (state === "closing") this.#closing--;
    else this.#announceInvalid(record, cause);
    if (state === "out" || state === "resetting") {
      this.#checkedOut--;
      this.#emit("checkin", record);
    }
    this.#emit("close", record);
    this.#noticeDrained();
  }

  #onLost(record: ConnectionRecord, cause: Error): void {
    switch (record.state) {
      case "gone":
        return;
      case "closing":
        this.#closed(record);
        return;
      case "idle":
        this.#idle.remove(record);
        this.#discard(record, cause);
        this.#advance();
        return;
      default:
        // Whoever holds it gives it back, or whatever is under way on it fails.
        this.#announceInvalid(record, cause);
    }
  }

  #announceInvalid(record: ConnectionRecord, cause: Error): void {
    if (record.invalidatedBy !== undefined) return;
    record.invalidatedBy = cause;
    this.#emit("invalidate", record, cause);
  }

  #beginDisposal(): Promise<void> {
    const drained = new Promise<void>((resolve) => (this.#resolveDrained = resolve));
    // Before anything that calls out, so that whoever is called finds the pool closed.
    this.#drained = drained;
    while (this.#waiters.fail(poolClosed()));
    for (const attempt of this.#attempts) attempt.abort(poolClosed());
    for (let record = this.#idle.first; record !== undefined; record = this.#idle.first) {
      this.#idle.remove(record);
      void this.#close(record);
    }
    this.#noticeDrained();
    return drained;
  }

  #cutAll(): void {
    for (const record of this.#records) {
      this.#discard(record, new ResourceClosedError("The pool was disposed of while the connection was in use"));
    }
    // An attempt to connect that does not heed its signal is not waited for; its connection is closed on arrival.
    this.#finishDisposal();
  }

  #noticeDrained(): void {
    if (this.#resolveDrained !== undefined && this.#records.size === 0 && this.#attempts.size === 0) {
      this.#finishDisposal();
    }
  }

  #finishDisposal(): void {
    for (const timer of this.#disposeTimers) clearTimeout(timer);
    this.#disposeTimers = [];
    this.#resolveDrained?.();
    this.#resolveDrained = undefined;
  }

  #emit(name: PoolEventName, record: ConnectionRecord, cause?: Error): void {
    const sink = this.#options.onEvent;
    if (sink === undefined) return;
    try {
      sink(name, record, cause);
    } catch (error) {
      // Thrown on, it would surface in a socket's callback or lose a connection.
      process.emitWarning(`A listener of the pool's "${name}" event threw: ${String(error)}`, "TegmenWarning");
    }
  }
}

function cut(record: ConnectionRecord): void {
  try {
    record.driver.destroy();
  } catch {
    // Gone is what it was to be.
  }
}

function poolClosed(): ResourceClosedError {
  return new ResourceClosedError("The connection pool was disposed of; it lends no more connections");
}

function lost(): Error {
  return new Error("the connection was lost");
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
