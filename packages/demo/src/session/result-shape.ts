import { BodyReader } from "../wire/messages.ts";
import type { MessageWriter } from "../wire/message-writer.ts";

/** A column of a result, as the backend describes it. */
export interface ResultColumn {
  readonly name: string;
  /** The table it comes from; 0 for an expression. */
  readonly table: number;
  readonly attribute: number;
  readonly type: number;
  readonly format: number;
}

const INT2 = 21;
const INT4 = 23;
const INT8 = 20;
const BYTES_ARRAY = 1001;
const INT2_ARRAY = 1005;
const INT4_ARRAY = 1007;
const INT8_ARRAY = 1016;
const TIMETZ = 1266;
const TIMESTAMP = 1114;
const TIMESTAMPTZ = 1184;
const TIMETZ_ARRAY = 1270;
const TIMESTAMPTZ_ARRAY = 1185;

/**
 * Rewrites a RowDescription in place: integers of expressions are INT8 in
 * CockroachDB, where PostgreSQL has INT4; columns of tables keep their type.
 *
 * Returns the columns as the backend described them.
 */
export function widenRowDescription(buffer: Buffer, start: number, end: number): ResultColumn[] {
  const body = new BodyReader({ buffer, body: start + 5, end });
  const columns: ResultColumn[] = [];
  for (let n = body.int16(); n > 0; n--) {
    const name = body.string();
    const at = body.position;
    const table = body.uint32();
    const attribute = body.int16();
    const type = body.uint32();
    body.int16();
    body.int32();
    const format = body.int16();
    columns.push({ name, table, attribute, type, format });
    const wide = table === 0 ? widened(type) : type;
    if (wide !== type) {
      buffer.writeUInt32BE(wide, at + 6);
      buffer.writeInt16BE(wide === INT8 ? 8 : -1, at + 10);
    }
  }
  return columns;
}

const FAMILIES: Readonly<Record<number, number>> = {
  [INT2]: INT8, [INT4]: INT8, [INT2_ARRAY]: INT8_ARRAY, [INT4_ARRAY]: INT8_ARRAY,
  // STRING: char, name, varchar and the like
  18: 25, 19: 25, 1042: 25, 1043: 25, 1002: 1009, 1003: 1009, 1014: 1009, 1015: 1009,
  // FLOAT4
  700: 701, 1021: 1022,
}; // prettier-ignore

/** One type for all that CockroachDB takes for equivalent: integers, floats, and texts of any length. */
export const typeFamily = (type: number): number => FAMILIES[type] ?? type;

function widened(type: number): number {
  if (type === INT2 || type === INT4) return INT8;
  if (type === INT2_ARRAY || type === INT4_ARRAY) return INT8_ARRAY;
  return type;
}

/** Changes one value of a row; gets the bytes of a value that is not NULL. */
type ValueTransform = (value: Buffer) => Buffer;

/** What must happen to each value of a row, by column; undefined for columns that stay. */
export type RowTransform = readonly (ValueTransform | undefined)[];

/**
 * What rows of these columns need before the client may see them: binary
 * integers grow with their type, time zones are written with minutes (`+00:00`).
 * Undefined (the usual case) when rows can be passed on as they are.
 */
export function rowTransform(columns: readonly ResultColumn[], formats: readonly number[]): RowTransform | undefined {
  let any = false;
  const transform = columns.map((column, index) => {
    const format = formats.length === 0 ? 0 : formats.length === 1 ? formats[0] : formats[index];
    const change = format === 1 ? binaryChange(column) : textChange(column);
    if (change) any = true;
    return change;
  });
  return any ? transform : undefined;
}

function textChange(column: ResultColumn): ValueTransform | undefined {
  if (column.type === TIMESTAMPTZ) return fullMoment;
  if (column.type === TIMESTAMP) return finite;
  if (column.type === TIMETZ) return fullOffset;
  if (column.type === TIMESTAMPTZ_ARRAY || column.type === TIMETZ_ARRAY) return fullOffsets;
  if (column.type === BYTES_ARRAY) return hexElements;
  return undefined;
}

function binaryChange(column: ResultColumn): ValueTransform | undefined {
  if (column.table !== 0) return undefined;
  if (column.type === INT4) return (value) => wideInteger(value.readInt32BE(0));
  if (column.type === INT2) return (value) => wideInteger(value.readInt16BE(0));
  if (column.type === INT4_ARRAY) return (value) => wideArray(value, 4);
  if (column.type === INT2_ARRAY) return (value) => wideArray(value, 2);
  return undefined;
}

function wideInteger(value: number): Buffer {
  const wide = Buffer.allocUnsafe(8);
  wide.writeBigInt64BE(BigInt(value));
  return wide;
}

/** A binary array of INT2 or INT4 as one of INT8: dimensions stay, elements grow. */
function wideArray(value: Buffer, size: number): Buffer {
  const dimensions = value.readInt32BE(0);
  const header = 12 + dimensions * 8;
  const parts: Buffer[] = [Buffer.from(value.subarray(0, header))];
  parts[0]?.writeUInt32BE(INT8, 8);
  for (let at = header; at < value.length;) {
    const length = value.readInt32BE(at);
    at += 4;
    if (length < 0) {
      parts.push(Buffer.from([0xff, 0xff, 0xff, 0xff]));
      continue;
    }
    const element = Buffer.alloc(12);
    element.writeInt32BE(8, 0);
    element.writeBigInt64BE(BigInt(size === 4 ? value.readInt32BE(at) : value.readInt16BE(at)), 4);
    parts.push(element);
    at += length;
  }
  return Buffer.concat(parts);
}

const MINUTES = Buffer.from(":00");
const PLUS = 0x2b;
const MINUS = 0x2d;

const LAST_MOMENT = Buffer.from("294276-12-31 23:59:59.999999");
const FIRST_MOMENT = Buffer.from("4714-11-24 00:00:00 BC");
const LETTER_I = 0x69;
const LETTER_C = 0x43;
const ERA = Buffer.from(" BC");

/** CockroachDB has no infinite moments: the first and the last one stand for them. */
function finite(value: Buffer): Buffer {
  if (value[0] === LETTER_I) return LAST_MOMENT;
  return value[0] === MINUS ? FIRST_MOMENT : value;
}

function fullMoment(value: Buffer): Buffer {
  if (value[0] === LETTER_I) return Buffer.from(`${LAST_MOMENT.toString()}+00:00`);
  return value[0] === MINUS ? Buffer.from("4714-11-24 00:00:00+00:00 BC") : fullOffset(value);
}

/** `+02` becomes `+02:00`; an offset with minutes stays. */
function fullOffset(value: Buffer): Buffer {
  if (value.at(-1) === LETTER_C) return Buffer.concat([fullOffset(value.subarray(0, -3)), ERA]);
  const sign = value[value.length - 3];
  if ((sign === PLUS || sign === MINUS) && value.length > 8) return Buffer.concat([value, MINUTES]);
  return value;
}

function fullOffsets(value: Buffer): Buffer {
  return Buffer.from(value.toString("utf8").replaceAll(/([+-]\d\d)(?=[",}])/g, "$1:00"));
}

const ELEMENT = /"((?:[^"\\]|\\.)*)"|[^{},]+/gsu;

/**
 * The elements of BYTES[] are written in hexadecimal whatever `bytea_output` says. In PostgreSQL's other format a
 * backslash is always followed by another or by a digit, never by `x`.
 */
function hexElements(value: Buffer): Buffer {
  const text = value.toString("utf8");
  const hex = text.replaceAll(ELEMENT, (element, quoted: string | undefined) => {
    if (element === "NULL" || quoted?.startsWith(String.raw`\\x`)) return element;
    const escaped = quoted === undefined ? element : quoted.replaceAll(/\\(.)/gsu, "$1");
    const bytes = escaped.replaceAll(/\\(?:(\d{3})|\\)/gu, (_, octal: string | undefined) =>
      octal === undefined ? "\\" : String.fromCodePoint(Number.parseInt(octal, 8)),
    );
    return String.raw`"\\x${Buffer.from(bytes, "latin1").toString("hex")}"`;
  });
  return Buffer.from(hex);
}

/** Writes DataRows with a transform applied; `start` to `end` holds whole DataRow messages. */
export function writeTransformed(
  out: MessageWriter,
  buffer: Buffer,
  start: number,
  end: number,
  transform: RowTransform,
): void {
  for (let at = start; at < end;) {
    const next = at + 1 + buffer.readUInt32BE(at + 1);
    const count = buffer.readUInt16BE(at + 5);
    out.begin(buffer[at] ?? 0).int16(count);
    let position = at + 7;
    for (let i = 0; i < count; i++) {
      const length = buffer.readInt32BE(position);
      position += 4;
      if (length < 0) {
        out.int32(-1);
        continue;
      }
      const value = buffer.subarray(position, position + length);
      const changed = transform[i]?.(value) ?? value;
      out.int32(changed.length).bytes(changed);
      position += length;
    }
    out.end();
    at = next;
  }
}

/** How many messages lie between `start` and `end`. */
export function countMessages(buffer: Buffer, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; at += 1 + buffer.readUInt32BE(at + 1)) count++;
  return count;
}
