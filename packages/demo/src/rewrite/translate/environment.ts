import type { Name, QualifiedName, Span } from "../ast.ts";
import type { TableView, TranslateContext, VirtualTableName } from "../contract.ts";
import { notInDemo, SqlError } from "../sql-error.ts";
import { printQualified, quoteName } from "./quote.ts";
import type { Scope, TypedColumn } from "../typing/scope.ts";
import type { TypeScope } from "./types.ts";

/** A piece of the statement's text and what stands in its place for the backend. */
export interface Edit extends Span {
  readonly text: string;
}

/** A common table expression; its columns are known once it has been translated. */
export interface CommonTable {
  readonly name: string;
  columns: readonly TypedColumn[] | undefined;
}

/** What the parts of the translator share while one statement is translated. */
export class Environment implements TypeScope {
  readonly text: string;
  readonly context: TranslateContext;
  readonly virtualTables: Set<VirtualTableName> = new Set();
  /** Changes that stand in brackets as sources: common table expressions of the whole statement for the backend. */
  readonly #changes: { readonly name: string; readonly sql: string }[] = [];
  /** Set when the statement reads as of an earlier time. */
  asOf: string | undefined;
  // What names mean where the translator is.
  #scope: Scope | undefined;
  // Common table expressions, which hide tables, innermost last.
  readonly #ctes: CommonTable[] = [];

  constructor(text: string, context: TranslateContext) {
    this.text = text;
    this.context = context;
  }

  source(span: Span): string {
    return this.text.slice(span.start, span.end);
  }

  /** The text of a span with the edits, which do not overlap, applied. */
  splice(span: Span, edits: readonly Edit[]): string {
    let result = "";
    let at = span.start;
    for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
      result += this.text.slice(at, edit.start) + edit.text;
      at = edit.end;
    }
    return result + this.text.slice(at, span.end);
  }

  variable(name: string): string {
    return this.context.variables.get(name) ?? "";
  }

  get intSize(): "4" | "8" {
    return this.variable("default_int_size") === "4" ? "4" : "8";
  }

  findType(name: string, schema: string | undefined): string | undefined {
    const schemas = schema === undefined ? this.context.searchPath : [schema];
    return schemas.find((s) => this.context.catalog.enumValues(name, s, []) !== undefined);
  }

  /** The columns of the sources around the expression that is translated. */
  get scope(): Scope | undefined {
    return this.#scope;
  }

  withScope<T>(scope: Scope | undefined, work: () => T): T {
    const outer = this.#scope;
    this.#scope = scope;
    const result = work();
    this.#scope = outer;
    return result;
  }

  // ---------------------------------------------------------------- changes as sources

  /** Keeps a change that is a source. Returns the name its rows have. */
  noteChange(sql: string): string {
    const name = `crdb_change_${this.#changes.length + 1}`;
    this.#changes.push({ name, sql });
    return name;
  }

  /** True when there are changes to put in front of the statement. */
  get hasChanges(): boolean {
    return this.#changes.length > 0;
  }

  /** The statement with the changes in front of it, where PostgreSQL wants them. */
  withChanges(sql: string): string {
    if (!this.hasChanges) return sql;
    const list = this.#changes.map(({ name, sql }) => `${name} AS (${sql})`).join(", ");
    const own = /^\s*with\s+(recursive\s+)?/i.exec(sql);
    return own ? `WITH ${own[1] ?? ""}${list}, ${sql.slice(own[0].length)}` : `WITH ${list} ${sql}`;
  }

  // ---------------------------------------------------------------- relations

  withCtes<T>(tables: readonly CommonTable[], work: () => T): T {
    const depth = this.#ctes.length;
    this.#ctes.push(...tables);
    const result = work();
    this.#ctes.length = depth;
    return result;
  }

  isCte(name: QualifiedName): boolean {
    return this.cte(name) !== undefined;
  }

  /** The common table expression that a name means. */
  cte(name: QualifiedName): CommonTable | undefined {
    if (name.parts.length !== 1) return undefined;
    const [part] = name.parts;
    return this.#ctes.findLast((table) => table.name === part?.text);
  }

  /** Schema and name of a qualified name; a database in front must be the current one. */
  resolve(name: QualifiedName): { schema: string | undefined; name: string } {
    const [first, second, third] = name.parts.map((part) => part.text);
    if (first === undefined) throw new Error("a qualified name has at least one part");
    if (second === undefined) return { schema: undefined, name: first };
    const { catalog, database } = this.context;
    if (third !== undefined) {
      if (first !== database) throw notInDemo(`a name in another database ("${printQualified(name)}")`);
      return { schema: second, name: third };
    }
    // `db.t` means `db.public.t` where no schema has that name
    if (first === database && !catalog.hasSchema(first)) return { schema: "public", name: second };
    return { schema: first, name: second };
  }

  relation(name: QualifiedName): TableView | undefined {
    if (this.isCte(name)) return undefined;
    const { schema, name: relation } = this.resolve(name);
    return this.context.catalog.relation(relation, schema, this.context.searchPath);
  }

  /** The relation, which must exist. @throws SqlError 42P01 */
  requireRelation(name: QualifiedName): TableView {
    const relation = this.relation(name);
    if (!relation) throw noRelation(printQualified(name));
    return relation;
  }

  /** A reference to a relation for the backend: schema-qualified where the catalog knows it. */
  relationSql(name: QualifiedName): string {
    const { schema, name: relation } = this.resolve(name);
    if (schema === undefined) return quoteName(relation);
    return `${quoteName(schema)}.${quoteName(relation)}`;
  }

  /** Where a new object goes: the first schema of the search path that exists. */
  newObject(name: QualifiedName): { schema: string; name: string } {
    const { schema, name: object } = this.resolve(name);
    const { catalog, searchPath } = this.context;
    if (schema !== undefined) {
      if (!catalog.hasSchema(schema)) {
        throw new SqlError({
          code: "3F000",
          message: `cannot create "${printQualified(name)}" because the target database or schema does not exist`,
          hint: "verify that the current database and search_path are valid and/or the target database exists",
        });
      }
      if (VIRTUAL_SCHEMAS.has(schema))
        throw new SqlError({ code: "42501", message: `schema cannot be modified: "${schema}"` });
      return { schema, name: object };
    }
    const first = searchPath.find((s) => catalog.hasSchema(s));
    if (first === undefined) throw new SqlError({ code: "42602", message: "no database or schema specified" });
    return { schema: first, name: object };
  }

  newObjectSql(name: QualifiedName): string {
    const object = this.newObject(name);
    return `${quoteName(object.schema)}.${quoteName(object.name)}`;
  }
}

const VIRTUAL_SCHEMAS: ReadonlySet<string> = new Set([
  "crdb_internal",
  "information_schema",
  "pg_catalog",
  "pg_extension",
]);

export const tableSql = (table: TableView): string => `${quoteName(table.schema)}.${quoteName(table.name)}`;

export const noRelation = (name: string): SqlError =>
  new SqlError({ code: "42P01", message: `relation "${name}" does not exist` });

export const noColumn = (name: string): SqlError =>
  new SqlError({ code: "42703", message: `column "${name}" does not exist` });

export const noIndex = (name: Name): SqlError =>
  new SqlError({ code: "42704", message: `index "${name.text}" does not exist` });
