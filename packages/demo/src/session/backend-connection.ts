import { connect } from "node:net";
import type { Socket } from "node:net";
import { FramingError, MessageReader } from "../wire/message-reader.ts";
import { BACKEND, BodyReader, FRONTEND, readError } from "../wire/messages.ts";
import { MessageWriter } from "../wire/message-writer.ts";
import { ScramClient } from "./scram.ts";
import type { ErrorFields, StatusByte } from "../wire/messages.ts";

/** Where the PostgreSQL server behind the gateway listens. */
export interface BackendAddress {
  /** The folder of its unix socket, or the path of the socket itself; or a host name with `port`. */
  readonly socketPath?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** The superuser's password, where the server asks for one (it does on TCP). */
  readonly password?: string | undefined;
}

/** What a backend connection opens. */
export interface BackendTarget {
  readonly address: BackendAddress;
  readonly user: string;
  readonly database: string;
  /** Settings sent with the startup packet. */
  readonly settings?: Readonly<Record<string, string>> | undefined;
}

export type OperationKind = "parse" | "bind" | "describe" | "execute" | "close" | "query" | "sync";

/**
 * One request to the backend and what becomes of its answer.
 *
 * `message` gets each of the answer's messages (several DataRows at once, when
 * they arrive together); `error` gets an ErrorResponse. An operation after a
 * failed one is never answered: the backend skips to the next Sync.
 */
export interface Operation {
  readonly kind: OperationKind;
  message?(type: number, buffer: Buffer, start: number, end: number): void;
  error?(fields: ErrorFields): void;
}

/** What a connection tells its owner outside of any answer. */
export interface BackendEvents {
  notice(fields: ErrorFields): void;
  parameterStatus(name: string, value: string): void;
  /** Called after each packet was dispatched, with bytes or with the end of an answer. */
  progress(): void;
  /** The connection broke, or the server ended it. */
  lost(error: BackendLostError): void;
}

/** The backend is gone, or never answered: the session cannot go on. */
export class BackendLostError extends Error {
  override readonly name: string = "BackendLostError";
  /** What the server said last, when it said something. */
  readonly fields: ErrorFields | undefined;

  constructor(message: string, fields?: ErrorFields) {
    super(message);
    this.fields = fields;
  }
}

const SYNC = Buffer.from([FRONTEND.sync, 0, 0, 0, 4]);
const FLUSH = Buffer.from([FRONTEND.flush, 0, 0, 0, 4]);
const TERMINATE = Buffer.from([FRONTEND.terminate, 0, 0, 0, 4]);

const SILENT: BackendEvents = { notice: () => {}, parameterStatus: () => {}, progress: () => {}, lost: () => {} };

/** A message from the server has no other limit than memory: PostgreSQL's own is 1 GB. */
const SERVER_MESSAGE_LIMIT = 0x3fff_ffff;

/**
 * One session on the backend, spoken to in raw protocol messages.
 *
 * Requests are queued with {@link BackendConnection.send} and travel in one
 * write at {@link BackendConnection.flush}, {@link BackendConnection.sync} or
 * {@link BackendConnection.query}; answers are matched to them in order.
 */
export class BackendConnection {
  readonly #socket: Socket;
  readonly #reader = new MessageReader(SERVER_MESSAGE_LIMIT);
  readonly #out: MessageWriter;
  readonly #address: BackendAddress;
  readonly #operations: Operation[] = [];
  #head = 0;
  #waiting: { resolve: () => void; reject: (error: Error) => void } | undefined;
  #lost: BackendLostError | undefined;
  #lastFields: ErrorFields | undefined;
  #processId = 0;
  #secret: Buffer = Buffer.alloc(0);
  #status: StatusByte = "I";
  #closing = false;
  events: BackendEvents = SILENT;
  /** True when extended requests were sent that no Sync has ended yet. */
  unsynced = false;

  private constructor(socket: Socket, address: BackendAddress) {
    this.#socket = socket;
    this.#address = address;
    this.#out = new MessageWriter((chunk) => {
      if (!socket.destroyed) socket.write(chunk);
    });
  }

  /** Opens a session. @throws {BackendLostError} when the server refuses or cannot be reached. */
  static async open(target: BackendTarget): Promise<BackendConnection> {
    const socket = connect(connectOptions(target.address));
    socket.setNoDelay(true);
    const connection = new BackendConnection(socket, target.address);
    await connection.#start(target);
    return connection;
  }

  /** The transaction status of the last ReadyForQuery. */
  get status(): StatusByte {
    return this.#status;
  }

  get lost(): boolean {
    return this.#lost !== undefined;
  }

  /** True when every answer has arrived. */
  get settled(): boolean {
    return this.#head === this.#operations.length;
  }

  /** Queues a whole message of the extended protocol. */
  send(operation: Operation, buffer: Uint8Array, start = 0, end: number = buffer.length): void {
    this.#out.raw(buffer, start, end);
    this.#operations.push(operation);
    this.unsynced = true;
  }

  /** Queues a Sync; the transaction status is known once the answer is in. */
  queueSync(operation: Operation = SYNC_OPERATION): void {
    this.#out.raw(SYNC);
    this.#operations.push(operation);
    this.unsynced = false;
  }

  /** Queues a simple query. */
  queueQuery(sql: string, operation: Operation): void {
    this.#out.begin(FRONTEND.query).string(sql).end();
    this.#operations.push(operation);
  }

  /** Sends bytes that belong to an answer under way (COPY data), as fast as the server takes them. */
  async pass(bytes: Buffer): Promise<void> {
    this.#out.raw(bytes);
    if (this.#out.length < 65_536) return;
    this.#out.flush();
    if (!this.#socket.writableNeedDrain) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#socket.off("drain", done).off("close", done);
        resolve();
      };
      this.#socket.on("drain", done).on("close", done);
    });
  }

  /** Sends what is queued. */
  push(): void {
    this.#out.flush();
  }

  /** Sends what is queued (with a Flush when the answers would not come by themselves) and waits for all answers. */
  async settle(): Promise<void> {
    if (this.#lost) throw this.#lost;
    if (this.settled) return;
    if (this.unsynced) this.#out.raw(FLUSH);
    this.#out.flush();
    await new Promise<void>((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  /** Runs SQL of the gateway's own; resolves to its rows as texts. @throws {BackendQueryError} when it fails. */
  async run(sql: string): Promise<(string | null)[][]> {
    const rows: (string | null)[][] = [];
    let failed: ErrorFields | undefined;
    this.queueQuery(sql, {
      kind: "query",
      message: (type, buffer, start, end) => {
        if (type === BACKEND.dataRow) readRows(buffer, start, end, rows);
      },
      error: (fields) => {
        failed ??= fields;
      },
    });
    await this.settle();
    if (failed) throw new BackendQueryError(failed);
    return rows;
  }

  /** Stops reading from the server until {@link resume}: the client cannot keep up. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Asks the server to cancel what this session runs. Never throws. */
  async cancel(): Promise<void> {
    if (this.#processId === 0) return;
    const packet = Buffer.alloc(12 + this.#secret.length);
    packet.writeUInt32BE(packet.length, 0);
    packet.writeUInt32BE(80_877_102, 4);
    packet.writeUInt32BE(this.#processId, 8);
    this.#secret.copy(packet, 12);
    await new Promise<void>((resolve) => {
      const socket = connect(connectOptions(this.#address));
      socket.on("error", () => resolve());
      socket.on("close", () => resolve());
      socket.on("data", () => {});
      socket.end(packet);
    });
  }

  /** Ends the session: politely when it is idle, else by cutting the connection. */
  close(): void {
    this.#closing = true;
    if (this.settled && !this.#socket.destroyed) {
      this.#socket.end(TERMINATE);
      this.#socket.setTimeout(1000, () => this.#socket.destroy());
    } else {
      this.#socket.destroy();
    }
    this.#fail(new BackendLostError("the session was closed"));
  }

  async #start(target: BackendTarget): Promise<void> {
    const socket = this.#socket;
    await new Promise<void>((resolve, reject) => {
      let failed: ErrorFields | undefined;
      let error: Error | undefined;
      const scram = new ScramClient(target.address.password ?? "");
      socket.on("error", (cause) => {
        error = cause;
      });
      const starting: Operation = {
        kind: "sync",
        message: (type, buffer, start, end) => {
          const body = new BodyReader({ buffer, body: start + 5, end });
          if (type === BACKEND.backendKeyData) {
            this.#processId = body.uint32();
            this.#secret = Buffer.from(body.bytes(body.rest));
          } else if (type === BACKEND.authentication) {
            const problem = this.#authenticate(body, scram);
            if (problem === undefined) return;
            failed = { code: "28000", message: problem };
            socket.destroy();
          }
        },
        error: (fields) => {
          failed = fields;
        },
      };
      this.#operations.push(starting);
      this.#waiting = { resolve, reject };
      socket.on("data", (chunk: Buffer) => this.#receive(chunk));
      socket.on("close", () => {
        const fields = failed ?? this.#lastFields;
        const reason = fields?.message ?? error?.message ?? "the backend closed the connection";
        this.#fail(new BackendLostError(reason, fields));
      });
      socket.write(startupPacket(target));
    });
  }

  /** Answers a request for a password. Returns what is wrong, if the connection cannot go on. */
  #authenticate(body: BodyReader, scram: ScramClient): string | undefined {
    const method = body.uint32();
    const answer = (write: (out: MessageWriter) => void): undefined => {
      this.#out.begin(FRONTEND.password);
      write(this.#out);
      this.#out.end();
      this.#out.flush();
    };
    const text = (): string => body.bytes(body.rest).toString("utf8");
    switch (method) {
      case 0:
      case 12:
        return undefined;
      case 10:
        return answer((out) => out.string("SCRAM-SHA-256").counted(scram.first()));
      case 11: {
        const final = scram.final(text());
        return answer((out) => out.bytes(Buffer.from(final)));
      }
      default:
        return `the backend asks for authentication of an unknown kind (${method})`;
    }
  }

  #receive(chunk: Buffer): void {
    try {
      this.#reader.push(chunk);
      for (;;) {
        const message = this.#reader.next();
        if (message === undefined) break;
        if ("oversized" in message) throw new FramingError("message of the backend is too long");
        // Rows that came together are handed on together.
        let end = message.end;
        if (message.type === BACKEND.dataRow) {
          for (;;) {
            const more = this.#reader.nextOf(BACKEND.dataRow, message.buffer, end);
            if (more === 0) break;
            end = more;
          }
        }
        this.#dispatch(message.type, message.buffer, message.start, end);
      }
      if (this.settled) this.#release();
      this.events.progress();
    } catch (cause) {
      this.#fail(new BackendLostError((cause as Error).message));
      this.#socket.destroy();
    }
  }

  #dispatch(type: number, buffer: Buffer, start: number, end: number): void {
    const operation = this.#operations[this.#head];
    switch (type) {
      case BACKEND.notice:
        this.events.notice(readError(buffer, start + 5, end));
        return;
      case BACKEND.parameterStatus: {
        const body = new BodyReader({ buffer, body: start + 5, end });
        this.events.parameterStatus(body.string(), body.string());
        return;
      }
      case BACKEND.notification:
        return;
      case BACKEND.error: {
        const fields = readError(buffer, start + 5, end);
        this.#lastFields = fields;
        if (!operation) return; // Said outside of any answer: the server is about to close.
        operation.error?.(fields);
        if (operation.kind !== "query" && operation.kind !== "sync") this.#skip();
        return;
      }
      case BACKEND.readyForQuery:
        this.#status = String.fromCharCode(buffer[start + 5] ?? 0x49) as StatusByte;
        operation?.message?.(type, buffer, start, end);
        this.#head++;
        return;
      default:
        operation?.message?.(type, buffer, start, end);
        if (operation && ENDS[operation.kind]?.includes(type)) this.#head++;
    }
  }

  /** After an error the server ignores everything up to the next Sync. */
  #skip(): void {
    while (this.#head < this.#operations.length && this.#operations[this.#head]?.kind !== "sync") this.#head++;
  }

  #release(): void {
    if (this.#head > 0) {
      this.#operations.length = 0;
      this.#head = 0;
    }
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve();
  }

  #fail(error: BackendLostError): void {
    const news = this.#lost === undefined && !this.#closing;
    this.#lost ??= error;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(this.#lost);
    if (news) this.events.lost(this.#lost);
  }
}

/** SQL of the gateway's own was refused by the backend. */
export class BackendQueryError extends Error {
  override readonly name: string = "BackendQueryError";
  readonly fields: ErrorFields;
  /** True when it was the commit that failed. */
  readonly atCommit: boolean;

  constructor(fields: ErrorFields, atCommit = false) {
    super(fields.message);
    this.fields = fields;
    this.atCommit = atCommit;
  }
}

const SYNC_OPERATION: Operation = { kind: "sync" };

/** Which message is the last of each kind's answer (ReadyForQuery ends queries and syncs). */
const ENDS: Readonly<Partial<Record<OperationKind, readonly number[]>>> = {
  parse: [BACKEND.parseComplete],
  bind: [BACKEND.bindComplete],
  close: [BACKEND.closeComplete],
  describe: [BACKEND.rowDescription, BACKEND.noData],
  execute: [BACKEND.commandComplete, BACKEND.emptyQuery, BACKEND.portalSuspended],
};

function connectOptions(address: BackendAddress): { path: string } | { host: string; port: number } {
  if (address.socketPath !== undefined) {
    const path = address.socketPath;
    return { path: path.includes(".s.PGSQL.") ? path : `${path}/.s.PGSQL.${address.port ?? 5432}` };
  }
  return { host: address.host ?? "127.0.0.1", port: address.port ?? 5432 };
}

function startupPacket(target: BackendTarget): Buffer {
  const settings = { user: target.user, database: target.database, client_encoding: "UTF8", ...target.settings };
  const text = Object.entries(settings).flatMap(([key, value]) => [key, value]);
  const body = Buffer.from(`${text.join("\0")}\0\0`);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length + 8, 0);
  head.writeUInt32BE(196_608, 4);
  return Buffer.concat([head, body]);
}

function readRows(buffer: Buffer, start: number, end: number, rows: (string | null)[][]): void {
  for (let at = start; at < end;) {
    const next = at + 1 + buffer.readUInt32BE(at + 1);
    const body = new BodyReader({ buffer, body: at + 5, end: next });
    const row: (string | null)[] = [];
    for (let n = body.int16(); n > 0; n--) {
      const length = body.int32();
      row.push(length < 0 ? null : body.bytes(length).toString("utf8"));
    }
    rows.push(row);
    at = next;
  }
}
