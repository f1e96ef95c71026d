import type { Result } from "../../engine/result.ts";
import type { TableColumn } from "../../schema/column.ts";
import type { Executable } from "../../sql/executable.ts";
import { sourceNode } from "../../sql/from-item.ts";
import type { InstanceState } from "../state.ts";
import { arrayCell, cell, elementOf, FlushStatement, type ReturnedRow, shapeOf, unnest } from "./flush-statement.ts";
import { staleError } from "./stale.ts";
import type { Step, StepPlace } from "./step.ts";
import { factsOf } from "./table-facts.ts";
import type { Unit } from "./unit.ts";
import { storedValue, writeValue } from "./write-value.ts";

/** A foreign key of an object that is written by a statement of its own. */
export interface LateChange {
  readonly state: InstanceState;
  /** The object that it refers to; undefined: it becomes NULL. */
  readonly from: InstanceState | undefined;
  readonly pairs: readonly { readonly from: string; readonly to: string }[];
}

/**
 * `UPDATE` of foreign keys that could not be written with their rows, because the rows refer to each other; or, before
 * such rows are deleted, that makes them NULL. The version of a row is that of its own INSERT or UPDATE.
 *
 * SQLAlchemy: `post_update`.
 */
export class LateStep implements Step {
  readonly turn: number;
  readonly index: number;
  readonly verb = "the UPDATE of references of";
  readonly #unit: Unit;
  readonly #changes: readonly LateChange[];

  constructor(unit: Unit, { turn, index }: StepPlace, changes: readonly LateChange[]) {
    this.#unit = unit;
    this.turn = turn;
    this.index = index;
    this.#changes = changes;
  }

  get states(): readonly InstanceState[] {
    return this.#changes.map(({ state }) => state);
  }

  get mustBeSeen(): boolean {
    const { loadedNow } = this.#unit.input;
    return this.states.some((state) => state.key !== undefined && !loadedNow(state));
  }

  build(): Executable<ReturnedRow> {
    const changes = this.#changes;
    const [first] = changes;
    const { table, primaryKey, byKey } = factsOf(first!.state.mapper, first!.pairs[0]!.to);
    for (const { state, from, pairs } of changes) {
      for (const pair of pairs) writeValue(state, pair.to, from === undefined ? null : from.values[pair.from]);
    }
    const set = first!.pairs.map(({ to }) => byKey.get(to)!.column);
    const isOne = changes.length === 1;
    const all = [...set, ...primaryKey];
    const shape = shapeOf(table, `late ${isOne ? "one" : "many"} ${set.map(({ name }) => name).join(",")}`, () => {
      const value = (column: TableColumn, index: number): string =>
        isOne ? `$${index + 1}` : elementOf(column, `v.c${index + 1}`);
      const assignments = set.map((column, index) => `${column.node.quoted} = ${value(column, index)}`);
      const conditions = primaryKey.map(
        (column, index) => `${column.node.qualified} = ${value(column, set.length + index)}`,
      );
      const from = isOne ? "" : ` FROM ${unnest(all, 1)}`;
      return {
        sql: `UPDATE ${table[sourceNode].text} SET ${assignments.join(", ")}${from} WHERE ${conditions.join(" AND ")}`,
        returned: [],
      };
    });
    const values = (column: TableColumn): readonly unknown[] =>
      changes.map(({ state, from }) =>
        // A row that is to be deleted still has its old key; any other has got its new one by an UPDATE before.
        from === undefined && !set.includes(column) ? storedValue(state, column.key) : state.values[column.key],
      );
    return new FlushStatement(
      shape,
      all.map((column) => (isOne ? cell(column, values(column)[0]) : arrayCell(column, values(column)))),
    );
  }

  done({ rowCount }: Result<ReturnedRow>): void {
    if (rowCount !== this.#changes.length) throw staleError(this.#unit, "UPDATE", this.states, rowCount ?? 0);
  }
}
