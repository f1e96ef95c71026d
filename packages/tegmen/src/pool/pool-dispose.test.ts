import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ResourceClosedError } from "../errors/index.ts";
import { Pool } from "./pool.ts";
import { assertNoTimers, FakeServer, follow, settle } from "./testing-support/fake-server.ts";

let server: FakeServer;

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
});

afterEach(() => {
  assertNoTimers();
  vi.useRealTimers();
});

describe("dispose()", () => {
  test("closes idle connections and lends no more", async () => {
    const pool = new Pool({ poolSize: 1, connect: server.connect });
    await (await pool.acquire()).release();
    await pool.dispose();
    expect(server.connections[0]!.ended).toBe("closed");
    expect(pool.isDisposed).toBe(true);
    await expect(pool.acquire()).rejects.toThrow(ResourceClosedError);
    expect(pool.tryAcquire()).toBeUndefined();
    expect(pool.status()).toMatchObject({ idle: 0, checkedOut: 0, connecting: 0, waiting: 0 });
  });

  test("of a pool that was never used ends at once", async () => {
    const pool = new Pool({ connect: server.connect });
    await pool.dispose();
    await pool.dispose();
    expect(server.connections).toHaveLength(0);
  });

  test("fails those who wait, and waits for connections in use", async () => {
    const pool = new Pool({ poolSize: 1, maxOverflow: 0, connect: server.connect });
    const holder = await pool.acquire();
    const waiter = follow(pool.acquire());
    const disposed = follow(pool.dispose());
    await vi.advanceTimersByTimeAsync(9_000);
    expect(waiter.error).toBeInstanceOf(ResourceClosedError);
    expect(disposed.state).toBe("pending");
    expect(holder.driver.isOpen).toBe(true);
    await holder.release();
    await settle();
    expect(disposed.state).toBe("resolved");
    expect(server.connections[0]!.ended).toBe("closed");
  });

  test("cuts what is still in use when its time is up; a later release is harmless", async () => {
    const pool = new Pool({ poolSize: 1, connect: server.connect });
    const holder = await pool.acquire();
    const disposed = follow(pool.dispose({ timeout: 100 }));
    await vi.advanceTimersByTimeAsync(99);
    expect(disposed.state).toBe("pending");
    await vi.advanceTimersByTimeAsync(1);
    expect(disposed.state).toBe("resolved");
    expect(server.connections[0]!.ended).toBe("destroyed");
    await holder.release();
    expect(pool.status()).toMatchObject({ idle: 0, checkedOut: 0 });
  });

  test("may be called again with less patience", async () => {
    const pool = new Pool({ poolSize: 1, connect: server.connect });
    await pool.acquire();
    const first = follow(pool.dispose({ timeout: Infinity }));
    await vi.advanceTimersByTimeAsync(1e8);
    expect(first.state).toBe("pending");
    await pool.dispose({ timeout: 0 });
    expect(first.state).toBe("resolved");
  });

  test("aborts attempts to connect and waits until they are over", async () => {
    server.manual = true;
    const pool = new Pool({ connect: server.connect });
    const waiter = follow(pool.acquire());
    const disposed = follow(pool.dispose());
    await settle();
    expect(waiter.error).toBeInstanceOf(ResourceClosedError);
    const attempt = server.attempts[0]!;
    expect(attempt.signal.reason).toBeInstanceOf(ResourceClosedError);
    expect(disposed.state).toBe("pending");
    attempt.refuse(attempt.signal.reason);
    await settle();
    expect(disposed.state).toBe("resolved");
  });

  test("closes a connection that arrives after the end", async () => {
    server.manual = true;
    const pool = new Pool({ connect: server.connect });
    follow(pool.acquire());
    await pool.dispose({ timeout: 0 });
    server.attempts[0]!.accept();
    await settle();
    expect(server.connections[0]!.ended).toBe("closed");
  });

  test("ends a ping and a rollback that are under way", async () => {
    const pool = new Pool({ poolSize: 2, poolPrePing: true, connect: server.connect });
    const [first, second] = await Promise.all([pool.acquire(), pool.acquire()]);
    await first.release();
    await vi.advanceTimersByTimeAsync(2_000);
    for (const connection of server.connections) connection.silent = true;
    const waiter = follow(pool.acquire());
    void second.driver.runSimple("BEGIN");
    const released = follow(second.release());
    await settle();
    const disposed = follow(pool.dispose({ timeout: 50 }));
    await vi.advanceTimersByTimeAsync(50);
    expect([waiter.state, released.state, disposed.state]).toEqual(["rejected", "resolved", "resolved"]);
    expect(server.open).toHaveLength(0);
    expect(pool.status()).toMatchObject({ idle: 0, checkedOut: 0, connecting: 0 });
  });

  test.each([0, 1, 2, 3, 4, 5, 6, 7, 8])(
    "is sound %d microtasks after a ping and a rollback were answered",
    async (ticks) => {
      const pool = new Pool({ poolSize: 2, poolPrePing: true, connect: server.connect });
      const [first, second] = await Promise.all([pool.acquire(), pool.acquire()]);
      await first.release();
      await vi.advanceTimersByTimeAsync(2_000);
      for (const connection of server.connections) connection.silent = true;
      const waiter = follow(pool.acquire());
      void second.driver.runSimple("BEGIN");
      const released = follow(second.release());
      for (const connection of server.connections) connection.speak();
      for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
      const disposed = follow(pool.dispose({ timeout: 0 }));
      await settle();
      await waiter.value?.release();
      expect([released.state, disposed.state]).toEqual(["resolved", "resolved"]);
      expect(server.open).toHaveLength(0);
      expect(pool.status()).toMatchObject({ idle: 0, checkedOut: 0, connecting: 0, waiting: 0 });
    },
  );

  test("does not roll back first: the goodbye does", async () => {
    const pool = new Pool({ poolSize: 1, connect: server.connect });
    const holder = await pool.acquire();
    await holder.driver.runSimple("BEGIN");
    const disposed = follow(pool.dispose());
    await holder.release();
    await settle();
    expect(server.connections[0]!.sent).toEqual(["BEGIN"]);
    expect(disposed.state).toBe("resolved");
  });

  test("`await using` disposes", async () => {
    {
      await using pool = new Pool({ poolSize: 1, connect: server.connect });
      await (await pool.acquire()).release();
    }
    expect(server.open).toHaveLength(0);
  });
});
