import type { Expr } from "../ast.ts";
import type { Environment } from "./environment.ts";
import { printName, quoteText } from "./quote.ts";
import { resolveType } from "./types.ts";

/** CockroachDB's types of a table's columns, by name: `INT8`, `DECIMAL(10,2)`. */
export type ColumnTypes = ReadonlyMap<string, string>;

const COMPARISONS: ReadonlySet<string> = new Set([
  "=",
  "<>",
  "!=",
  "<",
  ">",
  "<=",
  ">=",
  "like",
  "not like",
  "ilike",
  "~",
]);
const ARITHMETIC: ReadonlySet<string> = new Set(["+", "-", "*", "%", "//"]);

/** What functions in defaults and checks return, as far as it is printed. */
const RETURNS: Readonly<Record<string, string>> = {
  now: "TIMESTAMPTZ", current_timestamp: "TIMESTAMPTZ", clock_timestamp: "TIMESTAMPTZ", statement_timestamp: "TIMESTAMPTZ",
  transaction_timestamp: "TIMESTAMPTZ", current_date: "DATE", localtimestamp: "TIMESTAMP",
  length: "INT8", char_length: "INT8", octet_length: "INT8", lower: "STRING", upper: "STRING",
}; // prettier-ignore

// These have several types in CockroachDB, so a default says which one is meant.
const OVERLOADED: ReadonlySet<string> = new Set([
  "now",
  "current_timestamp",
  "clock_timestamp",
  "statement_timestamp",
  "transaction_timestamp",
  "current_date",
  "localtimestamp",
]);

/** What stands in parentheses as an operand. */
const OPERATIONS: ReadonlySet<Expr["kind"]> = new Set(["binary", "unary", "is", "in", "between"]);

/** Prints expressions of definitions as CockroachDB's SHOW CREATE does: constants with their types. */
export class Printer {
  readonly #env: Environment;
  readonly #types: ColumnTypes;
  readonly #annotate: boolean;

  constructor(env: Environment, types: ColumnTypes, annotate = true) {
    this.#env = env;
    this.#types = types;
    this.#annotate = annotate;
  }

  /** @param wanted The type the context asks for: a default's column, the other side of a comparison. */
  print(expr: Expr, wanted?: string): string {
    switch (expr.kind) {
      case "literal":
        return this.#literal(expr, wanted);
      case "column":
        return expr.parts.map((part) => printName(part.text)).join(".");
      case "paren":
        return `(${this.print(expr.operand, wanted)})`;
      case "unary":
        return this.#unary(expr, wanted);
      case "binary":
        return this.#binary(expr, wanted);
      case "cast":
        return this.#cast(expr);
      case "call":
        return this.#call(expr, wanted);
      case "is":
        return `${this.#operand(expr.operand)} IS ${expr.test.toUpperCase()}`;
      case "in":
        return `${this.#operand(expr.operand)} ${expr.not ? "NOT " : ""}IN ${this.#inList(expr)}`;
      case "between": {
        const type = this.typeOf(expr.operand);
        const not = expr.not ? "NOT " : "";
        return `${this.#operand(expr.operand)} ${not}BETWEEN ${this.#operand(expr.low, type)} AND ${this.#operand(expr.high, type)}`;
      }
      case "tuple":
        return `(${expr.items.map((item) => this.print(item)).join(", ")})`;
      case "array":
        return expr.select ? this.#env.source(expr) : `ARRAY[${expr.items.map((item) => this.print(item)).join(", ")}]`;
      case "special":
        return expr.name === "extract"
          ? this.#env.source(expr)
          : `${expr.name === "coalesce" ? "COALESCE" : expr.name}(${expr.args.map((arg) => this.print(arg)).join(", ")})`;
      case "case":
        return this.#case(expr);
      default:
        return this.#env.source(expr);
    }
  }

  #typed(text: string, type: string): string {
    return this.#annotate ? `${text}:::${type}` : text;
  }

  #literal(expr: Extract<Expr, { kind: "literal" }>, wanted: string | undefined): string {
    switch (expr.type) {
      case "integer":
        return this.#typed(expr.value, family(wanted, ["DECIMAL", "FLOAT8"]) ?? "INT8");
      case "float":
        return this.#typed(expr.value, family(wanted, ["FLOAT8"]) ?? "DECIMAL");
      case "string":
        return this.#typed(printString(expr.value), wanted === undefined ? "STRING" : literalType(wanted));
      case "null":
      case "true":
      case "false":
        return expr.type === "null" ? "NULL" : expr.type;
      default:
        return this.#env.source(expr);
    }
  }

  #unary(expr: Extract<Expr, { kind: "unary" }>, wanted: string | undefined): string {
    const { operator, operand } = expr;
    if (operator === "-" && operand.kind === "literal" && (operand.type === "integer" || operand.type === "float")) {
      const text = `-${operand.value}`;
      const integer = operand.type === "integer";
      const type = family(wanted, integer ? ["DECIMAL", "FLOAT8"] : ["FLOAT8"]) ?? (integer ? "INT8" : "DECIMAL");
      return this.#annotate ? `(${text}):::${type}` : text;
    }
    return operator === "not" ? `NOT ${this.#operand(operand)}` : `${operator}${this.print(operand, wanted)}`;
  }

  #binary(expr: Extract<Expr, { kind: "binary" }>, wanted: string | undefined): string {
    const { operator, left, right } = expr;
    if (operator === "and" || operator === "or")
      return `${this.#operand(left)} ${operator.toUpperCase()} ${this.#operand(right)}`;
    const shown = operator === "<>" ? "!=" : operator.toUpperCase();
    const shares = COMPARISONS.has(operator) || ARITHMETIC.has(operator) || operator === "/";
    // constants beside integers take the type that the whole shall have
    const wide = ARITHMETIC.has(operator) ? family(wanted, ["DECIMAL"]) : undefined;
    const beside = (type: string | undefined): string | undefined =>
      wide !== undefined && /^INT\d$/.test(type ?? "") ? wide : type;
    const leftType = shares ? beside(this.typeOf(right)) : undefined;
    const rightType = shares ? beside(this.typeOf(left)) : undefined;
    const quantifier = expr.quantifier ? `${expr.quantifier.toUpperCase()} ` : "";
    return `${this.#operand(left, leftType)} ${shown} ${quantifier}${this.#operand(right, rightType)}`;
  }

  /** An operand: in parentheses where it is an operation itself. */
  #operand(expr: Expr, wanted?: string): string {
    const text = this.print(expr, wanted);
    const negative = expr.kind === "unary" && expr.operand.kind === "literal";
    return OPERATIONS.has(expr.kind) && !negative ? `(${text})` : text;
  }

  #cast(expr: Extract<Expr, { kind: "cast" }>): string {
    const { display } = resolveType(expr.type, this.#env);
    const constant = expr.operand.kind === "literal";
    if (expr.style === "cast") return `CAST(${this.print(expr.operand)} AS ${display})`;
    if (constant && expr.style !== "::") return this.print(expr.operand, display);
    if (constant && display.startsWith("REG")) return `${this.#env.source(expr.operand)}::${display}`;
    if (constant) return this.print(expr.operand, display);
    return `${this.print(expr.operand)}${expr.style === ":::" ? ":::" : "::"}${display}`;
  }

  #call(expr: Extract<Expr, { kind: "call" }>, wanted: string | undefined): string {
    const name = expr.name.parts
      .map((part) => printName(part.text))
      .join(".")
      .replaceAll('"', "");
    const args = expr.args.map((arg) => this.print(arg)).join(", ");
    const text = `${name}(${expr.star ? "*" : args})`;
    if (name === "nextval" && expr.args[0]?.kind === "literal") return this.#nextval(expr.args[0].value);
    return OVERLOADED.has(name) ? this.#typed(text, wanted === undefined ? (RETURNS[name] ?? "") : base(wanted)) : text;
  }

  #nextval(sequence: string): string {
    const table = this.#env.context.catalog.relation(sequence, undefined, this.#env.context.searchPath);
    const full = table ? `${table.schema}.${table.name}` : sequence;
    return `nextval(${printString(full)}::REGCLASS)`;
  }

  #inList(expr: Extract<Expr, { kind: "in" }>): string {
    const type = this.typeOf(expr.operand);
    if (expr.right.kind !== "tuple") return this.#env.source(expr.right);
    return `(${expr.right.items.map((item) => this.print(item, type)).join(", ")})`;
  }

  #case(expr: Extract<Expr, { kind: "case" }>): string {
    const subject = expr.subject ? ` ${this.print(expr.subject)}` : "";
    const branches = expr.branches
      .map(({ when, result }) => ` WHEN ${this.print(when)} THEN ${this.print(result)}`)
      .join("");
    const otherwise = expr.otherwise ? ` ELSE ${this.print(expr.otherwise)}` : "";
    return `CASE${subject}${branches}${otherwise} END`;
  }

  /** CockroachDB's type of an expression, where it is easily known. */
  typeOf(expr: Expr): string | undefined {
    switch (expr.kind) {
      case "column":
        return this.#types.get(expr.parts.at(-1)?.text ?? "");
      case "paren":
        return this.typeOf(expr.operand);
      case "cast":
        return resolveType(expr.type, this.#env).display;
      case "call":
        return RETURNS[expr.name.parts.at(-1)?.text ?? ""];
      case "binary":
        return ARITHMETIC.has(expr.operator) ? (this.typeOf(expr.left) ?? this.typeOf(expr.right)) : undefined;
      default:
        return undefined;
    }
  }
}

const FAMILIES: Readonly<Record<string, string>> = {
  INT8: "int", INT4: "int4", INT2: "int2", FLOAT8: "float", FLOAT4: "float4", BYTES: "bytes", STRING: "string",
}; // prettier-ignore

/** A type as error messages name it: `int`, `decimal`. */
export function typeFamily(type: string): string {
  const plain = base(type);
  return FAMILIES[plain] ?? plain.toLowerCase();
}

/** A type without its length. */
const base = (type: string): string => type.replace(/\(.*\)$/, "");

function literalType(type: string): string {
  const plain = base(type);
  return ["VARCHAR", "CHAR", "NAME"].includes(plain) ? "STRING" : plain;
}

function family(wanted: string | undefined, families: readonly string[]): string | undefined {
  if (wanted === undefined) return undefined;
  const plain = base(wanted) === "FLOAT4" ? "FLOAT8" : base(wanted);
  return families.includes(plain) ? plain : undefined;
}

/** A string as CockroachDB prints it: with escapes only where it must. */
export function printString(value: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (!/['\\\u0000-\u001f]/.test(value)) return quoteText(value);
  const escaped = value
    .replaceAll("\\", "\\\\")
    .replaceAll("'", "\\'")
    .replaceAll("\n", "\\n")
    .replaceAll("\t", "\\t")
    .replaceAll("\r", "\\r");
  return `e'${escaped}'`;
}

/** The columns an expression reads, in order of appearance. */
export function columnsOf(expr: Expr): string[] {
  const names: string[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    if (Array.isArray(node)) {
      for (const item of node) visit(item);
      return;
    }
    const record = node as Readonly<Record<string, unknown>>;
    if (record["kind"] === "column" && Array.isArray(record["parts"])) {
      const name = (record["parts"] as readonly { readonly text: string }[]).at(-1)?.text;
      if (name !== undefined && !names.includes(name)) names.push(name);
      return;
    }
    for (const [key, value] of Object.entries(record)) if (key !== "type") visit(value);
  };
  visit(expr);
  return names;
}

export const withoutParentheses = (expr: Expr): Expr =>
  expr.kind === "paren" ? withoutParentheses(expr.operand) : expr;
