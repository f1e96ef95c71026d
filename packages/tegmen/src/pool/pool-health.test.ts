import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Pool } from "./pool.ts";
import { assertNoTimers, FakeServer, follow, settle } from "./testing-support/fake-server.ts";

let server: FakeServer;
let events: string[];

const onEvent = (name: string, { id }: { readonly id: number }, cause?: Error): void => {
  events.push(cause === undefined ? `${name} ${id}` : `${name} ${id}: ${cause.message}`);
};

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
  events = [];
});

afterEach(() => {
  assertNoTimers();
  vi.useRealTimers();
});

/** Opens `count` connections and gives them back. */
async function warmUp(pool: Pool, count: number): Promise<void> {
  const held = await Promise.all(Array.from({ length: count }, () => pool.acquire()));
  for (const connection of held) await connection.release();
}

describe("loss", () => {
  test("an idle connection that dies leaves quietly and is replaced on demand", async () => {
    const pool = new Pool({ poolSize: 2, connect: server.connect, onEvent });
    await warmUp(pool, 2);
    server.connections[0]!.kill();
    expect(pool.status()).toMatchObject({ idle: 1, checkedOut: 0 });
    expect(events.slice(-2)).toEqual(["invalidate 1: ECONNRESET", "close 1"]);
    const first = await pool.acquire();
    const second = await pool.acquire();
    expect([first.id, second.id]).toEqual([2, 3]);
    await first.release();
    await second.release();
  });

  test("one that dies in use is told at once and replaced when it is given back", async () => {
    const pool = new Pool({ poolSize: 1, maxOverflow: 0, connect: server.connect, onEvent });
    const connection = await pool.acquire();
    const waiter = follow(pool.acquire());
    server.connections[0]!.kill(new Error("server closed the connection"));
    await settle();
    expect(waiter.state).toBe("pending");
    await connection.release();
    await settle();
    expect(waiter.value?.id).toBe(2);
    expect(events).toEqual([
      "connect 1",
      "checkout 1",
      "invalidate 1: server closed the connection",
      "checkin 1",
      "close 1",
      "connect 2",
      "checkout 2",
    ]);
    await waiter.value?.release();
  });

  test("invalidate() cuts the connection and its place goes to the next", async () => {
    const pool = new Pool({ poolSize: 1, maxOverflow: 0, connect: server.connect, onEvent });
    const connection = await pool.acquire();
    const waiter = follow(pool.acquire());
    connection.invalidate(new Error("57P01"));
    expect(server.connections[0]!.ended).toBe("destroyed");
    await settle();
    expect(waiter.value?.id).toBe(2);
    await connection.release();
    expect(pool.status()).toMatchObject({ checkedOut: 1, idle: 0 });
    expect(events.slice(2, 5)).toEqual(["invalidate 1: 57P01", "checkin 1", "close 1"]);
    await waiter.value?.release();
  });

  test("invalidateAll() cuts idle connections now and those in use when they come back", async () => {
    const pool = new Pool({ poolSize: 3, connect: server.connect, onEvent });
    const held = await pool.acquire();
    await warmUp(pool, 2);
    pool.invalidateAll(new Error("the server is shutting down"));
    expect(server.connections.map((connection) => connection.ended)).toEqual([undefined, "destroyed", "destroyed"]);
    const fresh = await pool.acquire();
    expect(fresh.id).toBe(4);
    await held.release();
    expect(server.connections[0]!.ended).toBe("destroyed");
    expect(events).toContain("invalidate 1: the server is shutting down");
    await fresh.release();
    expect(pool.status()).toMatchObject({ idle: 1, checkedOut: 0 });
    expect(pool.tryAcquire()?.id).toBe(4);
  });

  test("a listener that throws becomes a warning, and the pool goes on", async () => {
    const warning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const pool = new Pool({
      poolSize: 1,
      connect: server.connect,
      onEvent: (name) => {
        throw new Error(`listener of ${name}`);
      },
    });
    await warmUp(pool, 1);
    server.connections[0]!.kill();
    await warmUp(pool, 1);
    expect(pool.status()).toMatchObject({ idle: 1, checkedOut: 0 });
    expect(warning.mock.calls[0]?.[0]).toContain('"connect" event threw: Error: listener of connect');
    warning.mockRestore();
  });

  test("a listener may use the pool", async () => {
    const controller = new AbortController();
    const pool: Pool = new Pool({
      poolSize: 1,
      maxOverflow: 0,
      connect: server.connect,
      onEvent: (name) => {
        if (name === "checkout") controller.abort(new Error("changed my mind"));
      },
    });
    await expect(pool.acquire({ signal: controller.signal })).rejects.toThrow("changed my mind");
    expect(pool.status()).toMatchObject({ idle: 1, checkedOut: 0, waiting: 0 });
  });
});

describe("recycling", () => {
  test.each([
    [0, 900],
    [0.5, 1_000],
    [1, 1_100],
  ])("with a random number of %d a connection is replaced at the age of %d of 1,000 ms", async (random, age) => {
    const pool = new Pool({ poolSize: 1, poolRecycle: 1_000, random: () => random, connect: server.connect });
    await warmUp(pool, 1);
    await vi.advanceTimersByTimeAsync(age - 1);
    await warmUp(pool, 1);
    expect(server.connections).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    const connection = await pool.acquire();
    expect(connection.id).toBe(2);
    expect(server.connections[0]!.ended).toBe("closed");
    await connection.release();
  });

  test("an old connection is replaced on its way to a waiter, and never more are open than allowed", async () => {
    const pool = new Pool({
      poolSize: 1,
      maxOverflow: 0,
      poolRecycle: 1_000,
      random: () => 0.5,
      connect: server.connect,
    });
    const holder = await pool.acquire();
    const waiter = follow(pool.acquire());
    await vi.advanceTimersByTimeAsync(2_000);
    await holder.release();
    expect(server.open).toHaveLength(1);
    await settle();
    expect(waiter.value?.id).toBe(2);
    expect(server.open).toHaveLength(1);
    await waiter.value?.release();
  });
});

describe("pre-ping", () => {
  test("is skipped for a connection that was used within the last second", async () => {
    const pool = new Pool({ poolSize: 1, poolPrePing: true, connect: server.connect });
    await warmUp(pool, 1);
    await vi.advanceTimersByTimeAsync(999);
    const connection = pool.tryAcquire();
    expect(connection?.id).toBe(1);
    await connection?.release();
    expect(server.connections[0]!.sent).toEqual([]);
  });

  test("asks an idle connection before it is lent", async () => {
    const pool = new Pool({ poolSize: 1, poolPrePing: true, connect: server.connect });
    await warmUp(pool, 1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(pool.tryAcquire()).toBeUndefined();
    const connection = await pool.acquire();
    expect(connection.id).toBe(1);
    expect(server.connections[0]!.sent).toEqual(["SELECT 1"]);
    await connection.release();
  });

  test("asks when the clock was set back", async () => {
    const pool = new Pool({ poolSize: 1, poolPrePing: true, connect: server.connect });
    await warmUp(pool, 1);
    vi.setSystemTime(Date.now() - 3_600_000);
    await (await pool.acquire()).release();
    expect(server.connections[0]!.sent).toEqual(["SELECT 1"]);
  });

  test("without it nothing is asked, however long it was idle", async () => {
    const pool = new Pool({ poolSize: 1, connect: server.connect });
    await warmUp(pool, 1);
    await vi.advanceTimersByTimeAsync(1e7);
    await warmUp(pool, 1);
    expect(server.connections[0]!.sent).toEqual([]);
  });

  test("no answer in time replaces the connection, and all that were idle as long", async () => {
    const pool = new Pool({ poolSize: 3, poolPrePing: true, connect: server.connect, onEvent });
    await warmUp(pool, 3);
    await vi.advanceTimersByTimeAsync(1_500);
    server.connections[0]!.silent = true;
    // The first two pings: one hangs, the other serves both callers, one after the other.
    const first = follow(pool.acquire());
    const second = follow(pool.acquire());
    await vi.advanceTimersByTimeAsync(1);
    await first.value?.release();
    await settle();
    await second.value?.release();
    expect([first.value?.id, second.value?.id]).toEqual([2, 2]);
    await vi.advanceTimersByTimeAsync(4_998);
    expect(server.open).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(1);
    // Connection 2 has shown since then that it is alive.
    expect(server.connections.map((connection) => connection.ended)).toEqual(["destroyed", undefined, "destroyed"]);
    expect(events).toContain("invalidate 1: no answer to a pre-ping within 5000 ms");
    expect(events).toContain("invalidate 3: no answer to a pre-ping within 5000 ms");
    expect(pool.status()).toMatchObject({ idle: 1, connecting: 0 });
  });

  test("whoever waits for one is not overtaken, but served by the next good connection", async () => {
    const pool = new Pool({ poolSize: 2, maxOverflow: 0, poolPrePing: true, connect: server.connect });
    const [stale, fresh] = await Promise.all([pool.acquire(), pool.acquire()]);
    await stale.release();
    await vi.advanceTimersByTimeAsync(1_500);
    await fresh.release();
    server.connections[0]!.silent = true;
    const first = follow(pool.acquire());
    expect(pool.tryAcquire()).toBeUndefined();
    const second = follow(pool.acquire());
    await settle();
    expect(first.value?.id).toBe(2);
    expect(second.state).toBe("pending");
    server.connections[0]!.speak();
    await settle();
    expect(second.value?.id).toBe(1);
    await first.value?.release();
    await second.value?.release();
  });

  test("one that hangs holds up nobody who comes after its waiter has gone", async () => {
    const pool = new Pool({ poolSize: 1, maxOverflow: 1, poolPrePing: true, connect: server.connect });
    await warmUp(pool, 1);
    await vi.advanceTimersByTimeAsync(1_500);
    server.connections[0]!.silent = true;
    const controller = new AbortController();
    const first = follow(pool.acquire({ signal: controller.signal }));
    controller.abort();
    const second = follow(pool.acquire());
    await settle();
    expect(first.state).toBe("rejected");
    expect(second.value?.id).toBe(2);
    server.connections[0]!.speak();
    await settle();
    await second.value?.release();
    await settle();
  });

  test("a ping that finds the connection dead makes a new one for its waiter", async () => {
    const pool = new Pool({ poolSize: 2, poolPrePing: true, connect: server.connect });
    await warmUp(pool, 2);
    await vi.advanceTimersByTimeAsync(60_000);
    server.connections[0]!.silent = true;
    const waiter = follow(pool.acquire());
    await settle();
    server.connections[0]!.kill();
    await settle();
    expect(waiter.value?.id).toBe(3);
    expect(server.connections[1]!.ended).toBe("destroyed");
    await waiter.value?.release();
  });
});

describe("reset on return", () => {
  test("rolls back an open transaction before anyone else gets the connection", async () => {
    const pool = new Pool({ poolSize: 1, maxOverflow: 0, connect: server.connect, onEvent });
    const holder = await pool.acquire();
    await holder.driver.runSimple("BEGIN");
    const waiter = follow(pool.acquire());
    const fake = server.connections[0]!;
    fake.silent = true;
    const released = follow(holder.release());
    await settle();
    expect(fake.sent).toEqual(["BEGIN", "ROLLBACK"]);
    expect([waiter.state, released.state]).toEqual(["pending", "pending"]);
    expect(pool.status()).toMatchObject({ checkedOut: 0, returning: 1 });
    fake.speak();
    await settle();
    expect([waiter.state, released.state]).toEqual(["resolved", "resolved"]);
    expect(waiter.value?.driver.transactionStatus).toBe("I");
    await waiter.value?.release();
  });

  test("does nothing to a connection that is clean", async () => {
    const pool = new Pool({ poolSize: 1, connect: server.connect });
    await warmUp(pool, 1);
    expect(server.connections[0]!.sent).toEqual([]);
  });

  test("null leaves the transaction as it is", async () => {
    const pool = new Pool({ poolSize: 1, poolResetOnReturn: null, connect: server.connect });
    const holder = await pool.acquire();
    await holder.driver.runSimple("BEGIN");
    await holder.release();
    const next = pool.tryAcquire();
    expect(next?.driver.transactionStatus).toBe("T");
    await next?.release();
  });

  test("waits behind a batch that is still under way", async () => {
    const pool = new Pool({ poolSize: 1, connect: server.connect });
    const holder = await pool.acquire();
    const fake = server.connections[0]!;
    fake.silent = true;
    const abandoned = follow(holder.driver.runSimple("BEGIN"));
    const released = follow(holder.release());
    await settle();
    expect(pool.tryAcquire()).toBeUndefined();
    fake.speak();
    await settle();
    expect([abandoned.state, released.state]).toEqual(["resolved", "resolved"]);
    expect(fake.sent).toEqual(["BEGIN", "ROLLBACK"]);
    expect(fake.transactionStatus).toBe("I");
    const next = pool.tryAcquire();
    expect(next?.id).toBe(1);
    await next?.release();
  });

  test("a connection that does not answer is replaced", async () => {
    const pool = new Pool({ poolSize: 1, maxOverflow: 0, connect: server.connect, onEvent });
    const holder = await pool.acquire();
    await holder.driver.runSimple("BEGIN");
    server.connections[0]!.silent = true;
    const released = follow(holder.release());
    const waiter = follow(pool.acquire());
    await vi.advanceTimersByTimeAsync(4_999);
    expect(released.state).toBe("pending");
    await vi.advanceTimersByTimeAsync(1);
    expect(released.state).toBe("resolved");
    expect(server.connections[0]!.ended).toBe("destroyed");
    expect(waiter.value?.id).toBe(2);
    expect(events).toContain("invalidate 1: a returned connection was still busy, or did not roll back, after 5000 ms");
    await waiter.value?.release();
  });

  test("one whose transaction cannot be ended is replaced", async () => {
    const pool = new Pool({ poolSize: 1, connect: server.connect, onEvent });
    const holder = await pool.acquire();
    await holder.driver.runSimple("BEGIN");
    server.connections[0]!.stuck = true;
    await holder.release();
    expect(events).toContain("invalidate 1: a transaction was still open after ROLLBACK");
    expect(pool.status()).toMatchObject({ idle: 0, checkedOut: 0 });
  });

  test("one that dies during the rollback is replaced", async () => {
    const pool = new Pool({ poolSize: 1, connect: server.connect, onEvent });
    const holder = await pool.acquire();
    await holder.driver.runSimple("BEGIN");
    server.connections[0]!.silent = true;
    const released = follow(holder.release());
    server.connections[0]!.kill();
    await settle();
    expect(released.state).toBe("resolved");
    expect(events.filter((event) => event.startsWith("invalidate"))).toEqual(["invalidate 1: ECONNRESET"]);
    expect(pool.status()).toMatchObject({ idle: 0, checkedOut: 0 });
  });
});
