import { SqlError } from "../rewrite/sql-error.ts";
import { BackendQueryError } from "./backend-errors.ts";
import { bindError } from "./bind-errors.ts";
import { isConflict } from "./conflicts.ts";
import { ResultOperation } from "./result-operation.ts";
import type { QueryTranslation, Statement } from "../rewrite/contract.ts";
import type { WriterMark } from "../wire/message-writer.ts";
import type { OperationKind } from "./backend-operation.ts";
import type { PreparedStatement } from "./prepared-statement.ts";
import type { RepeatableOperation } from "./result-operation.ts";
import type { SessionCore } from "./session-core.ts";
import type { Request } from "./transaction-log.ts";
import type { TransactionRunner } from "./transaction-runner.ts";

/** A message sent to the backend and the operation that takes its answer. */
interface Sent {
  readonly bytes: Buffer;
  readonly operation: RepeatableOperation;
  /** What must be sent before it when it is sent once more. */
  readonly again?: (() => Buffer | undefined) | undefined;
}

/** Takes one message of an answer. */
export type Taker = (type: number, buffer: Buffer, start: number, end: number) => void;

const nothing = (): void => {};

/**
 * What was sent to the backend by the extended protocol and is not answered yet. It is kept, to be sent again
 * after a conflict that can be hidden.
 */
export class ExtendedBatch {
  readonly #core: SessionCore;
  readonly #runner: TransactionRunner;
  #sent: Sent[] = [];
  #mark: WriterMark | undefined;
  /** Translations of the statements in `#sent` that are executed there. */
  #executions: QueryTranslation[] = [];
  /** True when part of the backend's implicit transaction was answered before: it cannot be sent again as a whole. */
  #unrepeatable = false;
  /** Statements a Describe is under way for. */
  readonly describing: Set<PreparedStatement> = new Set();
  /** True after an error, until the next Sync. */
  skipping = false;
  readonly #syncOperation: RepeatableOperation;

  constructor(core: SessionCore, runner: TransactionRunner) {
    this.#core = core;
    this.#runner = runner;
    this.#syncOperation = {
      kind: "sync",
      // Outside a transaction Sync commits, and that can fail.
      error: (fields) => {
        core.failure ??= { fields, statement: undefined };
      },
      reset: nothing,
    };
  }

  /** True when a statement is among what was sent. */
  get executes(): boolean {
    return this.#executions.length > 0;
  }

  /** Sends an Execute. */
  execute(bytes: Buffer, operation: ResultOperation, translation: QueryTranslation): void {
    this.#executions.push(translation);
    this.#queue({ bytes, operation });
  }

  /** Sends a message; `take` gets the answer. `again` gives what must be sent before it when it is sent once more. */
  send(
    kind: OperationKind,
    bytes: Buffer,
    statement: Statement | undefined,
    take: Taker,
    failed: () => void = nothing,
    again?: () => Buffer | undefined,
  ): void {
    const core = this.#core;
    this.#queue({
      bytes,
      again,
      operation: {
        kind,
        message: take,
        error: (fields) => {
          failed();
          core.failure ??= { fields, statement, atBind: kind === "bind" };
        },
        reset: nothing,
      },
    });
  }

  #queue(sent: Sent): void {
    const core = this.#core;
    if (this.#sent.length === 0) {
      core.failure = undefined;
      this.#mark = core.client.out.mark();
    }
    const { operation } = sent;
    if (operation instanceof ResultOperation) {
      operation.capture = core.transaction.phase === "open" ? this.#runner.log : undefined;
    }
    this.#sent.push(sent);
    core.backend.send(operation, sent.bytes);
  }

  /**
   * Waits for the answers to everything sent. After an error the client is told
   * and {@link skipping} is set, unless the conflict could be hidden.
   */
  async settle(sync = false): Promise<void> {
    const { backend } = this.#core;
    if (this.#sent.length === 0 && !(sync && backend.unsynced)) return;
    if (sync) backend.queueSync(this.#syncOperation);
    await backend.settle();
    if (this.#sent.length === 0) {
      this.#raise();
      return;
    }
    if (this.#core.failure) await this.#repeat(sync);
    this.#settled(sync);
  }

  /** After a failure: sends everything once more, as long as it is a conflict that can be hidden. */
  async #repeat(sync: boolean): Promise<void> {
    const core = this.#core;
    for (let attempt = 1; core.failure; attempt++) {
      const { fields } = core.failure;
      const { out } = core.client;
      this.#runner.log.drop();
      // Any other failure is the client's, and so are the answers before it.
      if (this.#unrepeatable || this.#mark === undefined || !isConflict(fields)) return;
      const answers = out.takeBack(this.#mark);
      if (answers === undefined) return;
      if (!(await this.#runner.recover(fields, attempt))) {
        // A client counts a statement as prepared only when it has been told so.
        out.raw(answers);
        return;
      }
      core.failure = undefined;
      for (const { bytes, operation, again } of this.#sent) {
        operation.reset();
        const first = again?.();
        if (first) core.backend.send({ kind: "close" }, first);
        core.backend.send(operation, bytes);
      }
      if (sync) core.backend.queueSync(this.#syncOperation);
      await core.backend.settle();
    }
  }

  /** Everything that was sent is answered. */
  #settled(sync: boolean): void {
    const core = this.#core;
    const sent = this.#sent;
    const executions = this.#executions;
    this.#sent = [];
    this.#executions = [];
    this.describing.clear();
    if (core.failure) {
      this.#raise();
      return;
    }
    if (core.transaction.phase === "open") this.#runner.log.commit(sent.map(requestOf));
    else if (!sync && sent.some(({ operation }) => operation.kind === "bind" || operation.kind === "execute")) {
      this.#unrepeatable = true;
    }
    for (const translation of executions) this.#runner.afterStatement(translation);
  }

  #raise(): void {
    const { failure } = this.#core;
    if (!failure) return;
    this.#core.failure = undefined;
    this.skipping = true;
    const fields = failure.atBind ? bindError(failure.fields) : undefined;
    this.#core.fail(fields ? new SqlError(fields) : new BackendQueryError(failure.fields), failure.statement);
  }

  /** Sync: outside a transaction everything is committed. Returns nothing when there is nothing to wait for. */
  sync(): Promise<void> | undefined {
    const { backend } = this.#core;
    const waits = backend.unsynced || this.#sent.length > 0;
    const answered = this.skipping ? this.#skipToSync() : waits ? this.settle(backend.unsynced) : undefined;
    if (answered) return answered.then(() => this.#synced());
    this.#synced();
    return undefined;
  }

  #skipToSync(): Promise<void> | undefined {
    const { backend } = this.#core;
    if (!backend.unsynced) return undefined;
    backend.queueSync();
    return backend.settle();
  }

  #synced(): void {
    this.skipping = false;
    this.#unrepeatable = false;
  }

  /** Told of an error that the gateway itself raised: what was sent before it is answered first. */
  async failed(cause: unknown, statement?: Statement): Promise<void> {
    if (this.skipping) return;
    await this.settle();
    if (this.skipping) return;
    this.skipping = true;
    this.#core.fail(cause, statement);
  }
}

const requestOf = ({ bytes, operation }: Sent): Request => ({
  kind: operation.kind as "parse" | "bind" | "describe" | "execute" | "close",
  bytes,
});
