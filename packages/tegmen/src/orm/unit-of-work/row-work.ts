import type { InstanceState } from "../state.ts";
import type { RelationProperty } from "../relation-property.ts";
import type { TableFacts } from "./table-facts.ts";

/** From a column of one object to a column of another. */
export interface KeyPair {
  /** The key of the column that is referred to. */
  readonly from: string;
  /** The key of the foreign key's column. */
  readonly to: string;
}

/** A foreign key that gets its value from the object that it refers to. */
export interface KeyCopy {
  readonly from: InstanceState;
  readonly pairs: readonly KeyPair[];
  /** The table that is referred to. */
  readonly table: object;
  /** The relation that says so; undefined where only the values do. */
  readonly property: RelationProperty | undefined;
  /** Written by an UPDATE of its own, after all rows are there. */
  late: boolean;
}

/** A row that a flush inserts or updates. */
export class RowWork {
  readonly kind: "insert" | "update";
  readonly state: InstanceState;
  readonly facts: TableFacts;
  /** The rows of the same object in further tables. */
  further: readonly RowWork[] = none;
  /** Where its foreign keys get their values from. */
  readonly copies: KeyCopy[] = [];
  /** Those of the copies whose values only an earlier statement brings. */
  waiting: readonly KeyCopy[] = none;
  /** The statement that writes it. */
  step: { readonly turn: number; readonly index: number } | undefined = undefined;
  /** The object with the same key that is deleted by the same flush: its row is updated. SQLAlchemy: row switch. */
  replaces: InstanceState | undefined = undefined;

  constructor(kind: "insert" | "update", state: InstanceState, facts: TableFacts) {
    this.kind = kind;
    this.state = state;
    this.facts = facts;
  }
}

const none: readonly never[] = Object.freeze([]);
