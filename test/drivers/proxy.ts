import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import type { ConnectTarget } from "../../packages/tegmen/src/drivers/driver.ts";

export interface ProxyOptions {
  /** Encrypts towards the client, as a server with this certificate would. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** Stands between a driver and the server, to cut connections and to see how much passes. */
export class Proxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Bytes that went to clients. */
  received = 0;
  /** Connections that were made. */
  connections = 0;
  #onConnection: (() => void) | undefined;

  private constructor(target: ConnectTarget, options: ProxyOptions) {
    this.#server = createServer((client) => {
      this.connections++;
      const server = target.host.startsWith("/")
        ? connect(`${target.host}/.s.PGSQL.${target.port}`)
        : connect(target.port, target.host);
      for (const socket of [client, server]) {
        this.#sockets.add(socket);
        socket.on("error", () => {});
        socket.on("close", () => {
          client.destroy();
          server.destroy();
          this.#sockets.delete(socket);
        });
      }
      server.on("data", (chunk: Buffer) => (this.received += chunk.length));
      if (options.tls === undefined) pipe(client, server);
      else encrypt(client, server, options.tls);
      this.#onConnection?.();
    });
  }

  static async start(target: ConnectTarget, options: ProxyOptions = {}): Promise<Proxy> {
    const proxy = new Proxy(target, options);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get address(): { readonly host: string; readonly port: number } {
    return { host: "127.0.0.1", port: (this.#server.address() as AddressInfo).port };
  }

  /** Cuts all connections. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Resolves when somebody connects. */
  nextConnection(): Promise<void> {
    return new Promise((resolve) => {
      this.#onConnection = resolve;
    });
  }

  async stop(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, "close");
  }
}

function pipe(client: Duplex, server: Duplex): void {
  client.pipe(server);
  server.pipe(client);
}

function encrypt(client: Socket, server: Socket, tls: { readonly cert: string; readonly key: string }): void {
  // The first message is the SSLRequest, which the server behind does not get to see.
  client.once("data", () => {
    client.write("S");
    const secure = new TLSSocket(client, { isServer: true, ...tls });
    secure.on("error", () => client.destroy());
    pipe(secure, server);
  });
}

/** What a server would say to a client that has just connected; then it is silent. */
export type Script = (socket: Socket, received: Buffer) => void;

/** A server that answers by a script, for what a real one cannot be made to do. */
export class ScriptedServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly connected: Promise<void>;

  private constructor(script: Script) {
    let arrived = (): void => {};
    this.connected = new Promise((resolve) => {
      arrived = resolve;
    });
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on("error", () => {});
      socket.on("data", (chunk: Buffer) => script(socket, chunk));
      arrived();
    });
  }

  static async start(script: Script): Promise<ScriptedServer> {
    const server = new ScriptedServer(script);
    server.#server.listen(0, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get address(): { readonly host: string; readonly port: number } {
    return { host: "127.0.0.1", port: (this.#server.address() as AddressInfo).port };
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }
}

/** A backend message: its type and its body. */
export function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

/** An ErrorResponse. */
export function errorResponse(severity: string, code: string, text: string): Buffer {
  return message("E", Buffer.from(`S${severity}\0V${severity}\0C${code}\0M${text}\0\0`));
}

/** A request for the password in clear text. */
export const passwordRequest: Buffer = message("R", Buffer.from([0, 0, 0, 3]));
