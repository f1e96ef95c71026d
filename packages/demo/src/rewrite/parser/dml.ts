import type {
  Assignment,
  DeleteNode,
  Expr,
  InsertNode,
  Name,
  OrderItem,
  Returning,
  Span,
  TargetTable,
  UpdateNode,
  WithClause,
} from "../ast.ts";
import type { Cursor } from "./cursor.ts";
import type { SelectParser } from "./select.ts";

/** INSERT and UPSERT. */
export function parseInsert(parser: SelectParser, withClause: WithClause | undefined): InsertNode {
  const c = parser.cursor;
  const start = withClause?.start ?? c.start;
  const verbStart = c.start;
  const upsert = c.isWord("upsert");
  c.next();
  const verb = c.span(verbStart);
  return c.help(upsert ? "UPSERT" : "INSERT", () => {
    c.expect("into");
    const target = parseTarget(parser, "as");
    const columns = c.isOp("(") && !startsSource(c) ? columnList(c) : undefined;
    const sourceStart = c.start;
    const source = c.accept("default", "values") ? undefined : parser.select();
    const sourceSpan = c.span(sourceStart);
    const onConflict = !upsert && c.isWord("on") ? parseOnConflict(parser) : undefined;
    const returning = parseReturning(parser);
    return {
      kind: "insert",
      upsert,
      verb,
      with: withClause,
      target,
      columns,
      source,
      sourceSpan,
      onConflict,
      returning,
      ...c.span(start),
    };
  });
}

// INSERT INTO t (SELECT ...) has no column list
function startsSource(c: Cursor): boolean {
  let distance = 0;
  while (c.isOp("(", distance)) distance++;
  return ["select", "values", "with", "table"].some((word) => c.isWord(word, distance));
}

/** `t`, `t@index`, `t AS x`; an alias without AS only where nothing else can follow. */
function parseTarget(parser: SelectParser, alias: "as" | "bare"): TargetTable {
  const c = parser.cursor;
  const start = c.start;
  // tables do not inherit: ONLY and * change nothing
  if (alias === "bare" && c.isWord("only")) c.next();
  const name = c.qualifiedName();
  if (alias === "bare") c.acceptOp("*");
  const hint = parser.indexHint();
  let aliasName: Name | undefined;
  if (c.isWord("as") && !c.isWord("of", 1)) {
    c.next();
    aliasName = c.name();
  } else if (alias === "bare" && c.isName() && !c.isWord("set")) aliasName = c.name();
  return { name, hint, alias: aliasName, ...c.span(start) };
}

function parseOnConflict(parser: SelectParser): NonNullable<InsertNode["onConflict"]> {
  const c = parser.cursor;
  const start = c.start;
  c.expect("on", "conflict");
  if (c.accept("on", "constraint")) throw c.unimplemented(28_161);
  const columns = c.optionalColumnList();
  const where = columns.length > 0 && c.accept("where") ? parser.expression() : undefined;
  c.expect("do");
  if (c.accept("nothing")) {
    return { columns, where, action: "nothing", set: [], updateWhere: undefined, ...c.span(start) };
  }
  if (columns.length === 0) throw c.error();
  c.expect("update", "set");
  const set = parseAssignments(parser);
  const updateWhere = c.accept("where") ? parser.expression() : undefined;
  return { columns, where, action: "update", set, updateWhere, ...c.span(start) };
}

function parseAssignments(parser: SelectParser): Assignment[] {
  const c = parser.cursor;
  return c.list((): Assignment => {
    const start = c.start;
    const tuple = c.isOp("(");
    const columns = tuple ? columnList(c) : [column(c)];
    c.expectOp("=");
    const value = parser.expression();
    return { columns, tuple, value, ...c.span(start) };
  });
}

/** A column to write to, which takes no qualifier. */
function column(c: Cursor): Name {
  const name = c.name();
  if (!c.isOp(".")) return name;
  c.next();
  throw c.unimplemented(27_792);
}

function columnList(c: Cursor): Name[] {
  c.expectOp("(");
  const names = c.list(() => column(c));
  c.expectOp(")");
  return names;
}

function parseReturning(parser: SelectParser): Returning | undefined {
  const c = parser.cursor;
  const start = c.start;
  if (!c.accept("returning")) return undefined;
  if (c.accept("nothing")) return { nothing: true, items: [], ...c.span(start) };
  const items = parser.selectItems();
  return { nothing: false, items, ...c.span(start) };
}

interface Tail {
  readonly where: (Span & { readonly expr: Expr }) | undefined;
  readonly orderBy: readonly OrderItem[];
  readonly limit: Expr | undefined;
  readonly offset: Expr | undefined;
  readonly limitSpan: Span | undefined;
  readonly returning: Returning | undefined;
}

function parseTail(parser: SelectParser): Tail {
  const c = parser.cursor;
  const whereStart = c.start;
  const where = c.accept("where") ? { expr: parser.expression(), ...c.span(whereStart) } : undefined;
  const limitStart = c.start;
  const orderBy = c.isWord("order") ? parser.expressions.orderBy() : [];
  let limit: Expr | undefined;
  let offset: Expr | undefined;
  if (c.accept("limit")) limit = parser.expression();
  if (c.accept("offset")) offset = parser.expression();
  if (!limit && c.accept("limit")) limit = parser.expression();
  const limitSpan = orderBy.length > 0 || limit || offset ? c.span(limitStart) : undefined;
  const returning = parseReturning(parser);
  return { where, orderBy, limit, offset, limitSpan, returning };
}

export function parseUpdate(parser: SelectParser, withClause: WithClause | undefined): UpdateNode {
  const c = parser.cursor;
  const start = withClause?.start ?? c.start;
  c.expect("update");
  return c.help("UPDATE", () => {
    const target = parseTarget(parser, "bare");
    c.expect("set");
    const set = parseAssignments(parser);
    const from = c.accept("from") ? c.list(() => parser.fromItem()) : [];
    const tail = parseTail(parser);
    return { kind: "update", with: withClause, target, set, from, ...tail, ...c.span(start) };
  });
}

export function parseDelete(parser: SelectParser, withClause: WithClause | undefined): DeleteNode {
  const c = parser.cursor;
  const start = withClause?.start ?? c.start;
  c.expect("delete");
  return c.help("DELETE", () => {
    c.expect("from");
    const target = parseTarget(parser, "bare");
    if (c.accept("using")) {
      c.list(() => parser.fromItem());
      throw c.unimplemented(40_963);
    }
    const tail = parseTail(parser);
    return { kind: "delete", with: withClause, target, ...tail, ...c.span(start) };
  });
}
