import type { AnyTable } from "../../schema/table.ts";
import { FlushError } from "../errors.ts";
import type { Mapper } from "../mapper.ts";
import { identityKey } from "../session/identity.ts";
import type { IdentityKey, InstanceState } from "../state.ts";
import { DeleteStep } from "./delete-step.ts";
import { fillDefaults, insertShape, InsertStep } from "./insert-step.ts";
import { resolveCopies } from "./key-copies.ts";
import { type LateChange, LateStep } from "./late-step.ts";
import { orderRows } from "./row-order.ts";
import type { RowWork } from "./row-work.ts";
import type { Step } from "./step.ts";
import { orderTables, type TableEdge, type TablePlace } from "./table-order.ts";
import { foreignKeysOf, tableFacts, type TableFacts } from "./table-facts.ts";
import { ThroughDeleteStep, ThroughInsertStep, ThroughOwnersStep } from "./through-step.ts";
import type { ThroughChange, Unit } from "./unit.ts";
import { updateShape, UpdateStep } from "./update-step.ts";
import { storedValue } from "./write-value.ts";

/**
 * Makes the statements of a flush, in their order: as in SQLAlchemy first the UPDATEs and INSERTs of each table, tables
 * that are referred to before those that refer to them, then the tables between, then references that had to wait, and
 * last the DELETEs, in the opposite order of the tables.
 *
 * @throws {FlushError} the objects cannot be written as they are
 */
export function planFlush(unit: Unit): readonly Step[] {
  const planner = new Planner(unit);
  planner.plan();
  return planner.steps.toSorted((a, b) => a.turn - b.turn || a.index - b.index);
}

class Planner {
  readonly steps: Step[] = [];
  readonly #unit: Unit;
  readonly #places: ReadonlyMap<AnyTable, TablePlace>;
  /** The steps for rows of a class in a table, by their shapes. */
  readonly #open = new Map<TableFacts, Map<string, (InsertStep | UpdateStep)[]>>();
  /** The latest turn in which rows of a table are written. */
  readonly #turns = new Map<AnyTable, number>();
  #lastTurn = 0;

  constructor(unit: Unit) {
    this.#unit = unit;
    this.#places = orderTables(tablesOf(unit), edgesOf(unit));
  }

  plan(): void {
    const unit = this.#unit;
    const identities = new Identities(unit);
    for (const work of unit.rows()) {
      if (work.kind === "insert") fillDefaults(work);
    }
    identities.findReplaced();
    for (const work of orderRows(unit, this.#places)) {
      resolveCopies(unit, work);
      if (work.kind === "insert" && work.replaces === undefined) this.#insert(work);
      else this.#update(work);
    }
    identities.check();
    this.#through();
    this.#late();
    this.#delete();
  }

  #insert(work: RowWork): void {
    const shape = insertShape(this.#unit, work);
    this.#join(work, `insert ${shape.key}`, (place) => new InsertStep(place, shape));
  }

  #update(work: RowWork): void {
    const shape = updateShape(this.#unit, work);
    if (shape === undefined) return;
    // Each expression has a statement of its own.
    const key = shape.hasExpressions ? undefined : `update ${shape.key}`;
    this.#join(work, key, (place) => new UpdateStep(this.#unit, place, shape));
  }

  /** Puts a row into a statement that comes late enough for what it refers to, or begins a new one. */
  #join(
    work: RowWork,
    key: string | undefined,
    make: (place: { turn: number; index: number }) => InsertStep | UpdateStep,
  ): void {
    const { table, foreignKeys } = work.facts;
    const circle = this.#places.get(table)?.circle;
    let turn = 0;
    let index = -1;
    for (const { target } of foreignKeys) {
      if (this.#places.get(target as AnyTable)?.circle === circle) continue;
      turn = Math.max(turn, this.#turns.get(target as AnyTable) ?? 0);
    }
    for (const copy of work.copies) {
      const step = copy.late ? undefined : this.#unit.referred(copy)?.step;
      if (step === undefined) continue;
      turn = Math.max(turn, step.turn);
      index = Math.max(index, step.index);
      // The keys of an object come with the row in its first table.
      const keys = work.waiting.includes(copy) ? this.#unit.works.get(copy.from)?.step : undefined;
      if (keys !== undefined) turn = Math.max(turn, keys.turn + 1);
    }
    const open = key === undefined ? [] : this.#stepsFor(work.facts, key);
    let step = open.find((one) => one.turn >= turn && one.index >= index);
    if (step === undefined) {
      step = make({ turn, index: this.steps.length });
      this.steps.push(step);
      open.push(step);
    }
    step.works.push(work);
    work.step = step;
    this.#turns.set(table, Math.max(this.#turns.get(table) ?? 0, step.turn));
    this.#lastTurn = Math.max(this.#lastTurn, step.turn);
  }

  #stepsFor(facts: TableFacts, key: string): (InsertStep | UpdateStep)[] {
    let ofTable = this.#open.get(facts);
    if (ofTable === undefined) this.#open.set(facts, (ofTable = new Map()));
    let steps = ofTable.get(key);
    if (steps === undefined) ofTable.set(key, (steps = []));
    return steps;
  }

  #add(make: (place: { turn: number; index: number }) => Step, turn = this.#lastTurn): void {
    const step = make({ turn, index: this.steps.length });
    this.steps.push(step);
    this.#lastTurn = Math.max(this.#lastTurn, turn);
  }

  #through(): void {
    const unit = this.#unit;
    const groups = new Map<AnyTable, { readonly deletes: ThroughChange[]; readonly inserts: ThroughChange[] }>();
    for (const change of unit.throughChanges) {
      let group = groups.get(change.through.table);
      if (group === undefined) groups.set(change.through.table, (group = { deletes: [], inserts: [] }));
      (change.kind === "delete" ? group.deletes : group.inserts).push(change);
    }
    for (const { deletes, inserts } of groups.values()) {
      if (deletes.length > 0) this.#add((place) => new ThroughDeleteStep(unit, place, deletes));
      if (inserts.length === 0) continue;
      const needed = inserts.flatMap(({ through, own, target }) => [
        ...through.ownPairs.map((pair) => this.#turnOf(own, pair.own.key)),
        ...through.targetPairs.map((pair) => this.#turnOf(target, pair.own.key)),
      ]);
      this.#add((place) => new ThroughInsertStep(place, inserts), Math.max(this.#lastTurn, ...needed));
    }
    for (const owners of unit.throughOwners.values()) {
      for (const each of owners) {
        if (each.owners.length > 0) this.#add((place) => new ThroughOwnersStep(place, each));
      }
    }
  }

  /** The turn in which a value of an object is known. */
  #turnOf(state: InstanceState, key: string): number {
    const step = this.#unit.works.get(state)?.step;
    if (step === undefined) return 0;
    return state.values[key] === undefined ? step.turn + 1 : step.turn;
  }

  #late(): void {
    const unit = this.#unit;
    const groups = new Map<string, { changes: LateChange[]; turn: number }>();
    for (const { state, copies, facts } of unit.rows()) {
      for (const { from, pairs, late } of copies) {
        if (!late) continue;
        const key = `${facts.table.name} ${pairs.map(({ to }) => to).join(",")}`;
        let group = groups.get(key);
        if (group === undefined) groups.set(key, (group = { changes: [], turn: this.#lastTurn }));
        group.changes.push({ state, from, pairs });
        for (const pair of pairs) group.turn = Math.max(group.turn, this.#turnOf(from, pair.from));
        for (const { key: own } of state.mapper.primaryKey) {
          group.turn = Math.max(group.turn, this.#turnOf(state, own));
        }
      }
    }
    for (const { changes, turn } of groups.values()) this.#add((place) => new LateStep(unit, place, changes), turn);
  }

  #delete(): void {
    const unit = this.#unit;
    const byTable = new Map<AnyTable, InstanceState[]>();
    for (const state of unit.deleted) {
      if (unit.replaced.has(state)) continue;
      for (const { table } of tableFacts(state.mapper)) {
        const states = byTable.get(table);
        if (states === undefined) byTable.set(table, [state]);
        else states.push(state);
      }
    }
    const tables = [...byTable.keys()].sort((a, b) => this.#places.get(b)!.rank - this.#places.get(a)!.rank);
    for (const table of tables) this.#letGo(table, byTable);
    for (const table of tables) this.#add((place) => new DeleteStep(unit, place, table, byTable.get(table)!));
  }

  /** Rows that are deleted after others in a circle of tables must not refer to those any more. */
  #letGo(table: AnyTable, byTable: ReadonlyMap<AnyTable, readonly InstanceState[]>): void {
    const unit = this.#unit;
    const own = this.#places.get(table)!;
    for (const { columns, target } of foreignKeysOf(table)) {
      const other = this.#places.get(target as AnyTable);
      if (other === undefined || other.circle !== own.circle || other.rank <= own.rank) continue;
      if (!byTable.has(target as AnyTable)) continue;
      const pairs = columns.map(({ key }) => ({ from: key, to: key }));
      const states = byTable
        .get(table)!
        .filter((state) => columns.every(({ key }) => storedValue(state, key) !== null));
      if (states.length === 0) continue;
      if (columns.some(({ options }) => !options.nullable)) {
        throw new FlushError(
          `${unit.describe(states[0]!)} and a row of "${target.name}" that refer to each other are to be deleted, and ` +
            `neither can go first: ${states[0]!.mapper.name}.${columns[0]!.key} would have to be nullable`,
        );
      }
      const changes = states.map((state) => ({ state, from: undefined, pairs }));
      this.#add((place) => new LateStep(unit, place, changes));
    }
  }
}

/** Sees to it that no two objects have one identity. */
class Identities {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /** A new object with the key of one that is deleted takes over its row. SQLAlchemy: row switch. */
  findReplaced(): void {
    const { works, deleted, replaced, input } = this.#unit;
    if (deleted.size === 0) return;
    for (const [state, work] of works) {
      if (work.kind !== "insert") continue;
      const key = identityKey(state.mapper, state.values);
      const existing = key === undefined ? undefined : input.find(state.mapper, key);
      if (existing === undefined || !deleted.has(existing)) continue;
      if (existing.mapper !== state.mapper) continue;
      for (const row of [work, ...work.further]) row.replaces = existing;
      replaced.add(existing);
    }
  }

  /** @throws {FlushError} two objects have one identity, a key is NULL */
  check(): void {
    const { works, deleted, input } = this.#unit;
    const seen = new Map<Mapper, Map<IdentityKey, InstanceState>>();
    for (const [state, work] of works) {
      const { mapper } = state;
      const isNew = work.kind === "insert";
      if (!isNew && !mapper.primaryKey.some(({ key }) => state.isModified(key))) continue;
      const key = identityKey(mapper, state.values);
      if (key === undefined) continue;
      let ofClass = seen.get(mapper.root);
      if (ofClass === undefined) seen.set(mapper.root, (ofClass = new Map()));
      const other = ofClass.get(key) ?? input.find(mapper, key);
      const isFree = other === undefined || other === state || deleted.has(other) || leaves(other);
      if (!isFree) throw this.#conflict(state, other);
      ofClass.set(key, state);
    }
  }

  #conflict(state: InstanceState, other: InstanceState): FlushError {
    const what = other.key === undefined ? "another new object" : "an object that the Session has already";
    return new FlushError(
      `${this.#unit.describe(state)} has the same primary key as ${what}: an identity has one object. Change that one, ` +
        "or use session.merge() to copy values onto it",
    );
  }
}

/** Whether an object gives its key up. */
function leaves(state: InstanceState): boolean {
  return state.key !== undefined && state.mapper.primaryKey.some(({ key }) => state.isModified(key));
}

function tablesOf(unit: Unit): Iterable<AnyTable> {
  const tables = new Set<AnyTable>();
  for (const { facts } of unit.rows()) tables.add(facts.table);
  for (const { mapper } of unit.deleted) for (const { table } of tableFacts(mapper)) tables.add(table);
  return tables;
}

/** References by relations that have no foreign key in the database. */
function edgesOf(unit: Unit): Iterable<TableEdge> {
  const edges = new Map<unknown, TableEdge>();
  for (const { facts, copies } of unit.rows()) {
    for (const { table, property } of copies) {
      if (property !== undefined && !edges.has(property)) edges.set(property, [facts.table, table as AnyTable]);
    }
  }
  return edges.values();
}
