import { CACHE_VARIABLES } from "../rewrite/contract.ts";
import { NOTICE_CODE } from "../rewrite/translate/notices.ts";
import { SqlError } from "../rewrite/sql-error.ts";
import { BACKEND, writeError, writeParameterStatus } from "../wire/messages.ts";
import { BackendConnection } from "./backend-connection.ts";
import { BackendLostError, BackendQueryError } from "./backend-errors.ts";
import { RETRY_HINT, TransactionState } from "./transaction-state.ts";
import type { CatalogView, Statement, TranslateContext, Translation } from "../rewrite/contract.ts";
import type { SqlErrorFields } from "../rewrite/sql-error.ts";
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

interface CachedText {
  readonly statements: readonly Statement[];
  readonly translations: (Translation | undefined)[];
  context: TranslateContext | undefined;
}

const CACHED_TEXTS = 500;
const CACHED_TEXT_LENGTH = 16_384;

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
  #context: TranslateContext | undefined;
  #contextVersion = -1;
  #contextKey = "";
  #ownCatalog: CatalogView | undefined;
  #ownCatalogStale = false;
  readonly #texts = new Map<string, CachedText>();
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
    const target = {
      address,
      user: this.user === "root" ? superuser : this.user,
      settings: { ...this.variables.backendSettings(), search_path: this.cluster.sql.backendSearchPath(searchPath) },
    };
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

  /** Opens the backend again when its database was dropped under an idle session. */
  async ensureBackend(): Promise<void> {
    if (!this.#backend) await this.connect();
    else if (this.#backend.lost && this.#detached && this.transaction.phase === "idle") await this.connect();
  }

  /** Moves the session to another database. */
  async use(database: string): Promise<void> {
    const previous = this.#backend;
    this.#database = database;
    this.#detached = false;
    this.#context = undefined;
    this.#ownCatalog = undefined;
    this.variables.put("database", database);
    await this.connect();
    previous?.close();
  }

  /** The database was dropped: what is left of the session has no tables. */
  databaseDropped(database: string): void {
    if (database !== this.#database) return;
    this.#detached = true;
    this.#context = undefined;
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

  // ------------------------------------------------------------ translation

  /** Parses a text, or takes it from the cache. @throws {SqlError} */
  parse(text: string): CachedText {
    let cached = this.#texts.get(text);
    if (!cached) {
      const statements = this.#guard(() => this.cluster.sql.parse(text));
      cached = { statements, translations: [], context: undefined };
      if (text.length <= CACHED_TEXT_LENGTH) {
        if (this.#texts.size >= CACHED_TEXTS) {
          for (const key of this.#texts.keys()) {
            this.#texts.delete(key);
            break;
          }
        }
        this.#texts.set(text, cached);
      }
    }
    return cached;
  }

  /** The translation of one statement of a parsed text. @throws {SqlError} */
  async translate(text: CachedText, index: number): Promise<Translation> {
    const context = await this.context();
    if (text.context !== context) {
      text.context = context;
      text.translations.length = 0;
    }
    const known = text.translations[index];
    if (known) return known;
    const statement = text.statements[index];
    if (!statement) throw new RangeError(`no statement ${index}`);
    const translation = this.#guard(() => this.cluster.sql.translate(statement, context));
    text.translations[index] = translation;
    return translation;
  }

  /** What translations depend on now; the same object as long as nothing of it changes. */
  context(): TranslateContext | Promise<TranslateContext> {
    if (this.#ownCatalog || this.#ownCatalogStale) {
      if (this.#ownCatalogStale) return this.#loadOwnCatalog();
      return this.#contextWith(this.#ownCatalog as CatalogView);
    }
    if (this.#detached) return this.#contextWith(NO_CATALOG);
    const known = this.cluster.databases.knownCatalog(this.#database);
    if (known) return this.#contextWith(known);
    return this.#loadCatalog();
  }

  /** A schema change ran: at once for everybody, or, in a transaction, for this session until it commits. */
  schemaChanged(): void {
    if (this.transaction.phase === "idle") {
      this.cluster.databases.schemaChanged(this.#database);
      this.#ownCatalog = undefined;
      this.#ownCatalogStale = false;
    } else {
      this.#ownCatalogStale = true;
    }
  }

  /** The transaction is over: what only it could see is known to all, or gone. */
  forgetOwnCatalog(committed: boolean): void {
    if (!this.#ownCatalog && !this.#ownCatalogStale) return;
    this.#ownCatalog = undefined;
    this.#ownCatalogStale = false;
    if (committed) this.cluster.databases.schemaChanged(this.#database);
  }

  /** A fault of the SQL side costs the statement, not the session. */
  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (cause) {
      if (cause instanceof SqlError) throw cause;
      this.cluster.log(`the SQL side failed: ${(cause as Error)?.stack ?? String(cause)}`);
      throw new SqlError({
        code: "XX000",
        message: `internal error of the demo cluster: ${(cause as Error)?.message ?? String(cause)}`,
      });
    }
  }

  #contextWith(catalog: CatalogView): TranslateContext {
    if (this.#context?.catalog === catalog && this.#contextVersion === this.variables.version) return this.#context;
    const key = [
      this.#database,
      this.variables.get("search_path"),
      ...CACHE_VARIABLES.map((v) => this.variables.get(v)),
    ].join("\0");
    this.#contextVersion = this.variables.version;
    if (this.#context?.catalog !== catalog || this.#contextKey !== key) {
      this.#contextKey = key;
      this.#context = {
        catalog,
        database: this.#database,
        user: this.user,
        searchPath: this.variables.searchPath,
        variables: this.variables.values,
      };
    }
    return this.#context;
  }

  async #loadCatalog(): Promise<TranslateContext> {
    const backend = this.backend;
    const free = backend.settled && !backend.unsynced && backend.status === "I" && !backend.lost;
    const view = await this.cluster.databases.catalog(this.#database, free ? (sql) => backend.run(sql) : undefined);
    return this.#contextWith(view);
  }

  async #loadOwnCatalog(): Promise<TranslateContext> {
    this.#ownCatalog = await this.cluster.sql.loadCatalog((sql) => this.backend.run(sql));
    this.#ownCatalogStale = false;
    return this.#contextWith(this.#ownCatalog);
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
    const catalog = this.#context?.catalog ?? NO_CATALOG;
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

const NO_CATALOG: CatalogView = {
  version: "none",
  relation: () => undefined,
  hasSchema: () => false,
  enumValues: () => undefined,
  schemas: () => [],
  enums: () => [],
  relations: () => [],
};

const sqlErrorFields = (error: SqlErrorFields): ErrorFields => ({
  code: error.code,
  message: error.message,
  detail: error.detail,
  hint: error.hint,
  schema: error.schema,
  table: error.table,
  column: error.column,
  constraint: error.constraint,
});

/** A conflict, in CockroachDB's words. */
function retryError(message: string, atCommit: boolean): ErrorFields {
  if (message.startsWith("restart transaction: ")) return { code: "40001", message, hint: RETRY_HINT };
  const reason = atCommit
    ? "TransactionRetryError: retry txn (RETRY_SERIALIZABLE - failed preemptive refresh)"
    : "WriteTooOldError: write at an earlier timestamp is too old";
  return {
    code: "40001",
    message: `restart transaction: TransactionRetryWithProtoRefreshError: ${reason}: ${message}`,
    hint: atCommit ? `${RETRY_HINT}#retry_serializable` : RETRY_HINT,
  };
}
