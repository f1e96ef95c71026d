import type { CallParts, Expr, OrderItem, QualifiedName, WindowSpec } from "../ast.ts";
import type { ExpressionParser } from "./expressions.ts";

/** A call from its opening parenthesis on. */
export function parseCall(parser: ExpressionParser, name: QualifiedName): Expr {
  const c = parser.cursor;
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
      return parser.expression();
    });
    if (c.isWord("order")) call.orderBy = parseOrderBy(parser);
  }
  c.expectOp(")");
  return finishCall(parser, { ...call, star, distinct });
}

/** What may follow a call: WITHIN GROUP, FILTER, OVER. */
export function finishCall(parser: ExpressionParser, call: CallParts): Expr {
  const c = parser.cursor;
  let { withinGroup, filter, over } = call;
  if (c.isWord("within") && c.isWord("group", 1)) {
    c.expect("within", "group");
    c.expectOp("(");
    withinGroup = parseOrderBy(parser);
    c.expectOp(")");
  }
  if (c.isWord("filter") && c.isOp("(", 1)) {
    c.expect("filter");
    c.expectOp("(");
    c.expect("where");
    filter = parser.expression();
    c.expectOp(")");
  }
  if (c.isWord("over") && (c.isOp("(", 1) || c.isName(1))) {
    c.next();
    over = c.isOp("(") ? parseWindow(parser) : c.name();
  }
  return { ...call, withinGroup, filter, over, ...c.span(call.name.start) };
}

/** `(PARTITION BY ... ORDER BY ... ROWS ...)` */
export function parseWindow(parser: ExpressionParser): WindowSpec {
  const c = parser.cursor;
  const start = c.start;
  c.expectOp("(");
  if (c.isName() && !["partition", "range", "rows", "groups"].includes(c.token.value)) c.name();
  const partitionBy = c.accept("partition", "by") ? parser.expressions() : [];
  const orderBy = c.isWord("order") ? parseOrderBy(parser) : [];
  const bounds: Expr[] = [];
  if (c.accept("range") || c.accept("rows") || c.accept("groups")) {
    const bound = (): void => {
      if (c.accept("unbounded", "preceding") || c.accept("unbounded", "following") || c.accept("current", "row"))
        return;
      bounds.push(parser.expression());
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

export function parseOrderBy(parser: ExpressionParser): OrderItem[] {
  const c = parser.cursor;
  c.expect("order", "by");
  return c.list(() => orderItem(parser));
}

function orderItem(parser: ExpressionParser): OrderItem {
  const c = parser.cursor;
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
  } else expr = parser.expression();
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
