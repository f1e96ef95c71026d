import type { CallParts, Expr, SelectNode, TypeName } from "../ast.ts";
import { RESULT_TYPES, SAME_AS_ARGUMENT } from "./function-types.ts";
import { collationOf } from "../translate/collations.ts";
import { operatorResult } from "./operators.ts";
import type { Scope, TypedColumn } from "./scope.ts";
import {
  arrayOf, BOOL, BYTES, collatedType, DECIMAL, FLOAT, INT, plainType, STRING, tupleOf, UNKNOWN,
  type Family, type ValueType,
} from "./value-type.ts"; // prettier-ignore

/** What the typer needs of the translator. */
export interface TypeSources {
  readonly scope: Scope | undefined;
  typeNamed(type: TypeName): ValueType | undefined;
  columnsOf(select: SelectNode): readonly TypedColumn[] | undefined;
}

const INT8_MAX = 9_223_372_036_854_775_807n;

/** Finds the static types of expressions. What is not certain is undefined: it is the backend's to judge. */
export class Typer {
  readonly #sources: TypeSources;

  constructor(sources: TypeSources) {
    this.#sources = sources;
  }

  typeOf(expr: Expr): ValueType | undefined {
    switch (expr.kind) {
      case "literal":
        return literalType(expr);
      case "paren":
        return this.typeOf(expr.operand);
      case "column":
        return this.#column(expr);
      case "cast":
        return this.#sources.typeNamed(expr.type);
      case "collate":
        return this.#collated(expr);
      case "unary":
        if (expr.operator === "not") return BOOL;
        return ["-", "+", "~"].includes(expr.operator) ? this.typeOf(expr.operand) : undefined;
      case "binary":
        return this.#binary(expr);
      case "is":
      case "in":
      case "between":
        return BOOL;
      case "call":
        return this.#call(expr);
      case "array":
        return this.#array(expr);
      case "tuple":
        return this.#tuple(expr);
      case "index": {
        const operand = this.typeOf(expr.operand);
        return operand?.element;
      }
      case "field":
        return this.#field(expr);
      case "subquery":
        return expr.exists ? BOOL : this.#subquery(expr.select);
      case "case":
        return this.#first([...expr.branches.map((branch) => branch.result), expr.otherwise]);
      case "special":
        return this.#special(expr);
      default:
        return undefined;
    }
  }

  #collated(expr: Extract<Expr, { kind: "collate" }>): ValueType | undefined {
    const collation = collationOf(expr.collation.text);
    return collation ? collatedType(collation.name) : this.typeOf(expr.operand);
  }

  #column(expr: Extract<Expr, { kind: "column" }>): ValueType | undefined {
    const { parts, star } = expr;
    if (star || parts.length > 2) return undefined;
    const name = parts.at(-1)?.text ?? "";
    const type = this.#sources.scope?.typeOf(name, parts.length === 2 ? parts[0]?.text : undefined);
    return type ?? (parts.length === 1 ? this.#row(name) : undefined);
  }

  /** All of a table's row. */
  #row(name: string): ValueType | undefined {
    const columns = this.#sources.scope?.rowOf(name)?.filter((column) => !column.hidden);
    const types = columns?.map((column) => column.type).filter((type) => type !== undefined);
    if (!columns || types?.length !== columns.length) return undefined;
    return tupleOf(
      types,
      columns.map((column) => column.name),
    );
  }

  #binary(expr: Extract<Expr, { kind: "binary" }>): ValueType | undefined {
    const { operator, left, right } = expr;
    if (operator === "and" || operator === "or" || expr.quantifier) return BOOL;
    const types = this.operands(operator, left, right);
    if (!types) return undefined;
    const result = operatorResult(operator, types.left, types.right);
    return result === "none" ? undefined : result;
  }

  /** The types of both sides, a constant's adapted to the other side's. */
  operands(operator: string, left: Expr, right: Expr): { left: ValueType; right: ValueType } | undefined {
    const leftType = this.typeOf(left);
    const rightType = this.typeOf(right);
    if (!leftType || !rightType) return undefined;
    const [leftFamilies, rightFamilies] = [constantFamilies(left), constantFamilies(right)];
    if (leftFamilies && rightFamilies) {
      // '1' = 1: a text that reads as a number is one
      if (readsAs(left, rightType)) return { left: rightType, right: rightType };
      if (readsAs(right, leftType)) return { left: leftType, right: leftType };
      // two texts could be anything an operator exists for
      return leftFamilies === rightFamilies && leftFamilies === TEXT_FAMILIES && !TEXT_OPERATORS.has(operator)
        ? undefined
        : { left: leftType, right: rightType };
    }
    if (rightFamilies) return { left: leftType, right: adapt(rightType, rightFamilies, leftType, operator, "right") };
    if (leftFamilies) return { left: adapt(leftType, leftFamilies, rightType, operator, "left"), right: rightType };
    return { left: leftType, right: rightType };
  }

  #call(expr: CallParts): ValueType | undefined {
    const name = expr.name.parts.at(-1)?.text ?? "";
    const known = RESULT_TYPES.get(name);
    if (known) return known;
    const [first] = expr.args;
    if (first && SAME_AS_ARGUMENT.has(name)) {
      const type = this.typeOf(first);
      return type?.family === "unknown" ? undefined : type;
    }
    if (name === "array_agg" && first) {
      const type = this.typeOf(first);
      return type && type.family !== "unknown" ? arrayOf(type) : undefined;
    }
    return undefined;
  }

  #array(expr: Extract<Expr, { kind: "array" }>): ValueType | undefined {
    if (expr.select) {
      const columns = this.#sources.columnsOf(expr.select);
      const type = columns?.length === 1 ? columns[0]?.type : undefined;
      return type && arrayOf(type);
    }
    const element = this.#first(expr.items);
    return element && arrayOf(element);
  }

  #tuple(expr: Extract<Expr, { kind: "tuple" }>): ValueType | undefined {
    const items = expr.items.map((item) => this.typeOf(item));
    const known = items.filter((item) => item !== undefined);
    if (known.length < items.length) return undefined;
    return tupleOf(
      known,
      expr.labels?.map((label) => label.text),
    );
  }

  #field(expr: Extract<Expr, { kind: "field" }>): ValueType | undefined {
    const type = this.typeOf(expr.operand);
    const index = expr.name ? (type?.labels?.indexOf(expr.name.text) ?? -1) : (expr.position ?? 0) - 1;
    return type?.items?.[index];
  }

  #subquery(select: SelectNode): ValueType | undefined {
    const columns = this.#sources.columnsOf(select);
    if (!columns) return undefined;
    if (columns.length === 1) return columns[0]?.type;
    const types = columns.map((column) => column.type).filter((type) => type !== undefined);
    return types.length === columns.length ? tupleOf(types) : undefined;
  }

  /** The type several expressions have in common: that of the first that is neither NULL nor a constant. */
  #first(exprs: readonly (Expr | undefined)[]): ValueType | undefined {
    const given = exprs.filter((expr) => expr !== undefined);
    const types = given.map((expr) => this.typeOf(expr));
    if (types.includes(undefined)) return undefined;
    const firm = types.find((type, i) => type?.family !== "unknown" && !constantFamilies(given[i] as Expr));
    const constants = types.filter((type) => type?.family !== "unknown");
    const widest = constants.find((type) => type?.family === "decimal") ?? constants[0];
    return firm ?? widest;
  }

  #special(expr: Extract<Expr, { kind: "special" }>): ValueType | undefined {
    switch (expr.name) {
      case "extract":
        return FLOAT;
      case "position":
      case "extract_duration":
        return INT;
      case "substring":
      case "overlay":
      case "trim":
        return expr.args[0] && this.typeOf(expr.args[0])?.family === "string" ? STRING : undefined;
      case "coalesce":
      case "ifnull":
      case "greatest":
      case "least":
        return this.#first(expr.args);
      case "if":
        return this.#first(expr.args.slice(1));
      case "nullif":
        return expr.args[0] && this.typeOf(expr.args[0]);
      default:
        return undefined;
    }
  }
}

function literalType(expr: Extract<Expr, { kind: "literal" }>): ValueType | undefined {
  switch (expr.type) {
    case "integer":
      return BigInt(expr.value) > INT8_MAX ? DECIMAL : INT;
    case "float":
      return DECIMAL;
    case "string":
      return STRING;
    case "bytes":
      return BYTES;
    case "bits":
      return { family: "bit", name: "varbit" };
    case "null":
      return UNKNOWN;
    case "true":
    case "false":
      return BOOL;
    default:
      return undefined;
  }
}

const TEXT_FAMILIES: readonly Family[] = [
  "string", "bytes", "bool", "int", "decimal", "float", "date", "time", "timetz", "timestamp", "timestamptz", "interval",
  "uuid", "inet", "jsonb", "bit", "enum", "array",
]; // prettier-ignore

/** The families a constant may become, undefined for what is no constant. */
export function constantFamilies(expr: Expr): readonly Family[] | undefined {
  switch (expr.kind) {
    case "paren":
      return constantFamilies(expr.operand);
    case "literal":
      if (expr.type === "string") return TEXT_FAMILIES;
      if (expr.type === "bytes") return ["bytes", "string", "uuid"];
      if (expr.type === "integer") return ["int", "decimal", "float"];
      if (expr.type !== "float") return undefined;
      return Number.isInteger(Number(expr.value)) ? ["decimal", "float", "int"] : ["decimal", "float"];
    case "unary":
      return expr.operator === "-" || expr.operator === "+" ? numeric(constantFamilies(expr.operand)) : undefined;
    case "binary": {
      if (!["+", "-", "*", "/", "//", "%"].includes(expr.operator)) return undefined;
      const [left, right] = [numeric(constantFamilies(expr.left)), numeric(constantFamilies(expr.right))];
      if (!left || !right) return undefined;
      return left.length < right.length ? left : right;
    }
    default:
      return undefined;
  }
}

const TEXT_OPERATORS: ReadonlySet<string> = new Set(["||", "=", "<>", "<", ">", "<=", ">="]);

const readsAs = (expr: Expr, other: ValueType): boolean =>
  expr.kind === "literal" &&
  expr.type === "string" &&
  (other.family === "int" || other.family === "decimal") &&
  /^\s*[+-]?\d+(?:\.\d*)?\s*$/.test(expr.value);

const numeric = (families: readonly Family[] | undefined): readonly Family[] | undefined =>
  families && families.length <= 3 && !families.includes("bytes") ? families : undefined;

const TEMPORAL: ReadonlySet<Family> = new Set(["date", "time", "timetz", "timestamp", "timestamptz"]);

/** A constant's type beside another: the other's where it can become that. */
function adapt(
  own: ValueType,
  families: readonly Family[],
  other: ValueType,
  operator: string,
  side: "left" | "right",
): ValueType {
  if (operator === "->" || operator === "->>" || operator === "-") {
    if (other.family === "jsonb" && side === "right") return own;
  }
  if (["like", "ilike", "not like", "not ilike", "~", "!~", "~*", "!~*", "similar", "not similar"].includes(operator)) {
    return own;
  }
  // times can be subtracted from each other, and not added
  const added = operator === "+" || (operator === "-" && other.family === "timetz");
  if (added && families === TEXT_FAMILIES && TEMPORAL.has(other.family)) return plainType("interval");
  if (families.includes(other.family)) return other;
  return own;
}
