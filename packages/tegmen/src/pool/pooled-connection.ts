import type { DriverConnection } from "../drivers/driver.ts";
import type { ConnectionRecord } from "./connection-record.ts";

/** What a checked-out connection asks of its pool. */
export interface PoolDesk {
  checkIn(record: ConnectionRecord): Promise<void>;
  discard(record: ConnectionRecord, cause: Error): void;
}

const returned: Promise<void> = Promise.resolve();

/**
 * A connection in someone's hands, from one checkout to its release.
 *
 * Each checkout has an object of its own, so a late second `release()` cannot
 * take the connection away from whoever has it by then.
 *
 * SQLAlchemy: `PoolProxiedConnection`.
 *
 * @example
 * ```ts
 * await using connection = await pool.acquire();
 * await connection.driver.runSimple("SELECT 1");
 * ```
 */
export class PooledConnection {
  /** The connection itself. Not to be used after `release()`. */
  readonly driver: DriverConnection;
  readonly #record: ConnectionRecord;
  readonly #desk: PoolDesk;
  #released: Promise<void> | undefined;

  /** For the pool; use {@link Pool.acquire}. */
  constructor(record: ConnectionRecord, desk: PoolDesk) {
    this.driver = record.driver;
    this.#record = record;
    this.#desk = desk;
  }

  /** Small integer that tells the connection from all others of its pool, in logs. */
  get id(): number {
    return this.#record.id;
  }

  /** When the connection was opened, in milliseconds since the epoch. */
  get createdAt(): number {
    return this.#record.createdAt;
  }

  /** Memory for the layers above that lives as long as the connection, over many checkouts. */
  get info(): Map<unknown, unknown> {
    return this.#record.info;
  }

  /** Whether it was given back, by `release()` or `invalidate()`. */
  get isReleased(): boolean {
    return this.#released !== undefined;
  }

  /**
   * Ends the connection now and gives its place in the pool to a new one. Does nothing once it is released.
   * @param cause what made it unusable; goes into the `invalidate` event.
   */
  invalidate(cause: Error): void {
    if (this.#released !== undefined) return;
    this.#released = returned;
    this.#desk.discard(this.#record, cause);
  }

  /**
   * Gives the connection back. A transaction that is still open is rolled back before anyone else gets it;
   * a connection that is lost, or does not answer, is replaced instead.
   * @returns when it is back in the pool, or closed. Never rejects; a second call does nothing.
   */
  release(): Promise<void> {
    return (this.#released ??= this.#desk.checkIn(this.#record));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }
}
