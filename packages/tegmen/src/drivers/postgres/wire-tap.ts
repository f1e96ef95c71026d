import type { Field, ServerErrorFields, TransactionStatus } from "../driver.ts";

/** What the server says that postgres.js keeps to itself, or tells too late. */
export interface WireListener {
  /** The keys of the session: process number and secret, four bytes each. */
  key(key: Buffer): void;
  /** The statement is parsed; under its name, if it has one. */
  parsed(): void;
  fields(fields: readonly Field[]): void;
  complete(tag: string): void;
  copy(direction: "in" | "out"): void;
  error(fields: ServerErrorFields, raw: Readonly<Record<string, string>>): void;
  ready(status: TransactionStatus): void;
}

const headLength = 5;

/**
 * Listens to what the server sends, beside postgres.js: where answers begin and
 * end, and what they are about. Rows pass unread.
 */
export class WireTap {
  readonly #listener: WireListener;
  /** The beginning of a message whose rest has not come. */
  #partial: Buffer | undefined;
  /** Bytes of a message that nobody wants. */
  #skip = 0;

  constructor(listener: WireListener) {
    this.#listener = listener;
  }

  /** Takes bytes as they come from the socket. */
  feed(bytes: Buffer): void {
    const chunk = this.#partial === undefined ? bytes : Buffer.concat([this.#partial, bytes]);
    this.#partial = undefined;
    let at = Math.min(this.#skip, chunk.length);
    this.#skip -= at;
    while (at < chunk.length) {
      if (chunk.length - at < headLength) break;
      const end = at + 1 + chunk.readUInt32BE(at + 1);
      const type = chunk[at]!;
      if (isOfInterest(type)) {
        if (end > chunk.length) break;
        this.#read(type, chunk.subarray(at + headLength, end));
      } else if (end > chunk.length) {
        this.#skip = end - chunk.length;
        return;
      }
      at = end;
    }
    if (at < chunk.length) this.#partial = chunk.subarray(at);
  }

  #read(type: number, body: Buffer): void {
    switch (type) {
      case letter.backendKeyData:
        return this.#listener.key(Buffer.from(body));
      case letter.parameterDescription:
        return this.#listener.parsed();
      case letter.rowDescription:
        return this.#listener.fields(readFields(body));
      case letter.commandComplete:
        return this.#listener.complete(body.toString("utf8", 0, body.length - 1));
      case letter.emptyQuery:
        return this.#listener.complete("");
      case letter.copyIn:
        return this.#listener.copy("in");
      case letter.copyOut:
        return this.#listener.copy("out");
      case letter.readyForQuery:
        return this.#listener.ready(String.fromCharCode(body[0]!) as TransactionStatus);
      default: {
        const raw = readError(body);
        this.#listener.error(errorFields(raw), raw);
      }
    }
  }
}

const letter = {
  backendKeyData: 0x4b,
  parameterDescription: 0x74,
  rowDescription: 0x54,
  commandComplete: 0x43,
  emptyQuery: 0x49,
  copyIn: 0x47,
  copyOut: 0x48,
  error: 0x45,
  readyForQuery: 0x5a,
} as const;

const wanted: ReadonlySet<number> = new Set(Object.values(letter));

function isOfInterest(type: number): boolean {
  // Rows are nearly all there is.
  return type !== 0x44 && wanted.has(type);
}

function readFields(body: Buffer): readonly Field[] {
  let at = 2;
  return Array.from({ length: body.readUInt16BE(0) }, () => {
    const end = body.indexOf(0, at);
    const name = body.toString("utf8", at, end);
    at = end + 19;
    return {
      name,
      tableOid: body.readUInt32BE(end + 1),
      columnNumber: body.readUInt16BE(end + 5),
      typeOid: body.readUInt32BE(end + 7),
      typeModifier: body.readInt32BE(end + 13),
    };
  });
}

/** Names as postgres.js has them in its errors. */
const errorNames: Readonly<Record<string, string>> = {
  S: "severity_local",
  V: "severity",
  C: "code",
  M: "message",
  D: "detail",
  H: "hint",
  P: "position",
  p: "internal_position",
  q: "internal_query",
  W: "where",
  s: "schema_name",
  t: "table_name",
  c: "column_name",
  d: "data type_name",
  n: "constraint_name",
  F: "file",
  L: "line",
  R: "routine",
};

function readError(body: Buffer): Readonly<Record<string, string>> {
  const fields: Record<string, string> = {};
  for (let at = 0; body[at] !== undefined && body[at] !== 0;) {
    const end = body.indexOf(0, at);
    const name = errorNames[String.fromCharCode(body[at]!)];
    if (name !== undefined) fields[name] = body.toString("utf8", at + 1, end);
    at = end + 1;
  }
  return fields;
}

/** The fields of an error with the names that postgres.js gives them. */
export function errorFields(raw: Readonly<Record<string, string | undefined>>): ServerErrorFields {
  return {
    severity: raw["severity"] ?? raw["severity_local"],
    code: raw["code"],
    message: raw["message"] ?? "",
    detail: raw["detail"],
    hint: raw["hint"],
    position: raw["position"],
    schema: raw["schema_name"],
    table: raw["table_name"],
    column: raw["column_name"],
    dataType: raw["data type_name"],
    constraint: raw["constraint_name"],
  };
}
