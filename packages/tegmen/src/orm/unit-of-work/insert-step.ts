import type { Result } from "../../engine/result.ts";
import { insert } from "../../sql/insert.ts";
import type { Executable } from "../../sql/executable.ts";
import type { Target } from "../../sql/definitions.ts";
import { FlushError } from "../errors.ts";
import type { InstanceState } from "../state.ts";
import type { ReturnedRow } from "./flush-statement.ts";
import { takeCopies } from "./key-copies.ts";
import type { RowWork } from "./row-work.ts";
import type { Step, StepPlace } from "./step.ts";
import type { ColumnFacts } from "./table-facts.ts";
import type { Unit } from "./unit.ts";
import { byDefault } from "./update-step.ts";
import { isExpression } from "./write-value.ts";

/** How a new row is written: rows with the same shape share a statement. */
export interface InsertShape {
  readonly key: string;
  /** The columns that the server fills, to be read back. */
  readonly returned: readonly ColumnFacts[];
}

const allGiven: InsertShape = { key: "", returned: [] };

/** Gives a new object the values that the program makes. */
export function fillDefaults({ state, facts }: RowWork): void {
  const { values } = state;
  for (const { key, make, column } of facts.columns) {
    if (make === undefined) continue;
    const value = values[key];
    if (value === undefined || (value === null && column.options.primaryKey)) values[key] = make();
  }
}

/**
 * Looks at the values of a new object before anything is sent.
 *
 * @throws {FlushError} a required one is missing, or one is given that the server computes
 */
export function insertShape(unit: Unit, work: RowWork): InsertShape {
  const { state, facts, waiting } = work;
  const { values } = state;
  let returned: ColumnFacts[] | undefined;
  let key = "";
  for (const one of facts.columns) {
    const { key: name, nullable, filledBy, isGenerated } = one;
    const value = values[name];
    if (value === undefined || value === null) {
      if (waiting.length > 0 && waits(work, name)) continue;
      if (filledBy === "server" && (value === undefined || !nullable)) {
        (returned ??= []).push(one);
        key += `${name},`;
        // NULL for a key means that there is none yet.
        if (value === null && !one.column.options.primaryKey) throw missing(unit, state, one, "is null");
        if (value === null) delete values[name];
      } else if (nullable) values[name] = null;
      else throw missing(unit, state, one, value === null ? "is null" : "has no value");
    } else if (isGenerated) {
      throw new FlushError(
        `${facts.mapper.name}.${name} is computed by the server: ${unit.describe(state)} has a value for it`,
      );
    } else if (typeof value === "object" && isExpression(value)) {
      (returned ??= []).push(one);
      key += `${name}=,`;
    }
  }
  return returned === undefined ? allGiven : { key, returned };
}

function waits({ waiting }: RowWork, name: string): boolean {
  return waiting.some(({ pairs }) => pairs.some(({ to }) => to === name));
}

function missing(unit: Unit, state: InstanceState, { key, column }: ColumnFacts, what: string): FlushError {
  const { name } = state.mapper;
  const relation = [...state.mapper.relations.values()].find(
    (property) => property.kind === "belongsTo" && property.pairs.some(({ own }) => own === column),
  );
  const hint =
    relation === undefined
      ? "give it a value, or its column a default"
      : `set ${name}.${relation.key} or ${key}, or put the object into a list of ${relation.target.name}`;
  return new FlushError(`${name}.${key} is required and ${what} in ${unit.describe(state)}: ${hint}`);
}

/** `INSERT` of the rows of one table that have values for the same columns. */
export class InsertStep implements Step {
  readonly turn: number;
  readonly index: number;
  readonly verb = "the INSERT of";
  readonly mustBeSeen = false;
  readonly works: RowWork[] = [];
  readonly #returned: readonly ColumnFacts[];

  constructor({ turn, index }: StepPlace, { returned }: InsertShape) {
    this.turn = turn;
    this.index = index;
    this.#returned = returned;
  }

  get states(): readonly InstanceState[] {
    return this.works.map((work) => work.state);
  }

  build(): Executable<ReturnedRow> {
    const { works } = this;
    const { facts } = works[0]!;
    for (const work of works) takeCopies(work);
    const columns = facts.columns.filter((column) => isWritten(column, works));
    const rows =
      columns.length === 0 ? defaultRows(facts.columns, works.length) : works.map((work) => rowOf(work, columns));
    const statement = insert(facts.table as Target).values(rows);
    if (this.#returned.length === 0) return statement;
    return statement.returning(...(this.#returned.map(({ column }) => column) as never[]));
  }

  /** The rows of VALUES are inserted, and returned, one after the other: see docs/decisions.md. */
  done(result: Result<ReturnedRow>): void {
    if (this.#returned.length === 0) return;
    const rows = result.all();
    this.works.forEach(({ state }, index) => {
      const row = rows[index];
      if (row === undefined)
        throw new FlushError(`the server returned ${rows.length} rows for ${this.works.length} new ones`);
      for (const { key } of this.#returned) state.values[key] = row[key];
    });
  }
}

/** Columns that no row has a value for are left out: they become NULL, or what the server fills in. */
function isWritten({ key, filledBy }: ColumnFacts, works: readonly RowWork[]): boolean {
  if (filledBy === "server") return works[0]!.state.values[key] !== undefined;
  for (const { state } of works) {
    const value = state.values[key];
    if (value !== null && value !== undefined) return true;
  }
  return filledBy === "program";
}

function rowOf({ state }: RowWork, columns: readonly ColumnFacts[]): Readonly<Record<string, unknown>> {
  const { values } = state;
  const row: Record<string, unknown> = {};
  for (const { key } of columns) row[key] = values[key];
  return row;
}

/** Several rows without any value need one column to say so. */
function defaultRows(columns: readonly ColumnFacts[], count: number): readonly Readonly<Record<string, unknown>>[] {
  if (count === 1) return [{}];
  const column = columns.find(({ isGenerated }) => !isGenerated);
  const row = column === undefined ? {} : { [column.key]: byDefault };
  return Array.from({ length: count }, () => row);
}
