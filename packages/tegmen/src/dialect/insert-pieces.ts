import type { ServerVersion, StatementPiece, StatementPieces } from "../sql/executable.ts";
import type { ExpressionNode } from "../sql/nodes/expression-node.ts";
import type { ColumnsNode, InsertNode } from "../sql/nodes/query-node.ts";
import { compileQuery } from "./compile-query.ts";
import { takesArrays } from "./write-columns.ts";

/**
 * The most placeholders for rows. The protocol counts to 65,535, postgres.js to 65,533, and some are left for ON
 * CONFLICT and RETURNING.
 */
const mostCells = 65_000;

/** Rows of a statement that takes arrays: more of them are not quicker, and nothing is heard until they are in. */
const mostRows = 10_000;

/**
 * The most UTF-16 units of all values. CockroachDB takes messages of 16 MiB (`sql.conn.max_read_buffer_message_size`),
 * and a unit is at most three bytes of UTF-8 or, quoted in an array, two.
 */
const mostUnits = 5_000_000;

/** An expression of a row may have some parameters. */
const cellsOfExpression = 8;

type Rows = ColumnsNode | readonly (readonly ExpressionNode[])[];

/**
 * Cuts an INSERT of many rows into statements that the server takes.
 *
 * @returns undefined if it fits into one, or cannot be cut because queries in WITH would run several times
 */
export function insertPieces(node: InsertNode, version: ServerVersion): StatementPieces | undefined {
  const { source } = node;
  if (source === undefined || node.ctes.length > 0) return undefined;
  if ("kind" in source && source.kind !== "columns") return undefined;
  const ends = "kind" in source ? endsOfColumns(node, source, version) : endsOfRows(source);
  const rows = ends.at(-1) ?? 0;
  return ends.length < 2 ? undefined : { rows, count: ends.length, pieces: compiled(node, source, ends, version) };
}

/** The whole INSERT as a single piece. */
export function onePiece(node: InsertNode, version: ServerVersion): StatementPieces {
  const { source } = node;
  const rows = source !== undefined && "kind" in source && source.kind === "columns" ? source.rowCount : 1;
  const count = Array.isArray(source) ? source.length : rows;
  return { rows: count, count: 1, pieces: [{ ...compileQuery(node, version), rows: count }] };
}

function* compiled(
  node: InsertNode,
  source: Rows,
  ends: readonly number[],
  version: ServerVersion,
): Generator<StatementPiece> {
  let start = 0;
  for (const end of ends) {
    yield { ...compileQuery({ ...node, source: slice(source, start, end) }, version), rows: end - start };
    start = end;
  }
}

function slice(source: Rows, start: number, end: number): Rows {
  if (!("kind" in source)) return source.slice(start, end);
  const cells = source.cells.map(({ type, texts, values, make }) => ({
    type,
    texts: texts.slice(start, end),
    values: values.slice(start, end),
    make,
  }));
  return { kind: "columns", cells, rowCount: end - start };
}

function endsOfColumns(node: InsertNode, source: ColumnsNode, version: ServerVersion): readonly number[] {
  const { cells, rowCount } = source;
  const most = takesArrays(node, version) ? mostRows : Math.max(1, Math.floor(mostCells / cells.length));
  const ends: number[] = [];
  let start = 0;
  let units = 0;
  for (let row = 0; row < rowCount; row++) {
    let more = 0;
    for (const { texts } of cells) more += (texts[row]?.length ?? 0) + 4;
    if (row > start && (row - start >= most || units + more > mostUnits)) {
      ends.push(row);
      start = row;
      units = 0;
    }
    units += more;
  }
  ends.push(rowCount);
  return ends;
}

function endsOfRows(rows: readonly (readonly ExpressionNode[])[]): readonly number[] {
  const ends: number[] = [];
  let start = 0;
  let units = 0;
  let count = 0;
  rows.forEach((row, index) => {
    let more = 0;
    let placeholders = 0;
    for (const cell of row) {
      more += cell.kind === "parameter" ? (cell.text?.length ?? 0) + 4 : 4;
      if (cell.kind !== "keyword") placeholders += cell.kind === "parameter" ? 1 : cellsOfExpression;
    }
    if (index > start && (count + placeholders > mostCells || units + more > mostUnits)) {
      ends.push(index);
      start = index;
      units = 0;
      count = 0;
    }
    units += more;
    count += placeholders;
  });
  ends.push(rows.length);
  return ends;
}
