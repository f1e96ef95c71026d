/** One message of the PostgreSQL protocol, as it passes the proxy. */
export interface WireMessage {
  /** Its type byte; `startup` for the untyped first message of a client. */
  readonly type: string;
  /** With type and length, as it is on the wire. */
  readonly bytes: Buffer;
  /** The text of a Parse or a Query, the statement that a Bind names, the tag of a CommandComplete; else empty. */
  readonly text: string;
}

/** Cuts one direction of a connection into messages. */
export class MessageSplitter {
  readonly #read: (type: string, bytes: Buffer) => string;
  #rest: Buffer = Buffer.alloc(0);
  #startup: boolean;

  /** @param direction what a client sends begins with an untyped message */
  constructor(direction: "client" | "server") {
    this.#startup = direction === "client";
    this.#read = direction === "client" ? frontendText() : backendText;
  }

  push(chunk: Buffer): WireMessage[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const messages: WireMessage[] = [];
    for (;;) {
      const header = this.#startup ? 0 : 1;
      if (this.#rest.length < header + 4) return messages;
      const length = header + this.#rest.readInt32BE(header);
      if (this.#rest.length < length) return messages;
      const bytes = this.#rest.subarray(0, length);
      this.#rest = this.#rest.subarray(length);
      const type = this.#startup ? "startup" : String.fromCharCode(bytes[0]!);
      this.#startup = false;
      messages.push({ type, bytes, text: this.#read(type, bytes) });
    }
  }
}

/** The named statements that a server holds for a client, by what passes between them. */
export class PreparedStatements {
  readonly #held = new Set<string>();
  /** Names whose Parse is not answered yet; null stands for the end of a batch. */
  readonly #asked: (string | null)[] = [];

  get size(): number {
    return this.#held.size;
  }

  sent({ type, bytes }: WireMessage): void {
    if (type === "P") this.#asked.push(cString(bytes, 5));
    else if (type === "S" || type === "Q") this.#asked.push(null);
    else if (type === "C" && bytes[5] === statementByte) this.#held.delete(cString(bytes, 6));
  }

  received({ type }: WireMessage): void {
    if (type === "1") {
      const name = this.#asked.shift();
      if (typeof name === "string" && name !== "") this.#held.add(name);
    } else if (type === "Z") {
      // What came after a failure in the batch was skipped.
      while (this.#asked.length > 0 && this.#asked.shift() !== null);
    }
  }
}

/** Remembers the statements that a client prepares, so that a Bind can be told by its SQL. */
function frontendText(): (type: string, bytes: Buffer) => string {
  const prepared = new Map<string, string>();
  return (type, bytes) => {
    switch (type) {
      case "Q":
        return cString(bytes, 5);
      case "P": {
        const name = cString(bytes, 5);
        const text = cString(bytes, 6 + Buffer.byteLength(name));
        prepared.set(name, text);
        return text;
      }
      case "B": {
        const portal = cString(bytes, 5);
        return prepared.get(cString(bytes, 6 + Buffer.byteLength(portal))) ?? "";
      }
      case "C":
        if (bytes[5] === statementByte) prepared.delete(cString(bytes, 6));
        return "";
      default:
        return "";
    }
  };
}

/** In a Close: a prepared statement, not a portal. */
const statementByte = 0x53;

function backendText(type: string, bytes: Buffer): string {
  return type === "C" ? cString(bytes, 5) : "";
}

function cString(bytes: Buffer, from: number): string {
  return bytes.toString("utf8", from, bytes.indexOf(0, from));
}
