import type { Result } from "../../engine/result.ts";
import type { TableColumn } from "../../schema/column.ts";
import type { AnyTable } from "../../schema/table.ts";
import type { Executable } from "../../sql/executable.ts";
import { sourceNode } from "../../sql/from-item.ts";
import type { InstanceState } from "../state.ts";
import {
  arrayCell,
  arrayType,
  cell,
  elementOf,
  FlushStatement,
  type ReturnedRow,
  shapeOf,
  unnest,
} from "./flush-statement.ts";
import { staleError } from "./stale.ts";
import type { Step, StepPlace } from "./step.ts";
import { tableFacts } from "./table-facts.ts";
import type { Unit } from "./unit.ts";
import { versionOf } from "./update-step.ts";
import { storedValue } from "./write-value.ts";

/** `DELETE` of rows of one table. All of them go at once, so that rows which refer to each other have no order. */
export class DeleteStep implements Step {
  readonly turn: number;
  readonly index: number;
  readonly verb = "the DELETE of";
  readonly states: readonly InstanceState[];
  readonly #unit: Unit;
  readonly #table: AnyTable;

  constructor(unit: Unit, { turn, index }: StepPlace, table: AnyTable, states: readonly InstanceState[]) {
    this.#unit = unit;
    this.#table = table;
    this.turn = turn;
    this.index = index;
    this.states = states;
  }

  get mustBeSeen(): boolean {
    return this.states.some((state) => !this.#unit.input.loadedNow(state));
  }

  build(): Executable<ReturnedRow> {
    const table = this.#table;
    const { primaryKey, version } = tableFacts(this.states[0]!.mapper).find((facts) => facts.table === table)!;
    const columns = version === undefined ? primaryKey : [...primaryKey, version];
    const rows = this.states.map((state) =>
      columns.map((column) =>
        column === version
          ? versionOf(this.#unit, { state, replaces: undefined }, version)
          : storedValue(state, column.key),
      ),
    );
    return deleteRows(table, columns, rows);
  }

  done({ rowCount }: Result<ReturnedRow>): void {
    if (rowCount !== this.states.length) throw staleError(this.#unit, "DELETE", this.states, rowCount ?? 0);
  }
}

/** `DELETE` of the rows in which some columns have these values. */
export function deleteRows(
  table: AnyTable,
  columns: readonly TableColumn[],
  rows: readonly (readonly unknown[])[],
): Executable<ReturnedRow> {
  const [first] = columns;
  const isOne = rows.length === 1;
  const names = columns.map(({ name }) => name).join(",");
  const shape = shapeOf(table, `${isOne ? "delete" : "deletes"} ${names}`, () => {
    const condition = isOne
      ? columns.map(({ node }, index) => `${node.qualified} = $${index + 1}`).join(" AND ")
      : columns.length === 1 && !arrayType(first!).startsWith("STRING")
        ? `${first!.node.qualified} = ANY($1::${arrayType(first!)})`
        : `(${columns.map(({ node }) => node.qualified).join(", ")}) IN (SELECT ` +
          `${columns.map((column, index) => elementOf(column, `v.c${index + 1}`)).join(", ")} FROM ${unnest(columns, 1)})`;
    return { sql: `DELETE FROM ${table[sourceNode].text} WHERE ${condition}`, returned: [] };
  });
  const cells = columns.map((column, index) =>
    isOne
      ? cell(column, rows[0]![index])
      : arrayCell(
          column,
          rows.map((row) => row[index]),
        ),
  );
  return new FlushStatement(shape, cells);
}
