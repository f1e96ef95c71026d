import { BufferedStream, type StreamListener } from "../buffered-stream.ts";
import type { DriverStatement } from "../driver.ts";
import type { StreamStep } from "./stream-query.ts";

/** What a paged stream needs of its connection. */
export interface PagedStreamHost {
  /** Sends one exchange and routes its answers. */
  send(step: StreamStep, listener: StreamListener): void;
  /** The stream is over, the connection is free. */
  ended(): void;
}

/**
 * Inside a transaction: one portal, read page by page. The next page is asked
 * for while the consumer works on the last, so that the turns overlap, and an
 * early end costs nothing but closing the portal.
 */
export class PagedStream extends BufferedStream {
  readonly #host: PagedStreamHost;
  readonly #statement: Omit<DriverStatement, "consumer">;
  readonly #portal: string;
  #opened = false;
  #pending = false;

  constructor(host: PagedStreamHost, statement: Omit<DriverStatement, "consumer">, portal: string, batchSize: number) {
    super(batchSize, () => host.ended());
    this.#host = host;
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
    this.#host.send(step, this.listener);
  }

  protected async stop(): Promise<void> {
    while (this.#pending) await this.wait();
    if (!this.#opened || this.complete || this.failure !== undefined) return;
    this.#pending = true;
    this.#host.send({ kind: "close", portal: this.#portal }, this.listener);
    while (this.#pending) await this.wait();
  }
}
