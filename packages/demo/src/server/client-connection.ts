import { X509Certificate } from "node:crypto";
import { createSecureContext, TLSSocket } from "node:tls";
import type { Socket } from "node:net";
import { MessageReader } from "../wire/message-reader.ts";
import { MessageWriter } from "../wire/message-writer.ts";
import { ProtocolError } from "../wire/messages.ts";
import type { ClientChannel } from "../session/client-channel.ts";
import type { OversizedMessage, WireMessage } from "../wire/message-reader.ts";

/** The largest message a client may send, as in CockroachDB (`sql.conn.max_read_buffer_message_size`). */
export const MAX_MESSAGE_BYTES: number = 16 * 1024 * 1024;

const MAX_STARTUP_BYTES = 10_000;
const HOLD_INPUT_ABOVE = 4 * 1024 * 1024;

/**
 * A client's connection: messages in, messages out, nothing of their meaning.
 *
 * Reading is by turns: {@link next} while it gives messages, then {@link wait}.
 */
export class ClientConnection implements ClientChannel {
  #socket: Socket;
  #certifiedUser: string | undefined;
  #secure = false;
  readonly #reader = new MessageReader(MAX_MESSAGE_BYTES);
  #unread = 0;
  #wake: { resolve: (open: boolean) => void; reject: (cause: Error) => void } | undefined;
  #aborted: Error | undefined;
  #closed = false;
  #congested = false;
  readonly out: MessageWriter;
  /** Called once when the client is gone. */
  onClose: () => void = () => {};
  /** Called when the client has caught up with its output. */
  onDrain: () => void = () => {};

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    this.out = new MessageWriter((chunk) => {
      if (!this.#closed && !this.#socket.write(chunk)) this.#congested = true;
    });
    this.#listen(socket);
  }

  /** True once {@link secure} has been done. */
  get isSecure(): boolean {
    return this.#secure;
  }

  /** The common name of the certificate the client has shown, if it is one of the authority's. */
  get certifiedUser(): string | undefined {
    return this.#certifiedUser;
  }

  /** Says yes to TLS and changes over to it. @throws {ProtocolError} when the client sent something ahead of it. */
  async secure(tls: { readonly cert: string; readonly key: string; readonly ca: string }): Promise<void> {
    // What came in the clear must not be taken for something that was said in secret.
    if (this.#reader.pending) throw new ProtocolError("received unencrypted data after SSL request");
    const plain = this.#socket;
    plain.removeAllListeners("data").removeAllListeners("drain").removeAllListeners("end");
    plain.pause();
    plain.write("S");
    const socket = new TLSSocket(plain, {
      isServer: true,
      secureContext: createSecureContext({ ...tls, minVersion: "TLSv1.2" }),
      requestCert: true,
      rejectUnauthorized: false,
    });
    this.#socket = socket;
    this.#secure = true;
    const opened = new Promise<void>((resolve) => {
      socket.once("secure", () => {
        // A certificate of another authority counts for nothing; there is still the password.
        const shown = socket.getPeerX509Certificate();
        const authority = new X509Certificate(tls.ca);
        if (shown && isIssuedBy(shown, authority)) this.#certifiedUser = /^CN=(.*)$/m.exec(shown.subject)?.[1];
        resolve();
      });
      socket.once("close", () => resolve());
    });
    this.#listen(socket);
    await opened;
  }

  #listen(socket: Socket): void {
    socket.on("data", (chunk: Buffer) => {
      this.#reader.push(chunk);
      this.#unread += chunk.length;
      if (this.#unread > HOLD_INPUT_ABOVE) this.#socket.pause();
      this.#awake();
    });
    socket.on("drain", () => {
      this.#congested = false;
      this.onDrain();
    });
    socket.on("error", () => this.#gone());
    socket.on("end", () => this.#gone());
    socket.on("close", () => this.#gone());
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** True while the client has not taken what was sent before. */
  get congested(): boolean {
    return this.#congested && !this.#closed;
  }

  /** The next message that is whole. @throws {FramingError} when the bytes are no protocol. */
  next(): WireMessage | OversizedMessage | undefined {
    const message = this.#reader.next();
    if (message === undefined) this.#consumed();
    return message;
  }

  nextAre(expected: Uint8Array, after: WireMessage): boolean {
    return this.#reader.nextAre(expected, after.buffer, after.end);
  }

  /** The first packet, if it is whole. */
  nextStartup(): WireMessage | undefined {
    const message = this.#reader.nextStartup(MAX_STARTUP_BYTES);
    if (message === undefined) this.#consumed();
    return message;
  }

  /** Waits for more bytes; false when the client is gone. @throws what {@link abort} was given. */
  wait(): Promise<boolean> {
    if (this.#closed) return Promise.resolve(false);
    if (this.#aborted) return Promise.reject(this.#aborted);
    if (this.#unread > 0) {
      this.#unread = 0;
      return Promise.resolve(true);
    }
    return new Promise((resolve, reject) => {
      this.#wake = { resolve, reject };
    });
  }

  /** Lets whoever waits for the client, now or next, fail with `cause`. */
  abort(cause: Error): void {
    this.#aborted = cause;
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.reject(cause);
  }

  /** Sends what is left and closes. */
  end(): void {
    this.out.flush();
    if (this.#socket.destroyed) return;
    this.#socket.end();
    this.#socket.setTimeout(2000, () => this.#socket.destroy());
  }

  /** Closes at once. */
  destroy(): void {
    this.#socket.destroy();
    this.#gone();
  }

  #consumed(): void {
    this.#unread = 0;
    if (this.#socket.isPaused()) this.#socket.resume();
  }

  #awake(): void {
    const wake = this.#wake;
    if (!wake) return;
    this.#wake = undefined;
    this.#unread = 0;
    wake.resolve(true);
  }

  #gone(): void {
    if (this.#closed) return;
    this.#closed = true;
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.resolve(false);
    this.onClose();
  }
}

/** Is a certificate, whose key the client has proved to have, one that the authority itself has signed? */
function isIssuedBy(certificate: X509Certificate, authority: X509Certificate): boolean {
  const now = Date.now();
  const valid = Date.parse(certificate.validFrom) <= now && now <= Date.parse(certificate.validTo);
  return valid && certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
}
