import {
  DriverFailureError,
  type DriverFailure,
  type DriverStatement,
  type DriverStream,
  type Field,
  type RawRow,
} from "../driver.ts";
import type { StreamListener, StreamStep } from "./stream-query.ts";

/** What a stream needs of its connection. */
export interface StreamHost {
  /** Sends one exchange and routes its answers. */
  send(step: StreamStep, listener: StreamListener): void;
  /** Stops and restarts reading from the socket. */
  pause(): void;
  resume(): void;
  cancel(): Promise<void>;
  destroy(): void;
  /** The stream is over, the connection is free. */
  ended(): void;
}

/** Rows that are there, and who waits for them. */
abstract class BufferedStream implements DriverStream {
  protected readonly host: StreamHost;
  protected readonly batchSize: number;
  #fields: readonly Field[] = [];
  #rows: RawRow[] = [];
  #wake: (() => void) | undefined;
  #over = false;
  protected complete = false;
  protected failure: DriverFailure | undefined;

  constructor(host: StreamHost, batchSize: number) {
    this.host = host;
    this.batchSize = batchSize;
  }

  get fields(): readonly Field[] {
    return this.#fields;
  }

  protected get buffered(): number {
    return this.#rows.length;
  }

  /** Whether an exchange is under way. */
  protected abstract readonly pending: boolean;

  protected readonly listener = {
    fields: (fields: readonly Field[]): void => {
      this.#fields = fields;
    },
    row: (row: RawRow): void => {
      this.#rows.push(row);
      this.onRow();
    },
    settled: (complete: boolean, failure: DriverFailure | undefined): void => {
      this.complete ||= complete;
      this.failure ??= failure;
      this.onSettled();
      this.wake();
    },
  };

  protected abstract onRow(): void;
  protected abstract onSettled(): void;
  /** Asks for more rows when it is time to. */
  protected abstract fetch(): void;
  protected abstract stop(): Promise<void>;

  protected wake(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  protected wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  async next(): Promise<readonly RawRow[] | null> {
    if (this.#over) return null;
    this.fetch();
    while (this.#rows.length < this.batchSize && this.pending) await this.wait();
    if (this.#rows.length > 0) {
      const rows = this.#rows.length <= this.batchSize ? this.#rows : this.#rows.slice(0, this.batchSize);
      this.#rows = rows === this.#rows ? [] : this.#rows.slice(this.batchSize);
      this.fetch();
      return rows;
    }
    if (this.failure !== undefined) {
      this.#end();
      throw new DriverFailureError(this.failure);
    }
    this.#end();
    return null;
  }

  async close(): Promise<void> {
    if (this.#over) return;
    this.#rows = [];
    try {
      await this.stop();
    } finally {
      this.#end();
    }
  }

  protected drop(): void {
    this.#rows = [];
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.host.ended();
  }
}

/**
 * Inside a transaction: one portal, read page by page. The next page is asked
 * for while the consumer works on the last, so that the turns overlap, and an
 * early end costs nothing but closing the portal.
 */
export class PagedStream extends BufferedStream {
  readonly #statement: Omit<DriverStatement, "consumer">;
  readonly #portal: string;
  #opened = false;
  #pending = false;

  constructor(host: StreamHost, statement: Omit<DriverStatement, "consumer">, portal: string, batchSize: number) {
    super(host, batchSize);
    this.#statement = statement;
    this.#portal = portal;
  }

  protected get pending(): boolean {
    return this.#pending;
  }

  protected onRow(): void {}

  protected onSettled(): void {
    this.#pending = false;
  }

  protected fetch(): void {
    if (this.#pending || this.complete || this.failure !== undefined || this.buffered >= this.batchSize) return;
    this.#pending = true;
    const [portal, rows] = [this.#portal, this.batchSize];
    const step: StreamStep = this.#opened
      ? { kind: "more", portal, rows }
      : { kind: "open", statement: this.#statement, portal, rows };
    this.#opened = true;
    this.host.send(step, this.listener);
  }

  protected async stop(): Promise<void> {
    while (this.#pending) await this.wait();
    if (!this.#opened || this.complete || this.failure !== undefined) return;
    this.#pending = true;
    this.host.send({ kind: "close", portal: this.#portal }, this.listener);
    while (this.#pending) await this.wait();
  }
}

/** How long an abandoned statement may take to end after it was cancelled, in milliseconds. */
const cancelGrace = 5_000;

/**
 * Outside a transaction a portal ends with its Sync, so all rows come in one
 * answer: the socket is held back while the consumer is busy.
 */
export class FlowingStream extends BufferedStream {
  readonly #statement: Omit<DriverStatement, "consumer">;
  #opened = false;
  #pending = false;
  #paused = false;
  #dropping = false;

  constructor(host: StreamHost, statement: Omit<DriverStatement, "consumer">, batchSize: number) {
    super(host, batchSize);
    this.#statement = statement;
  }

  protected get pending(): boolean {
    return this.#pending;
  }

  protected onRow(): void {
    if (this.#dropping) return this.drop();
    if (this.buffered < this.batchSize) return;
    if (!this.#paused) {
      this.#paused = true;
      this.host.pause();
    }
    this.wake();
  }

  protected onSettled(): void {
    this.#pending = false;
  }

  protected fetch(): void {
    if (!this.#opened) {
      this.#opened = true;
      this.#pending = true;
      this.host.send({ kind: "open", statement: this.#statement, portal: "", rows: 0 }, this.listener);
    } else if (this.#paused && this.buffered < this.batchSize) {
      this.#flow();
    }
  }

  #flow(): void {
    this.#paused = false;
    this.host.resume();
  }

  protected async stop(): Promise<void> {
    if (!this.#pending) return;
    this.#dropping = true;
    const late = setTimeout(() => this.host.destroy(), cancelGrace);
    try {
      await this.host.cancel().catch(() => this.host.destroy());
      if (this.#paused) this.#flow();
      while (this.#pending) await this.wait();
    } finally {
      clearTimeout(late);
    }
  }
}
