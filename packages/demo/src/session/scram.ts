import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";

/** The client's side of SCRAM-SHA-256 (RFC 5802, RFC 7677), without channel binding. */
export class ScramClient {
  readonly #password: string;
  readonly #nonce: string = randomBytes(18).toString("base64");
  #first = "";

  constructor(password: string) {
    this.#password = password;
  }

  /** The first message, sent with the name of the mechanism. */
  first(): string {
    this.#first = `n=,r=${this.#nonce}`;
    return `n,,${this.#first}`;
  }

  /** The answer to the server's first message. @throws Error when that is not what the protocol asks for. */
  final(serverFirst: string): string {
    const attributes = new Map(serverFirst.split(",").map((part) => [part.slice(0, 1), part.slice(2)]));
    const nonce = attributes.get("r") ?? "";
    const salt = attributes.get("s");
    const iterations = Number(attributes.get("i"));
    if (!nonce.startsWith(this.#nonce) || salt === undefined || !(iterations > 0)) {
      throw new Error("the server's SCRAM message is malformed");
    }
    const salted = pbkdf2Sync(this.#password.normalize("NFKC"), Buffer.from(salt, "base64"), iterations, 32, "sha256");
    const clientKey = createHmac("sha256", salted).update("Client Key").digest();
    const storedKey = createHash("sha256").update(clientKey).digest();
    const withoutProof = `c=biws,r=${nonce}`;
    const signature = createHmac("sha256", storedKey).update(`${this.#first},${serverFirst},${withoutProof}`).digest();
    const proof = Buffer.from(clientKey.map((byte, i) => byte ^ (signature[i] ?? 0)));
    return `${withoutProof},p=${proof.toString("base64")}`;
  }
}
