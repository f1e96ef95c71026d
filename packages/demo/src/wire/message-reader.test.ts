import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FramingError, MessageReader } from "./message-reader.ts";

function frame(type: number, body: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head[0] = type;
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

function readAll(reader: MessageReader): { type: number; body: string }[] {
  const seen: { type: number; body: string }[] = [];
  for (;;) {
    const message = reader.next();
    if (!message) return seen;
    if ("oversized" in message) seen.push({ type: message.type, body: `oversized ${message.oversized}` });
    else seen.push({ type: message.type, body: message.buffer.toString("hex", message.body, message.end) });
  }
}

describe("MessageReader", () => {
  test("gives the same messages however the bytes are cut", () => {
    const messages = fc.array(fc.tuple(fc.integer({ min: 1, max: 255 }), fc.uint8Array({ maxLength: 300 })));
    fc.assert(
      fc.property(messages, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (list, cuts) => {
        const stream = Buffer.concat(list.map(([type, body]) => frame(type, body)));
        const reader = new MessageReader(200);
        const seen: { type: number; body: string }[] = [];
        for (let at = 0, i = 0; at < stream.length; i++) {
          const size = cuts[i % cuts.length] ?? 1;
          reader.push(stream.subarray(at, at + size));
          at += size;
          seen.push(...readAll(reader));
        }
        const expected = list.map(([type, body]) => ({
          type,
          body: body.length + 4 > 200 ? `oversized ${body.length + 4}` : Buffer.from(body).toString("hex"),
        }));
        expect(seen).toEqual(expected);
        expect(reader.pending).toBe(false);
      }),
    );
  });

  test("takes runs of one type together", () => {
    const reader = new MessageReader(100);
    reader.push(
      Buffer.concat([frame(68, Buffer.from("a")), frame(68, Buffer.from("bc")), frame(67, Buffer.from("d"))]),
    );
    const first = reader.next();
    if (!first || "oversized" in first) throw new Error("no message");
    const end = reader.nextOf(68, first.buffer, first.end);
    expect(end).toBe(13);
    expect(reader.nextOf(68, first.buffer, end)).toBe(0);
    expect(readAll(reader)).toEqual([{ type: 67, body: "64" }]);
  });

  test("takes messages of known bytes together", () => {
    const reader = new MessageReader(100);
    const expected = Buffer.concat([frame(68, Buffer.from("a")), frame(69, Buffer.from("bc"))]);
    reader.push(Buffer.concat([frame(66, Buffer.from("x")), expected, frame(68, Buffer.from("a"))]));
    const first = reader.next();
    if (!first || "oversized" in first) throw new Error("no message");
    expect(reader.nextAre(frame(68, Buffer.from("b")), first.buffer, first.end)).toBe(false);
    expect(reader.nextAre(expected, Buffer.from(first.buffer), first.end)).toBe(false);
    expect(reader.nextAre(expected, first.buffer, first.end)).toBe(true);
    // What is there is only the beginning of it.
    expect(reader.nextAre(expected, first.buffer, first.end + expected.length)).toBe(false);
    expect(readAll(reader)).toEqual([{ type: 68, body: "61" }]);
  });

  test("refuses lengths that cannot be", () => {
    for (const length of [0, 3, 0x7fffffff, 0xffffffff]) {
      const reader = new MessageReader(100);
      const bytes = Buffer.alloc(5, 0x51);
      bytes.writeUInt32BE(length, 1);
      reader.push(bytes);
      expect(() => reader.next()).toThrow(FramingError);
    }
  });

  test("reads the startup packet, which has no type", () => {
    const reader = new MessageReader(100);
    const packet = Buffer.alloc(8);
    packet.writeUInt32BE(8, 0);
    packet.writeUInt32BE(80877103, 4);
    reader.push(packet.subarray(0, 3));
    expect(reader.nextStartup(100)).toBeUndefined();
    reader.push(packet.subarray(3));
    expect(reader.nextStartup(100)?.end).toBe(8);
    reader.push(Buffer.from([0, 0, 0, 7]));
    expect(() => reader.nextStartup(100)).toThrow(FramingError);
  });
});
