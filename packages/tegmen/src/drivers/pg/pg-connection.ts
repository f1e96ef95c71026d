import type { StreamListener } from "../buffered-stream.ts";
import {
  type BatchOutcome,
  type ConnectTarget,
  type DriverConnection,
  type DriverStatement,
  type DriverStream,
  type Notice,
  type StreamOptions,
  type TransactionStatus,
} from "../driver.ts";
import { FlowingStream } from "../flowing-stream.ts";
import { refusal, refusalOfText } from "../refusal.ts";
import { BatchQuery } from "./batch-query.ts";
import { sendCancelRequest } from "./cancel-request.ts";
import { CopyQuery } from "./copy-query.ts";
import type { PgClient, PgQueryHandlers } from "./pg-internals.ts";
import { PagedStream } from "./pg-stream.ts";
import { StatementCache } from "./statement-cache.ts";
import { StreamQuery, type StreamStep } from "./stream-query.ts";

/** The most parameters that fit into a Bind message. */
const maxParameters = 65_535;

/** A query on the wire whose ReadyForQuery has not come. */
type InFlight = PgQueryHandlers & { settle(): void; handleParseComplete(): void };

/** One server connection by `pg`, always in pipeline mode. */
export class PgDriverConnection implements DriverConnection {
  readonly address: string;
  readonly #client: PgClient;
  readonly #target: ConnectTarget;
  readonly #parameters: Map<string, string>;
  readonly #cache: StatementCache;
  readonly #closeListeners: ((cause: Error) => void)[] = [];
  readonly #noticeListeners: ((notice: Notice) => void)[] = [];
  #inFlight: InFlight[] = [];
  #status: TransactionStatus = "I";
  #closedBy: Error | undefined;
  #turns = 0;
  #portals = 0;
  #streams = 0;

  constructor(client: PgClient, target: ConnectTarget, parameters: Map<string, string>) {
    this.#client = client;
    this.#target = target;
    this.#parameters = parameters;
    this.#cache = new StatementCache(target.preparedStatementCacheSize);
    this.address = target.host.startsWith("/") ? target.host : `${target.host}:${target.port}`;
    client.on("error", (error: Error) => {
      this.#ended(error);
      this.destroy();
    });
    client.connection.on("end", () => this.#ended(new Error("the server closed the connection")));
    client.connection.on("readyForQuery", (message: { status: TransactionStatus }) => this.#ready(message.status));
    client.connection.on("parseComplete", () => this.#inFlight[0]?.handleParseComplete());
    client.on("notice", (notice) => {
      const { severity, code, message = "", detail, hint } = notice;
      for (const listener of this.#noticeListeners) listener({ severity, code, message, detail, hint });
    });
  }

  get serverParameters(): ReadonlyMap<string, string> {
    return this.#parameters;
  }

  get processId(): number | null {
    return this.#client.processID;
  }

  get transactionStatus(): TransactionStatus {
    return this.#status;
  }

  get isOpen(): boolean {
    return this.#closedBy === undefined;
  }

  get isBusy(): boolean {
    return this.#inFlight.length > 0 || this.#streams > 0;
  }

  get turns(): number {
    return this.#turns;
  }

  run(batch: readonly DriverStatement[]): Promise<BatchOutcome> {
    const refused = refusal(batch, maxParameters);
    if (refused !== undefined) return Promise.resolve({ results: [], failure: refused });
    // Hardly ever is there anything to do about the outcome: no promise is made for that.
    return this.#send(batch, (outcome) =>
      outcome.failure === undefined ? outcome : this.#afterFailure(batch, outcome),
    );
  }

  /** Forgets a statement that the server no longer has. Where nothing was run, and nothing lost, it is run again. */
  #afterFailure(batch: readonly DriverStatement[], outcome: BatchOutcome): BatchOutcome | Promise<BatchOutcome> {
    const { failure } = outcome;
    if (failure?.kind !== "server" || !isStalePlan(failure.fields)) return outcome;
    const statement = batch[failure.index]!;
    const stale = this.#cache.find(statement.sql);
    if (stale !== undefined) this.#cache.discard(stale);
    return this.#status === "I" && batch.length === 1 && this.isOpen ? this.#send(batch) : outcome;
  }

  async runSimple(sql: string): Promise<BatchOutcome> {
    const refused = refusalOfText(sql);
    return refused === undefined ? this.#send(sql) : { results: [], failure: refused };
  }

  stream(statement: Omit<DriverStatement, "consumer">, options: StreamOptions): DriverStream {
    this.#streams++;
    const send = (step: StreamStep, listener: StreamListener): void => {
      const refused = step.kind === "open" ? refusal([step.statement], maxParameters) : undefined;
      if (refused !== undefined) return listener.settled(false, refused);
      const query = new StreamQuery(step, listener, this.#onSubmit);
      if (this.#closedBy === undefined) this.#client.query(query);
      else query.handleError(this.#closedBy);
    };
    const ended = (): void => {
      this.#streams--;
    };
    if (options.inTransaction) {
      return new PagedStream({ send, ended }, statement, `tegmen_p${++this.#portals}`, options.batchSize);
    }
    // A portal ends with its Sync, unless there is a transaction: all rows come in one answer.
    const host = {
      send: (statement: Omit<DriverStatement, "consumer">, listener: StreamListener) =>
        send({ kind: "open", statement, portal: "", rows: 0 }, listener),
      pause: () => this.#client.connection.stream.pause(),
      resume: () => this.#client.connection.stream.resume(),
      cancel: () => this.cancel(),
      destroy: () => this.destroy(),
      ended,
    };
    return new FlowingStream(host, statement, options.batchSize);
  }

  async copyIn(sql: string, chunks: AsyncIterable<string>): Promise<BatchOutcome> {
    const refused = refusalOfText(sql);
    if (refused !== undefined) return { results: [], failure: refused };
    if (this.#closedBy !== undefined) return this.#send(sql);
    return new Promise((resolve) => this.#client.query(new CopyQuery(sql, chunks, this.#onSubmit, resolve)));
  }

  async cancel(): Promise<void> {
    const { processID, secretKey } = this.#client;
    if (processID === null || secretKey === null) return;
    await sendCancelRequest(this.#target, processID, secretKey);
  }

  forgetPrepared(): void {
    this.#cache.clear();
  }

  async close(): Promise<void> {
    if (this.#closedBy !== undefined) return;
    await this.#client.end();
  }

  destroy(): void {
    this.#client.connection.stream.destroy();
  }

  onClose(listener: (cause: Error) => void): void {
    if (this.#closedBy === undefined) this.#closeListeners.push(listener);
    else listener(this.#closedBy);
  }

  onNotice(listener: (notice: Notice) => void): void {
    this.#noticeListeners.push(listener);
  }

  #send(
    what: readonly DriverStatement[] | string,
    review: (outcome: BatchOutcome) => BatchOutcome | Promise<BatchOutcome> = asItIs,
  ): Promise<BatchOutcome> {
    if (this.#closedBy !== undefined) {
      const failure = { kind: "lost", index: 0, sent: false, cause: this.#closedBy } as const;
      return Promise.resolve({ results: [], failure });
    }
    return new Promise((resolve) => {
      const settle = (outcome: BatchOutcome): void => resolve(review(outcome));
      this.#client.query(new BatchQuery(what, this.#cache, this.#onSubmit, settle));
    });
  }

  readonly #onSubmit = (query: InFlight): void => {
    if (this.#inFlight.length === 0) this.#turns++;
    this.#inFlight.push(query);
  };

  #ready(status: TransactionStatus): void {
    this.#status = status;
    this.#inFlight.shift()?.settle();
  }

  #ended(cause: Error): void {
    if (this.#closedBy !== undefined) return;
    this.#closedBy = cause;
    const lost = this.#inFlight;
    this.#inFlight = [];
    for (const query of lost) query.handleError(cause);
    for (const listener of this.#closeListeners.splice(0)) listener(cause);
  }
}

function asItIs(outcome: BatchOutcome): BatchOutcome {
  return outcome;
}

/** The server no longer has the statement, or its result has other columns by now. */
function isStalePlan(fields: { readonly code?: string | undefined; readonly message: string }): boolean {
  if (fields.code === "0A000") return fields.message.includes("cached plan must not change result type");
  return fields.code === "26000";
}
