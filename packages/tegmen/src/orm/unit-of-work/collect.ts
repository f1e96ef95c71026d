import { relatedStates, relationHistory } from "../relations/history.ts";
import type { Mapper } from "../mapper.ts";
import type { RelationProperty } from "../relation-property.ts";
import type { InstanceState } from "../state.ts";
import { reachable, reachableForDelete } from "./cascades.ts";
import type { Unit } from "./unit.ts";

/** New objects that are reachable by save-update cascades are written, too. */
export function adoptReachable(unit: Unit): void {
  for (const state of reachable(unit.works.keys(), "save-update")) {
    if (state.status === "transient") unit.work(state);
  }
}

/**
 * Finds what is deleted: what the Session says, what has lost its parent, and what the cascades of both reach. New
 * objects among it are only left out.
 */
export async function findDeleted(unit: Unit): Promise<void> {
  const first = new Set(unit.input.deleted);
  for (const orphan of orphans(unit)) first.add(orphan);
  if (first.size === 0) return;
  const all = await reachableForDelete(first, unit.input.fetch);
  for (const state of all) {
    if (state.key === undefined) {
      if (unit.works.has(state)) unit.expunge(state);
    } else if (state.status === "persistent") unit.delete(state);
  }
}

/** Objects that were taken out of a relation with delete-orphan, and are in no other one. */
function orphans(unit: Unit): ReadonlySet<InstanceState> {
  const found = new Set<InstanceState>();
  const kept = new Map<RelationProperty, ReadonlySet<InstanceState>>();
  for (const state of unit.works.keys()) {
    for (const property of orphanRelations(state.mapper)) {
      for (const child of relationHistory(state, property)?.removed ?? []) {
        if (child.status !== "persistent" && child.status !== "pending") continue;
        let ofProperty = kept.get(property);
        if (ofProperty === undefined) kept.set(property, (ofProperty = children(unit, property)));
        if (!ofProperty.has(child) && !hasParent(child, property)) found.add(child);
      }
    }
  }
  return found;
}

function children(unit: Unit, property: RelationProperty): ReadonlySet<InstanceState> {
  const found = new Set<InstanceState>();
  for (const state of unit.works.keys()) {
    if (!state.mapper.isA(property.owner)) continue;
    for (const child of relatedStates(state, property)) found.add(child);
  }
  return found;
}

function hasParent(child: InstanceState, { inverse }: RelationProperty): boolean {
  return inverse !== undefined && relatedStates(child, inverse).length > 0;
}

const withOrphans = new WeakMap<Mapper, readonly RelationProperty[]>();

function orphanRelations(mapper: Mapper): readonly RelationProperty[] {
  let found = withOrphans.get(mapper);
  if (found === undefined) {
    found = [...mapper.relations.values()].filter(
      (property) => property.cascade.has("delete-orphan") && !property.viewOnly,
    );
    withOrphans.set(mapper, found);
  }
  return found;
}
