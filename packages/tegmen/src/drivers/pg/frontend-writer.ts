/**
 * Frontend messages of the extended protocol, gathered in one buffer: a batch goes to the socket by a single write,
 * where pg would have one buffer, and one entry of a writev, for each message.
 */

/** How much is kept between batches. What outgrows it is handed over instead of copied. */
const keptSize = 65_536;

/** Longer strings are left to Node's encoder; shorter ones are written before a call of it would have begun. */
const shortText = 48;

const messageParse = 0x50;
const messageBind = 0x42;
const messageDescribe = 0x44;
const messageExecute = 0x45;
const messageClose = 0x43;
const messageSync = 0x53;
const portalOrStatement = { portal: 0x50, statement: 0x53 } as const;

let buffer = Buffer.allocUnsafe(keptSize);
let end = 0;

/** Writes messages one behind the other, from `start()` on; {@link takeMessages} fetches them. */
export const messages = {
  /** Begins anew. What was written before, and not fetched because of an error, is forgotten. */
  start(): void {
    end = 0;
  },

  /** Parse: a statement under a name, or none. */
  parse(name: string, sql: string): void {
    const start = open(messageParse);
    text(name);
    text(sql);
    int16(0);
    close(start);
  },

  /** Bind: the unnamed portal of a statement with these parameters; everything in text format. */
  bind(statement: string, parameters: readonly (string | null)[]): void {
    const start = open(messageBind);
    reserve(1);
    buffer[end++] = 0;
    text(statement);
    int16(0);
    int16(parameters.length);
    for (const parameter of parameters) {
      const at = end;
      int32(-1);
      if (parameter === null) continue;
      put(parameter);
      patch(at, end - at - 4);
    }
    int16(0);
    close(start);
  },

  /** Describe of the unnamed portal. */
  describe(): void {
    const start = open(messageDescribe);
    reserve(2);
    buffer[end++] = portalOrStatement.portal;
    buffer[end++] = 0;
    close(start);
  },

  /** Execute of the unnamed portal, for all its rows. */
  execute(): void {
    const start = open(messageExecute);
    reserve(1);
    buffer[end++] = 0;
    int32(0);
    close(start);
  },

  /** Close of a prepared statement. */
  closeStatement(name: string): void {
    const start = open(messageClose);
    reserve(1);
    buffer[end++] = portalOrStatement.statement;
    text(name);
    close(start);
  },

  sync(): void {
    close(open(messageSync));
  },
};

/** What was written since `start()`. The buffer is the caller's. */
export function takeMessages(): Buffer {
  const length = end;
  if (buffer.length > keptSize) {
    const large = buffer;
    buffer = Buffer.allocUnsafe(keptSize);
    return large.subarray(0, length);
  }
  const taken = Buffer.allocUnsafe(length);
  buffer.copy(taken, 0, 0, length);
  return taken;
}

/** @returns where the length is to be written, by {@link close} */
function open(type: number): number {
  reserve(5);
  buffer[end] = type;
  const at = end + 1;
  end += 5;
  return at;
}

function close(start: number): void {
  patch(start, end - start);
}

function text(value: string): void {
  put(value);
  reserve(1);
  buffer[end++] = 0;
}

/** The UTF-8 of a string. */
function put(value: string): void {
  const { length } = value;
  // No character takes more than three bytes for each of its UTF-16 units.
  reserve(length * 3);
  if (length <= shortText) {
    let at = end;
    for (let index = 0; index < length; index++) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) {
        at = -1;
        break;
      }
      buffer[at++] = code;
    }
    if (at >= 0) {
      end = at;
      return;
    }
  }
  end += buffer.write(value, end, "utf8");
}

function int16(value: number): void {
  reserve(2);
  buffer[end++] = value >>> 8;
  buffer[end++] = value;
}

function int32(value: number): void {
  reserve(4);
  patch(end, value);
  end += 4;
}

function patch(at: number, value: number): void {
  buffer[at] = value >>> 24;
  buffer[at + 1] = value >>> 16;
  buffer[at + 2] = value >>> 8;
  buffer[at + 3] = value;
}

function reserve(size: number): void {
  if (end + size <= buffer.length) return;
  const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, end + size));
  buffer.copy(larger, 0, 0, end);
  buffer = larger;
}
