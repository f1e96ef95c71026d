import type { ServerVersion } from "../sql/executable.ts";
import type { CellsNode, ColumnsNode, InsertNode } from "../sql/nodes/query-node.ts";
import { arrayText } from "../types/index.ts";
import type { Output } from "./output.ts";

/**
 * Types of which an array's text says the same as the value's own: BOOL, BYTES, integers, floats, text, DECIMAL, INET,
 * dates, times and UUID. Arrays of JSONB, of enums, of arrays and the like are left out: not every version has them, or
 * they need the type of the cluster.
 */
const inArrays: ReadonlySet<number | undefined> = new Set([
  16, 17, 20, 21, 23, 25, 700, 701, 869, 1042, 1043, 1082, 1083, 1114, 1184, 1186, 1700, 2950,
]);

/**
 * Whether an INSERT of many rows can take one array for each column. One with RETURNING cannot: CockroachDB promises no
 * order for rows that come from a SELECT.
 */
export function takesArrays(node: InsertNode, { isCockroach }: ServerVersion): boolean {
  const { source } = node;
  if (!isCockroach || node.items.length > 0) return false;
  if (source === undefined || !("kind" in source) || source.kind !== "columns") return false;
  return source.cells.every(({ type, make }) => make === undefined && inArrays.has(type.oid));
}

/** The source of an INSERT: ` SELECT * FROM unnest($1::INT8[], ...)`, or ` VALUES ($1, $2), ...`. */
export function writeColumns(out: Output, node: InsertNode, source: ColumnsNode): void {
  if (takesArrays(node, out.version)) writeArrays(out, source);
  else writeValues(out, source);
}

function writeArrays(out: Output, { cells }: ColumnsNode): void {
  out.add(" SELECT * FROM unnest(");
  cells.forEach(({ type, texts, values }, index) => {
    if (index > 0) out.add(", ");
    const text = arrayText(texts as readonly (string | null)[]);
    out.parameter({ kind: "parameter", text, value: values, type: undefined, cast: `${type.castName}[]` });
  });
  out.add(")");
}

function writeValues(out: Output, { cells, rowCount }: ColumnsNode): void {
  out.add(" VALUES ");
  for (let row = 0; row < rowCount; row++) {
    out.add(row === 0 ? "(" : ", (");
    for (let column = 0; column < cells.length; column++) {
      if (column > 0) out.add(", ");
      writeCell(out, cells[column]!, row);
    }
    out.add(")");
  }
}

function writeCell(out: Output, { type, texts, values, make }: CellsNode, row: number): void {
  const text = texts[row];
  if (text === undefined && make !== undefined) out.generated({ kind: "generated", make });
  else out.parameter({ kind: "parameter", text: text ?? null, value: values[row], type, cast: undefined });
}
