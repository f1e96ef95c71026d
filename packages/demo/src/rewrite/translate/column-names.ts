import type { Expr } from "../ast.ts";

/** How CockroachDB names a result column without an alias: the name, and whether it is a good one. */
interface Named {
  readonly strength: 0 | 1 | 2;
  readonly name: string;
}

const NONE: Named = { strength: 0, name: "?column?" };
const strong = (name: string): Named => ({ strength: 2, name });

/** The name of the column an expression makes. */
export const columnName = (expr: Expr): string => named(expr).name;

const BARE_NAMES: Readonly<Record<string, string>> = {
  current_catalog: "current_database",
  current_role: "current_user",
  session_user: "current_user",
  user: "current_user",
};

function named(expr: Expr): Named {
  switch (expr.kind) {
    case "column":
      return strong(expr.parts.at(-1)?.text ?? "?column?");
    case "call": {
      const name = expr.name.parts.map((part) => part.text).join(".");
      return strong(expr.parentheses ? name : (BARE_NAMES[name] ?? name));
    }
    case "special":
      return strong(expr.name === "ifnull" ? "coalesce" : expr.name);
    case "cast": {
      const inner = named(expr.operand);
      if (inner.strength > 0) return inner;
      return { strength: 1, name: typeColumnName(expr.type.name, expr.type.array) };
    }
    case "collate":
    case "index":
    case "paren":
      return named(expr.operand);
    case "field":
      return expr.name ? strong(expr.name.text) : NONE;
    case "array":
      return strong("array");
    case "tuple":
      return expr.row ? strong("row") : NONE;
    case "case": {
      const inner = expr.otherwise ? named(expr.otherwise) : NONE;
      return inner.strength === 2 ? inner : { strength: 1, name: "case" };
    }
    case "subquery":
      return expr.exists ? strong("exists") : subqueryName(expr);
    default:
      return NONE;
  }
}

function subqueryName(expr: Extract<Expr, { kind: "subquery" }>): Named {
  const { body } = expr.select;
  if (body.kind === "values") return strong("column1");
  if (body.kind !== "simple") return NONE;
  const item = body.items[0];
  if (!item) return NONE;
  return item.alias ? strong(item.alias.text) : named(item.expr);
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: "text", text: "text", int: "int8", integer: "int8", int64: "int8", bigint: "int8", smallint: "int2", boolean: "bool",
  float: "float8", real: "float4", decimal: "numeric", dec: "numeric", bytes: "bytea", blob: "bytea", json: "jsonb",
  char: "bpchar", character: "bpchar",
}; // prettier-ignore

const typeColumnName = (name: string, array: boolean): string => (array ? "array" : (TYPE_NAMES[name] ?? name));
