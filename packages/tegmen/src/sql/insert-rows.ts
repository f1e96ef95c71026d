import { ArgumentError, describeValue } from "../errors/index.ts";
import { assignedValue, generatedValue, writableColumn, type TargetColumns } from "./assignments.ts";
import type { TargetColumn } from "./definitions.ts";
import { columnPath } from "./expression.ts";
import type { ExpressionNode } from "./nodes/expression-node.ts";
import { nodeOf } from "./nodes/node-of.ts";
import { parameterNode } from "./nodes/parameter.ts";
import type { CellsNode, ColumnsNode, InsertNode } from "./nodes/query-node.ts";

/** A row of values by the keys of their columns. */
type Row = Readonly<Record<string, unknown>>;

/** From so many rows on, columns of values are quicker than a node for every value (docs/decisions.md). */
const fewestInColumns = 20;

const defaultKeyword: ExpressionNode = { kind: "keyword", text: "DEFAULT" };

/**
 * The rows of VALUES. All have the same columns: those that any of them has a value for.
 *
 * @throws {ArgumentError} there are none, a key is no column, a value is undefined
 * @throws {DataError} a column's type cannot hold a value
 */
export function insertRows(columns: TargetColumns, rows: readonly unknown[]): Pick<InsertNode, "into" | "source"> {
  if (rows.length === 0) throw new ArgumentError("values() expects at least one row");
  const used = new Map<string, TargetColumn>();
  for (const row of rows) {
    if (typeof row !== "object" || row === null || Array.isArray(row)) {
      throw new ArgumentError(
        `values() expects rows: objects of values by the keys of columns, got ${describeValue(row)}`,
      );
    }
    for (const key of Object.keys(row)) {
      if (!used.has(key)) used.set(key, writableColumn(columns, key, "values()"));
    }
  }
  for (const [key, column] of columns) if (column.clientDefault !== undefined) used.set(key, column);
  if (used.size === 0 && rows.length === 1) return { into: [], source: undefined };
  if (used.size === 0) throw new ArgumentError("values() was given several rows without any value");
  const list = rows as readonly Row[];
  const into = [...used.values()];
  return { into: into.map((column) => column.node), source: columnsNode(into, list) ?? rowNodes(into, list) };
}

/**
 * The same INSERT, with the defaults of the program's that its rows lack: they are made anew for every execution.
 *
 * @throws {DataError} a column's type cannot hold its default
 */
export function completedRows(node: InsertNode): InsertNode {
  const { source } = node;
  if (source === undefined || !("kind" in source) || source.kind !== "columns") return node;
  if (source.cells.every(({ make }) => make === undefined)) return node;
  const made = source.cells.map((cells) => madeCells(cells));
  if (made.every((cells) => cells !== undefined)) return { ...node, source: { ...source, cells: made } };
  // A default is an expression.
  const rows = Array.from({ length: source.rowCount }, (_, row) => source.cells.map((cells) => cellNode(cells, row)));
  return { ...node, source: rows };
}

/** One value of a column as a node. */
function cellNode({ texts, values, type, make }: CellsNode, row: number): ExpressionNode {
  const text = texts[row];
  if (text === undefined && make !== undefined) return make();
  return { kind: "parameter", text: text ?? null, value: values[row], type, cast: undefined };
}

/** The column without gaps; undefined where its default is an expression. */
function madeCells(cells: CellsNode): CellsNode | undefined {
  const { make, type } = cells;
  if (make === undefined) return cells;
  const texts = [...cells.texts];
  const values = [...cells.values];
  for (let row = 0; row < texts.length; row++) {
    if (texts[row] !== undefined) continue;
    const node = make();
    if (node.kind !== "parameter") return undefined;
    texts[row] = node.text;
    values[row] = node.value;
  }
  return { type, texts, values, make: undefined };
}

/** The rows by columns; undefined where they are few, hold expressions, or leave something to the server. */
function columnsNode(into: readonly TargetColumn[], rows: readonly Row[]): ColumnsNode | undefined {
  if (rows.length < fewestInColumns) return undefined;
  const cells: CellsNode[] = [];
  for (const column of into) {
    const made = columnCells(column, rows);
    if (made === undefined) return undefined;
    cells.push(made);
  }
  return { kind: "columns", cells, rowCount: rows.length };
}

function columnCells(column: TargetColumn, rows: readonly Row[]): CellsNode | undefined {
  const { key, type, clientDefault } = column;
  const encode = type.encode as (value: unknown) => string;
  const texts: (string | null | undefined)[] = [];
  const values: unknown[] = [];
  let hasGaps = false;
  for (const row of rows) {
    if (!Object.hasOwn(row, key)) {
      if (clientDefault === undefined) return undefined;
      hasGaps = true;
      texts.push(undefined);
      values.push(undefined);
      continue;
    }
    const value = row[key];
    if (typeof value === "object" ? value !== null && nodeOf(value) !== undefined : typeof value === "function") {
      return undefined;
    }
    let text: string | null;
    try {
      if (value === undefined) throw new ArgumentError("undefined");
      text = value === null ? null : encode(value);
    } catch (error) {
      // Says which column it is.
      parameterNode(value, type, undefined, columnPath(column.node));
      throw error;
    }
    texts.push(text);
    values.push(value);
  }
  const make = clientDefault;
  return {
    type,
    texts,
    values,
    make: hasGaps && make !== undefined ? () => assignedValue(column, make()) : undefined,
  };
}

function rowNodes(into: readonly TargetColumn[], rows: readonly Row[]): readonly (readonly ExpressionNode[])[] {
  return rows.map((row) => into.map((column) => valueNode(column, row)));
}

function valueNode(column: TargetColumn, row: Row): ExpressionNode {
  if (Object.hasOwn(row, column.key)) return assignedValue(column, row[column.key]);
  const make = column.clientDefault;
  return make === undefined ? defaultKeyword : generatedValue(column, make);
}
