import { relatedStates } from "../relations/history.ts";
import type { CascadeName } from "../relation.ts";
import type { RelationProperty } from "../relation-property.ts";
import type { InstanceState } from "../state.ts";
import type { FetchRelation } from "./flush-input.ts";

/**
 * The objects that a cascade reaches along relations that are loaded, with those it starts from first.
 *
 * SQLAlchemy: `cascade_iterator()`.
 */
export function reachable(states: Iterable<InstanceState>, cascade: CascadeName): InstanceState[] {
  const seen = new Set(states);
  // A Set goes on to what is added to it while it is read.
  for (const state of seen) {
    if (state.related === undefined && state.changes === undefined) continue;
    for (const property of state.mapper.relations.values()) {
      if (!property.cascade.has(cascade) || property.viewOnly) continue;
      for (const related of relatedStates(state, property)) seen.add(related);
    }
  }
  return [...seen];
}

/**
 * The objects that are deleted with others. Relations that are not loaded are loaded first, level by level, unless they
 * are left to the foreign keys (`passiveDeletes`).
 *
 * @param fetch loads a relation of some objects
 * @returns the objects it starts from, and those that the cascade reaches
 */
export async function reachableForDelete(
  states: Iterable<InstanceState>,
  fetch: FetchRelation,
): Promise<InstanceState[]> {
  const seen = new Set(states);
  let level: readonly InstanceState[] = [...seen];
  while (level.length > 0) {
    await Promise.all(missing(level).map(([property, owners]) => fetch(property.owner, property, owners)));
    const next: InstanceState[] = [];
    for (const state of level) {
      for (const property of state.mapper.relations.values()) {
        if (!property.cascade.has("delete") || property.viewOnly) continue;
        for (const related of relatedStates(state, property)) {
          if (seen.has(related)) continue;
          seen.add(related);
          next.push(related);
        }
      }
    }
    level = next;
  }
  return [...seen];
}

/**
 * The relations that the deletion of objects has to look at and that are not loaded: those that the deletion goes on
 * to, and those whose objects lose their reference.
 */
function missing(states: readonly InstanceState[]): readonly (readonly [RelationProperty, InstanceState[]])[] {
  const found = new Map<RelationProperty, InstanceState[]>();
  for (const state of states) {
    if (state.key === undefined) continue;
    for (const property of state.mapper.relations.values()) {
      if (property.viewOnly || property.options.passiveDeletes === true || isLoaded(state, property)) continue;
      const isNeeded = property.cascade.has("delete") || property.kind === "hasMany" || property.kind === "hasOne";
      if (!isNeeded) continue;
      const owners = found.get(property);
      if (owners === undefined) found.set(property, [state]);
      else owners.push(state);
    }
  }
  return [...found];
}

function isLoaded(state: InstanceState, property: RelationProperty): boolean {
  return state.related?.[property.key] !== undefined;
}
