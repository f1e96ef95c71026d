import type { Collection } from "../collection.ts";
import type { RelationProperty } from "../relation-property.ts";
import { type InstanceState, stateOf } from "../state.ts";
import { startList } from "./sync.ts";

interface HasState {
  readonly [stateOf]: InstanceState;
}

/** Whether a relation is loaded, and not outdated. */
export function isLoaded(state: InstanceState, key: string): boolean {
  return state.related?.[key] !== undefined && !state.expired && state.changes?.stale?.has(key) !== true;
}

/**
 * Sets a reference that was loaded; one that was changed since the last flush stays as it is.
 *
 * @returns whether it was set
 */
export function setLoadedOne(state: InstanceState, property: RelationProperty, value: object | null): boolean {
  const { key } = property;
  const { changes } = state;
  if (changes !== undefined) {
    if (changes.before !== undefined && Object.hasOwn(changes.before, key)) return false;
    changes.stale?.delete(key);
  }
  (state.related ??= {})[key] = value;
  return true;
}

/**
 * Sets a list that was loaded, with what was added and removed before it was; one that was changed since the last
 * flush stays as it is.
 *
 * @param items what the database has; the array is kept
 * @returns whether it was set
 */
export function setLoadedList(state: InstanceState, property: RelationProperty, items: readonly object[]): boolean {
  const { key } = property;
  const related = (state.related ??= {});
  let list = related[key] as Collection | undefined;
  if (list === undefined) list = startList(state, property);
  else if (list.isChanged) return false;
  list.load(items);
  const { changes } = state;
  if (changes !== undefined) {
    changes.stale?.delete(key);
    const queued = changes.queued?.[key];
    if (queued !== undefined) {
      for (const item of queued.added) list.include(item);
      for (const item of queued.removed) list.exclude(item);
      delete changes.queued![key];
    }
  }
  return true;
}

/** Sets a relation that was loaded, of either kind, and the references back. */
export function setRelated(state: InstanceState, property: RelationProperty, items: readonly object[]): void {
  const { inverse, kind } = property;
  const isSet = property.isList
    ? setLoadedList(state, property, items)
    : setLoadedOne(state, property, items[0] ?? null);
  if (!isSet || inverse === undefined || inverse.isList) return;
  // A reference back is known without asking: each of them belongs to this object.
  const { object } = state;
  const back = kind === "belongsTo" ? items.slice(0, 1) : items;
  for (const item of back) setLoadedOne((item as HasState)[stateOf], inverse, object);
}
