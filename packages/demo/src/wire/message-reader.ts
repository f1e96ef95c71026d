/** One protocol message: its type byte and where its body lies in `buffer`. */
export interface WireMessage {
  /** The type byte; 0 for the startup packet, which has none. */
  readonly type: number;
  readonly buffer: Buffer;
  /** Where the message begins (its type byte). */
  readonly start: number;
  /** Where the body begins (after the length). */
  readonly body: number;
  /** Where the message ends (exclusive). */
  readonly end: number;
}

/** What a reader yields for a message that is over the limit: its body was thrown away. */
export interface OversizedMessage {
  readonly type: number;
  readonly oversized: number;
}

/** The bytes cannot be the PostgreSQL protocol: the connection must be closed. */
export class FramingError extends Error {
  override readonly name: string = "FramingError";
}

const EMPTY = Buffer.alloc(0);

/** A length beyond this is no message but noise: the connection is not worth keeping. */
const NONSENSE = 0x4000_0000;

/**
 * Cuts a byte stream into protocol messages. Handles partial and coalesced
 * packets without copying what arrives whole.
 *
 * A message whose body is over `maximum` bytes is skipped as it arrives (never
 * held in memory) and reported as {@link OversizedMessage}.
 */
export class MessageReader {
  readonly #maximum: number;
  #buffer: Buffer = EMPTY;
  #position = 0;
  // Parts of one message that is not complete yet, held apart so that a long
  // message that comes in many packets is copied once, not once per packet.
  #parts: Buffer[] = [];
  #partsLength = 0;
  #wanted = 0;
  #skip = 0;
  #skipped: OversizedMessage | undefined;

  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  /** Adds bytes that arrived. */
  push(chunk: Buffer): void {
    if (this.#partsLength > 0) {
      this.#parts.push(chunk);
      this.#partsLength += chunk.length;
      if (this.#partsLength < this.#wanted) return;
      this.#buffer = Buffer.concat(this.#parts, this.#partsLength);
      this.#position = 0;
      this.#parts = [];
      this.#partsLength = 0;
      return;
    }
    if (this.#position >= this.#buffer.length) {
      this.#buffer = chunk;
    } else {
      this.#buffer = Buffer.concat([this.#buffer.subarray(this.#position), chunk]);
    }
    this.#position = 0;
  }

  /** The next whole message, or undefined until more bytes arrive. */
  next(): WireMessage | OversizedMessage | undefined {
    if (this.#partsLength > 0) return undefined;
    if (this.#skip > 0 && !this.#discard()) return undefined;
    if (this.#skipped) {
      const skipped = this.#skipped;
      this.#skipped = undefined;
      return skipped;
    }
    const buffer = this.#buffer;
    const start = this.#position;
    const have = buffer.length - start;
    if (have < 5) return this.#hold(5, have);
    const length = buffer.readUInt32BE(start + 1);
    if (length < 4 || length > NONSENSE) {
      throw new FramingError(`invalid message length ${length}`);
    }
    if (length > this.#maximum) {
      this.#skip = length + 1;
      this.#skipped = { type: buffer[start] ?? 0, oversized: length };
      return this.next();
    }
    if (have < length + 1) return this.#hold(length + 1, have);
    this.#position = start + length + 1;
    return { type: buffer[start] ?? 0, buffer, start, body: start + 5, end: start + length + 1 };
  }

  /**
   * When the message after `end` in `buffer` is whole and of this type, takes it
   * and returns its end; else 0. Lets runs of one type be handled as one piece.
   */
  nextOf(type: number, buffer: Buffer, end: number): number {
    if (buffer !== this.#buffer || end !== this.#position || buffer[end] !== type || buffer.length < end + 5) return 0;
    const next = end + 1 + buffer.readUInt32BE(end + 1);
    if (next > buffer.length || next < end + 5) return 0;
    this.#position = next;
    return next;
  }

  /** Takes the bytes after `end` in `buffer` when they are exactly these, one or more whole messages. */
  nextAre(expected: Uint8Array, buffer: Buffer, end: number): boolean {
    const { length } = expected;
    if (buffer !== this.#buffer || end !== this.#position || buffer.length < end + length) return false;
    for (let i = 0; i < length; i++) if (buffer[end + i] !== expected[i]) return false;
    this.#position = end + length;
    return true;
  }

  /** The startup packet (length first, no type byte), or undefined until it is whole. */
  nextStartup(maximum: number): WireMessage | undefined {
    if (this.#partsLength > 0) return undefined;
    const start = this.#position;
    const have = this.#buffer.length - start;
    if (have < 4) return this.#hold(4, have);
    const length = this.#buffer.readUInt32BE(start);
    if (length < 8 || length > maximum) throw new FramingError("invalid length of startup packet");
    if (have < length) return this.#hold(length, have);
    this.#position = start + length;
    return { type: 0, buffer: this.#buffer, start, body: start + 4, end: start + length };
  }

  /** True when bytes wait that no message has taken yet. */
  get pending(): boolean {
    return this.#partsLength > 0 || this.#position < this.#buffer.length;
  }

  #hold(wanted: number, have: number): undefined {
    this.#wanted = wanted;
    this.#parts = have > 0 ? [this.#buffer.subarray(this.#position)] : [];
    this.#partsLength = have;
    this.#buffer = EMPTY;
    this.#position = 0;
    return undefined;
  }

  #discard(): boolean {
    const have = this.#buffer.length - this.#position;
    if (have < this.#skip) {
      this.#skip -= have;
      this.#buffer = EMPTY;
      this.#position = 0;
      return false;
    }
    this.#position += this.#skip;
    this.#skip = 0;
    return true;
  }
}
