import type { Result } from "../../engine/result.ts";
import { encodeFor } from "../../types/index.ts";
import type { TableColumn } from "../../schema/column.ts";
import type { ColumnValues, InstanceState } from "../state.ts";
import { isLoaded, setRelated } from "../relations/populate.ts";
import type { Loader } from "./loader.ts";
import type { Edge, RowLayout, Slot } from "./row-slots.ts";

/** The objects of one slot, and in which rows they are. */
interface SlotStates {
  /** Each object once, in the order in which they came. */
  readonly states: readonly (InstanceState | undefined)[];
  /** For each row the number of its object; -1 where there is none. */
  readonly numbers: Int32Array;
}

type Values = readonly unknown[];

/** What became of rows. */
export interface ReadRows {
  /** The objects of each slot, each once. */
  readonly states: readonly (readonly InstanceState[])[];
  /** The objects and values of the rows, by the parts that the program sees. */
  readonly columns: readonly (readonly unknown[])[];
}

/** Makes objects of rows, and relates them. */
export function readRows(layout: RowLayout, result: Result, loader: Loader): ReadRows {
  const { slots, edges, parts, repeats } = layout;
  const [slot] = slots;
  if (slots.length === 1 && parts.length === 1 && edges.length === 0) {
    // The rows themselves become the values of the objects.
    const states = loader.materialize(slot!.mapper, result.all() as ColumnValues[], slot!.isComplete);
    return { states: [states.filter(isThere)], columns: [states.map((state) => state?.object ?? null)] };
  }
  const rows = result.tuples().all() as unknown as readonly Values[];
  const found = slots.map((one) => readSlot(one, rows, loader));
  for (const edge of edges) relate(edge, found, loader);
  const kept = repeats ? firstRows(layout, found, rows) : undefined;
  const columns = parts.map(({ slot: number, start }) => {
    if (number === undefined)
      return kept === undefined ? rows.map((row) => row[start]) : kept.map((row) => rows[row]![start]);
    const { states, numbers } = found[number]!;
    const objectIn = (row: number): object | null => states[numbers[row]!]?.object ?? null;
    return kept === undefined ? rows.map((_, row) => objectIn(row)) : kept.map(objectIn);
  });
  return { states: found.map(({ states }) => states.filter(isThere)), columns };
}

function isThere(state: InstanceState | undefined): state is InstanceState {
  return state !== undefined;
}

function readSlot({ mapper, start, keys, isComplete }: Slot, rows: readonly Values[], loader: Loader): SlotStates {
  const keyOf = keyIn(mapper.primaryKey, keys, start);
  const numbers = new Int32Array(rows.length);
  const numberByKey = new Map<unknown, number>();
  const distinct: ColumnValues[] = [];
  const { length } = keys;
  for (let row = 0; row < rows.length; row++) {
    const values = rows[row]!;
    const key = keyOf(values);
    if (key === undefined) {
      numbers[row] = -1;
      continue;
    }
    let number = numberByKey.get(key);
    if (number === undefined) {
      number = distinct.length;
      numberByKey.set(key, number);
      const own: ColumnValues = {};
      for (let index = 0; index < length; index++) own[keys[index]!] = values[start + index];
      distinct.push(own);
    }
    numbers[row] = number;
  }
  return { states: loader.materialize(mapper, distinct, isComplete), numbers };
}

/** Reads the primary key of a slot as something that a Map can tell apart. */
function keyIn(
  primaryKey: readonly TableColumn[],
  keys: readonly string[],
  start: number,
): (values: Values) => unknown {
  const places = primaryKey.map(({ key }) => start + keys.indexOf(key));
  const [place] = places;
  const [column] = primaryKey;
  if (places.length === 1) return (values) => keyPart(column!, values[place!]);
  return (values) => {
    const parts = primaryKey.map((each, index) => keyPart(each, values[places[index]!]));
    return parts.includes(undefined) ? undefined : JSON.stringify(parts.map(String));
  };
}

/** A value of a key as something that a Map can tell apart; undefined for NULL. */
export function keyPart(column: TableColumn, value: unknown): bigint | number | string | undefined {
  if (typeof value === "string" || typeof value === "number" || typeof value === "bigint") return value;
  return value === null || value === undefined ? undefined : (encodeFor(column.type, value) ?? undefined);
}

/** Sets a relation of the objects of one slot to those of another. */
function relate({ parent, child, load }: Edge, found: readonly SlotStates[], loader: Loader): void {
  const { property } = load;
  const parents = found[parent]!;
  const children = found[child]!;
  const related = parents.states.map(() => new Set<object>());
  for (let row = 0; row < parents.numbers.length; row++) {
    const object = children.states[children.numbers[row]!]?.object;
    if (object !== undefined) related[parents.numbers[row]!]?.add(object);
  }
  parents.states.forEach((state, number) => {
    if (state === undefined || (isLoaded(state, property.key) && !loader.populateExisting)) return;
    setRelated(state, property, [...related[number]!]);
  });
}

/** The first of the rows that differ in joined lists only. */
function firstRows({ parts }: RowLayout, found: readonly SlotStates[], rows: readonly Values[]): readonly number[] {
  const seen = new Set<unknown>();
  const kept: number[] = [];
  const single = parts.length === 1 ? parts[0]!.slot : undefined;
  for (let row = 0; row < rows.length; row++) {
    const key =
      single === undefined
        ? JSON.stringify(
            parts.map(({ slot, start }) =>
              slot === undefined ? String(rows[row]![start]) : found[slot]!.numbers[row],
            ),
          )
        : found[single]!.numbers[row];
    if (seen.has(key)) continue;
    seen.add(key);
    kept.push(row);
  }
  return kept;
}
