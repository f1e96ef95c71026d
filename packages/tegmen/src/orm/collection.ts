/**
 * The list of a relation: an array that knows what it was when it was loaded, so that the unit of work finds what was
 * added and removed, by whatever method.
 *
 * SQLAlchemy: `InstrumentedList`.
 */
export class Collection extends Array<object> {
  /** What `map()`, `filter()` and so on return is a plain array. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }
}
