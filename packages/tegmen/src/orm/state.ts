import type { Mapper } from "./mapper.ts";
import type { RelatedValues, RelationChanges } from "./related-values.ts";

/** Where an object keeps its {@link InstanceState}. */
export const stateOf: unique symbol = Symbol.for("tegmen.state");

/**
 * The life of an object. SQLAlchemy: "Quickie Intro to Object States".
 *
 * - transient: made by `new`, no Session knows it
 * - pending: added to a Session, not written yet
 * - persistent: it has a row, and a Session that knows it
 * - deleted: its row was deleted by a flush, and the transaction is not over
 * - detached: it had a row and a Session, and has left the Session
 */
export type ObjectStatus = "transient" | "pending" | "persistent" | "deleted" | "detached";

/** What a Session has to be told by the objects that are in it. */
export interface StateOwner {
  /** A persistent object was changed for the first time since the last flush. */
  changed(state: InstanceState): void;
  /** Something that is not in the Session was put into a relation of an object that is. */
  cascade(state: InstanceState): void;
  /** A list of an object was read: it may be changed by assigning to an index, which tells nobody. */
  touched(state: InstanceState): void;
}

/** What tells an object from the others of its class: the value of its primary key, or a text made of several. */
export type IdentityKey = bigint | number | string;

/** The values of columns by their keys. A key that is not there was not loaded. */
export type ColumnValues = Record<string, unknown>;

/** Everything that the ORM knows of one object. */
export class InstanceState {
  readonly mapper: Mapper;
  readonly object: object;
  /** The values of the columns. Of a loaded object, this is the row as it was read. */
  values: ColumnValues;
  /** The values before the changes since the last flush; undefined: nothing was changed. */
  original: ColumnValues | undefined = undefined;
  /** The values of relations that are loaded or set; undefined: none. */
  related: RelatedValues | undefined = undefined;
  /** Changes of relations since the last flush; undefined: none. */
  changes: RelationChanges | undefined = undefined;
  /** Made by `new`, not of a row: what it was not given, it does not have. */
  startedEmpty = false;
  status: ObjectStatus = "transient";
  owner: StateOwner | undefined = undefined;
  /** The identity among the objects of its class in a Session; undefined until there is a row. */
  key: IdentityKey | undefined = undefined;
  /** The transaction of its Session, by number, in which its values were last read or written; 0: none that counts. */
  readIn = 0;
  /** Its values may be outdated: the next query that reads its row replaces them. */
  expired = false;

  constructor(mapper: Mapper, object: object, values: ColumnValues) {
    this.mapper = mapper;
    this.object = object;
    this.values = values;
  }

  /** Sets the value of a column, and remembers the one before. */
  set(key: string, value: unknown): void {
    const { values } = this;
    const before = values[key];
    if (before === value) return;
    values[key] = value;
    if (this.status !== "persistent") return;
    this.remember(key, before);
  }

  /** Remembers the value that a column, or an expression in its place, had before the first change. */
  remember(key: string, before: unknown): void {
    if (this.original === undefined) {
      this.original = {};
      this.owner?.changed(this);
    }
    if (!Object.hasOwn(this.original, key)) this.original[key] = before;
  }

  /** Whether a column was changed since the last flush, and still differs. */
  isModified(key: string): boolean {
    const { original } = this;
    return original !== undefined && Object.hasOwn(original, key) && original[key] !== this.values[key];
  }
}

/** The state of an object; undefined for what is no object of an entity. */
export function findState(value: unknown): InstanceState | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  return (value as { readonly [stateOf]?: InstanceState })[stateOf];
}
