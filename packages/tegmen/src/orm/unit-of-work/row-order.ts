import type { AnyTable } from "../../schema/table.ts";
import { FlushError } from "../errors.ts";
import type { InstanceState } from "../state.ts";
import type { KeyCopy, RowWork } from "./row-work.ts";
import type { TablePlace } from "./table-order.ts";
import type { Unit } from "./unit.ts";
import { followValues } from "./value-references.ts";

/** One row has to be written after another. */
interface Dependency {
  readonly work: RowWork;
  readonly copy: KeyCopy;
}

/**
 * Puts rows behind those that they refer to: by their tables, and within a circle of tables row by row. A circle of
 * rows is broken where a foreign key may be NULL for a while: it is written by an UPDATE after all inserts.
 *
 * @throws {FlushError} rows refer to each other in a circle, and none of the foreign keys may be NULL
 */
export function orderRows(unit: Unit, places: ReadonlyMap<AnyTable, TablePlace>): readonly RowWork[] {
  const byTable = new Map<AnyTable, { updates: RowWork[]; inserts: RowWork[] }>();
  for (const work of unit.rows()) {
    const { table } = work.facts;
    let ofTable = byTable.get(table);
    if (ofTable === undefined) byTable.set(table, (ofTable = { updates: [], inserts: [] }));
    (work.kind === "insert" ? ofTable.inserts : ofTable.updates).push(work);
  }
  const tables = [...byTable.keys()].sort((a, b) => places.get(a)!.rank - places.get(b)!.rank);
  const ordered: RowWork[] = [];
  for (let index = 0; index < tables.length;) {
    const { circle, inCircle } = places.get(tables[index]!)!;
    const together: RowWork[] = [];
    while (index < tables.length && places.get(tables[index]!)!.circle === circle) {
      const { updates, inserts } = byTable.get(tables[index++]!)!;
      for (const work of updates) together.push(work);
      for (const work of inserts) together.push(work);
    }
    if (inCircle) followValues(together);
    const sorted = inCircle ? new RowSorter(unit).sort(together) : together;
    for (const work of sorted) ordered.push(work);
  }
  return ordered;
}

/** A row that is being put in its place, and how far one has come with what it depends on. */
interface Frame {
  readonly work: RowWork;
  readonly needed: readonly Dependency[];
  next: number;
}

/** Depth first, without recursion: a list of 100,000 rows that refer to each other is no deeper than one of three. */
class RowSorter {
  readonly #unit: Unit;
  readonly #places = new Map<RowWork, "open" | "done">();
  readonly #sorted: RowWork[] = [];

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  sort(works: readonly RowWork[]): readonly RowWork[] {
    const within = new Set(works);
    for (const work of works) if (!this.#places.has(work)) this.#visit(work, within);
    return this.#sorted;
  }

  #visit(first: RowWork, within: ReadonlySet<RowWork>): void {
    const frames: Frame[] = [];
    const open = (work: RowWork): void => {
      this.#places.set(work, "open");
      frames.push({ work, needed: dependencies(this.#unit, work, within), next: 0 });
    };
    open(first);
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      const dependency = frame.needed[frame.next++];
      if (dependency === undefined) {
        this.#places.set(frame.work, "done");
        this.#sorted.push(frame.work);
        frames.pop();
        continue;
      }
      const place = this.#places.get(dependency.work);
      if (place === undefined && !dependency.copy.late) open(dependency.work);
      else if (place === "open" && !dependency.copy.late) this.#breakCircle(frames, dependency.work);
    }
  }

  /** Breaks a circle at the reference nearest to its end, and goes back to the row that has it. */
  #breakCircle(frames: Frame[], end: RowWork): void {
    const start = frames.findIndex((frame) => frame.work === end);
    for (let index = frames.length - 1; index >= start; index--) {
      const { work, needed, next } = frames[index]!;
      const { copy } = needed[next - 1]!;
      if (!canWait(work, copy)) continue;
      copy.late = true;
      for (const { work: left } of frames.splice(index + 1)) this.#places.delete(left);
      return;
    }
    throw circleError(this.#unit, frames.slice(start));
  }
}

/** The rows that another one needs. Rows that exist already are not among them, unless they get another key. */
function dependencies(unit: Unit, work: RowWork, within: ReadonlySet<RowWork>): readonly Dependency[] {
  const found: Dependency[] = [];
  for (const copy of work.copies) {
    if (copy.late) continue;
    const needed = unit.referred(copy);
    if (needed === undefined || !within.has(needed)) continue;
    const isSelf = needed === work;
    if (needed.kind === "insert" ? !isSelf || !isKnown(copy) : !isSelf && changesKey(copy)) {
      found.push({ work: needed, copy });
    }
  }
  return found;
}

/** Whether the values of a foreign key are known before anything is written. */
export function isKnown({ from, pairs }: KeyCopy): boolean {
  return pairs.every(({ from: key }) => from.values[key] !== undefined);
}

function changesKey({ from, pairs }: KeyCopy): boolean {
  return pairs.some(({ from: key }) => from.isModified(key));
}

function canWait({ facts, kind }: RowWork, { pairs }: KeyCopy): boolean {
  if (kind === "update") return true;
  return pairs.every(({ to }) => {
    return facts.byKey.get(to)?.nullable === true;
  });
}

function circleError(unit: Unit, frames: readonly Frame[]): FlushError {
  const states: InstanceState[] = frames.map((frame) => frame.work.state);
  const steps = frames.map(({ work, needed, next }) => {
    const { property } = needed[next - 1]!.copy;
    return `${unit.describe(work.state)}${property === undefined ? "" : ` (${property.owner.name}.${property.key})`}`;
  });
  return new FlushError(
    `New objects refer to each other in a circle: ${steps.join(" -> ")} -> ${unit.describe(states[0]!)}. One of the ` +
      "foreign keys has to be nullable, so that it can be set after all rows are there",
  );
}
