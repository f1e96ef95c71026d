import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestGateway } from "./testing-support/test-gateway.ts";
import type { TestGateway } from "./testing-support/test-gateway.ts";

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway();
});

afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
});

const STARTUP = (() => {
  const body = Buffer.from("user\0root\0database\0defaultdb\0\0");
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length + 8, 0);
  head.writeUInt32BE(196608, 4);
  return Buffer.concat([head, body]);
})();

function frame(type: string, body: Uint8Array, lie = 0): Buffer {
  const head = Buffer.alloc(5);
  head[0] = type.charCodeAt(0);
  head.writeUInt32BE(Math.max(0, body.length + 4 + lie), 1);
  return Buffer.concat([head, body]);
}

const TERMINATE = frame("X", Buffer.alloc(0));

/** Sends bytes and waits until the gateway has closed the connection. */
async function send(...parts: readonly Uint8Array[]): Promise<void> {
  const socket = await gateway.socket();
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.resume();
  for (const part of parts) socket.write(part);
  socket.end();
  await closed;
}

/** A session that lives through everything: it must never notice. */
async function survives(work: () => Promise<void>): Promise<boolean> {
  const bystander = await gateway.connect();
  await bystander.query("CREATE TEMP TABLE mine AS SELECT 1 AS a");
  await work();
  expect((await bystander.query("SELECT a FROM mine")).rows).toEqual([{ a: 1 }]);
  await bystander.end();
  await expect.poll(() => gateway.sessions.size).toBe(0);
  expect(gateway.log.filter((line) => line.includes("failed"))).toEqual([]);
  return true;
}

test("random bytes in place of a startup packet are survived", async () => {
  const survived = await survives(() =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), (bytes) => send(bytes)),
      { numRuns: 100 },
    ),
  );
  expect(survived).toBe(true);
});

test("random messages after the startup are survived", async () => {
  const type = fc.constantFrom("P", "B", "D", "E", "C", "H", "S", "Q", "d", "c", "f", "p", "F", "!", "\0");
  const text = fc.constantFrom("SELECT 1", "BEGIN", "COMMIT", "SELECT $1", "ROLLBACK", "SAVEPOINT a", "SELEC", "");
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    text.map((sql) => Buffer.from(`${sql}\0`)),
    text.map((sql) => Buffer.from(`\0${sql}\0\0\0`)),
    fc.constantFrom(Buffer.from("\0\0\0\0\0\0\0\0"), Buffer.from("S\0"), Buffer.from("P\0"), Buffer.from("\0\0\0\0\0")),
  );
  const message = fc.tuple(type, body, fc.constantFrom(0, 0, 0, 0, 0, -1, 1, 40_000_000, -100));
  const survived = await survives(() =>
    fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 12 }), (messages) =>
        send(STARTUP, ...messages.map(([t, b, lie]) => frame(t, b, lie)), TERMINATE),
      ),
      { numRuns: 150 },
    ),
  );
  expect(survived).toBe(true);
});

test("a connection cut in the middle of a message is survived", async () => {
  const whole = Buffer.concat([STARTUP, frame("Q", Buffer.from("SELECT pg_sleep(0)\0")), TERMINATE]);
  const survived = await survives(async () => {
    for (let cut = 1; cut < whole.length; cut += 5) await send(whole.subarray(0, cut));
  });
  expect(survived).toBe(true);
});
