import type { Expr, QualifiedName } from "../ast.ts";
import { emptyCall, parseCall } from "./calls.ts";
import type { Cursor } from "./cursor.ts";
import type { ExpressionParser } from "./expressions.ts";
import { BARE_FUNCTIONS, COLUMN_ONLY, RESERVED } from "./keywords.ts";
import { LIKE } from "./precedence.ts";
import { parseSpecialForm } from "./special-forms.ts";
import { intervalFields, isTypedLiteral, parseType } from "./types.ts";

/** What an expression begins with: a literal, a name, a call, something in parentheses. */
export function parsePrimary(parser: ExpressionParser): Expr {
  const c = parser.cursor;
  const token = c.token;
  const { start } = token;
  switch (token.type) {
    case "integer":
    case "float":
    case "string":
    case "bytes":
    case "bits":
      c.next();
      return { kind: "literal", type: token.type, value: token.value, ...c.span(start) };
    case "placeholder":
      c.next();
      return { kind: "placeholder", index: Number(token.value), ...c.span(start) };
    case "operator":
      if (token.value === "(") return parseParenthesized(parser);
      throw c.error();
    case "word":
      return word(parser);
    case "quoted":
      return nameOrCall(parser);
    default:
      throw c.error();
  }
}

function word(parser: ExpressionParser): Expr {
  const c = parser.cursor;
  const token = c.token;
  const { start } = token;
  const followedByParen = c.isOp("(", 1);
  switch (token.value) {
    case "null":
    case "true":
    case "false":
    case "default":
      c.next();
      return { kind: "literal", type: token.value, value: token.value, ...c.span(start) };
    case "case":
      return caseExpression(parser);
    case "array":
      return array(parser);
    case "exists":
      if (!followedByParen) break;
      c.next();
      return exists(parser, start);
    case "row":
      if (!followedByParen) break;
      c.next();
      return row(parser, start);
    default:
  }
  const bare = BARE_FUNCTIONS.get(token.value);
  if (bare !== undefined && !c.isOp(".", 1)) return bareFunction(parser, start);
  if (isTypedLiteral(c)) return typedLiteral(parser);
  if (followedByParen || token.value === "interval") {
    const special = parseSpecialForm(parser, token.value);
    if (special) return special;
  }
  if (RESERVED.has(token.value)) throw c.error();
  return nameOrCall(parser);
}

/** DATE '2020-01-01', INTERVAL '1' DAY */
function typedLiteral(parser: ExpressionParser): Expr {
  const c = parser.cursor;
  const start = c.start;
  const type = parseType(c);
  const literal = c.start;
  const value = c.stringLiteral();
  const operand: Expr = { kind: "literal", type: "string", value, ...c.span(literal) };
  const fields = type.name === "interval" ? intervalFields(c) : undefined;
  return {
    kind: "cast",
    style: "prefix",
    operand,
    type: { ...type, fields },
    operatorSpan: { start, end: start },
    ...c.span(start),
  };
}

function bareFunction(parser: ExpressionParser, start: number): Expr {
  const c = parser.cursor;
  const name = c.anyName();
  const qualified: QualifiedName = { parts: [name], start, end: name.end };
  if (!c.isOp("(")) return { ...emptyCall(qualified, false), ...c.span(start) };
  return parseCall(parser, qualified);
}

function exists(parser: ExpressionParser, start: number): Expr {
  const c = parser.cursor;
  c.expectOp("(");
  const select = parser.select();
  c.expectOp(")");
  return { kind: "subquery", select, exists: true, ...c.span(start) };
}

function row(parser: ExpressionParser, start: number): Expr {
  const c = parser.cursor;
  c.expectOp("(");
  const items = c.isOp(")") ? [] : parser.expressions();
  c.expectOp(")");
  return { kind: "tuple", items, labels: undefined, row: true, ...c.span(start) };
}

function caseExpression(parser: ExpressionParser): Expr {
  const c = parser.cursor;
  const start = c.start;
  c.expect("case");
  const subject = c.isWord("when") ? undefined : parser.expression();
  const branches: { when: Expr; result: Expr }[] = [];
  do {
    c.expect("when");
    const when = parser.expression();
    c.expect("then");
    branches.push({ when, result: parser.expression() });
  } while (c.isWord("when"));
  const otherwise = c.accept("else") ? parser.expression() : undefined;
  c.expect("end");
  return { kind: "case", subject, branches, otherwise, ...c.span(start) };
}

function array(parser: ExpressionParser): Expr {
  const c = parser.cursor;
  const start = c.start;
  c.expect("array");
  if (c.acceptOp("(")) {
    const select = parser.select();
    c.expectOp(")");
    return { kind: "array", items: [], select, ...c.span(start) };
  }
  return arrayItems(parser, start);
}

function arrayItems(parser: ExpressionParser, start: number): Expr {
  const c = parser.cursor;
  c.expectOp("[");
  const nested = (): Expr => (c.isOp("[") ? arrayItems(parser, c.start) : parser.expression());
  const items = c.isOp("]") ? [] : c.list(nested);
  c.expectOp("]");
  return { kind: "array", items, select: undefined, ...c.span(start) };
}

/** A subquery, a tuple or an expression in parentheses. `list`: the right side of IN. */
export function parseParenthesized(parser: ExpressionParser, list = false): Expr {
  const c = parser.cursor;
  const start = c.start;
  if (list && !c.isOp("(")) return parser.expression(LIKE + 1);
  c.expectOp("(");
  if (startsSelect(c)) {
    // `(SELECT 1)` is a subquery, `((SELECT 1) + 1)` an expression
    const select = c.attempt(() => {
      const inner = parser.select();
      c.expectOp(")");
      return inner;
    });
    if (select) return { kind: "subquery", select, exists: false, ...c.span(start) };
  }
  if (c.acceptOp(")")) return { kind: "tuple", items: [], labels: undefined, row: false, ...c.span(start) };
  const first = parser.expression();
  if (c.isOp(",") || list || c.isWord("as")) {
    if (c.isWord("as")) {
      // `((1, 2) AS a, b)`: the labels are those of the tuple inside
      if (first.kind !== "tuple" || first.labels) throw c.error();
      c.next();
      const labels = c.list(() => c.anyName());
      c.expectOp(")");
      return { ...first, labels, ...c.span(start) };
    }
    const items = [first];
    while (c.acceptOp(",") && !c.isOp(")")) items.push(parser.expression());
    c.expectOp(")");
    return { kind: "tuple", items, labels: undefined, row: false, ...c.span(start) };
  }
  c.expectOp(")");
  return { kind: "paren", operand: first, ...c.span(start) };
}

function nameOrCall(parser: ExpressionParser): Expr {
  const c = parser.cursor;
  const start = c.start;
  const token = c.token;
  const isColumn = c.isName();
  if (!isColumn && !c.isFunctionName()) throw c.error();
  const parts = [c.anyName()];
  let star = false;
  while (c.isOp(".")) {
    if (parts.length === 4) throw c.error();
    c.next();
    if (c.acceptOp("*")) {
      star = true;
      break;
    }
    parts.push(c.anyName());
  }
  if (!star && c.isOp("(") && (parts.length > 1 || !COLUMN_ONLY.has(token.value) || token.type === "quoted")) {
    return parseCall(parser, { parts, ...c.span(start) });
  }
  if (!isColumn) throw c.error();
  return { kind: "column", parts, star, ...c.span(start) };
}

/** True where `(`... begins a subquery: looks through further parentheses. */
export function startsSelect(cursor: Cursor): boolean {
  let distance = 0;
  while (cursor.isOp("(", distance)) distance++;
  const token = cursor.peek(distance);
  return token.type === "word" && ["select", "values", "with", "table"].includes(token.value);
}
