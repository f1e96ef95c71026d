/**
 * The base of everything tegmen raises. Catch it to tell tegmen's errors from others.
 *
 * SQLAlchemy: `SQLAlchemyError`.
 */
export class TegmenError extends Error {
  // On the prototype, so that the stack already starts with it and a minifier cannot change it.
  static {
    this.prototype.name = "TegmenError";
  }
}

/**
 * A function was given something it cannot use: an unknown option, a value out of range, a malformed URL.
 * The program is wrong, not the database; nothing was sent.
 *
 * SQLAlchemy: `ArgumentError`.
 */
export class ArgumentError extends TegmenError {
  static {
    this.prototype.name = "ArgumentError";
  }
}

/**
 * A statement cannot be turned into SQL: it is incomplete, or asks for what CockroachDB does not have.
 *
 * SQLAlchemy: `CompileError`.
 */
export class CompileError extends TegmenError {
  static {
    this.prototype.name = "CompileError";
  }
}

/**
 * The call is right in itself but cannot be done in the present state, such as `commit()` on a closed connection.
 *
 * SQLAlchemy: `InvalidRequestError`.
 */
export class InvalidRequestError extends TegmenError {
  static {
    this.prototype.name = "InvalidRequestError";
  }
}

/**
 * A transaction was begun, committed or rolled back where that is not allowed, for example inside the callback
 * of `runTransaction`. Raised before anything is sent.
 */
export class TransactionStateError extends InvalidRequestError {
  static {
    this.prototype.name = "TransactionStateError";
  }
}

/**
 * Something was used after it was closed: a connection, a result, an engine.
 *
 * SQLAlchemy: `ResourceClosedError`.
 */
export class ResourceClosedError extends InvalidRequestError {
  static {
    this.prototype.name = "ResourceClosedError";
  }
}

/**
 * `one()` or `scalarOne()` found no row.
 *
 * SQLAlchemy: `NoResultFound`.
 */
export class NoResultFound extends InvalidRequestError {
  static {
    this.prototype.name = "NoResultFound";
  }
}

/**
 * `one()`, `oneOrNone()` or one of their scalar forms found more than one row.
 *
 * SQLAlchemy: `MultipleResultsFound`.
 */
export class MultipleResultsFound extends InvalidRequestError {
  static {
    this.prototype.name = "MultipleResultsFound";
  }
}

/**
 * No connection of the pool became free within `poolTimeout`.
 *
 * SQLAlchemy: `TimeoutError`.
 */
export class PoolTimeoutError extends TegmenError {
  static {
    this.prototype.name = "PoolTimeoutError";
  }
}

/**
 * `runTransaction` gave up: every attempt it was allowed ended in a serialization conflict. `cause` is the last one.
 *
 * sqlalchemy-cockroachdb: `MaxRetriesExceeded`.
 */
export class MaxRetriesExceeded extends TegmenError {
  static {
    this.prototype.name = "MaxRetriesExceeded";
  }
}
