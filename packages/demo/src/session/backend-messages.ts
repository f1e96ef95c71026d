import { MessageWriter } from "../wire/message-writer.ts";
import { BodyReader, FRONTEND } from "../wire/messages.ts";

/** Makes one message. */
export function message(type: number, write: (out: MessageWriter) => unknown): Buffer {
  let bytes: Buffer | undefined;
  const out = new MessageWriter((chunk) => {
    bytes = chunk;
  });
  out.begin(type);
  write(out);
  out.end();
  out.flush();
  return bytes ?? Buffer.alloc(0);
}

/** Close of a statement (0x53) or a portal (0x50). */
export function closeMessage(what: number, name: string): Buffer {
  return message(FRONTEND.close, (out) => out.byte(what).string(name));
}

/** The client's Bind under the backend's name of the statement: `start` to `end` is what follows the names. */
export function bindMessage(portal: string, statement: string, buffer: Buffer, start: number, end: number): Buffer {
  return message(FRONTEND.bind, (out) => out.string(portal).string(statement).bytes(buffer.subarray(start, end)));
}

/** A RowDescription with the formats a portal asks for. */
export function withFormats(description: Buffer, formats: readonly number[]): Buffer {
  if (!formats.includes(1)) return description;
  const body = new BodyReader({ buffer: description, body: 5, end: description.length });
  const count = body.int16();
  for (let i = 0; i < count; i++) {
    body.string();
    body.bytes(16);
    const format = formats.length === 1 ? (formats[0] ?? 0) : (formats[i] ?? 0);
    description.writeInt16BE(format, body.position);
    body.int16();
  }
  return description;
}
