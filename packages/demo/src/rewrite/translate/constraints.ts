import type { Expr, IndexDefinition, QualifiedName, References } from "../ast.ts";
import { notInDemo, SqlError } from "../sql-error.ts";
import { uniqueConstraintName } from "./backend-names.ts";
import { define } from "./definitions.ts";
import type { Environment } from "./environment.ts";
import { noColumn, noRelation } from "./environment.ts";
import type { ExpressionTranslator } from "./expressions.ts";
import type { NameGiver } from "./name-giver.ts";
import { columnsOf, Printer, typeFamily } from "./print.ts";
import { printQualified, quoteName, quoteNames } from "./quote.ts";
import { checkScalar } from "./scalar-checks.ts";

/** What a foreign key may say of the table that is being made or changed. */
export interface OwnTable {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly string[];
  readonly primaryKey: readonly string[];
  /** CockroachDB's types of its columns. */
  readonly types: ReadonlyMap<string, string>;
  /** The columns that have an ON UPDATE expression. */
  readonly onUpdate: readonly string[];
}

/** The error for a column that changes would set in two ways. */
export const twoOnUpdates = (column: string): SqlError =>
  new SqlError({
    code: "42P16",
    message: `cannot specify both ON UPDATE expression and a foreign key ON UPDATE action for column "${column}"`,
  });

/** Checks, foreign keys and unique constraints without an index, for the backend. */
export class ConstraintTranslator {
  readonly #env: Environment;
  readonly #expressions: ExpressionTranslator;

  constructor(env: Environment, expressions: ExpressionTranslator) {
    this.#env = env;
    this.#expressions = expressions;
  }

  // ---------------------------------------------------------------- checks

  /** CockroachDB's name for a check without one: `check_a_b`. */
  checkName(expr: Expr): string {
    return ["check", ...columnsOf(expr)].join("_");
  }

  check(
    target: string,
    name: string,
    expr: Expr,
    types: ReadonlyMap<string, string>,
  ): { sql: string; definition: string } {
    checkScalar(expr, "CHECK");
    for (const column of columnsOf(expr)) {
      if (types.has(column) || column === "rowid") continue;
      const shown = new Printer(this.#env, types, false).print(expr);
      throw new SqlError({ code: "42703", message: `column "${column}" does not exist, referenced in "${shown}"` });
    }
    const type = new Printer(this.#env, types).typeOf(expr);
    if (type !== undefined && type !== "BOOL") {
      const shown = new Printer(this.#env, types, false).print(expr);
      throw new SqlError({
        code: "XXUUU",
        message: `expected CHECK expression to have type bool, but '${shown}' has type ${typeFamily(type)}`,
      });
    }
    const printed = this.printed(expr, types);
    return {
      sql: `CONSTRAINT ${quoteName(name)} CHECK (${this.#expressions.expr(expr)})`,
      definition: define(target, "check", name, JSON.stringify(printed)),
    };
  }

  /** An expression as CockroachDB prints it, with and without the types of constants. */
  printed(expr: Expr, types: ReadonlyMap<string, string>, wanted?: string): { expression: string; plain: string } {
    const expression = new Printer(this.#env, types).print(expr, wanted);
    return { expression, plain: new Printer(this.#env, types, false).print(expr, wanted) };
  }

  // ---------------------------------------------------------------- foreign keys

  foreignKey(
    given: string | undefined,
    columns: readonly string[],
    references: References,
    names: NameGiver,
    own: OwnTable,
  ): string {
    const target = this.#referenced(references.table, own);
    const name =
      given === undefined ? names.free(`fk_${columns[0]}_ref_${target.name}`) : names.take(given, "constraint");
    for (const column of columns) if (!own.columns.includes(column)) throw noColumn(column);
    const referenced =
      references.columns.length > 0
        ? references.columns.map((c) => c.text)
        : target.primaryKey.slice(0, Math.max(columns.length, target.primaryKey.length));
    this.#checkReferenced(columns, referenced, own, target);
    const changed = columns.find((column) => own.onUpdate.includes(column));
    const changes = references.onUpdate && !["no action", "restrict"].includes(references.onUpdate);
    if (changes && changed !== undefined) throw twoOnUpdates(changed);
    const list = referenced.length > 0 ? ` (${quoteNames(referenced)})` : "";
    const words = [
      `CONSTRAINT ${quoteName(name)} FOREIGN KEY (${quoteNames(columns)}) REFERENCES ${quoteName(target.schema)}.${quoteName(target.name)}${list}`,
    ];
    if (references.match === "partial") throw notInDemo("MATCH PARTIAL");
    if (references.match === "full") words.push("MATCH FULL");
    if (references.onDelete) words.push(`ON DELETE ${references.onDelete.toUpperCase()}`);
    if (references.onUpdate) words.push(`ON UPDATE ${references.onUpdate.toUpperCase()}`);
    return words.join(" ");
  }

  #checkReferenced(columns: readonly string[], referenced: readonly string[], own: OwnTable, target: OwnTable): void {
    if (columns.length !== referenced.length) {
      throw new SqlError({
        code: "42601",
        message: `${columns.length} columns must reference exactly ${columns.length} columns in referenced table (found ${referenced.length})`,
      });
    }
    for (const [i, column] of columns.entries()) {
      const other = referenced[i] ?? "";
      if (!target.columns.includes(other)) throw noColumn(other);
      const type = own.types.get(column);
      const wanted = target.types.get(other);
      if (type === undefined || wanted === undefined || group(type) === group(wanted)) continue;
      throw new SqlError({
        code: "42804",
        message: `type of "${column}" (${typeFamily(type)}) does not match foreign key "${target.name}"."${other}" (${typeFamily(wanted)})`,
      });
    }
  }

  #referenced(name: QualifiedName, own: OwnTable): OwnTable {
    const resolved = this.#env.resolve(name);
    if (resolved.name === own.name && (resolved.schema ?? own.schema) === own.schema) return own;
    const relation = this.#env.relation(name);
    if (!relation) throw noRelation(printQualified(name));
    if (relation.kind !== "table")
      throw new SqlError({ code: "42809", message: `referenced relation "${relation.name}" is not a table` });
    return {
      ...relation,
      columns: relation.columns.map((column) => column.name),
      types: new Map(relation.columns.map((column) => [column.name, column.displayType])),
      onUpdate: [],
    };
  }

  // ---------------------------------------------------------------- unique without index

  /** CockroachDB's name for a unique constraint without an index and without a name: `unique_a_b`. */
  uniqueName(index: IndexDefinition): string {
    return ["unique", ...index.elements.map((element) => element.column?.text ?? "expr")].join("_");
  }

  /**
   * UNIQUE WITHOUT INDEX, which the backend keeps with an index that nobody is told of.
   *
   * @throws SqlError unless the session allows such constraints.
   */
  uniqueWithoutIndex(
    target: string,
    table: string,
    name: string,
    index: IndexDefinition,
    types: ReadonlyMap<string, string>,
  ): string[] {
    const columns = index.elements.map((element) => element.column?.text ?? impossible());
    for (const column of columns) if (!types.has(column)) throw noColumn(column);
    if (index.where) {
      checkScalar(index.where, "UNIQUE WITHOUT INDEX PREDICATE");
      for (const column of columnsOf(index.where)) if (!types.has(column)) throw noColumn(column);
    }
    const predicate = index.where && this.printed(index.where, types);
    const where = index.where ? ` WHERE ${this.#expressions.expr(index.where)}` : "";
    return [
      `CREATE UNIQUE INDEX ${quoteName(uniqueConstraintName(table, name))} ON ${target} (${quoteNames(columns)})${where}`,
      define(target, "unique", name, JSON.stringify(predicate ?? {})),
    ];
  }

  requireUniqueWithoutIndex(): void {
    if (this.#env.variable("experimental_enable_unique_without_index_constraints") === "on") return;
    throw new SqlError({ code: "0A000", message: "unique constraints without an index are not yet supported" });
  }
}

/** What makes two types comparable for a foreign key. */
const group = (type: string): string =>
  typeFamily(type)
    .replace(/^(?:int|float)\d$/, (name) => name.slice(0, -1))
    .replace(/^(?:varchar|char|name)$/, "string");

function impossible(): never {
  throw notInDemo("UNIQUE WITHOUT INDEX on expressions");
}
