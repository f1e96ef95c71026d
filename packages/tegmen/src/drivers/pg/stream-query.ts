import type { StreamListener } from "../buffered-stream.ts";
import type { DriverFailure, DriverStatement } from "../driver.ts";
import { asError, serverFields, toField } from "./batch-query.ts";
import { PgDatabaseError, PgQueryBase, type PgField, type PgQueryHandlers, type PgWire } from "./pg-internals.ts";

/** What to send: the first page opens the portal, later ones go on with it. */
export type StreamStep =
  | {
      readonly kind: "open";
      readonly statement: Omit<DriverStatement, "consumer">;
      readonly portal: string;
      readonly rows: number;
    }
  | { readonly kind: "more"; readonly portal: string; readonly rows: number }
  | { readonly kind: "close"; readonly portal: string };

/** One exchange of a stream on the wire, ended by its own Sync. */
export class StreamQuery extends PgQueryBase implements PgQueryHandlers {
  readonly #step: StreamStep;
  readonly #listener: StreamListener;
  readonly #onSubmit: (query: StreamQuery) => void;
  #complete = false;
  #failure: DriverFailure | undefined;
  #submitted = false;
  #settled = false;

  constructor(step: StreamStep, listener: StreamListener, onSubmit: (query: StreamQuery) => void) {
    super();
    this.#step = step;
    this.#listener = listener;
    this.#onSubmit = onSubmit;
  }

  submit(wire: PgWire): Error | null {
    this.#submitted = true;
    this.#onSubmit(this);
    const step = this.#step;
    wire.stream.cork();
    try {
      if (step.kind === "open") {
        wire.parse({ text: step.statement.sql, name: "" });
        wire.bind({ portal: step.portal, statement: "", values: step.statement.parameters, binary: false });
        wire.describe({ type: "P", name: step.portal });
      }
      if (step.kind === "close") wire.close({ type: "P", name: step.portal });
      else wire.execute({ portal: step.portal, rows: step.rows });
      wire.sync();
    } finally {
      wire.stream.uncork();
    }
    return null;
  }

  handleParseComplete(): void {}

  handleRowDescription(message: { readonly fields: readonly PgField[] }): void {
    this.#listener.fields(message.fields.map(toField));
  }

  handleDataRow(message: { readonly fields: readonly (string | null)[] }): void {
    this.#listener.row(message.fields);
  }

  handleCommandComplete(): void {
    this.#complete = true;
  }

  handleEmptyQuery(): void {
    this.#complete = true;
  }

  handlePortalSuspended(): void {}
  handleCopyInResponse(): void {}
  handleCopyData(): void {}
  handleReadyForQuery(): void {}

  handleError(error: Error): void {
    if (error instanceof PgDatabaseError) {
      this.#failure = { kind: "server", index: 0, fields: serverFields(error), cause: error };
      return;
    }
    if (this.#failure?.kind !== "server") {
      this.#failure = { kind: "lost", index: 0, sent: this.#submitted, cause: asError(error) };
    }
    this.settle();
  }

  settle(): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#listener.settled(this.#complete, this.#failure);
  }
}
