/**
 * What the engine asks of a database driver: open connections, send batches of
 * statements without waiting in between, and say exactly what happened.
 *
 * A driver moves text: parameters arrive encoded, rows leave undecoded. It has
 * no opinion about types, transactions or retries; those live above it.
 */

import type { ConnectionOptions } from "node:tls";

/** One column of a result, as RowDescription tells it. */
export interface Field {
  readonly name: string;
  /** OID of the column's type. */
  readonly typeOid: number;
  /** OID of the table that the column belongs to; 0 when it is an expression. */
  readonly tableOid: number;
  /** Attribute number within that table; 0 when it is an expression. */
  readonly columnNumber: number;
  readonly typeModifier: number;
}

/** Values of one row in text format; null is SQL NULL. */
export type RawRow = readonly (string | null)[];

/**
 * Takes the rows of one statement as they arrive.
 *
 * A driver hands over the very same `fields` array for every run of a prepared
 * statement, so that decoders made for it can be found again by identity.
 */
export interface RowConsumer {
  fields(fields: readonly Field[]): void;
  row(values: RawRow): void;
}

/** One statement as it goes to the server. */
export interface DriverStatement {
  readonly sql: string;
  /** Encoded parameters in text format. */
  readonly parameters: readonly (string | null)[];
  /** Keep it prepared on this connection under a name, for the next time. */
  readonly prepare: boolean;
  /** Where its rows go; without it they are dropped. */
  readonly consumer?: RowConsumer;
}

/** What the server said when a statement was done. */
export interface DriverResult {
  /** Command tag: `INSERT 0 2`, `SELECT 5`. Empty for an empty statement. */
  readonly tag: string;
}

/** The fields of an ErrorResponse. */
export interface ServerErrorFields {
  readonly severity?: string | undefined;
  readonly code?: string | undefined;
  readonly message: string;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
  readonly position?: string | undefined;
  readonly schema?: string | undefined;
  readonly table?: string | undefined;
  readonly column?: string | undefined;
  readonly dataType?: string | undefined;
  readonly constraint?: string | undefined;
  /** What the server was doing: of a COPY, the line. CockroachDB does not say. */
  readonly where?: string | undefined;
}

/** Why a batch stopped. */
export type DriverFailure =
  /** The server answered with an error; statements after `index` had no effect. */
  | { readonly kind: "server"; readonly index: number; readonly fields: ServerErrorFields; readonly cause: Error }
  /** The connection is gone. `sent` tells whether any part of the batch may have reached the server. */
  | { readonly kind: "lost"; readonly index: number; readonly sent: boolean; readonly cause: Error }
  /** Nothing was sent, or a consumer threw; the connection is still good. */
  | { readonly kind: "client"; readonly index: number; readonly cause: Error };

/** What became of a batch. `results` holds one entry for each statement that completed. */
export interface BatchOutcome {
  readonly results: readonly DriverResult[];
  readonly failure?: DriverFailure;
}

/** `I` idle, `T` in a transaction, `E` in an aborted transaction. */
export type TransactionStatus = "I" | "T" | "E";

export interface Notice {
  readonly severity: string | undefined;
  readonly code: string | undefined;
  readonly message: string;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
}

export interface StreamOptions {
  /** Rows at a time. */
  readonly batchSize: number;
  readonly inTransaction: boolean;
}

/** Rows on their way, a few at a time. The connection is busy until it is done or closed. */
export interface DriverStream {
  /** The next rows (at most the batch size), or null when there are no more. Throws a {@link DriverFailureError}. */
  next(): Promise<readonly RawRow[] | null>;
  /** Columns; known once `next()` has answered for the first time. */
  readonly fields: readonly Field[];
  /** Stops early, or tidies up at the end. Leaves the connection ready for the next statement, or closed. */
  close(): Promise<void>;
  /** `close()` has asked the server to cancel, but the statement ended otherwise: the request may hit a later one. */
  readonly cancelAtLarge: boolean;
}

/** Carries a {@link DriverFailure} where a promise rejects. */
export class DriverFailureError extends Error {
  override readonly name: string = "DriverFailureError";
  readonly failure: DriverFailure;
  constructor(failure: DriverFailure) {
    super(failure.cause.message, { cause: failure.cause });
    this.failure = failure;
  }
}

/** One connection to one server. */
export interface DriverConnection {
  /** ParameterStatus values; they change when the session's settings do. */
  readonly serverParameters: ReadonlyMap<string, string>;
  /** Number of the server process, or of CockroachDB's session; for logs. */
  readonly processId: number | null;
  /** Where it is connected to: `host:port` or a socket path; for logs. */
  readonly address: string;
  /** As the last ReadyForQuery said. */
  readonly transactionStatus: TransactionStatus;
  /** False once the connection was lost or closed. */
  readonly isOpen: boolean;
  /** Whether answers are still to come, or a stream is open. */
  readonly isBusy: boolean;
  /** How often the client had to wait for the server: batches sent while nothing else was under way. */
  readonly turns: number;

  /**
   * Sends the statements behind one Sync, at once, whatever else is under way;
   * answers come in order. When one fails, those after it have no effect.
   * Never rejects.
   */
  run(batch: readonly DriverStatement[]): Promise<BatchOutcome>;

  /** Sends a text of one or more statements without parameters. Never rejects; `results` has an entry for each. */
  runSimple(sql: string): Promise<BatchOutcome>;

  /**
   * Begins to read the rows of one statement with constant memory, a batch at a time.
   * @param options.inTransaction whether a transaction will be open when the statement arrives
   */
  stream(statement: Omit<DriverStatement, "consumer">, options: StreamOptions): DriverStream;

  /**
   * Sends COPY ... FROM STDIN, and its data as fast as the server takes it. What the chunks throw ends the COPY, as a
   * failure of kind `client`. Nothing may be sent before it has settled. Never rejects.
   *
   * A driver that cannot do it does not have this.
   *
   * @param chunks data in text format; lines may be split anywhere
   */
  copyIn?(sql: string, chunks: AsyncIterable<string>): Promise<BatchOutcome>;

  /** Asks the server, by a second connection, to cancel what is running here. Resolves when the request is delivered. */
  cancel(): Promise<void>;

  /** Forgets all prepared statements (after DISCARD or DEALLOCATE ALL). */
  forgetPrepared(): void;

  /** Says goodbye after what is under way. */
  close(): Promise<void>;
  /** Cuts the connection now. */
  destroy(): void;

  /** Called once when the connection ends for whatever reason; at once if it already has. */
  onClose(listener: (cause: Error) => void): void;
  onNotice(listener: (notice: Notice) => void): void;
}

/** Opens connections of one kind. */
export interface Driver {
  /** `pg`, `postgres`. */
  readonly name: string;
  /**
   * Connects to one host.
   * @throws {DriverFailureError} of kind `server` (refused by the server: authentication, no such database,
   *   shutting down) or `lost` (refused, timed out, TLS).
   */
  connect(target: ConnectTarget): Promise<DriverConnection>;
}

/** Where and how to connect. */
export interface ConnectTarget {
  /** A host name, an address, or the folder of a unix socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string | undefined;
  readonly database: string;
  /** TLS settings for Node, or false for plain text. */
  readonly tls: ConnectionOptions | false;
  /** Startup parameters beside user and database: application_name, options, TimeZone... */
  readonly startup: Readonly<Record<string, string>>;
  /** Milliseconds; 0 waits for ever. */
  readonly connectTimeout: number;
  readonly signal?: AbortSignal | undefined;
  /** How many prepared statements a connection keeps; 0 prepares none. */
  readonly preparedStatementCacheSize: number;
}
