import type { Assignment, DeleteNode, Expr, FromItem, InsertNode, Name, TargetTable, UpdateNode } from "../ast.ts";
import type { TableView } from "../contract.ts";
import { notInDemo, SqlError } from "../sql-error.ts";
import { assignable, typeMismatch, type TargetColumn } from "../typing/assignment-checks.ts";
import { Scope, type TypedColumn } from "../typing/scope.ts";
import type { Edit, Environment } from "./environment.ts";
import { noColumn } from "./environment.ts";
import { quoteName, quoteNames } from "./quote.ts";
import { visible, type SelectTranslator } from "./select.ts";

/** INSERT, UPSERT, UPDATE and DELETE for the backend. */
export class DmlTranslator {
  readonly #env: Environment;
  readonly #select: SelectTranslator;

  constructor(env: Environment, select: SelectTranslator) {
    this.#env = env;
    this.#select = select;
  }

  #target(target: TargetTable): { sql: string; alias: string; table: TableView } {
    const table = this.#env.requireRelation(target.name);
    if (table.kind === "materialized view")
      throw new SqlError({ code: "42809", message: `cannot mutate materialized view "${table.name}"` });
    if (table.kind !== "table") throw new SqlError({ code: "42809", message: `"${table.name}" is not a table` });
    this.#select.checkHint(target.name, target.hint?.index);
    const alias = target.alias?.text ?? table.name;
    const name = target.name.parts.length > 1 ? this.#env.relationSql(target.name) : quoteName(table.name);
    return { sql: target.alias ? `${name} AS ${quoteName(alias)}` : name, alias, table };
  }

  // ---------------------------------------------------------------- INSERT

  insert(node: InsertNode): string {
    return this.#select.inWith(node.with, (edits) => {
      const { sql, alias, table } = this.#target(node.target);
      const columns = this.#insertColumns(node, table);
      // hidden columns are not filled by position
      const list = ` (${quoteNames(columns)})`;
      const needsList = node.columns !== undefined || (node.source !== undefined && columns.length > 0);
      const source = this.#source(node, table, columns);
      const conflict = node.upsert ? this.#upsert(node, table, columns) : this.#onConflict(node, table);
      const returning = this.#returning(node.returning, table, alias);
      const head = this.#env.splice({ start: node.start, end: node.verb.start }, edits);
      return `${head}INSERT INTO ${sql}${needsList ? list : ""} ${source}${conflict}${returning}`;
    });
  }

  #source(node: InsertNode, table: TableView, columns: readonly string[]): string {
    const { source } = node;
    if (!source) return "DEFAULT VALUES";
    const targets = columns.map((name) => this.#targetColumn(table, name));
    const given = this.#select.columnsOf(source);
    // VALUES are checked one by one
    if (given && source.body.kind !== "values") this.#checkColumns(node, given, targets, columns.length);
    return this.#select.select(source, false, targets);
  }

  #targetColumn(table: TableView, name: string): TargetColumn {
    const column = table.columns.find((c) => c.name === name);
    if (!column) throw noColumn(name);
    return this.#select.types.target(column);
  }

  /** The result columns of a SELECT as values for a table. */
  #checkColumns(
    node: InsertNode,
    given: readonly TypedColumn[],
    targets: readonly TargetColumn[],
    count: number,
  ): void {
    const verb = node.upsert ? "UPSERT" : "INSERT";
    const counts = `${given.length} expressions for ${count} targets`;
    if (given.length > count) {
      throw new SqlError({ code: "42601", message: `${verb} has more expressions than target columns, ${counts}` });
    }
    if (node.columns && given.length < count) {
      throw new SqlError({ code: "42601", message: `${verb} has more target columns than expressions, ${counts}` });
    }
    for (const [i, { type, constant }] of given.entries()) {
      const target = targets[i];
      if (type && target?.type && !constant && !assignable(type, target.type)) {
        throw typeMismatch(type, target.type, target.name);
      }
    }
  }

  /** The columns that get values, checked as CockroachDB does. */
  #insertColumns(node: InsertNode, table: TableView): string[] {
    const verb = node.upsert ? "UPSERT" : "INSERT";
    const given = node.columns?.map((name) => name.text);
    if (given) checkColumns(given, table);
    const targets = given ?? visible(table).map((column) => column.name);
    const width = valuesWidth(node);
    if (width !== undefined) {
      const counts = `${width} expressions for ${targets.length} targets`;
      if (width > targets.length) {
        throw new SqlError({ code: "42601", message: `${verb} has more expressions than target columns, ${counts}` });
      }
      if (given && width < targets.length) {
        throw new SqlError({ code: "42601", message: `${verb} has more target columns than expressions, ${counts}` });
      }
    }
    if (node.source) this.#checkPrimaryKey(given ?? targets.slice(0, width), table);
    return given || width === undefined ? targets : targets.slice(0, width);
  }

  #checkPrimaryKey(columns: readonly string[], table: TableView): void {
    for (const name of table.primaryKey) {
      const column = table.columns.find((c) => c.name === name);
      if (!columns.includes(name) && column && !column.hasDefault && !column.generated) {
        throw new SqlError({ code: "42830", message: `missing "${name}" primary key column` });
      }
    }
  }

  /** UPSERT: the row with the same primary key gets the new values of the columns named. */
  #upsert(node: InsertNode, table: TableView, inserted: readonly string[]): string {
    if (table.primaryKey.length === 0) throw notInDemo(`UPSERT into "${table.name}", which has no primary key`);
    // without a column list every column is replaced, also by its default
    const columns = node.columns
      ? inserted
      : visible(table)
          .filter((c) => !c.generated)
          .map((c) => c.name);
    const changed = columns.filter((name) => !table.primaryKey.includes(name) && !isAlwaysIdentity(table, name));
    const updated = onUpdates(table, columns);
    const set = changed.length + updated.length > 0 ? changed : table.primaryKey.slice(0, 1);
    const assignments = [...set.map((name) => `${quoteName(name)} = excluded.${quoteName(name)}`), ...updated];
    return ` ON CONFLICT (${quoteNames(table.primaryKey)}) DO UPDATE SET ${assignments.join(", ")}`;
  }

  #onConflict(node: InsertNode, table: TableView): string {
    const clause = node.onConflict;
    if (!clause) return "";
    checkColumns(
      clause.columns.map((name) => name.text),
      table,
    );
    const edits: Edit[] = [...this.#select.expressions.edits([clause.where, clause.updateWhere])];
    edits.push(...this.#assignments(clause.set, table));
    return ` ${this.#env.splice(clause, edits)}`;
  }

  #returning(clause: InsertNode["returning"], table: TableView, alias: string): string {
    if (!clause || clause.nothing) return "";
    return ` ${this.#select.returning(clause, table, alias)}`;
  }

  // ---------------------------------------------------------------- UPDATE and DELETE

  #assignments(set: readonly Assignment[], table: TableView): Edit[] {
    const seen = set.flatMap((assignment) => assignment.columns.map((name) => name.text));
    checkColumns(seen, table);
    const updated = onUpdates(table, seen)
      .map((assignment) => `, ${assignment}`)
      .join("");
    return set.map(({ columns, tuple, value, start, end }, i) => {
      if (tuple && value.kind === "tuple" && value.items.length !== columns.length) {
        const message = `number of columns (${columns.length}) does not match number of values (${value.items.length})`;
        throw new SqlError({ code: "42601", message });
      }
      const left = tuple ? `(${quoteNames(columns)})` : quoteNames(columns);
      const text = `${left} = ${this.#assigned(columns, tuple, value, table)}`;
      return { start, end, text: i === set.length - 1 ? text + updated : text };
    });
  }

  #assigned(columns: readonly Name[], tuple: boolean, value: Expr, table: TableView): string {
    const { expressions } = this.#select;
    const targets = columns.map((name) => this.#targetColumn(table, name.text));
    const [target] = targets;
    if (!tuple && target) return expressions.assign(value, target);
    if (value.kind === "tuple" && !value.labels) {
      const items = value.items.map((item, i) => {
        const to = targets[i];
        return to ? expressions.assign(item, to) : expressions.expr(item);
      });
      return `ROW(${items.join(", ")})`;
    }
    if (value.kind === "subquery") {
      for (const [i, { type, constant }] of (this.#select.columnsOf(value.select) ?? []).entries()) {
        const to = targets[i];
        const wrong = type && to?.type && !assignable(type, to.type);
        if (wrong && (!constant || type.family === "decimal")) throw typeMismatch(type, to.type, to.name);
      }
    } else if (value.kind === "paren") {
      const message = `number of columns (${columns.length}) does not match number of values (1)`;
      throw new SqlError({ code: "42601", message });
    }
    return expressions.expr(value);
  }

  /** What names mean in an UPDATE or DELETE of `table`. */
  #scope(table: TableView, alias: string, from: readonly FromItem[]): Scope {
    const own = this.#select.types.sourceOf(table, alias);
    return new Scope([own, ...this.#select.types.scopeOf(from).sources], this.#env.scope);
  }

  update(node: UpdateNode): string {
    return this.#select.inWith(node.with, (edits) => {
      this.#requireWhere(node, "UPDATE");
      const { sql, alias, table } = this.#target(node.target);
      return this.#env.withScope(this.#scope(table, alias, node.from), () => {
        const assignments = this.#assignments(node.set, table).map((edit) => edit.text);
        const from = node.from.length > 0 ? ` FROM ${node.from.map((item) => this.#select.from(item)).join(", ")}` : "";
        if (from && node.limitSpan) throw notInDemo("UPDATE ... FROM with ORDER BY or LIMIT");
        const where = this.#where(node, table, alias, sql);
        const returning = this.#returning(node.returning, table, alias);
        return `${this.#head(node, edits)}UPDATE ${sql} SET ${assignments.join(", ")}${from}${where}${returning}`;
      });
    });
  }

  delete(node: DeleteNode): string {
    return this.#select.inWith(node.with, (edits) => {
      this.#requireWhere(node, "DELETE");
      const { sql, alias, table } = this.#target(node.target);
      return this.#env.withScope(this.#scope(table, alias, []), () => {
        const where = this.#where(node, table, alias, sql);
        const returning = this.#returning(node.returning, table, alias);
        return `${this.#head(node, edits)}DELETE FROM ${sql}${where}${returning}`;
      });
    });
  }

  #head(node: UpdateNode | DeleteNode, edits: readonly Edit[]): string {
    return node.with ? `${this.#env.splice(node.with, edits)} ` : "";
  }

  #requireWhere(node: UpdateNode | DeleteNode, verb: string): void {
    if (node.where || node.limit || this.#env.variable("sql_safe_updates") !== "on") return;
    throw new SqlError({ code: "01000", message: `rejected (sql_safe_updates = true): ${verb} without WHERE clause` });
  }

  #where(node: UpdateNode | DeleteNode, table: TableView, alias: string, sql: string): string {
    const condition = node.where ? ` WHERE ${this.#select.expressions.expr(node.where.expr)}` : "";
    if (!node.limitSpan) return condition;
    const order = this.#select.orderBy(node.orderBy, table, alias);
    const limit = node.limit ? ` LIMIT ${this.#select.expressions.expr(node.limit)}` : "";
    const offset = node.offset ? ` OFFSET ${this.#select.expressions.expr(node.offset)}` : "";
    // PostgreSQL changes rows only by condition: find the first ones by their place
    const rows = `SELECT ${quoteName(alias)}.ctid FROM ${sql}${condition}${order}${limit}${offset} FOR UPDATE`;
    return ` WHERE ${quoteName(alias)}.ctid = ANY (ARRAY(${rows}))`;
  }
}

const isAlwaysIdentity = (table: TableView, name: string): boolean =>
  table.columns.some((column) => column.name === name && column.identity?.startsWith("GENERATED ALWAYS"));

/** What a change of a row sets beside the columns that it names itself. */
function onUpdates(table: TableView, named: readonly string[]): string[] {
  return table.columns.flatMap(({ name, onUpdate }) =>
    onUpdate && !named.includes(name) ? [`${quoteName(name)} = ${onUpdate.sql}`] : [],
  );
}

function valuesWidth(node: InsertNode): number | undefined {
  const source = node.source;
  if (!source || source.body.kind !== "values") return undefined;
  return source.body.rows[0]?.items.length;
}

function checkColumns(names: readonly string[], table: TableView): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (!table.columns.some((column) => column.name === name)) throw noColumn(name);
    if (seen.has(name))
      throw new SqlError({ code: "42601", message: `multiple assignments to the same column "${name}"` });
    seen.add(name);
  }
}
