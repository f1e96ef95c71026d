import type { Expr, FromItem, SelectBody, SelectNode } from "../ast.ts";
import type { ColumnView, TableView } from "../contract.ts";
import { columnName } from "../translate/column-names.ts";
import type { Environment } from "../translate/environment.ts";
import { Scope, type TypedColumn, type TypedSource } from "./scope.ts";
import { isArrayOfConstants, type TargetColumn } from "./assignment-checks.ts";
import { constantFamilies, type Typer } from "./typer.ts";
import { displayedType } from "./value-type.ts";

/** Finds what columns sources and selects have, and of what types. */
export class SelectTypes {
  readonly #env: Environment;
  readonly #typer: () => Typer;

  constructor(env: Environment, typer: () => Typer) {
    this.#env = env;
    this.#typer = typer;
  }

  /** The result columns of a select; undefined where they are not all known. */
  columnsOf(select: SelectNode): readonly TypedColumn[] | undefined {
    // its own names could hide tables
    if (select.with) return undefined;
    return this.columnsOfBody(select.body);
  }

  /** The same of what a select has between WITH and ORDER BY, where the names of WITH are known. */
  columnsOfBody(body: SelectBody): readonly TypedColumn[] | undefined {
    switch (body.kind) {
      case "simple":
        return this.#env.withScope(this.scopeOf(body.from), () => this.#itemColumns(body));
      case "values":
        return this.#valuesColumns(body.rows.map((row) => row.items));
      case "table":
        return this.#tableColumns(body.name, false);
      case "nested":
        return this.columnsOf(body.select);
      case "set":
        return this.#setColumns(body);
    }
  }

  /** UNION and its kin: the first operand's names, and types where both agree. */
  #setColumns(body: Extract<SelectBody, { kind: "set" }>): readonly TypedColumn[] | undefined {
    const [left, right] = [this.columnsOf(body.left), this.columnsOf(body.right)];
    if (!left || left.length !== right?.length) return undefined;
    return left.map(({ name, type }, i) => ({ name, type: type?.name === right[i]?.type?.name ? type : undefined }));
  }

  #itemColumns(body: Extract<SelectBody, { kind: "simple" }>): readonly TypedColumn[] | undefined {
    const columns: TypedColumn[] = [];
    for (const { expr, alias } of body.items) {
      if (expr.kind === "column" && expr.star) {
        if (body.from.some((item) => merges(item))) return undefined;
        const all = this.#env.scope?.columnsOf(expr.parts.at(-1)?.text);
        if (!all) return undefined;
        columns.push(...all.filter((column) => !column.hidden));
      } else if (expr.kind === "field" && !expr.name) return undefined;
      else {
        const constant = constantFamilies(expr) !== undefined || isArrayOfConstants(expr);
        columns.push({ name: alias?.text ?? columnName(expr), type: this.#typer().typeOf(expr), constant });
      }
    }
    return columns;
  }

  #valuesColumns(rows: readonly (readonly Expr[])[]): readonly TypedColumn[] {
    const width = rows[0]?.length ?? 0;
    return Array.from({ length: width }, (_, i) => {
      const types = rows.map((row) => row[i] && this.#typer().typeOf(row[i]));
      const firm = types.filter((type) => type?.family !== "unknown");
      const [first] = firm;
      const alike = first !== undefined && firm.every((type) => type?.name === first.name);
      return { name: `column${i + 1}`, type: alike ? first : undefined };
    });
  }

  /** What names mean inside a select with these sources. */
  scopeOf(from: readonly FromItem[]): Scope {
    return new Scope(
      from.flatMap((item) => this.#sources(item)),
      this.#env.scope,
    );
  }

  /** A table under the name it goes by. */
  sourceOf(table: TableView, name: string): TypedSource {
    return { name, columns: this.#columns(table) };
  }

  #sources(item: FromItem): TypedSource[] {
    switch (item.kind) {
      case "table": {
        const name = item.alias?.text ?? item.name.parts.at(-1)?.text;
        const columns = item.ordinality ? undefined : this.#tableColumns(item.name, true);
        return [{ name, columns: renamed(columns, item.columns) }];
      }
      case "subquery": {
        const { statement } = item;
        const columns = statement.kind === "select" && !item.ordinality ? this.columnsOf(statement) : undefined;
        return [{ name: item.alias?.text, columns: renamed(columns, item.columns) }];
      }
      case "join":
        return [...this.#sources(item.left), ...this.#sources(item.right)];
      case "paren":
        return item.alias ? [{ name: item.alias.text, columns: undefined }] : this.#sources(item.item);
      case "function":
        return [{ name: item.alias?.text, columns: undefined }];
    }
  }

  #tableColumns(name: Parameters<Environment["relation"]>[0], hidden: boolean): readonly TypedColumn[] | undefined {
    const common = this.#env.cte(name);
    if (common) return common.columns;
    const relation = this.#env.relation(name);
    if (!relation) return undefined;
    return this.#columns(relation).filter((column) => hidden || !column.hidden);
  }

  #columns(table: TableView): TypedColumn[] {
    return table.columns.map((column) => ({
      name: column.name,
      type: displayedType(column.displayType, this.#isEnum(column.displayType)),
      hidden: column.hidden,
    }));
  }

  /** A column as a target of values. */
  target(column: ColumnView): TargetColumn {
    const type = displayedType(column.displayType, this.#isEnum(column.displayType));
    return { name: column.name, type, backend: column.type };
  }

  #isEnum(display: string): boolean {
    const [schema, name = ""] = display.replace(/\[\]$/, "").split(".");
    return this.#env.context.catalog.enumValues(name, schema, []) !== undefined;
  }
}

/** Columns under other names, as an alias with a list of them gives. */
export function renamed(
  columns: readonly TypedColumn[] | undefined,
  names: readonly { readonly text: string }[],
): readonly TypedColumn[] | undefined {
  if (names.length === 0) return columns;
  return columns
    ?.filter((column) => !column.hidden)
    .map((column, i) => ({ ...column, name: names[i]?.text ?? column.name }));
}

function merges(item: FromItem): boolean {
  if (item.kind === "paren") return merges(item.item);
  return item.kind === "join" && (item.natural || item.using !== undefined || merges(item.left) || merges(item.right));
}
