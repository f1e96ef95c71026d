import type { Expr } from "../ast.ts";
import type { Cursor } from "./cursor.ts";
import type { ExpressionParser } from "./expressions.ts";
import { intervalFields, parseType } from "./types.ts";

const PLAIN: ReadonlySet<string> = new Set([
  "coalesce", "greatest", "grouping", "if", "iferror", "ifnull", "iserror", "least", "nullif", "extract_duration",
  "char", "overlay", "position", "substring", "trim", "extract",
]); // prettier-ignore

/** Forms that look like calls and have words between their arguments: EXTRACT(day FROM x), CAST(x AS t), ... */
export function parseSpecialForm(parser: ExpressionParser, word: string): Expr | undefined {
  const c = parser.cursor;
  const { start } = c;
  if (word === "interval" && c.isOp("(", 1)) return intervalWithPrecision(c, start);
  if (!c.isOp("(", 1)) return undefined;
  switch (word) {
    case "cast":
    case "annotate_type":
      return cast(parser, word, start);
    case "extract":
    case "extract_duration":
      return extract(parser, word, start);
    case "position":
      return between(parser, word, start, [["in"]]);
    case "substring":
      return between(parser, word, start, [["from"], ["for"]]);
    case "overlay":
      return between(parser, word, start, [["placing"], ["from"], ["for"]]);
    case "trim":
      return trim(parser, start);
    default:
      return PLAIN.has(word) ? between(parser, word, start, []) : undefined;
  }
}

function intervalWithPrecision(c: Cursor, start: number): Expr | undefined {
  return c.attempt(() => {
    const type = parseType(c);
    const from = c.start;
    const value = c.stringLiteral();
    const operand: Expr = { kind: "literal", type: "string", value, ...c.span(from) };
    const fields = intervalFields(c);
    return {
      kind: "cast",
      style: "prefix",
      operand,
      type: { ...type, fields },
      operatorSpan: { start, end: start },
      ...c.span(start),
    };
  });
}

function cast(parser: ExpressionParser, word: string, start: number): Expr {
  const c = parser.cursor;
  c.next();
  c.expectOp("(");
  const operand = parser.expression();
  const from = c.start;
  if (word === "cast") c.expect("as");
  else c.expectOp(",");
  const operatorSpan = c.span(from);
  const type = parseType(c);
  c.expectOp(")");
  return { kind: "cast", style: word === "cast" ? "cast" : "annotate", operand, type, operatorSpan, ...c.span(start) };
}

function extract(parser: ExpressionParser, word: string, start: number): Expr {
  const c = parser.cursor;
  c.next();
  c.expectOp("(");
  const field = c.token;
  if (!["word", "quoted", "string"].includes(field.type)) throw c.error();
  const position = c.position;
  c.next();
  if (!c.accept("from")) {
    c.rewind(position);
    const args = parser.expressions();
    c.expectOp(")");
    return { kind: "special", name: word, args, ...c.span(start) };
  }
  const args = [parser.expression()];
  c.expectOp(")");
  return { kind: "special", name: word, args, ...c.span(start) };
}

/** Arguments separated by commas or by the given words. */
function between(parser: ExpressionParser, name: string, start: number, words: readonly (readonly string[])[]): Expr {
  const c = parser.cursor;
  c.next();
  c.expectOp("(");
  const separators = words.map((w) => w[0] ?? "");
  const args: Expr[] = [];
  if (!c.isOp(")")) {
    // POSITION(a IN b): the left side must not swallow IN
    args.push(parser.expression(name === "position" ? 7 : 0));
    for (;;) {
      if (c.acceptOp(",")) args.push(parser.expression());
      else if (separators.some((word) => c.accept(word))) args.push(parser.expression());
      else break;
    }
  }
  c.expectOp(")");
  return { kind: "special", name, args, ...c.span(start) };
}

function trim(parser: ExpressionParser, start: number): Expr {
  const c = parser.cursor;
  c.next();
  c.expectOp("(");
  if (!c.accept("both") && !c.accept("leading")) c.accept("trailing");
  const args: Expr[] = [];
  if (!c.accept("from")) args.push(parser.expression());
  while (c.acceptOp(",") || c.accept("from")) args.push(parser.expression());
  c.expectOp(")");
  return { kind: "special", name: "trim", args, ...c.span(start) };
}
