import { SqlError } from "../rewrite/sql-error.ts";
import { BackendQueryError } from "./backend-errors.ts";
import type { CatalogView, QueryTranslation, Statement } from "../rewrite/contract.ts";
import type { ErrorFields } from "../wire/messages.ts";
import type { SessionCore } from "./session-core.ts";
import type { TransactionLog } from "./transaction-log.ts";

/** A schema change that CockroachDB makes after the commit. */
interface DeferredChange {
  readonly statement: Statement;
  readonly translation: QueryTranslation;
}

/** Changes of a table's parts, which may need what the changes before them make. */
const BEHIND_OTHERS: ReadonlySet<Statement["kind"]> = new Set(["alterTable", "createIndex", "alterIndex", "dropIndex"]);

/**
 * The schema changes of the open transaction that CockroachDB makes after its commit: columns, indexes and
 * constraints of tables that are older than the transaction.
 */
export class DeferredChanges {
  readonly #core: SessionCore;
  readonly #log: TransactionLog;
  #changes: DeferredChange[] = [];
  /** The schema as it will be after them. */
  #catalog: Promise<CatalogView> | undefined;
  readonly #created = new Set<string>();

  constructor(core: SessionCore, log: TransactionLog) {
    this.#core = core;
    this.#log = log;
  }

  /** A transaction begins, again or anew, or was not committed. */
  clear(): void {
    this.#changes = [];
    this.#catalog = undefined;
    this.#created.clear();
  }

  /** The transaction is over: what it made is as old as any other relation. */
  forgetCreated(): void {
    this.#created.clear();
  }

  /** The transaction made this relation: what changes it need not wait. */
  noteCreated(relation: string): void {
    this.#created.add(relation);
  }

  /** Is it made after the commit, now? What changes a table that others wait for has to wait behind them. */
  isDeferred({ kind }: Statement, { ddl }: QueryTranslation): boolean {
    if (!ddl || this.#core.transaction.phase !== "open") return false;
    if (ddl.changes !== undefined && this.#created.has(ddl.changes)) return false;
    return ddl.afterCommit || (BEHIND_OTHERS.has(kind) && this.#waits(ddl.changes));
  }

  #waits(relation: string | undefined): boolean {
    return this.#changes.some(({ translation }) => translation.ddl?.changes === relation);
  }

  /** The schema after the changes that wait: what a further change has to see. Undefined when none waits. */
  catalog(): Promise<CatalogView> | undefined {
    if (this.#changes.length === 0 || this.#core.transaction.phase !== "open") return undefined;
    const { backend, cluster } = this.#core;
    this.#catalog ??= this.#tried(this.#changes, () => cluster.sql.loadCatalog((sql) => backend.run(sql)));
    return this.#catalog;
  }

  /** Tries the change and takes it back, so that what is wrong with it by itself is reported at once. */
  async defer(statement: Statement, translation: QueryTranslation): Promise<void> {
    const changes = [...this.#changes, { statement, translation }];
    await this.#tried(changes, () => Promise.resolve());
    this.#core.transaction.ddl++;
    this.#changes = changes;
    this.#catalog = undefined;
    this.#log.spoil();
  }

  /** Makes changes, works on what they lead to, and takes them back. */
  async #tried<T>(changes: readonly DeferredChange[], work: () => Promise<T>): Promise<T> {
    const core = this.#core;
    await core.control("SAVEPOINT crdb_demo_trial");
    for (const { translation } of changes) {
      await core.control("SAVEPOINT crdb_demo_change");
      try {
        await core.control(scriptOf(translation));
      } catch (cause) {
        // Rows that do not fit (class 23) are found by the job, after the commit.
        if (!(cause instanceof BackendQueryError) || !cause.fields.code.startsWith("23")) throw cause;
        await core.control("ROLLBACK TO SAVEPOINT crdb_demo_change");
      }
    }
    const result = await work();
    await core.control("ROLLBACK TO SAVEPOINT crdb_demo_trial; RELEASE SAVEPOINT crdb_demo_trial");
    return result;
  }

  /** Makes the changes. @throws {SqlError} XXA00 when one of them fails. */
  async run(): Promise<void> {
    const core = this.#core;
    const changes = this.#changes;
    this.#changes = [];
    let failed: ErrorFields | undefined;
    for (const { statement, translation } of changes) {
      try {
        await core.control(scriptOf(translation));
      } catch (cause) {
        if (!(cause instanceof BackendQueryError)) throw cause;
        failed ??= core.errorFields(cause, statement);
      }
    }
    if (changes.length > 0) core.cluster.databases.schemaChanged(core.database);
    if (failed) {
      throw new SqlError({
        code: "XXA00",
        message: `transaction committed but schema change aborted with error: (${failed.code}): ${failed.message}`,
        detail: failed.detail,
        constraint: failed.constraint,
        hint: "Some of the non-DDL statements may have committed successfully, but some of the DDL statement(s) failed.\nManual inspection may be required to determine the actual state of the database.\n--\nSee: https://github.com/cockroachdb/cockroach/issues/42061",
      });
    }
  }
}

function scriptOf(translation: QueryTranslation): string {
  return [...(translation.before ?? []), translation.sql, ...(translation.after ?? [])].join(";\n");
}

/** The command tag of a schema change that did not run yet. */
export function tagOf(translation: QueryTranslation): string {
  const { tag } = translation;
  if (typeof tag === "string") return tag;
  const words = /^\s*(CREATE|ALTER|DROP)\s+(?:UNIQUE\s+)?(\w+)/i.exec(translation.sql);
  const plain = words ? `${words[1]} ${words[2]}`.toUpperCase() : "ALTER TABLE";
  return tag ? tag(plain, 0) : plain;
}
