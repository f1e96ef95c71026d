import { InvalidRequestError } from "../errors/index.ts";

/**
 * A column or a relation of an object was read that was not loaded. Nothing is loaded behind the program's back: that
 * would be one statement for every object. The message says how to load it.
 *
 * SQLAlchemy: `raiseload`, and `MissingGreenlet` of its asyncio extension.
 */
export class NotLoadedError extends InvalidRequestError {
  static {
    this.prototype.name = "NotLoadedError";
  }
}

/**
 * The row of an object is not there any more, or was changed by somebody else since it was read: an UPDATE or DELETE
 * touched another number of rows than it should have.
 *
 * SQLAlchemy: `StaleDataError`.
 */
export class StaleDataError extends InvalidRequestError {
  static {
    this.prototype.name = "StaleDataError";
  }
}

/**
 * Something was asked of an object that has left its Session, which only a Session can do.
 *
 * SQLAlchemy: `DetachedInstanceError`.
 */
export class DetachedInstanceError extends InvalidRequestError {
  static {
    this.prototype.name = "DetachedInstanceError";
  }
}

/**
 * The objects of a Session cannot be written as they are: a required value is missing, a primary key was changed to
 * NULL, two objects have the same identity.
 *
 * SQLAlchemy: `FlushError`.
 */
export class FlushError extends InvalidRequestError {
  static {
    this.prototype.name = "FlushError";
  }
}

/**
 * Two tasks use one Session at the same time. A Session is for one task: give each its own, or await one call before
 * the next.
 *
 * SQLAlchemy: `IllegalStateChangeError`.
 */
export class ConcurrentSessionError extends InvalidRequestError {
  static {
    this.prototype.name = "ConcurrentSessionError";
  }
}
