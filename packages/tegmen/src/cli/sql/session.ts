import type { DriverConnection, DriverFailure, Notice, RowConsumer, TransactionStatus } from "../../drivers/driver.ts";
import { pgDriver } from "../../drivers/pg/lazy-driver.ts";
import { makeConnector } from "../../engine/connector.ts";
import { connectionSettings, type Url } from "../../url/index.ts";

/** Carries what the server, or the connection, answered instead of a result. */
export class StatementFailure extends Error {
  override readonly name: string = "StatementFailure";
  readonly failure: DriverFailure;
  readonly sql: string;
  constructor(failure: DriverFailure, sql: string) {
    super(failure.kind === "server" ? failure.fields.message : failure.cause.message, { cause: failure.cause });
    this.failure = failure;
    this.sql = sql;
  }
}

/** What a session needs. */
export interface SessionOptions {
  readonly url: Url;
  readonly allowPostgres: boolean;
  readonly onNotice: (notice: Notice) => void;
}

/**
 * One session of a shell. It works below the engine: values are shown as the server wrote them, and
 * transactions are the user's own.
 */
export class SqlSession {
  readonly #connect: () => Promise<DriverConnection>;
  readonly #url: Url;
  readonly #onNotice: (notice: Notice) => void;
  #connection: DriverConnection | undefined;
  #database: string;
  #cancelling: Promise<void> | undefined;

  private constructor({ url, allowPostgres, onNotice }: SessionOptions) {
    const settings = connectionSettings(url);
    const connect = makeConnector({
      driver: pgDriver,
      settings,
      applicationName: settings.applicationName ?? "tegmen sql",
      allowPostgres,
      preparedStatementCacheSize: 0,
      random: Math.random,
    });
    this.#connect = () => connect(new AbortController().signal);
    this.#url = url;
    this.#database = url.database;
    this.#onNotice = onNotice;
  }

  /**
   * @throws {ConnectError} no server answered
   * @throws {DatabaseError} the server refused
   */
  static async open(options: SessionOptions): Promise<SqlSession> {
    const session = new SqlSession(options);
    await session.reopen();
    return session;
  }

  /** Whether there is a connection; {@link SqlSession.reopen} makes another. */
  get isOpen(): boolean {
    return this.#connection?.isOpen ?? false;
  }

  /** Whether a transaction is open. */
  get transactionStatus(): TransactionStatus {
    return this.#connection?.isOpen ? this.#connection.transactionStatus : "I";
  }

  /** `user@host:port/database` */
  get place(): string {
    const address = this.#connection?.address ?? this.#url.hosts.map(({ host, port }) => `${host}:${port}`).join(",");
    return `${this.#url.username}@${address}/${this.#database}`;
  }

  /** What the server says it is. */
  get version(): string {
    const parameters = this.#connection?.serverParameters;
    return parameters?.get("crdb_version") ?? `PostgreSQL ${parameters?.get("server_version") ?? ""}`.trim();
  }

  /** Connects, again if need be. The new session knows nothing of what was set in the one before. */
  async reopen(): Promise<void> {
    const connection = await this.#connect();
    connection.onNotice(this.#onNotice);
    this.#connection = connection;
    this.#database = this.#url.database;
  }

  /**
   * Runs one statement.
   *
   * @param consumer gets columns and rows as they arrive
   * @returns the command tag
   * @throws {StatementFailure}
   */
  async execute(sql: string, consumer: RowConsumer): Promise<string> {
    const connection = this.#connection;
    if (connection === undefined) throw new Error("the session is closed");
    const { results, failure } = await connection.run([{ sql, parameters: [], prepare: false, consumer }]);
    // A request to cancel that is still on its way would hit the next statement.
    await this.#cancelling;
    if (failure !== undefined) throw new StatementFailure(failure, sql);
    if (/^\s*(?:USE|SET|RESET|DISCARD)\b/i.test(sql) && this.transactionStatus !== "E") await this.#readDatabase();
    return results[0]?.tag ?? "";
  }

  /** Has the server cancel what runs; when asked twice, cuts the connection. */
  cancel(): void {
    const connection = this.#connection;
    if (connection === undefined || this.#cancelling !== undefined) {
      connection?.destroy();
      return;
    }
    this.#cancelling = connection
      .cancel()
      .catch(() => connection.destroy())
      .finally(() => {
        this.#cancelling = undefined;
      });
  }

  async close(): Promise<void> {
    await this.#connection?.close();
    this.#connection = undefined;
  }

  /** Neither CockroachDB nor PostgreSQL report the current database by themselves. */
  async #readDatabase(): Promise<void> {
    const rows: (string | null)[] = [];
    const consumer: RowConsumer = { fields: () => {}, row: ([database]) => void rows.push(database ?? null) };
    await this.#connection?.run([{ sql: "SELECT current_database()", parameters: [], prepare: false, consumer }]);
    this.#database = rows[0] ?? this.#database;
  }
}
