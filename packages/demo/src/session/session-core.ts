import { NOTICE_CODE } from "../rewrite/translate/notices.ts";
import { SqlError } from "../rewrite/sql-error.ts";
import { BACKEND, writeError, writeParameterStatus } from "../wire/messages.ts";
import { BackendConnection } from "./backend-connection.ts";
import { BackendLostError, BackendQueryError } from "./backend-errors.ts";
import { retryError, sqlErrorFields } from "./error-fields.ts";
import { Translator } from "./translator.ts";
import { TransactionState } from "./transaction-state.ts";
import type { Statement } from "../rewrite/contract.ts";
import type { ClientChannel } from "./client-channel.ts";
import type { ErrorFields } from "../wire/messages.ts";
import type { ClusterContext } from "./cluster-context.ts";
import type { SessionVariables, VariableChange } from "./variables.ts";

/** An ErrorResponse of the backend and the statement it answers. */
export interface Failure {
  readonly fields: ErrorFields;
  readonly statement: Statement | undefined;
  /** The error is about a parameter's value. */
  readonly atBind?: boolean;
}

/**
 * What the parts of a session share: the client's output, the backend
 * connection, variables, the transaction, translation and its cache.
 */
export class SessionCore {
  readonly cluster: ClusterContext;
  readonly client: ClientChannel;
  readonly variables: SessionVariables;
  readonly user: string;
  readonly transaction: TransactionState = new TransactionState();
  #database: string;
  #backend: BackendConnection | undefined;
  #ended = false;
  /** The database does not exist (any more): the backend is on one without tables. */
  #detached = false;
  /** The database exists again: the backend moves there. */
  #reattach = false;
  /** Parsing and translating the session's statements. */
  readonly sql: Translator = new Translator(this);
  /** The first error of the answers that come in now. */
  failure: Failure | undefined;
  /** Set when the client asked for the running statement to end. */
  cancelled = false;
  /** The statement the simple protocol runs at the backend now. */
  running: Statement | undefined;
  /** The statement that runs now, and since when (milliseconds since 1970; 0 while none runs). */
  activeQuery = "";
  activeSince = 0;
  /** Settings changed in the open transaction: a rollback at the backend must not undo them. */
  settingsToRepeat: string[] = [];
  /** A portal has rows left that the client did not ask for yet. */
  suspendedPortal = false;
  /** Grows when prepared statements of the backend are gone. */
  backendGeneration = 0;

  constructor(options: {
    cluster: ClusterContext;
    client: ClientChannel;
    variables: SessionVariables;
    user: string;
    database: string;
  }) {
    this.cluster = options.cluster;
    this.client = options.client;
    this.variables = options.variables;
    this.user = options.user;
    this.#database = options.database;
  }

  get database(): string {
    return this.#database;
  }

  /** True when the session's database does not exist. */
  get detached(): boolean {
    return this.#detached;
  }

  /** True once the session is over: the client is gone or was told to go. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The backend connection if it is open. */
  get backend(): BackendConnection {
    if (!this.#backend) throw new BackendLostError("the backend is not connected");
    return this.#backend;
  }

  // ------------------------------------------------------------ the backend

  /** Opens the backend session. @throws {BackendLostError} when the backend refuses. */
  async connect(): Promise<void> {
    const { address, superuser, maintenanceDatabase } = this.cluster.databases.settings;
    const searchPath = this.#detached ? [] : this.variables.searchPath;
    const isRoot = this.user === "root";
    if (!isRoot) await this.#checkLogin();
    const settings = {
      ...this.variables.backendSettings(),
      search_path: this.cluster.sql.backendSearchPath(searchPath),
    };
    // The gateway makes some changes in the user's place, and is the superuser for them.
    const target = { address, user: superuser, settings: isRoot ? settings : { ...settings, role: this.user } };
    let connection: BackendConnection;
    try {
      const database = this.#detached ? maintenanceDatabase : this.#database;
      connection = await BackendConnection.open({ ...target, database });
    } catch (cause) {
      if (!(cause instanceof BackendLostError) || cause.fields?.code !== "3D000" || this.#detached) throw cause;
      this.#detached = true;
      await this.connect();
      return;
    }
    if (this.#ended) {
      connection.close();
      throw new BackendLostError("the session was closed");
    }
    connection.events = {
      notice: (fields) => this.#notice(fields),
      parameterStatus: () => {},
      progress: () => this.#progress(),
      lost: (error) => {
        // A session whose database was dropped goes on without; any other is over, also while it is idle.
        if (this.#backend === connection && !this.#detached) this.client.abort(error);
      },
    };
    this.client.onDrain = () => connection.resume();
    this.#backend = connection;
    this.backendGeneration++;
  }

  /** @throws {BackendLostError} for a user who does not exist or may not log in */
  async #checkLogin(): Promise<void> {
    const name = `'${this.user.replaceAll("'", "''")}'`;
    const sql = `SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = ${name} AND rolcanlogin`;
    if ((await this.cluster.databases.admin(sql)).length > 0) return;
    throw new BackendLostError("the user may not log in", { code: "28000", message: "the user may not log in" });
  }

  /** True when {@link ensureBackend} has something to do. */
  get needsBackend(): boolean {
    return this.#backend === undefined || this.#backend.lost || (this.#reattach && this.transaction.phase === "idle");
  }

  /** Opens the backend again when its database was dropped, or made, under an idle session. */
  async ensureBackend(): Promise<void> {
    if (this.#reattach && this.transaction.phase === "idle") {
      this.#reattach = false;
      if (await this.cluster.databases.exists(this.#database)) await this.use(this.#database);
    }
    if (!this.#backend) await this.connect();
    else if (this.#backend.lost && this.#detached && this.transaction.phase === "idle") await this.connect();
  }

  /** Moves the session to another database. */
  async use(database: string): Promise<void> {
    const previous = this.#backend;
    this.#database = database;
    this.#detached = false;
    this.sql.forgetDatabase();
    this.variables.put("database", database);
    await this.connect();
    previous?.close();
  }

  /** The database was dropped: what is left of the session has no tables. */
  databaseDropped(database: string): void {
    if (database !== this.#database) return;
    this.#detached = true;
    this.sql.forgetDatabase();
  }

  /** A database was made: a session that is on it without its being there has tables from now on. */
  databaseCreated(database: string): void {
    if (this.#detached && database === this.#database) this.#reattach = true;
  }

  /** A user was made: a session of one of that name, who was dropped, goes on as the new one. */
  roleCreated(name: string): void {
    if (name === this.user) this.#reattach = true;
  }

  /** Runs SQL of the gateway's own; its failure is an error of the gateway. */
  async control(sql: string): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        await this.backend.run(sql);
        return;
      } catch (cause) {
        // A cancel meant for the statement before came late and hit this one.
        if (cause instanceof BackendQueryError && cause.fields.code === "57014" && attempt < 3) continue;
        throw cause;
      }
    }
  }

  /** Notes which statement runs now, for SHOW QUERIES and for cancelling it. */
  noteQuery(sql: string): void {
    this.activeQuery = sql;
    if (this.activeSince === 0) this.activeSince = Date.now();
  }

  /** Cancels what runs at the backend now. */
  cancel(): void {
    this.cancelled = true;
    if (this.#backend && !this.#backend.settled) void this.#backend.cancel();
  }

  /** Ends the session: the backend is told to stop at once. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    const backend = this.#backend;
    if (!backend) return;
    if (!backend.settled) void backend.cancel();
    backend.close();
  }

  // ------------------------------------------------------------ the client

  /** What the client is told of an error, in CockroachDB's words. */
  errorFields(cause: SqlError | BackendQueryError, statement?: Statement): ErrorFields {
    if (cause instanceof SqlError) return sqlErrorFields(cause);
    return this.#translateError(cause.fields, statement, cause.atCommit);
  }

  /**
   * A statement failed: tells the client and aborts the open transaction.
   *
   * @throws what is no error of a statement: the session cannot go on then.
   */
  fail(cause: unknown, statement?: Statement): void {
    if (!(cause instanceof SqlError || cause instanceof BackendQueryError)) throw cause;
    const fields = this.errorFields(cause, statement);
    if (fields.code === "40001") this.transaction.conflict();
    else this.transaction.fail();
    writeError(this.client.out, fields);
  }

  /** Tells the client of a changed variable that drivers follow. */
  reportChange(change: VariableChange): void {
    if (change.reported) writeParameterStatus(this.client.out, change.reported, change.value);
  }

  #translateError(fields: ErrorFields, statement: Statement | undefined, atCommit: boolean): ErrorFields {
    const { code, message, severity } = fields;
    if (code === "40001" || code === "40P01") return retryError(message, atCommit);
    if (code === "57014") {
      const timeout = /statement timeout/.test(message) && !this.cancelled;
      return { code, message: `query execution canceled${timeout ? " due to statement timeout" : ""}` };
    }
    const catalog = this.sql.lastCatalog;
    const searchPath = this.variables.searchPath;
    const translated = this.cluster.sql.translateError(fields, {
      catalog,
      searchPath,
      statement,
      atCommit,
      user: this.user,
      database: this.database,
    });
    return { ...sqlErrorFields(translated), severity: severity === "FATAL" ? severity : undefined };
  }

  /** Passes on what CockroachDB would say as well; most of PostgreSQL's notices are its own affair. */
  #notice(fields: ErrorFields): void {
    const level = this.variables.get("client_min_messages");
    if (fields.code === NOTICE_CODE && !/^(warning|error|fatal|panic)$/.test(level)) {
      writeError(this.client.out, { code: "00000", message: fields.message, hint: fields.hint }, BACKEND.notice);
      return;
    }
    const exists = /^(relation|enum label) (".*" already exists, skipping)$/s.exec(fields.message);
    if (!exists || /^(warning|error|fatal|panic)$/.test(level)) {
      this.cluster.log(`notice of the backend: ${fields.message}`);
      return;
    }
    if (exists[1] === "relation" && this.running?.kind !== "createTable") return;
    const what = exists[1] === "enum label" ? "enum value" : "relation";
    writeError(this.client.out, { code: "00000", message: `${what} ${exists[2]}` }, BACKEND.notice);
  }

  #progress(): void {
    const { out } = this.client;
    if (out.length >= RESULTS_BUFFER) out.flush();
    if (this.client.congested) this.#backend?.pause();
  }
}

/** Results up to this size can be taken back for a retry (`results_buffer_size`). */
const RESULTS_BUFFER = 16_384;
