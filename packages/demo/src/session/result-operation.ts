import { BACKEND } from "../wire/messages.ts";
import { countMessages, rowTransform, widenRowDescription, writeTransformed } from "./result-shape.ts";
import type { QueryTranslation, Statement } from "../rewrite/contract.ts";
import type { ErrorFields } from "../wire/messages.ts";
import type { Operation } from "./backend-operation.ts";
import type { Taker } from "./extended-batch.ts";
import type { ResultColumn, RowTransform } from "./result-shape.ts";
import type { SessionCore } from "./session-core.ts";

/** An operation whose answer may be asked for again. */
export interface RepeatableOperation extends Operation {
  /** Forgets what a failed attempt counted. */
  reset(): void;
}

/** Collects what answers must repeat for a transaction to be replayed. */
export interface Capture {
  add(buffer: Buffer, start: number, end: number): void;
}

/**
 * Passes one statement's result on to the client: rows as they are wherever
 * that is possible, types widened, the command tag in CockroachDB's words.
 */
export class ResultOperation implements RepeatableOperation {
  readonly kind: "execute" | "query";
  readonly #core: SessionCore;
  readonly #translation: QueryTranslation;
  readonly #statement: Statement;
  readonly #describes: boolean;
  /** Which of the results of a query with bookkeeping around it is the statement's. */
  readonly #main: number;
  #result = 0;
  #rows = 0;
  #transform: RowTransform | undefined;
  #columns: (() => RowTransform | undefined) | undefined;
  readonly #leading: Taker | undefined;
  #binding: boolean;
  capture: Capture | undefined;

  constructor(options: {
    core: SessionCore;
    statement: Statement;
    translation: QueryTranslation;
    kind: "execute" | "query";
    /** Whether RowDescription is passed on (the simple protocol). */
    describes: boolean;
    /** How many statements run before the client's in the same query. */
    before?: number;
    /** The portal is bound, and perhaps described, in the same request: takes the answers to that. */
    leading?: Taker;
  }) {
    this.kind = options.kind;
    this.#core = options.core;
    this.#statement = options.statement;
    this.#translation = options.translation;
    this.#describes = options.describes;
    this.#main = options.before ?? 0;
    this.#leading = options.leading;
    this.#binding = options.leading !== undefined;
  }

  reset(): void {
    this.#result = 0;
    this.#rows = 0;
    this.#binding = this.#leading !== undefined;
  }

  /** How rows of the extended protocol must change, known from a Describe. */
  expect(columns: () => readonly ResultColumn[], formats: readonly number[]): void {
    this.#columns = () => rowTransform(columns(), formats);
  }

  message(type: number, buffer: Buffer, start: number, end: number): void {
    const { out } = this.#core.client;
    const main = this.#result === this.#main;
    const hides = this.#translation.hidesRows === true;
    switch (type) {
      case BACKEND.dataRow:
        if (!main) return;
        this.#rows += countMessages(buffer, start, end);
        this.capture?.add(buffer, start, end);
        if (hides) return;
        if (this.#columns) {
          this.#transform = this.#columns();
          this.#columns = undefined;
        }
        if (this.#transform) writeTransformed(out, buffer, start, end, this.#transform);
        else out.raw(buffer, start, end);
        return;
      case BACKEND.rowDescription:
        if (this.#leading) {
          this.#leading(type, buffer, start, end);
          return;
        }
        if (!main || hides) return;
        this.#transform = rowTransform(widenRowDescription(buffer, start, end), []);
        if (this.#describes) out.raw(buffer, start, end);
        return;
      case BACKEND.commandComplete:
        if (main) this.#complete(buffer, start, end);
        this.#result++;
        return;
      case BACKEND.portalSuspended:
        this.#core.suspendedPortal = true;
        out.raw(buffer, start, end);
        return;
      case BACKEND.emptyQuery:
        if (main) out.raw(buffer, start, end);
        this.#result++;
        return;
      case BACKEND.bindComplete:
        this.#binding = false;
        this.#leading?.(type, buffer, start, end);
        return;
      default:
        this.#leading?.(type, buffer, start, end);
    }
  }

  error(fields: ErrorFields): void {
    this.#core.failure ??= { fields, statement: this.#statement, atBind: this.#binding };
  }

  #complete(buffer: Buffer, start: number, end: number): void {
    const { out } = this.#core.client;
    this.capture?.add(buffer, start, end);
    const { tag } = this.#translation;
    if (tag === undefined) {
      out.raw(buffer, start, end);
      return;
    }
    const own = typeof tag === "string" ? tag : tag(buffer.toString("latin1", start + 5, end - 1), this.#rows);
    out.begin(BACKEND.commandComplete).string(own).end();
  }
}
