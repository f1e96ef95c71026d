import { ArgumentError } from "../../errors/index.ts";
import type { Mapper } from "../mapper.ts";
import { staleRelations } from "../relations/history.ts";
import type { RelationProperty } from "../relation-property.ts";
import type { InstanceState } from "../state.ts";
import type { Loader } from "./loader.ts";
import { loadGroups } from "./selectin.ts";
import { LoadTree, type RelationStep } from "./tree.ts";

/** The way that a dotted path such as `accounts.owner` names. */
export function dottedPath(path: string): readonly RelationStep[] {
  return path.split(".").map((key) => ({ kind: "relation", strategy: "selectin", key }));
}

/**
 * Loads relations of objects that are there already: `session.load()`. Relations that are loaded are not loaded again,
 * unless the transaction in which they were is over.
 *
 * @param paths relations, with dots for relations of the objects that they lead to
 * @throws {ArgumentError} a class has no such relation
 */
export async function loadRelations(
  loader: Loader,
  states: readonly InstanceState[],
  paths: readonly string[],
): Promise<void> {
  for (const state of states) noteOutdated(state, loader.epoch);
  await loadGroups(
    loader,
    [...byClass(states)].map(([mapper, of]) => {
      const tree = new LoadTree(mapper);
      for (const path of paths) {
        if (typeof path !== "string" || path === "") throw new ArgumentError("session.load() expects relations' names");
        tree.add({ owner: undefined, table: undefined, source: undefined, steps: dottedPath(path), nested: [] });
      }
      return { states: of, tree };
    }),
  );
}

/** Loads one relation, for a cascade. */
export async function fetchRelation(
  loader: Loader,
  property: RelationProperty,
  states: readonly InstanceState[],
): Promise<void> {
  const tree = new LoadTree(property.owner);
  tree.load(property, { strategy: "selectin" });
  await loadGroups(loader, [{ states, tree }]);
}

/** What was loaded in a transaction that is over is loaded again, once in this one. */
function noteOutdated(state: InstanceState, epoch: number): void {
  if (state.readIn === epoch || state.related === undefined || state.changes?.staleIn === epoch) return;
  staleRelations(state);
  if (state.changes !== undefined) state.changes.staleIn = epoch;
}

function byClass(states: readonly InstanceState[]): ReadonlyMap<Mapper, InstanceState[]> {
  const classes = new Map<Mapper, InstanceState[]>();
  for (const state of states) {
    const known = classes.get(state.mapper);
    if (known === undefined) classes.set(state.mapper, [state]);
    else known.push(state);
  }
  return classes;
}
