/**
 * The parts of `pg` that its published types leave out and this driver needs:
 * the message level under `Client.query`. Kept in one place, so that a change
 * in pg shows up here.
 */

import type { EventEmitter } from "node:events";
import type { Duplex } from "node:stream";
import type { ConnectionOptions } from "node:tls";
import { Client, Connection, DatabaseError, Query } from "pg";

/** A column as pg's parser describes it. */
export interface PgField {
  readonly name: string;
  readonly tableID: number;
  readonly columnID: number;
  readonly dataTypeID: number;
  readonly dataTypeModifier: number;
}

/** pg's message level: each method writes one frontend message. */
export interface PgWire extends EventEmitter {
  stream: Duplex & { destroy(error?: Error): void };
  query(text: string): void;
  parse(message: { text: string; name: string; types?: readonly number[] }): void;
  bind(message: {
    portal: string;
    statement: string;
    values: readonly (string | null)[];
    binary: boolean;
    valueMapper?: (value: unknown) => unknown;
  }): void;
  describe(message: { type: "P" | "S"; name: string }): void;
  execute(message: { portal: string; rows: number }): void;
  close(message: { type: "P" | "S"; name: string }): void;
  sync(): void;
  end(): void;
  connect(portOrPath: number | string, host?: string): void;
  requestSsl(): void;
  sendCopyFail(reason: string): void;
  endCopyFrom(): void;
  cancel(processId: number, secretKey: number): void;
}

/** What pg's client calls on the query whose answers are arriving. */
export interface PgQueryHandlers {
  submit(wire: PgWire): Error | null;
  handleRowDescription(message: { readonly fields: readonly PgField[] }): void;
  handleDataRow(message: { readonly fields: readonly (string | null)[] }): void;
  handleCommandComplete(message: { readonly text: string }): void;
  handleEmptyQuery(): void;
  handlePortalSuspended(): void;
  handleCopyInResponse(wire: PgWire): void;
  handleCopyData(): void;
  handleError(error: Error): void;
  handleReadyForQuery(): void;
}

interface PgClientInternals {
  readonly connection: PgWire;
  readonly processID: number | null;
  readonly secretKey: number | null;
  getStartupConf(): Record<string, string>;
}

export type PgClient = Omit<Client, "connection" | "query"> &
  PgClientInternals & { query(query: PgQueryHandlers): void };

export interface PgClientConfig {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: () => Promise<string | undefined>;
  readonly database: string;
  readonly ssl: ConnectionOptions | false;
  readonly connectionTimeoutMillis: number;
  readonly keepAlive: boolean;
  readonly pipeline: true;
}

/** `pg.Client`, seen with its internals. */
export const PgClientBase = Client as unknown as new (config: PgClientConfig) => PgClient;

/**
 * A `pg.Query` for `instanceof`. In pipeline mode pg refuses queries of other classes, because those may keep a portal
 * open between two Syncs; ours end with what they began. They have nothing of what its constructor makes for pg's own
 * queries, a result and an event emitter among them.
 */
export const PgQueryBase = QueryBase as unknown as new () => object;

function QueryBase(this: object): void {}
QueryBase.prototype = Query.prototype;

/** `pg.Connection`, for cancel requests. */
export const PgConnection = Connection as unknown as new (config: {
  readonly ssl: ConnectionOptions | false;
}) => PgWire;

/** An ErrorResponse of the server, as pg raises it. */
export const PgDatabaseError = DatabaseError as unknown as new (...args: never[]) => Error & {
  readonly severity?: string;
  readonly code?: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly position?: string;
  readonly schema?: string;
  readonly table?: string;
  readonly column?: string;
  readonly dataType?: string;
  readonly constraint?: string;
  readonly where?: string;
};
