import { type RelationMemory, rememberRelations, renewRelations, restoreRelations } from "../relations/history.ts";
import type { ColumnValues, IdentityKey, InstanceState, ObjectStatus } from "../state.ts";

/** What an object was before a transaction, or a savepoint, changed it. */
export class Snapshot {
  readonly status: ObjectStatus;
  readonly key: IdentityKey | undefined;
  readonly #values: ColumnValues;
  #relations: RelationMemory | undefined;

  constructor(state: InstanceState) {
    this.status = state.status;
    this.key = state.key;
    this.#values = { ...state.values, ...state.original };
    this.#relations = rememberRelations(state);
  }

  /** What was remembered first counts. */
  remember(relations: RelationMemory | undefined): void {
    if (relations !== undefined) this.#relations = new Map([...relations, ...(this.#relations ?? [])]);
  }

  /** Takes over what an earlier snapshot does not know. */
  after(later: Snapshot): void {
    this.remember(later.#relations);
  }

  restore(state: InstanceState): void {
    state.status = this.status;
    state.key = this.key;
    state.values = this.#values;
    state.original = undefined;
    // A new object is as it was made: it can be added again, with all that belongs to it.
    if (this.status === "pending") renewRelations(state);
    else restoreRelations(state, this.#relations);
  }
}

type Level = Map<InstanceState, Snapshot>;

/** What objects were before a transaction, and before each savepoint in it. */
export class UndoLog {
  readonly #levels: Level[] = [new Map()];

  /** Called before an object is changed by a flush. */
  remember(state: InstanceState): void {
    const level = this.#levels.at(-1)!;
    const known = level.get(state);
    if (known === undefined) level.set(state, new Snapshot(state));
    else known.remember(rememberRelations(state));
  }

  /** Undoes what was not flushed. */
  undoChanges(state: InstanceState): void {
    if (state.status === "pending") return;
    const { original } = state;
    if (original !== undefined) {
      Object.assign(state.values, original);
      state.original = undefined;
    }
    restoreRelations(state);
  }

  push(): void {
    this.#levels.push(new Map());
  }

  /** Ends the innermost level. */
  pop(): Level {
    const level = this.#levels.pop()!;
    if (this.#levels.length === 0) this.#levels.push(new Map());
    return level;
  }

  /** Ends all levels, the innermost first. */
  popAll(): readonly Level[] {
    return this.#levels.splice(0, this.#levels.length, new Map()).reverse();
  }

  /** Makes the innermost level part of the one around it. */
  merge(): void {
    if (this.#levels.length === 1) return;
    const outer = this.#levels.at(-2)!;
    for (const [state, snapshot] of this.pop()) {
      const known = outer.get(state);
      if (known === undefined) outer.set(state, snapshot);
      else known.after(snapshot);
    }
  }

  clear(): void {
    this.#levels.splice(0, this.#levels.length, new Map());
  }

  /** Every object that the transaction has changed. */
  *states(): Generator<InstanceState, void, undefined> {
    for (const level of this.#levels) yield* level.keys();
  }
}
