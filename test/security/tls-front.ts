import { connect, createServer, type Server, type Socket } from "node:net";
import { TLSSocket, type TlsOptions } from "node:tls";

/** How a server answers a client that asks for TLS. */
export type Answer =
  /** As it should. */
  | { readonly kind: "tls"; readonly options: TlsOptions }
  /** It has no TLS, or somebody on the way says so. */
  | { readonly kind: "refuse" }
  /** Somebody on the way adds what was never encrypted. */
  | { readonly kind: "stuff"; readonly options: TlsOptions; readonly bytes: Buffer };

/** A server in front of another one, which does with TLS what it is told, and keeps what it was sent in plain text. */
export class TlsFront {
  readonly #server: Server;
  readonly #target: { readonly host: string; readonly port: number };
  readonly #answer: Answer;
  readonly #sockets = new Set<Socket>();
  /** All that clients have sent unencrypted. */
  plainText: Buffer = Buffer.alloc(0);
  /** How many bytes clients have sent through TLS. */
  confided = 0;

  private constructor(server: Server, target: string, answer: Answer) {
    const { hostname, port } = new URL(target.replace(/^[a-z+]+:/, "http:"));
    this.#server = server;
    this.#target = { host: hostname, port: Number(port) };
    this.#answer = answer;
    server.on("connection", (client) => this.#accept(client));
  }

  /** @param target the URL of the server behind it, which has no TLS */
  static async start(target: string, answer: Answer, host = "127.0.0.1"): Promise<TlsFront> {
    const server = createServer();
    const front = new TlsFront(server, target, answer);
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    return front;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(client: Socket): void {
    this.#remember(client);
    client.once("data", (request) => {
      this.plainText = Buffer.concat([this.plainText, request]);
      if (this.#answer.kind === "refuse") {
        client.on("data", (more) => (this.plainText = Buffer.concat([this.plainText, more])));
        client.write("N");
        return;
      }
      const stuffing = this.#answer.kind === "stuff" ? this.#answer.bytes : Buffer.alloc(0);
      client.write(Buffer.concat([Buffer.from("S"), stuffing]));
      const secured = new TLSSocket(client, { isServer: true, ...this.#answer.options });
      this.#remember(secured);
      secured.on("data", (chunk: Buffer) => (this.confided += chunk.length));
      const server = connect(this.#target);
      this.#remember(server);
      secured.pipe(server).pipe(secured);
    });
  }

  #remember(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#sockets.delete(socket));
  }
}

/** What a client sends to ask for TLS, and nothing more. */
export const sslRequest: Buffer = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
