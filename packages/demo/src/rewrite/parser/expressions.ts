import type { Expr, Name, OrderItem, SelectNode, Span, WindowSpec } from "../ast.ts";
import { parseOrderBy, parseWindow } from "./calls.ts";
import type { Cursor } from "./cursor.ts";
import { AT_TIME_ZONE, COLLATE, COMPARISON, IS, LIKE, NOT, PRECEDENCE, UNARY } from "./precedence.ts";
import { parseParenthesized, parsePrimary } from "./primary.ts";
import { parseType } from "./types.ts";

/** What expressions need of the rest of the grammar: they contain selects, and selects contain them. */
export interface SelectRule {
  (cursor: Cursor): SelectNode;
}

/** The grammar of expressions: precedence climbing over CockroachDB's operators. */
export class ExpressionParser {
  readonly cursor: Cursor;
  readonly #select: SelectRule;

  constructor(cursor: Cursor, select: SelectRule) {
    this.cursor = cursor;
    this.#select = select;
  }

  expression(minimum = 0): Expr {
    const start = this.cursor.start;
    let left = this.#prefix();
    for (;;) {
      const extended = this.#infix(left, start, minimum);
      if (!extended) return left;
      left = extended;
    }
  }

  /** Without AND, OR, NOT and comparisons at the top: what stands in BETWEEN. */
  #bounded(): Expr {
    return this.expression(LIKE + 1);
  }

  expressions(): Expr[] {
    return this.cursor.list(() => this.expression());
  }

  select(): SelectNode {
    return this.#select(this.cursor);
  }

  // ---------------------------------------------------------------- prefix

  #prefix(): Expr {
    const c = this.cursor;
    const start = c.start;
    const token = c.token;
    const unary = (operator: string, precedence: number): Expr => {
      c.next();
      const operatorSpan = c.span(start);
      const operand = this.expression(precedence);
      return { kind: "unary", operator, operatorSpan, operand, ...c.span(start) };
    };
    if (token.type === "word" && token.value === "not") return unary("not", NOT);
    if (token.type === "operator") {
      if (token.value === "-" || token.value === "+" || token.value === "~") return unary(token.value, UNARY);
      if (token.value === "|/" || token.value === "||/" || token.value === "@") return unary(token.value, 14);
    }
    return this.#postfix(parsePrimary(this), start);
  }

  /** Subscripts, field access and casts, which bind strongest. */
  #postfix(operand: Expr, start: number): Expr {
    const c = this.cursor;
    let expr = operand;
    for (;;) {
      if (c.isOp("::") || c.isOp(":::")) {
        const operator = c.next();
        const style = operator.value === "::" ? "::" : ":::";
        const type = parseType(c);
        expr = {
          kind: "cast",
          style,
          operand: expr,
          type,
          operatorSpan: { start: operator.start, end: operator.end },
          ...c.span(start),
        };
      } else if (c.isOp("[")) {
        c.next();
        const subscripts: Expr[] = [];
        if (!c.isOp(":")) subscripts.push(this.expression());
        const slice = c.acceptOp(":");
        if (slice && !c.isOp("]")) subscripts.push(this.expression());
        c.expectOp("]");
        expr = { kind: "index", operand: expr, subscripts, slice, ...c.span(start) };
      } else if (
        c.isOp(".") &&
        (expr.kind === "paren" || (expr.kind === "tuple" && !expr.labels) || expr.kind === "index")
      ) {
        c.next();
        let name: Name | undefined;
        let position: number | undefined;
        if (c.acceptOp("*")) name = undefined;
        else if (c.acceptOp("@")) position = Number(c.next().value);
        else name = c.anyName();
        expr = { kind: "field", operand: expr, name, position, ...c.span(start) };
      } else return expr;
    }
  }

  // ---------------------------------------------------------------- infix

  #infix(left: Expr, start: number, minimum: number): Expr | undefined {
    const c = this.cursor;
    const token = c.token;
    if (token.type === "operator") {
      // `'1' COLLATE en::INT`: a cast binds stronger than what is around it, also after COLLATE
      if (left.kind === "collate" && (token.value === "::" || token.value === ":::")) return this.#postfix(left, start);
      return this.#operator(left, start, minimum);
    }
    if (token.type !== "word") return undefined;
    switch (token.value) {
      case "and":
      case "or":
        return this.#operator(left, start, minimum);
      case "is":
        return IS >= minimum ? this.#is(left, start) : undefined;
      case "isnull":
      case "notnull":
        if (IS < minimum) return undefined;
        c.next();
        return {
          kind: "is",
          test: token.value === "isnull" ? "null" : "not null",
          operand: left,
          types: [],
          ...c.span(start),
        };
      case "at":
        if (AT_TIME_ZONE < minimum || !c.isWord("time", 1)) return undefined;
        return this.#wordOperator(left, start, ["at", "time", "zone"], AT_TIME_ZONE + 1);
      case "collate": {
        if (COLLATE < minimum) return undefined;
        c.next();
        const schema = c.isOp(".", 1) ? c.anyName() : undefined;
        if (schema) c.expectOp(".");
        const collation = c.anyName();
        return { kind: "collate", operand: left, collation, ...c.span(start) };
      }
      case "operator":
        return 9 >= minimum && c.isOp("(", 1) ? this.#namedOperator(left, start) : undefined;
      case "overlaps":
        return this.#wordOperator(left, start, ["overlaps"], LIKE + 2);
      default:
        return LIKE >= minimum ? this.#likeOrIn(left, start) : undefined;
    }
  }

  #operator(left: Expr, start: number, minimum: number): Expr | undefined {
    const c = this.cursor;
    const operator = c.token.value;
    const precedence = PRECEDENCE[operator];
    if (precedence === undefined || precedence < minimum) return undefined;
    const token = c.next();
    const operatorSpan: Span = { start: token.start, end: token.end };
    if (precedence >= COMPARISON && (c.isWord("any") || c.isWord("some") || c.isWord("all")) && c.isOp("(", 1)) {
      const quantifier = c.next().value === "all" ? "all" : "any";
      const right = parseParenthesized(this);
      return { kind: "binary", operator, operatorSpan, left, right, quantifier, ...c.span(start) };
    }
    if (precedence >= COMPARISON && (c.isWord("any") || c.isWord("some") || c.isWord("all"))) {
      // `= ANY ARRAY[1, 2]`
      const quantifier = c.next().value === "all" ? "all" : "any";
      const right = this.expression(precedence + 1);
      return { kind: "binary", operator, operatorSpan, left, right, quantifier, ...c.span(start) };
    }
    const right = this.expression(precedence + 1);
    return { kind: "binary", operator, operatorSpan, left, right, quantifier: undefined, ...c.span(start) };
  }

  /** OPERATOR(pg_catalog.~), as psql writes it. */
  #namedOperator(left: Expr, start: number): Expr {
    const c = this.cursor;
    const from = c.start;
    c.expect("operator");
    c.expectOp("(");
    while (c.token.type === "word" || c.token.type === "quoted") {
      c.next();
      c.expectOp(".");
    }
    if (c.token.type !== "operator") throw c.error();
    const operator = c.next().value;
    c.expectOp(")");
    const operatorSpan = c.span(from);
    const right = this.expression(10);
    return {
      kind: "binary",
      operator: `operator ${operator}`,
      operatorSpan,
      left,
      right,
      quantifier: undefined,
      ...c.span(start),
    };
  }

  #wordOperator(left: Expr, start: number, words: readonly string[], rightMinimum: number): Expr {
    const c = this.cursor;
    const from = c.start;
    c.expect(...words);
    const operatorSpan = c.span(from);
    const right = this.expression(rightMinimum);
    return {
      kind: "binary",
      operator: words.join(" "),
      operatorSpan,
      left,
      right,
      quantifier: undefined,
      ...c.span(start),
    };
  }

  #likeOrIn(left: Expr, start: number): Expr | undefined {
    const c = this.cursor;
    const not = c.isWord("not");
    const word = c.peek(not ? 1 : 0);
    if (word.type !== "word") return undefined;
    const at = not ? ["not"] : [];
    switch (word.value) {
      case "in": {
        c.expect(...at, "in");
        const right = parseParenthesized(this, true);
        return { kind: "in", not, operand: left, right, ...c.span(start) };
      }
      case "between": {
        c.expect(...at, "between");
        const symmetric = c.accept("symmetric");
        if (!symmetric) c.accept("asymmetric");
        const low = this.#bounded();
        c.expect("and");
        const high = this.#bounded();
        return { kind: "between", not, symmetric, operand: left, low, high, ...c.span(start) };
      }
      case "like":
      case "ilike":
      case "similar": {
        const from = c.start;
        c.expect(...at, ...(word.value === "similar" ? ["similar", "to"] : [word.value]));
        const operatorSpan = c.span(from);
        const operator = `${not ? "not " : ""}${word.value}`;
        if ((c.isWord("any") || c.isWord("some") || c.isWord("all")) && c.isOp("(", 1)) {
          const quantifier = c.next().value === "all" ? "all" : "any";
          return {
            kind: "binary",
            operator,
            operatorSpan,
            left,
            right: parseParenthesized(this),
            quantifier,
            ...c.span(start),
          };
        }
        const right = this.#bounded();
        const comparison: Expr = {
          kind: "binary",
          operator,
          operatorSpan,
          left,
          right,
          quantifier: undefined,
          ...c.span(start),
        };
        return c.isWord("escape") ? this.#wordOperator(comparison, start, ["escape"], LIKE + 1) : comparison;
      }
      default:
        return undefined;
    }
  }

  #is(operand: Expr, start: number): Expr {
    const c = this.cursor;
    c.expect("is");
    const prefix = c.accept("not") ? "not " : "";
    for (const word of ["null", "true", "false", "unknown", "nan"]) {
      if (c.accept(word)) return { kind: "is", test: prefix + word, operand, types: [], ...c.span(start) };
    }
    if (c.accept("of")) {
      c.expectOp("(");
      const types = c.list(() => parseType(c));
      c.expectOp(")");
      return { kind: "is", test: `${prefix}of`, operand, types, ...c.span(start) };
    }
    const from = c.start;
    c.expect("distinct", "from");
    const operatorSpan = c.span(from);
    const right = this.expression(IS + 1);
    const operator = `is ${prefix}distinct from`;
    return { kind: "binary", operator, operatorSpan, left: operand, right, quantifier: undefined, ...c.span(start) };
  }

  orderBy(): OrderItem[] {
    return parseOrderBy(this);
  }

  window(): WindowSpec {
    return parseWindow(this);
  }
}
