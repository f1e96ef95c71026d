import { BACKEND, writeRowDescription, writeTag } from "../wire/messages.ts";
import { refuseAsOf } from "./as-of.ts";
import { BackendQueryError } from "./backend-errors.ts";
import { isConflict } from "./conflicts.ts";
import { copyIn } from "./copy-in.ts";
import { otherDatabase } from "./other-database.ts";
import { isTransactionControl } from "./statement-kinds.ts";
import { writeLocalRow } from "./local-rows.ts";
import { deallocate, notePrepared } from "./sql-prepare.ts";
import type { QueryTranslation, Statement } from "../rewrite/contract.ts";
import type { WriterMark } from "../wire/message-writer.ts";
import type { ExtendedProtocol } from "./extended-protocol.ts";
import type { GatewayStatements } from "./gateway-statements.ts";
import type { SessionCore } from "./session-core.ts";
import type { TransactionRunner } from "./transaction-runner.ts";
import type { TransactionPhase } from "./transaction-state.ts";
import type { CachedText } from "./translator.ts";

/** How often a batch whose answers the client has not seen is tried again as a whole. */
const MAX_BATCH_ATTEMPTS = 100;

/** The simple query protocol: the statements of one text, one after the other. */
export class SimpleProtocol {
  readonly #core: SessionCore;
  readonly #runner: TransactionRunner;
  readonly #gateway: GatewayStatements;
  readonly #extended: ExtendedProtocol;

  constructor(core: SessionCore, runner: TransactionRunner, gateway: GatewayStatements, extended: ExtendedProtocol) {
    this.#core = core;
    this.#runner = runner;
    this.#gateway = gateway;
    this.#extended = extended;
  }

  /** Runs the statements of a Query message; failures are told to the client. ReadyForQuery is the caller's. */
  async run(sql: string): Promise<void> {
    const core = this.#core;
    core.noteQuery(sql);
    let statement: Statement | undefined;
    try {
      if (core.needsBackend) await core.ensureBackend();
      const text = core.sql.parse(sql);
      await this.#extended.leave(text.statements[0]);
      if (text.statements.length === 0) core.client.out.begin(BACKEND.emptyQuery).end();
      let batch: { index: number; mark: WriterMark } | undefined;
      for (let index = 0, attempt = 1; index < text.statements.length;) {
        statement = text.statements[index];
        const wasIdle = core.transaction.phase === "idle";
        const mark = core.client.out.mark();
        try {
          await this.#statement(text, index);
        } catch (cause) {
          // A transaction of which the client has seen nothing yet can be tried again as a whole.
          const again =
            batch !== undefined &&
            attempt++ < MAX_BATCH_ATTEMPTS &&
            cause instanceof BackendQueryError &&
            isConflict(cause.fields) &&
            core.client.out.rewind(batch.mark);
          if (!again || !batch) throw cause;
          await this.#runner.abandon();
          index = batch.index;
          batch = undefined;
          continue;
        }
        const phase: TransactionPhase = core.transaction.phase;
        if (wasIdle && phase === "open") batch = { index, mark };
        else if (phase === "idle") batch = undefined;
        index++;
      }
    } catch (cause) {
      core.fail(cause, statement);
    }
    if (!core.backend.lost) await this.#runner.settled();
  }

  async #statement(text: CachedText, index: number): Promise<void> {
    const core = this.#core;
    const statement = text.statements[index];
    if (!statement) return;
    if (text.statements.length > 1) core.noteQuery(statement.text);
    if (!isTransactionControl(statement)) core.transaction.checkStatement();
    if (statement.kind === "deallocate") {
      if (await deallocate(statement, core, this.#runner, this.#extended)) return;
    }
    const home = core.database;
    const other = await otherDatabase(core, statement);
    if (other === undefined) {
      await this.#run(text, index, statement);
      return;
    }
    await core.use(other);
    try {
      await this.#run(text, index, statement);
    } finally {
      await core.use(home);
    }
  }

  async #run(text: CachedText, index: number, statement: Statement): Promise<void> {
    const core = this.#core;
    const { out } = core.client;
    const translation = await core.sql.translate(text, index);
    if (translation.kind === "query") {
      if (statement.node.kind === "execute") await this.#extended.statements.refreshNamed(statement.node.name.text);
      await this.#runQuery(statement, translation);
      await notePrepared(statement, this.#extended);
    } else if (translation.kind === "copyFrom") {
      this.#runner.log.spoil();
      await copyIn(core, statement, translation.sql);
    } else {
      const result = await this.#gateway.run(translation, statement);
      if (result.columns.length > 0) {
        writeRowDescription(
          out,
          result.columns.map(({ name, oid }) => ({ name, type: oid })),
        );
      }
      for (const row of result.rows) writeLocalRow(out, result.columns, row);
      writeTag(out, result.tag);
    }
  }

  async #runQuery(statement: Statement, translation: QueryTranslation): Promise<void> {
    if (translation.asOf !== undefined) refuseAsOf(translation.asOf);
    const tables = translation.virtualTables ?? [];
    if (tables.length === 0) {
      await this.#runner.run(statement, translation, true);
      return;
    }
    const fill = this.#gateway.virtualTables(tables);
    await this.#runner.run(statement, { ...translation, before: [...fill, ...(translation.before ?? [])] }, true);
  }
}
