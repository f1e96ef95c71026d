import type { DriverFailure, DriverResult, Field, RawRow, RowConsumer, ServerErrorFields } from "../driver.ts";
import { copyRefused } from "../refusal.ts";
import type { PreparedText } from "./prepared-texts.ts";

/** What is sent in one exchange. */
export interface ExchangeRequest {
  readonly sql: string;
  readonly parameters: readonly (string | null)[];
  /** A text of the simple protocol. */
  readonly simple?: boolean;
  readonly prepare?: boolean;
  readonly consumer?: RowConsumer | undefined;
}

/** How an exchange ended. */
export interface ExchangeOutcome {
  readonly results: readonly DriverResult[];
  readonly failure?: DriverFailure | undefined;
}

/** One query of postgres.js, from its first message to its ReadyForQuery. */
export class Exchange {
  readonly request: ExchangeRequest;
  readonly prepared: PreparedText | undefined;
  readonly #settle: (outcome: ExchangeOutcome) => void;
  readonly #results: DriverResult[] = [];
  #consumer: RowConsumer | undefined;
  #failure: DriverFailure | undefined;
  #announced = false;
  #settled = false;

  constructor(
    request: ExchangeRequest,
    prepared: PreparedText | undefined,
    settle: (outcome: ExchangeOutcome) => void,
  ) {
    this.request = request;
    this.prepared = prepared;
    this.#consumer = request.consumer;
    this.#settle = settle;
  }

  /** The statement is known to the server. */
  parsed(): void {
    if (this.prepared !== undefined) this.prepared.ready = true;
  }

  described(fields: readonly Field[]): void {
    if (this.prepared !== undefined) this.prepared.fields = fields;
    this.#announce(fields);
  }

  row(values: RawRow): void {
    if (!this.#announced) this.#announceKnown();
    try {
      this.#consumer?.row(values);
    } catch (error) {
      this.#consumerFailed(error);
    }
  }

  complete(tag: string): void {
    if (!this.#announced) this.#announceKnown();
    this.#results.push({ tag });
  }

  /** The server sends data of COPY, or waits for some. */
  copying(): void {
    this.#failure ??= { kind: "client", index: this.#results.length, cause: new Error(copyRefused) };
  }

  failed(fields: ServerErrorFields, cause: Error): void {
    if (this.#failure?.kind !== "server") {
      this.#failure = { kind: "server", index: this.#results.length, fields, cause };
    }
  }

  /** It never reached the server. */
  refused(cause: Error): void {
    this.#failure = { kind: "client", index: 0, cause };
    this.settle();
  }

  /** The connection has ended. */
  lost(cause: Error): void {
    // The server's last word (57P01) says more than the end of the stream that follows it.
    if (this.#failure?.kind !== "server") {
      this.#failure = { kind: "lost", index: this.#results.length, sent: true, cause };
    }
    this.settle();
  }

  settle(): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#settle({ results: this.#results, failure: this.#failure });
  }

  #announceKnown(): void {
    const fields = this.prepared?.fields;
    if (fields !== undefined) this.#announce(fields);
  }

  #announce(fields: readonly Field[]): void {
    this.#announced = true;
    try {
      this.#consumer?.fields(fields);
    } catch (error) {
      this.#consumerFailed(error);
    }
  }

  /** What a consumer throws fails its statement, not the connection. */
  #consumerFailed(error: unknown): void {
    this.#consumer = undefined;
    const cause = error instanceof Error ? error : new Error(String(error));
    // Only the extended protocol has consumers, and one statement per exchange.
    this.#failure ??= { kind: "client", index: 0, cause };
  }
}
