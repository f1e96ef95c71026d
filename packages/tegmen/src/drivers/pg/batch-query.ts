import type {
  BatchOutcome,
  DriverFailure,
  DriverResult,
  DriverStatement,
  Field,
  RowConsumer,
  ServerErrorFields,
} from "../driver.ts";
import { copyRefused } from "../refusal.ts";
import { messages, takeMessages } from "./frontend-writer.ts";
import { PgDatabaseError, PgQueryBase, type PgField, type PgQueryHandlers, type PgWire } from "./pg-internals.ts";
import type { PreparedStatement, StatementCache } from "./statement-cache.ts";

const noFields: readonly Field[] = [];

/** How one statement of a batch was sent. */
interface Sent {
  readonly statement: DriverStatement;
  readonly prepared: PreparedStatement | undefined;
  /** This batch carries its Parse. */
  readonly parsed: boolean;
  /** This batch asks for its columns. */
  readonly described: boolean;
}

/**
 * A batch on the wire: statements of the extended protocol behind one Sync, or
 * one text of the simple protocol. It is a pg query, so that pg's pipeline
 * routes the answers here; it is settled by its connection at ReadyForQuery.
 */
export class BatchQuery extends PgQueryBase implements PgQueryHandlers {
  readonly #statements: readonly DriverStatement[];
  readonly #simple: string | undefined;
  readonly #cache: StatementCache;
  readonly #settle: (outcome: BatchOutcome) => void;
  readonly #onSubmit: (query: BatchQuery) => void;
  readonly #sent: Sent[] = [];
  /** Statements that this batch prepares. */
  #preparing: PreparedStatement[] = [];
  readonly #results: DriverResult[] = [];
  #failure: DriverFailure | undefined;
  #consumer: RowConsumer | undefined;
  #parsesAnswered = 0;
  #submitted = false;

  constructor(
    statements: readonly DriverStatement[] | string,
    cache: StatementCache,
    onSubmit: (query: BatchQuery) => void,
    settle: (outcome: BatchOutcome) => void,
  ) {
    super();
    this.#simple = typeof statements === "string" ? statements : undefined;
    this.#statements = typeof statements === "string" ? [] : statements;
    this.#cache = cache;
    this.#onSubmit = onSubmit;
    this.#settle = settle;
  }

  /** Writes the whole batch; pg calls this at once in pipeline mode. */
  submit(wire: PgWire): Error | null {
    this.#submitted = true;
    this.#onSubmit(this);
    if (this.#simple !== undefined) wire.query(this.#simple);
    else this.#write(wire);
    return null;
  }

  #write(wire: PgWire): void {
    messages.start();
    for (const name of this.#cache.takeEvicted()) messages.closeStatement(name);
    for (const statement of this.#statements) {
      const sent = this.#plan(statement);
      this.#sent.push(sent);
      const name = sent.prepared?.name ?? "";
      if (sent.parsed) messages.parse(name, statement.sql);
      messages.bind(name, statement.parameters);
      if (sent.described) messages.describe();
      messages.execute();
    }
    messages.sync();
    const bytes = takeMessages();
    if (wire.stream.writable) wire.stream.write(bytes);
    this.#begin(0);
  }

  #plan(statement: DriverStatement): Sent {
    if (!statement.prepare) return { statement, prepared: undefined, parsed: true, described: true };
    const known = this.#cache.find(statement.sql);
    // Parsed by this batch: if that fails, nothing after it is run anyway.
    if (known !== undefined && !known.ready && this.#preparing.includes(known)) {
      return { statement, prepared: known, parsed: false, described: false };
    }
    // Somebody else's Parse of it is still on its way and may fail: go without a name.
    if (known !== undefined && !known.ready) return { statement, prepared: undefined, parsed: true, described: true };
    if (known !== undefined)
      return { statement, prepared: known, parsed: false, described: known.fields === undefined };
    const prepared = this.#cache.add(statement.sql);
    if (prepared !== undefined) this.#preparing.push(prepared);
    return { statement, prepared, parsed: true, described: true };
  }

  /** The answers of statement `index` are next: its columns are announced now if they are known. */
  #begin(index: number): void {
    const sent = this.#sent[index];
    this.#consumer = sent?.statement.consumer;
    const fields = sent?.prepared?.fields;
    if (sent !== undefined && !sent.described && fields !== undefined && fields !== noFields) {
      this.#guard(() => this.#consumer?.fields(fields));
    }
  }

  /** Runs a consumer; what it throws fails the statement, not the connection. */
  #guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#consumer = undefined;
      this.#failure ??= { kind: "client", index: this.#results.length, cause: asError(error) };
    }
  }

  handleParseComplete(): void {
    let answered = this.#parsesAnswered++;
    for (const sent of this.#sent) {
      if (!sent.parsed || answered-- > 0) continue;
      if (sent.prepared !== undefined) sent.prepared.ready = true;
      return;
    }
  }

  handleRowDescription(message: { readonly fields: readonly PgField[] }): void {
    const fields = message.fields.map(toField);
    const sent = this.#sent[this.#results.length];
    if (sent?.prepared !== undefined) sent.prepared.fields = fields;
    this.#guard(() => this.#consumer?.fields(fields));
  }

  handleDataRow(message: { readonly fields: readonly (string | null)[] }): void {
    if (this.#consumer === undefined) return;
    try {
      this.#consumer.row(message.fields);
    } catch (error) {
      this.#consumer = undefined;
      this.#failure ??= { kind: "client", index: this.#results.length, cause: asError(error) };
    }
  }

  handleCommandComplete(message: { readonly text: string }): void {
    this.#complete(message.text);
  }

  handleEmptyQuery(): void {
    this.#complete("");
  }

  #complete(tag: string): void {
    const sent = this.#sent[this.#results.length];
    if (sent?.prepared !== undefined && sent.described) sent.prepared.fields ??= noFields;
    if (dropsPrepared(tag)) this.#cache.clear();
    this.#results.push({ tag });
    this.#begin(this.#results.length);
  }

  handlePortalSuspended(): void {}

  handleCopyInResponse(wire: PgWire): void {
    wire.sendCopyFail(copyRefused);
    // The batch's own Sync came while the server was waiting for data, and such a one is ignored.
    if (this.#simple === undefined) wire.sync();
  }

  /** Data of COPY TO STDOUT, from a text of several statements. */
  handleCopyData(): void {
    this.#failure ??= { kind: "client", index: this.#results.length, cause: new Error(copyRefused) };
  }

  handleReadyForQuery(): void {}

  /** An error of the server (ReadyForQuery follows), or the end of the connection. */
  handleError(error: Error): void {
    const index = this.#results.length;
    if (error instanceof PgDatabaseError) {
      this.#failure = { kind: "server", index, fields: serverFields(error), cause: error };
      return;
    }
    // The server's last word (57P01) says more than the end of the stream that follows it.
    if (this.#failure?.kind !== "server") this.#failure = { kind: "lost", index, sent: this.#submitted, cause: error };
    this.settle();
  }

  /** All answers are in, or never will be. */
  settle(): void {
    if (this.#failure !== undefined) this.#dropUnparsed();
    this.#settle(
      this.#failure === undefined ? { results: this.#results } : { results: this.#results, failure: this.#failure },
    );
  }

  /** Statements whose Parse was skipped or failed do not exist on the server. */
  #dropUnparsed(): void {
    for (const prepared of this.#preparing) if (!prepared.ready) this.#cache.remove(prepared);
  }
}

/** Whether the server forgot all prepared statements; CockroachDB's tag for DISCARD ALL is `DISCARD`. */
function dropsPrepared(tag: string): boolean {
  return tag === "DEALLOCATE ALL" || tag === "DISCARD ALL" || tag === "DISCARD";
}

export function toField(field: PgField): Field {
  return {
    name: field.name,
    typeOid: field.dataTypeID,
    tableOid: field.tableID,
    columnNumber: field.columnID,
    typeModifier: field.dataTypeModifier,
  };
}

/** The fields of an ErrorResponse, apart from pg's error object. */
export function serverFields(error: InstanceType<typeof PgDatabaseError>): ServerErrorFields {
  const { severity, code, message, detail, hint, position, schema, table, column, dataType, constraint, where } = error;
  return { severity, code, message, detail, hint, position, schema, table, column, dataType, constraint, where };
}

export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
