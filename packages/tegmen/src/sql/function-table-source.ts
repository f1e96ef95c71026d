import { ArgumentError } from "../errors/index.ts";
import { quoteIdentifier } from "../text/index.ts";
import { int, type AnySqlType } from "../types/index.ts";
import { SqlExpression } from "./expression.ts";
import type { Families } from "./expressions.ts";
import { sourceNode, type FromItem, type sourceName } from "./from-item.ts";
import { columnNode } from "./items.ts";
import type { FunctionNode } from "./nodes/expression-node.ts";
import type { FunctionSourceNode } from "./nodes/source-node.ts";
import type { typeFamily, valueType } from "./operand.ts";
import { resolveType, type TypeReference } from "./type-reference.ts";

/** The types of the columns that a function returns, by their names. */
export interface ColumnTypeReferences {
  readonly [name: string]: TypeReference;
}

/** The columns of a function in FROM. */
export type FunctionColumns<N extends string, C extends ColumnTypeReferences> = {
  readonly [K in keyof C & string]: Families<C[K][typeof valueType], N | null, K>[C[K][typeof typeFamily]];
};

/** The number of the row, counted from 1. */
export interface OrdinalityColumn<N extends string> {
  readonly ordinality: Families<number, N, "ordinality">["numeric"];
}

/** A function that returns rows, in FROM. SQLAlchemy: `TableValuedAlias`. */
export class FunctionTable<N extends string, Columns> implements FromItem<N, Columns> {
  declare readonly [sourceName]: N;
  readonly [sourceNode]: FunctionSourceNode;
  /** The columns, by their keys. */
  readonly c: Columns;

  /** Made by `tableValued()`. */
  constructor(node: FunctionSourceNode, columns: Columns) {
    this[sourceNode] = node;
    this.c = columns;
  }
}

/** Makes a call a source of rows. */
export function functionTable(
  call: FunctionNode,
  type: AnySqlType | undefined,
  name: string,
  references: ColumnTypeReferences | undefined,
  ordinality: boolean,
): FunctionTable<string, unknown> {
  const typed = Object.entries(references ?? {}).map(
    ([column, reference]) => [column, resolveType(reference, "tableValued()")] as const,
  );
  const columns: (readonly [string, AnySqlType | undefined])[] = references === undefined ? [[name, type]] : typed;
  if (columns.length === 0) throw new ArgumentError("tableValued() was given no columns");
  if (ordinality) columns.push(["ordinality", int]);
  const node: FunctionSourceNode = {
    kind: "function-source",
    name,
    qualifier: quoteIdentifier(name),
    call,
    columns: columns.map(([column]) => quoteIdentifier(column)),
    ordinality,
  };
  const made = columns.map(([column, own]) => [column, new SqlExpression(columnNode(node, column), own, column)]);
  return new FunctionTable(node, Object.fromEntries(made));
}
