import { SqlError } from "../rewrite/sql-error.ts";
import { BACKEND, BodyReader, FRONTEND, ProtocolError, writeRowDescription, writeTag } from "../wire/messages.ts";
import { refuseAsOf } from "./as-of.ts";
import { BackendQueryError } from "./backend-errors.ts";
import { bindMessage, closeMessage, message as makeMessage, withFormats } from "./backend-messages.ts";
import { readBind } from "./bind-request.ts";
import { ExtendedBatch } from "./extended-batch.ts";
import { writeLocalRow } from "./local-rows.ts";
import { describedAs, isPlainQuery } from "./prepared-statement.ts";
import { PreparedStatements } from "./prepared-statements.ts";
import { ResultOperation } from "./result-operation.ts";
import { deallocate, notePrepared } from "./sql-prepare.ts";
import { isTransactionControl } from "./statement-kinds.ts";
import type { QueryTranslation, Statement } from "../rewrite/contract.ts";
import type { WireMessage } from "../wire/message-reader.ts";
import type { BindRequest } from "./bind-request.ts";
import type { Taker } from "./extended-batch.ts";
import type { GatewayStatements } from "./gateway-statements.ts";
import type { Portal, PreparedStatement } from "./prepared-statement.ts";
import type { SessionCore } from "./session-core.ts";
import type { TransactionRunner } from "./transaction-runner.ts";

const STATEMENT = 0x53;
const PORTAL = 0x50;

/** What drivers mostly send right after the Bind of an unnamed portal: Execute without a limit, or Describe and that. */
const EXECUTE = Buffer.from([FRONTEND.execute, 0, 0, 0, 9, 0, 0, 0, 0, 0]);
const DESCRIBE_AND_EXECUTE = Buffer.concat([Buffer.from([FRONTEND.describe, 0, 0, 0, 6, PORTAL, 0]), EXECUTE]);

const nothing = (): void => {};

/** What a step returns: nothing to wait for, as a rule. */
export type Step = Promise<void> | undefined;

/**
 * The extended query protocol.
 *
 * Messages are passed on as they come and travel together; the backend's
 * answers are waited for only at Sync, at Flush, and before anything the
 * gateway does by itself.
 */
export class ExtendedProtocol {
  readonly #core: SessionCore;
  readonly #runner: TransactionRunner;
  readonly #gateway: GatewayStatements;
  readonly #batch: ExtendedBatch;
  readonly #statements: PreparedStatements;
  readonly #portals = new Map<string, Portal>();
  readonly #pass: Taker;

  constructor(core: SessionCore, runner: TransactionRunner, gateway: GatewayStatements) {
    this.#core = core;
    this.#runner = runner;
    this.#gateway = gateway;
    this.#batch = new ExtendedBatch(core, runner);
    this.#statements = new PreparedStatements(core, this.#batch);
    this.#pass = (_type, buffer, start, end) => core.client.out.raw(buffer, start, end);
  }

  /** True after an error, until the next Sync. */
  get skipping(): boolean {
    return this.#batch.skipping;
  }

  /** The client's prepared statements. */
  get statements(): PreparedStatements {
    return this.#statements;
  }

  // ------------------------------------------------------------ messages

  async parse(message: WireMessage): Promise<void> {
    const core = this.#core;
    const body = new BodyReader(message);
    const name = body.string();
    const sql = body.string();
    const types: number[] = [];
    for (let n = body.int16(); n > 0; n--) types.push(body.uint32());
    const text = core.sql.parse(sql);
    const { length } = text.statements;
    if (length > 1) {
      throw new SqlError({ code: "42P14", message: `prepared statement had ${length} statements, expected 1` });
    }
    this.#check(text.statements[0]);
    if (text.statements[0]?.kind === "copyFrom") {
      throw new SqlError({ code: "XXUUU", message: "CopyFrom not supported in extended protocol mode" });
    }
    const sent = await this.#statements.prepare(name, text, types);
    if (!sent && !this.skipping) core.client.out.begin(BACKEND.parseComplete).end();
  }

  bind(message: WireMessage): Step {
    const request = readBind(message, (name) => this.#statements.get(name));
    const { portal, prepared } = request;
    this.#check(prepared.statement);
    if (portal !== "" && this.#portals.has(portal)) {
      throw new SqlError({ code: "42P03", message: `portal "${portal}" already exists` });
    }
    const refreshed = this.#statements.refresh(prepared);
    if (!refreshed) return this.#bind(request);
    return refreshed.then(() => (this.skipping ? undefined : this.#bind(request)));
  }

  #bind(request: BindRequest): Step {
    const { prepared, message, rest, parameters, formats } = request;
    const { translation, statement } = prepared;
    const isQuery = translation?.kind === "query";
    const plain = isQuery && isPlainQuery(translation);
    const make = (): Buffer => bindMessage(request.portal, prepared.backendName, message.buffer, rest, message.end);
    if (isQuery && !plain && parameters > 0 && (statement?.placeholders ?? 0) === 0) {
      throw new SqlError({ code: "08P01", message: `expected 0 arguments, got ${parameters}` });
    }
    const portal: Portal = {
      name: request.portal,
      prepared,
      formats,
      bind: isQuery && !plain ? make() : undefined,
      rest: undefined,
      executed: false,
    };
    this.#portals.set(request.portal, portal);
    if (!plain) return this.#answer(BACKEND.bindComplete);
    const send = (): void => {
      const same = prepared.name === prepared.backendName;
      const bytes = same ? message.buffer.subarray(message.start, message.end) : make();
      this.#batch.send("bind", bytes, statement, this.#pass);
    };
    // Statements outside a transaction are transactions of their own, whether a Sync is between them or not.
    if (this.#core.transaction.phase === "idle" && this.#batch.executes) {
      return this.#batch.settle(true).then(() => {
        if (!this.skipping) send();
      });
    }
    if (!statement || !this.#runAtOnce(portal, statement, translation, message)) send();
    return undefined;
  }

  /**
   * Sends Bind, Describe and Execute of the unnamed portal on as one piece, where they came together and the
   * backend's answers are all there is to say. Returns false when they have to be handled one by one.
   */
  #runAtOnce(portal: Portal, statement: Statement, translation: QueryTranslation, bind: WireMessage): boolean {
    const core = this.#core;
    const { client } = core;
    const { prepared } = portal;
    if (portal.name !== "" || prepared.name !== prepared.backendName || isAboutNames(statement)) return false;
    // It may refuse the Execute, after Bind and Describe were answered.
    if (core.transaction.phase !== "idle" && core.variables.get("inject_retry_errors_enabled") === "on") return false;
    let rest = DESCRIBE_AND_EXECUTE;
    if (!client.nextAre(rest, bind)) {
      rest = EXECUTE;
      if (translation.returnsRows && prepared.columns === undefined) return false;
      if (!client.nextAre(rest, bind)) return false;
    }
    core.noteQuery(statement.text);
    this.#runner.beforeStatement(statement, translation);
    portal.executed = true;
    const described = rest === EXECUTE ? this.#pass : this.#described(prepared, translation);
    const leading: Taker = (type, buffer, start, end) =>
      (type === BACKEND.bindComplete ? this.#pass : described)(type, buffer, start, end);
    const operation = new ResultOperation({
      core,
      statement,
      translation,
      kind: "execute",
      describes: false,
      leading,
    });
    operation.expect(() => prepared.columns ?? [], portal.formats);
    const bytes = bind.buffer.subarray(bind.start, bind.end + rest.length);
    this.#batch.execute(bytes, operation, translation);
    return true;
  }

  describe(message: WireMessage): Step {
    const body = new BodyReader(message);
    const what = body.byte();
    const name = body.string();
    if (what !== STATEMENT && what !== PORTAL) throw new ProtocolError(`invalid DESCRIBE message subtype ${what}`);
    const portal = what === PORTAL ? this.#portal(name) : undefined;
    const prepared = portal?.prepared ?? this.#statements.get(name);
    this.#checkTransaction(prepared.statement);
    const { translation } = prepared;
    if (translation?.kind !== "query" || !this.#statements.needsParse(prepared)) {
      return this.#describeLocally(prepared, portal);
    }
    // A simple query since may have ended an unnamed statement.
    if (!this.#statements.isParsed(prepared)) this.#statements.parse(prepared, nothing);
    if (portal && !isPlainQuery(translation)) {
      // The portal does not exist yet: what the statement says holds for it, but for the formats.
      this.#statements.describe(prepared, this.#described(prepared, translation, portal.formats));
    } else if (portal) {
      this.#batch.describing.add(prepared);
      const bytes = message.buffer.subarray(message.start, message.end);
      this.#batch.send("describe", bytes, prepared.statement, this.#described(prepared, translation));
    } else this.#statements.describe(prepared, this.#described(prepared, translation));
    return undefined;
  }

  /** Takes a Describe's answer; `formats` are a portal's that is described by its statement. */
  #described(prepared: PreparedStatement, translation: QueryTranslation, formats?: readonly number[]): Taker {
    const { out } = this.#core.client;
    return (type, buffer, start, end) => {
      if (type === BACKEND.parameterDescription) {
        if (!formats) out.raw(buffer, start, end);
      } else if (type === BACKEND.noData || translation.hidesRows) {
        prepared.columns = null;
        out.begin(BACKEND.noData).end();
      } else {
        const described = describedAs(prepared, buffer, start, end);
        prepared.columns = described.columns;
        out.raw(formats ? withFormats(Buffer.from(described.bytes), formats) : described.bytes);
      }
    };
  }

  async #describeLocally({ translation }: PreparedStatement, portal: Portal | undefined): Promise<void> {
    const { out } = this.#core.client;
    await this.#batch.settle();
    if (this.skipping) return;
    if (!portal) out.begin(BACKEND.parameterDescription).int16(0).end();
    const local = translation && translation.kind !== "query" && translation.kind !== "copyFrom";
    const columns = local ? this.#gateway.columns(translation) : [];
    if (columns.length === 0) out.begin(BACKEND.noData).end();
    else {
      const described = columns.map(({ name, oid }) => ({ name, type: oid }));
      writeRowDescription(out, described, portal?.formats);
    }
  }

  execute(message: WireMessage): Step {
    const core = this.#core;
    const body = new BodyReader(message);
    const portal = this.#portal(body.string());
    const limit = body.int32();
    const { prepared } = portal;
    const { statement, translation } = prepared;
    if (!(core.suspendedPortal && portal.executed)) this.#checkSuspended(statement);
    if (!statement || !translation) return this.#answer(BACKEND.emptyQuery);
    core.noteQuery(statement.text);
    if (isAboutNames(statement) || translation.kind !== "query" || !isPlainQuery(translation))
      return this.#executeAlone(portal, limit);
    if (!portal.executed) this.#runner.beforeStatement(statement, translation);
    portal.executed = true;
    core.suspendedPortal = false;
    const operation = new ResultOperation({ core, statement, translation, kind: "execute", describes: false });
    // Rows may have to change on their way: their columns must be known before they come.
    if (translation.returnsRows && prepared.columns === undefined && !this.#batch.describing.has(prepared)) {
      this.#statements.describeHidden(prepared);
    }
    operation.expect(() => prepared.columns ?? [], portal.formats);
    this.#batch.execute(message.buffer.subarray(message.start, message.end), operation, translation);
    return undefined;
  }

  close(message: WireMessage): Step {
    const body = new BodyReader(message);
    const what = body.byte();
    const name = body.string();
    let backendName: string | undefined;
    if (what === STATEMENT) {
      const prepared = this.#statements.take(name);
      if (prepared && this.#statements.isParsed(prepared)) backendName = prepared.backendName;
    } else {
      const portal = this.#portals.get(name);
      this.#portals.delete(name);
      if (portal?.executed && portal.rest === undefined) this.#core.suspendedPortal = false;
      if (portal && portal.prepared.translation?.kind === "query" && portal.bind === undefined) backendName = name;
    }
    if (backendName === undefined) return this.#answer(BACKEND.closeComplete);
    this.#batch.send("close", closeMessage(what, backendName), undefined, this.#pass);
    return undefined;
  }

  /** Flush: everything answered so far goes to the client. */
  async flush(): Promise<void> {
    if (!this.skipping) await this.#batch.settle();
    this.#core.client.out.flush();
  }

  /** Sync: outside a transaction everything is committed. */
  sync(): Step {
    const answered = this.#batch.sync();
    return answered ? answered.then(() => this.#synced()) : this.#synced();
  }

  #synced(): Step {
    if (this.#core.transaction.phase === "idle") {
      this.#portals.clear();
      this.#core.suspendedPortal = false;
    }
    return this.#runner.settled();
  }

  /** Before a simple query: what the extended protocol left open ends; the unnamed statement goes. */
  async leave(statement: Statement | undefined): Promise<void> {
    this.#checkSuspended(statement);
    await this.sync();
    this.#statements.take("");
  }

  /** DISCARD ALL, DEALLOCATE ALL. */
  async deallocateAll(): Promise<void> {
    this.#portals.clear();
    await this.#statements.deallocateAll();
  }

  /** Told of an error that the gateway itself raised: what was sent before it is answered first. */
  failed(cause: unknown, statement?: Statement): Promise<void> {
    return this.#batch.failed(cause, statement);
  }

  // ------------------------------------------------------------ checks

  #portal(name: string): Portal {
    const portal = this.#portals.get(name);
    if (portal) return portal;
    throw new SqlError({ code: "34000", message: `unknown portal "${name}"` });
  }

  #check(statement: Statement | undefined): void {
    this.#checkSuspended(statement);
    this.#checkTransaction(statement);
  }

  #checkTransaction(statement: Statement | undefined): void {
    if (this.#core.transaction.phase === "idle" || !statement || isTransactionControl(statement)) return;
    this.#core.transaction.checkStatement();
  }

  /** CockroachDB runs one portal at a time; only COMMIT may come while rows are left. */
  #checkSuspended(statement?: Statement): void {
    const core = this.#core;
    if (!core.suspendedPortal) return;
    if (statement?.kind === "commit") return;
    core.suspendedPortal = false;
    throw new SqlError({
      code: "0A000",
      message: "unimplemented: multiple active portals not supported",
      hint: "You have attempted to use a feature that is not yet implemented.\nSee: https://go.crdb.dev/issue-v/40195/v21.2",
    });
  }

  // ------------------------------------------------------------ running

  /** Answers a message the backend need not see, after what was sent before it. */
  async #answer(type: number): Promise<void> {
    await this.#batch.settle();
    if (!this.skipping) this.#core.client.out.begin(type).end();
  }

  /** Runs what cannot travel with other statements. */
  async #executeAlone(portal: Portal, limit: number): Promise<void> {
    const { statement, translation } = portal.prepared;
    if (!statement || !translation || translation.kind === "copyFrom") return;
    if (translation.kind === "query" && translation.asOf !== undefined) refuseAsOf(translation.asOf);
    await this.#batch.settle(this.#core.transaction.phase === "idle");
    if (this.skipping) return;
    portal.executed = true;
    if (await deallocate(statement, this.#core, this.#runner, this)) return;
    if (translation.kind === "query" && isAboutNames(statement)) {
      await this.#runner.run(statement, translation, false);
      await notePrepared(statement, this);
    } else if (translation.kind === "query") {
      await this.#executeWithBookkeeping(portal, statement, translation);
    } else {
      if (!portal.rest) {
        const result = await this.#gateway.run(translation, statement);
        portal.rest = { ...result, rows: [...result.rows] };
      }
      this.#sendLocal(portal, limit);
    }
  }

  #sendLocal(portal: Portal, limit: number): void {
    const { out } = this.#core.client;
    const { rest } = portal;
    if (!rest) return;
    const count = limit > 0 ? limit : rest.rows.length;
    for (const row of rest.rows.slice(0, count)) writeLocalRow(out, rest.columns, row, portal.formats);
    rest.rows = rest.rows.slice(count);
    if (rest.rows.length > 0) out.begin(BACKEND.portalSuspended).end();
    else writeTag(out, rest.tag);
  }

  /** Runs a statement with what must run around it in the same transaction. */
  async #executeWithBookkeeping(portal: Portal, statement: Statement, translation: QueryTranslation): Promise<void> {
    const core = this.#core;
    const runner = this.#runner;
    if (!this.#statements.needsParse(portal.prepared)) {
      await runner.run(statement, translation, false);
      return;
    }
    runner.beforeStatement(statement, translation);
    const alone = core.transaction.phase === "idle";
    const fill = this.#gateway.virtualTables(translation.virtualTables ?? []);
    if (alone) await core.control("BEGIN ISOLATION LEVEL SERIALIZABLE");
    try {
      for (const sql of [...fill, ...(translation.before ?? [])]) await core.control(sql);
      const operation = new ResultOperation({ core, statement, translation, kind: "execute", describes: false });
      const statements = this.#statements;
      // The queries before it ended an unnamed statement.
      if (!statements.isParsed(portal.prepared)) statements.parse(portal.prepared, nothing);
      if (portal.prepared.columns === undefined) statements.describeHidden(portal.prepared);
      await this.#batch.settle();
      if (this.#batch.skipping) return;
      operation.expect(() => portal.prepared.columns ?? [], portal.formats);
      core.failure = undefined;
      const failed = { error: operation.error.bind(operation) };
      core.backend.send({ kind: "bind", ...failed }, portal.bind ?? Buffer.alloc(0));
      core.backend.send(
        operation,
        makeMessage(FRONTEND.execute, (out) => out.string(portal.name).int32(0)),
      );
      core.backend.queueSync();
      await core.backend.settle();
      const failure = core.failure as { fields: BackendQueryError["fields"] } | undefined;
      if (failure) throw new BackendQueryError(failure.fields);
      for (const sql of translation.after ?? []) await core.control(sql);
      if (alone) await core.control("COMMIT");
      else runner.log.spoil();
    } finally {
      if (alone && !core.backend.lost && core.backend.status !== "I") await core.control("ROLLBACK");
    }
    runner.afterStatement(translation);
  }
}

/** SQL's PREPARE and DEALLOCATE: the gateway takes part in them. */
const isAboutNames = ({ kind }: Statement): boolean => kind === "prepare" || kind === "deallocate";
