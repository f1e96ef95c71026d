import { inspect } from "node:util";
import type { Driver, DriverConnection } from "../drivers/driver.ts";
import { pgDriver } from "../drivers/pg/lazy-driver.ts";
import { postgresDriver } from "../drivers/postgres/index.ts";
import { ArgumentError } from "../errors/index.ts";
import { Pool, type PoolEventName, type PoolMember } from "../pool/index.ts";
import { didYouMean } from "../text/did-you-mean.ts";
import type { Executable, NamedParameters } from "../sql/executable.ts";
import { makeDecoders, type TypeDecoders } from "../types/index.ts";
import { connectionSettings, parseUrl, type Url } from "../url/index.ts";
import { checkBeginOptions, type IsolationLevel, needsTransaction } from "./begin.ts";
import { Channel } from "./channel.ts";
import { compileFor, compilePiecesFor, type Parameters } from "./compile.ts";
import { Connection, type ExecutionOptions } from "./connection.ts";
import { makeConnector } from "./connector.ts";
import { type EngineContext, remember } from "./context.ts";
import type { CopyOptions } from "./copy.ts";
import type { Definitions, TableInsert, Target } from "../sql/definitions.ts";
import { type EngineEventName, EngineEvents, type EngineListener, isEngineEventName } from "./events.ts";
import { executeOne } from "./execute.ts";
import { checkLimits, type Limits } from "./limits.ts";
import { toLogger } from "./logger.ts";
import { executePieces } from "./pieces.ts";
import type { ExecuteOptions } from "./progress.ts";
import { checkEngineOptions, defaultPoolRecycle, type EngineOptions } from "./options.ts";
import type { Result, ScalarOf } from "./result.ts";
import { RowPlans } from "./row-reader.ts";
import { parseServerVersion } from "./server-version.ts";

/**
 * A database, as a program sees it: where it is, how to talk to it, and a pool of
 * connections. Make one for the program's lifetime. Nothing is connected before
 * the first use.
 *
 * SQLAlchemy: `Engine`, made by `create_engine`.
 */
export class Engine {
  static {
    // Not a declared method: its name is a symbol of Node's, which has no place in the public type.
    Object.defineProperty(this.prototype, inspect.custom, {
      value(this: Engine): string {
        return this.toString();
      },
    });
  }

  /** Where it connects to. Shows no password in any string form. */
  readonly url: Url;
  readonly pool: Pool;
  readonly #context: EngineContext;
  readonly #decoders: TypeDecoders;

  /** For {@link createEngine}. */
  constructor(url: Url, driver: Driver, options: EngineOptions) {
    this.url = url;
    this.#decoders = makeDecoders(options);
    const settings = connectionSettings(url);
    const events = new EngineEvents();
    const connect = makeConnector({
      driver,
      settings,
      applicationName: options.applicationName ?? settings.applicationName ?? "tegmen",
      allowPostgres: options.allowPostgres ?? false,
      preparedStatementCacheSize: options.preparedStatementCacheSize ?? 256,
      random: Math.random,
    });
    this.pool = new Pool({
      ...options,
      poolRecycle: options.poolRecycle ?? defaultPoolRecycle,
      connect,
      onEvent: (name, member, cause) => this.#onPoolEvent(name, member, cause),
    });
    this.#context = {
      pool: this.pool,
      driver: driver.name,
      events,
      logger: toLogger(options.echo),
      hideParameters: options.hideParameters ?? false,
      begin: {
        isolationLevel: options.isolationLevel,
        readOnly: options.readOnly,
        asOfSystemTime: options.asOfSystemTime,
        priority: options.priority,
      },
    };
  }

  /**
   * Takes a connection from the pool. With a callback, the connection is given back when it is done, and
   * what was not committed is rolled back.
   *
   * @param options options of the connection, as for `conn.executionOptions()`
   * @throws {ConnectError} no server could be reached
   * @throws {PoolTimeoutError} no connection became free within `poolTimeout`
   *
   * @example
   * ```ts
   * await using conn = await engine.connect();
   * ```
   */
  connect(options?: ExecutionOptions): Promise<Connection>;
  connect<T>(work: (connection: Connection) => Promise<T>, options?: ExecutionOptions): Promise<T>;
  async connect<T>(
    first?: ((connection: Connection) => Promise<T>) | ExecutionOptions,
    second?: ExecutionOptions,
  ): Promise<T | Connection> {
    if (typeof first !== "function") return this.#connection(first);
    const connection = await this.#connection(second);
    try {
      return await first(connection);
    } finally {
      await connection.close();
    }
  }

  /**
   * Runs the work in a transaction: committed at the end, rolled back when it throws. A conflict (40001) is
   * thrown, not retried: `runTransaction` does that.
   */
  begin<T>(work: (connection: Connection) => Promise<T>, options?: ExecutionOptions): Promise<T> {
    return this.connect((connection) => connection.begin(() => work(connection)), options);
  }

  /**
   * Runs one statement that commits by itself, in a single turn. An array of parameters (executemany)
   * runs in a transaction, and so does everything on an engine that is `readOnly` or has `asOfSystemTime` or
   * `priority`, and an INSERT of more rows than one statement can hold.
   */
  execute<Row>(statement: Executable<Row>, parameters?: Parameters, options?: ExecuteOptions): Promise<Result<Row>> {
    // What is promised of transactions holds for single statements, too.
    if (Array.isArray(parameters) || needsTransaction(this.#context.begin)) {
      return this.#executeInTransaction(statement, parameters, options);
    }
    const values = parameters as NamedParameters | undefined;
    return options === undefined
      ? this.#executeAlone(statement, values)
      : this.#executeWithin(statement, values, options);
  }

  #executeInTransaction<Row>(
    statement: Executable<Row>,
    parameters: Parameters | undefined,
    { onProgress, ...limits }: ExecuteOptions = {},
  ): Promise<Result<Row>> {
    const progress = onProgress === undefined ? undefined : { onProgress };
    const work = (connection: Connection) => connection.execute(statement, parameters, progress);
    return this.begin(work, { isolationLevel: this.#transactionLevel, ...limits });
  }

  async #executeWithin<Row>(
    statement: Executable<Row>,
    parameters: NamedParameters | undefined,
    { onProgress, ...limits }: ExecuteOptions,
  ): Promise<Result<Row>> {
    const connection = await this.#connection({ isolationLevel: "AUTOCOMMIT", ...limits });
    try {
      return await connection.execute(statement, parameters, onProgress === undefined ? undefined : { onProgress });
    } finally {
      await connection.close();
    }
  }

  /** Runs one statement that commits by itself, without options: what most programs do most of the time. */
  async #executeAlone<Row>(statement: Executable<Row>, parameters: NamedParameters | undefined): Promise<Result<Row>> {
    const context = this.#context;
    const channel = new Channel(this.pool.tryAcquire() ?? (await this.pool.acquire()), context);
    try {
      const pieces = compilePiecesFor(channel, context, statement, parameters);
      if (pieces !== undefined) return await executePieces<Row>(channel, context, pieces, undefined);
      return await executeOne<Row>(channel, context, compileFor(channel, context, statement, parameters));
    } finally {
      await channel.release();
    }
  }

  /**
   * Copies rows into a table by COPY FROM STDIN, in a transaction: all of them are kept, or none.
   *
   * @returns how many rows were copied
   * @throws as {@link Connection.copyFrom}
   */
  async copyFrom<N extends string, C extends Definitions>(
    target: Target<N, C>,
    rows: Iterable<TableInsert<C>> | AsyncIterable<TableInsert<C>>,
    options: CopyOptions = {},
  ): Promise<number> {
    const limits = { isolationLevel: this.#transactionLevel, signal: options.signal };
    return this.begin((connection) => connection.copyFrom(target, rows, options), limits);
  }

  /** Runs one statement that commits by itself; returns the first column of its first row, null without one. */
  async scalar<Row>(
    statement: Executable<Row>,
    parameters?: NamedParameters,
    limits?: Limits,
  ): Promise<ScalarOf<Row> | null> {
    return (await this.execute(statement, parameters, limits)).scalar();
  }

  /**
   * Calls the listener whenever the event happens. What a listener throws becomes a process warning.
   *
   * @returns a function that ends it
   * @throws {ArgumentError} there is no such event
   */
  on(event: EngineEventName, listener: EngineListener): () => void {
    if (!isEngineEventName(event)) {
      throw new ArgumentError(`The engine has no event ${JSON.stringify(event)}`);
    }
    return this.#context.events.add(event, listener);
  }

  /** Ends what {@link Engine.on} began. */
  off(event: EngineEventName, listener: EngineListener): void {
    this.#context.events.remove(event, listener);
  }

  /**
   * Closes all connections: idle ones now, those in use when they are given back.
   *
   * @param options.timeout milliseconds after which connections in use are cut. Default 10,000.
   */
  dispose(options?: { readonly timeout?: number }): Promise<void> {
    return this.pool.dispose(options);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  toString(): string {
    return `Engine(${this.url.toString()})`;
  }

  /** The isolation of what needs a transaction, where the engine's connections have none. */
  get #transactionLevel(): IsolationLevel | undefined {
    const { isolationLevel } = this.#context.begin;
    return isolationLevel === "AUTOCOMMIT" ? undefined : isolationLevel;
  }

  async #connection(options: ExecutionOptions = {}): Promise<Connection> {
    checkLimits(options);
    const merged = { ...this.#context.begin, ...options };
    checkBeginOptions(merged);
    const pooled = this.pool.tryAcquire() ?? (await this.pool.acquire({ signal: options.signal }));
    return new Connection(this.#context, new Channel(pooled, this.#context), merged);
  }

  #onPoolEvent(name: PoolEventName, member: PoolMember, cause: Error | undefined): void {
    if (name === "connect") this.#introduce(member.driver, member.info);
    const { events } = this.#context;
    if (events.has(name)) events.emit(name, { connection: member.id, error: cause });
  }

  #introduce(driver: DriverConnection, info: Map<unknown, unknown>): void {
    const parameters = driver.serverParameters;
    const version = parseServerVersion(parameters.get("crdb_version"), parameters.get("server_version"));
    remember(info, { plans: new RowPlans(this.#decoders), compile: { version } });
  }
}

const drivers: Readonly<Record<string, Driver>> = { pg: pgDriver, postgres: postgresDriver };

/**
 * Makes an engine. Nothing is connected yet.
 *
 * @param url a connection URL, `cockroachdb://user:password@host:26257/database?sslmode=verify-full`, or a {@link Url}
 * @throws {ArgumentError} the URL or an option is not valid; the message names it and what was probably meant
 *
 * SQLAlchemy: `create_engine`.
 *
 * @example
 * ```ts
 * const engine = createEngine("cockroachdb://root@localhost:26257/defaultdb?sslmode=disable", { echo: true });
 * ```
 */
export function createEngine(url: string | Url, options: EngineOptions = {}): Engine {
  checkEngineOptions(options);
  const parsed = typeof url === "string" ? parseUrl(url) : url;
  const name = connectionSettings(parsed).driver;
  const driver = options.driver ?? drivers[name];
  if (driver === undefined) {
    throw new ArgumentError(
      `No driver "${name}" is built in: ${didYouMean(name, Object.keys(drivers))} Or pass one with the option driver`,
    );
  }
  return new Engine(parsed, driver, options);
}
