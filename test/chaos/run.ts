import { AmbiguousCommitError, createEngine, type Engine, sql, text } from "tegmen";
import { FaultProxy } from "../support/fault-proxy.ts";
import { FaultInjector } from "./fault-injector.ts";
import { type FaultKind, planFaults } from "./fault-plan.ts";
import { Ledger } from "./ledger.ts";
import { Random } from "./random.ts";
import type { Finding, Workload } from "./workload.ts";

/** What a chaos run is to be. */
export interface ChaosOptions {
  /** A server of CockroachDB's kind, without TLS. A database is created there, and dropped at the end. */
  readonly url: string;
  /** Kills the server and starts it again; without it, that fault is left out. */
  readonly restart?: (() => Promise<void>) | undefined;
  readonly workloads: readonly Workload[];
  /** At least so many operations in all. */
  readonly operations: number;
  /** At least so many faults that come to pass. */
  readonly faults: number;
  /** Determines the faults, and what the operations do. */
  readonly seed: number;
  /** Gets a line about progress now and then. */
  readonly log: (line: string) => void;
}

/** What one workload has come to. */
export interface WorkloadReport {
  readonly name: string;
  readonly operations: number;
  readonly committed: number;
  readonly failed: number;
  readonly ambiguous: { readonly happened: number; readonly didNot: number };
  readonly retries: number;
  readonly failures: ReadonlyMap<string, number>;
}

/** What a chaos run has come to. */
export interface ChaosReport {
  readonly seed: number;
  readonly seconds: number;
  readonly workloads: readonly WorkloadReport[];
  readonly faults: ReadonlyMap<FaultKind, number>;
  /** What is lost, doubled, or not as it should be otherwise. */
  readonly findings: readonly Finding[];
  /** Connections that did not come back, by the pool or by the server. */
  readonly leaks: readonly string[];
  /** Errors that nobody handled, warnings of the process, and errors that no operation should have failed with. */
  readonly unexpected: readonly string[];
}

/** Errors that an operation may fail with when connections and servers come and go. */
const expectedFailures: ReadonlySet<string> = new Set([
  "ConnectError",
  "ConnectionLostError",
  "PoolTimeoutError",
  "SerializationError",
  "QueryCanceledError",
  "MaxRetriesExceeded",
  "OperationalError",
  "AbortError",
  "TimeoutError",
]);

/** No operation may take longer, whatever happens. */
const patience = 60_000;

/** Puts workloads under faults, and then compares what is there with what they saw. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const run = new ChaosRun(options);
  return run.run();
}

class ChaosRun {
  readonly #options: ChaosOptions;
  readonly #unexpected: string[] = [];
  readonly #stop = new AbortController();
  #operations = 0;
  #lastProgress = Date.now();

  constructor(options: ChaosOptions) {
    this.#options = options;
  }

  async run(): Promise<ChaosReport> {
    const { url, seed, workloads, log } = this.#options;
    const onError = (error: unknown): void => this.#note("unhandled", error);
    const onWarning = (warning: Error): void => this.#note("warning", warning);
    process.on("unhandledRejection", onError).on("uncaughtException", onError).on("warning", onWarning);
    const name = `chaos_${Date.now().toString(36)}`;
    const admin = createEngine(url, { poolSize: 1, maxOverflow: 0 });
    await admin.execute(sql`CREATE DATABASE ${sql.identifier(name)}`);
    const database = withDatabase(url, name);
    const direct = createEngine(database, { applicationName: "chaos-direct", poolSize: 1, maxOverflow: 0 });
    const proxy = await FaultProxy.start(database, { records: false });
    const injector = new FaultInjector(proxy, this.#options.restart ?? (() => Promise.resolve()));
    const started = performance.now();
    try {
      for (const workload of workloads) await workload.setUp(direct);
      await direct.dispose();
      const random = new Random(seed);
      const running = workloads.map((workload) => new RunningWorkload(workload, proxy.url(database), random.fork()));
      const faults = this.#injectFaults(injector);
      const watch = this.#watch(running, injector);
      await Promise.all(running.map((each) => each.work(this.#stop.signal, (error) => this.#done(error))));
      await faults;
      clearInterval(watch);
      log(`faults are over; comparing what is there with what was seen`);
      const leaks = await findLeaks(running, url);
      const checker = createEngine(database, { applicationName: "chaos-direct", poolSize: 1, maxOverflow: 0 });
      const findings: Finding[] = [];
      for (const each of running) findings.push(...(await each.check(checker)));
      await checker.dispose();
      // What nobody handles is told a moment later.
      await new Promise((resolve) => setImmediate(resolve));
      return {
        seed,
        seconds: (performance.now() - started) / 1_000,
        workloads: running.map((each) => each.report()),
        faults: injector.counts,
        findings,
        leaks,
        unexpected: this.#unexpected,
      };
    } finally {
      await proxy[Symbol.asyncDispose]();
      await direct.dispose({ timeout: 0 });
      await admin.execute(sql`DROP DATABASE ${sql.identifier(name)} CASCADE`).catch(() => {});
      await admin.dispose({ timeout: 0 });
      process.off("unhandledRejection", onError).off("uncaughtException", onError).off("warning", onWarning);
    }
  }

  #note(what: string, error: unknown): void {
    if (this.#unexpected.length < 100) {
      this.#unexpected.push(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
  }

  /** Notes that an operation has ended. */
  #done(error: unknown): void {
    this.#operations++;
    this.#lastProgress = Date.now();
    if (error !== undefined) this.#note("an operation failed with", error);
  }

  /** Injects faults, one every so many operations, until there were enough of both. */
  async #injectFaults(injector: FaultInjector): Promise<void> {
    const { operations, faults, seed, restart } = this.#options;
    const plan = planFaults(seed, restart === undefined ? 0 : Math.max(15, Math.min(100, Math.floor(faults / 4))));
    // Some find no connection, or no statement, to come to pass on.
    const every = faults === 0 ? Infinity : Math.max(1, (operations / faults) * 0.7);
    let next = every;
    while ((this.#operations < operations || injector.total < faults) && !this.#stop.signal.aborted) {
      await new Promise((resolve) => setTimeout(resolve, 2));
      for (; next <= this.#operations; next += every) injector.inject(plan.next().value);
    }
    this.#stop.abort();
    await injector.settle();
  }

  /** Notes what the server is doing. */
  async #noteSessions(): Promise<void> {
    const observer = createEngine(this.#options.url, { applicationName: "chaos-observer", poolSize: 1 });
    try {
      const sessions = await observer.execute<Record<string, string | null>>(text("SHOW SESSIONS"), undefined, {
        timeout: 5_000,
      });
      const active = sessions.all().filter((each) => (each["active_queries"] ?? "") !== "");
      const lines = active.map(
        (each) => `${each["application_name"]}: ${each["active_queries"]} since ${each["oldest_query_start"]}`,
      );
      this.#note("the server runs", lines.join("\n  "));
    } catch (error) {
      this.#note("the server does not answer", error);
    } finally {
      await observer.dispose({ timeout: 0 });
    }
  }

  /** Tells how far it is, and whether anything hangs. */
  #watch(running: readonly RunningWorkload[], injector: FaultInjector): NodeJS.Timeout {
    let ticks = 0;
    return setInterval(() => {
      for (const each of running) {
        for (const hung of each.hung(patience)) {
          this.#note("hung", hung);
          void this.#noteSessions();
        }
      }
      if (Date.now() - this.#lastProgress > patience) {
        for (const each of running) this.#note("no progress", each.status());
        this.#stop.abort();
      }
      if (++ticks % 5 === 0) {
        this.#options.log(
          `${this.#operations} operations, ${injector.total} faults, ` +
            `${running.reduce((sum, each) => sum + each.retries, 0)} retries`,
        );
      }
    }, 2_000);
  }
}

class RunningWorkload {
  readonly #workload: Workload;
  readonly #ledger = new Ledger();
  readonly #random: Random;
  /** Operations that have not ended: since when, and how often they were run again. */
  readonly #underWay = new Map<number, { since: number; retries: number }>();
  readonly engine: Engine;
  readonly applicationName: string;
  retries = 0;
  #next = 0;

  constructor(workload: Workload, url: string, random: Random) {
    const { name, driver = "pg", engineOptions } = workload;
    this.#workload = workload;
    this.#random = random;
    this.applicationName = `chaos-${name}`;
    const target = new URL(url.replace(/^[a-z+]+:/, "http:"));
    target.searchParams.set("connect_timeout", "2");
    this.engine = createEngine(target.href.replace(/^http:/, `cockroachdb+${driver}:`), {
      applicationName: this.applicationName,
      poolSize: workload.workers,
      maxOverflow: 0,
      poolTimeout: 10_000,
      ...engineOptions,
    });
  }

  /** Carries out operations until it is told to stop. */
  async work(stop: AbortSignal, done: (unexpected: unknown) => void): Promise<void> {
    await Promise.all(
      Array.from({ length: this.#workload.workers }, async () => {
        while (!stop.aborted) done(await this.#operate());
      }),
    );
  }

  /** @returns an error that was not to be expected */
  async #operate(): Promise<unknown> {
    const id = this.#next++;
    const random = this.#random.fork();
    const hurry = random.next();
    const progress = { since: Date.now(), retries: 0 };
    this.#underWay.set(id, progress);
    try {
      await this.#workload.operate(this.engine, {
        id,
        random,
        retried: () => {
          this.retries++;
          progress.retries++;
        },
        deadline: hurry < 0.04 ? new Date(Date.now() + random.between(5, 200)) : undefined,
        signal: hurry > 0.96 ? AbortSignal.timeout(random.between(1, 200)) : undefined,
      });
      this.#ledger.record(id, "committed");
      return undefined;
    } catch (error) {
      const ambiguous = error instanceof AmbiguousCommitError;
      const name = error instanceof Error ? error.name : String(error);
      this.#ledger.record(id, ambiguous ? "ambiguous" : "failed", name);
      // A server that is away would have thousands of operations fail.
      if (name === "ConnectError") await new Promise((resolve) => setTimeout(resolve, 25));
      return ambiguous || expectedFailures.has(name) ? undefined : error;
    } finally {
      this.#underWay.delete(id);
    }
  }

  /** Operations that take too long, once each. */
  *hung(limit: number): Generator<string> {
    for (const [id, progress] of this.#underWay) {
      if (Date.now() - progress.since < limit) continue;
      progress.since = Infinity;
      const what = `operation ${id} of ${this.#workload.name} takes more than ${limit} ms, and was run again`;
      yield `${what} ${progress.retries} times; ${this.engine.pool.status().toString()}`;
    }
  }

  status(): string {
    return `${this.#workload.name}: ${this.#underWay.size} under way; ${this.engine.pool.status().toString()}`;
  }

  async check(direct: Engine): Promise<readonly Finding[]> {
    const findings = await this.#workload.check(direct, this.#ledger);
    return findings.map(({ kind, what }) => ({ kind, what: `${this.#workload.name}: ${what}` }));
  }

  report(): WorkloadReport {
    return {
      name: this.#workload.name,
      operations: this.#ledger.outcomes.size,
      committed: this.#ledger.count("committed"),
      failed: this.#ledger.count("failed"),
      ambiguous: this.#ledger.resolved,
      retries: this.retries,
      failures: this.#ledger.failures,
    };
  }
}

/** Looks for connections that did not come back: first in the pools, then, when they are disposed of, on the server. */
async function findLeaks(running: readonly RunningWorkload[], url: string): Promise<string[]> {
  const leaks: string[] = [];
  for (const { engine, applicationName } of running) {
    const idle = await eventually(() => {
      const { checkedOut, connecting, waiting } = engine.pool.status();
      return Promise.resolve(checkedOut + connecting + waiting === 0);
    });
    if (!idle) leaks.push(`${applicationName}: ${engine.pool.status().toString()}`);
  }
  await using observer = createEngine(url, { applicationName: "chaos-observer", poolSize: 1, maxOverflow: 0 });
  const sessions = async (): Promise<string[]> =>
    (await observer.execute<{ application_name: string }>(text("SHOW SESSIONS")))
      .all()
      .map(({ application_name: name }) => name)
      .filter((name) => name.startsWith("chaos-") && name !== "chaos-observer");
  // The server has a session for each connection of the pools, and no other.
  const open = running.reduce((sum, { engine }) => sum + engine.pool.status().idle, 0);
  if (!(await eventually(async () => (await sessions()).length === open))) {
    leaks.push(`the pools have ${open} connections, and the server has the sessions ${(await sessions()).join(", ")}`);
  }
  await Promise.all(running.map(({ engine }) => engine.dispose()));
  if (!(await eventually(async () => (await sessions()).length === 0))) {
    leaks.push(`the pools are disposed of, and the server still has the sessions ${(await sessions()).join(", ")}`);
  }
  return leaks;
}

/** Whether something becomes true before long. */
async function eventually(holds: () => Promise<boolean>): Promise<boolean> {
  for (const end = Date.now() + 20_000; Date.now() < end;) {
    if (await holds()) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

/** The same URL for another database. */
export function withDatabase(url: string, name: string): string {
  return url.replace(/(@[^/?]+)(\/[^?]*)?/, `$1/${name}`);
}
