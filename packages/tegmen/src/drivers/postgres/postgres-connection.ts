import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import type {
  BatchOutcome,
  ConnectTarget,
  DriverConnection,
  DriverStatement,
  DriverStream,
  Notice,
  ServerErrorFields,
  StreamOptions,
  TransactionStatus,
} from "../driver.ts";
import { FlowingStream, type FlowingStreamHost } from "../flowing-stream.ts";
import { copyRefused, refusal, refusalOfText } from "../refusal.ts";
import { Batch, type BatchHost } from "./batch.ts";
import { Exchange, type ExchangeOutcome, type ExchangeRequest } from "./exchange.ts";
import { sendCancelRequest } from "./open-socket.ts";
import { type PostgresClient, PostgresError, type PostgresNotice, type PostgresResult } from "./postgres-client.ts";
import { PreparedTexts } from "./prepared-texts.ts";
import { WireTap } from "./wire-tap.ts";

/** The most parameters that postgres.js puts into a message. */
const maxParameters = 65_533;

/** One server connection by postgres.js. */
export class PostgresDriverConnection implements DriverConnection, BatchHost {
  readonly address: string;
  readonly #target: ConnectTarget;
  readonly #socket: Socket;
  readonly #parameters = new Map<string, string>();
  readonly #prepared: PreparedTexts;
  readonly #closeListeners: ((cause: Error) => void)[] = [];
  readonly #noticeListeners: ((notice: Notice) => void)[] = [];
  readonly #idleListeners: (() => void)[] = [];
  #client: PostgresClient | undefined;
  #key: Buffer | undefined;
  #status: TransactionStatus = "I";
  /** Batches of which not all is sent, in order. */
  #queue: Batch[] = [];
  #unanswered: Exchange[] = [];
  #lastError: Error | undefined;
  #closing: Promise<void> | undefined;
  #closedBy: Error | undefined;
  #turns = 0;
  #streams = 0;

  constructor(socket: Socket, target: ConnectTarget) {
    this.#socket = socket;
    this.#target = target;
    this.#prepared = new PreparedTexts(target.preparedStatementCacheSize);
    this.address = target.host.startsWith("/") ? target.host : `${target.host}:${target.port}`;
    // Before postgres.js has its own listeners: it drops all of them at the end.
    const tap = new WireTap({
      key: (key) => (this.#key = key),
      parsed: () => this.#unanswered[0]?.parsed(),
      fields: (fields) => this.#unanswered[0]?.described(fields),
      complete: (tag) => {
        if (dropsPrepared(tag)) this.#prepared.clear();
        this.#unanswered[0]?.complete(tag);
      },
      copy: () => this.#unanswered[0]?.copying(),
      error: (fields, raw) => this.#failed(fields, raw),
      ready: (status) => this.#ready(status),
    });
    socket.on("data", (bytes: Buffer) => tap.feed(bytes));
    socket.on("error", (error) => (this.#lastError ??= error));
    socket.on("close", () => this.#ended(this.#lastError ?? new Error("the server closed the connection")));
  }

  /** Has it send by this client, which is ready. */
  begin(client: PostgresClient): this {
    this.#client = client;
    return this;
  }

  /** For the client: the server reported a setting. */
  parameterChanged(name: string, value: string): void {
    this.#parameters.set(name, value);
  }

  /** For the client: the server said something. */
  noticed({ severity, severity_local, code, message = "", detail, hint }: PostgresNotice): void {
    const notice: Notice = { severity: severity ?? severity_local, code, message, detail, hint };
    for (const listener of this.#noticeListeners) listener(notice);
  }

  get serverParameters(): ReadonlyMap<string, string> {
    return this.#parameters;
  }

  get processId(): number | null {
    return this.#key?.readInt32BE(0) ?? null;
  }

  get transactionStatus(): TransactionStatus {
    return this.#status;
  }

  get isOpen(): boolean {
    return this.#closedBy === undefined;
  }

  get isBusy(): boolean {
    return this.#unanswered.length > 0 || this.#queue.length > 0 || this.#streams > 0;
  }

  get turns(): number {
    return this.#turns;
  }

  get unanswered(): readonly Exchange[] {
    return this.#unanswered;
  }

  async run(batch: readonly DriverStatement[]): Promise<BatchOutcome> {
    const refused = refusal(batch, maxParameters);
    if (refused !== undefined) return { results: [], failure: refused };
    if (batch.length === 0) return { results: [] };
    const outcome = await this.#enqueue(batch);
    const { failure } = outcome;
    if (failure?.kind !== "server" || !isStalePlan(failure.fields)) return outcome;
    const stale = batch[failure.index];
    if (stale !== undefined) this.#prepared.discard(stale.sql);
    // Nothing of it has run, and no transaction was lost with it: once more, prepared anew.
    return this.#status === "I" && batch.length === 1 && this.isOpen ? this.#enqueue(batch) : outcome;
  }

  async runSimple(sql: string): Promise<BatchOutcome> {
    const refused = refusalOfText(sql);
    if (refused !== undefined) return { results: [], failure: refused };
    return this.#enqueue([{ sql, parameters: [], simple: true }]);
  }

  stream(statement: Omit<DriverStatement, "consumer">, options: StreamOptions): DriverStream {
    this.#streams++;
    const host: FlowingStreamHost = {
      send: ({ sql, parameters }, listener) => {
        const refused = refusal([statement], maxParameters);
        if (refused !== undefined) return listener.settled(false, refused);
        this.#enqueue([{ sql, parameters, consumer: listener }]).then(
          ({ failure }) => listener.settled(failure === undefined, failure),
          () => {},
        );
      },
      pause: () => this.#socket.pause(),
      resume: () => this.#socket.resume(),
      // A cancelled statement would take the transaction with it.
      ...(!options.inTransaction && { cancel: () => this.cancel() }),
      destroy: () => this.destroy(),
      ended: () => {
        this.#streams--;
      },
    };
    return new FlowingStream(host, statement, options.batchSize);
  }

  async cancel(): Promise<void> {
    if (this.#key !== undefined) await sendCancelRequest(this.#target, this.#key);
  }

  forgetPrepared(): void {
    this.#prepared.clear();
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  destroy(): void {
    this.#socket.destroy();
  }

  onClose(listener: (cause: Error) => void): void {
    if (this.#closedBy === undefined) this.#closeListeners.push(listener);
    else listener(this.#closedBy);
  }

  onNotice(listener: (notice: Notice) => void): void {
    this.#noticeListeners.push(listener);
  }

  /** For {@link Batch}: sends one query. */
  send(request: ExchangeRequest, settled: (outcome: ExchangeOutcome) => void): void {
    const { sql, parameters, simple = false } = request;
    const known = request.prepare === true ? this.#prepared.find(sql) : undefined;
    let prepared = known;
    if (known === undefined) prepared = request.prepare === true ? this.#prepared.add(sql) : undefined;
    // Somebody else's Parse of it is still on its way and may fail: go without a name.
    else if (!known.ready) prepared = undefined;
    const exchange = new Exchange(request, prepared, settled);
    if (this.#unanswered.length === 0) this.#turns++;
    this.#unanswered.push(exchange);
    const options = { simple, prepare: prepared !== undefined };
    const query = this.#client!.unsafe(prepared?.text ?? sql, [], options).values();
    query.parameters = [...parameters];
    query.retried = notRetried;
    query
      .forEach((row) => exchange.row(row))
      .then(
        (result) => endCopy(result, this.#socket),
        (error: unknown) => this.#rejected(exchange, error),
      )
      .then(undefined, (error: unknown) => this.#socket.destroy(asError(error)));
  }

  #enqueue(requests: readonly ExchangeRequest[]): Promise<BatchOutcome> {
    const cause = this.#closedBy ?? (this.#closing && new Error("the connection is being closed"));
    if (cause !== undefined) {
      return Promise.resolve({ results: [], failure: { kind: "lost", index: 0, sent: false, cause } });
    }
    return new Promise((resolve) => {
      this.#queue.push(new Batch(requests, resolve));
      if (this.#queue.length === 1) this.#pump();
    });
  }

  /** Sends what may be sent. */
  #pump(): void {
    while (this.#queue[0]?.send(this) === true) this.#queue.shift();
    if (this.#queue.length > 0 || this.#unanswered.length > 0) return;
    for (const listener of this.#idleListeners.splice(0)) listener();
  }

  async #close(): Promise<void> {
    if (this.#closedBy !== undefined) return;
    // postgres.js would leave behind what it has not sent yet.
    if (this.#queue.length > 0 || this.#unanswered.length > 0) {
      await new Promise<void>((resolve) => this.#idleListeners.push(resolve));
    }
    await this.#client?.end();
  }

  #failed(fields: ServerErrorFields, raw: Readonly<Record<string, string>>): void {
    const cause = new PostgresError(raw);
    if (this.#unanswered[0] === undefined) this.#lastError ??= cause;
    else this.#unanswered[0].failed(fields, cause);
  }

  #ready(status: TransactionStatus): void {
    this.#status = status;
    if (this.#client === undefined) return;
    const exchange = this.#unanswered.shift();
    if (exchange === undefined) {
      this.#socket.destroy(new Error("the server answered what nobody had asked"));
      return;
    }
    // The rows of these bytes are still with postgres.js, which hears of them next.
    queueMicrotask(() => this.#settle(exchange));
  }

  #settle(exchange: Exchange): void {
    const { prepared } = exchange;
    if (prepared?.ready === false) this.#prepared.drop(prepared);
    exchange.settle();
    this.#pump();
  }

  /** postgres.js gave up on a query. What the server said is known already. */
  #rejected(exchange: Exchange, error: unknown): void {
    const at = this.#unanswered.indexOf(exchange);
    if (at < 0) return;
    const cause = asError(error);
    if ("code" in cause && cause.code === "COPY_IN_PROGRESS") {
      this.#unanswered.splice(at, 1);
      exchange.refused(cause);
      this.#pump();
    } else {
      this.#socket.destroy(cause);
    }
  }

  #ended(cause: Error): void {
    if (this.#closedBy !== undefined) return;
    this.#closedBy = cause;
    const [unanswered, queue] = [this.#unanswered, this.#queue];
    this.#unanswered = [];
    this.#queue = [];
    for (const exchange of unanswered) exchange.lost(cause);
    for (const batch of queue) batch.abandon({ kind: "lost", index: 0, sent: batch.started, cause });
    for (const listener of this.#idleListeners.splice(0)) listener();
    for (const listener of this.#closeListeners.splice(0)) listener(cause);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

const notRetried = new Error("the plan of a prepared statement is stale");

/** COPY in a text of several statements: no data from us, and none to us. */
function endCopy(result: PostgresResult, socket: Socket): void {
  if (!(result instanceof Duplex) && !("pipe" in result)) return;
  const stream = result as Duplex;
  stream.on("error", () => {});
  if (stream.writable) stream.destroy(new Error(copyRefused));
  // postgres.js stops reading when data comes fast, and may not go on after the last of it.
  else stream.on("close", () => socket.resume()).resume();
}

/** Whether the server forgot all prepared statements; CockroachDB's tag for DISCARD ALL is `DISCARD`. */
function dropsPrepared(tag: string): boolean {
  return tag === "DEALLOCATE ALL" || tag === "DISCARD ALL" || tag === "DISCARD";
}

/** The server no longer has the statement, or its result has other columns by now. */
function isStalePlan(fields: ServerErrorFields): boolean {
  if (fields.code === "0A000") return fields.message.includes("cached plan must not change result type");
  return fields.code === "26000";
}
