import { CACHE_VARIABLES } from "../rewrite/contract.ts";
import { SqlError } from "../rewrite/sql-error.ts";
import type { CatalogView, Statement, TranslateContext, Translation } from "../rewrite/contract.ts";
import type { SessionCore } from "./session-core.ts";

/** A text that was parsed, and what its statements were translated to. */
export interface CachedText {
  readonly statements: readonly Statement[];
  readonly translations: (Translation | undefined)[];
  context: TranslateContext | undefined;
}

const CACHED_TEXTS = 500;
const CACHED_TEXT_LENGTH = 16_384;

const SCHEMA_CHANGES: ReadonlySet<Statement["kind"]> = new Set(["alterTable", "createIndex"]);

/** What is known of a database that does not exist. */
export const NO_CATALOG: CatalogView = {
  version: "none",
  relation: () => undefined,
  hasSchema: () => false,
  enumValues: () => undefined,
  schemas: () => [],
  enums: () => [],
  relations: () => [],
};

/**
 * Parses and translates a session's statements, with a cache of its own by text. Translations hold as long as
 * their context (catalog, search path, variables) does.
 */
export class Translator {
  readonly #core: SessionCore;
  #context: TranslateContext | undefined;
  #contextVersion = -1;
  #contextKey = "";
  #ownCatalog: CatalogView | undefined;
  #ownCatalogStale = false;
  readonly #texts = new Map<string, CachedText>();

  constructor(core: SessionCore) {
    this.#core = core;
  }

  /** The schema after the changes that wait for the commit, for statements that change it further. */
  catalogAhead: () => Promise<CatalogView> | undefined = () => undefined;

  /** The catalog the last translation saw. */
  get lastCatalog(): CatalogView {
    return this.#context?.catalog ?? NO_CATALOG;
  }

  /** The session has moved to another database. */
  forgetDatabase(): void {
    this.#context = undefined;
    this.#ownCatalog = undefined;
  }

  /** Parses a text, or takes it from the cache. @throws {SqlError} */
  parse(text: string): CachedText {
    let cached = this.#texts.get(text);
    if (!cached) {
      const statements = this.#guard(() => this.#core.cluster.sql.parse(text));
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
    const statement = text.statements[index];
    if (!statement) throw new RangeError(`no statement ${index}`);
    const ahead = SCHEMA_CHANGES.has(statement.kind) ? await this.catalogAhead() : undefined;
    if (ahead) return this.#guard(() => this.#core.cluster.sql.translate(statement, { ...context, catalog: ahead }));
    if (text.context !== context) {
      text.context = context;
      text.translations.length = 0;
    }
    const known = text.translations[index];
    if (known) return known;
    const translation = this.#guard(() => this.#core.cluster.sql.translate(statement, context));
    text.translations[index] = translation;
    return translation;
  }

  /** What translations depend on now; the same object as long as nothing of it changes. */
  context(): TranslateContext | Promise<TranslateContext> {
    if (this.#ownCatalog || this.#ownCatalogStale) {
      if (this.#ownCatalogStale) return this.#loadOwnCatalog();
      return this.#contextWith(this.#ownCatalog as CatalogView);
    }
    if (this.#core.detached) return this.#contextWith(NO_CATALOG);
    const known = this.#core.cluster.databases.knownCatalog(this.#core.database);
    if (known) return this.#contextWith(known);
    return this.#loadCatalog();
  }

  /** A schema change ran: at once for everybody, or, in a transaction, for this session until it commits. */
  schemaChanged(): void {
    if (this.#core.transaction.phase === "idle") {
      this.#core.cluster.databases.schemaChanged(this.#core.database);
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
    if (committed) this.#core.cluster.databases.schemaChanged(this.#core.database);
  }

  /** A fault of the SQL side costs the statement, not the session. */
  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (cause) {
      if (cause instanceof SqlError) throw cause;
      this.#core.cluster.log(`the SQL side failed: ${(cause as Error)?.stack ?? String(cause)}`);
      throw new SqlError({
        code: "XX000",
        message: `internal error of the demo cluster: ${(cause as Error)?.message ?? String(cause)}`,
      });
    }
  }

  #contextWith(catalog: CatalogView): TranslateContext {
    if (this.#context?.catalog === catalog && this.#contextVersion === this.#core.variables.version)
      return this.#context;
    const key = [
      this.#core.database,
      this.#core.variables.get("search_path"),
      ...CACHE_VARIABLES.map((v) => this.#core.variables.get(v)),
    ].join("\0");
    this.#contextVersion = this.#core.variables.version;
    if (this.#context?.catalog !== catalog || this.#contextKey !== key) {
      this.#contextKey = key;
      this.#context = {
        catalog,
        database: this.#core.database,
        user: this.#core.user,
        searchPath: this.#core.variables.searchPath,
        variables: this.#core.variables.values,
      };
    }
    return this.#context;
  }

  async #loadCatalog(): Promise<TranslateContext> {
    const backend = this.#core.backend;
    const free = backend.settled && !backend.unsynced && backend.status === "I" && !backend.lost;
    const view = await this.#core.cluster.databases.catalog(
      this.#core.database,
      free ? (sql) => backend.run(sql) : undefined,
    );
    return this.#contextWith(view);
  }

  async #loadOwnCatalog(): Promise<TranslateContext> {
    this.#ownCatalog = await this.#core.cluster.sql.loadCatalog((sql) => this.#core.backend.run(sql));
    this.#ownCatalogStale = false;
    return this.#contextWith(this.#ownCatalog);
  }
}
