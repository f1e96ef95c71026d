import { randomBytes } from "node:crypto";
import { createEngine, type Engine, type EngineOptions, sql } from "tegmen";
import { inject } from "vitest";

declare module "vitest" {
  export interface ProvidedContext {
    /** The connection URL of the server that all tests of a run share. */
    serverUrl: string;
    /** Whether it is CockroachDB or its emulation; otherwise it is PostgreSQL, for development. */
    isCockroach: boolean;
  }
}

/** Whether the tests run on CockroachDB, or what emulates it. */
export const isCockroach: boolean = inject("isCockroach");

/** The user of this run's URL. */
export const serverUser: string = new URL(inject("serverUrl").replace(/^[a-z+]+:/, "http:")).username || "root";

/** A database of a test file's own. */
export interface TestDatabase {
  readonly url: string;
  /** An engine on it, which is disposed of with the database. */
  engine(options?: EngineOptions, url?: string): Engine;
  drop(): Promise<void>;
}

/** Options without which no engine gets along with the server of this run. */
export const serverOptions: EngineOptions = isCockroach ? {} : { allowPostgres: true };

/**
 * Creates a database, for one test file.
 *
 * @param serverUrl another server than the one that the run shares
 */
export async function openDatabase(serverUrl: string = inject("serverUrl")): Promise<TestDatabase> {
  const name = `t_${randomBytes(6).toString("hex")}`;
  const admin = createEngine(serverUrl, { ...serverOptions, poolSize: 1, maxOverflow: 0 });
  await admin.execute(sql`CREATE DATABASE ${sql.identifier(name)}`);
  const url = serverUrl.replace(/(@[^/?]+)(\/[^?]*)?/, `$1/${name}`);
  const engines: Engine[] = [];
  return {
    url,
    engine(options = {}, engineUrl = url) {
      const engine = createEngine(engineUrl, { ...serverOptions, ...options });
      engines.push(engine);
      return engine;
    },
    async drop() {
      await Promise.all(engines.map((engine) => engine.dispose({ timeout: 0 })));
      const force = isCockroach ? sql`CASCADE` : sql`WITH (FORCE)`;
      await admin.execute(sql`DROP DATABASE ${sql.identifier(name)} ${force}`).catch(() => {});
      await admin.dispose();
    },
  };
}

/**
 * Waits until no connection of an engine is in use: `runTransaction` gives its own back only after the closing
 * COMMIT, for which it lets nobody wait. One that leaked keeps the test from ending.
 */
export async function allReturned(engine: Engine): Promise<void> {
  const { promise, resolve } = deferredVoid();
  const look = (): void => {
    const { checkedOut, returning } = engine.pool.status();
    if (checkedOut + returning === 0) resolve();
  };
  const end = engine.on("checkin", () => queueMicrotask(look));
  look();
  await promise;
  end();
}

function deferredVoid(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
