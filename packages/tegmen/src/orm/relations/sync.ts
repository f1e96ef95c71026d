import { ArgumentError, describeValue, InvalidRequestError } from "../../errors/index.ts";
import type { Collection } from "../collection.ts";
import type { RelationChanges } from "../related-values.ts";
import type { RelationProperty } from "../relation-property.ts";
import { findState, type InstanceState } from "../state.ts";

/** The name of a relation, for messages. */
export function relationName(property: RelationProperty): string {
  return `${property.owner.name}.${property.key}`;
}

/**
 * The state of an object that is put into a relation.
 *
 * @throws {ArgumentError} it is no object of the class that the relation leads to
 */
export function targetState(property: RelationProperty, value: unknown): InstanceState {
  const state = findState(value);
  if (state !== undefined && state.mapper.isA(property.target)) return state;
  throw new ArgumentError(`${relationName(property)} takes ${property.target.name}, got ${describeValue(value)}`);
}

/** What is known of an object's relations besides their values. */
export function changesOf(state: InstanceState): RelationChanges {
  return (state.changes ??= { before: undefined, queued: undefined, stale: undefined, staleIn: 0 });
}

/**
 * Tells the other side, and the Session, that an object is being added to a list.
 *
 * @throws {ArgumentError} it is of another class
 */
export function itemAdded(state: InstanceState, property: RelationProperty, item: object): void {
  const other = targetState(property, item);
  changed(state);
  const { inverse } = property;
  if (inverse !== undefined) {
    if (inverse.isList) include(other, inverse, state.object);
    else {
      leave(other, inverse, property, state.object);
      setOne(other, inverse, state.object);
    }
  }
  cascade(state, property, other);
}

/** Tells the other side, and the Session, that an object is being removed from a list. */
export function itemRemoved(state: InstanceState, property: RelationProperty, item: object): void {
  const other = findState(item);
  changed(state);
  const { inverse } = property;
  if (other === undefined || inverse === undefined) return;
  if (inverse.isList) exclude(other, inverse, state.object);
  else if (other.related?.[inverse.key] === state.object) setOne(other, inverse, null);
  else if (other.related?.[inverse.key] === undefined && property.kind === "hasMany") setOne(other, inverse, null);
}

/**
 * Sets a reference, and tells the other side.
 *
 * @throws {ArgumentError} it is of another class
 */
export function assignOne(state: InstanceState, property: RelationProperty, given: unknown): void {
  const { inverse, key } = property;
  const other = given === null ? undefined : targetState(property, given);
  const value = other?.object ?? null;
  if (state.related?.[key] === value) return;
  if (inverse !== undefined) {
    leave(state, property, inverse, value);
    if (other !== undefined) {
      if (inverse.isList) include(other, inverse, state.object);
      else {
        // Of two that belong to each other, each leaves the one it had.
        leave(other, inverse, property, state.object);
        setOne(other, inverse, state.object);
      }
    }
  }
  setOne(state, property, value);
  if (other !== undefined) cascade(state, property, other);
}

/** Takes an object out of the relation of the one that it refers to until now. */
function leave(state: InstanceState, property: RelationProperty, inverse: RelationProperty, next: object | null): void {
  const old = state.related?.[property.key];
  if (old === undefined || old === null || old === next) return;
  const oldState = findState(old);
  if (oldState === undefined) return;
  if (inverse.isList) exclude(oldState, inverse, state.object);
  else if (oldState.related?.[inverse.key] === state.object) setOne(oldState, inverse, null);
}

/** Sets a reference, and remembers the one before. */
function setOne(state: InstanceState, property: RelationProperty, value: object | null): void {
  const { key } = property;
  const related = (state.related ??= {});
  const old = related[key] as object | null | undefined;
  if (old === value) return;
  const before = (changesOf(state).before ??= {});
  if (!Object.hasOwn(before, key)) before[key] = old;
  related[key] = value;
  changed(state);
}

function include(state: InstanceState, property: RelationProperty, item: object): void {
  const list = listOf(state, property);
  if (list !== undefined) list.include(item);
  else {
    const { added, removed } = queueOf(state, property.key);
    if (!removed.delete(item)) added.add(item);
  }
  changed(state);
}

function exclude(state: InstanceState, property: RelationProperty, item: object): void {
  const list = listOf(state, property);
  if (list !== undefined) list.exclude(item);
  else {
    const { added, removed } = queueOf(state, property.key);
    if (!added.delete(item)) removed.add(item);
  }
  changed(state);
}

/** The list of a relation if it is known what is in it: because it is loaded, or because nothing can be in it yet. */
function listOf(state: InstanceState, property: RelationProperty): Collection | undefined {
  const list = state.related?.[property.key] as Collection | undefined;
  if (list !== undefined || !hasNone(state)) return list;
  return startList(state, property);
}

/** Whether an object has no related objects that refer to it but those that the program gave it. */
export function hasNone(state: InstanceState): boolean {
  return state.startedEmpty || state.status === "transient" || state.status === "pending";
}

/** Gives an object an empty list. */
export function startList(state: InstanceState, property: RelationProperty): Collection {
  const list = property.makeList(state);
  (state.related ??= {})[property.key] = list;
  return list;
}

function queueOf(state: InstanceState, key: string): { readonly added: Set<object>; readonly removed: Set<object> } {
  const queued = (changesOf(state).queued ??= {});
  return (queued[key] ??= { added: new Set(), removed: new Set() });
}

function changed(state: InstanceState): void {
  if (state.status === "persistent") state.owner?.changed(state);
}

/** What is put into a relation of an object of a Session gets into the Session, too. */
function cascade(state: InstanceState, property: RelationProperty, other: InstanceState): void {
  const { owner } = state;
  if (owner === undefined || !property.cascade.has("save-update") || property.viewOnly) return;
  if (other.owner === owner) return;
  if (other.owner !== undefined) {
    throw new InvalidRequestError(
      `the ${other.mapper.name} that was put into ${relationName(property)} belongs to another Session`,
    );
  }
  owner.cascade(other);
}
