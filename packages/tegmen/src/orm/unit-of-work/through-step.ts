import type { Result } from "../../engine/result.ts";
import type { Executable } from "../../sql/executable.ts";
import type { Target } from "../../sql/definitions.ts";
import { insert } from "../../sql/insert.ts";
import { StaleDataError } from "../errors.ts";
import type { InstanceState } from "../state.ts";
import { deleteRows } from "./delete-step.ts";
import type { ReturnedRow } from "./flush-statement.ts";
import type { Step, StepPlace } from "./step.ts";
import type { ThroughChange, ThroughOwners, Unit } from "./unit.ts";
import { storedValue } from "./write-value.ts";

/** `INSERT` of rows of a table between two classes. */
export class ThroughInsertStep implements Step {
  readonly turn: number;
  readonly index: number;
  readonly verb = "the INSERT of relations of";
  readonly mustBeSeen = false;
  readonly #changes: readonly ThroughChange[];

  constructor({ turn, index }: StepPlace, changes: readonly ThroughChange[]) {
    this.turn = turn;
    this.index = index;
    this.#changes = changes;
  }

  get states(): readonly InstanceState[] {
    return this.#changes.map(({ own }) => own);
  }

  build(): Executable<ReturnedRow> {
    const { table } = this.#changes[0]!.through;
    const rows = this.#changes.map(({ through, own, target }) => {
      const row: Record<string, unknown> = {};
      for (const pair of through.ownPairs) row[pair.other.key] = own.values[pair.own.key];
      for (const pair of through.targetPairs) row[pair.other.key] = target.values[pair.own.key];
      return row;
    });
    return insert(table as unknown as Target).values(rows);
  }

  done(): void {}
}

/** `DELETE` of rows of a table between two classes. */
export class ThroughDeleteStep implements Step {
  readonly turn: number;
  readonly index: number;
  readonly verb = "the DELETE of relations of";
  readonly #unit: Unit;
  readonly #changes: readonly ThroughChange[];

  constructor(unit: Unit, { turn, index }: StepPlace, changes: readonly ThroughChange[]) {
    this.#unit = unit;
    this.turn = turn;
    this.index = index;
    this.#changes = changes;
  }

  get states(): readonly InstanceState[] {
    return this.#changes.map(({ own }) => own);
  }

  get mustBeSeen(): boolean {
    const { loadedNow } = this.#unit.input;
    return this.#changes.some(({ own, target }) => !loadedNow(own) || !loadedNow(target));
  }

  build(): Executable<ReturnedRow> {
    const { table, ownPairs, targetPairs } = this.#changes[0]!.through;
    const columns = [...ownPairs, ...targetPairs].map((pair) => pair.other);
    const rows = this.#changes.map(({ through, own, target }) => {
      const byColumn = new Map<string, unknown>();
      for (const pair of through.ownPairs) byColumn.set(pair.other.key, storedValue(own, pair.own.key));
      for (const pair of through.targetPairs) byColumn.set(pair.other.key, storedValue(target, pair.own.key));
      return columns.map(({ key }) => byColumn.get(key));
    });
    return deleteRows(table, columns, rows);
  }

  done({ rowCount }: Result<ReturnedRow>): void {
    if (rowCount === this.#changes.length) return;
    const { property } = this.#changes[0]!;
    throw new StaleDataError(
      `The DELETE from the table between of ${property.owner.name}.${property.key} deleted ${rowCount ?? 0} rows instead ` +
        `of ${this.#changes.length}: somebody else has changed the relation since it was read. Roll back, read it again ` +
        "and repeat the change",
    );
  }
}

/** `DELETE` of all rows of a table between that refer to deleted objects. */
export class ThroughOwnersStep implements Step {
  readonly turn: number;
  readonly index: number;
  readonly verb = "the DELETE of relations of";
  readonly mustBeSeen = false;
  readonly #of: ThroughOwners;

  constructor({ turn, index }: StepPlace, of: ThroughOwners) {
    this.turn = turn;
    this.index = index;
    this.#of = of;
  }

  get states(): readonly InstanceState[] {
    return this.#of.owners;
  }

  build(): Executable<ReturnedRow> {
    const { through, owners } = this.#of;
    const { ownPairs, table } = through;
    const rows = owners.map((owner) => ownPairs.map(({ own }) => storedValue(owner, own.key)));
    return deleteRows(
      table,
      ownPairs.map(({ other }) => other),
      rows,
    );
  }

  done(): void {}
}
