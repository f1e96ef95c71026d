import { randomBytes } from "node:crypto";

/** The time and the counter of the last UUID of version 7. */
let lastTime = 0;
let counter = 0;

/**
 * A UUID of version 7 (RFC 9562): milliseconds since 1970, then a counter, then chance. Those of one process increase.
 *
 * Keys in the order of time all go to the last range of a table: writes of a busy table then have one node to go to.
 * Random UUIDs (`c.uuid().default(func.genRandomUuid())`) spread them, and so does a hash-sharded index.
 *
 * @example `c.uuid().primaryKey().default(uuidv7)`
 */
export function uuidv7(): string {
  const now = Date.now();
  if (now > lastTime) {
    lastTime = now;
    counter = firstCount();
  } else if (++counter > 0xfff) {
    // The clock stands still, or was set back: the next millisecond is borrowed, so that the order stays.
    lastTime++;
    counter = firstCount();
  }
  const bytes = randomBytes(16);
  bytes.writeUIntBE(lastTime, 0, 6);
  bytes.writeUInt16BE(0x7000 | counter, 6);
  return uuidOf(bytes);
}

/** Begins with chance, and leaves half of the numbers to count on. */
function firstCount(): number {
  return randomBytes(2).readUInt16BE() & 0x7ff;
}

/** Milliseconds from the start of the Gregorian calendar to 1970. */
const gregorian = 12_219_292_800_000n;
let lastTicks = 0n;

/**
 * A UUID of version 6 (RFC 9562): that of version 1 with its time in order, and chance instead of a network address.
 * Those of one process increase. What {@link uuidv7} says of ranges is true here, too.
 *
 * @example `c.uuid().primaryKey().default(uuidv6)`
 */
export function uuidv6(): string {
  const now = (BigInt(Date.now()) + gregorian) * 10_000n;
  lastTicks = now > lastTicks ? now : lastTicks + 1n;
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Number(lastTicks >> 12n), 0, 6);
  bytes.writeUInt16BE(0x6000 | Number(lastTicks & 0xfffn), 6);
  // Says that the last 48 bits are no network address.
  bytes[10]! |= 1;
  return uuidOf(bytes);
}

function uuidOf(bytes: Buffer): string {
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/**
 * A random text of letters, digits, `-` and `_`: 21 of them have 126 bits, about as many as a random UUID.
 *
 * @param size how many characters
 *
 * @example `c.string().primaryKey().default(() => nanoid())`
 */
export function nanoid(size = 21): string {
  return randomBytes(Math.ceil((size * 3) / 4))
    .toString("base64url")
    .slice(0, size);
}
