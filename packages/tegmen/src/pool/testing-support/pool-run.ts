import assert from "node:assert/strict";
import { vi } from "vitest";
import type { PoolSettings } from "../options.ts";
import { Pool } from "../pool.ts";
import type { PooledConnection } from "../pooled-connection.ts";
import { assertNoTimers, type FakeConnection, FakeServer, settle } from "./fake-server.ts";

/** One step of a run; `at` chooses among what is there. */
export type Step =
  | { readonly kind: "acquire"; readonly abortable: boolean }
  | {
      readonly kind:
        | "tryAcquire"
        | "release"
        | "releaseAgain"
        | "invalidate"
        | "abort"
        | "accept"
        | "refuse"
        | "acceptDead"
        | "kill"
        | "begin"
        | "silence"
        | "speak"
        | "invalidateAll";
      readonly at: number;
    }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "settle" }
  | { readonly kind: "dispose"; readonly timeout: number };

/** Runs the steps against a pool, and looks at it after each. */
export class Run {
  readonly server = new FakeServer();
  readonly events = new Map<string, number>();
  readonly pool: Pool;
  readonly limit: number;
  /** Numbers of the callers that wait, in the order in which they came. */
  readonly waiting: number[] = [];
  readonly aborts: AbortController[] = [];
  readonly held = new Map<FakeConnection, PooledConnection>();
  readonly past: PooledConnection[] = [];
  readonly promises: Promise<void>[] = [];
  fault: unknown;
  callers = 0;
  unsettled = 0;

  constructor(options: PoolSettings, immediate: boolean) {
    this.server.manual = !immediate;
    this.limit = options.poolSize! + options.maxOverflow!;
    this.pool = new Pool({
      ...options,
      connect: this.server.connect,
      onEvent: (name, { id }) => {
        const key = `${name} ${id}`;
        this.events.set(key, (this.events.get(key) ?? 0) + 1);
        try {
          this.check();
        } catch (error) {
          // The pool does not let a listener's error through.
          this.fault ??= error;
        }
      },
    });
  }

  throwFault(): void {
    if (this.fault !== undefined) throw this.fault;
  }

  lent(connection: PooledConnection): void {
    const driver = connection.driver as FakeConnection;
    assert.equal(this.held.has(driver), false);
    this.held.set(driver, connection);
  }

  follow(promise: Promise<unknown>): void {
    this.unsettled++;
    this.promises.push(
      promise.then(
        () => void this.unsettled--,
        () => void this.unsettled--,
      ),
    );
  }

  acquire(abortable: boolean): void {
    const number = this.callers++;
    const controller = new AbortController();
    if (abortable) this.aborts.push(controller);
    this.waiting.push(number);
    const acquired = this.pool.acquire({ signal: controller.signal }).then(
      (connection) => {
        // First come first served: nobody who came earlier is still waiting.
        assert.equal(this.waiting.shift(), number);
        this.lent(connection);
      },
      () => {
        this.waiting.splice(this.waiting.indexOf(number), 1);
      },
    );
    this.promises.push(acquired);
  }

  giveBack(index: number, end: (connection: PooledConnection) => void): void {
    const entry = pick([...this.held], index);
    if (entry === undefined) return;
    this.held.delete(entry[0]);
    this.past.push(entry[1]);
    end(entry[1]);
  }

  async step(step: Step): Promise<void> {
    const { server, pool } = this;
    switch (step.kind) {
      case "acquire":
        this.acquire(step.abortable);
        break;
      case "tryAcquire": {
        const { waiting } = pool.status();
        const connection = pool.tryAcquire();
        if (connection !== undefined) {
          assert.equal(waiting, 0, "someone was overtaken");
          assert.ok(connection.driver.isOpen);
          assert.equal(connection.driver.transactionStatus, "I");
          this.lent(connection);
        }
        break;
      }
      case "release":
        this.giveBack(step.at, (connection) => this.follow(connection.release()));
        break;
      case "invalidate":
        this.giveBack(step.at, (connection) => connection.invalidate(new Error("unusable")));
        break;
      case "releaseAgain": {
        const connection = pick(this.past, step.at);
        if (connection !== undefined) this.follow(connection.release());
        break;
      }
      case "abort":
        pick(this.aborts, step.at)?.abort(new Error("aborted"));
        break;
      case "accept":
        pick(server.attempts, step.at)?.accept();
        break;
      case "acceptDead":
        pick(server.attempts, step.at)?.accept().kill();
        break;
      case "refuse":
        pick(server.attempts, step.at)?.refuse(new Error("refused"));
        break;
      case "kill":
        pick(server.open, step.at)?.kill();
        break;
      case "begin":
        await pick(
          [...this.held.keys()].filter((driver) => !driver.silent),
          step.at,
        )?.runSimple("BEGIN");
        break;
      case "silence": {
        const driver = pick(server.open, step.at);
        if (driver !== undefined) driver.silent = true;
        break;
      }
      case "speak":
        pick(
          server.connections.filter((driver) => driver.silent),
          step.at,
        )?.speak();
        break;
      case "invalidateAll":
        pool.invalidateAll(new Error("57P01"));
        break;
      case "dispose":
        this.follow(pool.dispose({ timeout: step.timeout }));
        break;
      case "wait":
        await vi.advanceTimersByTimeAsync(step.ms);
        break;
      case "settle":
        await settle();
        break;
    }
    this.throwFault();
    this.check();
  }

  /** What is true at any moment, even while an event is being told. */
  check(): void {
    const { idle, checkedOut, connecting } = this.pool.status();
    assert.ok(this.server.open.length <= this.limit, "more connections are open than allowed");
    assert.ok(idle + checkedOut + connecting <= this.limit, "the status counts more than allowed");
    assert.ok(Math.min(idle, checkedOut, connecting) >= 0, "the status counts less than none");
  }

  /** What is true when the pool is at rest: nobody waits without need. */
  checkRest(): void {
    const { idle, connecting, waiting } = this.pool.status();
    assert.equal(waiting, this.waiting.length);
    if (waiting <= connecting) return;
    assert.equal(idle, 0, "someone waits while a connection is idle");
    assert.equal(this.unclosed() + this.server.attempts.length, this.limit, "someone waits though more may be opened");
  }

  /** Connections of which the pool has not said that they are closed. */
  unclosed(): number {
    const names = [...this.events.keys()];
    const count = (name: string) => names.filter((key) => key.startsWith(`${name} `)).length;
    return count("connect") - count("close");
  }

  /** Gives everything back, lets every time limit pass, ends the pool: nothing may be left. */
  async finish(): Promise<void> {
    const { server, pool } = this;
    const disposed = pool.isDisposed;
    for (let round = 0; round < 3 * this.callers + 20 && (this.waiting.length > 0 || this.held.size > 0); round++) {
      for (const driver of server.connections) driver.speak();
      while (server.attempts.length > 0) server.attempts[0]!.accept();
      while (this.held.size > 0) this.giveBack(0, (connection) => this.follow(connection.release()));
      await settle();
    }
    assert.deepEqual(this.waiting, []);
    for (const driver of server.connections) driver.speak();
    while (server.attempts.length > 0) server.attempts[0]!.accept();
    await settle();
    const { idle, checkedOut, connecting, waiting } = pool.status();
    assert.deepEqual({ checkedOut, connecting, waiting }, { checkedOut: 0, connecting: 0, waiting: 0 });
    if (!disposed) assert.equal(idle, server.open.length);
    this.follow(pool.dispose());
    await vi.advanceTimersByTimeAsync(60_000);
    await Promise.all(this.promises);
    assert.equal(this.unsettled, 0);
    assert.equal(server.open.length, 0);
    assert.equal(pool.status().idle, 0);
    for (const [key, times] of this.events) {
      const [name, id] = key.split(" ");
      if (name === "checkout") assert.equal(this.events.get(`checkin ${id}`), times, `checkins of ${id}`);
      else if (name !== "checkin") assert.equal(times, 1, key);
      if (name === "connect") assert.ok(this.events.has(`close ${id}`), `${id} was closed`);
    }
    this.throwFault();
    assertNoTimers();
  }
}

function pick<T>(choices: readonly T[], index: number): T | undefined {
  return choices[index % Math.max(1, choices.length)];
}
