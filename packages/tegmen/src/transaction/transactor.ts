import type { Connection, ExecutionOptions } from "../engine/connection.ts";
import type { Engine } from "../engine/engine.ts";

/** Where something that runs transactions of its own kind, such as a Session, says how. */
export const transactorOf: unique symbol = Symbol.for("tegmen.transactor");

/**
 * What `runTransaction` can be called with besides an engine and a connection: a Session of the ORM, or a sessionmaker.
 *
 * @typeParam S what the work gets
 */
export interface Transactor<S> {
  readonly [transactorOf]: TransactionSource<S>;
}

/** How a transactor runs transactions. */
export interface TransactionSource<S> {
  /** Where its connections come from. */
  readonly bind: Connection | Engine;
  /** Options of the connections that are taken from an engine. */
  readonly options: ExecutionOptions | undefined;
  /** What the work gets where `runTransaction` runs on it already: it joins the outer transaction. */
  readonly outer: S | undefined;
  /** @throws {TransactionStateError} it could not be run again from its beginning */
  assertReady(): void;
  /** Begins an attempt on a connection that is in its transaction. */
  attempt(connection: Connection): TransactionAttempt<S>;
}

/** One attempt. */
export interface TransactionAttempt<S> {
  /** What the work gets. */
  readonly subject: S;
  /** Writes what is left, and commits, in one turn where that is safe. */
  finish(commit: () => Promise<void>): Promise<void>;
  /** Undoes what is not in the database: the attempt has failed. */
  failed(): Promise<void>;
  /** Ends the attempt, whatever came of it. */
  end(): Promise<void>;
}

/** Whether a value is a transactor. */
export function isTransactor(value: unknown): value is Transactor<unknown> {
  return ((typeof value === "object" && value !== null) || typeof value === "function") && transactorOf in value;
}
