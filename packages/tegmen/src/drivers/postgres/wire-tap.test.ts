import fc from "fast-check";
import { expect, test } from "vitest";
import { WireTap } from "./wire-tap.ts";

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

function heard(chunks: readonly Buffer[]): readonly string[] {
  const events: string[] = [];
  const tap = new WireTap({
    key: (key) => events.push(`key ${key.toString("hex")}`),
    parsed: () => events.push("parsed"),
    fields: (fields) => events.push(`fields ${fields.map(({ name, typeOid }) => `${name}:${typeOid}`).join()}`),
    complete: (tag) => events.push(`complete ${tag}`),
    copy: (direction) => events.push(`copy ${direction}`),
    error: (fields) => events.push(`error ${fields.code} ${fields.message}`),
    ready: (status) => events.push(`ready ${status}`),
  });
  for (const chunk of chunks) tap.feed(chunk);
  return events;
}

const column = Buffer.concat([
  Buffer.from("größe\0"),
  Buffer.from([0, 0, 0, 1, 0, 2, 0, 0, 0, 20, 0, 8, 255, 255, 255, 255, 0, 0]),
]);
const conversation = Buffer.concat([
  message("R", Buffer.from([0, 0, 0, 0])),
  message("K", Buffer.from([0, 0, 0, 1, 0, 0, 0, 2])),
  message("Z", Buffer.from("I")),
  message("1", Buffer.alloc(0)),
  message("t", Buffer.from([0, 0])),
  message("T", Buffer.concat([Buffer.from([0, 1]), column])),
  message("D", Buffer.alloc(300, "C")),
  message("C", Buffer.from("SELECT 1\0")),
  message("I", Buffer.alloc(0)),
  message("E", Buffer.from("SERROR\0C40001\0Mrestart transaction\0\0")),
  message("Z", Buffer.from("E")),
]);

test("messages are heard the same however the bytes are cut", () => {
  const expected = [
    "key 0000000100000002",
    "ready I",
    "parsed",
    "fields größe:20",
    "complete SELECT 1",
    "complete ",
    "error 40001 restart transaction",
    "ready E",
  ];
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: conversation.length })), (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), conversation.length];
      const chunks = at.slice(1).map((end, i) => conversation.subarray(at[i], end));
      expect(heard(chunks)).toEqual(expected);
    }),
  );
});
