import { ArgumentError, describeValue } from "../../errors/index.ts";
import { didYouMean } from "../../text/index.ts";
import { hasRelationChanges, relationHistory } from "../relations/history.ts";
import { findState, type InstanceState, type ObjectStatus } from "../state.ts";
import { isSameValue } from "../unit-of-work/write-value.ts";

/** What happened to an attribute since the last flush. */
export interface AttributeHistory {
  readonly added: readonly unknown[];
  readonly unchanged: readonly unknown[];
  readonly deleted: readonly unknown[];
}

/** What the ORM knows of an object. */
export interface ObjectInspection {
  readonly status: ObjectStatus;
  readonly transient: boolean;
  readonly pending: boolean;
  readonly persistent: boolean;
  readonly deleted: boolean;
  readonly detached: boolean;
  /** The name of its class. */
  readonly entity: string;
  /** The values of its primary key, in the order of the columns; undefined while it has no row. */
  readonly identity: readonly unknown[] | undefined;
  /** Whether it was changed since the last flush. */
  readonly modified: boolean;
  /** Its values were dropped, by `session.expire()` or by `expireOnCommit`. */
  readonly expired: boolean;
  /** Columns and relations that are loaded or set. */
  readonly loaded: readonly string[];
  /** Columns and relations that are not. */
  readonly unloaded: readonly string[];
  /**
   * What happened to a column or a relation since the last flush.
   *
   * @throws {ArgumentError} there is no such attribute
   */
  history(key: string): AttributeHistory;
}

const nothing: readonly unknown[] = [];

/**
 * What the ORM knows of an object: its place in the life of objects, its identity, and what was changed.
 *
 * @param object any object of a class made by `entity()`
 * @throws {ArgumentError} it is none
 *
 * @example `inspectObject(account).history("balance")   // { added: [15], unchanged: [], deleted: [10] }`
 *
 * SQLAlchemy: `inspect(object)`, `InstanceState`, `attributes.get_history`.
 */
export function inspectObject(object: object): ObjectInspection {
  const state = findState(object);
  if (state === undefined) {
    throw new ArgumentError(
      `inspectObject() expects an object of a class made by entity(), got ${describeValue(object)}`,
    );
  }
  const { mapper, status, values, related } = state;
  const keys = [...mapper.columns.keys(), ...mapper.relationKeys];
  const isLoaded = (key: string): boolean => values[key] !== undefined || related?.[key] !== undefined;
  return {
    status,
    transient: status === "transient",
    pending: status === "pending",
    persistent: status === "persistent",
    deleted: status === "deleted",
    detached: status === "detached",
    entity: mapper.name,
    identity: state.key === undefined ? undefined : mapper.primaryKey.map(({ key }) => before(state, key)),
    modified: isModified(state),
    expired: state.expired,
    loaded: keys.filter(isLoaded),
    unloaded: keys.filter((key) => !isLoaded(key)),
    history: (key) => historyOf(state, key, keys),
  };
}

/** Whether columns or relations of an object differ from what the database has, as far as is known. */
export function isModified(state: InstanceState): boolean {
  const { original, values, mapper } = state;
  for (const key in original) {
    const column = mapper.columns.get(key);
    if (column === undefined || !isSameValue(column.type, original[key], values[key])) return true;
  }
  return hasRelationChanges(state);
}

/** The value that the row of an object has in the database, as far as is known. */
function before({ original, values }: InstanceState, key: string): unknown {
  return original !== undefined && Object.hasOwn(original, key) ? original[key] : values[key];
}

function historyOf(state: InstanceState, key: string, keys: readonly string[]): AttributeHistory {
  const { mapper, values, status } = state;
  const column = mapper.columns.get(key);
  if (column === undefined) {
    if (!mapper.relationKeys.includes(key)) {
      throw new ArgumentError(`${mapper.name} has no attribute "${key}": ${didYouMean(key, keys)}`);
    }
    const history = relationHistory(state, mapper.relation(key));
    const objects = (states: readonly InstanceState[] | undefined): readonly unknown[] =>
      states?.map(({ object }) => object) ?? nothing;
    return {
      added: objects(history?.added),
      unchanged: objects(history?.unchanged),
      deleted: objects(history?.removed),
    };
  }
  const value = values[key];
  const old = before(state, key);
  const isNew = status === "transient" || status === "pending";
  if (isNew) return { added: value === undefined ? nothing : [value], unchanged: nothing, deleted: nothing };
  if (isSameValue(column.type, old, value)) {
    return { added: nothing, unchanged: value === undefined ? nothing : [value], deleted: nothing };
  }
  return { added: [value], unchanged: nothing, deleted: old === undefined ? nothing : [old] };
}
