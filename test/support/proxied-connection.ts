import { connect, type Socket } from "node:net";
import type { CutMoment } from "./fault-proxy.ts";
import { MessageSplitter, PreparedStatements, type WireMessage } from "./wire.ts";

/** What a connection asks of its proxy. */
export interface ProxyDesk {
  fragment(): number;
  fault(text: string): CutMoment | undefined;
  hit(): void;
  closed(): void;
  /** Whether turns and statements are remembered. */
  readonly records: boolean;
}

/** Which side of a connection. */
export type Side = "client" | "server";

/** One connection through the proxy. Whole messages are passed on, so that a fault falls between two of them. */
export class ProxiedConnection {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #desk: ProxyDesk;
  readonly #fromClient = new MessageSplitter("client");
  readonly #fromServer = new MessageSplitter("server");
  readonly #prepared = new PreparedStatements();
  readonly #bytesLeft = { client: Infinity, server: Infinity };
  #atLimit: () => void = () => this.cut();
  /** What was sent and has not arrived yet, because the way is long. */
  readonly #onTheWay = { client: Promise.resolve(), server: Promise.resolve() };
  readonly #waiting = { client: 0, server: 0 };
  #delay = 0;
  /** The side that is gone without the other knowing. */
  #gone: Side | undefined;
  #truncated: (() => void) | undefined;
  #closed = false;
  #turns: string[][] = [];
  readonly #parses: string[] = [];
  /** The client has begun a batch and not sent its Sync. */
  #inBatch = false;
  #started = false;
  #syncsSent = 0;
  #readyReceived = 0;
  /** Answers from this ReadyForQuery on are thrown away; then the connection is cut. */
  #cutAtReady: number | undefined;
  /** All but that ReadyForQuery still passes. */
  #withAnswer = false;
  #silent = false;

  constructor(client: Socket, target: { readonly host: string; readonly port: number }, desk: ProxyDesk) {
    this.#client = client;
    this.#desk = desk;
    this.#server = connect({ ...target, noDelay: true });
    client.setNoDelay(true);
    this.#server.on("error", () => {});
    client.on("data", (chunk) => this.#onClient(chunk));
    this.#server.on("data", (chunk) => this.#onServer(chunk));
    for (const socket of [client, this.#server]) {
      socket.on("end", () => this.end());
      socket.on("close", () => {
        if (this.#gone === undefined) this.cut();
      });
    }
  }

  /** How many named statements the server holds for the client. */
  get prepared(): number {
    return this.#prepared.size;
  }

  /** Whether the server has let the client in. */
  get started(): boolean {
    return this.#started;
  }

  get turns(): readonly (readonly string[])[] {
    return this.#turns;
  }

  /** The statements that were parsed here. */
  get parses(): readonly string[] {
    return this.#parses;
  }

  forgetTurns(): void {
    this.#turns = [];
  }

  cut(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#client.destroy();
    this.#server.destroy();
    this.#desk.closed();
  }

  /** Cuts the connection with RST towards both sides. */
  reset(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#client.resetAndDestroy();
    this.#server.resetAndDestroy();
    this.#desk.closed();
  }

  /**
   * One side is gone, and the other is not told: nothing comes from there any more, and what is sent there vanishes.
   * Ends with {@link cut} or {@link reset}.
   */
  halfOpen(gone: Side): void {
    if (this.#closed) return;
    this.#gone = gone;
    if (gone === "client") this.#client.destroy();
    else this.#server.destroy();
  }

  /** Everything takes so many milliseconds longer, in either direction. */
  delay(milliseconds: number): void {
    this.#delay = milliseconds;
  }

  /** Cuts the connection in the middle of the server's next message. */
  truncate(hit: () => void): void {
    this.#truncated = hit;
  }

  end(): void {
    if (this.#closed || this.#gone !== undefined) return;
    this.#client.end();
    this.#server.end();
  }

  stall(stalled: boolean): void {
    for (const socket of [this.#client, this.#server]) {
      if (stalled) socket.pause();
      else socket.resume();
    }
  }

  cutAfterBytes(direction: Side, bytes: number, then: () => void = () => this.cut()): void {
    this.#bytesLeft[direction] = bytes;
    this.#atLimit = then;
  }

  #onClient(chunk: Buffer): void {
    for (const message of this.#fromClient.push(chunk)) {
      if (this.#closed) return;
      this.#count(message);
      const moment = message.text === "" || message.type === "P" ? undefined : this.#desk.fault(message.text);
      if (moment === "before") {
        this.#desk.hit();
        this.cut();
        return;
      }
      if (moment === "after") this.#silent = true;
      if (moment === "answered" || moment === "unready") {
        this.#cutAtReady = this.#syncsSent + (message.type === "Q" ? 0 : 1);
        this.#withAnswer = moment === "unready";
      }
      this.#send("client", message.bytes);
      if (this.#silent && isEndOfBatch(message)) {
        this.#desk.hit();
        // The server is to have it: say goodbye to it instead of cutting it off.
        this.#client.destroy();
        this.#server.end();
        return;
      }
    }
  }

  #count(message: WireMessage): void {
    if (!this.#started || message.type === "X") return;
    this.#prepared.sent(message);
    if (this.#desk.records) this.#record(message);
    this.#inBatch = true;
    if (!isEndOfBatch(message)) return;
    this.#inBatch = false;
    this.#syncsSent++;
  }

  #record(message: WireMessage): void {
    if (!this.#inBatch && this.#syncsSent === this.#readyReceived) this.#turns.push([]);
    if (message.type === "P") this.#parses.push(message.text);
    if (message.type === "B" || message.type === "Q") this.#turns.at(-1)?.push(message.text);
  }

  #onServer(chunk: Buffer): void {
    if (this.#silent) return;
    const passed: Buffer[] = [];
    for (const message of this.#fromServer.push(chunk)) {
      this.#prepared.received(message);
      const isReady = message.type === "Z";
      if (isReady && !this.#started) this.#started = true;
      else if (isReady) this.#readyReceived++;
      const answeredBatch = this.#readyReceived + (isReady ? 0 : 1);
      if (this.#cutAtReady !== undefined && answeredBatch >= this.#cutAtReady) {
        if (!isReady) {
          if (this.#withAnswer) passed.push(message.bytes);
          continue;
        }
        this.#desk.hit();
        for (const bytes of passed) this.#send("server", bytes);
        this.#client.end();
        this.#server.end();
        return;
      }
      passed.push(message.bytes);
    }
    if (passed.length > 0) this.#send("server", passed.length === 1 ? passed[0]! : Buffer.concat(passed));
  }

  #send(from: Side, bytes: Buffer): void {
    if (this.#delay === 0 && this.#waiting[from] === 0) return this.#deliver(from, bytes);
    const due = performance.now() + this.#delay;
    this.#waiting[from]++;
    this.#onTheWay[from] = this.#onTheWay[from].then(async () => {
      const left = due - performance.now();
      if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
      this.#waiting[from]--;
      this.#deliver(from, bytes);
    });
  }

  #deliver(from: Side, bytes: Buffer): void {
    if (this.#closed || this.#gone !== undefined) return;
    const to = from === "client" ? this.#server : this.#client;
    if (from === "server" && this.#truncated !== undefined) {
      this.#desk.hit();
      this.#truncated();
      this.#truncated = undefined;
      this.#closed = true;
      this.#desk.closed();
      to.end(bytes.subarray(0, Math.max(1, bytes.length >> 1)));
      this.#server.destroy();
      return;
    }
    const left = this.#bytesLeft[from];
    if (bytes.length > left) {
      this.#desk.hit();
      to.write(bytes.subarray(0, left), this.#atLimit);
      this.#bytesLeft[from] = 0;
      return;
    }
    this.#bytesLeft[from] = left - bytes.length;
    const size = from === "server" ? this.#desk.fragment() : 0;
    if (size === 0) {
      // Rows may come faster than the client takes them.
      if (!to.write(bytes) && from === "server") {
        this.#server.pause();
        to.once("drain", () => this.#server.resume());
      }
      return;
    }
    for (let at = 0; at < bytes.length; at += size) to.write(bytes.subarray(at, at + size));
  }
}

function isEndOfBatch(message: WireMessage): boolean {
  return message.type === "S" || message.type === "Q";
}
