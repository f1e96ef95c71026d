import { connect } from "node:net";
import { FRONTEND } from "../wire/messages.ts";
import { ScramClient } from "./scram.ts";
import type { Socket } from "node:net";
import type { MessageWriter } from "../wire/message-writer.ts";
import type { BodyReader } from "../wire/messages.ts";

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

/** Opens the socket. */
export function connectTo(address: BackendAddress): Socket {
  const socket = connect(connectOptions(address));
  socket.setNoDelay(true);
  return socket;
}

function connectOptions(address: BackendAddress): { path: string } | { host: string; port: number } {
  if (address.socketPath !== undefined) {
    const path = address.socketPath;
    return { path: path.includes(".s.PGSQL.") ? path : `${path}/.s.PGSQL.${address.port ?? 5432}` };
  }
  return { host: address.host ?? "127.0.0.1", port: address.port ?? 5432 };
}

/** The first packet of a session. */
export function startupPacket(target: BackendTarget): Buffer {
  const settings = { user: target.user, database: target.database, client_encoding: "UTF8", ...target.settings };
  const text = Object.entries(settings).flatMap(([key, value]) => [key, value]);
  const body = Buffer.from(`${text.join("\0")}\0\0`);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length + 8, 0);
  head.writeUInt32BE(196_608, 4);
  return Buffer.concat([head, body]);
}

/** Asks the server to cancel what the session of this key runs. Never throws. */
export async function sendCancel(address: BackendAddress, processId: number, secret: Buffer): Promise<void> {
  const packet = Buffer.alloc(12 + secret.length);
  packet.writeUInt32BE(packet.length, 0);
  packet.writeUInt32BE(80_877_102, 4);
  packet.writeUInt32BE(processId, 8);
  secret.copy(packet, 12);
  await new Promise<void>((resolve) => {
    const socket = connect(connectOptions(address));
    socket.on("error", () => resolve());
    socket.on("close", () => resolve());
    socket.on("data", () => {});
    socket.end(packet);
  });
}

/** Answers the server's requests for a password. */
export class PasswordDialogue {
  readonly #out: MessageWriter;
  readonly #scram: ScramClient;

  constructor(out: MessageWriter, password: string | undefined) {
    this.#out = out;
    this.#scram = new ScramClient(password ?? "");
  }

  /** Answers one request. Returns what is wrong, if the connection cannot go on. */
  answer(request: BodyReader): string | undefined {
    const method = request.uint32();
    switch (method) {
      case 0:
      case 12:
        return undefined;
      case 10:
        return this.#send((out) => out.string("SCRAM-SHA-256").counted(this.#scram.first()));
      case 11: {
        const final = this.#scram.final(request.bytes(request.rest).toString("utf8"));
        return this.#send((out) => out.bytes(Buffer.from(final)));
      }
      default:
        return `the backend asks for authentication of an unknown kind (${method})`;
    }
  }

  #send(write: (out: MessageWriter) => unknown): undefined {
    this.#out.begin(FRONTEND.password);
    write(this.#out);
    this.#out.end().flush();
  }
}
