import { SqlError } from "../rewrite/sql-error.ts";
import { BACKEND, BodyReader, FRONTEND, ProtocolError, writeRowDescription, writeTag } from "../wire/messages.ts";
import { MessageWriter } from "../wire/message-writer.ts";
import { BackendQueryError } from "./backend-errors.ts";
import { bindError } from "./bind-errors.ts";
import { writeLocalRow } from "./local-rows.ts";
import { backendStatementName, isPlainQuery } from "./prepared-statement.ts";
import { ResultOperation } from "./result-operation.ts";
import { widenRowDescription } from "./result-shape.ts";
import { isConflict, refuseAsOf } from "./transaction-runner.ts";
import type { QueryTranslation, Statement } from "../rewrite/contract.ts";
import type { WireMessage } from "../wire/message-reader.ts";
import type { WriterMark } from "../wire/message-writer.ts";
import type { OperationKind } from "./backend-operation.ts";
import type { GatewayStatements } from "./gateway-statements.ts";
import type { Portal, PreparedStatement } from "./prepared-statement.ts";
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

const nothing = (): void => {};

/**
 * The extended query protocol.
 *
 * Messages are passed on as they come and travel together; the backend's
 * answers are waited for only at Sync, at Flush, and before anything the
 * gateway does by itself. What was sent since the last such point is kept, to
 * be sent again after a conflict that can be hidden.
 */
export class ExtendedProtocol {
  readonly #core: SessionCore;
  readonly #runner: TransactionRunner;
  readonly #gateway: GatewayStatements;
  readonly #statements = new Map<string, PreparedStatement>();
  readonly #portals = new Map<string, Portal>();
  #numbers = 0;
  #sent: Sent[] = [];
  #mark: WriterMark | undefined;
  /** Translations of the statements in `#sent` that are executed there. */
  #executions: QueryTranslation[] = [];
  /** Statements a Describe is under way for. */
  readonly #describing = new Set<PreparedStatement>();
  /** True when part of the backend's implicit transaction was answered before: it cannot be sent again as a whole. */
  #unrepeatable = false;
  /** True after an error, until the next Sync. */
  skipping = false;

  constructor(core: SessionCore, runner: TransactionRunner, gateway: GatewayStatements) {
    this.#core = core;
    this.#runner = runner;
    this.#gateway = gateway;
  }

  // ------------------------------------------------------------ messages

  async parse(message: WireMessage): Promise<void> {
    const core = this.#core;
    const body = new BodyReader(message);
    const name = body.string();
    const sql = body.string();
    const types: number[] = [];
    for (let n = body.int16(); n > 0; n--) types.push(body.uint32());
    if (name !== "" && this.#statements.has(name)) {
      throw new SqlError({ code: "42P05", message: `prepared statement "${name}" already exists` });
    }
    const sent = await this.#prepare(name, sql, types, true);
    if (!sent && !this.skipping) core.client.out.begin(BACKEND.parseComplete).end();
  }

  async bind(message: WireMessage): Promise<void> {
    const core = this.#core;
    const body = new BodyReader(message);
    const portalName = body.string();
    const statementName = body.string();
    const rest = body.position;
    const prepared = this.#statement(statementName);
    this.#checkSuspended(prepared.statement);
    const parameters = readParameters(body, prepared);
    const formats: number[] = [];
    for (let n = body.int16(); n > 0; n--) formats.push(body.int16());
    if (portalName !== "" && this.#portals.has(portalName)) {
      throw new SqlError({ code: "42P03", message: `portal "${portalName}" already exists` });
    }
    if (prepared.statement && !isTransactionControl(prepared.statement)) core.transaction.checkStatement();
    await this.#refresh(prepared);
    const { translation } = prepared;
    const isQuery = translation?.kind === "query";
    const plain = isQuery && isPlainQuery(translation);
    const portal: Portal = {
      name: portalName,
      prepared,
      formats,
      bind:
        isQuery && !plain
          ? bindMessage(portalName, prepared.backendName, message.buffer, rest, message.end)
          : undefined,
      rest: undefined,
      executed: false,
    };
    this.#portals.set(portalName, portal);
    if (!plain) {
      if (isQuery && parameters !== undefined) refuseBound(prepared, parameters);
      await this.#settle();
      if (!this.skipping) core.client.out.begin(BACKEND.bindComplete).end();
      return;
    }
    // Statements outside a transaction are transactions of their own, whether a Sync is between them or not.
    if (core.transaction.phase === "idle" && this.#executions.length > 0) {
      await this.#settle(true);
      if (this.skipping) return;
    }
    const bytes =
      statementName === prepared.backendName
        ? message.buffer.subarray(message.start, message.end)
        : bindMessage(portalName, prepared.backendName, message.buffer, rest, message.end);
    this.#send("bind", bytes, prepared.statement, (_type, buffer, start, end) =>
      core.client.out.raw(buffer, start, end),
    );
  }

  async describe(message: WireMessage): Promise<void> {
    const core = this.#core;
    const body = new BodyReader(message);
    const what = body.byte();
    const name = body.string();
    if (what !== 0x53 && what !== 0x50) throw new ProtocolError(`invalid DESCRIBE message subtype ${what}`);
    const portal = what === 0x50 ? this.#portal(name) : undefined;
    const prepared = portal?.prepared ?? this.#statement(name);
    if (prepared.statement && !isTransactionControl(prepared.statement)) core.transaction.checkStatement();
    const { out } = core.client;
    const { translation } = prepared;
    if (translation?.kind !== "query" || !this.#isParsed(prepared)) {
      await this.#settle();
      if (this.skipping) return;
      if (!portal) out.begin(BACKEND.parameterDescription).int16(0).end();
      const columns =
        translation && translation.kind !== "query" && translation.kind !== "copyFrom"
          ? this.#gateway.columns(translation)
          : [];
      if (columns.length === 0) out.begin(BACKEND.noData).end();
      else
        writeRowDescription(
          out,
          columns.map(({ name, oid }) => ({ name, type: oid })),
          portal?.formats,
        );
      return;
    }
    if (portal && !isPlainQuery(translation)) {
      // The portal does not exist yet: what the statement says holds for it, but for the formats.
      this.#sendDescribe(prepared, (type, buffer, start, end) => {
        if (type === BACKEND.parameterDescription) return;
        if (type === BACKEND.noData || translation.hidesRows) {
          prepared.columns = null;
          out.begin(BACKEND.noData).end();
          return;
        }
        prepared.columns = widenRowDescription(buffer, start, end);
        out.raw(withFormats(buffer.subarray(start, end), portal.formats));
      });
      return;
    }
    const take = (type: number, buffer: Buffer, start: number, end: number): void => {
      if (type === BACKEND.rowDescription && translation.hidesRows) {
        prepared.columns = null;
        out.begin(BACKEND.noData).end();
        return;
      }
      if (type === BACKEND.rowDescription) prepared.columns = widenRowDescription(buffer, start, end);
      else if (type === BACKEND.noData) prepared.columns = null;
      out.raw(buffer, start, end);
    };
    this.#describing.add(prepared);
    if (portal) this.#send("describe", message.buffer.subarray(message.start, message.end), prepared.statement, take);
    else this.#sendDescribe(prepared, take);
  }

  async execute(message: WireMessage): Promise<void> {
    const core = this.#core;
    const body = new BodyReader(message);
    const name = body.string();
    const limit = body.int32();
    const portal = this.#portal(name);
    const { prepared } = portal;
    const { statement, translation } = prepared;
    const { out } = core.client;
    const suspended = core.suspendedPortal;
    if (!(suspended && portal.executed)) this.#checkSuspended(statement);
    if (!statement || !translation) {
      await this.#settle();
      if (!this.skipping) out.begin(BACKEND.emptyQuery).end();
      return;
    }
    core.noteQuery(statement.text);
    if (translation.kind === "copyFrom") {
      throw new SqlError({
        code: "0A000",
        message: "COPY by the extended protocol is not supported by the demo cluster",
      });
    }
    if (translation.kind !== "query") {
      await this.#settle(core.transaction.phase === "idle");
      if (this.skipping) return;
      if (!portal.rest) {
        const result = await this.#gateway.run(translation, statement);
        portal.rest = { ...result, rows: [...result.rows] };
        portal.executed = true;
      }
      this.#sendLocal(portal, limit);
      return;
    }
    if (translation.asOf !== undefined) refuseAsOf(translation.asOf);
    if (!isPlainQuery(translation)) {
      await this.#settle(core.transaction.phase === "idle");
      if (this.skipping) return;
      await this.#executeWithBookkeeping(portal, statement, translation);
      return;
    }
    if (!portal.executed) this.#runner.beforeStatement(statement, translation);
    portal.executed = true;
    core.suspendedPortal = false;
    const operation = new ResultOperation({ core, statement, translation, kind: "execute", describes: false });
    // Rows may have to change on their way: their columns must be known before they come.
    if (translation.returnsRows && prepared.columns === undefined && !this.#describing.has(prepared)) {
      this.#describeHidden(prepared);
    }
    operation.expect(() => prepared.columns ?? [], portal.formats);
    this.#executions.push(translation);
    this.#queue({ bytes: message.buffer.subarray(message.start, message.end), operation });
  }

  async close(message: WireMessage): Promise<void> {
    const body = new BodyReader(message);
    const what = body.byte();
    const name = body.string();
    if (what === 0x53) {
      const prepared = this.#statements.get(name);
      this.#statements.delete(name);
      if (prepared && this.#isParsed(prepared)) {
        this.#send("close", closeMessage(what, prepared.backendName), undefined, (_type, buffer, start, end) =>
          this.#core.client.out.raw(buffer, start, end),
        );
        return;
      }
    } else {
      const portal = this.#portals.get(name);
      this.#portals.delete(name);
      if (portal?.executed && portal.rest === undefined) this.#core.suspendedPortal = false;
      if (portal && portal.prepared.translation?.kind === "query" && portal.bind === undefined) {
        this.#send("close", closeMessage(what, name), undefined, (_type, buffer, start, end) =>
          this.#core.client.out.raw(buffer, start, end),
        );
        return;
      }
    }
    await this.#settle();
    if (!this.skipping) this.#core.client.out.begin(BACKEND.closeComplete).end();
  }

  /** Flush: everything answered so far goes to the client. */
  async flush(): Promise<void> {
    if (!this.skipping) await this.#settle();
    this.#core.client.out.flush();
  }

  /** Sync: outside a transaction everything is committed. */
  async sync(): Promise<void> {
    const { transaction, backend } = this.#core;
    if (this.skipping) {
      if (backend.unsynced) {
        backend.queueSync();
        await backend.settle();
      }
    } else {
      await this.#settle(backend.unsynced);
    }
    this.skipping = false;
    this.#unrepeatable = false;
    if (transaction.phase === "idle") {
      this.#portals.clear();
      this.#core.suspendedPortal = false;
    }
    await this.#runner.settled();
  }

  /** Before a simple query: what the extended protocol left open ends; the unnamed statement goes. */
  async leave(statement: Statement | undefined): Promise<void> {
    this.#checkSuspended(statement);
    await this.sync();
    this.#statements.delete("");
  }

  /** DISCARD ALL, DEALLOCATE ALL. */
  async deallocateAll(): Promise<void> {
    this.#statements.clear();
    this.#portals.clear();
    await this.#core.control("DEALLOCATE ALL");
  }

  /** True when the protocol (not SQL's PREPARE) made a statement of this name. */
  has(name: string): boolean {
    return this.#statements.has(name);
  }

  /** DEALLOCATE name. @throws {SqlError} 26000 */
  async deallocate(name: string): Promise<void> {
    const prepared = this.#statement(name);
    this.#statements.delete(name);
    if (this.#isParsed(prepared))
      await this.#core.control(`DEALLOCATE "${prepared.backendName.replaceAll('"', '""')}"`);
  }

  // ------------------------------------------------------------ statements

  /** Returns true when the backend was asked and will answer. */
  async #prepare(name: string, sql: string, types: readonly number[], answers: boolean): Promise<boolean> {
    const core = this.#core;
    const text = core.parse(sql);
    if (text.statements.length > 1) {
      throw new SqlError({
        code: "42P14",
        message: `prepared statement had ${text.statements.length} statements, expected 1`,
      });
    }
    const statement = text.statements[0];
    this.#checkSuspended(statement);
    if (statement && !isTransactionControl(statement)) core.transaction.checkStatement();
    const prepared: PreparedStatement = {
      name,
      backendName: backendStatementName(name, ++this.#numbers),
      text,
      statement,
      parameterTypes: types,
      translation: undefined,
      generation: -1,
      columns: undefined,
    };
    const { out } = core.client;
    if (statement) {
      await this.#quietContext();
      prepared.translation = await core.translate(text, 0);
    }
    this.#statements.set(name, prepared);
    if (statement && this.#needsParse(prepared)) {
      this.#sendParse(prepared, (buffer, start, end) => {
        if (answers) out.raw(buffer, start, end);
      });
      return true;
    }
    await this.#settle();
    return false;
  }

  /** The catalog is read at the backend: what was sent before has to be answered first. */
  async #quietContext(): Promise<void> {
    if (this.#core.context() instanceof Promise && !this.#core.backend.settled) await this.#settle();
  }

  /** Translates again what a schema change may have made stale, and parses it where the backend does not know it. */
  async #refresh(prepared: PreparedStatement): Promise<void> {
    if (!prepared.statement) return;
    const before = prepared.translation;
    const context = this.#core.context();
    if (context instanceof Promise || prepared.text.context !== context) {
      await this.#quietContext();
      await context;
      prepared.translation = await this.#core.translate(prepared.text, 0);
    }
    const now = prepared.translation;
    if (!this.#needsParse(prepared)) return;
    const changed = before?.kind === "query" && now?.kind === "query" && before.sql !== now.sql;
    if (this.#isParsed(prepared) && !changed) return;
    if (this.#isParsed(prepared)) {
      this.#send("close", closeMessage(0x53, prepared.backendName), undefined, nothing);
      prepared.columns = undefined;
    }
    this.#sendParse(prepared, nothing);
  }

  #needsParse(prepared: PreparedStatement): boolean {
    const { translation } = prepared;
    if (translation?.kind !== "query") return false;
    // Schema changes take no parameters and run by the simple protocol.
    return isPlainQuery(translation) || translation.returnsRows || (prepared.statement?.placeholders ?? 0) > 0;
  }

  #isParsed(prepared: PreparedStatement): boolean {
    return prepared.generation === this.#core.backendGeneration;
  }

  #sendParse(prepared: PreparedStatement, done: (buffer: Buffer, start: number, end: number) => void): void {
    const { translation, statement, backendName, parameterTypes } = prepared;
    if (translation?.kind !== "query") return;
    const bytes = message(FRONTEND.parse, (out) => {
      out.string(backendName).string(translation.sql).int16(parameterTypes.length);
      for (const type of parameterTypes) out.int32(type);
    });
    prepared.generation = this.#core.backendGeneration;
    let known = false;
    this.#send(
      "parse",
      bytes,
      statement,
      (_type, buffer, start, end) => {
        known = true;
        done(buffer, start, end);
      },
      () => {
        prepared.generation = -1;
        if (this.#statements.get(prepared.name) === prepared) this.#statements.delete(prepared.name);
      },
      // A name is taken even where the transaction it was prepared in failed.
      () => (known && backendName !== "" ? closeMessage(0x53, backendName) : undefined),
    );
  }

  #sendDescribe(
    prepared: PreparedStatement,
    take: (type: number, buffer: Buffer, start: number, end: number) => void,
  ): void {
    const bytes = message(FRONTEND.describe, (out) => out.byte(0x53).string(prepared.backendName));
    this.#describing.add(prepared);
    this.#send("describe", bytes, prepared.statement, take);
  }

  async #describeNow(prepared: PreparedStatement): Promise<void> {
    this.#describeHidden(prepared);
    await this.#settle();
  }

  #describeHidden(prepared: PreparedStatement): void {
    this.#sendDescribe(prepared, (type, buffer, start, end) => {
      if (type === BACKEND.rowDescription) prepared.columns = widenRowDescription(buffer, start, end);
      else if (type === BACKEND.noData) prepared.columns = null;
    });
  }

  #statement(name: string): PreparedStatement {
    const prepared = this.#statements.get(name);
    if (prepared) return prepared;
    throw new SqlError({ code: "26000", message: `unknown prepared statement "${name}"` });
  }

  #portal(name: string): Portal {
    const portal = this.#portals.get(name);
    if (portal) return portal;
    throw new SqlError({ code: "34000", message: `unknown portal "${name}"` });
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
    if (!this.#needsParse(portal.prepared)) {
      await runner.run(statement, translation, false);
      portal.executed = true;
      return;
    }
    runner.beforeStatement(statement, translation);
    const alone = core.transaction.phase === "idle";
    const fill = this.#gateway.virtualTables(translation.virtualTables ?? []);
    if (alone) await core.control("BEGIN ISOLATION LEVEL SERIALIZABLE");
    try {
      for (const sql of [...fill, ...(translation.before ?? [])]) await core.control(sql);
      const operation = new ResultOperation({ core, statement, translation, kind: "execute", describes: false });
      if (portal.prepared.columns === undefined) await this.#describeNow(portal.prepared);
      operation.expect(() => portal.prepared.columns ?? [], portal.formats);
      core.failure = undefined;
      const failed = { error: operation.error.bind(operation) };
      core.backend.send({ kind: "bind", ...failed }, portal.bind ?? Buffer.alloc(0));
      core.backend.send(
        operation,
        message(FRONTEND.execute, (out) => out.string(portal.name).int32(0)),
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
    portal.executed = true;
    runner.afterStatement(translation);
  }

  #send(
    kind: OperationKind,
    bytes: Buffer,
    statement: Statement | undefined,
    take: (type: number, buffer: Buffer, start: number, end: number) => void,
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
  async #settle(sync = false): Promise<void> {
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
    this.#describing.clear();
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

  /** Told of an error that the gateway itself raised: what was sent before it is answered first. */
  async failed(cause: unknown, statement?: Statement): Promise<void> {
    if (this.skipping) return;
    await this.#settle();
    if (this.skipping) return;
    this.skipping = true;
    this.#core.fail(cause, statement);
  }
}

const requestOf = ({ bytes, operation }: Sent): Request => ({
  kind: operation.kind as "parse" | "bind" | "describe" | "execute" | "close",
  bytes,
});

const CONTROL: ReadonlySet<string> = new Set([
  "begin",
  "commit",
  "rollback",
  "savepoint",
  "release",
  "rollbackTo",
  "setTransaction",
]);

/** Statements whose place in the transaction the state machine itself judges. */
export function isTransactionControl(statement: Statement): boolean {
  return CONTROL.has(statement.kind) || isObserver(statement);
}

/** SHOW TRANSACTION STATUS and SHOW SAVEPOINT STATUS answer in every phase of a transaction. */
function isObserver({ node }: Statement): boolean {
  if (node.kind !== "show") return false;
  const { what } = node;
  return what.kind === "savepointStatus" || (what.kind === "variable" && what.name === "transaction_status");
}

function message(type: number, write: (out: MessageWriter) => unknown): Buffer {
  let bytes: Buffer | undefined;
  const out = new MessageWriter((chunk) => {
    bytes = chunk;
  });
  out.begin(type);
  write(out);
  out.end();
  out.flush();
  return bytes ?? Buffer.alloc(0);
}

function closeMessage(what: number, name: string): Buffer {
  return message(FRONTEND.close, (out) => out.byte(what).string(name));
}

function bindMessage(portal: string, statement: string, buffer: Buffer, start: number, end: number): Buffer {
  return message(FRONTEND.bind, (out) => out.string(portal).string(statement).bytes(buffer.subarray(start, end)));
}

/** Checks the shape of Bind's parameters; undefined when there are none. */
function readParameters(body: BodyReader, prepared: PreparedStatement): number | undefined {
  const formats = body.int16();
  for (let i = 0; i < formats; i++) body.int16();
  const count = body.int16();
  const expected = prepared.statement?.placeholders ?? 0;
  if (formats > 1 && formats !== expected) {
    throw new SqlError({
      code: "08P01",
      message: `wrong number of format codes specified: ${formats} for ${expected} arguments`,
    });
  }
  if (count !== expected && prepared.translation?.kind === "query") {
    throw new SqlError({ code: "08P01", message: `expected ${expected} arguments, got ${count}` });
  }
  for (let i = 0; i < count; i++) {
    const length = body.int32();
    if (length > 0) body.bytes(length);
  }
  return count === 0 ? undefined : count;
}

function refuseBound(prepared: PreparedStatement, count: number): void {
  if ((prepared.statement?.placeholders ?? 0) === 0 && count > 0) {
    throw new SqlError({ code: "08P01", message: `expected 0 arguments, got ${count}` });
  }
}

/** A RowDescription with the formats a portal asks for. */
function withFormats(description: Buffer, formats: readonly number[]): Buffer {
  if (!formats.includes(1)) return description;
  const body = new BodyReader({ buffer: description, body: 5, end: description.length });
  const count = body.int16();
  for (let i = 0; i < count; i++) {
    body.string();
    body.bytes(16);
    const format = formats.length === 1 ? (formats[0] ?? 0) : (formats[i] ?? 0);
    description.writeInt16BE(format, body.position);
    body.int16();
  }
  return description;
}
