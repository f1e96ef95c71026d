import { isConflict, isForced } from "./conflicts.ts";
import { TransactionLog } from "./transaction-log.ts";
import type { ErrorFields } from "../wire/messages.ts";
import type { SessionCore } from "./session-core.ts";

/** How often a statement or transaction is tried again inside before the client hears of the conflict. */
const MAX_ATTEMPTS = 100;
const MAX_REPLAYS = 8;

/**
 * The backend's side of the client's transaction: begun, rolled back, begun anew after a conflict with what
 * ran in it repeated.
 */
export class BackendTransaction {
  readonly #core: SessionCore;
  /** What ran in it, to be repeated after a conflict. */
  readonly log: TransactionLog = new TransactionLog();

  constructor(core: SessionCore) {
    this.#core = core;
  }

  /** BEGIN travels with whatever comes next: its answer is not waited for. */
  begin(): void {
    const { backend, transaction } = this.#core;
    const mode = transaction.modes.readOnly ? " READ ONLY" : "";
    backend.queueQuery(`BEGIN ISOLATION LEVEL SERIALIZABLE${mode}`, { kind: "query" });
  }

  /** Runs SQL in it and notes that it ran. */
  async run(sql: string): Promise<void> {
    await this.#core.control(sql);
    this.log.commit([{ query: sql }]);
  }

  /** ROLLBACK at the backend; settings stay, as in CockroachDB. */
  async rollBack(): Promise<void> {
    const core = this.#core;
    await core.backend.settle();
    if (core.backend.status !== "I") await core.control("ROLLBACK");
    const settings = core.settingsToRepeat;
    core.settingsToRepeat = [];
    for (const sql of settings) await core.control(sql);
  }

  /** A new backend transaction in place of the one that failed. */
  async restart(): Promise<void> {
    const core = this.#core;
    await this.rollBack();
    this.begin();
    const started = Math.floor(core.transaction.startedAt);
    await core.control(`SET LOCAL crdb_demo.transaction_start = '${started}'`);
    for (const name of core.transaction.backendSavepoints()) await core.control(`SAVEPOINT ${name}`);
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
      await this.pause(attempt);
      return true;
    }
    if (isForced(fields) || attempt >= MAX_REPLAYS) return false;
    if (attempt > 1) await this.pause(attempt);
    return this.#replay();
  }

  async #replay(): Promise<boolean> {
    const core = this.#core;
    if (!this.log.replayable || core.transaction.ddl > 0) return false;
    for (let attempt = 1; attempt <= MAX_REPLAYS; attempt++) {
      await this.rollBack();
      this.begin();
      await core.backend.settle();
      const outcome = await this.log.replay(core.backend);
      if (outcome === "same") return true;
      // The new attempt saw something else: the client's must fail.
      if (outcome === "different" || core.cancelled || core.ended) break;
      await this.pause(attempt);
    }
    if (core.backend.status === "T") await core.control("ROLLBACK");
    return false;
  }

  /** Waits a random time, longer after more attempts. */
  async pause(attempt: number): Promise<void> {
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
  settled(): Promise<void> | undefined {
    const core = this.#core;
    if (core.transaction.phase !== "idle" || core.transaction.startedAt === 0) return undefined;
    core.transaction.startedAt = 0;
    return core.backend.lost ? undefined : core.control("RESET crdb_demo.transaction_start");
  }
}
