import { createServer, type Server, type Socket } from "node:net";
import { MessageSplitter, type WireMessage } from "./wire.ts";

/** What a scripted server does with a client's message; `startup` is the first. */
export type Script = (message: WireMessage, client: Socket) => void;

/** A server that speaks the protocol as a script has it: for what a real one cannot be made to do. */
export class ScriptedServer {
  readonly #server: Server;
  readonly #clients = new Set<Socket>();

  private constructor(server: Server, script: Script) {
    this.#server = server;
    server.on("connection", (client) => {
      const splitter = new MessageSplitter("client");
      this.#clients.add(client);
      client.on("error", () => {});
      client.on("close", () => this.#clients.delete(client));
      client.on("data", (chunk) => {
        for (const message of splitter.push(chunk)) script(message, client);
      });
    });
  }

  static async start(script: Script): Promise<ScriptedServer> {
    const server = createServer();
    const scripted = new ScriptedServer(server, script);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return scripted;
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as { port: number }).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** One message of a server. */
export function message(type: string, ...parts: readonly (string | number | Buffer)[]): Buffer {
  const body = Buffer.concat(
    parts.map((part) => {
      if (typeof part === "string") return Buffer.from(`${part}\0`);
      if (typeof part !== "number") return part;
      const int = Buffer.alloc(4);
      int.writeInt32BE(part);
      return int;
    }),
  );
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

/** An ErrorResponse. */
export function errorResponse(severity: string, code: string, text: string): Buffer {
  return message("E", `S${severity}`, `V${severity}`, `C${code}`, `M${text}`, Buffer.from([0]));
}

/** What a server says when it lets a client in. */
export const welcome: Buffer = Buffer.concat([
  message("R", 0),
  message("S", "crdb_version", "CockroachDB CCL v23.1.4 (scripted)"),
  message("S", "server_version", "13.0.0"),
  message("K", 7, 11),
  message("Z", Buffer.from("I")),
]);
