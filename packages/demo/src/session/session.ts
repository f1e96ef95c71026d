import { SqlError } from "../rewrite/sql-error.ts";
import { FramingError } from "../wire/message-reader.ts";
import { BodyReader, FRONTEND, ProtocolError, writeError, writeReady } from "../wire/messages.ts";
import { BackendLostError, BackendQueryError } from "./backend-errors.ts";
import { ExtendedProtocol } from "./extended-protocol.ts";
import { GatewayStatements } from "./gateway-statements.ts";
import { SimpleProtocol } from "./simple-protocol.ts";
import { SessionCore } from "./session-core.ts";
import { TransactionRunner } from "./transaction-runner.ts";
import type { ClientChannel } from "./client-channel.ts";
import type { WireMessage } from "../wire/message-reader.ts";
import type { Step } from "./extended-protocol.ts";
import type { ClusterContext } from "./cluster-context.ts";
import type { SessionHandle } from "./session-registry.ts";
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

/**
 * One client's session: reads its messages in order and answers each, by
 * itself or through a backend session of its own.
 */
export class Session implements SessionHandle {
  readonly #core: SessionCore;
  readonly #runner: TransactionRunner;
  readonly #gateway: GatewayStatements;
  readonly #extended: ExtendedProtocol;
  readonly #simple: SimpleProtocol;
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
    this.#simple = new SimpleProtocol(this.#core, this.#runner, this.#gateway, this.#extended);
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

  databaseCreated(database: string): void {
    this.#core.databaseCreated(database);
  }

  roleCreated(name: string): void {
    this.#core.roleCreated(name);
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
      const work = this.#handle(message);
      if (work) await work;
      if (this.#core.ended) return;
    }
  }

  /** Handles one message; returns nothing when there is nothing to wait for. */
  #handle(message: WireMessage): Step {
    const { type } = message;
    if (type === FRONTEND.query) return this.#query(new BodyReader(message).string());
    if (type === FRONTEND.sync) return this.#sync();
    if (type === FRONTEND.copyData || type === FRONTEND.copyDone || type === FRONTEND.copyFail) return undefined; // Late, after a failed COPY.
    const extended = this.#extended;
    const step = HANDLERS[type];
    if (!step) throw new ProtocolError(`unrecognized client message type ${type}`);
    if (extended.skipping) return undefined;
    if (this.#core.needsBackend && type !== FRONTEND.flush) {
      return this.#ready().then(() => this.#take(step, message));
    }
    return this.#take(step, message);
  }

  #take(step: Handler, message: WireMessage): Step {
    try {
      return step(this.#extended, message)?.catch((cause: unknown) => this.#failed(cause));
    } catch (cause) {
      return this.#failed(cause);
    }
  }

  #failed(cause: unknown): Promise<void> {
    if (cause instanceof RangeError) throw new ProtocolError("insufficient data left in message");
    if (!(cause instanceof SqlError || cause instanceof BackendQueryError)) throw cause;
    return this.#extended.failed(cause);
  }

  async #query(sql: string): Promise<void> {
    await this.#simple.run(sql);
    this.#idle();
  }

  async #ready(): Promise<void> {
    if (this.#core.needsBackend) await this.#core.ensureBackend();
  }

  #sync(): Step {
    return this.#core.needsBackend ? this.#ready().then(() => this.#synced()) : this.#synced();
  }

  #synced(): Step {
    const answered = this.#extended.sync();
    if (answered) return answered.then(() => this.#idle());
    this.#idle();
    return undefined;
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

type Handler = (extended: ExtendedProtocol, message: WireMessage) => Step;

const HANDLERS: Readonly<Record<number, Handler>> = {
  [FRONTEND.parse]: (extended, message) => extended.parse(message),
  [FRONTEND.bind]: (extended, message) => extended.bind(message),
  [FRONTEND.describe]: (extended, message) => extended.describe(message),
  [FRONTEND.execute]: (extended, message) => extended.execute(message),
  [FRONTEND.close]: (extended, message) => extended.close(message),
  [FRONTEND.flush]: (extended) => extended.flush(),
};
