import { unimplemented } from "../sql-error.ts";
import type { ValueType } from "../typing/value-type.ts";

/** How one item of ORDER BY is written. */
export interface SortKeyOptions {
  readonly descending: boolean;
  /** The value is not NULL, so that an index serves without a clause on NULLs. */
  readonly neverNull: boolean;
  /**
   * The text stands for a result column (a position, an alias), or has to be one as with DISTINCT: nothing can be made
   * of it.
   */
  readonly exact: boolean;
}

/**
 * One item of ORDER BY for the backend: NULLs come first in ascending and last in descending order, NaN comes
 * before all numbers, and arrays are ordered by the compatibility schema's operators.
 *
 * @throws SqlError 0A000 for a type without an order
 */
export function sortKeys(text: string, type: ValueType | undefined, options: SortKeyOptions): string {
  const { descending, neverNull, exact } = options;
  if (type?.family === "jsonb") throw unimplemented("can't order by column type jsonb", 35_706);
  const direction = descending ? " DESC" : "";
  const nulls = neverNull ? "" : descending ? " NULLS LAST" : " NULLS FIRST";
  const family = type?.family;
  const number = family === "float" || family === "decimal";
  if (number && !exact) return `((${text}) <> 'NaN')${direction}${nulls}, ${text}${direction}${nulls}`;
  if (number || family === "array") {
    return `${text} USING OPERATOR(crdb_demo.${descending ? ">" : "<"})${nulls}`;
  }
  return `${text}${direction}${nulls}`;
}
