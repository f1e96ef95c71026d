import { SqlError } from "../rewrite/sql-error.ts";
import { BackendQueryError } from "./backend-errors.ts";
import { ResultOperation } from "./result-operation.ts";
import { TransactionLog } from "./transaction-log.ts";
import { RETRY_HINT } from "./transaction-state.ts";
import type { QueryTranslation, Statement, TransactionAction, TransactionModes } from "../rewrite/contract.ts";
import type { ErrorFields } from "../wire/messages.ts";
import type { SessionCore } from "./session-core.ts";
import type { TransactionStep } from "./transaction-state.ts";

/** How often a statement or transaction is tried again inside before the client hears of the conflict. */
const MAX_ATTEMPTS = 100;
const MAX_REPLAYS = 4;

/** A schema change that CockroachDB makes after the commit. */
interface DeferredChange {
  readonly statement: Statement;
  readonly translation: QueryTranslation;
}

/** Did the backend give up because of other transactions? */
export function isConflict(fields: ErrorFields): boolean {
  return fields.code === "40001" || fields.code === "40P01";
}

const isForced = (fields: ErrorFields): boolean => fields.message.includes("crdb_internal.force_retry");

/**
 * Runs statements at the backend inside the transaction the client believes
 * in, and hides from it what CockroachDB would hide: conflicts of single
 * statements, and conflicts of transactions whose earlier answers still hold.
 */
export class TransactionRunner {
  readonly #core: SessionCore;
  readonly log: TransactionLog = new TransactionLog();
  #deferred: DeferredChange[] = [];
  readonly #created = new Set<string>();

  constructor(core: SessionCore) {
    this.#core = core;
  }

  // ------------------------------------------------------------ statements

  /** Checks made before any statement of an open transaction; counts it as one of them. */
  beforeStatement(statement: Statement, translation: QueryTranslation): void {
    const { transaction, variables } = this.#core;
    transaction.checkStatement();
    if (transaction.phase !== "open") return;
    if (variables.get("inject_retry_errors_enabled") === "on" && transaction.injected < 3) {
      transaction.injected++;
      transaction.conflict();
      throw new SqlError({
        code: "40001",
        message:
          "restart transaction: TransactionRetryWithProtoRefreshError: injected by `inject_retry_errors_enabled` session variable",
        hint: RETRY_HINT,
      });
    }
    if (translation.ddl && transaction.wrote && transaction.ddl === 0) {
      throw new SqlError({
        code: "0A000",
        message: "unimplemented: the first schema change statement in a transaction must precede any writes",
        hint: "You have attempted to use a feature that is not yet implemented.\nSee: https://go.crdb.dev/issue-v/26508/v21.2",
      });
    }
    if (!isConstant(statement)) transaction.statements++;
  }

  /** Notes what a statement that went through has done. */
  afterStatement(translation: QueryTranslation): void {
    const { transaction } = this.#core;
    const open = transaction.phase === "open";
    if (translation.ddl) {
      if (open) {
        transaction.ddl++;
        if (translation.ddl.creates) this.#created.add(translation.ddl.creates);
      }
      this.#core.schemaChanged();
    } else if (open && translation.isWrite) {
      transaction.wrote = true;
    }
  }

  /**
   * Runs a statement by the simple protocol; its result goes to the client.
   *
   * @param describes - whether the client gets RowDescription
   * @throws {SqlError} or the backend's error; nothing of the statement's own remains then.
   */
  async run(statement: Statement, translation: QueryTranslation, describes: boolean): Promise<void> {
    const core = this.#core;
    this.beforeStatement(statement, translation);
    if (this.#isDeferred(translation)) {
      await this.#defer({ statement, translation });
      core.client.out.begin(0x43).string(tagOf(translation)).end();
      return;
    }
    const before = translation.before ?? [];
    const sql = [...before, translation.sql, ...(translation.after ?? [])].join(";\n");
    const operation = new ResultOperation({
      core,
      statement,
      translation,
      kind: "query",
      describes,
      before: before.length,
    });
    const mark = core.client.out.mark();
    for (let attempt = 1; ; attempt++) {
      const open = core.transaction.phase === "open";
      operation.reset();
      operation.capture = open ? this.log : undefined;
      core.failure = undefined;
      core.running = statement;
      core.backend.queueQuery(sql, operation);
      await core.backend.settle();
      core.running = undefined;
      const failure = core.failure as { fields: ErrorFields } | undefined;
      if (!failure) {
        if (open) this.log.commit([{ query: sql }]);
        break;
      }
      this.log.drop();
      const again =
        isConflict(failure.fields) && core.client.out.rewind(mark) && (await this.recover(failure.fields, attempt));
      if (!again) throw new BackendQueryError(failure.fields);
    }
    this.afterStatement(translation);
  }

  /**
   * After a conflict: makes the backend ready for the statement to run again.
   * Returns false when the client has to be told. Nothing that the client has
   * not seen may still be in its output.
   */
  async recover(fields: ErrorFields, attempt: number): Promise<boolean> {
    const core = this.#core;
    if (!isConflict(fields) || core.cancelled || core.ended) return false;
    if (core.backend.unsynced) {
      core.backend.queueSync();
      await core.backend.settle();
    }
    if (core.transaction.phase !== "open") {
      if (isForced(fields)) return this.#waitForced();
      if (attempt >= MAX_ATTEMPTS) return false;
      await this.#pause(attempt);
      return true;
    }
    if (isForced(fields) || attempt >= MAX_REPLAYS) return false;
    if (attempt > 1) await this.#pause(1);
    return this.#replay();
  }

  // ------------------------------------------------------------ transaction control

  /** Is this the savepoint of the retry protocol? */
  restarts(name: string): boolean {
    return name.startsWith("cockroach_restart") || this.#core.variables.get("force_savepoint_restart") === "on";
  }

  /** Runs a transaction control statement. Returns the command tag. */
  async act(action: TransactionAction): Promise<string> {
    const { transaction } = this.#core;
    switch (action.kind) {
      case "begin": {
        checkModes(action.modes);
        transaction.begin(this.#withDefaults(action.modes));
        this.#fresh();
        this.#sendBegin();
        return "BEGIN";
      }
      case "setTransaction":
        checkModes(action.modes);
        transaction.setModes(action.modes);
        if (action.modes.readOnly !== undefined) {
          await this.#logged(`SET TRANSACTION READ ${action.modes.readOnly ? "ONLY" : "WRITE"}`);
        }
        return "SET TRANSACTION";
      case "commit": {
        const committed = transaction.phase === "committed";
        if (transaction.phase !== "open") {
          await this.#step(transaction.commit());
          return committed ? "COMMIT" : "ROLLBACK";
        }
        try {
          await this.#commit();
        } finally {
          transaction.rollback();
          this.#over();
        }
        await this.#runDeferred();
        return "COMMIT";
      }
      case "rollback": {
        const committed = transaction.phase === "committed";
        await this.#step(transaction.rollback());
        this.#over();
        return committed ? "COMMIT" : "ROLLBACK";
      }
      case "savepoint": {
        const aborted = transaction.phase === "aborted";
        await this.#step(transaction.savepoint(action.name, this.restarts(action.name)));
        return aborted ? "ROLLBACK" : "SAVEPOINT";
      }
      case "release": {
        const step = transaction.release(action.name);
        if (step.do !== "commit") {
          await this.#step(step);
          return "RELEASE";
        }
        await this.#commit();
        transaction.released();
        this.#over();
        await this.#runDeferred();
        return "COMMIT";
      }
      case "rollbackTo":
        await this.#step(transaction.rollbackTo(action.name));
        return "ROLLBACK";
    }
  }

  async #step(step: TransactionStep): Promise<void> {
    switch (step.do) {
      case "nothing":
      case "commit":
        return;
      case "sql":
        await this.#logged(step.sql);
        return;
      case "rollback":
        await this.#rollBack();
        return;
      case "restart":
        this.#core.forgetOwnCatalog(false);
        this.#deferred = [];
        this.#created.clear();
        this.log.clear();
        await this.#restart();
        return;
    }
  }

  async #logged(sql: string): Promise<void> {
    await this.#core.control(sql);
    this.log.commit([{ query: sql }]);
  }

  /** COMMIT at the backend; a conflict is replayed if that can be hidden. */
  async #commit(): Promise<void> {
    const core = this.#core;
    for (let attempt = 1; ; attempt++) {
      try {
        await core.control("COMMIT");
        core.forgetOwnCatalog(true);
        return;
      } catch (cause) {
        if (cause instanceof BackendQueryError && (await this.recover(cause.fields, attempt))) continue;
        this.#deferred = [];
        core.forgetOwnCatalog(false);
        if (!core.backend.lost) await this.#rollBack();
        if (cause instanceof BackendQueryError) throw new BackendQueryError(cause.fields, true);
        throw cause;
      }
    }
  }

  /** A new backend transaction in place of the one that failed. */
  async #restart(): Promise<void> {
    const core = this.#core;
    await this.#rollBack();
    this.#sendBegin();
    const started = Math.floor(core.transaction.startedAt);
    await core.control(`SET LOCAL crdb_demo.transaction_start = '${started}'`);
    for (const name of core.transaction.backendSavepoints()) await core.control(`SAVEPOINT ${name}`);
  }

  async #replay(): Promise<boolean> {
    const core = this.#core;
    if (!this.log.replayable || core.transaction.ddl > 0) return false;
    await this.#rollBack();
    this.#sendBegin();
    await core.backend.settle();
    if (await this.log.replay(core.backend)) return true;
    // The new attempt saw something else: the client's must fail.
    if (core.backend.status === "T") await core.control("ROLLBACK");
    return false;
  }

  /** ROLLBACK at the backend; settings stay, as in CockroachDB. */
  async #rollBack(): Promise<void> {
    const core = this.#core;
    await core.backend.settle();
    if (core.backend.status !== "I") await core.control("ROLLBACK");
    const settings = core.settingsToRepeat;
    core.settingsToRepeat = [];
    for (const sql of settings) await core.control(sql);
  }

  /** Gives the open transaction up, without a trace: it will begin again. */
  async abandon(): Promise<void> {
    const { transaction } = this.#core;
    if (transaction.phase !== "idle") transaction.rollback();
    await this.#rollBack();
    this.#over();
    await this.#pause(3);
  }

  /** Begins the open transaction anew at a backend that was just connected. */
  async restartBackend(): Promise<void> {
    this.log.clear();
    await this.#restart();
  }

  /** BEGIN travels with whatever comes next: its answer is not waited for. */
  #sendBegin(): void {
    const { backend, transaction } = this.#core;
    const mode = transaction.modes.readOnly ? " READ ONLY" : "";
    backend.queueQuery(`BEGIN ISOLATION LEVEL SERIALIZABLE${mode}`, { kind: "query" });
  }

  #withDefaults(modes: TransactionModes): TransactionModes {
    const readOnly = modes.readOnly ?? this.#core.variables.get("default_transaction_read_only") === "on";
    return { ...modes, readOnly };
  }

  #fresh(): void {
    this.log.clear();
    this.#deferred = [];
    this.#created.clear();
    this.#core.suspendedPortal = false;
  }

  #over(): void {
    this.log.clear();
    this.#created.clear();
    this.#core.settingsToRepeat = [];
    this.#core.suspendedPortal = false;
    if (this.#core.transaction.phase === "idle") this.#core.forgetOwnCatalog(false);
  }

  // ------------------------------------------------------------ schema changes after the commit

  #isDeferred(translation: QueryTranslation): boolean {
    const { ddl } = translation;
    if (!ddl?.afterCommit || this.#core.transaction.phase !== "open") return false;
    return ddl.changes === undefined || !this.#created.has(ddl.changes);
  }

  /** Tries the change and takes it back, so that what is wrong with it by itself is reported at once. */
  async #defer(change: DeferredChange): Promise<void> {
    const core = this.#core;
    const sql = [...this.#deferred, change].map(({ translation }) => scriptOf(translation)).join(";\n");
    await core.control("SAVEPOINT crdb_demo_trial");
    try {
      await core.control(sql);
    } catch (cause) {
      // Rows that do not fit (class 23) are found by the job, after the commit.
      if (!(cause instanceof BackendQueryError) || !cause.fields.code.startsWith("23")) throw cause;
    }
    await core.control("ROLLBACK TO SAVEPOINT crdb_demo_trial; RELEASE SAVEPOINT crdb_demo_trial");
    core.transaction.ddl++;
    this.#deferred.push(change);
    this.log.spoil();
  }

  async #runDeferred(): Promise<void> {
    const core = this.#core;
    const changes = this.#deferred;
    this.#deferred = [];
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

  // ------------------------------------------------------------ waiting

  async #pause(attempt: number): Promise<void> {
    const limit = Math.min(2 ** attempt, 40);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * limit));
  }

  /** `force_retry` outside a transaction: the statement is tried until its time is over. */
  async #waitForced(): Promise<boolean> {
    const core = this.#core;
    if (core.transaction.startedAt === 0) core.transaction.startedAt = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 2));
    await core.control(`SET crdb_demo.transaction_start = '${core.transaction.startedAt}'`);
    return true;
  }

  /** After an implicit transaction: what its retries left behind goes. */
  async settled(): Promise<void> {
    const core = this.#core;
    if (core.transaction.phase !== "idle" || core.transaction.startedAt === 0) return;
    core.transaction.startedAt = 0;
    if (!core.backend.lost) await core.control("RESET crdb_demo.transaction_start");
  }
}

/** A SELECT that reads no table leaves CockroachDB's transaction as fresh as it was. */
function isConstant(statement: Statement): boolean {
  return statement.kind === "select" && !/from|table|nextval/i.test(statement.text);
}

function scriptOf(translation: QueryTranslation): string {
  return [...(translation.before ?? []), translation.sql, ...(translation.after ?? [])].join(";\n");
}

function tagOf(translation: QueryTranslation): string {
  const { tag } = translation;
  if (typeof tag === "string") return tag;
  const words = /^\s*(CREATE|ALTER|DROP)\s+(?:UNIQUE\s+)?(\w+)/i.exec(translation.sql);
  const plain = words ? `${words[1]} ${words[2]}`.toUpperCase() : "ALTER TABLE";
  return tag ? tag(plain, 0) : plain;
}

function checkModes(modes: TransactionModes): void {
  if (modes.asOf !== undefined) refuseAsOf(modes.asOf);
}

const CONSTANT = /^'((?:[^']|'')*)'(?:::\w+)?$/;
const INTERVAL = /^-?(?:\d+(?:\.\d+)?\s*[a-zµ]+\s*)+$|^-?\d+:\d\d(:\d\d)?/i;

/**
 * The demo cluster keeps no history: a time in the past is refused, and what is
 * no time at all is answered as CockroachDB does.
 */
export function refuseAsOf(literal: string): never {
  const asOf = (message: string): SqlError => new SqlError({ code: "XXUUU", message: `AS OF SYSTEM TIME: ${message}` });
  const text = CONSTANT.exec(literal.trim())?.[1];
  if (text !== undefined) {
    const time = /^\d{4}-\d\d-\d\d/.test(text) || /^\d+(\.\d+)?$/.test(text);
    if (!time && !INTERVAL.test(text)) throw asOf("value is neither timestamp, decimal, nor interval");
    if (INTERVAL.test(text) && !text.startsWith("-")) {
      throw asOf(`cannot specify timestamp in the future (${text})`);
    }
  } else if (!/^-?\d+(\.\d+)?$/.test(literal) && !/^(experimental_)?follower_read_timestamp\(\)$/i.test(literal)) {
    if (!/^with_m(ax_staleness|in_timestamp)/i.test(literal)) {
      throw asOf("only constant expressions or follower_read_timestamp are allowed");
    }
  }
  throw new SqlError({
    code: "0A000",
    message: `AS OF SYSTEM TIME ${literal} is not supported by the demo cluster`,
    hint: "The demo cluster keeps no history; run this statement on a real cluster.",
  });
}
