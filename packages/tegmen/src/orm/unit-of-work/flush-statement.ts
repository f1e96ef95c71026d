import type { TableColumn } from "../../schema/column.ts";
import { columnPath } from "../../sql/expression.ts";
import {
  compileStatement,
  type CompiledStatement,
  type Executable,
  type ResultColumn,
  type StatementShape,
} from "../../sql/executable.ts";
import { parameterNode } from "../../sql/nodes/parameter.ts";
import { arrayText } from "../../types/index.ts";

/** A row as RETURNING gives it, by the keys of the columns. */
export type ReturnedRow = Readonly<Record<string, unknown>>;

/** A statement of a flush: its text depends on the columns only, and is made once for each set of them. */
export class FlushStatement implements Executable<ReturnedRow>, CompiledStatement {
  readonly shape: StatementShape;
  readonly parameters: readonly (string | null)[];
  readonly values: readonly unknown[];

  constructor(shape: StatementShape, cells: readonly Cell[]) {
    this.shape = shape;
    this.parameters = cells.map(({ text }) => text);
    this.values = cells.map(({ value }) => value);
  }

  [compileStatement](): CompiledStatement {
    return this;
  }
}

/** A parameter: as it is sent, and as it was. */
export interface Cell {
  readonly text: string | null;
  readonly value: unknown;
}

/**
 * One value as a parameter.
 *
 * @throws {DataError} the column's type cannot hold it; the message names the column
 */
export function cell(column: TableColumn, value: unknown): Cell {
  return parameterNode(value, column.type, undefined, columnPath(column.node));
}

/** The values that one column gets in many rows, as one parameter: an array. */
export function arrayCell(column: TableColumn, values: readonly unknown[]): Cell {
  const texts = values.map((value) => cell(column, value).text);
  return { text: arrayText(texts), value: values };
}

/**
 * Types of which arrays are written as such. All others travel as arrays of text and are cast one by one: enums, JSONB,
 * arrays and so on have no arrays of their own in every version, or none whose elements read like their values.
 */
const inArrays: ReadonlySet<number | undefined> = new Set([
  16, 17, 20, 21, 23, 25, 700, 701, 869, 1042, 1043, 1082, 1083, 1114, 1184, 1186, 1700, 2950,
]);

/** The type to cast the array of a column's values to. */
export function arrayType({ type }: TableColumn): string {
  return inArrays.has(type.oid) ? `${type.castName}[]` : "STRING[]";
}

/** An element of such an array, as a value of the column's type. */
export function elementOf({ type }: TableColumn, element: string): string {
  return inArrays.has(type.oid) ? element : `${element}::${type.castName}`;
}

/** Several arrays as the rows of a source: `unnest($1::UUID[], $2::INT8[]) AS v (c1, c2)`. */
export function unnest(columns: readonly TableColumn[], first: number): string {
  const arrays = columns.map((column, index) => `$${first + index}::${arrayType(column)}`);
  const names = columns.map((_, index) => `c${first + index}`);
  return `unnest(${arrays.join(", ")}) AS v (${names.join(", ")})`;
}

/** How the columns of RETURNING are read. */
export function resultColumns(returned: readonly TableColumn[]): readonly ResultColumn[] {
  return returned.map((column) => column.item.result);
}

const shapes = new WeakMap<object, Map<string, StatementShape>>();

/**
 * The shape of a statement about a table, made when it is first needed.
 *
 * @param key what the shape depends on besides the table
 */
export function shapeOf(
  table: object,
  key: string,
  make: () => { readonly sql: string; readonly returned: readonly TableColumn[] },
): StatementShape {
  let ofTable = shapes.get(table);
  if (ofTable === undefined) shapes.set(table, (ofTable = new Map()));
  let shape = ofTable.get(key);
  if (shape === undefined) {
    const { sql, returned } = make();
    const columns = returned.length === 0 ? undefined : resultColumns(returned);
    ofTable.set(key, (shape = Object.freeze({ sql, prepare: true, columns, readsOnly: false })));
  }
  return shape;
}
