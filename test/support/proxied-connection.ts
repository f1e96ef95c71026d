import { connect, type Socket } from "node:net";
import type { CutMoment } from "./fault-proxy.ts";
import { MessageSplitter, type WireMessage } from "./wire.ts";

/** What a connection asks of its proxy. */
export interface ProxyDesk {
  fragment(): number;
  fault(text: string): CutMoment | undefined;
  hit(): void;
  closed(): void;
}

/** One connection through the proxy. Whole messages are passed on, so that a fault falls between two of them. */
export class ProxiedConnection {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #desk: ProxyDesk;
  readonly #fromClient = new MessageSplitter("client");
  readonly #fromServer = new MessageSplitter("server");
  readonly #bytesLeft = { client: Infinity, server: Infinity };
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
      socket.on("close", () => this.cut());
    }
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

  end(): void {
    if (this.#closed) return;
    this.#client.end();
    this.#server.end();
  }

  stall(stalled: boolean): void {
    for (const socket of [this.#client, this.#server]) {
      if (stalled) socket.pause();
      else socket.resume();
    }
  }

  cutAfterBytes(direction: "client" | "server", bytes: number): void {
    this.#bytesLeft[direction] = bytes;
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
    if (!this.#inBatch && this.#syncsSent === this.#readyReceived) this.#turns.push([]);
    this.#inBatch = true;
    if (message.type === "P") this.#parses.push(message.text);
    if (message.type === "B" || message.type === "Q") this.#turns.at(-1)?.push(message.text);
    if (!isEndOfBatch(message)) return;
    this.#inBatch = false;
    this.#syncsSent++;
  }

  #onServer(chunk: Buffer): void {
    if (this.#silent) return;
    const passed: Buffer[] = [];
    for (const message of this.#fromServer.push(chunk)) {
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

  #send(from: "client" | "server", bytes: Buffer): void {
    const to = from === "client" ? this.#server : this.#client;
    const left = this.#bytesLeft[from];
    if (bytes.length > left) {
      this.#desk.hit();
      to.write(bytes.subarray(0, left), () => this.cut());
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
