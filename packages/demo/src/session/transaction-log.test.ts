import { expect, test } from "vitest";
import { TransactionLog } from "./transaction-log.ts";

const bind = Buffer.from([0x42, 0, 0, 0, 6, 0, 0]);

test("gives up on transactions that are too long to keep", () => {
  const log = new TransactionLog();
  const row = Buffer.alloc(100_000);
  for (let i = 0; i < 5; i++) log.add(row, 0, row.length);
  expect(log.replayable).toBe(true);
  log.add(row, 0, row.length);
  expect(log.replayable).toBe(false);
  log.clear();
  expect(log.replayable).toBe(true);
});

test("does not repeat what outlives a transaction", () => {
  const log = new TransactionLog();
  const named = Buffer.from("P\0\0\0\x0bq\0SELECT");
  log.commit([
    { kind: "parse", bytes: named },
    { kind: "bind", bytes: bind },
  ]);
  expect(log.replayable).toBe(true);
  const closed = Buffer.from("C\0\0\0\x07Sq\0");
  log.commit([{ kind: "close", bytes: closed }]);
  expect(log.replayable).toBe(false);
});
