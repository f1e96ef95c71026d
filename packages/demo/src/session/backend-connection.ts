import { FramingError, MessageReader } from "../wire/message-reader.ts";
import { MessageWriter } from "../wire/message-writer.ts";
import { BACKEND, BodyReader, FRONTEND, readError } from "../wire/messages.ts";
import { BackendLostError, BackendQueryError } from "./backend-errors.ts";
import { ENDS } from "./backend-operation.ts";
import { connectTo, PasswordDialogue, sendCancel, startupPacket } from "./backend-startup.ts";
import type { Socket } from "node:net";
import type { ErrorFields, StatusByte } from "../wire/messages.ts";
import type { BackendEvents, Operation } from "./backend-operation.ts";
import type { BackendAddress, BackendTarget } from "./backend-startup.ts";

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
  /** How many simple queries were sent: each ends the unnamed prepared statement. */
  queries = 0;

  private constructor(socket: Socket, address: BackendAddress) {
    this.#socket = socket;
    this.#address = address;
    this.#out = new MessageWriter((chunk) => {
      if (!socket.destroyed) socket.write(chunk);
    });
  }

  /** Opens a session. @throws {BackendLostError} when the server refuses or cannot be reached. */
  static async open(target: BackendTarget): Promise<BackendConnection> {
    const socket = connectTo(target.address);
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
    this.queries++;
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
  settle(): Promise<void> {
    if (this.#lost) return Promise.reject(this.#lost);
    if (this.settled) return Promise.resolve();
    if (this.unsynced) this.#out.raw(FLUSH);
    this.#out.flush();
    return new Promise<void>((resolve, reject) => {
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
    if (this.#processId !== 0) await sendCancel(this.#address, this.#processId, this.#secret);
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
      const passwords = new PasswordDialogue(this.#out, target.address.password);
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
            const problem = passwords.answer(body);
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

const SYNC_OPERATION: Operation = { kind: "sync" };

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
