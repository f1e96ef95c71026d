import { afterEach, expect } from "vitest";
import type {
  BatchOutcome,
  ConnectTarget,
  Driver,
  DriverConnection,
  DriverFailure,
  DriverStatement,
  DriverStream,
  Field,
  RawRow,
  RowConsumer,
  ServerErrorFields,
} from "../../packages/tegmen/src/drivers/driver.ts";
import { DriverFailureError } from "../../packages/tegmen/src/drivers/driver.ts";
import { isCockroach } from "../support/server.ts";

/** What drivers may differ in. Everything else is the same for all. */
export interface DriverCapabilities {
  /**
   * All statements of a batch travel behind one Sync, so that every batch costs one turn. A driver without it
   * waits where a failure would let later statements have an effect.
   */
  readonly singleSyncBatches: boolean;
  /** How many parameters a statement can have. */
  readonly maxParameters: number;
  /** A full cache of prepared statements makes room for new ones; without, new ones are not prepared. */
  readonly replacesPrepared: boolean;
  /** A stream in a transaction is read page by page, so that its early end costs nothing. */
  readonly closesPortals: boolean;
}

/** What the tests of one driver share. */
export class Harness {
  readonly driver: Driver;
  readonly capabilities: DriverCapabilities;
  #target: ConnectTarget | undefined;
  #open: DriverConnection[] = [];
  #cleanup: (() => Promise<unknown>)[] = [];

  constructor(driver: Driver, capabilities: DriverCapabilities) {
    this.driver = driver;
    this.capabilities = capabilities;
    afterEach(async () => {
      const open = this.#open;
      this.#open = [];
      for (const connection of open) connection.destroy();
      for (const clean of this.#cleanup.splice(0).reverse()) await clean();
    });
  }

  use(target: ConnectTarget): void {
    this.#target = target;
  }

  get target(): ConnectTarget {
    if (this.#target === undefined) throw new Error("the server is not there yet");
    return this.#target;
  }

  get isCockroach(): boolean {
    return isCockroach;
  }

  /** A connection that is cut at the end of the test. */
  async connect(overrides: Partial<ConnectTarget> = {}): Promise<DriverConnection> {
    const connection = await this.driver.connect({ ...this.target, ...overrides });
    this.#open.push(connection);
    return connection;
  }

  /** Why it could not connect. */
  async connectFailure(overrides: Partial<ConnectTarget>): Promise<DriverFailure> {
    const error: unknown = await this.connect(overrides).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!(error instanceof DriverFailureError)) throw new Error("expected a DriverFailureError", { cause: error });
    return error.failure;
  }

  /** Has something stopped at the end of the test. */
  stopAfter<T extends { stop(): Promise<void> }>(thing: T): T {
    this.#cleanup.push(() => thing.stop());
    return thing;
  }

  /** A table that is dropped at the end of the test. */
  async table(columns: string): Promise<string> {
    const name = `driver_test_${process.pid}_${++tables}`;
    const connection = await this.driver.connect(this.target);
    await rowsOf(connection, `CREATE TABLE ${name} (${columns})`);
    this.#cleanup.push(async () => {
      await connection.run([statement(`DROP TABLE IF EXISTS ${name}`)]);
      await connection.close();
    });
    return name;
  }
}

let tables = 0;

/** Keeps what it is given. */
export class Recorder implements RowConsumer {
  readonly described: (readonly Field[])[] = [];
  readonly rows: RawRow[] = [];

  fields(fields: readonly Field[]): void {
    // Again only where a stale plan had to be made anew, of which nothing was to be seen.
    if (this.rows.length > 0) throw new Error("columns are announced before rows");
    this.described.push(fields);
  }

  row(values: RawRow): void {
    this.rows.push(values);
  }

  /** The columns; announced before the first row. */
  get columns(): readonly Field[] {
    const columns = this.described.at(-1);
    if (columns === undefined) throw new Error("there are no columns");
    return columns;
  }
}

export interface StatementOptions {
  readonly prepare?: boolean;
  readonly consumer?: RowConsumer;
}

export function statement(
  sql: string,
  parameters: readonly (string | null)[] = [],
  { prepare = false, consumer }: StatementOptions = {},
): DriverStatement {
  return consumer === undefined ? { sql, parameters, prepare } : { sql, parameters, prepare, consumer };
}

/** The rows of a statement that succeeds. */
export async function rowsOf(
  connection: DriverConnection,
  sql: string,
  parameters: readonly (string | null)[] = [],
  options: Omit<StatementOptions, "consumer"> = {},
): Promise<readonly RawRow[]> {
  return (await record(connection, sql, parameters, options)).rows;
}

/** The rows and columns of a statement that succeeds. */
export async function record(
  connection: DriverConnection,
  sql: string,
  parameters: readonly (string | null)[] = [],
  options: Omit<StatementOptions, "consumer"> = {},
): Promise<Recorder> {
  const consumer = new Recorder();
  const outcome = await connection.run([statement(sql, parameters, { ...options, consumer })]);
  if (outcome.failure !== undefined) throw outcome.failure.cause;
  return consumer;
}

export async function runs(connection: DriverConnection, ...sql: readonly string[]): Promise<BatchOutcome> {
  return connection.run(sql.map((text) => statement(text)));
}

export function tags(outcome: BatchOutcome): readonly string[] {
  return outcome.results.map((result) => result.tag);
}

/** What the server said; the failure must be one of the server's. */
export function serverError(outcome: BatchOutcome | DriverFailure | undefined): ServerErrorFields & { index: number } {
  const failure = outcome !== undefined && "results" in outcome ? outcome.failure : outcome;
  expect(failure).toMatchObject({ kind: "server" });
  if (failure?.kind !== "server") throw new Error("unreachable");
  return { ...failure.fields, index: failure.index };
}

/** Everything a stream brings. */
export async function drain(stream: DriverStream): Promise<readonly RawRow[]> {
  const rows: RawRow[] = [];
  for (let page = await stream.next(); page !== null; page = await stream.next()) rows.push(...page);
  return rows;
}

/** Why a promise was rejected; it must be with a {@link DriverFailureError}. */
export async function failureOf(promise: Promise<unknown>): Promise<DriverFailure> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof DriverFailureError)) throw new Error("expected a DriverFailureError", { cause: error });
  return error.failure;
}

/** The connection still does what it should. */
export async function expectUsable(connection: DriverConnection): Promise<void> {
  expect(connection.isOpen).toBe(true);
  expect(await rowsOf(connection, "SELECT $1::text", ["still here"])).toEqual([["still here"]]);
  expect(connection.isBusy).toBe(false);
}

/** Cancels until the work is done: a request that comes before its statement has no effect. */
export async function cancelled<T>(connection: DriverConnection, work: Promise<T>): Promise<T> {
  const done = work.then(
    () => true,
    () => true,
  );
  const later = (): Promise<boolean> => new Promise((resolve) => setTimeout(resolve, 20, false));
  do await connection.cancel();
  while (!(await Promise.race([done, later()])));
  return work;
}
