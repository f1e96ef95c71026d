const SLAB = 32_768;

/** Up to this length a loop copies faster than a view on the source can be made. */
const SHORT = 64;

/** A place in a {@link MessageWriter} to go back to. */
export interface WriterMark {
  readonly flushes: number;
  readonly length: number;
}

/**
 * Collects protocol messages and hands them to the socket in one write.
 *
 * The slab in front is used on until it is full, so a short answer costs no
 * allocation of its own. What was written can be taken back to a mark as long
 * as it was not flushed.
 */
export class MessageWriter {
  readonly #sink: (chunk: Buffer) => void;
  #slab: Buffer = Buffer.allocUnsafeSlow(SLAB);
  #start = 0;
  #end = 0;
  #flushes = 0;
  #message = 0;

  constructor(sink: (chunk: Buffer) => void) {
    this.#sink = sink;
  }

  /** How many bytes wait for the next flush. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** Where the output stands now. */
  mark(): WriterMark {
    return { flushes: this.#flushes, length: this.length };
  }

  /** True while everything since the mark can still be taken back. */
  holds(mark: WriterMark): boolean {
    return mark.flushes === this.#flushes;
  }

  /** Takes back what was written since the mark, if none of it was flushed. */
  rewind(mark: WriterMark): boolean {
    if (!this.holds(mark)) return false;
    this.#end = this.#start + mark.length;
    return true;
  }

  /** As {@link rewind}; returns what was taken back, to be written after all. Undefined if some of it was flushed. */
  takeBack(mark: WriterMark): Buffer | undefined {
    if (!this.holds(mark)) return undefined;
    const taken = Buffer.from(this.#slab.subarray(this.#start + mark.length, this.#end));
    this.rewind(mark);
    return taken;
  }

  /** True when something was written (or flushed) since the mark. */
  wroteSince(mark: WriterMark): boolean {
    return mark.flushes !== this.#flushes || this.length > mark.length;
  }

  /** Hands everything to the socket. */
  flush(): void {
    if (this.#end === this.#start) return;
    const chunk = this.#slab.subarray(this.#start, this.#end);
    this.#start = this.#end;
    this.#flushes++;
    if (this.#slab.length - this.#end < 1024) this.#renew(SLAB, 0);
    this.#sink(chunk);
  }

  /** Bytes that are whole messages already. */
  raw(source: Uint8Array, start = 0, end: number = source.length): void {
    const length = end - start;
    this.#reserve(length);
    const slab = this.#slab;
    const to = this.#end;
    if (length <= SHORT) for (let i = 0; i < length; i++) slab[to + i] = source[start + i] as number;
    else slab.set(start === 0 && end === source.length ? source : source.subarray(start, end), to);
    this.#end = to + length;
  }

  /** Begins a message of this type; {@link end} closes it. */
  begin(type: number): this {
    this.#reserve(5);
    this.#message = this.#end - this.#start;
    this.#slab[this.#end] = type;
    this.#end += 5;
    return this;
  }

  /** Closes the message that {@link begin} opened: its length is known now. */
  end(): this {
    const at = this.#start + this.#message;
    this.#slab.writeUInt32BE(this.#end - at - 1, at + 1);
    return this;
  }

  byte(value: number): this {
    this.#reserve(1);
    this.#slab[this.#end++] = value;
    return this;
  }

  int16(value: number): this {
    this.#reserve(2);
    this.#end = this.#slab.writeUInt16BE(value & 0xffff, this.#end);
    return this;
  }

  int32(value: number): this {
    this.#reserve(4);
    this.#end = this.#slab.writeUInt32BE(value >>> 0, this.#end);
    return this;
  }

  /** A zero-terminated string. */
  string(text: string): this {
    this.#reserve(text.length * 3 + 1);
    this.#end += this.#slab.write(text, this.#end, "utf8");
    this.#slab[this.#end++] = 0;
    return this;
  }

  /** The bytes of a text without a terminator, with their count in front. */
  counted(text: string): this {
    this.#reserve(text.length * 3 + 4);
    const written = this.#slab.write(text, this.#end + 4, "utf8");
    this.#slab.writeUInt32BE(written, this.#end);
    this.#end += written + 4;
    return this;
  }

  /** Bytes inside a message. */
  bytes(source: Uint8Array): this {
    this.raw(source);
    return this;
  }

  #reserve(size: number): void {
    if (this.#end + size > this.#slab.length) this.#renew(Math.max(SLAB, (this.length + size) * 2), this.length);
  }

  #renew(size: number, keep: number): void {
    const slab = Buffer.allocUnsafeSlow(size);
    if (keep > 0) this.#slab.copy(slab, 0, this.#start, this.#end);
    this.#slab = slab;
    this.#start = 0;
    this.#end = keep;
  }
}
