import type { AnyTable } from "../../schema/table.ts";
import { FlushError } from "../errors.ts";
import type { RelationProperty, ThroughTable } from "../relation-property.ts";
import type { InstanceState } from "../state.ts";
import { describeState } from "./describe-state.ts";
import type { FlushInput } from "./flush-input.ts";
import { RowWork, type KeyCopy, type KeyPair } from "./row-work.ts";
import { tableFacts, type TableFacts } from "./table-facts.ts";
import { writeValue } from "./write-value.ts";

/** A row of a table between two classes that is written or deleted. */
export interface ThroughChange {
  readonly kind: "insert" | "delete";
  readonly property: RelationProperty;
  readonly through: ThroughTable;
  readonly own: InstanceState;
  readonly target: InstanceState;
}

/** Objects that are deleted, and whose rows of a table between go with them. */
export interface ThroughOwners {
  readonly through: ThroughTable;
  readonly owners: InstanceState[];
}

/** Everything that one flush is going to do. SQLAlchemy: `UOWTransaction`. */
export class Unit {
  readonly input: FlushInput;
  readonly works = new Map<InstanceState, RowWork>();
  readonly deleted = new Set<InstanceState>();
  readonly expunged = new Set<InstanceState>();
  /** Deleted objects whose rows a new object takes over. */
  readonly replaced = new Set<InstanceState>();
  readonly throughChanges: ThroughChange[] = [];
  /** What is in them already, because both sides of a relation say the same. */
  readonly #throughKnown = new Map<RelationProperty, Map<InstanceState, Set<InstanceState>>>();
  readonly throughOwners = new Map<AnyTable, ThroughOwners[]>();
  readonly #remembered = new Set<InstanceState>();

  constructor(input: FlushInput) {
    this.input = input;
  }

  /** For messages. */
  describe(state: InstanceState): string {
    return describeState(state, this.input.hideParameters);
  }

  /** The work on an object's row; made when it is first needed. */
  work(state: InstanceState): RowWork {
    let work = this.works.get(state);
    if (work === undefined) {
      this.remember(state);
      const kind = state.key === undefined ? "insert" : "update";
      const [first, ...further] = tableFacts(state.mapper);
      work = new RowWork(kind, state, first!);
      if (further.length > 0) work.further = further.map((facts) => furtherWork(kind, state, facts, first!));
      this.works.set(state, work);
    }
    return work;
  }

  /** The works on all rows. */
  *rows(): Generator<RowWork, void, undefined> {
    for (const work of this.works.values()) {
      yield work;
      yield* work.further;
    }
  }

  /** The work on the row that a reference leads to. */
  referred({ from, table }: KeyCopy): RowWork | undefined {
    const work = this.works.get(from);
    return work?.further.find(({ facts }) => facts.table === table) ?? work;
  }

  /** Has the Session remember an object as it is. */
  remember(state: InstanceState): void {
    if (this.#remembered.has(state)) return;
    this.#remembered.add(state);
    this.input.remember(state);
  }

  /** Deletes the row of an object. */
  delete(state: InstanceState): void {
    this.remember(state);
    this.deleted.add(state);
    this.works.delete(state);
  }

  /** Leaves out a new object. */
  expunge(state: InstanceState): void {
    this.remember(state);
    this.expunged.add(state);
    this.works.delete(state);
  }

  /** A row of a table between is written or deleted. */
  changeThrough(change: ThroughChange): void {
    const { property, own, target } = change;
    const { inverse } = property;
    // The way back of a relation names the same row from its other side.
    const isWayBack = inverse !== undefined && this.#throughKnown.has(inverse);
    const [first, second] = isWayBack ? [target, own] : [own, target];
    const canonical = isWayBack ? inverse : property;
    let ofProperty = this.#throughKnown.get(canonical);
    if (ofProperty === undefined) this.#throughKnown.set(canonical, (ofProperty = new Map()));
    let ofFirst = ofProperty.get(first);
    if (ofFirst === undefined) ofProperty.set(first, (ofFirst = new Set()));
    if (ofFirst.has(second)) return;
    ofFirst.add(second);
    this.throughChanges.push(change);
  }

  /** An object's foreign key follows another object. */
  copy(to: InstanceState, from: InstanceState, pairs: readonly KeyPair[], property: RelationProperty): void {
    const work = this.work(to);
    const key = pairs[0]?.to ?? "";
    const { copies } = work.facts.byKey.has(key)
      ? work
      : (work.further.find(({ facts }) => facts.byKey.has(key)) ?? work);
    const [pair] = property.pairs;
    const { table } = property.kind === "belongsTo" ? pair!.other : pair!.own;
    const copy: KeyCopy = { from, pairs, table, property, late: property.options.postUpdate === true };
    // Both sides of a relation say the same.
    const same = copies.findIndex(
      (other) =>
        other.pairs.length === pairs.length && other.pairs.every(({ to: key }, index) => key === pairs[index]!.to),
    );
    if (same === -1) copies.push(copy);
    else if (copies[same]!.from === from) copies[same]!.late ||= copy.late;
    else copies[same] = copy;
  }

  /**
   * An object's foreign key becomes NULL.
   *
   * @throws {FlushError} the foreign key is part of the primary key
   */
  clear(state: InstanceState, pairs: readonly KeyPair[], property: RelationProperty): void {
    const work = this.work(state);
    const { mapper } = state;
    for (const { to } of pairs) {
      if (!mapper.primaryKey.some(({ key }) => key === to)) continue;
      throw new FlushError(
        `${this.describe(state)} was taken out of ${property.owner.name}.${property.key}, and its key ${to} cannot ` +
          `become NULL because it is part of the primary key: give ${property.owner.name}.${property.key} the ` +
          'cascade "all, delete-orphan", or delete the object',
      );
    }
    for (const { to } of pairs) writeValue(work.state, to, null);
  }
}

/** A row in a further table has the key of the one in the first, which may have to be written before it is known. */
function furtherWork(kind: RowWork["kind"], state: InstanceState, facts: TableFacts, first: TableFacts): RowWork {
  const work = new RowWork(kind, state, facts);
  const pairs = facts.primaryKey.map(({ key }) => ({ from: key, to: key }));
  work.copies.push({ from: state, pairs, table: first.table, property: undefined, late: false });
  return work;
}
