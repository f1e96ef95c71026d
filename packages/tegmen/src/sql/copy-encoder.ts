import { ArgumentError, DataError, describeValue, PrecisionError } from "../errors/index.ts";
import { copyText } from "../types/index.ts";
import { assignedValue, writableColumn } from "./assignments.ts";
import { targetOf, type Target, type TargetColumn } from "./definitions.ts";
import { columnPath } from "./expression.ts";
import { sourceNodeOf } from "./from-item.ts";

/** Writes rows as lines of COPY in text format, each value by the type of its column. */
export class CopyEncoder {
  /** `COPY t (a, b) FROM STDIN` */
  readonly sql: string;
  readonly #columns: readonly TargetColumn[];
  /** What a row may have; undefined where it may have anything besides. */
  readonly #keys: ReadonlySet<string> | undefined;

  /**
   * @param keys the columns to fill; without them, those that the first row has
   * @throws {ArgumentError} a key is no column, or there are none
   */
  constructor(target: Target, keys: readonly string[] | undefined, firstRow: unknown) {
    const table = sourceNodeOf(target, "copyFrom()");
    if (table.kind !== "table") throw new ArgumentError(`copyFrom() expects a table; "${table.name}" is none`);
    const columns = target[targetOf];
    const used = new Map<string, TargetColumn>();
    for (const key of keys ?? Object.keys(checkRow(firstRow, 1))) {
      used.set(key, writableColumn(columns, key, "copyFrom()"));
    }
    for (const [key, column] of columns) if (column.clientDefault !== undefined) used.set(key, column);
    if (used.size === 0) throw new ArgumentError("copyFrom() needs at least one column to fill");
    this.#columns = [...used.values()];
    this.#keys = keys === undefined ? new Set(used.keys()) : undefined;
    this.sql = `COPY ${table.text} (${this.#columns.map(({ node }) => node.quoted).join(", ")}) FROM STDIN`;
  }

  /**
   * One row as a line.
   *
   * @param number counts the rows from 1: errors name it
   * @throws {ArgumentError} the row has no value for a column, or one for another column
   * @throws {DataError} a column's type cannot hold a value
   */
  line(row: unknown, number: number): string {
    const values = checkRow(row, number);
    let line = "";
    let given = 0;
    for (const column of this.#columns) {
      if (column !== this.#columns[0]) line += "\t";
      if (Object.hasOwn(values, column.key)) given++;
      line += copyText(this.#text(column, values, number));
    }
    if (this.#keys !== undefined && Object.keys(values).length > given) this.#refuseOther(values, number);
    return `${line}\n`;
  }

  #refuseOther(row: Readonly<Record<string, unknown>>, number: number): never {
    const other = Object.keys(row).find((key) => this.#keys?.has(key) === false);
    throw new ArgumentError(
      `copyFrom(): row ${number} has a value for ${JSON.stringify(other)}, and the first row has none: name all ` +
        "columns with the option columns",
    );
  }

  #text(column: TargetColumn, row: Readonly<Record<string, unknown>>, number: number): string | null {
    const { key, type, clientDefault } = column;
    const given = Object.hasOwn(row, key);
    if (!given && clientDefault === undefined) {
      throw new ArgumentError(
        `copyFrom(): row ${number} has no value for "${key}": COPY knows no DEFAULT for single rows; pass null for NULL`,
      );
    }
    const value = given ? row[key] : clientDefault!();
    try {
      if (value === null) return null;
      if (typeof value !== "object" && value !== undefined) return (type.encode as (value: unknown) => string)(value);
      return plainText(column, value);
    } catch (error) {
      throw inRow(error, column, value, number);
    }
  }
}

function plainText(column: TargetColumn, value: unknown): string | null {
  const node = assignedValue(column, value);
  if (node.kind === "parameter") return node.text;
  throw new ArgumentError(`${columnPath(column.node)} was given an expression: COPY takes values only`);
}

function checkRow(row: unknown, number: number): Readonly<Record<string, unknown>> {
  if (typeof row === "object" && row !== null && !Array.isArray(row)) return row as Readonly<Record<string, unknown>>;
  throw new ArgumentError(
    `copyFrom(): row ${number} is to be an object of values by the keys of columns, got ${describeValue(row)}`,
  );
}

/** The same error, with the row and the column. */
function inRow(error: unknown, column: TargetColumn, value: unknown, number: number): unknown {
  try {
    // Its error names the column.
    assignedValue(column, value);
  } catch (named) {
    if (named instanceof ArgumentError) return new ArgumentError(`copyFrom(): row ${number}: ${named.message}`);
    if (!(named instanceof DataError)) return named;
    const ErrorClass = named instanceof PrecisionError ? PrecisionError : DataError;
    const { dataType, hint, table, column: name } = named;
    const [first = ""] = named.message.split("\n", 1);
    return new ErrorClass(`copyFrom(): row ${number}: ${first}`, { dataType, hint, table, column: name, cause: error });
  }
  return error;
}
