import type {
  Expr,
  FromItem,
  Name,
  OrderItem,
  Returning,
  SelectBody,
  SelectItem,
  SelectNode,
  StatementNode,
  WithClause,
} from "../ast.ts";
import type { ColumnView, TableView, VirtualTableName } from "../contract.ts";
import { notInDemo, SqlError, unimplemented } from "../sql-error.ts";
import type { TypedColumn } from "../typing/scope.ts";
import type { TargetColumn } from "../typing/assignment-checks.ts";
import { renamed, SelectTypes } from "../typing/select-types.ts";
import { catalogTableSql } from "./catalog-tables.ts";
import { constantFamilies } from "../typing/typer.ts";
import { columnName } from "./column-names.ts";
import { noColumn, type CommonTable, type Edit, type Environment } from "./environment.ts";
import { ExpressionTranslator, type OrderOptions } from "./expressions.ts";
import { backendFunction } from "./functions.ts";
import { columnsOf } from "./print.ts";
import { quoteName } from "./quote.ts";

/** Translates the statements that can stand inside others: in WITH and in [ ... ]. */
export interface InnerStatements {
  statement(node: StatementNode): string;
}

/** A source in FROM, as `*` sees it. */
interface Source {
  /** What its columns are qualified with. */
  readonly qualifier: string | undefined;
  /** Set where columns are hidden, so that `*` has to be written out. */
  readonly table: TableView | undefined;
}

const VIRTUAL: Readonly<Record<string, VirtualTableName>> = {
  session_variables: "session_variables",
  cluster_queries: "cluster_queries",
  node_queries: "cluster_queries",
  cluster_sessions: "cluster_sessions",
  node_sessions: "cluster_sessions",
  cluster_settings: "cluster_settings",
  databases: "databases",
};

/** SELECT and its kin for the backend. */
export class SelectTranslator {
  readonly env: Environment;
  readonly expressions: ExpressionTranslator;
  readonly types: SelectTypes;
  readonly #inner: InnerStatements;

  constructor(env: Environment, inner: InnerStatements) {
    this.env = env;
    this.#inner = inner;
    this.expressions = new ExpressionTranslator(env, this);
    this.types = new SelectTypes(env, () => this.expressions.typer);
  }

  columnsOf(node: SelectNode): readonly TypedColumn[] | undefined {
    return this.types.columnsOf(node);
  }

  /** The text of a select. `top` is true for the statement itself. */
  select(node: SelectNode, top = false, targets?: readonly TargetColumn[]): string {
    return this.inWith(node.with, (edits) => {
      edits.push(this.#body(node.body, top, targets));
      edits.push(...this.#orderEdits(node));
      // FETCH FIRST takes no cast
      const counts = [node.limit, node.offset].filter((expr) => expr?.kind !== "literal");
      edits.push(...this.expressions.edits(counts));
      this.#checkCount("LIMIT", node.limit);
      this.#checkCount("OFFSET", node.offset);
      for (const lock of node.locking) {
        if (lock.wait === "skip locked") throw unimplemented("SKIP LOCKED lock wait policy is not supported", 40_476);
      }
      return this.env.splice(node, edits);
    });
  }

  /** LIMIT and OFFSET see no columns and take integers only. */
  #checkCount(clause: "LIMIT" | "OFFSET", expr: Expr | undefined): void {
    if (!expr) return;
    const column = expr.kind === "subquery" ? undefined : columnsOf(expr)[0];
    if (column !== undefined) throw noColumn(column);
    const type = this.expressions.typer.typeOf(expr);
    if (expr.kind === "literal" && expr.type === "integer" && type?.family === "decimal") {
      throw new SqlError({ code: "22003", message: "numeric constant out of int64 range" });
    }
    if (type && type.family !== "int" && type.family !== "unknown" && !constantFamilies(expr)?.includes("int")) {
      const message = `argument of ${clause} must be type int, not type ${type.name}`;
      throw new SqlError({ code: "42804", message });
    }
  }

  /** Runs `work` with the clause's names known, and with the edits its own statements need. */
  inWith(clause: WithClause | undefined, work: (edits: Edit[]) => string): string {
    if (!clause) return work([]);
    const tables = clause.ctes.map((cte): CommonTable => ({ name: cte.name.text, columns: undefined }));
    return this.env.withCtes(tables, () => {
      const edits = clause.ctes.map(({ statement, columns }, i) => {
        const edit = { ...spanOf(statement), text: this.#inner.statement(statement) };
        const table = tables[i];
        if (table && statement.kind === "select") {
          table.columns = renamed(this.columnsOf(statement), columns);
        }
        return edit;
      });
      return work(edits);
    });
  }

  // ---------------------------------------------------------------- bodies

  #body(body: SelectBody, top: boolean, targets: readonly TargetColumn[] | undefined): Edit {
    return { start: body.start, end: body.end, text: this.#bodyText(body, top, targets) };
  }

  #bodyText(body: SelectBody, top: boolean, targets: readonly TargetColumn[] | undefined): string {
    switch (body.kind) {
      case "simple":
        return this.#simple(body, top, targets);
      case "values": {
        const width = body.rows[0]?.items.length ?? 0;
        const wrong = body.rows.find((row) => row.items.length !== width);
        if (wrong) {
          const message = `VALUES lists must all be the same length, expected ${width} columns, found ${wrong.items.length}`;
          throw new SqlError({ code: "42601", message });
        }
        const item = (expr: Expr, i: number): Edit => {
          const target = targets?.[i];
          return target
            ? { start: expr.start, end: expr.end, text: this.expressions.assign(expr, target) }
            : this.expressions.edit(expr);
        };
        return this.env.splice(
          body,
          body.rows.flatMap((row) => row.items.map((expr, i) => item(expr, i))),
        );
      }
      case "table": {
        this.checkHint(body.name, body.hint?.index);
        const relation = this.env.relation(body.name);
        const columns = relation && hidesColumns(relation) ? visible(relation) : undefined;
        const table = catalogTableSql(body.name, this.env) ?? this.#tableName(body.name);
        return `SELECT ${columns ? columns.map((c) => quoteName(c.name)).join(", ") : "*"} FROM ${table}`;
      }
      case "set": {
        const parts = [body.left, body.right].map((side) => ({
          start: side.start,
          end: side.end,
          text: this.select(side),
        }));
        return this.env.splice(body, parts);
      }
      case "nested":
        return this.env.splice(body, [
          { start: body.select.start, end: body.select.end, text: this.select(body.select, top, targets) },
        ]);
    }
  }

  #simple(
    body: Extract<SelectBody, { kind: "simple" }>,
    top: boolean,
    targets: readonly TargetColumn[] | undefined,
  ): string {
    const edits: Edit[] = [];
    if (body.asOf) {
      if (!top) {
        throw new SqlError({ code: "42601", message: "AS OF SYSTEM TIME must be provided on a top-level statement" });
      }
      this.env.asOf = checkAsOf(body.asOf.expr, this.env);
      edits.push({ start: body.asOf.start, end: body.asOf.end, text: "" });
    }
    return this.env.withScope(this.types.scopeOf(body.from), () => this.#simpleText(body, edits, targets));
  }

  #simpleText(
    body: Extract<SelectBody, { kind: "simple" }>,
    edits: Edit[],
    targets: readonly TargetColumn[] | undefined,
  ): string {
    const sources = body.from.flatMap((item) => this.#sources(item));
    edits.push(...this.expressions.positionEdits(body.distinctOn));
    // constants of a SELECT that fills a table take the types of its columns
    const starless = body.items.every((item) => !(item.expr.kind === "column" && item.expr.star));
    edits.push(...body.items.map((item, i) => this.#item(item, sources, starless ? targets?.[i] : undefined)));
    edits.push(...body.from.map((item) => ({ start: item.start, end: item.end, text: this.from(item) })));
    edits.push(...this.expressions.edits([body.where, body.having]));
    edits.push(...this.expressions.positionEdits(body.groupBy));
    for (const window of body.windows) edits.push(...this.expressions.windowEdits(window.spec));
    return this.env.splice(body, edits);
  }

  // ---------------------------------------------------------------- result columns

  #item(item: SelectItem, sources: readonly Source[], target?: TargetColumn): Edit {
    const span = { start: item.start, end: item.end };
    const { expr } = item;
    if (expr.kind === "column" && expr.star) return { ...span, text: this.#star(expr, sources) };
    if (expr.kind === "field" && !expr.name && expr.position === undefined) {
      const elements = this.#elements(expr);
      if (elements !== undefined) return { ...span, text: elements };
    }
    if (this.expressions.typer.typeOf(expr)?.element?.family === "array") {
      throw unimplemented("arrays cannot have arrays as element type", 32_552);
    }
    const text = target ? this.expressions.assign(expr, target) : this.expressions.expr(expr);
    if (item.alias) return { ...span, text: `${text} AS ${quoteName(item.alias.text)}` };
    // what was rewritten would get another name from PostgreSQL
    const plain = text === this.env.source(expr) && (expr.kind === "column" || expr.kind === "placeholder");
    if (plain || (expr.kind === "field" && !expr.name && expr.position === undefined)) return { ...span, text };
    return { ...span, text: `${text} AS ${quoteName(columnName(expr))}` };
  }

  /** `(tuple).*`, where the tuple's elements are known. */
  #elements(expr: Extract<Expr, { kind: "field" }>): string | undefined {
    const type = this.expressions.typer.typeOf(expr.operand);
    if (type && type.family !== "tuple") {
      throw new SqlError({ code: "42809", message: `type ${type.name} is not composite` });
    }
    return type?.items
      ?.map((_, i) => `${this.expressions.element(expr.operand, i)} AS ${quoteName(type.labels?.[i] ?? "?column?")}`)
      .join(", ");
  }

  #star(expr: Extract<Expr, { kind: "column" }>, sources: readonly Source[]): string {
    const qualifier = expr.parts.at(-1)?.text;
    if (qualifier === undefined) {
      if (sources.length === 0) throw new SqlError({ code: "42602", message: 'cannot use "*" without a FROM clause' });
      if (!sources.some((source) => source.table && hidesColumns(source.table))) return "*";
      return sources.map((source) => starOf(source)).join(", ");
    }
    const source = sources.find((s) => s.qualifier === qualifier);
    if (source?.table && hidesColumns(source.table)) return starOf(source);
    return this.expressions.expr(expr);
  }

  /** RETURNING of a change to `table`, which is known as `alias`. */
  returning(clause: Returning, table: TableView | undefined, alias: string): string {
    if (clause.nothing) return "";
    const sources: Source[] = [{ qualifier: alias, table }];
    return this.env.splice(
      clause,
      clause.items.map((item) => this.#item(item, sources)),
    );
  }

  // ---------------------------------------------------------------- FROM

  #sources(item: FromItem): Source[] {
    switch (item.kind) {
      case "table": {
        const relation = this.env.relation(item.name);
        const rewritten = item.columns.length > 0 || item.ordinality !== undefined;
        return [
          { qualifier: item.alias?.text ?? item.name.parts.at(-1)?.text, table: rewritten ? undefined : relation },
        ];
      }
      case "join":
        // columns are merged there: from() hides what must not be seen
        if (item.natural || item.using) return [{ qualifier: undefined, table: undefined }];
        return [...this.#sources(item.left), ...this.#sources(item.right)];
      case "paren":
        return item.alias ? [{ qualifier: item.alias.text, table: undefined }] : this.#sources(item.item);
      default:
        return [{ qualifier: item.alias?.text ?? functionAlias(item), table: undefined }];
    }
  }

  /** One item of FROM. `merged`: its columns are merged by NATURAL or USING, so hidden ones must go. */
  from(item: FromItem, merged = false): string {
    switch (item.kind) {
      case "table":
        return this.#table(item, merged);
      case "join": {
        const merges = merged || item.natural || item.using !== undefined;
        const edits: Edit[] = [item.left, item.right].map((side) => ({
          start: side.start,
          end: side.end,
          text: this.from(side, merges),
        }));
        if (item.strategy) edits.push({ ...item.strategy, text: "" });
        edits.push(...this.expressions.edits([item.on]));
        return this.env.splice(item, edits);
      }
      case "paren":
        return this.env.splice(item, [
          { start: item.item.start, end: item.item.end, text: this.from(item.item, merged) },
        ]);
      case "function":
        return this.#function(item);
      case "subquery":
        return this.#subquery(item);
    }
  }

  #function(item: Extract<FromItem, { kind: "function" }>): string {
    const text = this.env.splice(item, this.expressions.edits(item.calls));
    const [call] = item.calls;
    // what was renamed keeps its own name
    if (item.alias || item.rowsFrom || item.ordinality || call?.kind !== "call") return text;
    const name = call.name.parts.at(-1)?.text ?? "";
    return backendFunction(name) === undefined ? text : `${text} AS ${quoteName(name)}`;
  }

  #subquery(item: Extract<FromItem, { kind: "subquery" }>): string {
    const inner = this.#inner.statement(item.statement);
    const lateral = item.lateral ? "LATERAL " : "";
    if (CHANGES.has(item.statement.kind)) {
      const rows = this.env.noteChange(inner);
      return `${item.ordinality ? withOrdinality(rows) : rows}${aliasSql(item.alias ?? generated(item), item.columns)}`;
    }
    if (item.ordinality)
      return `${lateral}${withOrdinality(`(${inner})`)}${aliasSql(item.alias ?? generated(item), item.columns)}`;
    return `${lateral}(${inner})${aliasSql(item.alias ?? generated(item), item.columns)}`;
  }

  #table(item: Extract<FromItem, { kind: "table" }>, merged: boolean): string {
    this.checkHint(item.name, item.hint?.index);
    const relation = this.env.relation(item.name);
    const own = item.name.parts.at(-1);
    const catalogTable = catalogTableSql(item.name, this.env);
    if (catalogTable !== undefined && !item.ordinality)
      return `${catalogTable}${aliasSql(item.alias ?? own, item.columns)}`;
    const name = catalogTable ?? this.#tableName(item.name);
    const only = item.only ? "ONLY " : "";
    const hides = relation !== undefined && hidesColumns(relation);
    if (item.ordinality || (hides && (merged || item.columns.length > 0))) {
      const columns = relation
        ? visible(relation)
            .map((c) => quoteName(c.name))
            .join(", ")
        : "*";
      const inner = `(SELECT ${columns} FROM ${only}${name})`;
      return `${item.ordinality ? withOrdinality(inner) : inner}${aliasSql(item.alias ?? own, item.columns)}`;
    }
    return `${only}${name}${aliasSql(item.alias, item.columns)}`;
  }

  #tableName(name: Parameters<Environment["relation"]>[0]): string {
    const { schema, name: relation } = this.env.resolve(name);
    if (schema === "crdb_internal") {
      const virtual = VIRTUAL[relation];
      if (virtual) this.env.virtualTables.add(virtual);
    }
    if (
      schema === "system" ||
      schema === "crdb_demo" ||
      schema === "crdb_catalog" ||
      (schema === "crdb_internal" && relation.startsWith("demo_"))
    ) {
      throw notInDemo(`table "${schema}.${relation}"`);
    }
    return name.parts.length > 1 ? this.env.relationSql(name) : this.env.source(name);
  }

  /** An index hint must name an index that exists; then it is dropped. */
  checkHint(table: Parameters<Environment["relation"]>[0], index: Name | undefined): void {
    if (!index) return;
    const relation = this.env.relation(table);
    if (relation && !relation.indexes.some((i) => i.name === index.text)) {
      throw new SqlError({ code: "XXUUU", message: `index "${index.text}" not found` });
    }
  }

  // ---------------------------------------------------------------- ORDER BY

  #orderEdits({ body, orderBy }: SelectNode): Edit[] {
    if (orderBy.length === 0) return [];
    const neverNull = this.#neverNull(body);
    if (body.kind !== "simple") {
      return this.expressions.orderEdits(orderBy, { neverNull, resultColumn: this.#resultColumn(body), exact: true });
    }
    const exact = body.distinct || body.distinctOn.length > 0;
    const resultColumn = this.#resultColumn(body);
    return this.env.withScope(this.types.scopeOf(body.from), () =>
      this.expressions.orderEdits(orderBy, { neverNull, resultColumn, exact }),
    );
  }

  /** Finds the result column that an item of ORDER BY names. */
  #resultColumn(body: SelectBody): NonNullable<OrderOptions["resultColumn"]> {
    let columns: readonly TypedColumn[] | undefined;
    const column = (find: (column: TypedColumn, i: number) => boolean): TypedColumn | undefined => {
      columns ??= this.types.columnsOfBody(body) ?? [];
      return columns.find(find);
    };
    return (expr) => {
      if (expr.kind === "literal" && expr.type === "integer") {
        return { type: column((_, i) => i + 1 === Number(expr.value))?.type, exact: true };
      }
      if (expr.kind !== "column" || expr.parts.length !== 1) return undefined;
      const name = expr.parts[0]?.text;
      const items = body.kind === "simple" ? body.items : [];
      const named = items.some(({ expr, alias }) =>
        alias ? alias.text === name : expr.kind !== "column" && columnName(expr) === name,
      );
      if (body.kind === "simple" && !named) return undefined;
      const known = column((c) => c.name === name);
      return known && { type: known.type, exact: true };
    };
  }

  /** Columns that cannot be NULL, where the only source is one table. */
  #neverNull(body: SelectBody): (expr: Expr) => boolean {
    if (body.kind !== "simple" || body.from.length !== 1) return () => false;
    const [source] = body.from;
    if (source?.kind !== "table") return () => false;
    return this.neverNullOf(this.env.relation(source.name), source.alias?.text ?? source.name.parts.at(-1)?.text ?? "");
  }

  neverNullOf(relation: TableView | undefined, alias: string): (expr: Expr) => boolean {
    return (expr) => {
      if (!relation || relation.kind !== "table" || expr.kind !== "column" || expr.star || expr.parts.length > 2)
        return false;
      if (expr.parts.length === 2 && expr.parts[0]?.text !== alias) return false;
      const name = expr.parts.at(-1)?.text;
      return relation.columns.some((column) => column.name === name && !column.nullable);
    };
  }

  orderBy(items: readonly OrderItem[], relation: TableView | undefined, alias: string): string {
    const parts = this.expressions.orderEdits(items, { neverNull: this.neverNullOf(relation, alias) });
    return parts.length === 0 ? "" : ` ORDER BY ${parts.map((part) => part.text).join(", ")}`;
  }
}

const CHANGES: ReadonlySet<StatementNode["kind"]> = new Set(["insert", "update", "delete"]);

const spanOf = (node: StatementNode): { start: number; end: number } => ({ start: node.start, end: node.end });

export const visible = (table: TableView): ColumnView[] => table.columns.filter((column) => !column.hidden);

export const hidesColumns = (table: TableView): boolean => table.columns.some((column) => column.hidden);

function starOf(source: Source): string {
  if (source.qualifier === undefined) return "*";
  const qualifier = quoteName(source.qualifier);
  if (!source.table || !hidesColumns(source.table)) return `${qualifier}.*`;
  return visible(source.table)
    .map((column) => `${qualifier}.${quoteName(column.name)}`)
    .join(", ");
}

function functionAlias(item: FromItem): string | undefined {
  if (item.kind !== "function" || item.rowsFrom) return undefined;
  const call = item.calls[0];
  return call?.kind === "call" ? call.name.parts.at(-1)?.text : undefined;
}

const withOrdinality = (source: string): string =>
  `(SELECT crdb_o.*, pg_catalog.row_number() OVER () AS "ordinality" FROM ${source} AS crdb_o)`;

// PostgreSQL before 16 insists on an alias
const generated = (item: FromItem): Name => ({
  text: `crdb_${item.start}`,
  quoted: true,
  start: item.start,
  end: item.start,
});

function aliasSql(alias: Name | undefined, columns: readonly Name[]): string {
  if (!alias) return "";
  const list = columns.length > 0 ? ` (${columns.map((c) => quoteName(c.text)).join(", ")})` : "";
  return ` AS ${quoteName(alias.text)}${list}`;
}

// ---------------------------------------------------------------- AS OF SYSTEM TIME

const asOfError = (message: string): SqlError =>
  new SqlError({ code: "XXUUU", message: `AS OF SYSTEM TIME: ${message}` });

const FOLLOWER_READS: ReadonlySet<string> = new Set([
  "follower_read_timestamp",
  "experimental_follower_read_timestamp",
]);
const UNIT =
  "(?:ns|us|µs|ms|s|sec|secs|seconds?|m|min|mins|minutes?|h|hr|hrs|hours?|d|days?|w|weeks?|mon|mons|months?|y|yrs?|years?)";
const INTERVAL = new RegExp(
  `^\\s*(?:[+-]?(?:\\d+(?:\\.\\d*)?|\\.\\d+)\\s*${UNIT}\\s*)+$|^\\s*-?\\d+:\\d\\d(?::\\d\\d(?:\\.\\d+)?)?\\s*$`,
  "i",
);
const TIMESTAMP =
  /^\s*\d{4,}-\d{1,2}-\d{1,2}(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:Z|[+-]\d{1,2}(?::?\d{2})?)?)?\s*$/i;
const DECIMAL = /^\s*[+-]?\d+(?:\.\d+)?\s*$/;

/** Checks the operand as CockroachDB does. Returns its SQL text, for the session to judge. */
export function checkAsOf(expr: Expr, env: Environment): string {
  if (expr.kind === "literal" && expr.type === "string") {
    const { value } = expr;
    if (DECIMAL.test(value) && Number(value) < 0) throw asOfError("timestamp before 1970-01-01T00:00:00Z is invalid");
    if (!INTERVAL.test(value) && !TIMESTAMP.test(value) && !DECIMAL.test(value)) {
      throw asOfError("value is neither timestamp, decimal, nor interval");
    }
    if (INTERVAL.test(value) && !value.includes("-")) {
      throw asOfError(`cannot specify timestamp in the future (${value.trim()} ahead of the present)`);
    }
    return env.source(expr);
  }
  if (expr.kind === "literal" && (expr.type === "integer" || expr.type === "float")) return env.source(expr);
  if (expr.kind === "unary" && expr.operator === "-" && expr.operand.kind === "literal") {
    throw asOfError("timestamp before 1970-01-01T00:00:00Z is invalid");
  }
  if (expr.kind === "cast" || expr.kind === "paren") {
    checkAsOf(expr.operand, env);
    return env.source(expr);
  }
  const call = expr.kind === "call" ? expr.name.parts.at(-1)?.text : undefined;
  if (call !== undefined && FOLLOWER_READS.has(call)) return env.source(expr);
  if (call === "with_max_staleness" || call === "with_min_timestamp") {
    throw asOfError(`${call} can only be used with a CCL distribution`);
  }
  throw asOfError("only constant expressions or follower_read_timestamp are allowed");
}
