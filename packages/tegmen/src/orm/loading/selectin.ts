import { relatedStates } from "../relations/history.ts";
import { isLoaded } from "../relations/populate.ts";
import type { InstanceState } from "../state.ts";
import type { Loader } from "./loader.ts";
import { relationQueries } from "./relation-query.ts";
import type { LoadTree, RelationLoad } from "./tree.ts";

/** Objects, and what is to be loaded of them. */
export interface LoadGroup {
  readonly states: readonly InstanceState[];
  readonly tree: LoadTree;
}

/**
 * Loads relations, level by level: one statement for each relation, all of a level at once. How many objects there are
 * does not matter.
 */
export async function loadGroups(loader: Loader, groups: readonly LoadGroup[]): Promise<void> {
  let level = groups;
  while (level.length > 0) {
    const running: Promise<readonly LoadGroup[]>[] = [];
    for (const { states, tree } of level) {
      for (const load of tree.relations.values()) {
        if (load.strategy === "selectin") running.push(loadRelation(loader, load, states));
      }
    }
    // All of them end before the first failure is thrown: the connection would still be busy.
    const settled = await Promise.allSettled(running);
    const next: LoadGroup[] = [];
    for (const one of settled) {
      if (one.status === "rejected") throw one.reason;
      next.push(...one.value);
    }
    level = next;
  }
}

/** Loads one relation of objects; returns what is to be loaded of the objects that it leads to. */
async function loadRelation(
  loader: Loader,
  load: RelationLoad,
  states: readonly InstanceState[],
): Promise<readonly LoadGroup[]> {
  const { property, tree } = load;
  const { key } = property;
  const wanted = loader.populateExisting ? states : states.filter((state) => !isLoaded(state, key));
  const groups: LoadGroup[] = [];
  for (const below of await Promise.all(relationQueries(property, wanted).map((query) => query.run(loader, tree)))) {
    groups.push(...below);
  }
  if (tree.relations.size === 0) return groups;
  const reached = new Set<InstanceState>();
  for (const state of states) for (const related of relatedStates(state, property)) reached.add(related);
  return reached.size === 0 ? groups : [{ states: [...reached], tree }, ...groups];
}
