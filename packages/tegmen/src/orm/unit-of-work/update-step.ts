import type { Result } from "../../engine/result.ts";
import type { TableColumn } from "../../schema/column.ts";
import type { Executable } from "../../sql/executable.ts";
import type { Target } from "../../sql/definitions.ts";
import { sourceNode } from "../../sql/from-item.ts";
import { expressionNode, type HasNode } from "../../sql/nodes/node-of.ts";
import type { Condition } from "../../sql/operand.ts";
import { update } from "../../sql/update.ts";
import { FlushError } from "../errors.ts";
import { identityKey } from "../session/identity.ts";
import type { InstanceState } from "../state.ts";
import { arrayCell, cell, elementOf, FlushStatement, type ReturnedRow, shapeOf, unnest } from "./flush-statement.ts";
import { takeCopies } from "./key-copies.ts";
import type { RowWork } from "./row-work.ts";
import { staleError } from "./stale.ts";
import type { Step, StepPlace } from "./step.ts";
import type { Unit } from "./unit.ts";
import { isExpression, isSameValue, storedValue, writeValue } from "./write-value.ts";

/** How a changed row is written: rows with the same shape share a statement. */
export interface UpdateShape {
  readonly key: string;
  readonly set: readonly TableColumn[];
  readonly returned: readonly TableColumn[];
  /** Some values are expressions: the row gets a statement of its own. */
  readonly hasExpressions: boolean;
  /** The version is checked and counted on. */
  readonly version: TableColumn | undefined;
}

/**
 * What was changed in an object.
 *
 * @returns undefined if nothing was
 * @throws {FlushError} a required value is NULL, one was given that the server computes
 */
export function updateShape(unit: Unit, work: RowWork): UpdateShape | undefined {
  const { state, facts, waiting } = work;
  const changed = work.replaces === undefined ? changedKeys(work) : givenKeys(work);
  for (const { pairs } of waiting) for (const { to } of pairs) changed.add(to);
  const { version } = facts;
  if (version !== undefined) changed.delete(version.key);
  // The version of an object counts on, whichever of its rows is changed.
  const counts =
    version !== undefined && work.further.some((other) => changedKeys(other).size > 0 || other.waiting.length > 0);
  if (changed.size === 0 && !counts) return undefined;
  for (const { key, makeOnUpdate } of facts.madeOnUpdate) {
    if (changed.has(key)) continue;
    changed.add(key);
    writeValue(state, key, makeOnUpdate!());
  }
  const set: TableColumn[] = [];
  const returned: TableColumn[] = facts.changedByServer.filter(({ key }) => !changed.has(key));
  let hasExpressions = false;
  for (const { column, key, nullable, isGenerated } of facts.columns) {
    if (!changed.has(key)) continue;
    const value = state.values[key];
    if (isGenerated) {
      throw new FlushError(
        `${facts.mapper.name}.${key} is computed by the server: it was changed in ${unit.describe(state)}`,
      );
    }
    if (value === null && !nullable) {
      throw new FlushError(`${facts.mapper.name}.${key} is required and was set to null in ${unit.describe(state)}`);
    }
    if (isExpression(value)) {
      hasExpressions = true;
      returned.push(column);
    }
    set.push(column);
  }
  const names = (columns: readonly TableColumn[]): string => columns.map((column) => column.name).join(",");
  return { key: `${names(set)} ${names(returned)}`, set, returned, hasExpressions, version };
}

function changedKeys({ state, facts }: RowWork): Set<string> {
  const changed = new Set<string>();
  const { original, values } = state;
  for (const key in original) {
    const column = facts.byKey.get(key)?.column;
    if (column === undefined) continue;
    // The key of a row in a further table follows that of the first, by ON UPDATE CASCADE.
    if (facts.isFurther && facts.primaryKey.includes(column)) continue;
    if (!isSameValue(column.type, original[key], values[key])) changed.add(key);
  }
  return changed;
}

/** Of a row that another object takes over: everything is written. */
function givenKeys({ state, facts }: RowWork): Set<string> {
  const given = new Set<string>();
  for (const { key, column, filledBy, isGenerated } of facts.columns) {
    if (isGenerated || facts.primaryKey.includes(column)) continue;
    state.values[key] ??= filledBy === "server" ? byDefault : null;
    given.add(key);
  }
  return given;
}

/** `DEFAULT` as a value. */
export const byDefault: HasNode = { [expressionNode]: { kind: "keyword", text: "DEFAULT" } };

/** `UPDATE` of rows of one table in which the same columns were changed. */
export class UpdateStep implements Step {
  readonly turn: number;
  readonly index: number;
  readonly verb = "the UPDATE of";
  readonly works: RowWork[] = [];
  readonly #unit: Unit;
  readonly #shape: UpdateShape;

  constructor(unit: Unit, { turn, index }: StepPlace, shape: UpdateShape) {
    this.#unit = unit;
    this.turn = turn;
    this.index = index;
    this.#shape = shape;
  }

  get states(): readonly InstanceState[] {
    return this.works.map((work) => work.state);
  }

  get mustBeSeen(): boolean {
    const { loadedNow } = this.#unit.input;
    return this.works.some(({ state, replaces }) => !loadedNow(replaces ?? state));
  }

  build(): Executable<ReturnedRow> {
    const { works } = this;
    for (const work of works) takeCopies(work);
    if (this.#shape.hasExpressions) return this.#withExpressions(works[0]!);
    return works.length === 1 ? this.#one(works[0]!) : this.#many();
  }

  done(result: Result<ReturnedRow>): void {
    const { works } = this;
    const { rowCount } = result;
    if (rowCount !== works.length) throw staleError(this.#unit, "UPDATE", this.states, rowCount ?? 0);
    const { version, returned } = this.#shape;
    if (returned.length > 0) this.#take(result.all());
    if (version === undefined) return;
    for (const work of works) work.state.values[version.key] = nextVersion(versionOf(this.#unit, work, version));
  }

  #take(rows: readonly ReturnedRow[]): void {
    const { works } = this;
    const { returned } = this.#shape;
    const take = ({ values }: InstanceState, row: ReturnedRow): void => {
      for (const { key } of returned) values[key] = row[key];
    };
    if (works.length === 1) {
      take(works[0]!.state, rows[0]!);
      return;
    }
    // UPDATE returns rows in any order.
    const { mapper } = works[0]!.facts;
    const byKey = new Map(works.map(({ state }) => [identityKey(mapper, state.values), state]));
    for (const row of rows) take(byKey.get(identityKey(mapper, row))!, row);
  }

  #one(work: RowWork): Executable<ReturnedRow> {
    const { set, returned, version, key } = this.#shape;
    const { facts, state } = work;
    const { table, primaryKey } = facts;
    const shape = shapeOf(table, `update ${key}`, () => {
      const name = table[sourceNode].text;
      const assignments = set.map(({ node }, index) => `${node.quoted} = $${index + 1}`);
      const conditions = primaryKey.map(({ node }, index) => `${node.qualified} = $${set.length + index + 1}`);
      if (version !== undefined) {
        assignments.push(`${version.node.quoted} = ${version.node.qualified} + 1`);
        conditions.push(`${version.node.qualified} = $${set.length + primaryKey.length + 1}`);
      }
      return {
        sql: `UPDATE ${name} SET ${assignments.join(", ")} WHERE ${conditions.join(" AND ")}${returning(returned)}`,
        returned,
      };
    });
    const cells = set.map((column) => cell(column, state.values[column.key]));
    for (const column of primaryKey) cells.push(cell(column, keyOf(work, column)));
    if (version !== undefined) cells.push(cell(version, versionOf(this.#unit, work, version)));
    return new FlushStatement(shape, cells);
  }

  #many(): Executable<ReturnedRow> {
    const { works } = this;
    const { set, returned, version, key } = this.#shape;
    const { table, primaryKey } = works[0]!.facts;
    const all = [...set, ...primaryKey, ...(version === undefined ? [] : [version])];
    // The key is read back to tell which row is whose.
    const read = returned.length === 0 ? [] : [...primaryKey, ...returned.filter((one) => !primaryKey.includes(one))];
    const shape = shapeOf(table, `updates ${key}`, () => {
      const value = (column: TableColumn, index: number): string => elementOf(column, `v.c${index + 1}`);
      const assignments = set.map((column, index) => `${column.node.quoted} = ${value(column, index)}`);
      const conditions = all
        .slice(set.length)
        .map((column, index) => `${column.node.qualified} = ${value(column, set.length + index)}`);
      if (version !== undefined) assignments.push(`${version.node.quoted} = ${version.node.qualified} + 1`);
      return {
        sql:
          `UPDATE ${table[sourceNode].text} SET ${assignments.join(", ")} FROM ${unnest(all, 1)} ` +
          `WHERE ${conditions.join(" AND ")}${returning(read)}`,
        returned: read,
      };
    });
    const cells = set.map((column) =>
      arrayCell(
        column,
        works.map(({ state }) => state.values[column.key]),
      ),
    );
    for (const column of primaryKey) {
      cells.push(
        arrayCell(
          column,
          works.map((work) => keyOf(work, column)),
        ),
      );
    }
    if (version !== undefined) {
      cells.push(
        arrayCell(
          version,
          works.map((work) => versionOf(this.#unit, work, version)),
        ),
      );
    }
    return new FlushStatement(shape, cells);
  }

  #withExpressions(work: RowWork): Executable<ReturnedRow> {
    const { set, returned, version } = this.#shape;
    const { facts, state } = work;
    const values: Record<string, unknown> = {};
    for (const { key } of set) values[key] = state.values[key];
    const conditions = facts.primaryKey.map((column) => column.eq(keyOf(work, column)));
    if (version !== undefined) {
      values[version.key] = version.plus(1);
      conditions.push(version.eq(versionOf(this.#unit, work, version)));
    }
    const statement = update(facts.table as Target)
      .set(values)
      .where(...(conditions as unknown as readonly Condition[]));
    return statement.returning(...(returned as never[]));
  }
}

/** The key that a row has: that of a row in a further table has been changed already, with that of the first. */
function keyOf({ state, facts }: RowWork, { key }: TableColumn): unknown {
  return facts.isFurther ? state.values[key] : storedValue(state, key);
}

function returning(columns: readonly TableColumn[]): string {
  return columns.length === 0 ? "" : ` RETURNING ${columns.map(({ node }) => node.qualified).join(", ")}`;
}

/**
 * The version that a row has in the database.
 *
 * @throws {FlushError} it is not loaded
 */
export function versionOf(
  unit: Unit,
  { state, replaces }: Pick<RowWork, "state" | "replaces">,
  version: TableColumn,
): unknown {
  const value = storedValue(replaces ?? state, version.key);
  if (value !== undefined && value !== null) return value;
  throw new FlushError(
    `the version ${state.mapper.name}.${version.key} of ${unit.describe(state)} is not loaded: call await ` +
      "session.refresh(object) first",
  );
}

function nextVersion(version: unknown): unknown {
  return typeof version === "bigint" ? version + 1n : Number(version) + 1;
}
