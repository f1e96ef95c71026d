/** The numbers of a pool at one moment. SQLAlchemy: `QueuePool.status()`. */
export class PoolStatus {
  readonly poolSize: number;
  /** Infinity when there is no limit. */
  readonly maxOverflow: number;
  /** Open and free. */
  readonly idle: number;
  /** In use. */
  readonly checkedOut: number;
  /** Given back, and being rolled back before anybody else gets them. */
  readonly returning: number;
  /** Being opened, or asked for a sign of life, for someone who waits. */
  readonly connecting: number;
  /** Callers that wait for a connection. */
  readonly waiting: number;
  /** Connections beyond `poolSize`. */
  readonly overflow: number;

  constructor(counts: Omit<PoolStatus, "overflow" | "toString">) {
    this.poolSize = counts.poolSize;
    this.maxOverflow = counts.maxOverflow;
    this.idle = counts.idle;
    this.checkedOut = counts.checkedOut;
    this.returning = counts.returning;
    this.connecting = counts.connecting;
    this.waiting = counts.waiting;
    this.overflow = Math.max(
      0,
      counts.idle + counts.checkedOut + counts.returning + counts.connecting - counts.poolSize,
    );
  }

  /** One line for logs. */
  toString(): string {
    return (
      `Pool size: ${this.poolSize} (+${this.maxOverflow} overflow), idle: ${this.idle}, ` +
      `checked out: ${this.checkedOut}, ${this.returning > 0 ? `returning: ${this.returning}, ` : ""}connecting: ${this.connecting}, waiting: ${this.waiting}, ` +
      `overflow: ${this.overflow}`
    );
  }
}

/** The text of a PoolTimeoutError: what is the matter, and what to do. */
export function describeTimeout(status: PoolStatus, timeout: number): string {
  const { poolSize, maxOverflow, checkedOut, returning, connecting, waiting } = status;
  const what =
    timeout > 0 ? `No connection within ${timeout} ms (poolTimeout)` : "No free connection (poolTimeout is 0)";
  const numbers =
    `poolSize ${poolSize}, maxOverflow ${maxOverflow}, checked out ${checkedOut + returning}, ` +
    `connecting ${connecting}, waiting ${waiting}`;
  const advice: string[] = [];
  if (checkedOut + returning > 0) {
    advice.push(
      "Either connections are never given back (close each one: `await using`, or the callback form), " +
        "or transactions take too long, or the pool is too small: raise poolSize or maxOverflow.",
    );
  }
  if (connecting > 0) advice.push("The server is slow to accept connections: see whether it can be reached.");
  return `${what}: ${numbers}. ${advice.join(" ")}`.trimEnd();
}
