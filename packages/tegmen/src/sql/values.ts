import { ArgumentError } from "../errors/index.ts";
import { quoteIdentifier } from "../text/index.ts";
import type { AnySqlType } from "../types/index.ts";
import { SqlExpression } from "./expression.ts";
import type { Families } from "./expressions.ts";
import { sourceNode, type FromItem, type sourceName } from "./from-item.ts";
import { inferType } from "./infer-type.ts";
import { columnNode } from "./items.ts";
import type { ExpressionNode } from "./nodes/expression-node.ts";
import { nodeOf } from "./nodes/node-of.ts";
import { parameterNode } from "./nodes/parameter.ts";
import type { ValuesNode } from "./nodes/source-node.ts";
import type { FamilyOfValue, nullSources, Operand, valueType } from "./operand.ts";

/** What can stand in VALUES. */
export type ValuesCell = string | number | bigint | boolean | Date | null | Operand;

type CellValue<V> = V extends Operand ? V[typeof valueType] : NonNullable<V>;
type CellNull<V> = V extends Operand ? Extract<V[typeof nullSources], null> : Extract<V, null>;

/** The columns of VALUES. */
export type ValuesColumns<N extends string, Row extends readonly unknown[], Names extends readonly string[]> = {
  readonly [I in keyof Names & `${number}` as Names[I] & string]: I extends keyof Row
    ? Families<CellValue<Row[I]>, N | CellNull<Row[I]>, Names[I] & string>[FamilyOfValue<CellValue<Row[I]>>]
    : never;
};

/** Rows that are written into the statement. */
export class Values<N extends string, Columns> implements FromItem<N, Columns> {
  declare readonly [sourceName]: N;
  readonly [sourceNode]: ValuesNode;
  /** The columns, by their keys. */
  readonly c: Columns;

  /** Made by {@link values}. */
  constructor(node: ValuesNode, columns: Columns) {
    this[sourceNode] = node;
    this.c = columns;
  }
}

/**
 * `VALUES`: rows to join with, or to select from.
 *
 * @param rows the rows, all with the same number of values
 * @param name a name for them
 * @param columns the names of the columns
 *
 * @example
 * ```ts
 * const rates = values([["us", 1], ["eu", 2]], "rates", ["region", "rate"]);
 * select(t.id, rates.c.rate).innerJoin(rates, rates.c.region.eq(t.region));
 * ```
 *
 * SQLAlchemy: `values()`.
 */
export function values<
  const N extends string,
  Row extends readonly [ValuesCell, ...ValuesCell[]],
  const Names extends { readonly [I in keyof Row]: string },
>(rows: readonly Row[], name: N, columns: Names): Values<N, ValuesColumns<N, Row, Names & readonly string[]>> {
  const names: readonly string[] = columns;
  const [first] = rows;
  if (first === undefined) throw new ArgumentError("values() expects at least one row");
  const types = names.map((_, index) => typeOfColumn(rows, index));
  const node: ValuesNode = {
    kind: "values",
    name,
    qualifier: quoteIdentifier(name),
    columns: names.map(quoteIdentifier),
    rows: rows.map((row) => rowNodes(row, types)),
  };
  const made = names.map((column, index) => [
    column,
    new SqlExpression(columnNode(node, column), types[index], column),
  ]);
  return new Values(node, Object.fromEntries(made) as never);
}

function typeOfColumn(rows: readonly (readonly unknown[])[], index: number): AnySqlType | undefined {
  for (const row of rows) {
    const value = row[index];
    if (value instanceof SqlExpression) return value.type;
    if (value !== null && value !== undefined && nodeOf(value) === undefined) return inferType(value, "values()");
  }
  return undefined;
}

function rowNodes(row: readonly unknown[], types: readonly (AnySqlType | undefined)[]): readonly ExpressionNode[] {
  if (row.length !== types.length) {
    throw new ArgumentError(`values() names ${types.length} columns, but a row has ${row.length} values`);
  }
  return row.map((value, index) => {
    const type = types[index];
    if (value === undefined) throw new ArgumentError(`values() was given undefined for column ${index + 1}`);
    if (value === null && type === undefined) {
      throw new ArgumentError(`column ${index + 1} of values() is null in all rows, so its type is unknown`);
    }
    return nodeOf(value) ?? parameterNode(value, type, type?.castName, `column ${index + 1} of values()`);
  });
}
