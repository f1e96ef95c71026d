import { PoolTimeoutError, ResourceClosedError } from "../errors/index.ts";
import type { ConnectionRecord } from "./connection-record.ts";
import { Disposal } from "./disposal.ts";
import { ping, rollBack } from "./health.ts";
import { LinkedList } from "./linked-list.ts";
import {
  disposeTimeout,
  type PoolOptions,
  prePingAfter,
  type ResolvedPoolOptions,
  resolvePoolOptions,
} from "./options.ts";
import { type PoolDesk, PooledConnection } from "./pooled-connection.ts";
import { Roster } from "./roster.ts";
import { describeTimeout, PoolStatus } from "./status.ts";
import { WaiterQueue } from "./waiter-queue.ts";

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
  readonly #roster: Roster;
  readonly #attempts = new Set<AbortController>();
  readonly #desk: PoolDesk;
  #checking = 0;
  /** Pre-pings that were started for someone who still waits. */
  #claimedPings = 0;
  #generation = 0;
  #invalidatedBy: Error | undefined;
  #disposal: Disposal | undefined;

  /** @throws {ArgumentError} naming the option that cannot be used. */
  constructor(options: PoolOptions) {
    this.#options = resolvePoolOptions(options);
    this.#limit = this.#options.poolSize + this.#options.maxOverflow;
    this.#roster = new Roster(this.#options.onEvent, () => this.#onPlaceFree());
    this.#desk = {
      checkIn: (record) => this.#checkIn(record),
      discard: (record, cause) => {
        this.#roster.discard(record, cause);
        this.#onPlaceFree();
      },
    };
  }

  /** Whether `dispose()` was called. */
  get isDisposed(): boolean {
    return this.#disposal !== undefined;
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
    if (timeout === 0 && this.#waiters.size > this.#expected + this.#roster.closing)
      this.#waiters.failLast(onTimeout());
    return connection;
  }

  /**
   * Lends an idle connection without waiting for anything, not even a microtask.
   * @returns undefined when there is none, when it needs a pre-ping first, or when others are waiting.
   */
  tryAcquire(): PooledConnection | undefined {
    if (this.#waiters.size > 0 || this.isDisposed) return undefined;
    const now = this.#time();
    const record = this.#peekIdle(now);
    if (record === undefined || this.#needsPing(record, now)) return undefined;
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
      this.#roster.discard(record, cause);
    }
    this.#onPlaceFree();
  }

  /** The numbers at this moment; as a string, one line for logs. */
  status(): PoolStatus {
    return new PoolStatus({
      poolSize: this.#options.poolSize,
      maxOverflow: this.#options.maxOverflow,
      idle: this.#idle.size,
      checkedOut: this.#roster.checkedOut,
      returning: this.#roster.returning,
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
    const disposal = this.#disposal ?? this.#beginDisposal();
    return disposal.wait(options.timeout ?? disposeTimeout);
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
      const now = this.#time();
      const record = this.#peekIdle(now);
      if (record !== undefined) {
        this.#idle.remove(record);
        if (this.#needsPing(record, now)) void this.#check(record);
        else this.#serve(record);
      } else if (this.#waiters.size > this.#expected && this.#roster.size + this.#attempts.size < this.#limit) {
        void this.#open();
      } else {
        return;
      }
    }
  }

  /** The idle connection whose turn it is, which is open and not too old; it stays in the list. */
  #peekIdle(now: number): ConnectionRecord | undefined {
    for (;;) {
      const record = this.#options.poolUseLifo ? this.#idle.last : this.#idle.first;
      if (record === undefined) return undefined;
      if (!record.driver.isOpen) {
        this.#idle.remove(record);
        this.#roster.discard(record, lost());
      } else if (record.expiresAt <= now) {
        this.#idle.remove(record);
        void this.#roster.close(record);
      } else {
        return record;
      }
    }
  }

  #needsPing(record: ConnectionRecord, now: number): boolean {
    if (!this.#options.poolPrePing) return false;
    const idleFor = now - record.idleSince;
    // A clock that was set back says nothing about the time gone by.
    return idleFor >= prePingAfter || idleFor < 0;
  }

  /** The time, where anything depends on it: a system call that the fast path need not make. */
  #time(): number {
    const { poolPrePing, poolRecycle, now } = this.#options;
    return poolPrePing || poolRecycle !== Infinity ? now() : 0;
  }

  #checkOut(record: ConnectionRecord): PooledConnection {
    this.#roster.lend(record);
    return new PooledConnection(record, this.#desk);
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
      this.#attempts.delete(attempt);
      const record = this.#roster.add(driver, createdAt, expiresAt, this.#generation);
      driver.onClose((cause) => this.#onLost(record, cause));
      if (!driver.isOpen) {
        const cause = record.invalidatedBy ?? lost();
        this.#roster.discard(record, cause);
        throw cause;
      }
      this.#offer(record);
    } catch (error) {
      this.#attempts.delete(attempt);
      // Not when its waiter was served otherwise, and each of those left has an attempt of its own.
      if (this.#waiters.size > this.#expected) this.#waiters.fail(error);
      this.#onPlaceFree();
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
    this.#roster.discard(record, fault);
    // Most likely the server went away, and the others that were idle all the while with it.
    for (let next = this.#idle.first; next !== undefined && next.idleSince <= startedAt; next = this.#idle.first) {
      this.#idle.remove(next);
      this.#roster.discard(next, fault);
    }
    this.#onPlaceFree();
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
    this.#roster.startReset(record);
    const fault = await rollBack(record.driver).catch(asError);
    if (record.state !== "resetting") return;
    if (fault === undefined) {
      this.#takeBack(record);
      return;
    }
    this.#roster.discard(record, fault);
    this.#onPlaceFree();
  }

  #takeBack(record: ConnectionRecord): void {
    this.#roster.takeBack(record);
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
      this.#roster.discard(record, stale ?? lost());
      this.#onPlaceFree();
    } else if (this.isDisposed) {
      void this.#roster.close(record);
    } else if (this.#waiters.size > 0 && record.expiresAt > this.#time()) {
      this.#serve(record);
    } else if (this.#waiters.size > 0 || this.#idle.size >= this.#options.poolSize) {
      void this.#roster.close(record);
    } else {
      record.state = "idle";
      if (this.#options.poolPrePing) record.idleSince = this.#options.now();
      this.#idle.push(record);
    }
  }

  #onLost(record: ConnectionRecord, cause: Error): void {
    switch (record.state) {
      case "gone":
        return;
      case "closing":
        this.#roster.finishClose(record);
        return;
      case "idle":
        this.#idle.remove(record);
        this.#roster.discard(record, cause);
        this.#onPlaceFree();
        return;
      default:
        // Whoever holds it gives it back, or whatever is under way on it fails.
        this.#roster.announceInvalid(record, cause);
    }
  }

  #beginDisposal(): Disposal {
    const disposal = new Disposal(() => this.#cutAll());
    // Before anything that calls out, so that whoever is called finds the pool closed.
    this.#disposal = disposal;
    while (this.#waiters.fail(poolClosed()));
    for (const attempt of this.#attempts) attempt.abort(poolClosed());
    for (let record = this.#idle.first; record !== undefined; record = this.#idle.first) {
      this.#idle.remove(record);
      void this.#roster.close(record);
    }
    this.#noticeDrained();
    return disposal;
  }

  #cutAll(): void {
    this.#roster.discardAll(new ResourceClosedError("The pool was disposed of while the connection was in use"));
    // An attempt to connect that does not heed its signal is not waited for; its connection is closed on arrival.
    this.#disposal?.finish();
  }

  #onPlaceFree(): void {
    this.#advance();
    this.#noticeDrained();
  }

  #noticeDrained(): void {
    const disposal = this.#disposal;
    if (disposal === undefined || disposal.isOver) return;
    if (this.#roster.size === 0 && this.#attempts.size === 0) disposal.finish();
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
