/**
 * tegmen: the SQL toolkit and ORM for CockroachDB.
 *
 * @module
 */

export type {
  BatchOutcome,
  ConnectTarget,
  Driver,
  DriverConnection,
  DriverFailure,
  DriverResult,
  DriverStatement,
  DriverStream,
  Field,
  Notice,
  RawRow,
  RowConsumer,
  ServerErrorFields,
  StreamOptions,
  TransactionStatus,
} from "./drivers/driver.ts";
export { DriverFailureError } from "./drivers/driver.ts";
export type { IsolationLevel, Priority } from "./engine/begin.ts";
export type { ConnectionStreamOptions, ExecutionOptions, Parameters } from "./engine/connection.ts";
export { Connection } from "./engine/connection.ts";
export type { CopyOptions } from "./engine/copy.ts";
export { createEngine, Engine } from "./engine/engine.ts";
export type { EngineEvent, EngineEventName, EngineListener } from "./engine/events.ts";
export type { Limits } from "./engine/limits.ts";
export type { Logger } from "./engine/logger.ts";
export type { EngineOptions } from "./engine/options.ts";
export type { ExecuteOptions, OnProgress, Progress } from "./engine/progress.ts";
export { Result, ScalarResult } from "./engine/result.ts";
export type { RowStream } from "./engine/row-stream.ts";
export type { NestedTransaction, Transaction } from "./engine/transaction.ts";
export {
  AmbiguousCommitError,
  ArgumentError,
  CheckViolation,
  CompileError,
  ConnectError,
  ConnectionLostError,
  DatabaseError,
  DataError,
  ForeignKeyViolation,
  IntegrityError,
  InterfaceError,
  InternalError,
  InvalidRequestError,
  isRetryable,
  LockNotAvailableError,
  MaxRetriesExceeded,
  MultipleResultsFound,
  NoResultFound,
  NotNullViolation,
  NotSupportedError,
  OperationalError,
  PoolTimeoutError,
  PrecisionError,
  ProgrammingError,
  QueryCanceledError,
  ResourceClosedError,
  SchemaChangeError,
  SerializationError,
  sqlState,
  TegmenError,
  TransactionStateError,
  UniqueViolation,
} from "./errors/index.ts";
export type { Pool, PoolSettings, PoolStatus } from "./pool/index.ts";
export * from "./schema/index.ts";
export * from "./sql/index.ts";
export { sql, type SqlFragment, type SqlTag } from "./sql/template.ts";
export { text, type TextClause } from "./sql/text.ts";
export type { RetryEvent, RunTransactionOptions, TransactionWork, Transactor } from "./transaction/index.ts";
export { ChainTransaction, runTransaction } from "./transaction/index.ts";
export type { DriverName, Url, UrlFields } from "./url/index.ts";
export { makeUrl, parseUrl } from "./url/index.ts";
