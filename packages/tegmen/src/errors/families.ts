import { DatabaseError } from "./database-error.ts";

/** The driver and the server do not understand each other: a malformed message, a wrong use of the driver. */
export class InterfaceError extends DatabaseError {
  static {
    this.prototype.name = "InterfaceError";
  }
}

/** A value is wrong for its type: out of range, malformed, a division by zero. SQLSTATE class 22. */
export class DataError extends DatabaseError {
  static {
    this.prototype.name = "DataError";
  }
}

/**
 * A value does not fit the JavaScript type it would be read into, and tegmen never changes one silently:
 * an INT8 beyond 2^53 for a `number`, for example. The message names the column and the value.
 */
export class PrecisionError extends DataError {
  static {
    this.prototype.name = "PrecisionError";
  }
}

/** A constraint was violated. SQLSTATE class 23. */
export class IntegrityError extends DatabaseError {
  static {
    this.prototype.name = "IntegrityError";
  }
}

/** A value exists already in a unique index; `constraint` names the index. SQLSTATE 23505. */
export class UniqueViolation extends IntegrityError {
  static {
    this.prototype.name = "UniqueViolation";
  }
}

/** A row refers to one that does not exist, or one that is referred to would go. SQLSTATE 23503. */
export class ForeignKeyViolation extends IntegrityError {
  static {
    this.prototype.name = "ForeignKeyViolation";
  }
}

/** NULL in a NOT NULL column; `column` names it. SQLSTATE 23502. */
export class NotNullViolation extends IntegrityError {
  static {
    this.prototype.name = "NotNullViolation";
  }
}

/** A CHECK constraint was not satisfied. SQLSTATE 23514. */
export class CheckViolation extends IntegrityError {
  static {
    this.prototype.name = "CheckViolation";
  }
}

/** Something in the server or its surroundings is in the way: limits, shutdown, conflicts. Classes 08, 40, 53 to 58. */
export class OperationalError extends DatabaseError {
  static {
    this.prototype.name = "OperationalError";
  }
}

/** An open connection was lost, or the server announced that it closes it (57P01). It cannot be used any more. */
export class ConnectionLostError extends OperationalError {
  static {
    this.prototype.name = "ConnectionLostError";
  }
}

/** The statement was cancelled: by a timeout, a signal or an operator. SQLSTATE 57014. */
export class QueryCanceledError extends OperationalError {
  static {
    this.prototype.name = "QueryCanceledError";
  }
}

/** A row lock could not be had with NOWAIT or within `lock_timeout`. SQLSTATE 55P03. */
export class LockNotAvailableError extends OperationalError {
  static {
    this.prototype.name = "LockNotAvailableError";
  }
}

/**
 * The transaction conflicts with another one and has to be run again from its beginning: `runTransaction` does.
 * SQLSTATE 40001, and CR000 of old servers.
 */
export class SerializationError extends OperationalError {
  static {
    this.prototype.name = "SerializationError";
  }
}

/**
 * It is not known whether the transaction was committed: the server said so (SQLSTATE 40003), or the connection was
 * lost while the commit was on its way. Never retried by itself, because the work might then be done twice.
 */
export class AmbiguousCommitError extends OperationalError {
  static {
    this.prototype.name = "AmbiguousCommitError";
  }
}

/** The server met a state it should not be in, or the transaction is already aborted. Classes 24, 25 and XX. */
export class InternalError extends DatabaseError {
  static {
    this.prototype.name = "InternalError";
  }
}

/** The SQL is wrong, or names what does not exist or is not allowed. Classes 20, 21, 3D, 3F, 42 and 44. */
export class ProgrammingError extends DatabaseError {
  static {
    this.prototype.name = "ProgrammingError";
  }
}

/** The server does not have what was asked for. SQLSTATE 0A000. */
export class NotSupportedError extends DatabaseError {
  static {
    this.prototype.name = "NotSupportedError";
  }
}

/**
 * The transaction was committed, but a schema change in it failed afterwards (SQLSTATE XXA00). Running the
 * transaction again would write its rows twice: look at the schema and repair it.
 */
export class SchemaChangeError extends DatabaseError {
  static {
    this.prototype.name = "SchemaChangeError";
  }
}
