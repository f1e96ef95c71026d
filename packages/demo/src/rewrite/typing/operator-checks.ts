import type { Expr } from "../ast.ts";
import { SqlError } from "../sql-error.ts";
import { comparable, COMPARISONS, operatorResult } from "./operators.ts";
import type { Typer } from "./typer.ts";
import type { ValueType } from "./value-type.ts";

/** Prints an expression for a message. */
export interface Show {
  (expr: Expr): string;
}

/**
 * Refuses operators on types that CockroachDB does not have them for: PostgreSQL would convert.
 *
 * @throws SqlError 22023 and, for tuples, 42804
 */
export function checkOperator(typer: Typer, expr: Extract<Expr, { kind: "binary" }>, show: Show): void {
  const { left, right } = expr;
  if (expr.quantifier !== undefined) return;
  const operator = expr.operator === "!=" ? "<>" : expr.operator;
  if (/like/.test(operator) && right.kind === "literal" && endsInEscape(right.value)) {
    const message = "LIKE regexp compilation failed: LIKE pattern must not end with escape character";
    throw new SqlError({ code: "2201B", message });
  }
  const types = typer.operands(operator, left, right);
  if (!types) return;
  const comparison = COMPARISONS.has(operator);
  if (comparison && types.left.family === "tuple" && types.right.family === "tuple") {
    checkTuples(typer, operator, left, right, show);
    return;
  }
  if (operatorResult(operator, types.left, types.right) === "none") {
    throw unsupported(operator, types.left, types.right);
  }
}

const endsInEscape = (pattern: string): boolean => (/\\*$/.exec(pattern)?.[0].length ?? 0) % 2 === 1;

const SHOWN: Readonly<Record<string, string>> = { "<>": "!=", similar: "SIMILAR TO", "not similar": "NOT SIMILAR TO" };

function unsupported(operator: string, left: ValueType, right: ValueType): SqlError {
  return new SqlError({ code: "22023", message: unsupportedText(operator, left, right) });
}

function unsupportedText(operator: string, left: ValueType, right: ValueType): string {
  const comparison = COMPARISONS.has(operator) || /like|similar|~/.test(operator);
  const shown = SHOWN[operator] ?? operator.toUpperCase();
  return `unsupported ${comparison ? "comparison" : "binary"} operator: <${left.name}> ${shown} <${right.name}>`;
}

const mismatch = (message: string): SqlError => new SqlError({ code: "42804", message });

const tupleItems = (expr: Expr): readonly Expr[] | undefined => {
  if (expr.kind === "paren") return tupleItems(expr.operand);
  return expr.kind === "tuple" ? expr.items : undefined;
};

function checkTuples(typer: Typer, operator: string, left: Expr, right: Expr, show: Show): void {
  const [lefts, rights] = [tupleItems(left), tupleItems(right)];
  if (!lefts || !rights) return;
  if (lefts.length !== rights.length) {
    throw mismatch(`expected tuple ${show(right)} to have a length of ${lefts.length}`);
  }
  const reason = incomparable(typer, operator, left, right, show);
  if (reason !== undefined) throw mismatch(reason);
}

/** Why two tuples cannot be compared; undefined where they can, or it is not known. */
function incomparable(typer: Typer, operator: string, left: Expr, right: Expr, show: Show): string | undefined {
  const [lefts, rights] = [tupleItems(left) ?? [], tupleItems(right) ?? []];
  for (const [i, item] of lefts.entries()) {
    const other = rights[i];
    if (!other) continue;
    const reason =
      tupleItems(item) && tupleItems(other)
        ? incomparable(typer, operator, item, other, show)
        : incomparableItems(typer, operator, item, other);
    if (reason !== undefined) {
      return `tuples ${show(left)}, ${show(right)} are not comparable at index ${i + 1}: ${reason}`;
    }
  }
  return undefined;
}

function incomparableItems(typer: Typer, operator: string, left: Expr, right: Expr): string | undefined {
  const types = typer.operands(operator, left, right);
  if (!types || comparable(types.left, types.right)) return undefined;
  return unsupportedText(operator, types.left, types.right);
}
