export {
  ArgumentError,
  CompileError,
  InvalidRequestError,
  MaxRetriesExceeded,
  MultipleResultsFound,
  NoResultFound,
  PoolTimeoutError,
  ResourceClosedError,
  TegmenError,
  TransactionStateError,
} from "./base.ts";
export type { ConnectAttempt } from "./connect-error.ts";
export { ConnectError } from "./connect-error.ts";
export type { DatabaseErrorOptions, ServerErrorFields, StatementContext } from "./database-error.ts";
export { DatabaseError } from "./database-error.ts";
export { describeParameters, describeValue } from "./describe.ts";
export {
  AmbiguousCommitError,
  CheckViolation,
  ConnectionLostError,
  DataError,
  ForeignKeyViolation,
  IntegrityError,
  InterfaceError,
  InternalError,
  LockNotAvailableError,
  NotNullViolation,
  NotSupportedError,
  OperationalError,
  PrecisionError,
  ProgrammingError,
  QueryCanceledError,
  SchemaChangeError,
  SerializationError,
  UniqueViolation,
} from "./families.ts";
export { redactSecrets } from "./redact.ts";
export { isRetryable, sqlState } from "./retryable.ts";
export { fromServerError } from "./server-error.ts";
