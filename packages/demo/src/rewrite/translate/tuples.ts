import type { Expr } from "../ast.ts";
import { SqlError } from "../sql-error.ts";
import type { ValueType } from "../typing/value-type.ts";

type Field = Extract<Expr, { kind: "field" }>;
type Tuple = Extract<Expr, { kind: "tuple" }>;

/** The tuple itself, where an expression is one that is written out. */
export function writtenTuple(expr: Expr): Tuple | undefined {
  if (expr.kind === "paren") return writtenTuple(expr.operand);
  return expr.kind === "tuple" ? expr : undefined;
}

/** @throws SqlError 42601 for more or fewer labels than values */
export function checkLabels({ items, labels }: Tuple): void {
  if (!labels || labels.length === items.length) return;
  const message = `mismatch in tuple definition: ${items.length} expressions, ${labels.length} labels`;
  throw new SqlError({ code: "42601", message });
}

/**
 * The place of the element that `(x).name` or `(x).@2` means, from 0.
 *
 * @throws SqlError for a type without elements, and a name that it does not have or has twice
 */
export function elementIndex({ name, position }: Field, type: ValueType): number {
  const { items = [], labels } = type;
  if (type.family !== "tuple") throw notComposite(type);
  if (position !== undefined) {
    if (position >= 1 && position <= items.length) return position - 1;
    throw new SqlError({ code: "42601", message: `tuple column ${position} does not exist` });
  }
  const wanted = name?.text ?? "";
  if (!labels) throw notComposite(type);
  const index = labels.indexOf(wanted);
  if (index === -1) {
    throw new SqlError({ code: "42703", message: `could not identify column "${wanted}" in ${type.name}` });
  }
  if (labels.includes(wanted, index + 1)) {
    throw new SqlError({ code: "42702", message: `column reference "${wanted}" is ambiguous` });
  }
  return index;
}

const notComposite = (type: ValueType): SqlError =>
  new SqlError({ code: "42809", message: `type ${type.name} is not composite` });
