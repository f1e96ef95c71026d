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

  constructor(core: SessionCore, runner: TransactionRunner) {
    this.#core = core;
    this.#runner = runner;
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
    const core = this.#core;
    if (this.#sent.length === 0) {
      if (sync && core.backend.unsynced) {
        core.backend.queueSync(this.#syncOperation());
        await core.backend.settle();
        this.#raise();
      }
      return;
    }
    for (let attempt = 1; ; attempt++) {
      if (sync) core.backend.queueSync(this.#syncOperation());
      await core.backend.settle();
      const { failure } = core;
      if (!failure) break;
      this.#runner.log.drop();
      const again =
        !this.#unrepeatable &&
        this.#mark !== undefined &&
        // Any other failure is the client's, and so are the answers before it.
        isConflict(failure.fields) &&
        core.client.out.rewind(this.#mark) &&
        (await this.#runner.recover(failure.fields, attempt));
      if (!again) break;
      core.failure = undefined;
      for (const { bytes, operation, again } of this.#sent) {
        operation.reset();
        const first = again?.();
        if (first) core.backend.send({ kind: "close" }, first);
        core.backend.send(operation, bytes);
      }
    }
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

  #syncOperation(): RepeatableOperation {
    const core = this.#core;
    return {
      kind: "sync",
      // Outside a transaction Sync commits, and that can fail.
      error: (fields) => {
        core.failure ??= { fields, statement: undefined };
      },
      reset: nothing,
    };
  }

  #raise(): void {
    const { failure } = this.#core;
    if (!failure) return;
    this.#core.failure = undefined;
    this.skipping = true;
    const fields = failure.atBind ? bindError(failure.fields) : undefined;
    this.#core.fail(fields ? new SqlError(fields) : new BackendQueryError(failure.fields), failure.statement);
  }

  /** Sync: outside a transaction everything is committed. */
  async sync(): Promise<void> {
    const { backend } = this.#core;
    if (!this.skipping) await this.settle(backend.unsynced);
    else if (backend.unsynced) {
      backend.queueSync();
      await backend.settle();
    }
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
