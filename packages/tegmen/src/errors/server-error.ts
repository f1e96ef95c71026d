import type { DatabaseErrorOptions, ServerErrorFields, StatementContext } from "./database-error.ts";
import { DatabaseError } from "./database-error.ts";
import {
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
  ProgrammingError,
  QueryCanceledError,
  SchemaChangeError,
  SerializationError,
  UniqueViolation,
} from "./families.ts";

type DatabaseErrorClass = new (message: string, options?: DatabaseErrorOptions) => DatabaseError;

const byCode: ReadonlyMap<string, DatabaseErrorClass> = new Map<string, DatabaseErrorClass>([
  ["08000", ConnectionLostError],
  ["08003", ConnectionLostError],
  ["08006", ConnectionLostError],
  ["08P01", InterfaceError],
  ["23502", NotNullViolation],
  ["23503", ForeignKeyViolation],
  ["23505", UniqueViolation],
  ["23514", CheckViolation],
  ["40001", SerializationError],
  ["CR000", SerializationError],
  ["40003", AmbiguousCommitError],
  ["55P03", LockNotAvailableError],
  ["57014", QueryCanceledError],
  ["57P01", ConnectionLostError],
  ["57P02", ConnectionLostError],
  ["57P05", ConnectionLostError],
  ["XXA00", SchemaChangeError],
  // "Uncategorized" in CockroachDB, and often an ordinary refusal: "x is referenced by foreign key".
  ["XXUUU", DatabaseError],
]);

// The first two characters of a SQLSTATE are its class; the assignment is the one DB-API drivers agree on.
const byClass: ReadonlyMap<string, DatabaseErrorClass> = new Map<string, DatabaseErrorClass>([
  ["08", OperationalError],
  ["0A", NotSupportedError],
  ["20", ProgrammingError],
  ["21", ProgrammingError],
  ["22", DataError],
  ["23", IntegrityError],
  ["24", InternalError],
  ["25", InternalError],
  ["26", ProgrammingError],
  ["28", OperationalError],
  ["34", ProgrammingError],
  ["3B", ProgrammingError],
  ["3D", ProgrammingError],
  ["3F", ProgrammingError],
  ["40", OperationalError],
  ["42", ProgrammingError],
  ["44", ProgrammingError],
  ["53", OperationalError],
  ["54", OperationalError],
  ["55", OperationalError],
  ["57", OperationalError],
  ["58", OperationalError],
  ["XX", InternalError],
]);

/**
 * Makes the right error of what the server answered.
 *
 * @param fields the ErrorResponse; a node-postgres `DatabaseError` fits as it is
 * @param context the statement that was being run
 * @returns an error of the class that belongs to the SQLSTATE; {@link DatabaseError} itself for an unknown one
 *
 * @example
 * ```ts
 * throw fromServerError({ code: "23505", message: 'duplicate key ...', constraint: "users_email_key" }, { sql });
 * ```
 */
export function fromServerError(fields: ServerErrorFields, context: StatementContext = {}): DatabaseError {
  const { message, code } = fields;
  const Class = (code && (byCode.get(code) ?? byClass.get(code.slice(0, 2)))) || DatabaseError;
  return new Class(message, {
    code,
    severity: fields.severity,
    detail: fields.detail,
    hint: fields.hint,
    schema: fields.schema,
    table: fields.table,
    // CockroachDB leaves these fields empty for some constraints (21.x always does for NOT NULL) but names them.
    column: fields.column || (code === "23502" ? quoted(message, "column") : undefined),
    constraint: fields.constraint || (code?.startsWith("23") ? quoted(message, "constraint") : undefined),
    dataType: fields.dataType,
    position: fields.position,
    ...context,
  });
}

/** The name in `column "name"`. */
function quoted(message: string, kind: "column" | "constraint"): string | undefined {
  const match = new RegExp(`${kind} "((?:[^"]|"")+)"`).exec(message);
  return match?.[1]?.replaceAll('""', '"');
}
