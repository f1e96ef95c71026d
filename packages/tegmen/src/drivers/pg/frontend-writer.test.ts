import fc from "fast-check";
import { expect, test } from "vitest";
import { messages, takeMessages } from "./frontend-writer.ts";

/** The messages of a buffer: their type and what is in them. */
function split(bytes: Buffer): { readonly type: string; readonly body: Buffer }[] {
  const found: { type: string; body: Buffer }[] = [];
  for (let at = 0; at < bytes.length;) {
    const next = at + 1 + bytes.readInt32BE(at + 1);
    found.push({ type: String.fromCharCode(bytes[at]!), body: bytes.subarray(at + 5, next) });
    at = next;
  }
  return found;
}

/** What is in a Bind without format codes. */
function readBind(body: Buffer): unknown {
  let at = body.indexOf(0, 1) + 1;
  const statement = body.toString("utf8", 1, at - 1);
  expect(body[0]).toBe(0);
  expect(body.readInt16BE(at)).toBe(0);
  const parameters: (string | null)[] = [];
  const count = body.readUInt16BE(at + 2);
  at += 4;
  while (parameters.length < count) {
    const length = body.readInt32BE(at);
    at += 4;
    parameters.push(length < 0 ? null : body.toString("utf8", at, at + length));
    at += Math.max(0, length);
  }
  expect(body.readInt16BE(at)).toBe(0);
  expect(body).toHaveLength(at + 2);
  return { statement, parameters };
}

const wellFormed = fc.string({ unit: "binary", maxLength: 200 }).map((text) => Buffer.from(text).toString());
const values = fc.array(
  fc.option(
    fc.oneof(
      wellFormed,
      wellFormed.map((text) => text.repeat(500)),
    ),
  ),
  { maxLength: 8 },
);

test("what is bound arrives, whatever the characters and however long", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.stringMatching(/^\w{0,60}$/), values), { maxLength: 5 }), (batch) => {
      messages.start();
      for (const [name, parameters] of batch) messages.bind(name, parameters);
      const read = split(takeMessages()).map(({ type, body }) => [type, readBind(body)]);
      expect(read).toEqual(batch.map(([statement, parameters]) => ["B", { statement, parameters }]));
    }),
  );
});

test("the other messages are as the protocol has them", () => {
  messages.start();
  messages.closeStatement("old");
  messages.parse("new", "SELECT 'é'");
  messages.describe();
  messages.execute();
  messages.sync();
  expect(split(takeMessages()).map(({ type, body }) => [type, body.toString("latin1")])).toEqual([
    ["C", "Sold\0"],
    ["P", `new\0${Buffer.from("SELECT 'é'").toString("latin1")}\0\0\0`],
    ["D", "P\0"],
    ["E", "\0\0\0\0\0"],
    ["S", ""],
  ]);
});

test("a buffer that was taken is not written to any more, small or large", () => {
  for (const length of [10, 100_000]) {
    messages.start();
    messages.bind("first", ["a".repeat(length)]);
    const first = takeMessages();
    const before = Buffer.from(first);
    messages.start();
    messages.bind("second", ["b".repeat(length)]);
    takeMessages();
    expect(first.equals(before)).toBe(true);
  }
});

test("nothing is left of a batch that could not be written", () => {
  messages.start();
  expect(() => messages.bind("broken", [Symbol("no text") as unknown as string])).toThrow("size");
  messages.start();
  messages.sync();
  expect(split(takeMessages()).map(({ type }) => type)).toEqual(["S"]);
});
