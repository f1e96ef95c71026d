import { describe, expect, test } from "vitest";
import { BodyReader, readError, writeError } from "./messages.ts";
import { MessageWriter } from "./message-writer.ts";

describe("MessageWriter", () => {
  test("hands everything over in one piece", () => {
    const chunks: Buffer[] = [];
    const out = new MessageWriter((chunk) => chunks.push(chunk));
    out.begin(0x43).string("SELECT 1").end();
    out.begin(0x5a).byte(0x49).end();
    out.flush();
    out.flush();
    expect(chunks.map((chunk) => chunk.toString("latin1"))).toEqual(["C\0\0\0\rSELECT 1\0Z\0\0\0\x05I"]);
  });

  test("takes back what was not flushed, also across a growing buffer", () => {
    const chunks: Buffer[] = [];
    const out = new MessageWriter((chunk) => chunks.push(chunk));
    out.begin(1).end();
    const mark = out.mark();
    out.begin(2).bytes(Buffer.alloc(100_000, 7)).end();
    expect(out.wroteSince(mark)).toBe(true);
    expect(out.rewind(mark)).toBe(true);
    out.begin(3).end();
    out.flush();
    expect(Buffer.concat(chunks)).toEqual(Buffer.from([1, 0, 0, 0, 4, 3, 0, 0, 0, 4]));
    expect(out.rewind(mark)).toBe(false);
  });

  test("gives what it takes back, to be written after all", () => {
    const chunks: Buffer[] = [];
    const out = new MessageWriter((chunk) => chunks.push(chunk));
    const mark = out.mark();
    out.begin(1).end();
    const taken = out.takeBack(mark)!;
    out.begin(2).end();
    out.raw(taken);
    out.flush();
    expect(Buffer.concat(chunks)).toEqual(Buffer.from([2, 0, 0, 0, 4, 1, 0, 0, 0, 4]));
    expect(out.takeBack(mark)).toBeUndefined();
  });

  test("does not disturb what was flushed before", () => {
    const chunks: Buffer[] = [];
    const out = new MessageWriter((chunk) => chunks.push(chunk));
    for (let i = 0; i < 5000; i++) {
      out.begin(0x44).int32(i).end();
      out.flush();
    }
    expect(chunks.map((chunk) => chunk.readUInt32BE(5))).toEqual(Array.from({ length: 5000 }, (_, i) => i));
  });

  test("writes errors that read back the same", () => {
    const chunks: Buffer[] = [];
    const out = new MessageWriter((chunk) => chunks.push(chunk));
    const fields = { severity: "ERROR", code: "23505", message: "dü", detail: "d", hint: "h", constraint: "primary" };
    writeError(out, fields);
    out.flush();
    const bytes = Buffer.concat(chunks);
    expect(readError(bytes, 5, bytes.length)).toEqual(fields);
  });
});

describe("BodyReader", () => {
  test("never reads past the end of its message", () => {
    const buffer = Buffer.from("abc\0rest");
    const body = new BodyReader({ buffer, body: 0, end: 2 });
    expect(() => body.string()).toThrow("invalid string");
    expect(() => body.int32()).toThrow("insufficient data");
    expect(() => body.bytes(-1)).toThrow("insufficient data");
  });
});
