import type {
  Cte,
  FromItem,
  IndexHint,
  LockingClause,
  Name,
  SelectBody,
  SelectItem,
  SelectNode,
  Span,
  StatementNode,
  WithClause,
} from "../ast.ts";
import type { Expr, OrderItem, WindowSpec } from "../ast.ts";
import type { Cursor } from "./cursor.ts";
import { ExpressionParser } from "./expressions.ts";
import { startsSelect } from "./primary.ts";
import { NOT_BARE_ALIAS, RESERVED, TYPE_OR_FUNCTION } from "./keywords.ts";

/** Parses statements that may stand inside others: in WITH and in [ ... ]. */
export interface StatementRule {
  (cursor: Cursor): StatementNode;
}

const JOIN_WORDS: ReadonlySet<string> = new Set(["join", "inner", "left", "right", "full", "cross", "natural"]);

/** SELECT, VALUES, TABLE, their combinations, and WITH in front of any statement. */
export class SelectParser {
  readonly cursor: Cursor;
  readonly expressions: ExpressionParser;
  readonly #statement: StatementRule;

  constructor(cursor: Cursor, statement: StatementRule) {
    this.cursor = cursor;
    this.#statement = statement;
    this.expressions = new ExpressionParser(cursor, () => this.select());
  }

  expression(): Expr {
    return this.expressions.expression();
  }

  /** A whole select with WITH, ORDER BY, LIMIT and locks; parentheses around it are kept as a nested one. */
  select(given?: WithClause): SelectNode {
    const c = this.cursor;
    const start = given?.start ?? c.start;
    const withClause = given ?? (c.isWord("with") ? this.withClause() : undefined);
    const body = this.#set(0);
    let orderBy: readonly OrderItem[] = [];
    let limit: Expr | undefined;
    let offset: Expr | undefined;
    const locking: LockingClause[] = [];
    if (c.isWord("order")) orderBy = this.expressions.orderBy();
    for (;;) {
      if (c.isWord("limit") && !limit) limit = this.#limit();
      else if (c.isWord("offset") && !offset) offset = this.#offset();
      else if (c.isWord("fetch") && !limit) limit = this.#fetch();
      else if (c.isWord("for") && !c.isWord("each", 1)) locking.push(this.#locking());
      else break;
    }
    return { kind: "select", with: withClause, body, orderBy, limit, offset, locking, ...c.span(start) };
  }

  withClause(): WithClause {
    const c = this.cursor;
    const start = c.start;
    c.expect("with");
    const recursive = c.accept("recursive");
    const ctes = c.list((): Cte => {
      const from = c.start;
      const name = c.name();
      const columns = c.optionalColumnList();
      c.expect("as");
      if (c.accept("not")) c.expect("materialized");
      else c.accept("materialized");
      c.expectOp("(");
      const statement = this.#statement(c);
      c.expectOp(")");
      return { name, columns, statement, ...c.span(from) };
    });
    return { recursive, ctes, ...c.span(start) };
  }

  // ---------------------------------------------------------------- bodies

  #set(level: 0 | 1): SelectBody {
    const c = this.cursor;
    const start = c.start;
    let left = level === 0 ? this.#set(1) : this.#primary();
    for (;;) {
      const words = level === 0 ? ["union", "except"] : ["intersect"];
      const word = words.find((w) => c.isWord(w));
      if (word === undefined) return left;
      c.next();
      const all = c.accept("all");
      if (!all) c.accept("distinct");
      const right = level === 0 ? this.#set(1) : this.#primary();
      left = {
        kind: "set",
        operator: all ? `${word} all` : word,
        left: wrap(left),
        right: wrap(right),
        ...c.span(start),
      };
    }
  }

  #primary(): SelectBody {
    const c = this.cursor;
    const start = c.start;
    if (c.isOp("(")) {
      c.next();
      const select = this.select();
      c.expectOp(")");
      return { kind: "nested", select, ...c.span(start) };
    }
    if (c.isWord("values")) return this.#values();
    if (c.isWord("table")) {
      c.next();
      const name = c.qualifiedName();
      return { kind: "table", name, hint: this.indexHint(), ...c.span(start) };
    }
    if (!c.isWord("select")) throw c.error();
    c.next();
    return c.help("SELECT", () => this.#simple(start));
  }

  #values(): SelectBody {
    const c = this.cursor;
    const start = c.start;
    c.expect("values");
    return c.help("VALUES", () => {
      const rows = c.list(() => {
        const from = c.start;
        c.expectOp("(");
        const items = this.expressions.expressions();
        c.expectOp(")");
        return { items, ...c.span(from) };
      });
      return { kind: "values", rows, ...c.span(start) };
    });
  }

  #simple(start: number): SelectBody {
    const c = this.cursor;
    let distinctOn: Expr[] = [];
    const distinct = c.accept("distinct");
    if (distinct) {
      if (c.accept("on")) {
        c.expectOp("(");
        distinctOn = this.expressions.expressions();
        c.expectOp(")");
      }
    } else c.accept("all");
    const items = this.#isEmptyTargetList() ? [] : this.selectItems();
    let from: FromItem[] = [];
    let asOf: (Span & { readonly expr: Expr }) | undefined;
    if (c.accept("from")) {
      from = c.list(() => this.fromItem());
      asOf = this.#asOf();
    }
    const where = c.accept("where") ? this.expression() : undefined;
    const groupBy = c.accept("group", "by") ? this.expressions.expressions() : [];
    const having = c.accept("having") ? this.expression() : undefined;
    const windows: { name: Name; spec: WindowSpec }[] = [];
    if (c.accept("window")) {
      windows.push(
        ...c.list(() => {
          const name = c.name();
          c.expect("as");
          return { name, spec: this.expressions.window() };
        }),
      );
    }
    return {
      kind: "simple",
      distinct,
      distinctOn,
      items,
      from,
      asOf,
      where,
      groupBy,
      having,
      windows,
      ...c.span(start),
    };
  }

  // SELECT FROM t is allowed, SELECT FROM and SELECT alone are not
  #isEmptyTargetList(): boolean {
    const c = this.cursor;
    return c.isWord("from") && c.isName(1);
  }

  selectItems(): SelectItem[] {
    const c = this.cursor;
    return c.list(() => {
      const start = c.start;
      if (c.acceptOp("*")) {
        return {
          expr: { kind: "column", parts: [], star: true, ...c.span(start) },
          alias: undefined,
          ...c.span(start),
        };
      }
      const expr = this.expression();
      let alias: Name | undefined;
      if (c.accept("as")) alias = c.anyName();
      else if (this.#isBareAlias()) alias = c.anyName();
      return { expr, alias, ...c.span(start) };
    });
  }

  #isBareAlias(): boolean {
    const token = this.cursor.token;
    if (token.type === "quoted") return true;
    if (token.type !== "word") return false;
    return !RESERVED.has(token.value) && !TYPE_OR_FUNCTION.has(token.value) && !NOT_BARE_ALIAS.has(token.value);
  }

  // ---------------------------------------------------------------- FROM

  fromItem(): FromItem {
    const c = this.cursor;
    const start = c.start;
    let left = this.#fromPrimary();
    while (c.token.type === "word" && JOIN_WORDS.has(c.token.value)) {
      left = c.help("<SOURCE>", () => this.#join(left, start));
    }
    return left;
  }

  #join(left: FromItem, start: number): FromItem {
    const c = this.cursor;
    const natural = c.accept("natural");
    const cross = !natural && c.accept("cross");
    if (!cross && !c.accept("inner") && (c.accept("left") || c.accept("right") || c.accept("full"))) c.accept("outer");
    const from = c.start;
    const strategy = ["hash", "merge", "lookup", "inverted"].some((w) => c.isWord(w) && c.isWord("join", 1))
      ? (c.next(), c.span(from))
      : undefined;
    c.expect("join");
    const right = this.#fromPrimary();
    let using: Name[] | undefined;
    let on: Expr | undefined;
    if (!natural && !cross) {
      if (c.accept("using")) using = c.columnList();
      else {
        c.expect("on");
        on = this.expression();
      }
    }
    return { kind: "join", left, right, natural, using, on, strategy, ...c.span(start) };
  }

  #fromPrimary(): FromItem {
    const c = this.cursor;
    const start = c.start;
    const lateral = c.accept("lateral");
    if (c.isOp("[")) return this.#bracketed(start);
    if (c.isOp("(")) return this.#parenthesized(start, lateral);
    if (c.isWord("rows") && c.isWord("from", 1)) return this.#rowsFrom(start, lateral);
    const only = c.accept("only");
    if (!only) {
      const call = this.#functionSource(start, lateral);
      if (call) return call;
    }
    const name = c.qualifiedName();
    if (!only) c.acceptOp("*");
    const hint = c.help("<SOURCE>", () => this.indexHint());
    const ordinality = this.#ordinality();
    const { alias, columns } = this.#alias();
    return { kind: "table", name, only, hint, ordinality, alias, columns, ...c.span(start) };
  }

  #bracketed(start: number): FromItem {
    const c = this.cursor;
    c.expectOp("[");
    if (c.token.type === "integer") throw c.unimplemented();
    const statement = this.#statement(c);
    c.expectOp("]");
    const ordinality = this.#ordinality();
    return {
      kind: "subquery",
      lateral: false,
      statement,
      bracketed: true,
      ordinality,
      ...this.#alias(),
      ...c.span(start),
    };
  }

  #parenthesized(start: number, lateral: boolean): FromItem {
    const c = this.cursor;
    if (startsSelect(c)) {
      const select = c.attempt(() => {
        c.expectOp("(");
        const inner = this.select();
        c.expectOp(")");
        return inner;
      });
      if (select) {
        const ordinality = this.#ordinality();
        return {
          kind: "subquery",
          lateral,
          statement: select,
          bracketed: false,
          ordinality,
          ...this.#alias(),
          ...c.span(start),
        };
      }
    }
    c.expectOp("(");
    if (startsSelect(c) && !c.isOp("(")) {
      this.select(); // raises the error that made the attempt fail
    }
    const item = this.fromItem();
    c.expectOp(")");
    return { kind: "paren", item, alias: this.#alias().alias, ...c.span(start) };
  }

  #rowsFrom(start: number, lateral: boolean): FromItem {
    const c = this.cursor;
    c.expect("rows", "from");
    c.expectOp("(");
    const calls = this.expressions.expressions();
    c.expectOp(")");
    const ordinality = this.#ordinality();
    return { kind: "function", lateral, calls, rowsFrom: true, ordinality, ...this.#alias(), ...c.span(start) };
  }

  #functionSource(start: number, lateral: boolean): FromItem | undefined {
    const c = this.cursor;
    let distance = 1;
    while (c.isOp(".", distance)) distance += 2;
    const bare =
      c.token.type === "word" &&
      ["current_user", "current_date", "current_schema", "current_timestamp"].includes(c.token.value);
    if (!c.isOp("(", distance) && !bare) return undefined;
    const call = this.expression();
    const ordinality = this.#ordinality();
    return {
      kind: "function",
      lateral,
      calls: [call],
      rowsFrom: false,
      ordinality,
      ...this.#alias(),
      ...c.span(start),
    };
  }

  #ordinality(): Span | undefined {
    const c = this.cursor;
    const start = c.start;
    return c.accept("with", "ordinality") ? c.span(start) : undefined;
  }

  #alias(): { alias: Name | undefined; columns: Name[] } {
    const c = this.cursor;
    let alias: Name | undefined;
    if (c.isWord("as") && !(c.isWord("of", 1) && c.isWord("system", 2))) {
      c.next();
      alias = c.name();
    } else if (c.isName() && !c.isWord("set") && !c.isWord("offset")) alias = c.name();
    return { alias, columns: alias ? this.#aliasColumns() : [] };
  }

  /** `AS t (a, b)` or `AS t (a INT, b STRING)` */
  #aliasColumns(): Name[] {
    return this.cursor.help("<SOURCE>", () => this.cursor.optionalColumnList());
  }

  /** `@name`, `@[1]`, `@{FORCE_INDEX=name,ASC}` */
  indexHint(): IndexHint | undefined {
    const c = this.cursor;
    const start = c.start;
    if (!c.acceptOp("@")) return undefined;
    let index: Name | undefined;
    let indexId: number | undefined;
    const byId = (): void => {
      c.expectOp("[");
      indexId = Number(c.next().value);
      c.expectOp("]");
    };
    if (c.isOp("[")) byId();
    else if (c.acceptOp("{")) {
      c.list(() => {
        if (c.accept("force_index")) {
          c.expectOp("=");
          if (c.isOp("[")) byId();
          else index = c.anyName();
        } else if (c.isWord("no_full_scan")) throw c.error();
        else if (
          !c.accept("asc") &&
          !c.accept("desc") &&
          !c.accept("no_index_join") &&
          !c.accept("ignore_foreign_keys")
        )
          throw c.error();
      });
      c.expectOp("}");
    } else index = c.anyName();
    return { index, indexId, ...c.span(start) };
  }

  #asOf(): (Span & { readonly expr: Expr }) | undefined {
    const c = this.cursor;
    const start = c.start;
    if (!c.accept("as", "of", "system", "time")) return undefined;
    const expr = this.expression();
    return { expr, ...c.span(start) };
  }

  // ---------------------------------------------------------------- LIMIT and locks

  #limit(): Expr | undefined {
    const c = this.cursor;
    c.expect("limit");
    if (c.accept("all")) return undefined;
    return this.expression();
  }

  #offset(): Expr {
    const c = this.cursor;
    c.expect("offset");
    const offset = this.expression();
    if (!c.accept("rows")) c.accept("row");
    return offset;
  }

  #fetch(): Expr | undefined {
    const c = this.cursor;
    c.expect("fetch");
    if (!c.accept("first")) c.expect("next");
    const count = c.isWord("row") || c.isWord("rows") ? undefined : this.expressions.expression(18);
    if (!c.accept("rows")) c.expect("row");
    c.expect("only");
    return count;
  }

  #locking(): LockingClause {
    const c = this.cursor;
    const start = c.start;
    c.expect("for");
    let strength: string;
    if (c.accept("update")) strength = "update";
    else if (c.accept("no", "key", "update")) strength = "no key update";
    else if (c.accept("key", "share")) strength = "key share";
    else {
      c.expect("share");
      strength = "share";
    }
    const of = c.accept("of") ? c.list(() => c.qualifiedName()) : [];
    let wait: LockingClause["wait"];
    if (c.accept("nowait")) wait = "nowait";
    else if (c.accept("skip", "locked")) wait = "skip locked";
    return { strength, of, wait, ...c.span(start) };
  }
}

const wrap = (body: SelectBody): SelectNode =>
  body.kind === "nested" && body.start === body.select.start
    ? body.select
    : {
        kind: "select",
        with: undefined,
        body,
        orderBy: [],
        limit: undefined,
        offset: undefined,
        locking: [],
        start: body.start,
        end: body.end,
      };
