import type { Mapper } from "../mapper.ts";
import { hydrate } from "../instance.ts";
import { staleRelations } from "../relations/history.ts";
import type { ColumnValues, InstanceState } from "../state.ts";
import { announceLoad, hasListeners } from "./entity-events.ts";
import { keyReader } from "./identity.ts";
import type { Registry } from "./registry.ts";

/** How rows become objects. */
export interface HydrationOptions {
  /** The rows have all columns of the class. */
  readonly isComplete: boolean;
  /** Replaces also what was changed. */
  readonly populateExisting?: boolean;
  /** The rows are newer than what was read in this transaction: a statement has just written them. */
  readonly isNewer?: boolean;
}

/**
 * The objects of rows: the ones that the Session has already, and new ones.
 *
 * @param rows they become the objects' values
 * @returns undefined for a row without a primary key: an outer join has left it out
 */
export function materialize(
  registry: Registry,
  mapper: Mapper,
  rows: readonly ColumnValues[],
  options: HydrationOptions,
): (InstanceState | undefined)[] {
  registry.reading();
  const objects = registry.map.of(mapper);
  const keyOf = keyReader(mapper);
  const { epoch } = registry;
  const announces = hasListeners();
  const replaces = options.populateExisting === true || options.isNewer === true;
  const isPolymorphic = mapper.polymorphicKey !== undefined;
  const depth = mapper.tables.length;
  const states: (InstanceState | undefined)[] = [];
  for (const row of rows) {
    if (isPolymorphic) dropOthers(mapper, row);
    const key = keyOf(row);
    if (key === undefined) {
      states.push(undefined);
      continue;
    }
    let state = objects.get(key);
    if (state === undefined) {
      state = hydrate(isPolymorphic ? mapper.forRow(row) : mapper, row);
      state.status = "persistent";
      state.owner = registry;
      state.key = key;
      state.readIn = epoch;
      objects.set(key, state);
      if (announces) announceLoad(state, registry.session);
      if (options.isComplete && state.mapper.tables.length > depth) registry.incomplete.add(state);
    } else if (replaces || state.readIn !== epoch) {
      // Its further tables are read by another statement.
      const isPart = state.mapper.tables.length > depth;
      if (isPart) forgetFurther(mapper, state, options);
      refresh(state, row, isPart ? { ...options, isComplete: false } : options, epoch);
      if (isPart && options.isComplete) registry.incomplete.add(state);
    } else fill(state, row, options);
    states.push(state);
  }
  return states;
}

/** Drops what was read of tables that a class does not have. */
function forgetFurther(mapper: Mapper, state: InstanceState, { populateExisting }: HydrationOptions): void {
  const { original, values } = state;
  for (const key of state.mapper.columns.keys()) {
    if (mapper.columns.has(key)) continue;
    if (populateExisting === true || original === undefined || !Object.hasOwn(original, key)) delete values[key];
  }
}

/** Takes the columns of other classes of the table out of a row. */
function dropOthers(mapper: Mapper, row: ColumnValues): void {
  if (row[mapper.polymorphicKey!] === undefined || row[mapper.polymorphicKey!] === null) return;
  const { columns, computed } = mapper.forRow(row);
  for (const key of Object.keys(row)) if (!columns.has(key) && !computed.has(key)) delete row[key];
}

/** Replaces the values of an object that may be outdated. What was changed since the last flush stays changed. */
function refresh(state: InstanceState, row: ColumnValues, options: HydrationOptions, epoch: number): void {
  const { original, values } = state;
  if (options.populateExisting === true) state.original = undefined;
  else if (original !== undefined) {
    for (const key of Object.keys(original)) {
      if (!Object.hasOwn(row, key)) continue;
      original[key] = row[key];
      row[key] = values[key];
    }
  }
  state.values = options.isComplete ? row : { ...values, ...row };
  if (options.isComplete) state.expired = false;
  if (state.readIn !== epoch || options.populateExisting === true) staleRelations(state);
  state.readIn = epoch;
}

/** Adds values that were not loaded before. */
function fill(state: InstanceState, row: ColumnValues, { isComplete }: HydrationOptions): void {
  const { values } = state;
  for (const key in row) if (values[key] === undefined) values[key] = row[key];
  if (isComplete) state.expired = false;
}
