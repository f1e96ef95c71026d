import { Collection } from "../collection.ts";
import type { RelationProperty } from "../relation-property.ts";
import { findState, type InstanceState } from "../state.ts";
import { changesOf } from "./sync.ts";

/** What was done to a relation since the last flush. SQLAlchemy: `History`. */
export interface RelationHistory {
  readonly added: readonly InstanceState[];
  readonly removed: readonly InstanceState[];
  readonly unchanged: readonly InstanceState[];
  /** False for a list that is not loaded, of which only changes are known, and for a reference that was not loaded. */
  readonly isComplete: boolean;
}

/** The values of relations that a flush is about to write, as the database has them. */
export type RelationMemory = ReadonlyMap<string, readonly object[] | object | null | undefined>;

const none: readonly never[] = [];

/**
 * What was done to a relation since the last flush.
 *
 * @returns undefined if it was neither loaded nor touched
 */
export function relationHistory(state: InstanceState, property: RelationProperty): RelationHistory | undefined {
  const { key } = property;
  const value = state.related?.[key];
  if (value instanceof Collection) return listHistory(value);
  const queued = state.changes?.queued?.[key];
  if (queued !== undefined) {
    return { added: statesOf(queued.added), removed: statesOf(queued.removed), unchanged: none, isComplete: false };
  }
  if (value === undefined) return undefined;
  const before = state.changes?.before;
  const isTouched = before !== undefined && Object.hasOwn(before, key);
  const old = isTouched ? before[key] : value;
  if (old === value) return { added: none, removed: none, unchanged: statesOf([value]), isComplete: true };
  // What a new object did not have was not there, rather than not loaded.
  const isComplete = old !== undefined || state.startedEmpty;
  return { added: statesOf([value]), removed: statesOf([old]), unchanged: none, isComplete };
}

function listHistory(list: Collection): RelationHistory {
  const { before } = list;
  if (before.length === 0) return { added: statesOf(new Set(list)), removed: none, unchanged: none, isComplete: true };
  if (!list.isChanged) return { added: none, removed: none, unchanged: statesOf(list), isComplete: true };
  const now = new Set<object>(list);
  const then = new Set(before);
  return {
    added: statesOf([...now].filter((item) => !then.has(item))),
    removed: statesOf([...then].filter((item) => !now.has(item))),
    unchanged: statesOf([...now].filter((item) => then.has(item))),
    isComplete: true,
  };
}

/** The objects that are in a relation now; none if it is not loaded. */
export function relatedStates(state: InstanceState, property: RelationProperty): readonly InstanceState[] {
  const value = state.related?.[property.key];
  if (Array.isArray(value)) return statesOf(value);
  const queued = state.changes?.queued?.[property.key];
  return queued === undefined ? statesOf([value]) : statesOf(queued.added);
}

function statesOf(values: Iterable<unknown>): readonly InstanceState[] {
  const states: InstanceState[] = [];
  for (const value of values) {
    const state = findState(value);
    if (state !== undefined) states.push(state);
  }
  return states;
}

/** Whether relations of an object were changed since the last flush. */
export function hasRelationChanges(state: InstanceState): boolean {
  const { changes, related } = state;
  if (changes?.before !== undefined || changes?.queued !== undefined) return true;
  for (const key in related) {
    const value = related[key];
    if (value instanceof Collection && value.isChanged) return true;
  }
  return false;
}

/**
 * Finds what was done to the lists of an object without a method: by assigning to an index or to `length`. The other
 * sides and the Session are told then.
 *
 * @returns whether relations of the object were changed
 * @throws {ArgumentError} something that does not belong into a list was assigned
 */
export function noticeChanges(state: InstanceState): boolean {
  const { related } = state;
  for (const key in related) {
    const value = related[key];
    if (value instanceof Collection) value.notice();
  }
  return hasRelationChanges(state);
}

/**
 * What the database has in place of an object's changes: to go back to when the transaction is rolled back after a
 * flush.
 *
 * @returns undefined if nothing was changed
 */
export function rememberRelations(state: InstanceState): RelationMemory | undefined {
  const memory = new Map<string, readonly object[] | object | null | undefined>();
  const { changes, related } = state;
  for (const key in changes?.before) memory.set(key, changes.before[key]);
  for (const key in related) {
    const value = related[key];
    if (value instanceof Collection && value.isChanged) memory.set(key, value.before);
  }
  return memory.size === 0 ? undefined : memory;
}

/** What is there now is what the database has. */
export function settleRelations(state: InstanceState): void {
  const { changes, related } = state;
  if (changes !== undefined) {
    changes.before = undefined;
    changes.queued = undefined;
    if (changes.stale === undefined) state.changes = undefined;
  }
  for (const key in related) {
    const value = related[key];
    if (value instanceof Collection) value.settle();
  }
}

/**
 * Undoes what was done to relations since the last flush, and then goes back to what was remembered before one. What
 * the other sides have is their own to restore.
 */
export function restoreRelations(state: InstanceState, memory?: RelationMemory): void {
  const own = rememberRelations(state);
  if (state.changes !== undefined) {
    state.changes.before = undefined;
    state.changes.queued = undefined;
  }
  for (const part of [own, memory]) {
    if (part !== undefined) for (const [key, value] of part) restore(state, key, value);
  }
}

function restore(state: InstanceState, key: string, value: readonly object[] | object | null | undefined): void {
  const related = (state.related ??= {});
  const list = related[key];
  if (list instanceof Collection) list.load(Array.isArray(value) ? (value as readonly object[]) : []);
  else if (value === undefined) delete related[key];
  else related[key] = value;
}

/** A new object has no row after all: it keeps what is in its relations, and nothing of that is written. */
export function renewRelations(state: InstanceState): void {
  const { related } = state;
  for (const key in related) {
    const value = related[key];
    if (value instanceof Collection) {
      const items = Array.from(value);
      value.load(none);
      value.replace(items);
    } else if (value !== undefined && value !== null) (changesOf(state).before ??= {})[key] = undefined;
  }
}

/** Forgets the values of relations: reading them raises `NotLoadedError` until they are loaded again. */
export function forgetRelations(state: InstanceState, keys?: readonly string[]): void {
  state.startedEmpty = false;
  if (keys === undefined) {
    state.related = undefined;
    state.changes = undefined;
    return;
  }
  const { related, changes } = state;
  for (const key of keys) {
    if (related !== undefined) delete related[key];
    if (changes?.before !== undefined) delete changes.before[key];
    if (changes?.queued !== undefined) delete changes.queued[key];
    changes?.stale?.delete(key);
  }
}

/** Notes that the relations may be outdated: their values stay, and loaders load them again. */
export function staleRelations(state: InstanceState): void {
  const keys = Object.keys(state.related ?? {});
  if (keys.length > 0) changesOf(state).stale = new Set(keys);
}
