import type { ColumnDefinition, Expr, IdentityClause } from "../ast.ts";
import { notInDemo, SqlError } from "../sql-error.ts";
import { lengthCheckName } from "./backend-names.ts";
import type { ConstraintTranslator } from "./constraints.ts";
import { defineColumn } from "./definitions.ts";
import type { Environment } from "./environment.ts";
import type { ExpressionTranslator } from "./expressions.ts";
import { Printer, typeFamily, withoutParentheses } from "./print.ts";
import { printName, quoteName, quoteText } from "./quote.ts";
import { checkConstant, checkScalar } from "./scalar-checks.ts";
import { resolveType, type SqlType } from "./types.ts";

/** A column for the backend. */
export interface ColumnSql {
  readonly sql: string;
  /** What has to be there before: the sequence of a SERIAL column. */
  readonly before: readonly string[];
  readonly definitions: readonly string[];
  readonly type: SqlType;
}

/** The table a column belongs to. */
export interface ColumnOwner {
  readonly schema: string;
  readonly name: string;
  readonly target: string;
  /** CockroachDB's types of all its columns. */
  readonly types: ReadonlyMap<string, string>;
}

const SERIAL_TYPES: Readonly<Record<string, string>> = { serial2: "INT2", smallserial: "INT2", serial4: "INT4" };
const SERIAL_BACKEND: Readonly<Record<string, string>> = { INT2: "int2", INT4: "int4" };

/** Columns for the backend. */
export class ColumnTranslator {
  readonly #env: Environment;
  readonly #expressions: ExpressionTranslator;
  readonly #constraints: ConstraintTranslator;

  constructor(env: Environment, expressions: ExpressionTranslator, constraints: ConstraintTranslator) {
    this.#env = env;
    this.#expressions = expressions;
    this.#constraints = constraints;
  }

  /** CockroachDB's types of columns to be, by name. */
  types(columns: readonly ColumnDefinition[]): Map<string, string> {
    const types = new Map<string, string>();
    for (const column of columns)
      if (column.type) types.set(column.name.text, resolveType(column.type, this.#env).display);
    return types;
  }

  column(column: ColumnDefinition, table: ColumnOwner, notNull: boolean): ColumnSql {
    const name = column.name.text;
    if (!column.type) throw notInDemo(`column "${name}" without a type`);
    const type = resolveType(column.type, this.#env);
    const { target } = table;
    if (type.serial) return this.#serial(column, type, table);
    const definitions = [defineColumn(target, "type", name, type.display)];
    const words = [quoteName(name), type.backend];
    if (column.identity) {
      const identity = identitySql(column, column.identity, type, table.name);
      words.push(identity);
      definitions.push(defineColumn(target, "identity", name, identity));
    }
    if (column.onUpdate && !isNull(column.onUpdate)) {
      if (column.computed) throw computedOnUpdate(name);
      definitions.push(this.onUpdate(column.onUpdate, name, table, type.display));
    }
    if (column.default) {
      words.push(`DEFAULT ${this.defaultSql(column.default, type.display)}`);
      if (!isNull(column.default))
        definitions.push(
          defineColumn(
            target,
            "default",
            name,
            new Printer(this.#env, table.types).print(column.default, type.display),
          ),
        );
    }
    if (column.computed) {
      const { expr, stored } = column.computed;
      if (column.default) throw new SqlError({ code: "42611", message: "computed columns cannot have default values" });
      checkScalar(expr, "computed column");
      words.push(`GENERATED ALWAYS AS (${this.#expressions.expr(expr)}) ${stored ? "STORED" : "VIRTUAL"}`);
      const printed = this.#constraints.printed(withoutParentheses(expr), table.types, type.display);
      definitions.push(defineColumn(target, "computed", name, JSON.stringify(printed)));
    }
    if (column.notNull || notNull) words.push("NOT NULL");
    if (column.notVisible) definitions.push(defineColumn(target, "hidden", name, ""));
    if (type.maxLength !== undefined) {
      words.push(
        `CONSTRAINT ${quoteName(lengthCheckName(name))} CHECK (pg_catalog.char_length(${quoteName(name)}) <= ${type.maxLength})`,
      );
    }
    return { sql: words.join(" "), before: [], definitions, type };
  }

  /** SERIAL: numbers from unique_rowid(), or from a sequence that is made for the column. */
  #serial(column: ColumnDefinition, type: SqlType, table: ColumnOwner): ColumnSql {
    const name = column.name.text;
    const { target } = table;
    if (column.onUpdate || column.identity) throw notInDemo("ON UPDATE or IDENTITY of SERIAL columns");
    if (column.default) {
      throw new SqlError({
        code: "42601",
        message: `multiple default values specified for column "${name}" of table "${table.name}"`,
      });
    }
    const mode = this.#env.variable("serial_normalization");
    if (["", "rowid"].includes(mode)) {
      const definitions = [
        defineColumn(target, "type", name, type.display),
        defineColumn(target, "default", name, "unique_rowid()"),
      ];
      return { sql: `${quoteName(name)} int8 DEFAULT unique_rowid() NOT NULL`, before: [], definitions, type };
    }
    const display = SERIAL_TYPES[column.type?.name ?? ""] ?? type.display;
    const sequence = this.#freeName(table.schema, `${table.name}_${name}_seq`);
    const full = `${printName(table.schema)}.${printName(sequence)}`;
    const sql = `${quoteName(table.schema)}.${quoteName(sequence)}`;
    const cached = mode === "sql_sequence_cached" ? " CACHE 256" : "";
    const before = [`CREATE SEQUENCE ${sql}${cached}`];
    const definitions = [
      defineColumn(target, "type", name, display),
      defineColumn(target, "default", name, `nextval('${full.replaceAll("'", "\\'")}'::REGCLASS)`),
      defineColumn(target, "serial", name, ""),
    ];
    if (mode === "virtual_sequence") definitions.push(...virtualSequence(sql));
    return {
      sql: `${quoteName(name)} ${SERIAL_BACKEND[display] ?? "int8"} DEFAULT nextval(${quoteText(sql)}::pg_catalog.regclass) NOT NULL`,
      before,
      definitions,
      type,
    };
  }

  #freeName(schema: string, name: string): string {
    let candidate = name;
    for (let i = 1; this.#env.context.catalog.relation(candidate, schema, []); i++) candidate = `${name}_${i}`;
    return candidate;
  }

  /** Records what an UPDATE that does not name a column sets it to. */
  onUpdate(expr: Expr, column: string, table: Pick<ColumnOwner, "target" | "types">, display: string): string {
    const sql = this.defaultSql(expr, display, "ON UPDATE");
    const expression = new Printer(this.#env, table.types).print(expr, display);
    return defineColumn(table.target, "onUpdate", column, JSON.stringify({ expression, sql }));
  }

  defaultSql(expr: Expr, display: string, context: "DEFAULT" | "ON UPDATE" = "DEFAULT"): string {
    checkConstant(expr, context);
    const type = new Printer(this.#env, new Map()).typeOf(expr);
    if (expr.kind === "cast" && type !== undefined && !assignable(type, display)) {
      throw new SqlError({
        code: "42804",
        message:
          `expected ${context} expression to have type ${typeFamily(display)}, but ` +
          `'${new Printer(this.#env, new Map(), false).print(expr)}' has type ${typeFamily(type)}`,
      });
    }
    const sql = this.#expressions.expr(expr);
    // PostgreSQL's grammar allows only simple expressions there
    return expr.kind === "call" || expr.kind === "literal" || expr.kind === "cast" ? sql : `(${sql})`;
  }
}

/** SQL that marks a sequence as virtual: CockroachDB takes its numbers from unique_rowid(), here it begins with one. */
export const virtualSequence = (sequence: string): string[] => [
  `INSERT INTO crdb_internal.demo_definition (relation, kind, name, body) VALUES ` +
    `(${quoteText(sequence)}::pg_catalog.regclass::pg_catalog.oid, 'virtual', '', '')`,
  `DO ${quoteText(`BEGIN PERFORM pg_catalog.setval(${quoteText(sequence)}::pg_catalog.regclass, crdb_demo.unique_rowid()); END`)}`,
];

/** IDENTITY, for the backend and as CockroachDB prints it. @throws SqlError where the column cannot have it. */
function identitySql(column: ColumnDefinition, clause: IdentityClause, type: SqlType, table: string): string {
  if (!/^INT\d*$/.test(type.display))
    throw new SqlError({ code: "22023", message: "identity column type must be an INT" });
  const other = column.default ? "default" : column.computed ? "computed expression" : undefined;
  if (other !== undefined) {
    const both = other === "default" ? "both default and identity" : "both identity and computed expression";
    const message = `${both} specified for column "${column.name.text}" of table "${table}"`;
    throw new SqlError({ code: "42601", message });
  }
  const options = clause.options === "" ? "" : ` (${clause.options})`;
  return `GENERATED ${clause.always ? "ALWAYS" : "BY DEFAULT"} AS IDENTITY${options}`;
}

/** The error for ON UPDATE of a computed column. */
export const computedOnUpdate = (column: string): SqlError =>
  new SqlError({ code: "42601", message: `computed column "${column}" cannot also have an ON UPDATE expression` });

export const isNull = (expr: Expr): boolean => expr.kind === "literal" && expr.type === "null";

/** Types whose values may stand for one another in an assignment, by family. */
function assignable(type: string, wanted: string): boolean {
  const text = /^(?:STRING|VARCHAR|CHAR|NAME)/;
  const number = /^(?:INT|DECIMAL|FLOAT|OID|REG)/;
  const time = /^(?:TIMESTAMP|DATE)/;
  const plain = (name: string): string => name.replace(/\(.*/, "");
  if ([text, number, time].some((group) => group.test(type) && group.test(wanted))) return true;
  if (text.test(type) || text.test(wanted)) return !(number.test(type) || number.test(wanted)) || false;
  return plain(type) === plain(wanted);
}
