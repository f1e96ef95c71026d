import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** What a server keeps of a password: PostgreSQL's `SCRAM-SHA-256$4096:salt$StoredKey:ServerKey`. */
const VERIFIER = /^SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):(.+)$/;

const hmac = (key: Uint8Array, text: string): Buffer => createHmac("sha256", key).update(text).digest();

/**
 * The server's side of SCRAM-SHA-256 (RFC 5802, RFC 7677), without channel binding. A user without a password
 * is answered like one with another password, so that nobody learns which users there are.
 */
export class ScramServer {
  readonly #iterations: number;
  readonly #salt: string;
  readonly #storedKey: Buffer;
  readonly #serverKey: Buffer;
  readonly #known: boolean;
  #clientFirst = "";
  #serverFirst = "";
  #header = "";
  #nonce = "";

  constructor(verifier: string | undefined) {
    const parts = VERIFIER.exec(verifier ?? "");
    this.#known = parts !== null;
    this.#iterations = Number(parts?.[1] ?? 4096);
    this.#salt = parts?.[2] ?? randomBytes(16).toString("base64");
    this.#storedKey = parts ? Buffer.from(parts[3] ?? "", "base64") : randomBytes(32);
    this.#serverKey = parts ? Buffer.from(parts[4] ?? "", "base64") : randomBytes(32);
  }

  /** Answers the client's first message; undefined when it is malformed or asks for channel binding. */
  first(message: string): string | undefined {
    const parts = /^([ny],[^,]*,)((?:n=[^,]*),r=([\x21-\x2b\x2d-\x7e]+)(?:,.*)?)$/.exec(message);
    if (!parts) return undefined;
    this.#header = parts[1] ?? "";
    this.#clientFirst = parts[2] ?? "";
    this.#nonce = (parts[3] ?? "") + randomBytes(18).toString("base64");
    this.#serverFirst = `r=${this.#nonce},s=${this.#salt},i=${this.#iterations}`;
    return this.#serverFirst;
  }

  /** Checks the client's proof; returns the server's own, undefined when the password is wrong. */
  final(message: string): string | undefined {
    const parts = /^(c=([^,]*),r=([^,]*)(?:,.*)?),p=([^,]*)$/.exec(message);
    if (!parts || parts[3] !== this.#nonce) return undefined;
    if (Buffer.from(parts[2] ?? "", "base64").toString("latin1") !== this.#header) return undefined;
    const exchange = `${this.#clientFirst},${this.#serverFirst},${parts[1]}`;
    const signature = hmac(this.#storedKey, exchange);
    const proof = Buffer.from(parts[4] ?? "", "base64");
    if (proof.length !== signature.length) return undefined;
    const clientKey = Buffer.from(proof.map((byte, index) => byte ^ (signature[index] ?? 0)));
    const matches = timingSafeEqual(createHash("sha256").update(clientKey).digest(), this.#storedKey);
    if (!matches || !this.#known) return undefined;
    return `v=${hmac(this.#serverKey, exchange).toString("base64")}`;
  }
}
