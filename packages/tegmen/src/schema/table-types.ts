import type { Definitions } from "../sql/definitions.ts";
import type { Family, nullSources, typeFamily, valueType } from "../sql/operand.ts";
import type { ColumnFamilies } from "./column.ts";

/**
 * The columns of a table or an alias.
 *
 * @typeParam N the name of the table or alias
 * @typeParam C the definitions
 */
export type Columns<N extends string, C extends Definitions> = {
  readonly [K in keyof C & string]: ColumnFamilies<
    C[K][typeof valueType],
    N | C[K][typeof nullSources],
    K
  >[C[K][typeof typeFamily] & Family];
};
