import { SqlError } from "../rewrite/sql-error.ts";
import { checkPlaceholders } from "../rewrite/typing/placeholders.ts";
import { BACKEND, FRONTEND } from "../wire/messages.ts";
import { closeMessage, message } from "./backend-messages.ts";
import { backendStatementName, isPlainQuery } from "./prepared-statement.ts";
import { typeFamily, widenRowDescription } from "./result-shape.ts";
import type { ExtendedBatch, Taker } from "./extended-batch.ts";
import type { TranslateContext } from "../rewrite/contract.ts";
import type { PreparedStatement } from "./prepared-statement.ts";
import type { ResultColumn } from "./result-shape.ts";
import type { SessionCore } from "./session-core.ts";
import type { CachedText } from "./translator.ts";

const nothing = (): void => {};

const stalePlan = (): SqlError => new SqlError({ code: "0A000", message: "cached plan must not change result type" });

/** The statements a client has prepared, and their counterparts in the backend. */
export class PreparedStatements {
  readonly #core: SessionCore;
  readonly #batch: ExtendedBatch;
  readonly #statements = new Map<string, PreparedStatement>();
  #numbers = 0;

  constructor(core: SessionCore, batch: ExtendedBatch) {
    this.#core = core;
    this.#batch = batch;
  }

  /** The statement of a name. @throws {SqlError} 26000 */
  get(name: string): PreparedStatement {
    const prepared = this.#statements.get(name);
    if (prepared) return prepared;
    throw new SqlError({ code: "26000", message: `unknown prepared statement "${name}"` });
  }

  has(name: string): boolean {
    return this.#statements.has(name);
  }

  /** Forgets a statement; the backend still knows it. */
  take(name: string): PreparedStatement | undefined {
    const prepared = this.#statements.get(name);
    this.#statements.delete(name);
    return prepared;
  }

  /** Notes a statement that SQL's PREPARE made, under the same name at the backend. */
  async adopt(name: string, sql: string): Promise<void> {
    const text = this.#core.sql.parse(sql);
    const prepared = this.#make(name, text, []);
    if (!prepared.statement || prepared.backendName !== name) return;
    prepared.translation = await this.#core.sql.translate(text, 0);
    prepared.context = text.context;
    prepared.generation = this.#core.backendGeneration;
    this.#statements.set(name, prepared);
    this.describeHidden(prepared);
    await this.#batch.settle(this.#core.transaction.phase === "idle");
  }

  /** Before SQL's EXECUTE: see {@link refresh}. @throws {SqlError} 0A000 */
  async refreshNamed(name: string): Promise<void> {
    const prepared = this.#statements.get(name);
    if (!prepared) return;
    await this.refresh(prepared);
    await this.#batch.settle(this.#core.transaction.phase === "idle");
  }

  /** Parse. Returns true when the backend was asked and its answer goes to the client. */
  async prepare(name: string, text: CachedText, types: readonly number[]): Promise<boolean> {
    if (name !== "" && this.#statements.has(name)) {
      throw new SqlError({ code: "42P05", message: `prepared statement "${name}" already exists` });
    }
    const prepared = this.#make(name, text, types);
    if (prepared.statement) {
      await (this.#core.sql.catalogAhead() ? this.#batch.settle() : this.#quietContext());
      const translation = await this.#core.sql.translate(text, 0);
      if (translation.kind === "query") checkPlaceholders(translation.undetermined ?? [], types);
      prepared.translation = translation;
      prepared.context = text.context;
    }
    this.#statements.set(name, prepared);
    if (!prepared.statement || !this.needsParse(prepared)) {
      await this.#batch.settle();
      return false;
    }
    this.parse(prepared, (_type, buffer, start, end) => this.#core.client.out.raw(buffer, start, end));
    return true;
  }

  /**
   * Translates again what a schema change may have made stale, and parses it where the backend does not know it.
   * Returns nothing when there is nothing to wait for.
   */
  refresh(prepared: PreparedStatement): Promise<void> | undefined {
    if (!prepared.statement) return undefined;
    const context = this.#core.sql.context();
    if (context instanceof Promise || prepared.context !== context) return this.#translateAgain(prepared, context);
    if (prepared.stale) throw stalePlan();
    if (!this.isParsed(prepared) && this.needsParse(prepared)) this.parse(prepared, nothing, true);
    return undefined;
  }

  async #translateAgain(
    prepared: PreparedStatement,
    context: TranslateContext | Promise<TranslateContext>,
  ): Promise<void> {
    await this.#quietContext();
    const now = await context;
    prepared.translation = await this.#core.sql.translate(prepared.text, 0);
    prepared.context = now;
    if (!this.needsParse(prepared)) return;
    // The backend has to forget the old result's types, also where the text is the same.
    if (this.isParsed(prepared)) {
      this.#batch.send("close", closeMessage(0x53, prepared.backendName), undefined, nothing);
    }
    this.parse(prepared, nothing, true);
    if (prepared.columns !== undefined) await this.#compare(prepared, prepared.columns);
  }

  /** The client counts on the columns it was told of. @throws {SqlError} 0A000 when their types are others now */
  async #compare(prepared: PreparedStatement, promised: readonly ResultColumn[] | null): Promise<void> {
    prepared.columns = undefined;
    this.describeHidden(prepared);
    await this.#batch.settle();
    if (this.#batch.skipping) {
      prepared.columns = promised;
      return;
    }
    const types = (columns: readonly ResultColumn[] | null | undefined): string =>
      (columns ?? []).map((column) => typeFamily(column.type)).join();
    prepared.stale = types(promised) !== types(prepared.columns);
    if (!prepared.stale) return;
    prepared.columns = promised;
    throw stalePlan();
  }

  /** The catalog is read at the backend: what was sent before has to be answered first. */
  async #quietContext(): Promise<void> {
    if (this.#core.sql.context() instanceof Promise && !this.#core.backend.settled) await this.#batch.settle();
  }

  #make(name: string, text: CachedText, types: readonly number[]): PreparedStatement {
    return {
      name,
      backendName: backendStatementName(name, ++this.#numbers),
      text,
      statement: text.statements[0],
      parameterTypes: types,
      translation: undefined,
      context: undefined,
      generation: -1,
      queries: 0,
      columns: undefined,
      described: undefined,
      stale: false,
    };
  }

  /** DISCARD ALL, DEALLOCATE ALL. */
  async deallocateAll(): Promise<void> {
    this.#statements.clear();
    await this.#core.control("DEALLOCATE ALL");
  }

  /** DEALLOCATE name. @throws {SqlError} 26000 */
  async deallocate(name: string): Promise<void> {
    const prepared = this.get(name);
    this.#statements.delete(name);
    if (this.isParsed(prepared)) await this.#core.control(`DEALLOCATE "${prepared.backendName.replaceAll('"', '""')}"`);
  }

  // ------------------------------------------------------------ at the backend

  /** Does the backend have to know the statement? What the gateway answers itself it does not. */
  needsParse(prepared: PreparedStatement): boolean {
    const { translation } = prepared;
    if (translation?.kind !== "query") return false;
    // Schema changes take no parameters and run by the simple protocol.
    return isPlainQuery(translation) || translation.returnsRows || (prepared.statement?.placeholders ?? 0) > 0;
  }

  /** Does the backend know the statement? The unnamed one is gone after any simple query. */
  isParsed(prepared: PreparedStatement): boolean {
    const { backendGeneration, backend } = this.#core;
    if (prepared.generation !== backendGeneration) return false;
    return prepared.backendName !== "" || prepared.queries === backend.queries;
  }

  /** Sends a Parse; `done` gets the answer. A statement whose first Parse fails is forgotten. */
  parse(prepared: PreparedStatement, done: Taker, again = false): void {
    const { translation, statement, backendName, parameterTypes } = prepared;
    if (translation?.kind !== "query") return;
    const bytes = message(FRONTEND.parse, (out) => {
      out.string(backendName).string(translation.sql).int16(parameterTypes.length);
      for (const type of parameterTypes) out.int32(type);
    });
    prepared.generation = this.#core.backendGeneration;
    prepared.queries = this.#core.backend.queries;
    let known = false;
    this.#batch.send(
      "parse",
      bytes,
      statement,
      (type, buffer, start, end) => {
        known = true;
        done(type, buffer, start, end);
      },
      () => {
        prepared.generation = -1;
        if (!again && this.#statements.get(prepared.name) === prepared) this.#statements.delete(prepared.name);
      },
      // A name is taken even where the transaction it was prepared in failed.
      () => (known && backendName !== "" ? closeMessage(0x53, backendName) : undefined),
    );
  }

  /** Sends a Describe; `take` gets the answer. */
  describe(prepared: PreparedStatement, take: Taker): void {
    const bytes = message(FRONTEND.describe, (out) => out.byte(0x53).string(prepared.backendName));
    this.#batch.describing.add(prepared);
    this.#batch.send("describe", bytes, prepared.statement, take);
  }

  /** Asks for the columns of a statement's rows; the client does not hear of it. */
  describeHidden(prepared: PreparedStatement): void {
    this.describe(prepared, (type, buffer, start, end) => {
      if (type === BACKEND.rowDescription) prepared.columns = widenRowDescription(buffer, start, end);
      else if (type === BACKEND.noData) prepared.columns = null;
    });
  }
}
