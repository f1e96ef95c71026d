import type { TableItem } from "../schema/constraint.ts";
import type { TableOptions } from "../schema/table-options.ts";
import type { UnfinishedColumns } from "../schema/column-builder.ts";

/** Options of `entity()`: those of its table, and its own. */
export interface EntityOptions extends TableOptions {
  /**
   * The key of an integer column that counts the versions of a row: an UPDATE or DELETE of a row that was changed in
   * between raises `StaleDataError`. SQLAlchemy: `version_id_col`.
   */
  readonly version?: string;
  /** Constraints and indexes of the table. */
  readonly items?: (columns: UnfinishedColumns) => readonly TableItem[];
}
