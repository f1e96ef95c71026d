import type { Expr } from "../ast.ts";
import { SqlError } from "../sql-error.ts";
import { constantFamilies, type Typer } from "./typer.ts";
import type { ValueType } from "./value-type.ts";

/** A column a value goes to; `type` undefined where its rules are not known. */
export interface TargetColumn {
  readonly name: string;
  readonly type: ValueType | undefined;
  /** PostgreSQL's type: `bigint[]`. */
  readonly backend: string;
}

/** CockroachDB assigns within a family of types only, and converts constants. */
export function assignable(value: ValueType, target: ValueType): boolean {
  if (value.family === "unknown") return true;
  if (value.family !== target.family) return false;
  switch (target.family) {
    case "array":
      return !value.element || !target.element || assignable(value.element, target.element);
    case "collated":
    case "enum":
      return value.name === target.name;
    default:
      return true;
  }
}

export const typeMismatch = (value: ValueType, target: ValueType, column: string): SqlError =>
  new SqlError({
    code: "42804",
    message: `value type ${value.name} doesn't match type ${target.name} of column "${column}"`,
  });

/** @throws SqlError 42804 for a value of another family than the column's */
export function checkAssignment(typer: Typer, expr: Expr, target: TargetColumn): void {
  const { type } = target;
  if (!type) return;
  if (constantFamilies(expr)?.includes(type.family)) return;
  if (expr.kind === "paren") return checkAssignment(typer, expr.operand, target);
  if (isArrayOfConstants(expr) && type.family === "array") return;
  const value = typer.typeOf(expr);
  if (value && !assignable(value, type)) throw typeMismatch(value, type, target.name);
}

/** `ARRAY[1, NULL]`, `ARRAY[]`: its items take the type that is wanted. */
export function isArrayOfConstants(expr: Expr): expr is Extract<Expr, { kind: "array" }> {
  if (expr.kind !== "array" || expr.select) return false;
  return expr.items.every(
    (item) => constantFamilies(item) !== undefined || (item.kind === "literal" && item.type === "null"),
  );
}
