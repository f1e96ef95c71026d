import { DriverFailureError, type DriverFailure, type DriverStream, type Field, type RawRow } from "./driver.ts";

/** Who hears what one exchange of a stream brings: rows as they come, then how it ended. */
export interface StreamListener {
  fields(fields: readonly Field[]): void;
  row(row: RawRow): void;
  /** `complete` when there are no more rows; not called twice. */
  settled(complete: boolean, failure: DriverFailure | undefined): void;
}

/** Rows that are there, and who waits for them. */
export abstract class BufferedStream implements DriverStream {
  readonly #ended: () => void;
  protected readonly batchSize: number;
  #fields: readonly Field[] = [];
  #rows: RawRow[] = [];
  #wake: (() => void) | undefined;
  #over = false;
  protected complete = false;
  protected failure: DriverFailure | undefined;
  cancelAtLarge = false;

  /** @param ended is called when the stream is over and the connection free */
  constructor(batchSize: number, ended: () => void) {
    this.#ended = ended;
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

  protected readonly listener: StreamListener = {
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
    this.#ended();
  }
}
