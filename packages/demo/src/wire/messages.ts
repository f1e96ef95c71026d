import type { MessageWriter } from "./message-writer.ts";

/** Type bytes of messages from the client. */
export const FRONTEND = {
  bind: 0x42,
  close: 0x43,
  copyData: 0x64,
  copyDone: 0x63,
  copyFail: 0x66,
  describe: 0x44,
  execute: 0x45,
  flush: 0x48,
  parse: 0x50,
  password: 0x70,
  query: 0x51,
  sync: 0x53,
  terminate: 0x58,
} as const;

/** Type bytes of messages from the server. */
export const BACKEND = {
  authentication: 0x52,
  backendKeyData: 0x4b,
  bindComplete: 0x32,
  closeComplete: 0x33,
  commandComplete: 0x43,
  copyBoth: 0x57,
  copyData: 0x64,
  copyDone: 0x63,
  copyIn: 0x47,
  copyOut: 0x48,
  dataRow: 0x44,
  emptyQuery: 0x49,
  error: 0x45,
  noData: 0x6e,
  notice: 0x4e,
  notification: 0x41,
  parameterDescription: 0x74,
  parameterStatus: 0x53,
  parseComplete: 0x31,
  portalSuspended: 0x73,
  readyForQuery: 0x5a,
  rowDescription: 0x54,
} as const;

/** The letter of ReadyForQuery: idle, in a transaction, in a failed one. */
export type StatusByte = "I" | "T" | "E";

/** The fields of an ErrorResponse or NoticeResponse. */
export interface ErrorFields {
  readonly severity?: string | undefined;
  readonly code: string;
  readonly message: string;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
  readonly schema?: string | undefined;
  readonly table?: string | undefined;
  readonly column?: string | undefined;
  readonly dataType?: string | undefined;
  readonly constraint?: string | undefined;
  readonly position?: string | undefined;
  /** What the backend was doing: read, and not passed on. */
  readonly where?: string | undefined;
}

const ERROR_LETTERS: readonly (readonly [keyof ErrorFields, string])[] = [
  ["code", "C"],
  ["message", "M"],
  ["detail", "D"],
  ["hint", "H"],
  ["schema", "s"],
  ["table", "t"],
  ["column", "c"],
  ["dataType", "d"],
  ["constraint", "n"],
];

const READ_ONLY_LETTERS: Readonly<Record<string, "position" | "where">> = { P: "position", W: "where" };

/** Writes an ErrorResponse or, with `type` notice, a NoticeResponse. */
export function writeError(out: MessageWriter, fields: ErrorFields, type: number = BACKEND.error): void {
  const severity = fields.severity ?? (type === BACKEND.error ? "ERROR" : "NOTICE");
  out.begin(type).byte(0x53).string(severity).byte(0x56).string(severity);
  for (const [key, letter] of ERROR_LETTERS) {
    const value = fields[key];
    if (value !== undefined) out.byte(letter.charCodeAt(0)).string(value);
  }
  out.byte(0).end();
}

/** Reads an ErrorResponse's or NoticeResponse's fields. */
export function readError(buffer: Buffer, body: number, end: number): ErrorFields {
  const fields: { -readonly [K in keyof ErrorFields]: ErrorFields[K] } = { code: "XX000", message: "" };
  let at = body;
  while (at < end && buffer[at] !== 0) {
    const letter = String.fromCharCode(buffer[at] ?? 0);
    const zero = buffer.indexOf(0, at + 1);
    const stop = zero < 0 || zero > end ? end : zero;
    const value = buffer.toString("utf8", at + 1, stop);
    const key = READ_ONLY_LETTERS[letter] ?? ERROR_LETTERS.find(([, l]) => l === letter)?.[0];
    if (key) fields[key] = value;
    else if (letter === "V" || (letter === "S" && fields.severity === undefined)) fields.severity = value;
    at = stop + 1;
  }
  return fields;
}

/** Writes CommandComplete. */
export function writeTag(out: MessageWriter, tag: string): void {
  out.begin(BACKEND.commandComplete).string(tag).end();
}

/** Writes ReadyForQuery. */
export function writeReady(out: MessageWriter, status: StatusByte): void {
  out.begin(BACKEND.readyForQuery).byte(status.charCodeAt(0)).end();
}

/** Writes ParameterStatus. */
export function writeParameterStatus(out: MessageWriter, name: string, value: string): void {
  out.begin(BACKEND.parameterStatus).string(name).string(value).end();
}

/** One column of a RowDescription made by the gateway itself. */
export interface ColumnDescription {
  readonly name: string;
  readonly type: number;
  /** The type's size in bytes; -1 when it varies. */
  readonly size?: number | undefined;
}

/** Writes RowDescription for columns that belong to no table. */
export function writeRowDescription(
  out: MessageWriter,
  columns: readonly ColumnDescription[],
  formats: readonly number[] = [],
): void {
  out.begin(BACKEND.rowDescription).int16(columns.length);
  columns.forEach((column, index) => {
    const format = formats.length === 1 ? (formats[0] ?? 0) : (formats[index] ?? 0);
    out
      .string(column.name)
      .int32(0)
      .int16(0)
      .int32(column.type)
      .int16(column.size ?? (column.type === 16 ? 1 : column.type === 20 ? 8 : -1))
      .int32(-1)
      .int16(format);
  });
  out.end();
}

/** A cursor over a message's body; every read is checked against its end. */
export class BodyReader {
  readonly #buffer: Buffer;
  readonly #end: number;
  #at: number;

  constructor(message: { readonly buffer: Buffer; readonly body: number; readonly end: number }) {
    this.#buffer = message.buffer;
    this.#at = message.body;
    this.#end = message.end;
  }

  get position(): number {
    return this.#at;
  }

  get rest(): number {
    return this.#end - this.#at;
  }

  byte(): number {
    return this.#buffer[this.#take(1)] ?? 0;
  }

  int16(): number {
    return this.#buffer.readUInt16BE(this.#take(2));
  }

  int32(): number {
    return this.#buffer.readInt32BE(this.#take(4));
  }

  uint32(): number {
    return this.#buffer.readUInt32BE(this.#take(4));
  }

  /** A zero-terminated string. */
  string(): string {
    const zero = this.#buffer.indexOf(0, this.#at);
    if (zero < 0 || zero >= this.#end) throw new ProtocolError("invalid string in message");
    const text = this.#buffer.toString("utf8", this.#at, zero);
    this.#at = zero + 1;
    return text;
  }

  bytes(length: number): Buffer {
    const at = this.#take(length);
    return this.#buffer.subarray(at, at + length);
  }

  #take(size: number): number {
    const at = this.#at;
    if (size < 0 || at + size > this.#end) throw new ProtocolError("insufficient data left in message");
    this.#at = at + size;
    return at;
  }
}

/** A message whose body is not what its type demands (SQLSTATE 08P01). */
export class ProtocolError extends Error {
  override readonly name: string = "ProtocolError";
}
