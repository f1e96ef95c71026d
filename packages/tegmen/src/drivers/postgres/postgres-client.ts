/**
 * The parts of postgres.js that its published types leave out or describe for
 * other uses. Kept in one place, so that a change in postgres.js shows up here.
 */

import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import postgres from "postgres";

/** A query that was made and not yet sent. */
export interface PostgresQuery extends PromiseLike<PostgresResult> {
  /**
   * Parameters that go out as they are. Those given to `unsafe()` would have postgres.js ask the server for their
   * types before every first run and wait for the answer; these are left to the server to infer.
   */
  parameters: (string | null)[];
  /**
   * What is raised instead of sending the query once more, on its own authority and behind others, when its plan is
   * stale. The driver decides that.
   */
  retried: Error;
  /** Rows as arrays of texts. */
  values(): PostgresQuery;
  /** Sends the query; rows go to the callback. */
  forEach(row: (values: readonly (string | null)[]) => void): PostgresQuery;
}

/** What a query resolves with: a list of rows, or the stream of a COPY. */
export type PostgresResult = readonly unknown[] | Duplex;

/** A client of one connection, which it opens for its first query. */
export interface PostgresClient {
  unsafe(sql: string, parameters: [], options: { readonly simple: boolean; readonly prepare: boolean }): PostgresQuery;
  end(): Promise<void>;
}

export interface PostgresNotice {
  readonly severity?: string;
  readonly severity_local?: string;
  readonly code?: string;
  readonly message?: string;
  readonly detail?: string;
  readonly hint?: string;
}

export interface PostgresOptions {
  readonly host: readonly string[];
  readonly port: readonly number[];
  readonly user: string;
  readonly database: string;
  readonly pass: () => string;
  readonly connection: Readonly<Record<string, string | undefined>>;
  readonly socket: () => Socket;
  readonly onnotice: (notice: PostgresNotice) => void;
  readonly onparameter: (name: string, value: string) => void;
}

/** Types of which postgres.js would read or write values itself. */
const interpretedTypes = [0, 16, 17, 20, 21, 23, 25, 26, 114, 700, 701, 1082, 1114, 1184, 3802];

/** A client that moves text, over the one socket that it is given. */
export function makeClient(options: PostgresOptions): PostgresClient {
  return make({
    ...options,
    max: 1,
    max_pipeline: Number.POSITIVE_INFINITY,
    // Set although some are defaults: what is not set is taken from the environment.
    prepare: true,
    debug: false,
    ssl: false,
    sslnegotiation: null,
    fetch_types: false,
    keep_alive: 60,
    backoff: 0,
    connect_timeout: 0,
    idle_timeout: 0,
    max_lifetime: 0,
    types: { text: { to: 25, from: interpretedTypes, serialize: (text: string) => text, parse: undefined } },
  });
}

const make = postgres as unknown as (options: object) => PostgresClient;

/** An ErrorResponse of the server, as postgres.js raises it. */
export const PostgresError = (
  postgres as unknown as { PostgresError: new (fields: Readonly<Record<string, string>>) => Error }
).PostgresError;
