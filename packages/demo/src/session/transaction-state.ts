import { SqlError } from "../rewrite/sql-error.ts";
import type { TransactionModes } from "../rewrite/contract.ts";
import type { StatusByte } from "../wire/messages.ts";

/**
 * Where a session's transaction stands.
 *
 * - `idle`: none; every statement is a transaction of its own.
 * - `open`: BEGIN was answered.
 * - `aborted`: a statement failed; only ROLLBACK, COMMIT and ROLLBACK TO SAVEPOINT go on.
 * - `committed`: RELEASE SAVEPOINT cockroach_restart committed it; the final COMMIT is still to come.
 */
export type TransactionPhase = "idle" | "open" | "aborted" | "committed";

/** A savepoint of the client's and its counterpart in the backend. */
export interface Savepoint {
  readonly name: string;
  /** The backend's savepoint; undefined for the restart savepoint, which has none. */
  readonly backendName: string | undefined;
  /** Nothing had run in the transaction when it was set: rolling back to it is a restart. */
  readonly initial: boolean;
  /** Its release commits (`cockroach_restart`). */
  readonly commitsOnRelease: boolean;
  /** How many schema changes, statements and restarts had happened before it. */
  readonly ddl: number;
  readonly statements: number;
  readonly epoch: number;
}

/** What the session has to do at its backend for a step of the protocol. */
export type TransactionStep =
  | { readonly do: "nothing" }
  | { readonly do: "commit" }
  | { readonly do: "rollback" }
  | { readonly do: "restart" }
  | { readonly do: "sql"; readonly sql: string };

export const ABORTED: SqlError = new SqlError({
  code: "25P02",
  message: "current transaction is aborted, commands ignored until end of transaction block",
});

export const COMMITTED: SqlError = new SqlError({
  code: "25000",
  message: "current transaction is committed, commands ignored until end of transaction block",
});

const NO_TRANSACTION = new SqlError({ code: "XXUUU", message: "there is no transaction in progress" });

const noSavepoint = (name: string): SqlError =>
  new SqlError({ code: "3B001", message: `savepoint "${name}" does not exist` });

/** CockroachDB's page on retry errors, of the version the gateway speaks. */
export const RETRY_HINT = "See: https://www.cockroachlabs.com/docs/v21.2/transaction-retry-error-reference.html";

/**
 * CockroachDB's transaction protocol: phases, savepoints, `cockroach_restart`.
 *
 * It holds no connection. Each method checks the step, moves to the new phase
 * and says what the session must do at its backend. The rules are those of
 * CockroachDB's connection executor, not PostgreSQL's: a native savepoint keeps
 * the old snapshot, so going back to a savepoint before which nothing ran is a
 * new transaction.
 */
export class TransactionState {
  #phase: TransactionPhase = "idle";
  #savepoints: Savepoint[] = [];
  #next = 1;
  #modes: TransactionModes = {};
  /** Statements that ran in it, savepoints and SET not counted. */
  statements = 0;
  /** Schema changes that ran in it. */
  ddl = 0;
  /** True once rows were written. */
  wrote = false;
  /** Grows with every restart: savepoints of an earlier epoch that are not initial are gone. */
  epoch = 0;
  /** Retry errors made up on request in this transaction (`inject_retry_errors_enabled`). */
  injected = 0;
  /** When the first attempt began, in milliseconds since 1970; survives restarts. */
  startedAt = 0;

  get phase(): TransactionPhase {
    return this.#phase;
  }

  get status(): StatusByte {
    return this.#phase === "idle" ? "I" : this.#phase === "aborted" ? "E" : "T";
  }

  /** What SHOW transaction_status says. */
  get statusName(): string {
    return { idle: "NoTxn", open: "Open", aborted: "Aborted", committed: "CommitWait" }[this.#phase];
  }

  get modes(): TransactionModes {
    return this.#modes;
  }

  get savepoints(): readonly Savepoint[] {
    return this.#savepoints;
  }

  /** True when the client uses the retry protocol in this transaction. */
  get restartable(): boolean {
    return this.#savepoints[0]?.commitsOnRelease === true;
  }

  /** Checks that an ordinary statement may run now. @throws {SqlError} 25P02 or 25000. */
  checkStatement(): void {
    if (this.#phase === "aborted") throw ABORTED;
    if (this.#phase === "committed") throw COMMITTED;
  }

  begin(modes: TransactionModes): void {
    this.checkStatement();
    if (this.#phase === "open") {
      throw new SqlError({ code: "25001", message: "there is already a transaction in progress" });
    }
    this.#reset("open");
    this.#modes = modes;
    this.startedAt = Date.now();
  }

  /** SET TRANSACTION. */
  setModes(modes: TransactionModes): void {
    this.checkStatement();
    if (this.#phase === "idle") throw NO_TRANSACTION;
    const defined = Object.entries(modes).filter(([, value]) => value !== undefined);
    this.#modes = { ...this.#modes, ...Object.fromEntries(defined) };
  }

  /** COMMIT: `rollback` for an aborted transaction, `nothing` after RELEASE committed it. */
  commit(): TransactionStep {
    if (this.#phase === "idle") throw NO_TRANSACTION;
    const phase = this.#phase;
    this.#reset("idle");
    return { do: phase === "aborted" ? "rollback" : phase === "committed" ? "nothing" : "commit" };
  }

  rollback(): TransactionStep {
    if (this.#phase === "idle") throw NO_TRANSACTION;
    const phase = this.#phase;
    this.#reset("idle");
    return { do: phase === "committed" ? "nothing" : "rollback" };
  }

  /** An error ended what ran: an open transaction is aborted. */
  fail(): void {
    if (this.#phase === "open") this.#phase = "aborted";
  }

  /**
   * SAVEPOINT. `restarts` says whether the name is that of the retry protocol.
   * In an aborted transaction a restart savepoint is taken as the rollback to it, as CockroachDB does
   * for drivers that cannot do otherwise after a failed RELEASE.
   */
  savepoint(name: string, restarts: boolean): TransactionStep {
    if (this.#phase === "idle") throw NO_TRANSACTION;
    if (this.#phase === "aborted" && restarts) return this.rollbackTo(name);
    this.checkStatement();
    const active = this.statements > 0;
    if (restarts) {
      if (this.#savepoints.length === 1 && this.restartable && !active) return { do: "nothing" };
      if (this.#savepoints.length > 0) {
        throw new SqlError({ code: "42601", message: `SAVEPOINT "${name}" cannot be nested` });
      }
      if (active) {
        throw new SqlError({
          code: "42601",
          message: `SAVEPOINT "${name}" needs to be the first statement in a transaction`,
        });
      }
    }
    const backendName = restarts ? undefined : `sp${this.#next++}`;
    this.#savepoints.push({
      name,
      backendName,
      initial: !active,
      commitsOnRelease: restarts,
      ddl: this.ddl,
      statements: this.statements,
      epoch: this.epoch,
    });
    return backendName === undefined ? { do: "nothing" } : { do: "sql", sql: `SAVEPOINT ${backendName}` };
  }

  /** RELEASE SAVEPOINT: `commit` for the retry protocol's. The phase moves on with {@link released}. */
  release(name: string): TransactionStep {
    if (this.#phase === "idle") throw NO_TRANSACTION;
    this.checkStatement();
    const index = this.#find(name);
    const savepoint = this.#savepoints[index];
    if (!savepoint) throw noSavepoint(name);
    if (savepoint.commitsOnRelease) return { do: "commit" };
    this.#savepoints.length = index;
    return { do: "sql", sql: `RELEASE SAVEPOINT ${savepoint.backendName}` };
  }

  /** RELEASE SAVEPOINT cockroach_restart went through. */
  released(): void {
    this.#savepoints = [];
    this.#phase = "committed";
  }

  /** ROLLBACK TO SAVEPOINT. */
  rollbackTo(name: string): TransactionStep {
    if (this.#phase === "idle") throw NO_TRANSACTION;
    if (this.#phase === "committed") throw COMMITTED;
    const index = this.#find(name);
    const savepoint = this.#savepoints[index];
    if (!savepoint) throw noSavepoint(name);
    if (this.ddl > savepoint.ddl && !savepoint.commitsOnRelease) {
      throw new SqlError({
        code: "0A000",
        message: "unimplemented: ROLLBACK TO SAVEPOINT not yet supported after DDL statements",
        hint: "You have attempted to use a feature that is not yet implemented.\nSee: https://go.crdb.dev/issue-v/10735/v21.2",
      });
    }
    if (!savepoint.initial && savepoint.epoch !== this.epoch) {
      throw new SqlError({
        code: "40001",
        message:
          "restart transaction: TransactionRetryWithProtoRefreshError: cannot rollback to savepoint after a transaction restart",
        hint: RETRY_HINT,
      });
    }
    this.#savepoints.length = index + 1;
    this.#phase = "open";
    this.statements = savepoint.statements;
    if (!savepoint.initial) return { do: "sql", sql: `ROLLBACK TO SAVEPOINT ${savepoint.backendName}` };
    this.epoch++;
    this.ddl = 0;
    this.wrote = false;
    return { do: "restart" };
  }

  /** A retry error ended the epoch: only initial savepoints survive it. */
  conflict(): void {
    this.fail();
    this.epoch++;
  }

  /** The savepoints a restarted backend transaction must have again. */
  backendSavepoints(): string[] {
    return this.#savepoints.flatMap((savepoint) => savepoint.backendName ?? []);
  }

  #find(name: string): number {
    return this.#savepoints.findLastIndex((savepoint) => savepoint.name === name);
  }

  #reset(phase: TransactionPhase): void {
    this.#phase = phase;
    this.#savepoints = [];
    this.#next = 1;
    this.#modes = {};
    this.statements = 0;
    this.ddl = 0;
    this.wrote = false;
    this.epoch = 0;
    this.injected = 0;
  }
}
