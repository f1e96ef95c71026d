import { ArgumentError, describeValue } from "../errors/index.ts";
import type { Collection } from "./collection.ts";
import { missingRelation } from "./not-loaded.ts";
import type { RelationProperty } from "./relation-property.ts";
import { assignOne, hasNone, relationName, startList } from "./relations/sync.ts";
import type { InstanceState } from "./state.ts";

/**
 * The value of a relation.
 *
 * @throws {NotLoadedError} the object has a row, and the relation was not loaded
 */
export function readRelation(state: InstanceState, key: string): unknown {
  const value = state.related?.[key] ?? absentRelation(state, key);
  if (Array.isArray(value)) state.owner?.touched(state);
  return value;
}

function absentRelation(state: InstanceState, key: string): unknown {
  if (state.related?.[key] === null) return null;
  const property = state.mapper.relation(key);
  if (!isEmpty(state, property)) throw missingRelation(state, key);
  return property.isList ? startList(state, property) : null;
}

/** Whether there is nothing in a relation that nobody loaded. */
function isEmpty(state: InstanceState, property: RelationProperty): boolean {
  const { status, values } = state;
  if (status === "transient" || status === "pending") return true;
  if (property.kind !== "belongsTo") return hasNone(state);
  return property.pairs.some(({ own }) => values[own.key] === null);
}

/**
 * Sets the value of a relation.
 *
 * @throws {ArgumentError} it is no object of the class that the relation leads to, or no list of them
 * @throws {NotLoadedError} what a list or a `hasOne` has now is not loaded, so that nobody knows what it replaces
 */
export function writeRelation(state: InstanceState, key: string, value: unknown): void {
  const property = state.mapper.relation(key);
  if (property.isList) {
    if (!Array.isArray(value)) {
      throw new ArgumentError(
        `${relationName(property)} takes a list of ${property.target.name}, got ${describeValue(value)}`,
      );
    }
    (readRelation(state, key) as Collection).assign(value as readonly object[]);
    return;
  }
  if (property.kind === "hasOne") readRelation(state, key);
  assignOne(state, property, value);
}
