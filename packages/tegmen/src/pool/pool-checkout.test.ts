import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { PoolTimeoutError } from "../errors/index.ts";
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

describe("lending", () => {
  test("opens connections when they are needed and lends them again", async () => {
    const pool = new Pool({ poolSize: 2, connect: server.connect });
    expect(server.connections).toHaveLength(0);
    const first = await pool.acquire();
    expect(first.driver).toBe(server.connections[0]);
    expect(first.createdAt).toBe(Date.now());
    await first.release();
    const second = await pool.acquire();
    expect(second.driver).toBe(first.driver);
    expect(second.id).toBe(first.id);
    await second.release();
    expect(server.connections).toHaveLength(1);
  });

  test("keeps what upper layers remember of a connection from checkout to checkout", async () => {
    const pool = new Pool({ poolSize: 1, connect: server.connect });
    const first = await pool.acquire();
    first.info.set("isolation", "SERIALIZABLE");
    await first.release();
    const second = await pool.acquire();
    expect(second.info.get("isolation")).toBe("SERIALIZABLE");
    await second.release();
  });

  test("lends an idle connection synchronously, and none when there is none", async () => {
    const pool = new Pool({ poolSize: 1, connect: server.connect });
    expect(pool.tryAcquire()).toBeUndefined();
    expect(server.connections).toHaveLength(0);
    await (await pool.acquire()).release();
    const connection = pool.tryAcquire();
    expect(connection?.driver).toBe(server.connections[0]);
    expect(pool.tryAcquire()).toBeUndefined();
    await connection?.release();
  });

  test("a second release does not take the connection from its next holder", async () => {
    const pool = new Pool({ poolSize: 1, maxOverflow: 0, connect: server.connect });
    const first = await pool.acquire();
    await first.release();
    const second = await pool.acquire();
    await first.release();
    first.invalidate(new Error("too late"));
    expect(pool.tryAcquire()).toBeUndefined();
    expect(pool.status()).toMatchObject({ checkedOut: 1, idle: 0 });
    expect(second.driver.isOpen).toBe(true);
    expect([first.isReleased, second.isReleased]).toEqual([true, false]);
    await second.release();
  });

  test("`await using` gives it back", async () => {
    const pool = new Pool({ poolSize: 1, connect: server.connect });
    {
      await using connection = await pool.acquire();
      expect(connection.isReleased).toBe(false);
    }
    expect(pool.status()).toMatchObject({ checkedOut: 0, idle: 1 });
  });

  test.each([
    [false, [1, 2, 3]],
    [true, [3, 2, 1]],
  ])("poolUseLifo %s decides which idle connection goes first", async (poolUseLifo, expected) => {
    const pool = new Pool({ poolSize: 3, poolUseLifo, connect: server.connect });
    const held = [await pool.acquire(), await pool.acquire(), await pool.acquire()];
    for (const connection of held) await connection.release();
    const again = [pool.tryAcquire(), pool.tryAcquire(), pool.tryAcquire()];
    expect(again.map((connection) => connection?.id)).toEqual(expected);
    for (const connection of again) await connection?.release();
  });
});

describe("overflow", () => {
  test("opens up to poolSize + maxOverflow and closes the surplus when it comes back", async () => {
    const pool = new Pool({ poolSize: 1, maxOverflow: 2, connect: server.connect });
    const held = [await pool.acquire(), await pool.acquire(), await pool.acquire()];
    expect(pool.status()).toMatchObject({ checkedOut: 3, overflow: 2 });
    const waiting = follow(pool.acquire());
    await settle();
    expect(waiting.state).toBe("pending");
    for (const connection of held) await connection.release();
    await settle();
    // One went to the waiter, one is kept, one was closed.
    expect(pool.status()).toMatchObject({ checkedOut: 1, idle: 1, overflow: 1 });
    await waiting.value?.release();
    await settle();
    expect(pool.status()).toMatchObject({ checkedOut: 0, idle: 1, overflow: 0 });
    expect(server.connections.filter((connection) => connection.ended === "closed")).toHaveLength(2);
    expect(server.open).toHaveLength(1);
  });

  test("a surplus connection that does not say goodbye is cut, and counts until then", async () => {
    const pool = new Pool({ poolSize: 1, maxOverflow: 1, connect: server.connect });
    const held = [await pool.acquire(), await pool.acquire()];
    server.connections[1]!.silent = true;
    for (const connection of held) await connection.release();
    const kept = pool.tryAcquire();
    const next = follow(pool.acquire());
    await settle();
    expect(next.state).toBe("pending");
    await vi.advanceTimersByTimeAsync(5_000);
    expect(server.connections[1]!.ended).toBe("destroyed");
    expect(next.state).toBe("resolved");
    await kept?.release();
    await next.value?.release();
    await settle();
  });

  test("without limit it opens as many as are asked for", async () => {
    const pool = new Pool({ poolSize: 1, maxOverflow: -1, connect: server.connect });
    const held = await Promise.all(Array.from({ length: 50 }, () => pool.acquire()));
    expect(server.open).toHaveLength(50);
    expect(String(pool.status())).toContain("(+Infinity overflow)");
    for (const connection of held) await connection.release();
    await settle();
    expect(server.open).toHaveLength(1);
  });
});

describe("waiting", () => {
  test("is first come first served, and newcomers do not overtake", async () => {
    const pool = new Pool({ poolSize: 1, maxOverflow: 0, connect: server.connect });
    const holder = await pool.acquire();
    const order: number[] = [];
    const users = [1, 2, 3].map(async (number) => {
      const connection = await pool.acquire();
      order.push(number);
      await settle();
      await connection.release();
    });
    void holder.release();
    expect(pool.tryAcquire()).toBeUndefined();
    const newcomer = pool.acquire().then(async (connection) => {
      order.push(4);
      await connection.release();
    });
    await Promise.all([...users, newcomer]);
    expect(order).toEqual([1, 2, 3, 4]);
    expect(server.connections).toHaveLength(1);
  });

  test("fails after poolTimeout with the numbers and what to do", async () => {
    const pool = new Pool({ poolSize: 1, maxOverflow: 1, poolTimeout: 250, connect: server.connect });
    const held = [await pool.acquire(), await pool.acquire()];
    const waiters = [follow(pool.acquire()), follow(pool.acquire())];
    await vi.advanceTimersByTimeAsync(249);
    expect(waiters[0]!.state).toBe("pending");
    await vi.advanceTimersByTimeAsync(1);
    const error = waiters[0]!.error as Error;
    expect(error).toBeInstanceOf(PoolTimeoutError);
    expect(error.message).toBe(
      "No connection within 250 ms (poolTimeout): poolSize 1, maxOverflow 1, checked out 2, connecting 0, waiting 2. " +
        "Either connections are never given back (close each one: `await using`, or the callback form), " +
        "or transactions take too long, or the pool is too small: raise poolSize or maxOverflow.",
    );
    expect(waiters[1]!.state).toBe("rejected");
    expect(pool.status().waiting).toBe(0);
    for (const connection of held) await connection.release();
    await settle();
  });

  test("a timeout while the server does not accept says so", async () => {
    server.manual = true;
    const pool = new Pool({ poolSize: 1, poolTimeout: 100, connect: server.connect });
    const waiter = follow(pool.acquire());
    await vi.advanceTimersByTimeAsync(100);
    expect(String(waiter.error)).toMatch(/connecting 1, waiting 1\. The server is slow to accept/);
    server.attempts[0]!.accept();
    await settle();
    expect(pool.status()).toMatchObject({ idle: 1, connecting: 0 });
  });

  test("poolTimeout 0 fails at once when all are in use, but lets a new connection be made", async () => {
    const pool = new Pool({ poolSize: 1, maxOverflow: 0, poolTimeout: 0, connect: server.connect });
    const holder = await pool.acquire();
    await expect(pool.acquire()).rejects.toThrow("No free connection (poolTimeout is 0): poolSize 1");
    await holder.release();
    await (await pool.acquire()).release();
  });

  test("poolTimeout 0 waits for an old connection to make room for a new one", async () => {
    const pool = new Pool({ poolSize: 1, maxOverflow: 0, poolTimeout: 0, poolRecycle: 1_000, connect: server.connect });
    await (await pool.acquire()).release();
    await vi.advanceTimersByTimeAsync(2_000);
    const connection = await pool.acquire();
    expect(connection.id).toBe(2);
    await connection.release();
  });

  test("poolTimeout Infinity waits as long as it takes", async () => {
    const pool = new Pool({ poolSize: 1, maxOverflow: 0, poolTimeout: Infinity, connect: server.connect });
    const holder = await pool.acquire();
    const waiter = follow(pool.acquire());
    await vi.advanceTimersByTimeAsync(1e9);
    expect(waiter.state).toBe("pending");
    await holder.release();
    await settle();
    await waiter.value?.release();
  });

  test("an aborted signal ends it with the signal's reason, and the next one moves up", async () => {
    const pool = new Pool({ poolSize: 1, maxOverflow: 0, connect: server.connect });
    const holder = await pool.acquire();
    const controller = new AbortController();
    const first = follow(pool.acquire({ signal: controller.signal }));
    const second = follow(pool.acquire());
    const reason = new Error("the request was cancelled");
    controller.abort(reason);
    await settle();
    expect(first.error).toBe(reason);
    expect(pool.status().waiting).toBe(1);
    await holder.release();
    await settle();
    expect(second.state).toBe("resolved");
    await second.value?.release();
    await expect(pool.acquire({ signal: controller.signal })).rejects.toBe(reason);
    expect(pool.status()).toMatchObject({ idle: 1, checkedOut: 0 });
  });

  test("a signal aborted after the connection was lent changes nothing", async () => {
    const pool = new Pool({ poolSize: 1, connect: server.connect });
    const controller = new AbortController();
    const connection = await pool.acquire({ signal: controller.signal });
    controller.abort();
    expect(pool.status().checkedOut).toBe(1);
    await connection.release();
  });
});

describe("connecting", () => {
  test("a failed attempt fails one waiter with its cause, and the next one gets an attempt", async () => {
    server.manual = true;
    const pool = new Pool({ poolSize: 1, maxOverflow: 0, connect: server.connect });
    const first = follow(pool.acquire());
    const second = follow(pool.acquire());
    expect(server.attempts).toHaveLength(1);
    const cause = new Error("ECONNREFUSED");
    server.attempts[0]!.refuse(cause);
    await settle();
    expect(first.error).toBe(cause);
    expect(second.state).toBe("pending");
    server.attempts[0]!.accept();
    await settle();
    expect(second.state).toBe("resolved");
    await second.value?.release();
  });

  test("a factory that throws instead of rejecting fails its waiter", async () => {
    const pool = new Pool({
      connect: () => {
        throw new Error("no such driver");
      },
    });
    await expect(pool.acquire()).rejects.toThrow("no such driver");
    expect(pool.status()).toMatchObject({ connecting: 0, waiting: 0 });
  });

  test("a connection that arrives dead fails its waiter with what killed it", async () => {
    server.manual = true;
    const pool = new Pool({ connect: server.connect });
    const waiter = follow(pool.acquire());
    server.attempts[0]!.accept().kill();
    await settle();
    expect(waiter.error).toMatchObject({ message: "already closed" });
    expect(pool.status()).toMatchObject({ idle: 0, checkedOut: 0, connecting: 0 });
  });

  test("a connection whose waiter went away goes to the next one, or is kept", async () => {
    server.manual = true;
    const pool = new Pool({ poolSize: 1, maxOverflow: 0, connect: server.connect });
    const controller = new AbortController();
    const first = follow(pool.acquire({ signal: controller.signal }));
    const second = follow(pool.acquire({ signal: controller.signal }));
    const third = follow(pool.acquire());
    controller.abort();
    server.attempts[0]!.accept();
    await settle();
    expect([first.state, second.state, third.state]).toEqual(["rejected", "rejected", "resolved"]);
    await third.value?.release();

    const overflow = new Pool({ poolSize: 1, connect: server.connect });
    const again = new AbortController();
    follow(overflow.acquire({ signal: again.signal }));
    again.abort();
    server.attempts[0]!.accept();
    await settle();
    expect(overflow.status()).toMatchObject({ idle: 1, waiting: 0 });
  });

  test("a failed attempt whose waiter was served by a returned connection fails nobody", async () => {
    const pool = new Pool({ poolSize: 2, maxOverflow: 0, connect: server.connect });
    const holder = await pool.acquire();
    server.manual = true;
    const waiter = follow(pool.acquire());
    await holder.release();
    await settle();
    expect(waiter.state).toBe("resolved");
    server.attempts[0]!.refuse(new Error("ECONNREFUSED"));
    await settle();
    await waiter.value?.release();
    expect(pool.status()).toMatchObject({ idle: 1, connecting: 0, checkedOut: 0 });
  });

  test("a failed attempt whose waiter was served otherwise leaves those who have an attempt of their own", async () => {
    const pool = new Pool({ poolSize: 3, maxOverflow: 0, connect: server.connect });
    const holder = await pool.acquire();
    server.manual = true;
    const first = follow(pool.acquire());
    const second = follow(pool.acquire());
    await holder.release();
    server.attempts[0]!.refuse(new Error("ECONNREFUSED"));
    await settle();
    expect([first.state, second.state]).toEqual(["resolved", "pending"]);
    server.attempts[0]!.accept();
    await settle();
    expect(second.value?.id).toBe(2);
    await first.value?.release();
    await second.value?.release();
  });

  test("status tells what is under way", async () => {
    server.manual = true;
    const pool = new Pool({ poolSize: 1, maxOverflow: 1, connect: server.connect });
    const waiters = [1, 2, 3].map(() => follow(pool.acquire()));
    expect(String(pool.status())).toBe(
      "Pool size: 1 (+1 overflow), idle: 0, checked out: 0, connecting: 2, waiting: 3, overflow: 1",
    );
    while (server.attempts.length > 0) server.attempts[0]!.accept();
    await settle();
    expect(pool.status()).toMatchObject({
      poolSize: 1,
      maxOverflow: 1,
      idle: 0,
      checkedOut: 2,
      connecting: 0,
      waiting: 1,
      overflow: 1,
    });
    for (const waiter of waiters) {
      await settle();
      await waiter.value?.release();
    }
    await settle();
  });
});
