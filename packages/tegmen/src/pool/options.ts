import type { DriverConnection } from "../drivers/driver.ts";
import { ArgumentError } from "../errors/index.ts";

/** What happens to the connections of a pool. Every `checkout` is followed by one `checkin`, every `connect` by one `close`. */
export type PoolEventName = "connect" | "checkout" | "checkin" | "invalidate" | "close";

/** A connection as the pool's events tell of it. */
export interface PoolMember {
  /** Small integer that no other connection of the pool has had; for logs. */
  readonly id: number;
  readonly driver: DriverConnection;
  /** When it was opened, by the pool's clock: milliseconds since the epoch. */
  readonly createdAt: number;
  /** Memory for the layers above that lives as long as the connection. */
  readonly info: Map<unknown, unknown>;
}

/** Takes the events of a pool. `cause` comes with `invalidate`. */
export type PoolEventSink = (name: PoolEventName, connection: PoolMember, cause?: Error) => void;

/** The options of a {@link Pool} that users set; SQLAlchemy's `create_engine(pool_...)`. Times are milliseconds. */
export interface PoolSettings {
  /** How many connections are kept open, 1 or more. They are opened when first needed. Default 5. */
  readonly poolSize?: number | undefined;
  /** How many more may be opened when all of those are in use; -1 or Infinity sets no limit. Default 10. */
  readonly maxOverflow?: number | undefined;
  /**
   * How long a caller waits for a connection; Infinity waits for ever, 0 fails at once
   * when all are in use and no more may be opened. Default 30,000.
   */
  readonly poolTimeout?: number | undefined;
  /**
   * Age at which a connection is replaced on its next checkout; each one differs by up to 10 % either way,
   * so that those opened together do not end together. -1, 0 and Infinity mean never. Default -1.
   */
  readonly poolRecycle?: number | undefined;
  /** Ask a connection that has been idle for {@link prePingAfter} for a sign of life before it is handed out. Default false. */
  readonly poolPrePing?: boolean | undefined;
  /** Hand out the connection that was given back last, so that the others may age and go. Default false: the oldest first. */
  readonly poolUseLifo?: boolean | undefined;
  /** What undoes an open transaction when a connection is given back; null leaves it as it is. Default `"rollback"`. */
  readonly poolResetOnReturn?: "rollback" | null | undefined;
}

/** Everything that a {@link Pool} is made of. */
export interface PoolOptions extends PoolSettings {
  /** Opens a connection. The signal is aborted when the pool is disposed of meanwhile. */
  readonly connect: (signal: AbortSignal) => Promise<DriverConnection>;
  /** Where events go. What it throws becomes a process warning. */
  readonly onEvent?: PoolEventSink | undefined;
  /**
   * The time in milliseconds; default `Date.now`. Not a monotonic clock: those stand still
   * while a machine sleeps, and connections die just then.
   */
  readonly now?: (() => number) | undefined;
  /** A number from 0 up to 1; default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/** {@link PoolOptions} with every gap filled, checked, and "no limit" told as Infinity. */
export interface ResolvedPoolOptions {
  readonly poolSize: number;
  readonly maxOverflow: number;
  readonly poolTimeout: number;
  readonly poolRecycle: number;
  readonly poolPrePing: boolean;
  readonly poolUseLifo: boolean;
  readonly poolResetOnReturn: "rollback" | null;
  readonly connect: (signal: AbortSignal) => Promise<DriverConnection>;
  readonly onEvent: PoolEventSink | undefined;
  readonly now: () => number;
  readonly random: () => number;
}

/**
 * Milliseconds of idleness from which a pre-ping is worth its round trip. A
 * busy pool never pays for it; a connection that died in the last second fails
 * as it would when it dies between ping and use.
 */
export const prePingAfter = 1_000;
/** How long a pre-ping may take before the connection counts as dead. */
export const pingTimeout = 5_000;
/** How long the rollback of a returned connection may take, with whatever is still under way on it. */
export const resetTimeout = 5_000;
/** How long a connection may take to say goodbye before it is cut. */
export const closeTimeout = 5_000;
/** How long `dispose()` waits for connections in use, unless told otherwise. */
export const disposeTimeout = 10_000;

/**
 * Fills the gaps and checks the values.
 * @throws {ArgumentError} naming the option that cannot be used.
 */
export function resolvePoolOptions(options: PoolOptions): ResolvedPoolOptions {
  const { poolSize = 5, maxOverflow = 10, poolTimeout = 30_000, poolRecycle = -1, poolResetOnReturn } = options;
  if (poolSize !== Infinity && !(Number.isInteger(poolSize) && poolSize >= 1)) {
    throw new ArgumentError(
      `poolSize must be a whole number of at least 1, or Infinity for a pool without limit; got ${String(poolSize)}`,
    );
  }
  if (maxOverflow !== Infinity && !(Number.isInteger(maxOverflow) && maxOverflow >= -1)) {
    throw new ArgumentError(
      `maxOverflow must be a whole number of at least 0, or -1 or Infinity for no limit; got ${String(maxOverflow)}`,
    );
  }
  if (!(poolTimeout >= 0)) {
    throw new ArgumentError(
      `poolTimeout must be milliseconds, or Infinity to wait for ever; got ${String(poolTimeout)}`,
    );
  }
  if (poolRecycle !== -1 && !(poolRecycle >= 0)) {
    throw new ArgumentError(`poolRecycle must be milliseconds, or -1 for never; got ${String(poolRecycle)}`);
  }
  if (poolResetOnReturn !== undefined && poolResetOnReturn !== null && poolResetOnReturn !== "rollback") {
    throw new ArgumentError(`poolResetOnReturn must be "rollback" or null; got ${JSON.stringify(poolResetOnReturn)}`);
  }
  return {
    poolSize,
    maxOverflow: maxOverflow === -1 ? Infinity : maxOverflow,
    poolTimeout,
    poolRecycle: poolRecycle > 0 ? poolRecycle : Infinity,
    poolPrePing: options.poolPrePing ?? false,
    poolUseLifo: options.poolUseLifo ?? false,
    poolResetOnReturn: poolResetOnReturn === undefined ? "rollback" : poolResetOnReturn,
    connect: options.connect,
    onEvent: options.onEvent,
    now: options.now ?? (() => Date.now()),
    random: options.random ?? (() => Math.random()),
  };
}
