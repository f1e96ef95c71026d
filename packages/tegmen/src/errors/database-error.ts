import { TegmenError } from "./base.ts";
import { describeDatabaseError } from "./describe.ts";

/**
 * What an ErrorResponse of the server says, by the names node-postgres and the PostgreSQL protocol documentation
 * use. `constraint` is field `n` of the message, `position` field `P`.
 */
export interface ServerErrorFields {
  /** The server's message, one line. */
  readonly message: string;
  /** SQLSTATE, five characters. */
  readonly code?: string | undefined;
  /** ERROR, FATAL or PANIC. */
  readonly severity?: string | undefined;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
  readonly schema?: string | undefined;
  readonly table?: string | undefined;
  readonly column?: string | undefined;
  readonly dataType?: string | undefined;
  readonly constraint?: string | undefined;
  /** Where in the SQL text the error is, counted in characters from 1. */
  readonly position?: string | number | undefined;
}

/** The statement that was being run when an error happened. */
export interface StatementContext {
  readonly sql?: string | undefined;
  readonly parameters?: readonly unknown[] | undefined;
  /** Keep the values out of the error: its message, its `parameters` and the values quoted in its `detail`. */
  readonly hideParameters?: boolean | undefined;
  /** Whether the connection cannot be used any more. Without it, told from the SQLSTATE and the severity. */
  readonly connectionInvalidated?: boolean | undefined;
  /** What caused the error, usually the driver's own error. */
  readonly cause?: unknown;
}

/** All a {@link DatabaseError} can be made from, besides its message. */
export interface DatabaseErrorOptions extends Omit<ServerErrorFields, "message">, StatementContext {}

/**
 * The database, or the connection to it, refused something. The subclass tells the kind and `code` the SQLSTATE.
 *
 * The message has the server's message as its first line; detail, hint, SQLSTATE, SQL and parameters follow, shortened
 * where they are long. The fields that are part of the message are not enumerable, so that loggers print each
 * thing once. With `hideParameters` no value that the program bound is kept; a message in the
 * server's own words may still quote one (`could not parse "abc" as type int`).
 *
 * SQLAlchemy: `DBAPIError`.
 *
 * @example
 * ```ts
 * try {
 *   await conn.execute(insert(users).values({ email }));
 * } catch (error) {
 *   if (error instanceof UniqueViolation && error.constraint === "users_email_key") return "taken";
 *   throw error;
 * }
 * ```
 */
export class DatabaseError extends TegmenError {
  static {
    this.prototype.name = "DatabaseError";
  }

  /** SQLSTATE, such as `"23505"`; undefined for errors raised on the client. */
  declare readonly code: string | undefined;
  /** ERROR, FATAL or PANIC. */
  declare readonly severity: string | undefined;
  declare readonly detail: string | undefined;
  declare readonly hint: string | undefined;
  declare readonly schema: string | undefined;
  declare readonly table: string | undefined;
  declare readonly column: string | undefined;
  declare readonly dataType: string | undefined;
  /** The constraint or unique index that was violated. */
  declare readonly constraint: string | undefined;
  /** Where in `sql` the error is, counted in characters from 1. */
  declare readonly position: number | undefined;
  /** The statement as it was sent. */
  declare readonly sql: string | undefined;
  /** The values bound to the statement; undefined with `hideParameters`. */
  declare readonly parameters: readonly unknown[] | undefined;
  /** Whether the connection is lost and was, or has to be, replaced. */
  declare readonly connectionInvalidated: boolean;

  /**
   * @param message the first line of the message: what happened
   * @param options what else is known
   */
  constructor(message: string, options: DatabaseErrorOptions = {}) {
    const detail = options.hideParameters && options.detail ? hideValues(options.detail) : options.detail;
    super(
      describeDatabaseError({ ...options, message, detail }),
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    const shown = {
      code: options.code,
      schema: options.schema,
      table: options.table,
      column: options.column,
      dataType: options.dataType,
      constraint: options.constraint,
      position: toPosition(options.position),
    };
    for (const [key, value] of Object.entries(shown)) {
      if (value !== undefined && value !== "") define(this, key, value, true);
    }
    const invalidated = options.connectionInvalidated ?? isFatal(options.severity, options.code);
    define(this, "connectionInvalidated", invalidated, invalidated);
    define(this, "severity", options.severity, false);
    define(this, "detail", detail, false);
    define(this, "hint", options.hint, false);
    define(this, "sql", options.sql, false);
    define(this, "parameters", options.hideParameters ? undefined : options.parameters, false);
  }
}

function define(target: object, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(target, key, { value, enumerable, configurable: true, writable: false });
}

function toPosition(position: string | number | undefined): number | undefined {
  const value = Number(position);
  return Number.isInteger(value) && value > 0 ? value : undefined;
}

/** `Key (email)=('a@b.c') already exists.` without the value. */
function hideValues(detail: string): string {
  return detail.replace(/(\)\s*=\s*)\(.*\)/s, "$1([hidden])").replace(/(row contains )\(.*\)/s, "$1([hidden])");
}

/** After these the server closes the connection, or it is already gone. */
function isFatal(severity: string | undefined, code: string | undefined): boolean {
  if (severity === "FATAL" || severity === "PANIC") return true;
  return code !== undefined && /^(?:57P0[1-5]|08000|08003|08006)$/.test(code);
}
