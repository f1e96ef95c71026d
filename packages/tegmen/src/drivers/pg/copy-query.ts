import type { BatchOutcome, DriverFailure, DriverResult } from "../driver.ts";
import { asError, serverFields } from "./batch-query.ts";
import { PgDatabaseError, PgQueryBase, type PgQueryHandlers, type PgWire } from "./pg-internals.ts";

/** COPY FROM STDIN on the wire: a text of the simple protocol, and the data that the server asks for. */
export class CopyQuery extends PgQueryBase implements PgQueryHandlers {
  readonly #sql: string;
  readonly #chunks: AsyncIterable<string>;
  readonly #onSubmit: (query: CopyQuery) => void;
  readonly #settle: (outcome: BatchOutcome) => void;
  readonly #results: DriverResult[] = [];
  #failure: DriverFailure | undefined;
  #submitted = false;
  /** The server wants no more data. */
  #ended = false;
  /** Ends the wait for the socket. */
  #wake: (() => void) | undefined;

  constructor(
    sql: string,
    chunks: AsyncIterable<string>,
    onSubmit: (query: CopyQuery) => void,
    settle: (outcome: BatchOutcome) => void,
  ) {
    super();
    this.#sql = sql;
    this.#chunks = chunks;
    this.#onSubmit = onSubmit;
    this.#settle = settle;
  }

  submit(wire: PgWire): Error | null {
    this.#submitted = true;
    this.#onSubmit(this);
    wire.query(this.#sql);
    return null;
  }

  handleCopyInResponse(wire: PgWire): void {
    void this.#send(wire);
  }

  /** Sends the data as fast as the socket takes it. Never rejects. */
  async #send(wire: PgWire): Promise<void> {
    try {
      for await (const chunk of this.#chunks) {
        if (this.#ended) return;
        if (!wire.stream.write(copyData(chunk))) await this.#drained(wire);
        if (this.#ended) return;
      }
      if (!this.#ended) wire.endCopyFrom();
    } catch (error) {
      if (this.#ended) return;
      this.#failure = { kind: "client", index: 0, cause: asError(error) };
      wire.sendCopyFail("the client ended the COPY");
    }
  }

  #drained({ stream }: PgWire): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        stream.off("drain", done);
        this.#wake = undefined;
        resolve();
      };
      this.#wake = done;
      stream.on("drain", done);
    });
  }

  #end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  handleCommandComplete(message: { readonly text: string }): void {
    this.#results.push({ tag: message.text });
  }

  handleParseComplete(): void {}
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
  handleCopyData(): void {}
  handleReadyForQuery(): void {}

  handleError(error: Error): void {
    this.#end();
    if (error instanceof PgDatabaseError) {
      // What the client failed with says more than the server's answer to that.
      this.#failure ??= { kind: "server", index: 0, fields: serverFields(error), cause: error };
      return;
    }
    if (this.#failure?.kind !== "server") {
      this.#failure = { kind: "lost", index: 0, sent: this.#submitted, cause: error };
    }
    this.settle();
  }

  settle(): void {
    this.#end();
    const failure = this.#failure;
    this.#settle(failure === undefined ? { results: this.#results } : { results: this.#results, failure });
  }
}

/** A CopyData message. */
function copyData(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const message = Buffer.allocUnsafe(5 + length);
  message[0] = 0x64;
  message.writeInt32BE(4 + length, 1);
  message.write(text, 5);
  return message;
}
