import type { Field, RawRow } from "../../drivers/driver.ts";
import { displayWidth, escapeControls } from "./display-width.ts";

/** How results can be written. */
export const formats = ["table", "tsv", "csv", "records"] as const;

/** How results are written. */
export type Format = (typeof formats)[number];

/** The part of a column that is shown. */
export type Column = Pick<Field, "name" | "typeOid">;

/** int8, int2, int4, oid, float4, float8, numeric */
const numeric: ReadonlySet<number> = new Set([20, 21, 23, 26, 700, 701, 1700]);

/**
 * Lays out rows as psql does: columns aligned, numbers to the right, lines of a cell below each other
 * with a `+` where another follows.
 *
 * @returns the lines, without the row count
 */
export function tableLines(columns: readonly Column[], rows: readonly RawRow[]): string[] {
  const right = columns.map(({ typeOid }) => numeric.has(typeOid));
  const header = columns.map(({ name }) => [escapeControls(name)]);
  const body = rows.map((row) => columns.map((_, index) => cellLines(row[index] ?? null)));
  const widths = header.map((lines) => widest(lines));
  for (const row of body) {
    row.forEach((lines, index) => {
      widths[index] = Math.max(widths[index] ?? 0, widest(lines));
    });
  }
  const last = columns.length - 1;
  const line = (cells: readonly (readonly string[])[], at: number): string => {
    const parts = cells.map((lines, index) => {
      const more = at < lines.length - 1 ? "+" : index === last ? "" : " ";
      return ` ${pad(lines[at] ?? "", widths[index] ?? 0, right[index] ?? false)}${more}`;
    });
    return parts.join("|").trimEnd();
  };
  return [
    line(header, 0),
    widths.map((width) => "-".repeat(width + 2)).join("+"),
    ...body.flatMap((cells) => {
      const height = Math.max(1, ...cells.map((lines) => lines.length));
      return Array.from({ length: height }, (_, at) => line(cells, at));
    }),
  ];
}

/** How many columns of the terminal {@link tableLines} would take. */
export function tableWidth(lines: readonly string[]): number {
  return widest(lines.slice(0, 2));
}

/** Lays out each row by itself, a line for each column: for rows that are too wide for a table. */
export function recordLines(columns: readonly Column[], rows: readonly RawRow[]): string[] {
  const names = columns.map(({ name }) => escapeControls(name));
  const width = widest(names);
  return rows.flatMap((row, index) => [
    `-[ RECORD ${index + 1} ]`,
    ...names.flatMap((name, column) =>
      cellLines(row[column] ?? null).map((line, at) =>
        `${pad(at === 0 ? name : "", width, false)} | ${line}`.trimEnd(),
      ),
    ),
  ]);
}

/**
 * Writes one line of CSV (RFC 4180) or of tab-separated values; what would be ambiguous is in double quotes.
 *
 * @param cells the values; null becomes NULL
 */
export function separatedLine(cells: RawRow, format: "csv" | "tsv"): string {
  const separator = format === "csv" ? "," : "\t";
  return cells.map((cell) => (cell === null ? "NULL" : quoteCell(cell, separator))).join(separator);
}

/** `(1 row)`, `(5 rows)` */
export function rowCount(count: number): string {
  return `(${count} ${count === 1 ? "row" : "rows"})`;
}

/** A text `NULL` is quoted, so that it is not taken for none. */
function quoteCell(cell: string, separator: string): string {
  const plain = !cell.includes(separator) && !/["\n\r]/.test(cell) && cell !== "NULL";
  return plain ? cell : `"${cell.replaceAll('"', '""')}"`;
}

/** Texts of several lines are often SQL, as of SHOW CREATE TABLE: in them a tab is for indentation. */
function cellLines(value: string | null): string[] {
  if (value === null) return ["NULL"];
  if (!value.includes("\n")) return [escapeControls(value)];
  return value.split("\n").map((line) => escapeControls(line.replaceAll("\t", "  ")));
}

function widest(lines: readonly string[]): number {
  return lines.reduce((most, line) => Math.max(most, displayWidth(line)), 0);
}

function pad(text: string, width: number, right: boolean): string {
  const space = " ".repeat(Math.max(0, width - displayWidth(text)));
  return right ? space + text : text + space;
}
