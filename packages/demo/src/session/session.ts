import { SqlError } from "../rewrite/sql-error.ts";
import { FramingError } from "../wire/message-reader.ts";
import {
  BACKEND,
  BodyReader,
  FRONTEND,
  ProtocolError,
  writeError,
  writeReady,
  writeRowDescription,
  writeTag,
} from "../wire/messages.ts";
import { BackendLostError, BackendQueryError } from "./backend-errors.ts";
import { copyIn } from "./copy-in.ts";
import { ExtendedProtocol, isTransactionControl } from "./extended-protocol.ts";
import { GatewayStatements } from "./gateway-statements.ts";
import { writeLocalRow } from "./local-rows.ts";
import { SessionCore } from "./session-core.ts";
import { deallocate } from "./deallocate.ts";
import { TransactionRunner, isConflict, refuseAsOf } from "./transaction-runner.ts";
import type { QueryTranslation, Statement } from "../rewrite/contract.ts";
import type { ClientChannel } from "./client-channel.ts";
import type { WireMessage } from "../wire/message-reader.ts";
import type { WriterMark } from "../wire/message-writer.ts";
import type { ClusterContext } from "./cluster-context.ts";
import type { SessionHandle } from "./session-registry.ts";
import type { TransactionPhase } from "./transaction-state.ts";
import type { SessionVariables } from "./variables.ts";

/** What a session is made for. */
export interface SessionOptions {
  readonly cluster: ClusterContext;
  readonly client: ClientChannel;
  readonly variables: SessionVariables;
  readonly user: string;
  readonly database: string;
  readonly clientAddress: string;
  readonly key: { readonly processId: number; readonly secret: number };
}

/** How often a batch whose answers the client has not seen is tried again as a whole. */
const MAX_BATCH_ATTEMPTS = 100;

/**
 * One client's session: reads its messages in order and answers each, by
 * itself or through a backend session of its own.
 */
export class Session implements SessionHandle {
  readonly #core: SessionCore;
  readonly #runner: TransactionRunner;
  readonly #gateway: GatewayStatements;
  readonly #extended: ExtendedProtocol;
  readonly id: string;
  readonly processId: number;
  readonly secret: number;
  readonly clientAddress: string;
  readonly startedAt: Date = new Date();
  #terminated = false;
  #queryId = "";
  #lastQuery = "";

  constructor(options: SessionOptions) {
    this.#core = new SessionCore(options);
    this.#runner = new TransactionRunner(this.#core);
    this.#gateway = new GatewayStatements(this.#core, this.#runner);
    this.#extended = new ExtendedProtocol(this.#core, this.#runner, this.#gateway);
    this.#gateway.onDiscard = () => this.#extended.deallocateAll();
    this.id = options.cluster.sessions.newId();
    this.processId = options.key.processId;
    this.secret = options.key.secret;
    this.clientAddress = options.clientAddress;
    options.client.onClose = () => this.#core.end();
  }

  // ------------------------------------------------------------ what others see

  get user(): string {
    return this.#core.user;
  }

  get database(): string {
    return this.#core.database;
  }

  get applicationName(): string {
    return this.#core.variables.get("application_name");
  }

  get activeQuery(): { id: string; sql: string; startedAt: Date } | undefined {
    const { activeSince, activeQuery } = this.#core;
    if (activeSince === 0 || activeQuery === "") return undefined;
    if (this.#queryId === "") this.#queryId = this.#core.cluster.sessions.newId();
    return { id: this.#queryId, sql: activeQuery, startedAt: new Date(activeSince) };
  }

  get lastQuery(): string {
    return this.#lastQuery;
  }

  cancelQuery(): void {
    if (this.#core.activeSince > 0) this.#core.cancel();
  }

  terminate(): void {
    this.#terminated = true;
    this.#core.end();
    this.#core.client.destroy();
  }

  databaseDropped(database: string): void {
    this.#core.databaseDropped(database);
  }

  // ------------------------------------------------------------ life

  /** Opens the backend session. @throws {BackendLostError} when the backend refuses the user. */
  connect(): Promise<void> {
    return this.#core.connect();
  }

  /** Serves the client until it is gone. Never throws. */
  async serve(): Promise<void> {
    const { client, cluster } = this.#core;
    cluster.sessions.add(this);
    try {
      await this.#loop();
      client.end();
    } catch (cause) {
      this.#die(cause);
    } finally {
      cluster.sessions.remove(this);
      this.#core.end();
    }
  }

  async #loop(): Promise<void> {
    const { client } = this.#core;
    for (;;) {
      const message = client.next();
      if (message === undefined) {
        client.out.flush();
        if (!(await client.wait())) return;
        continue;
      }
      if ("oversized" in message) {
        await this.#oversized(message.type, message.oversized);
        continue;
      }
      if (message.type === FRONTEND.terminate) return;
      await this.#handle(message);
      if (this.#core.ended) return;
    }
  }

  async #handle(message: WireMessage): Promise<void> {
    const { type } = message;
    if (type === FRONTEND.query) {
      await this.#query(message);
      return;
    }
    if (type === FRONTEND.sync) {
      await this.#sync();
      return;
    }
    if (type === FRONTEND.copyData || type === FRONTEND.copyDone || type === FRONTEND.copyFail) return; // Late, after a failed COPY.
    const extended = this.#extended;
    const step = HANDLERS[type];
    if (!step) throw new ProtocolError(`unrecognized client message type ${type}`);
    if (extended.skipping) return;
    try {
      if (type !== FRONTEND.flush) await this.#ready();
      await step(extended, message);
    } catch (cause) {
      if (cause instanceof RangeError) throw new ProtocolError("insufficient data left in message");
      if (!(cause instanceof SqlError || cause instanceof BackendQueryError)) throw cause;
      await extended.failed(cause);
    }
  }

  async #ready(): Promise<void> {
    const core = this.#core;
    if (core.backend.lost) await core.ensureBackend();
  }

  async #sync(): Promise<void> {
    await this.#ready();
    await this.#extended.sync();
    this.#idle();
  }

  /** The end of an exchange: the client may send the next. */
  #idle(): void {
    const core = this.#core;
    if (core.activeQuery !== "") this.#lastQuery = core.activeQuery;
    core.activeQuery = "";
    core.activeSince = 0;
    core.cancelled = false;
    this.#queryId = "";
    writeReady(core.client.out, core.transaction.status);
  }

  // ------------------------------------------------------------ simple protocol

  async #query(message: WireMessage): Promise<void> {
    const core = this.#core;
    const sql = new BodyReader(message).string();
    core.noteQuery(sql);
    let statement: Statement | undefined;
    try {
      await this.#ready();
      const text = core.parse(sql);
      await this.#extended.leave(text.statements[0]);
      if (text.statements.length === 0) core.client.out.begin(BACKEND.emptyQuery).end();
      let batch: { index: number; mark: WriterMark } | undefined;
      for (let index = 0, attempt = 1; index < text.statements.length;) {
        statement = text.statements[index];
        const wasIdle = core.transaction.phase === "idle";
        const mark = core.client.out.mark();
        try {
          await this.#statement(text, index);
        } catch (cause) {
          // A transaction of which the client has seen nothing yet can be tried again as a whole.
          const again =
            batch !== undefined &&
            attempt++ < MAX_BATCH_ATTEMPTS &&
            cause instanceof BackendQueryError &&
            isConflict(cause.fields) &&
            core.client.out.rewind(batch.mark);
          if (!again || !batch) throw cause;
          await this.#runner.abandon();
          index = batch.index;
          batch = undefined;
          continue;
        }
        const phase: TransactionPhase = core.transaction.phase;
        if (wasIdle && phase === "open") batch = { index, mark };
        else if (phase === "idle") batch = undefined;
        index++;
      }
    } catch (cause) {
      core.fail(cause, statement);
    }
    if (!core.backend.lost) await this.#runner.settled();
    this.#idle();
  }

  async #statement(text: ReturnType<SessionCore["parse"]>, index: number): Promise<void> {
    const core = this.#core;
    const { out } = core.client;
    const statement = text.statements[index];
    if (!statement) return;
    if (text.statements.length > 1) core.noteQuery(statement.text);
    if (!isTransactionControl(statement)) core.transaction.checkStatement();
    if (statement.kind === "deallocate") {
      if (await deallocate(statement, core, this.#runner, this.#extended)) return;
    }
    const translation = await core.translate(text, index);
    if (translation.kind === "query") {
      await this.#runQuery(statement, translation);
    } else if (translation.kind === "copyFrom") {
      this.#runner.log.spoil();
      await copyIn(core, statement, translation.sql);
    } else {
      const result = await this.#gateway.run(translation, statement);
      if (result.columns.length > 0) {
        writeRowDescription(
          out,
          result.columns.map(({ name, oid }) => ({ name, type: oid })),
        );
      }
      for (const row of result.rows) writeLocalRow(out, result.columns, row);
      writeTag(out, result.tag);
    }
  }

  async #runQuery(statement: Statement, translation: QueryTranslation): Promise<void> {
    if (translation.asOf !== undefined) refuseAsOf(translation.asOf);
    const tables = translation.virtualTables ?? [];
    if (tables.length === 0) {
      await this.#runner.run(statement, translation, true);
      return;
    }
    const fill = this.#gateway.virtualTables(tables);
    await this.#runner.run(statement, { ...translation, before: [...fill, ...(translation.before ?? [])] }, true);
  }

  // ------------------------------------------------------------ what goes wrong

  async #oversized(type: number, size: number): Promise<void> {
    const megabytes = (size / 1024 / 1024).toFixed(0);
    const error = new SqlError({
      code: "54000",
      message: `message size ${megabytes} MiB bigger than maximum allowed message size 16 MiB`,
    });
    if (type === FRONTEND.query) {
      await this.#ready();
      await this.#extended.sync();
      this.#core.fail(error);
      this.#idle();
    } else {
      await this.#extended.failed(error);
    }
  }

  #die(cause: unknown): void {
    const { client, cluster, ended } = this.#core;
    if (ended || client.closed || this.#terminated) {
      client.destroy();
      return;
    }
    const fatal = (code: string, message: string): void => writeError(client.out, { severity: "FATAL", code, message });
    if (cause instanceof BackendLostError) {
      const timeout = /^terminating connection due to idle.*timeout$/.test(cause.message);
      fatal("57P01", timeout ? cause.message : "server is shutting down");
    } else if (cause instanceof ProtocolError || cause instanceof FramingError) fatal("08P01", cause.message);
    else {
      cluster.log(`a session failed: ${(cause as Error)?.stack ?? String(cause)}`);
      fatal("XX000", "internal error of the demo cluster");
    }
    client.end();
  }
}

type Handler = (extended: ExtendedProtocol, message: WireMessage) => Promise<void>;

const HANDLERS: Readonly<Record<number, Handler>> = {
  [FRONTEND.parse]: (extended, message) => extended.parse(message),
  [FRONTEND.bind]: (extended, message) => extended.bind(message),
  [FRONTEND.describe]: (extended, message) => extended.describe(message),
  [FRONTEND.execute]: (extended, message) => extended.execute(message),
  [FRONTEND.close]: (extended, message) => extended.close(message),
  [FRONTEND.flush]: (extended) => extended.flush(),
};
