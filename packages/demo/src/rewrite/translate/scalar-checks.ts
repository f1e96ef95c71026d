import type { Expr } from "../ast.ts";
import { SqlError } from "../sql-error.ts";

const AGGREGATES: ReadonlySet<string> = new Set(
  `array_agg avg bit_and bit_or bool_and bool_or concat_agg corr count every json_agg json_object_agg jsonb_agg
  jsonb_object_agg max min sqrdiff stddev stddev_pop stddev_samp string_agg sum sum_int var_pop var_samp variance
  xor_agg`.split(/\s+/),
);

const GENERATORS: ReadonlySet<string> = new Set(
  "generate_series generate_subscripts json_array_elements jsonb_array_elements unnest regexp_split_to_table".split(
    " ",
  ),
);

/** Calls `visit` for an expression and everything in it, subqueries' insides left out. */
function walk(expr: Expr, visit: (node: Expr) => void): void {
  visit(expr);
  if (expr.kind === "subquery") return;
  for (const [key, value] of Object.entries(expr)) {
    if (key === "type" || key === "name") continue;
    for (const item of Array.isArray(value) ? value : [value]) if (isExpr(item)) walk(item, visit);
    if (key === "branches")
      for (const branch of value as readonly { readonly when: Expr; readonly result: Expr }[]) {
        walk(branch.when, visit);
        walk(branch.result, visit);
      }
  }
}

const isExpr = (value: unknown): value is Expr =>
  typeof value === "object" && value !== null && "kind" in value && "start" in value && value.kind !== "select";

/**
 * Refuses what CockroachDB does not allow in the expressions of a table: subqueries, aggregates, window and set-returning
 * functions. @throws SqlError
 */
export function checkScalar(expr: Expr, context: string): void {
  walk(expr, (node) => {
    if (node.kind === "subquery" || (node.kind === "array" && node.select))
      throw new SqlError({ code: "42601", message: `variable sub-expressions are not allowed in ${context}` });
    if (node.kind !== "call") return;
    const name = node.name.parts.at(-1)?.text ?? "";
    if (node.over)
      throw new SqlError({ code: "42P20", message: `${name}(): window functions are not allowed in ${context}` });
    if (AGGREGATES.has(name))
      throw new SqlError({ code: "42803", message: `${name}(): aggregate functions are not allowed in ${context}` });
    if (GENERATORS.has(name))
      throw new SqlError({ code: "0A000", message: `${name}(): generator functions are not allowed in ${context}` });
  });
}

/** As `checkScalar`, and no columns either. @throws SqlError */
export function checkConstant(expr: Expr, context: string): void {
  checkScalar(expr, context);
  walk(expr, (node) => {
    if (node.kind === "column")
      throw new SqlError({ code: "42601", message: `variable sub-expressions are not allowed in ${context}` });
  });
}

/** CockroachDB's name of the type of a constant, undefined for what is none. */
export function typeOfConstant(expr: Expr): string | undefined {
  if (expr.kind === "paren") return typeOfConstant(expr.operand);
  if (expr.kind === "unary") return typeOfConstant(expr.operand);
  if (expr.kind !== "literal") return undefined;
  switch (expr.type) {
    case "integer":
      return "int";
    case "float":
      return "decimal";
    case "string":
      return "string";
    case "true":
    case "false":
      return "bool";
    default:
      return undefined;
  }
}
