import { SqlError } from "../rewrite/sql-error.ts";
import { roleName } from "../rewrite/translate/roles.ts";
import { refuseAsOf } from "./as-of.ts";
import { BackendQueryError } from "./backend-errors.ts";
import { BackendTransaction } from "./backend-transaction.ts";
import { isConflict } from "./conflicts.ts";
import { DeferredChanges, tagOf } from "./deferred-changes.ts";
import { ResultOperation } from "./result-operation.ts";
import { RETRY_HINT } from "./transaction-state.ts";
import type { QueryTranslation, Statement, TransactionAction, TransactionModes } from "../rewrite/contract.ts";
import type { ErrorFields } from "../wire/messages.ts";
import type { SessionCore } from "./session-core.ts";
import type { TransactionLog } from "./transaction-log.ts";
import type { TransactionStep } from "./transaction-state.ts";

/**
 * Runs statements at the backend inside the transaction the client believes
 * in, and hides from it what CockroachDB would hide: conflicts of single
 * statements, and conflicts of transactions whose earlier answers still hold.
 */
export class TransactionRunner {
  readonly #core: SessionCore;
  readonly #backend: BackendTransaction;
  readonly #deferred: DeferredChanges;

  constructor(core: SessionCore) {
    this.#core = core;
    this.#backend = new BackendTransaction(core);
    this.#deferred = new DeferredChanges(core, this.#backend.log);
    core.sql.catalogAhead = () => this.#deferred.catalog();
  }

  /** What ran in the open transaction. */
  get log(): TransactionLog {
    return this.#backend.log;
  }

  /**
   * After a conflict: makes the backend ready for the statement to run again.
   * Returns false when the client has to be told. Nothing that the client has
   * not seen may still be in its output.
   */
  recover(fields: ErrorFields, attempt: number): Promise<boolean> {
    return this.#backend.recover(fields, attempt);
  }

  /** After an implicit transaction: what its retries left behind goes. */
  settled(): Promise<void> | undefined {
    return this.#backend.settled();
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
        if (translation.ddl.creates) this.#deferred.noteCreated(translation.ddl.creates);
      }
      this.#core.sql.schemaChanged();
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
    if (this.#deferred.isDeferred(statement, translation)) {
      await this.#deferred.defer(statement, translation);
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
    const { node } = statement;
    if (node.kind === "role" && node.verb === "create") {
      for (const session of core.cluster.sessions) session.roleCreated(roleName(node.name));
    }
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
        this.#backend.begin();
        return "BEGIN";
      }
      case "setTransaction":
        checkModes(action.modes);
        transaction.setModes(action.modes);
        if (action.modes.readOnly !== undefined) {
          await this.#backend.run(`SET TRANSACTION READ ${action.modes.readOnly ? "ONLY" : "WRITE"}`);
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
        await this.#deferred.run();
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
        await this.#deferred.run();
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
        await this.#backend.run(step.sql);
        return;
      case "rollback":
        await this.#backend.rollBack();
        return;
      case "restart":
        this.#core.sql.forgetOwnCatalog(false);
        this.#deferred.clear();
        this.log.clear();
        await this.#backend.restart();
        return;
    }
  }

  /** COMMIT at the backend; a conflict is replayed if that can be hidden. */
  async #commit(): Promise<void> {
    const core = this.#core;
    for (let attempt = 1; ; attempt++) {
      try {
        await core.control("COMMIT");
        core.sql.forgetOwnCatalog(true);
        return;
      } catch (cause) {
        if (cause instanceof BackendQueryError && (await this.recover(cause.fields, attempt))) continue;
        this.#deferred.clear();
        core.sql.forgetOwnCatalog(false);
        if (!core.backend.lost) await this.#backend.rollBack();
        if (cause instanceof BackendQueryError) throw new BackendQueryError(cause.fields, true);
        throw cause;
      }
    }
  }

  /** Gives the open transaction up, without a trace: it will begin again. */
  async abandon(): Promise<void> {
    const { transaction } = this.#core;
    if (transaction.phase !== "idle") transaction.rollback();
    await this.#backend.rollBack();
    this.#over();
    await this.#backend.pause(3);
  }

  /** Begins the open transaction anew at a backend that was just connected. */
  async restartBackend(): Promise<void> {
    this.log.clear();
    await this.#backend.restart();
  }

  #withDefaults(modes: TransactionModes): TransactionModes {
    const readOnly = modes.readOnly ?? this.#core.variables.get("default_transaction_read_only") === "on";
    return { ...modes, readOnly };
  }

  #fresh(): void {
    this.log.clear();
    this.#deferred.clear();
    this.#core.suspendedPortal = false;
  }

  #over(): void {
    this.log.clear();
    this.#deferred.forgetCreated();
    this.#core.settingsToRepeat = [];
    this.#core.suspendedPortal = false;
    if (this.#core.transaction.phase === "idle") this.#core.sql.forgetOwnCatalog(false);
  }
}

/** A SELECT that reads no table leaves CockroachDB's transaction as fresh as it was. */
function isConstant(statement: Statement): boolean {
  return statement.kind === "select" && !/from|table|nextval/i.test(statement.text);
}

function checkModes(modes: TransactionModes): void {
  if (modes.asOf !== undefined) refuseAsOf(modes.asOf);
}
