import { FlushError } from "../errors.ts";
import { relatedStates, relationHistory } from "../relations/history.ts";
import type { RelationProperty } from "../relation-property.ts";
import type { InstanceState } from "../state.ts";
import type { KeyPair } from "./row-work.ts";
import type { Unit } from "./unit.ts";
import { storedValue } from "./write-value.ts";

/**
 * Makes foreign keys and the rows of tables between follow what was done to relations.
 *
 * References that are taken away come first, so that an object which moves from one list to another keeps the new one.
 *
 * @throws {FlushError} a related object is not in the Session, a reference cannot be taken away
 */
export function followRelations(unit: Unit): void {
  const states = [...unit.works.keys()];
  for (const state of unit.deleted) forDeleted(unit, state);
  for (const state of states) forEachRelation(state, (property) => takeAway(unit, state, property));
  for (const state of states) forEachRelation(state, (property) => give(unit, state, property));
}

function forEachRelation(state: InstanceState, visit: (property: RelationProperty) => void): void {
  if (state.related === undefined && state.changes === undefined) return;
  for (const property of state.mapper.relations.values()) if (!property.viewOnly) visit(property);
}

/** What refers to a row that will be gone. */
function forDeleted(unit: Unit, state: InstanceState): void {
  for (const property of state.mapper.relations.values()) {
    if (property.viewOnly) continue;
    const { kind, through } = property;
    if (through !== undefined) {
      if (property.options.passiveDeletes !== true) addThroughOwner(unit, property, state);
    } else if (kind === "hasMany" || kind === "hasOne") {
      const removed = relationHistory(state, property)?.removed ?? [];
      for (const child of [...relatedStates(state, property), ...removed]) {
        if (child.key !== undefined && refersTo(child, state, property)) clearChild(unit, child, property);
      }
    }
  }
}

function addThroughOwner(unit: Unit, property: RelationProperty, owner: InstanceState): void {
  const through = property.through!;
  let ofTable = unit.throughOwners.get(through.table);
  if (ofTable === undefined) unit.throughOwners.set(through.table, (ofTable = []));
  const same = ofTable.find((one) => one.through === through);
  if (same === undefined) ofTable.push({ through, owners: [owner] });
  else same.owners.push(owner);
}

function takeAway(unit: Unit, state: InstanceState, property: RelationProperty): void {
  const history = relationHistory(state, property);
  if (history === undefined) return;
  const { kind, through } = property;
  if (through !== undefined) {
    for (const target of history.removed) addThroughChange(unit, "delete", property, state, target);
  } else if (kind === "belongsTo") {
    const isCleared = history.removed.length > 0 || !history.isComplete;
    if (isCleared && history.added.length === 0) unit.clear(state, pairsOf(property), property);
  } else {
    for (const child of history.removed) clearChild(unit, child, property);
  }
}

/** A child that lost its parent, unless it is deleted or has another one. */
function clearChild(unit: Unit, child: InstanceState, property: RelationProperty): void {
  if (unit.deleted.has(child) || unit.expunged.has(child)) return;
  if (child.status !== "persistent" && child.status !== "pending") return;
  if (hasNewParent(child, property)) return;
  unit.clear(child, pairsOf(property), property);
}

function hasNewParent(child: InstanceState, { inverse }: RelationProperty): boolean {
  if (inverse === undefined) return false;
  const history = relationHistory(child, inverse);
  return history !== undefined && history.added.length > 0;
}

/** Whether a child's row refers to the row of its parent. */
function refersTo(child: InstanceState, parent: InstanceState, property: RelationProperty): boolean {
  return property.pairs.every(({ own, other }) => {
    const value = storedValue(child, other.key);
    return value === undefined || value === storedValue(parent, own.key);
  });
}

function give(unit: Unit, state: InstanceState, property: RelationProperty): void {
  const history = relationHistory(state, property);
  if (history === undefined) return;
  const { kind, through } = property;
  for (const related of history.added) {
    if (unit.deleted.has(related) || unit.expunged.has(related)) continue;
    requireInSession(unit, state, property, related);
    if (through !== undefined) addThroughChange(unit, "insert", property, state, related);
    else if (kind === "belongsTo") unit.copy(state, related, pairsOf(property), property);
    else unit.copy(related, state, pairsOf(property), property);
  }
  if (kind !== "belongsTo" && through === undefined) followKey(unit, state, property, history.unchanged);
}

/**
 * The key of a row was changed: the server changes those that refer to it (ON UPDATE CASCADE), and the loaded objects
 * follow. SQLAlchemy: `passive_updates`.
 */
function followKey(
  unit: Unit,
  state: InstanceState,
  property: RelationProperty,
  children: readonly InstanceState[],
): void {
  if (state.original === undefined || children.length === 0) return;
  for (const { own, other } of property.pairs) {
    if (!state.isModified(own.key)) continue;
    for (const child of children) {
      unit.remember(child);
      if (child.original === undefined || !Object.hasOwn(child.original, other.key)) {
        child.values[other.key] = state.values[own.key];
      }
    }
  }
}

function addThroughChange(
  unit: Unit,
  kind: "insert" | "delete",
  property: RelationProperty,
  own: InstanceState,
  target: InstanceState,
): void {
  const through = property.through!;
  // A deleted object's rows all go at once.
  if (kind === "delete" && unit.deleted.has(own)) return;
  unit.changeThrough({ kind, property, through, own, target });
}

/** From the columns that are referred to, to the foreign key. */
export function pairsOf(property: RelationProperty): readonly KeyPair[] {
  let pairs = known.get(property);
  if (pairs === undefined) {
    const isOwn = property.kind === "belongsTo";
    pairs = property.pairs.map(({ own, other }) =>
      isOwn ? { from: other.key, to: own.key } : { from: own.key, to: other.key },
    );
    known.set(property, pairs);
  }
  return pairs;
}

const known = new WeakMap<RelationProperty, readonly KeyPair[]>();

/** @throws {FlushError} a related object has no row and will not get one */
function requireInSession(unit: Unit, state: InstanceState, property: RelationProperty, related: InstanceState): void {
  if (related.status === "persistent" || related.status === "pending" || unit.works.has(related)) return;
  const where = `${property.owner.name}.${property.key}`;
  if (related.status === "deleted") {
    throw new FlushError(
      `${where} of ${unit.describe(state)} has ${unit.describe(related)}, which was deleted: take it out of the relation`,
    );
  }
  throw new FlushError(
    `${where} of ${unit.describe(state)} has ${unit.describe(related)}, which is not in the Session` +
      (property.cascade.has("save-update")
        ? ": call session.add(object)"
        : `, because the relation has no cascade "save-update": call session.add(object), or add the cascade`),
  );
}
