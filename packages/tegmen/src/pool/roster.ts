import type { DriverConnection } from "../drivers/driver.ts";
import { ConnectionRecord } from "./connection-record.ts";
import { closeTimeout, type PoolEventName, type PoolEventSink } from "./options.ts";
import { settledWithin } from "./settled-within.ts";

/**
 * Every connection of a pool that is open or saying goodbye: how it joins, is
 * lent, comes back and leaves, and the events that tell of it.
 */
export class Roster {
  readonly #records = new Set<ConnectionRecord>();
  readonly #sink: PoolEventSink | undefined;
  readonly #onClosed: () => void;
  #lastId = 0;
  #checkedOut = 0;
  #returning = 0;
  #closing = 0;

  /** @param onClosed called when a connection that said goodbye has given up its place. */
  constructor(sink: PoolEventSink | undefined, onClosed: () => void) {
    this.#sink = sink;
    this.#onClosed = onClosed;
  }

  get size(): number {
    return this.#records.size;
  }

  /** How many are in someone's hands. */
  get checkedOut(): number {
    return this.#checkedOut - this.#returning;
  }

  /** How many were given back, and are being rolled back. */
  get returning(): number {
    return this.#returning;
  }

  /** How many are saying goodbye. */
  get closing(): number {
    return this.#closing;
  }

  add(driver: DriverConnection, createdAt: number, expiresAt: number, generation: number): ConnectionRecord {
    const record = new ConnectionRecord(++this.#lastId, driver, createdAt, expiresAt, generation);
    this.#records.add(record);
    this.#emit("connect", record);
    return record;
  }

  lend(record: ConnectionRecord): void {
    record.state = "out";
    this.#checkedOut++;
    this.#emit("checkout", record);
  }

  /** A connection is given back, and what is open on it is being rolled back. */
  startReset(record: ConnectionRecord): void {
    record.state = "resetting";
    this.#returning++;
  }

  takeBack(record: ConnectionRecord): void {
    if (record.state === "resetting") this.#returning--;
    record.state = "between";
    this.#checkedOut--;
    this.#emit("checkin", record);
  }

  /** Says goodbye to a healthy connection, which must not be in the idle list. */
  async close(record: ConnectionRecord): Promise<void> {
    record.state = "closing";
    this.#closing++;
    const { driver } = record;
    const farewell = async () => {
      await driver.close();
      return true;
    };
    const closed = await settledWithin(farewell(), closeTimeout).catch(() => undefined);
    if (closed === undefined) cut(record);
    this.finishClose(record);
  }

  /** The goodbye is over, or cut short. */
  finishClose(record: ConnectionRecord): void {
    if (record.state !== "closing") return;
    record.state = "gone";
    this.#closing--;
    this.#records.delete(record);
    this.#emit("close", record);
    this.#onClosed();
  }

  /** Cuts a connection, which must not be in the idle list. Its place is free when this returns. */
  discard(record: ConnectionRecord, cause: Error): void {
    const { state } = record;
    if (state === "gone") return;
    record.state = "gone";
    this.#records.delete(record);
    cut(record);
    if (state === "closing") this.#closing--;
    else this.announceInvalid(record, cause);
    if (state === "out" || state === "resetting") {
      if (state === "resetting") this.#returning--;
      this.#checkedOut--;
      this.#emit("checkin", record);
    }
    this.#emit("close", record);
  }

  discardAll(cause: Error): void {
    for (const record of this.#records) this.discard(record, cause);
  }

  /** Tells, once, that a connection is not to be used again. */
  announceInvalid(record: ConnectionRecord, cause: Error): void {
    if (record.invalidatedBy !== undefined) return;
    record.invalidatedBy = cause;
    this.#emit("invalidate", record, cause);
  }

  #emit(name: PoolEventName, record: ConnectionRecord, cause?: Error): void {
    if (this.#sink === undefined) return;
    try {
      this.#sink(name, record, cause);
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
