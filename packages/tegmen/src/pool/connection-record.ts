import type { DriverConnection } from "../drivers/driver.ts";
import type { Linked } from "./linked-list.ts";
import type { PoolMember } from "./options.ts";

/**
 * Where a connection stands:
 * `idle` in the list; `checking` a pre-ping is under way; `out` in someone's hands; `resetting` given back and being
 * rolled back; `between` new, or on its way from one of these to the next; `closing` saying goodbye; `gone` no longer
 * of the pool.
 */
export type RecordState = "idle" | "checking" | "out" | "resetting" | "between" | "closing" | "gone";

/** What the pool knows of one connection, for as long as it is open. */
export class ConnectionRecord implements PoolMember, Linked<ConnectionRecord> {
  readonly id: number;
  readonly driver: DriverConnection;
  readonly createdAt: number;
  /** When it is to be replaced. */
  readonly expiresAt: number;
  /** How often the whole pool had been invalidated when it was opened. */
  readonly generation: number;
  state: RecordState = "between";
  idleSince = 0;
  /** Why it is not to be used again; set when the `invalidate` event was sent. */
  invalidatedBy: Error | undefined = undefined;
  previous: ConnectionRecord | undefined = undefined;
  next: ConnectionRecord | undefined = undefined;
  #info: Map<unknown, unknown> | undefined;

  constructor(id: number, driver: DriverConnection, createdAt: number, expiresAt: number, generation: number) {
    this.id = id;
    this.driver = driver;
    this.createdAt = createdAt;
    this.expiresAt = expiresAt;
    this.generation = generation;
  }

  get info(): Map<unknown, unknown> {
    return (this.#info ??= new Map());
  }
}
