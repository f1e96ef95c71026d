import { BufferedStream, type StreamListener } from "./buffered-stream.ts";
import type { DriverStatement } from "./driver.ts";

/** What a flowing stream needs of its connection. */
export interface FlowingStreamHost {
  /** Sends the statement and routes its answers. */
  send(statement: Omit<DriverStatement, "consumer">, listener: StreamListener): void;
  /** Stops and restarts reading from the socket. */
  pause(): void;
  resume(): void;
  /** Ends the statement early; without it, the rest of the rows is read and dropped. */
  cancel?(): Promise<void>;
  destroy(): void;
  ended(): void;
}

/** How long an abandoned statement may take to end after it was cancelled, in milliseconds. */
const cancelGrace = 5_000;

/** All rows in one answer: the socket is held back while the consumer is busy. */
export class FlowingStream extends BufferedStream {
  readonly #host: FlowingStreamHost;
  readonly #statement: Omit<DriverStatement, "consumer">;
  #opened = false;
  #pending = false;
  #paused = false;
  #dropping = false;

  constructor(host: FlowingStreamHost, statement: Omit<DriverStatement, "consumer">, batchSize: number) {
    super(batchSize, () => host.ended());
    this.#host = host;
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
      this.#host.pause();
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
      this.#host.send(this.#statement, this.listener);
    } else if (this.#paused && this.buffered < this.batchSize) {
      this.#flow();
    }
  }

  #flow(): void {
    this.#paused = false;
    this.#host.resume();
  }

  protected async stop(): Promise<void> {
    this.#dropping = true;
    // All rows may be here already, and the socket still held back.
    if (this.#host.cancel === undefined || !this.#pending) {
      if (this.#paused) this.#flow();
      while (this.#pending) await this.wait();
      return;
    }
    const late = setTimeout(() => this.#host.destroy(), cancelGrace);
    try {
      await this.#host.cancel().catch(() => this.#host.destroy());
      if (this.#paused) this.#flow();
      while (this.#pending) await this.wait();
      // CockroachDB cancels in its own time, also after it has closed the connection of the request.
      this.cancelAtLarge = !(this.failure?.kind === "server" && this.failure.fields.code === "57014");
    } finally {
      clearTimeout(late);
    }
  }
}
