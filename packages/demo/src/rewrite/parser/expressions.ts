import type { CallParts, Expr, Name, OrderItem, QualifiedName, SelectNode, Span, WindowSpec } from "../ast.ts";
import type { Cursor } from "./cursor.ts";
import { BARE_FUNCTIONS, COLUMN_ONLY, RESERVED } from "./keywords.ts";
import { parseSpecialForm } from "./special-forms.ts";
import { intervalFields, isTypedLiteral, parseType } from "./types.ts";

/** What expressions need of the rest of the grammar: they contain selects, and selects contain them. */
export interface SelectRule {
  (cursor: Cursor): SelectNode;
}

/** How strongly a binary operator binds, from CockroachDB's grammar. */
const PRECEDENCE: Readonly<Record<string, number>> = {
  or: 1, and: 2,
  "<": 5, ">": 5, "=": 5, "<=": 5, ">=": 5, "<>": 5, "!=": 5,
  "~": 6, "!~": 6, "~*": 6, "!~*": 6,
  "@>": 8, "<@": 8, "?": 8, "?|": 8, "?&": 8, "&&": 8,
  "||": 10, "->": 10, "->>": 10, "#>": 10, "#>>": 10, "#-": 10,
  "|": 11, "#": 12, "&": 13, "<<": 14, ">>": 14, "<<=": 14, ">>=": 14,
  "+": 15, "-": 15, "*": 16, "/": 16, "//": 16, "%": 16, "^": 17,
}; // prettier-ignore
const NOT = 3;
const IS = 4;
const COMPARISON = 5;
const LIKE = 6;
const AT_TIME_ZONE = 18;
const COLLATE = 19;
const UNARY = 20;

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
    return this.#postfix(this.#primary(), start);
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
        if (c.acceptOp(":") && !c.isOp("]")) subscripts.push(this.expression());
        c.expectOp("]");
        expr = { kind: "index", operand: expr, subscripts, ...c.span(start) };
      } else if (c.isOp(".") && (expr.kind === "paren" || expr.kind === "tuple" || expr.kind === "index")) {
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
    if (token.type === "operator") return this.#operator(left, start, minimum);
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
      const right = this.#parenthesized();
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
        const right = this.#parenthesized(true);
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
            right: this.#parenthesized(),
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

  // ---------------------------------------------------------------- primary

  #primary(): Expr {
    const c = this.cursor;
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
        if (token.value === "(") return this.#parenthesized();
        throw c.error();
      case "word":
        return this.#word();
      case "quoted":
        return this.#nameOrCall();
      default:
        throw c.error();
    }
  }

  #word(): Expr {
    const c = this.cursor;
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
        return this.#case();
      case "array":
        return this.#array();
      case "exists":
        if (!followedByParen) break;
        c.next();
        return this.#exists(start);
      case "row":
        if (!followedByParen) break;
        c.next();
        return this.#row(start);
      default:
    }
    const bare = BARE_FUNCTIONS.get(token.value);
    if (bare !== undefined && !c.isOp(".", 1)) return this.#bareFunction(start);
    if (isTypedLiteral(c)) return this.#typedLiteral();
    if (followedByParen || token.value === "interval") {
      const special = parseSpecialForm(this, token.value);
      if (special) return special;
    }
    if (RESERVED.has(token.value)) throw c.error();
    return this.#nameOrCall();
  }

  /** DATE '2020-01-01', INTERVAL '1' DAY */
  #typedLiteral(): Expr {
    const c = this.cursor;
    const start = c.start;
    const type = parseType(c);
    const literal = c.start;
    const value = c.stringLiteral();
    const operand: Expr = { kind: "literal", type: "string", value, ...c.span(literal) };
    if (type.name === "interval") intervalFields(c);
    return { kind: "cast", style: "prefix", operand, type, operatorSpan: { start, end: start }, ...c.span(start) };
  }

  #bareFunction(start: number): Expr {
    const c = this.cursor;
    const name = c.anyName();
    const qualified: QualifiedName = { parts: [name], start, end: name.end };
    if (!c.isOp("(")) return { ...emptyCall(qualified, false), ...c.span(start) };
    return this.#call(qualified);
  }

  #exists(start: number): Expr {
    const c = this.cursor;
    c.expectOp("(");
    const select = this.select();
    c.expectOp(")");
    return { kind: "subquery", select, exists: true, ...c.span(start) };
  }

  #row(start: number): Expr {
    const c = this.cursor;
    c.expectOp("(");
    const items = c.isOp(")") ? [] : this.expressions();
    c.expectOp(")");
    return { kind: "tuple", items, labels: undefined, row: true, ...c.span(start) };
  }

  #case(): Expr {
    const c = this.cursor;
    const start = c.start;
    c.expect("case");
    const subject = c.isWord("when") ? undefined : this.expression();
    const branches: { when: Expr; result: Expr }[] = [];
    do {
      c.expect("when");
      const when = this.expression();
      c.expect("then");
      branches.push({ when, result: this.expression() });
    } while (c.isWord("when"));
    const otherwise = c.accept("else") ? this.expression() : undefined;
    c.expect("end");
    return { kind: "case", subject, branches, otherwise, ...c.span(start) };
  }

  #array(): Expr {
    const c = this.cursor;
    const start = c.start;
    c.expect("array");
    if (c.acceptOp("(")) {
      const select = this.select();
      c.expectOp(")");
      return { kind: "array", items: [], select, ...c.span(start) };
    }
    return this.#arrayItems(start);
  }

  #arrayItems(start: number): Expr {
    const c = this.cursor;
    c.expectOp("[");
    const nested = (): Expr => (c.isOp("[") ? this.#arrayItems(c.start) : this.expression());
    const items = c.isOp("]") ? [] : c.list(nested);
    c.expectOp("]");
    return { kind: "array", items, select: undefined, ...c.span(start) };
  }

  /** A subquery, a tuple or an expression in parentheses. `list`: the right side of IN. */
  #parenthesized(list = false): Expr {
    const c = this.cursor;
    const start = c.start;
    if (list && !c.isOp("(")) return this.expression(LIKE + 1);
    c.expectOp("(");
    if (startsSelect(c)) {
      // `(SELECT 1)` is a subquery, `((SELECT 1) + 1)` an expression
      const select = c.attempt(() => {
        const inner = this.select();
        c.expectOp(")");
        return inner;
      });
      if (select) return { kind: "subquery", select, exists: false, ...c.span(start) };
    }
    if (c.acceptOp(")")) return { kind: "tuple", items: [], labels: undefined, row: false, ...c.span(start) };
    const first = this.expression();
    if (c.isOp(",") || list || c.isWord("as")) {
      const items = [first];
      while (c.acceptOp(",") && !c.isOp(")")) items.push(this.expression());
      const labels = c.accept("as") ? c.list(() => c.anyName()) : undefined;
      c.expectOp(")");
      return { kind: "tuple", items, labels, row: false, ...c.span(start) };
    }
    c.expectOp(")");
    return { kind: "paren", operand: first, ...c.span(start) };
  }

  #nameOrCall(): Expr {
    const c = this.cursor;
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
      return this.#call({ parts, ...c.span(start) });
    }
    if (!isColumn) throw c.error();
    return { kind: "column", parts, star, ...c.span(start) };
  }

  // ---------------------------------------------------------------- calls

  #call(name: QualifiedName): Expr {
    const c = this.cursor;
    c.expectOp("(");
    const call = { ...emptyCall(name, true), args: [] as Expr[], orderBy: [] as OrderItem[] };
    let star = false;
    let distinct = false;
    if (c.acceptOp("*")) star = true;
    else if (!c.isOp(")")) {
      distinct = c.accept("distinct");
      if (!distinct) c.accept("all");
      call.args = c.list(() => {
        c.accept("variadic");
        return this.expression();
      });
      if (c.isWord("order")) call.orderBy = this.orderBy();
    }
    c.expectOp(")");
    return this.finishCall({ ...call, star, distinct });
  }

  /** What may follow a call: WITHIN GROUP, FILTER, OVER. */
  finishCall(call: CallParts): Expr {
    const c = this.cursor;
    let { withinGroup, filter, over } = call;
    if (c.isWord("within") && c.isWord("group", 1)) {
      c.expect("within", "group");
      c.expectOp("(");
      withinGroup = this.orderBy();
      c.expectOp(")");
    }
    if (c.isWord("filter") && c.isOp("(", 1)) {
      c.expect("filter");
      c.expectOp("(");
      c.expect("where");
      filter = this.expression();
      c.expectOp(")");
    }
    if (c.isWord("over") && (c.isOp("(", 1) || c.isName(1))) {
      c.next();
      over = c.isOp("(") ? this.window() : c.name();
    }
    return { ...call, withinGroup, filter, over, ...c.span(call.name.start) };
  }

  /** `(PARTITION BY ... ORDER BY ... ROWS ...)` */
  window(): WindowSpec {
    const c = this.cursor;
    const start = c.start;
    c.expectOp("(");
    if (c.isName() && !["partition", "range", "rows", "groups"].includes(c.token.value)) c.name();
    const partitionBy = c.accept("partition", "by") ? this.expressions() : [];
    const orderBy = c.isWord("order") ? this.orderBy() : [];
    const bounds: Expr[] = [];
    if (c.accept("range") || c.accept("rows") || c.accept("groups")) {
      const bound = (): void => {
        if (c.accept("unbounded", "preceding") || c.accept("unbounded", "following") || c.accept("current", "row"))
          return;
        bounds.push(this.expression());
        if (!c.accept("preceding")) c.expect("following");
      };
      if (c.accept("between")) {
        bound();
        c.expect("and");
      }
      bound();
      if (c.accept("exclude") && !c.accept("no", "others") && !c.accept("current", "row") && !c.accept("group"))
        c.expect("ties");
    }
    c.expectOp(")");
    return { partitionBy, orderBy, bounds, ...c.span(start) };
  }

  orderBy(): OrderItem[] {
    const c = this.cursor;
    c.expect("order", "by");
    return c.list(() => this.#orderItem());
  }

  #orderItem(): OrderItem {
    const c = this.cursor;
    const start = c.start;
    let expr: Expr | undefined;
    let index: OrderItem["index"];
    if (c.isWord("primary") && c.isWord("key", 1)) {
      c.expect("primary", "key");
      index = { table: c.qualifiedName(), index: undefined };
    } else if (c.accept("index")) {
      const table = c.qualifiedName();
      c.expectOp("@");
      index = { table, index: c.anyName() };
    } else expr = this.expression();
    const descending = c.accept("desc");
    if (!descending) c.accept("asc");
    let nulls: "first" | "last" | undefined;
    if (c.accept("nulls")) {
      // the emulated version accepts only the order it has
      if (c.isWord("first") && descending) throw c.unimplemented(6224);
      if (c.isWord("last") && !descending) throw c.unimplemented(6224);
      nulls = c.accept("first") ? "first" : "last";
      if (nulls === "last") c.expect("last");
    }
    return { expr, index, descending, nulls, ...c.span(start) };
  }
}

/** True where `(`... begins a subquery: looks through further parentheses. */
export function startsSelect(cursor: Cursor): boolean {
  let distance = 0;
  while (cursor.isOp("(", distance)) distance++;
  const token = cursor.peek(distance);
  return token.type === "word" && ["select", "values", "with", "table"].includes(token.value);
}

export function emptyCall(name: QualifiedName, parentheses: boolean): CallParts {
  return {
    kind: "call",
    name,
    args: [],
    star: false,
    distinct: false,
    orderBy: [],
    withinGroup: [],
    filter: undefined,
    over: undefined,
    parentheses,
    start: name.start,
    end: name.end,
  };
}
