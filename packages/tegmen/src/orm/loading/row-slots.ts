import type { Mapper } from "../mapper.ts";
import type { RelationLoad } from "./tree.ts";

/** Columns of a row that are one object. */
export interface Slot {
  readonly mapper: Mapper;
  readonly start: number;
  /** The keys of its columns, in their order. */
  readonly keys: readonly string[];
  readonly isComplete: boolean;
}

/** Objects in the same row that are related. */
export interface Edge {
  readonly parent: number;
  readonly child: number;
  readonly load: RelationLoad;
}

/** A part of the rows that the program sees: a slot, or a value. */
export interface RowPart {
  readonly name: string;
  /** The number of the slot; undefined for a value. */
  readonly slot: number | undefined;
  readonly start: number;
}

/** What the rows of a statement hold. */
export interface RowLayout {
  readonly slots: readonly Slot[];
  readonly edges: readonly Edge[];
  readonly parts: readonly RowPart[];
  /** Joined lists repeat the rows of what they belong to. */
  readonly repeats: boolean;
}
