import type { BatchOutcome, DriverFailure, DriverResult, TransactionStatus } from "../driver.ts";
import type { ExchangeOutcome, ExchangeRequest } from "./exchange.ts";
import {
  effectOf,
  type ExpectedStatus,
  failureIsFinal,
  statusAfter,
  type StatementEffect,
} from "./statement-effect.ts";

/** What a batch needs to know about its connection, and to send. */
export interface BatchHost {
  readonly transactionStatus: TransactionStatus;
  /** What was sent and is not answered. */
  readonly unanswered: readonly { readonly request: ExchangeRequest }[];
  send(request: ExchangeRequest, settled: (outcome: ExchangeOutcome) => void): void;
}

/**
 * Statements of which none has an effect after the first that fails.
 *
 * Every query of postgres.js carries a Sync of its own, so that the server goes
 * on after a failure. Therefore a statement is sent before those ahead of it are
 * answered only where the server would refuse it after their failure: in an open
 * transaction. Outside of one, rows are read and written in a transaction of the
 * batch's own; all else waits.
 */
export class Batch {
  readonly #statements: readonly ExchangeRequest[];
  readonly #settle: (outcome: BatchOutcome) => void;
  readonly #results: DriverResult[] = [];
  #failure: DriverFailure | undefined;
  #next = 0;
  #underWay = 0;
  /** The failure of each statement under way would be final. */
  #safe = true;
  /** Nothing under way can fail. */
  #certain = true;
  #status: ExpectedStatus = "unknown";
  #enclosed: boolean | undefined;
  #over = false;

  constructor(statements: readonly ExchangeRequest[], settle: (outcome: BatchOutcome) => void) {
    this.#statements = statements;
    this.#settle = settle;
  }

  /** Whether any of it was sent. */
  get started(): boolean {
    return this.#next > 0;
  }

  /**
   * Sends as much as may be sent now.
   * @returns whether nothing is left to send
   */
  send(host: BatchHost): boolean {
    if (this.#statements.length === 1) {
      if (this.#next++ === 0) this.#send(host, this.#statements[0]!, true);
      return true;
    }
    if ((this.#enclosed ??= this.#mayEnclose(host))) this.#sendEnclosed(host);
    while (this.#failure === undefined && this.#next < this.#statements.length) {
      const statement = this.#statements[this.#next]!;
      const effect = effectOf(statement.sql);
      if (this.#underWay > 0 && !this.#maySend(effect)) return false;
      if (this.#underWay === 0) {
        this.#status = expectedStatus(host);
        this.#safe = this.#certain = true;
      }
      this.#safe &&= failureIsFinal(this.#status, effect, statement.sql);
      this.#certain &&= effect === "begin" && this.#status === "I";
      this.#status = statusAfter(this.#status, effect, statement.sql);
      this.#next++;
      this.#send(host, statement, true);
    }
    this.#finish();
    return true;
  }

  /** Ends a batch that cannot go on. */
  abandon(failure: DriverFailure): void {
    this.#failure ??= failure;
    this.#finish();
  }

  #maySend(effect: StatementEffect): boolean {
    if (!this.#safe) return false;
    return effect === "data" || effect === "guarded" || effect === "other" || this.#certain;
  }

  #mayEnclose(host: BatchHost): boolean {
    return expectedStatus(host) === "I" && this.#statements.every(({ sql }) => effectOf(sql) === "data");
  }

  #sendEnclosed(host: BatchHost): void {
    if (this.#next > 0) return;
    this.#next = this.#statements.length;
    this.#send(host, { sql: "BEGIN", parameters: [] }, false);
    for (const statement of this.#statements) this.#send(host, statement, true);
    // After a failure this rolls back.
    this.#send(host, { sql: "COMMIT", parameters: [] }, false);
  }

  #send(host: BatchHost, request: ExchangeRequest, counts: boolean): void {
    this.#underWay++;
    host.send(request, ({ results, failure }) => {
      this.#underWay--;
      // What was sent behind a failure was refused by the server, or undone.
      if (this.#failure === undefined) {
        if (failure !== undefined) this.#failure = { ...failure, index: this.#results.length + failure.index };
        if (counts) this.#results.push(...results);
      }
      this.#finish();
    });
  }

  #finish(): void {
    const over = this.#failure !== undefined || this.#next === this.#statements.length;
    if (this.#underWay > 0 || !over || this.#over) return;
    this.#over = true;
    const results = this.#results;
    this.#settle(this.#failure === undefined ? { results } : { results, failure: this.#failure });
  }
}

/** The transaction status that the next statement will meet. */
function expectedStatus(host: BatchHost): ExpectedStatus {
  let status: ExpectedStatus = host.transactionStatus;
  for (const { request } of host.unanswered) {
    status = request.simple === true ? "unknown" : statusAfter(status, effectOf(request.sql), request.sql);
  }
  return status;
}
