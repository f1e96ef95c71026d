import type { CallParts, Expr, OrderItem, SelectNode, Span, TypeName, WindowSpec } from "../ast.ts";
import { isCatalogView } from "../../catalog-views/index.ts";
import { notInDemo, SqlError, unimplemented } from "../sql-error.ts";
import { checkAssignment, isArrayOfConstants, type TargetColumn } from "../typing/assignment-checks.ts";
import { checkCall } from "../typing/call-checks.ts";
import { checkOperator } from "../typing/operator-checks.ts";
import type { Scope, TypedColumn } from "../typing/scope.ts";
import { constantFamilies, Typer } from "../typing/typer.ts";
import { displayedType, type ValueType } from "../typing/value-type.ts";
import { collationOf } from "./collations.ts";
import type { Edit, Environment } from "./environment.ts";
import { backendFunction, isHiddenFunction, isTimeFunction } from "./functions.ts";
import { quoteName, quoteText } from "./quote.ts";
import { sortKeys } from "./sort-keys.ts";
import { checkLabels, elementIndex, writtenTuple } from "./tuples.ts";
import { resolveType } from "./types.ts";

const INT4_MAX = 2_147_483_647n;
const INT8_MAX = 9_223_372_036_854_775_807n;

/** All of these bind alike in PostgreSQL, and one below the other in CockroachDB. */
const OTHER_OPERATORS: ReadonlySet<string> = new Set([
  "~", "!~", "~*", "!~*", "@>", "<@", "?", "?|", "?&", "&&", "||", "->", "->>", "#>", "#>>", "#-", "|", "#", "&", "<<", ">>",
  "<<=", ">>=",
]); // prettier-ignore

/** What expressions need of the rest of the translator. */
export interface Subqueries {
  select(node: SelectNode): string;
  /** The result columns, where they are known. */
  columnsOf(node: SelectNode): readonly TypedColumn[] | undefined;
}

/** What is known of the places ORDER BY stands in. */
export interface OrderOptions {
  /** Tells of expressions that cannot be NULL. */
  readonly neverNull?: ((expr: Expr) => boolean) | undefined;
  /**
   * The result column that an item names by its position or its alias; `exact` when the item cannot be part of an
   * expression.
   */
  readonly resultColumn?:
    | ((expr: Expr) => { readonly type: ValueType | undefined; readonly exact: boolean } | undefined)
    | undefined;
  /** Items have to stay as they are, because of DISTINCT. */
  readonly exact?: boolean | undefined;
}

/** Expressions for the backend. Each method gives the text that stands in place of the node. */
export class ExpressionTranslator {
  readonly env: Environment;
  readonly typer: Typer;
  readonly #subqueries: Subqueries;

  constructor(env: Environment, subqueries: Subqueries) {
    this.env = env;
    this.#subqueries = subqueries;
    this.typer = new Typer({
      get scope(): Scope | undefined {
        return env.scope;
      },
      typeNamed: (type) => displayedType(displayOf(type, env), isEnum(type, env)),
      columnsOf: (select) => subqueries.columnsOf(select),
    });
  }

  edit(expr: Expr): Edit {
    return { start: expr.start, end: expr.end, text: this.expr(expr) };
  }

  edits(exprs: readonly (Expr | undefined)[]): Edit[] {
    return exprs.filter((expr) => expr !== undefined).map((expr) => this.edit(expr));
  }

  #with(span: Span, exprs: readonly (Expr | undefined)[], more: readonly Edit[] = []): string {
    return this.env.splice(span, [...this.edits(exprs), ...more]);
  }

  expr(expr: Expr): string {
    switch (expr.kind) {
      case "literal":
        return this.#literal(expr);
      case "placeholder":
        return this.env.source(expr);
      case "column":
        return this.#column(expr);
      case "call":
        return this.#call(expr);
      case "unary":
        return this.#unary(expr);
      case "binary":
        return this.#binary(expr);
      case "cast":
        return this.#cast(expr);
      case "case":
        return this.#with(expr, [expr.subject, ...expr.branches.flatMap((b) => [b.when, b.result]), expr.otherwise]);
      case "array":
        return this.#array(expr);
      case "index":
        return this.#index(expr);
      case "field":
        return this.#field(expr);
      case "tuple":
        return this.#tuple(expr);
      case "paren":
        return this.#with(expr, [expr.operand]);
      case "subquery":
        return this.env.splice(expr, [this.#selectEdit(expr.select)]);
      case "in":
        return this.#in(expr);
      case "between":
        return this.#with(expr, [expr.operand, expr.low, expr.high]);
      case "is":
        return this.#is(expr);
      case "collate":
        return this.#collate(expr);
      case "special":
        return this.#special(expr);
    }
  }

  #selectEdit(select: SelectNode): Edit {
    return { start: select.start, end: select.end, text: this.#subqueries.select(select) };
  }

  #index(expr: Extract<Expr, { kind: "index" }>): string {
    const { operand, subscripts } = expr;
    const [subscript] = subscripts;
    if (expr.slice || !subscript) {
      throw unimplemented(`ARRAY slicing in ${this.env.source(expr)}`, 32_551);
    }
    if (operand.kind === "index") {
      throw unimplemented(`multidimensional indexing: ${this.env.source(expr)}`, 32_552);
    }
    const [type, index] = [this.typer.typeOf(operand), this.typer.typeOf(subscript)];
    if (type && !["array", "unknown", "jsonb"].includes(type.family)) {
      const message = `cannot subscript type ${type.name} because it is not an array`;
      throw new SqlError({ code: "42804", message });
    }
    if (index && index.family !== "int" && !constantFamilies(subscript)?.includes("int")) {
      throw new SqlError({ code: "42804", message: `incompatible ARRAY subscript type: ${index.name}` });
    }
    return `(${this.expr(operand)})[${this.expr(subscript)}]`;
  }

  /** A value for a column: checked as CockroachDB does, and converted where PostgreSQL would not do it. */
  assign(expr: Expr, target: TargetColumn): string {
    checkAssignment(this.typer, expr, target);
    const { type, backend } = target;
    if (isArrayOfConstants(expr) && type?.family === "array") return `(${this.#with(expr, expr.items)})::${backend}`;
    if (expr.kind !== "literal") return this.expr(expr);
    if (expr.type === "bytes") return this.#bytesAs(expr, type);
    return plainConstant(expr, type) ?? this.expr(expr);
  }

  /** A constant of bytes may also be a STRING or a UUID. */
  #bytesAs(expr: Extract<Expr, { kind: "literal" }>, type: ValueType | undefined): string {
    const text = this.expr(expr);
    if (type?.family === "uuid") return `${text}::uuid`;
    return type?.family === "string" ? `pg_catalog.convert_from(${text}, 'UTF8')` : text;
  }

  #field(expr: Extract<Expr, { kind: "field" }>): string {
    const type = this.typer.typeOf(expr.operand);
    const column = expr.name && this.#rowColumn(expr.operand, (name) => name === expr.name?.text);
    if (column !== undefined) return column;
    if (!expr.name && expr.position === undefined) return this.#with(expr, [expr.operand]);
    if (type) return this.element(expr.operand, elementIndex(expr, type));
    if (expr.position === undefined) return this.#with(expr, [expr.operand]);
    return `(${this.expr(expr.operand)}).f${expr.position}`;
  }

  /** An element of a tuple: of one that is written out, the expression itself. */
  element(tuple: Expr, index: number): string {
    const item = writtenTuple(tuple)?.items[index];
    const column = this.#rowColumn(tuple, (_, i) => i === index);
    if (column !== undefined) return column;
    return item ? `(${this.expr(item)})` : `(${this.expr(tuple)}).f${index + 1}`;
  }

  #array(expr: Extract<Expr, { kind: "array" }>): string {
    return expr.select ? this.env.splice(expr, [this.#selectEdit(expr.select)]) : this.#with(expr, expr.items);
  }

  #collate(expr: Extract<Expr, { kind: "collate" }>): string {
    const { operand, collation } = expr;
    const found = collationOf(collation.text);
    if (!found) return this.#with(expr, [operand]);
    const type = this.typer.typeOf(operand);
    if (type && !["string", "collated", "unknown"].includes(type.family)) {
      throw new SqlError({ code: "22023", message: `incompatible type for COLLATE: ${type.name}` });
    }
    // a constant would be of no type
    const text = operand.kind === "literal" ? `${this.expr(operand)}::text` : this.expr(operand);
    return `(${text} COLLATE ${found.sql})`;
  }

  /** A cast of a collated string to another type, or of anything to a collated string. */
  #castAcross(operand: string, backend: string): string {
    const [type = backend, collation = 'pg_catalog."default"'] = backend.split(" COLLATE ");
    return `(CAST(${operand} AS ${type}) COLLATE ${collation})`;
  }

  // ---------------------------------------------------------------- leaves

  #literal(expr: Extract<Expr, { kind: "literal" }>): string {
    switch (expr.type) {
      case "integer":
        return this.#integer(expr.value, this.env.source(expr));
      case "string":
        return this.env.text[expr.start] === "'" ? this.env.source(expr) : quoteText(expr.value);
      case "bytes":
        return `'\\x${Buffer.from(expr.value, "latin1").toString("hex")}'::bytea`;
      default:
        return this.env.source(expr);
    }
  }

  // Integers are INT8 in CockroachDB; PostgreSQL would take small ones as int4.
  #integer(value: string, source: string): string {
    const number = BigInt(value);
    if (number <= INT4_MAX) return `${number}::int8`;
    return value.startsWith("0x") || value.startsWith("0X") ? String(number) : source;
  }

  #column(expr: Extract<Expr, { kind: "column" }>): string {
    // names of relations with their schema or database in front
    const { parts } = expr;
    const qualifiers = expr.star ? parts : parts.slice(0, -1);
    const column = expr.star
      ? "*"
      : quoteIfNeeded(this.env, parts.at(-1) ?? { text: "", quoted: true, start: 0, end: 0 });
    const [first, second] = qualifiers;
    if (first && second) {
      const qualified = { parts: qualifiers, start: expr.start, end: expr.end };
      const { schema, name } = this.env.resolve(qualified);
      if (!this.env.relation(qualified) && isCatalogView(schema ?? "", name)) return `${quoteName(name)}.${column}`;
      return `${schema === undefined ? "" : `${quoteName(schema)}.`}${quoteName(name)}.${column}`;
    }
    return (!expr.star && parts.length === 1 && this.#wholeRow(parts[0]?.text ?? "")) || this.env.source(expr);
  }

  /** `(t).a`, where `t` is all of a table's row: the column itself. */
  #rowColumn(operand: Expr, find: (name: string, i: number) => boolean): string | undefined {
    if (operand.kind === "paren") return this.#rowColumn(operand.operand, find);
    if (operand.kind !== "column" || operand.star || operand.parts.length !== 1) return undefined;
    const row = operand.parts[0]?.text ?? "";
    const columns = this.env.scope?.rowOf(row)?.filter((column) => !column.hidden);
    const column = columns?.find(({ name }, i) => find(name, i));
    return column && `${quoteName(row)}.${quoteName(column.name)}`;
  }

  /** A reference to all of a table's row: a tuple of what is not hidden, labelled by the columns' names. */
  #wholeRow(name: string): string | undefined {
    const columns = this.env.scope?.rowOf(name);
    if (!columns) return undefined;
    const row = quoteName(name);
    const visible = columns.filter((column) => !column.hidden).map((column) => `${row}.${quoteName(column.name)}`);
    return `(SELECT ${row} FROM (SELECT ${visible.join(", ")}) AS ${row})`;
  }

  #tuple(expr: Extract<Expr, { kind: "tuple" }>): string {
    checkLabels(expr);
    if (expr.row && !expr.labels) return this.#with(expr, expr.items);
    // PostgreSQL has no parentheses around a single-element or empty tuple;
    // an element that is asked for by its label has to have a type
    const item = (part: Expr): string => {
      const text = this.expr(part);
      return expr.labels && part.kind === "literal" && part.type === "string" ? `${text}::text` : text;
    };
    return `ROW(${expr.items.map((part) => item(part)).join(", ")})`;
  }

  // ---------------------------------------------------------------- operators

  #unary(expr: Extract<Expr, { kind: "unary" }>): string {
    const { operator, operand } = expr;
    if (operator === "-" && operand.kind === "literal" && operand.type === "integer") {
      const number = BigInt(operand.value);
      if (number <= INT8_MAX + 1n) return `(-${number})::int8`;
    }
    return this.#with(expr, [operand]);
  }

  #binary(expr: Extract<Expr, { kind: "binary" }>): string {
    const { operator } = expr;
    checkOperator(this.typer, expr, (part) => this.env.source(part));
    if (operator === "//") return `crdb_demo.floordiv(${this.expr(expr.left)}, ${this.expr(expr.right)})`;
    const left = this.#operand(expr.left, operator, true, this.#adapted(expr, "left"));
    const right = this.#operand(expr.right, operator, false, this.#adapted(expr, "right"));
    return this.env.splice(expr, [left, this.#right(expr, right)]);
  }

  /** A constant that PostgreSQL would not take for what CockroachDB does: `d + '1 month'`, `u = b'...'`. */
  #adapted(expr: Extract<Expr, { kind: "binary" }>, side: "left" | "right"): string | undefined {
    const constant = side === "left" ? expr.left : expr.right;
    if (constant.kind !== "literal" || (constant.type !== "string" && constant.type !== "bytes")) return undefined;
    const other = this.typer.typeOf(side === "left" ? expr.right : expr.left);
    if (!other || expr.quantifier) return undefined;
    if (constant.type === "bytes") return this.#bytesAs(constant, other);
    const plain = plainConstant(constant, other);
    if (plain !== undefined) return plain;
    const type = this.typer.operands(expr.operator, expr.left, expr.right)?.[side];
    return type?.family === "interval" && other.family !== "interval" ? `${this.expr(constant)}::interval` : undefined;
  }

  #right(expr: Extract<Expr, { kind: "binary" }>, right: Edit): Edit {
    if (expr.quantifier !== undefined && expr.right.kind === "array") return { ...right, text: `(${right.text})` };
    if (expr.quantifier === undefined || expr.right.kind !== "tuple") return right;
    // `= ANY (1, 2)`: a tuple stands for an array
    return { ...right, text: `(ARRAY[${expr.right.items.map((item) => this.expr(item)).join(", ")}])` };
  }

  /** An operand; in parentheses where PostgreSQL would group otherwise. */
  #operand(expr: Expr, parent: string, left: boolean, adapted: string | undefined): Edit {
    if (adapted !== undefined) return { start: expr.start, end: expr.end, text: adapted };
    const edit = this.edit(expr);
    if (expr.kind !== "binary" || !OTHER_OPERATORS.has(parent) || !OTHER_OPERATORS.has(expr.operator)) return edit;
    if (left && expr.operator === parent) return edit;
    return { ...edit, text: `(${edit.text})` };
  }

  type(type: TypeName): string {
    return resolveType(type, this.env).backend;
  }

  #cast(expr: Extract<Expr, { kind: "cast" }>): string {
    const resolved = resolveType(expr.type, this.env);
    const { backend, maxLength } = resolved;
    const { operand } = expr;
    // a cast to STRING(n) cuts, which text cannot
    const loses = /^(?:text|varchar|name)/.test(backend) && this.typer.typeOf(operand)?.family === "collated";
    if (loses || backend.includes(" COLLATE ")) return this.#castAcross(this.expr(operand), backend);
    const constant = operand.kind === "literal" ? plainConstant(operand, this.typer.typeOf(expr)) : undefined;
    if (constant !== undefined) return `${constant}::${backend}`;
    if (maxLength !== undefined) return `CAST(${this.expr(operand)} AS varchar(${maxLength}))::text`;
    if (expr.style === "prefix") return `CAST(${this.expr(operand)} AS ${backend})`;
    if (expr.style === "cast") return `CAST(${this.expr(operand)} AS ${backend})`;
    if (expr.style === "annotate") return `CAST(${this.expr(operand)} AS ${backend})`;
    const number = /^(?:int[248]|float[48]|numeric.*)$/.test(backend);
    const plain =
      number && operand.kind === "literal" && operand.type === "integer" && BigInt(operand.value) <= INT8_MAX;
    return `${plain ? BigInt(operand.value) : this.expr(operand)}::${backend}`;
  }

  #in(expr: Extract<Expr, { kind: "in" }>): string {
    const operand = this.expr(expr.operand);
    const not = expr.not ? "NOT " : "";
    if (expr.right.kind === "subquery") {
      return this.env.splice(expr, [this.edit(expr.operand), this.edit(expr.right)]);
    }
    if (expr.right.kind !== "tuple") throw notInDemo("IN without a list");
    // x IN () is false even for NULL
    if (expr.right.items.length === 0) return expr.not ? "true" : "false";
    return `${operand} ${not}IN (${expr.right.items.map((item) => this.expr(item)).join(", ")})`;
  }

  #is(expr: Extract<Expr, { kind: "is" }>): string {
    if (expr.types.length > 0) throw notInDemo("IS OF");
    if (expr.test.endsWith("nan")) {
      const not = expr.test.startsWith("not");
      return `(${this.expr(expr.operand)} ${not ? "<>" : "="} 'NaN')`;
    }
    return this.#with(expr, [expr.operand]);
  }

  // ---------------------------------------------------------------- calls

  #special(expr: Extract<Expr, { kind: "special" }>): string {
    const { name, args } = expr;
    const list = (): string => args.map((arg) => this.expr(arg)).join(", ");
    switch (name) {
      case "if": {
        const [condition, yes, no] = args;
        if (!condition || !yes || !no) throw new SqlError({ code: "42601", message: "if() needs three arguments" });
        return `CASE WHEN ${this.expr(condition)} THEN ${this.expr(yes)} ELSE ${this.expr(no)} END`;
      }
      case "extract":
        if (args.length === 2) return `pg_catalog.date_part(${list()})`;
        // CockroachDB answers a FLOAT
        return `${this.#with(expr, args)}::float8`;
      case "greatest":
      case "least":
        return this.#extreme(expr, name === "least" ? "smallest" : "largest");
      case "ifnull":
        return `COALESCE(${list()})`;
      case "extract_duration":
        if (args.length === 2) return `crdb_demo.extract_duration(${list()})`;
        throw notInDemo(`${name}(... FROM ...)`);
      case "iferror":
      case "iserror":
        throw notInDemo(`${name}()`);
      case "char":
        throw notInDemo("char()");
      default:
        return this.#with(expr, args);
    }
  }

  /** GREATEST and LEAST: NaN is the smallest number. */
  #extreme(expr: Extract<Expr, { kind: "special" }>, name: string): string {
    const family = this.typer.typeOf(expr)?.family;
    const number = family === "float" || family === "decimal";
    if (!number) return this.#with(expr, expr.args);
    const type = family === "float" ? "float8" : "numeric";
    return `crdb_demo.${name}(${expr.args.map((arg) => `(${this.expr(arg)})::${type}`).join(", ")})`;
  }

  #call(expr: CallParts & Expr): string {
    const parts = expr.name.parts.map((part) => part.text);
    const name = parts.at(-1) ?? "";
    if (parts.length === 1 || parts[0] === "pg_catalog") {
      if (isHiddenFunction(name)) throw new SqlError({ code: "42883", message: `unknown function: ${name}()` });
      const own = this.#ownCall(expr, name);
      if (own !== undefined) return own;
      checkCall(this.typer, expr, name);
      const renamed = backendFunction(name);
      if (renamed !== undefined) return this.#callAs(expr, renamed);
      // The compatibility schema's function of that name comes before PostgreSQL's, as without the schema.
      if (parts.length > 1) return this.#callAs(expr, quoteName(name));
    } else if (parts[0] !== "crdb_internal" && parts[0] !== "information_schema") {
      throw new SqlError({ code: "42883", message: `unknown function: ${parts.join(".")}()` });
    }
    return this.#with(expr, [...expr.args, expr.filter], this.#callEdits(expr));
  }

  /** A call of a function that the backend has by another name. */
  #callAs(expr: CallParts & Expr, name: string): string {
    const edits = [...this.edits([...expr.args, expr.filter]), ...this.#callEdits(expr)];
    return this.env.splice(expr, [...edits, { start: expr.name.start, end: expr.name.end, text: name }]);
  }

  #callEdits(expr: CallParts): Edit[] {
    const more = [
      ...this.orderEdits(expr.orderBy, { exact: expr.distinct }),
      ...this.orderEdits(expr.withinGroup, { exact: true }),
    ];
    if (expr.over && "partitionBy" in expr.over) more.push(...this.windowEdits(expr.over));
    return more;
  }

  /** array_to_json(a, pretty), where only false is possible. */
  #arrayToJson([array, pretty]: readonly Expr[]): string | undefined {
    if (!array || pretty?.kind !== "literal") throw notInDemo("array_to_json() with a computed layout");
    if (pretty.type === "null") return "NULL::jsonb";
    if (pretty.type === "false") return `to_jsonb(${this.expr(array)})`;
    throw new SqlError({ code: "22023", message: "array_to_json(): pretty printing is not supported" });
  }

  /** Where the parentheses of a call without arguments end. */
  #closeOf(expr: CallParts): number {
    return this.env.text.indexOf(")", expr.name.end) + 1;
  }

  /** generate_series() with integers: what is of no type yet is an integer too. */
  #series(expr: CallParts): string | undefined {
    const open = expr.args.filter(
      (arg) => arg.kind === "placeholder" || (arg.kind === "literal" && arg.type === "null"),
    );
    if (open.length === 0 || !expr.args.some((arg) => this.typer.typeOf(arg)?.family === "int")) return undefined;
    const edits = expr.args.map((arg) => ({
      start: arg.start,
      end: arg.end,
      text: open.includes(arg) ? `${this.env.source(arg)}::int8` : this.expr(arg),
    }));
    return this.env.splice(expr, edits);
  }

  /** Functions that PostgreSQL spells otherwise, or that ask about the client's session. */
  #ownCall(expr: CallParts, name: string): string | undefined {
    if (isTimeFunction(name)) return timeFunction(name, expr.args);
    switch (name) {
      case "array_to_json":
        return expr.args.length === 2 ? this.#arrayToJson(expr.args) : undefined;
      case "count_rows":
        return this.env.splice(expr, [
          { start: expr.start, end: this.#closeOf(expr), text: "count(*)" },
          ...this.edits([expr.filter]),
          ...this.#callEdits(expr),
        ]);
      case "current_catalog":
      case "current_database":
        // a session whose database does not exist is connected to another
        return this.env.context.catalog.schemas().length > 0
          ? "crdb_demo.current_database()"
          : `${quoteText(this.env.context.database)}::text`;
      case "current_user":
      case "current_role":
      case "session_user":
      case "user":
        return "current_user::text";
      case "current_schema":
        return "crdb_demo.current_schema()";
      case "current_setting":
        this.env.virtualTables.add("session_variables");
        return undefined;
      case "set_config":
        throw notInDemo("set_config()");
      case "pg_typeof":
        return `${this.#with(expr, expr.args)}::text`;
      case "generate_series":
        return this.#series(expr);
      case "follower_read_timestamp":
      case "experimental_follower_read_timestamp":
      case "with_max_staleness":
      case "with_min_timestamp":
        throw notInDemo(`${name}()`);
      case "version":
        return expr.args.length === 0 ? "crdb_demo.version()" : undefined;
      default:
        return undefined;
    }
  }

  windowEdits(window: WindowSpec): Edit[] {
    return [...this.edits(window.partitionBy), ...this.orderEdits(window.orderBy), ...this.edits(window.bounds)];
  }

  // ---------------------------------------------------------------- ORDER BY

  /** ORDER BY of a window, an aggregate, or a statement without result columns to name. */
  orderEdits(items: readonly OrderItem[], options: OrderOptions = {}): Edit[] {
    return items.map((item) => {
      if (item.index || !item.expr) throw notInDemo("ORDER BY INDEX");
      const { expr } = item;
      const column = options.resultColumn?.(expr);
      const position = column !== undefined && expr.kind === "literal";
      const text = position ? this.env.source(expr) : this.expr(expr);
      const key = sortKeys(text, column ? column.type : this.typer.typeOf(expr), {
        descending: item.descending,
        neverNull: options.neverNull?.(expr) ?? false,
        exact: options.exact === true || column?.exact === true,
      });
      return { start: item.start, end: item.end, text: key };
    });
  }

  /** GROUP BY and DISTINCT ON: a bare number is the place of a result column. */
  positionEdits(exprs: readonly Expr[]): Edit[] {
    return exprs.filter((expr) => !(expr.kind === "literal" && expr.type === "integer")).map((expr) => this.edit(expr));
  }
}

// CockroachDB takes words as names that PostgreSQL reserves; quoting is always safe.
function quoteIfNeeded(env: Environment, name: { readonly text: string; readonly quoted: boolean } & Span): string {
  return name.quoted ? env.source(name) : quoteName(name.text);
}

/** current_time and its kin take an optional precision, and no empty parentheses in PostgreSQL. */
function timeFunction(name: string, args: readonly Expr[]): string | undefined {
  const [precision] = args;
  if (!precision) return name;
  if (args.length > 1 || precision.kind !== "literal" || precision.type !== "integer") {
    throw notInDemo(`${name}() of an expression`);
  }
  return `${name}(${precision.value})`;
}

const displayOf = (type: TypeName, env: Environment): string => {
  return resolveType(type, env).display;
};

const isEnum = (type: TypeName, env: Environment): boolean =>
  type.qualified !== undefined && env.findType(type.name, type.qualified.parts.at(-2)?.text) !== undefined;

/** The limits of TIMESTAMP and TIMESTAMPTZ, which stand for infinity in CockroachDB. */
const INFINITE: Readonly<Record<string, string>> = {
  infinity: "'294276-12-31 23:59:59.999999+00:00'",
  "-infinity": "'4714-11-24 00:00:00+00:00 BC'",
};

/**
 * A constant that PostgreSQL would not read, or otherwise: a UUID written as a URN, an infinite moment, an offset right
 * behind PM, whose sign would be lost.
 */
function plainConstant(expr: Extract<Expr, { kind: "literal" }>, type: ValueType | undefined): string | undefined {
  if (expr.type !== "string") return undefined;
  if (type?.family === "timestamp" || type?.family === "timestamptz") return INFINITE[expr.value.trim().toLowerCase()];
  if (type?.family === "date") return dateWithoutCentury(expr.value);
  if (type?.family === "timetz") {
    const spaced = expr.value.replace(/([ap]m)([+-]\d)/i, "$1 $2");
    return spaced === expr.value ? undefined : quoteText(spaced);
  }
  if (type?.family !== "uuid" || !/^urn:uuid:/i.test(expr.value)) return undefined;
  return quoteText(expr.value.slice("urn:uuid:".length));
}

/** Three short numbers are year, month and day; PostgreSQL would take the first for the month. */
function dateWithoutCentury(text: string): string | undefined {
  const [, year = "", month, day = ""] = /^\s*(\d\d)([/-]\d\d?[/-])(\d+)\s*$/.exec(text) ?? [];
  if (month === undefined) return undefined;
  if (day.length > 2) {
    const message = `parsing as type date: field day value ${day} is out of range`;
    const detail =
      "Wanted: [ Era Hour Minute Second Nanos Meridian TZHour TZMinute TZSecond ]\nAlready found in input: [ Year Month Day ]";
    throw new SqlError({ code: "22008", message, detail });
  }
  return quoteText(`${Number(year) < 70 ? 20 : 19}${year}${month}${day}`);
}
