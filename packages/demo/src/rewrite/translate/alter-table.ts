import type { AlterAction, Name, QualifiedName } from "../ast.ts";
import type { IndexView, TableView } from "../contract.ts";
import { tokenize } from "../lexer.ts";
import { notInDemo, SqlError } from "../sql-error.ts";
import { backendIndexName, lengthCheckName } from "./backend-names.ts";
import { NameGiver, takenNames, type TableTranslator } from "./create-table.ts";
import { defineColumn, renameDefinition, undefine, undefineColumn } from "./definitions.ts";
import type { Environment } from "./environment.ts";
import { noColumn, tableSql } from "./environment.ts";
import type { ExpressionTranslator } from "./expressions.ts";
import { Printer } from "./print.ts";
import { printName, quoteName } from "./quote.ts";
import { resolveType } from "./types.ts";

/** A list of statements for the backend; the first one stands for the whole. */
export interface AlterSql {
  readonly statements: readonly string[];
  /** True for what CockroachDB finishes only after the commit. */
  readonly afterCommit: boolean;
}

/** ALTER TABLE: each action becomes statements of its own, in order. */
export class AlterTranslator {
  readonly #env: Environment;
  readonly #expressions: ExpressionTranslator;
  readonly #tables: TableTranslator;

  constructor(env: Environment, expressions: ExpressionTranslator, tables: TableTranslator) {
    this.#env = env;
    this.#expressions = expressions;
    this.#tables = tables;
  }

  alter(table: TableView, actions: readonly AlterAction[]): AlterSql {
    const statements = actions.flatMap((action) => this.#action(table, action));
    const late: ReadonlySet<AlterAction["kind"]> = new Set(["addColumn", "addConstraint", "setNotNull"]);
    return { statements, afterCommit: actions.some((action) => late.has(action.kind)) };
  }

  #action(table: TableView, action: AlterAction): string[] {
    const target = tableSql(table);
    const alter = `ALTER TABLE ${target}`;
    switch (action.kind) {
      case "addColumn":
        return this.#addColumn(table, action);
      case "dropColumn":
        return this.#dropColumn(table, action);
      case "renameColumn": {
        requireColumn(table, action.from);
        if (table.columns.some((c) => c.name === action.to.text)) throw duplicateColumn(action.to.text, table);
        return [`${alter} RENAME COLUMN ${quoteName(action.from.text)} TO ${quoteName(action.to.text)}`];
      }
      case "renameTo":
        return this.#renameTo(table, action.name);
      case "renameConstraint":
        return this.#renameConstraint(table, action.from, action.to);
      case "addConstraint":
        return this.#addConstraint(table, action);
      case "dropConstraint":
        return this.#dropConstraint(table, action);
      case "validateConstraint":
        return [`${alter} VALIDATE CONSTRAINT ${quoteName(action.name.text)}`];
      case "setDefault":
        return this.#setDefault(table, action);
      case "setNotNull": {
        requireColumn(table, action.column);
        return [`${alter} ALTER COLUMN ${quoteName(action.column.text)} ${action.notNull ? "SET" : "DROP"} NOT NULL`];
      }
      case "setVisible": {
        const column = requireColumn(table, action.column).name;
        return action.visible
          ? [undefineColumn(target, "hidden", column)]
          : [defineColumn(target, "hidden", column, "")];
      }
      case "sequenceOptions": {
        const options = this.#env.source(action.options);
        refuseSequenceOptions(options);
        return [`ALTER SEQUENCE ${target} ${options}`];
      }
      case "setType":
        return this.#setType(table, action);
      case "alterPrimaryKey":
        return this.#alterPrimaryKey(table, action);
      case "setSchema":
        return [`${alter} SET SCHEMA ${quoteName(action.schema.text)}`];
      case "owner":
        return [`${alter} OWNER TO ${quoteName(action.role.text)}`];
      case "refused":
        throw notInDemo(action.what);
    }
  }

  #types(table: TableView): Map<string, string> {
    return new Map(table.columns.map((column) => [column.name, column.displayType]));
  }

  // ---------------------------------------------------------------- columns

  #addColumn(table: TableView, action: Extract<AlterAction, { kind: "addColumn" }>): string[] {
    const { column } = action;
    const name = column.name.text;
    if (table.columns.some((c) => c.name === name)) {
      if (action.ifNotExists) return [];
      throw duplicateColumn(name, table);
    }
    if (column.family) throw notInDemo("ADD COLUMN ... FAMILY");
    if (column.primaryKey)
      throw new SqlError({ code: "42P16", message: `multiple primary keys for table "${table.name}" are not allowed` });
    const target = tableSql(table);
    const types = this.#types(table);
    if (column.type) types.set(name, resolveType(column.type, this.#env).display);
    const made = this.#tables.column(target, column, types, false);
    const taken = takenNames(table);
    const constraints = new NameGiver(taken.constraints);
    const statements = [`ALTER TABLE ${target} ADD COLUMN ${made.sql}`, ...made.definitions];
    for (const check of column.checks) {
      const checkName = check.name?.text ?? constraints.free(`check_${name}`);
      const { sql, definition } = this.#tables.check(target, checkName, check.expr, types);
      statements.push(`ALTER TABLE ${target} ADD ${sql}`, definition);
    }
    if (column.references) {
      statements.push(
        `ALTER TABLE ${target} ADD ${this.#tables.foreignKey(column.references.name?.text, [name], column.references, constraints)}`,
      );
    }
    if (column.unique) {
      const element = {
        column: column.name,
        expr: undefined,
        descending: false,
        direction: undefined,
        opclass: undefined,
        start: 0,
        end: 0,
      };
      const index = {
        name: column.unique.name,
        unique: true,
        inverted: false,
        elements: [element],
        hashBuckets: undefined,
        storing: [],
        where: undefined,
      };
      statements.push(...this.#tables.index(index, table.name, target, types, new NameGiver(taken.indexes)));
    }
    return statements;
  }

  #dropColumn(table: TableView, action: Extract<AlterAction, { kind: "dropColumn" }>): string[] {
    const name = action.name.text;
    if (!table.columns.some((column) => column.name === name)) {
      if (action.ifExists) return [];
      throw noColumn(name);
    }
    if (table.primaryKey.includes(name))
      throw new SqlError({ code: "42P10", message: `column "${name}" is referenced by the primary key` });
    if (this.#env.variable("sql_safe_updates") === "on") {
      throw new SqlError({
        code: "01000",
        message: "rejected (sql_safe_updates = true): ALTER TABLE DROP COLUMN will remove all data in that column",
      });
    }
    const target = tableSql(table);
    const forget = (["type", "default", "computed", "hidden"] as const).map((kind) =>
      undefineColumn(target, kind, name),
    );
    return [...forget, `ALTER TABLE ${target} DROP COLUMN ${quoteName(name)}${action.cascade ? " CASCADE" : ""}`];
  }

  #setDefault(table: TableView, action: Extract<AlterAction, { kind: "setDefault" }>): string[] {
    const column = requireColumn(table, action.column);
    const target = tableSql(table);
    const alter = `ALTER TABLE ${target} ALTER COLUMN ${quoteName(column.name)}`;
    const { expr } = action;
    if (!expr || (expr.kind === "literal" && expr.type === "null"))
      return [`${alter} DROP DEFAULT`, undefineColumn(target, "default", column.name)];
    const printed = new Printer(this.#env, this.#types(table)).print(expr, column.displayType);
    return [
      `${alter} SET DEFAULT ${this.#tables.defaultSql(expr)}`,
      defineColumn(target, "default", column.name, printed),
    ];
  }

  #setType(table: TableView, action: Extract<AlterAction, { kind: "setType" }>): string[] {
    const column = requireColumn(table, action.column);
    const type = resolveType(action.type, this.#env);
    const target = tableSql(table);
    const using = action.using ? ` USING ${this.#expressions.expr(action.using)}` : "";
    const statements = [`ALTER TABLE ${target} ALTER COLUMN ${quoteName(column.name)} TYPE ${type.backend}${using}`];
    const check = quoteName(lengthCheckName(column.name));
    statements.push(`ALTER TABLE ${target} DROP CONSTRAINT IF EXISTS ${check}`);
    if (type.maxLength !== undefined) {
      statements.push(
        `ALTER TABLE ${target} ADD CONSTRAINT ${check} CHECK (pg_catalog.char_length(${quoteName(column.name)}) <= ${type.maxLength})`,
      );
    }
    return [...statements, defineColumn(target, "type", column.name, type.display)];
  }

  // ---------------------------------------------------------------- constraints

  #addConstraint(table: TableView, action: Extract<AlterAction, { kind: "addConstraint" }>): string[] {
    const { constraint } = action;
    const target = tableSql(table);
    const taken = takenNames(table);
    const names = new NameGiver([...taken.constraints, ...taken.indexes]);
    const types = this.#types(table);
    const notValid = action.notValid ? " NOT VALID" : "";
    switch (constraint.kind) {
      case "check": {
        const columns = constraint.name
          ? ""
          : `check_${checkedColumns(new Printer(this.#env, types, false).print(constraint.expr), table)}`;
        const name = constraint.name ? names.take(constraint.name.text, "constraint") : names.free(columns);
        const { sql, definition } = this.#tables.check(target, name, constraint.expr, types);
        return [`ALTER TABLE ${target} ADD ${sql}${notValid}`, definition];
      }
      case "foreignKey": {
        const columns = constraint.columns.map((column) => column.text);
        for (const column of constraint.columns) requireColumn(table, column);
        return [
          `ALTER TABLE ${target} ADD ${this.#tables.foreignKey(constraint.name?.text, columns, constraint.references, names)}${notValid}`,
        ];
      }
      case "unique":
        if (constraint.name) names.take(constraint.name.text, "constraint");
        return this.#tables.index(constraint.index, table.name, target, types, names, constraint.name?.text);
      case "primaryKey": {
        const primary = table.indexes.find((index) => index.primary);
        const hidden = table.columns.some((c) => c.hidden && table.primaryKey.includes(c.name));
        if (primary && !hidden) {
          throw new SqlError({
            code: "42P16",
            message: `multiple primary keys for table "${table.name}" are not allowed`,
          });
        }
        throw notInDemo("ADD PRIMARY KEY");
      }
    }
  }

  #dropConstraint(table: TableView, action: Extract<AlterAction, { kind: "dropConstraint" }>): string[] {
    const name = action.name.text;
    const target = tableSql(table);
    const constraint = table.constraints.find((c) => c.name === name);
    const index = table.indexes.find((i) => i.name === name);
    if (!constraint && !index) {
      if (action.ifExists) return [];
      throw noConstraint(name, table);
    }
    if (index?.primary) {
      throw new SqlError({
        code: "42P10",
        message: "dropping primary key without adding a new one in the same transaction",
        hint: "Use [ALTER TABLE ... DROP CONSTRAINT ...] followed by [ALTER TABLE ... ADD CONSTRAINT ... PRIMARY KEY ...] in the same transaction.",
      });
    }
    if (index) {
      throw new SqlError({
        code: "0A000",
        message: `unimplemented: cannot drop UNIQUE constraint "${printName(name)}" using ALTER TABLE DROP CONSTRAINT, use DROP INDEX CASCADE instead`,
        hint: "You have attempted to use a feature that is not yet implemented.\nSee: https://go.crdb.dev/issue-v/42840/v21.2",
      });
    }
    return [`ALTER TABLE ${target} DROP CONSTRAINT ${quoteName(name)}`, undefine(target, "check", name)];
  }

  #renameConstraint(table: TableView, from: Name, to: Name): string[] {
    const target = tableSql(table);
    const index = table.indexes.find((i) => i.name === from.text);
    if (index) return renameIndex(table, index, to.text);
    if (!table.constraints.some((c) => c.name === from.text)) throw noConstraint(from.text, table);
    if (table.constraints.some((c) => c.name === to.text))
      throw new SqlError({ code: "42710", message: `duplicate constraint name: "${to.text}"` });
    return [
      `ALTER TABLE ${target} RENAME CONSTRAINT ${quoteName(from.text)} TO ${quoteName(to.text)}`,
      renameDefinition(target, "check", from.text, to.text),
    ];
  }

  #alterPrimaryKey(table: TableView, action: Extract<AlterAction, { kind: "alterPrimaryKey" }>): string[] {
    if (action.index.hashBuckets) throw notInDemo("hash-sharded indexes");
    const primary = table.indexes.find((index) => index.primary);
    if (!primary) throw notInDemo("ALTER PRIMARY KEY");
    const target = tableSql(table);
    const columns = action.index.elements.map((element) => requireColumn(table, element.column ?? missing()));
    const nullable = columns.find((column) => column.nullable);
    if (nullable)
      throw new SqlError({ code: "42P16", message: `cannot use nullable column "${nullable.name}" in primary key` });
    const list = columns.map((column) => quoteName(column.name)).join(", ");
    const names = new NameGiver(takenNames(table).indexes);
    const statements = [`ALTER TABLE ${target} DROP CONSTRAINT ${quoteName(primary.backendName)}`];
    statements.push(
      `ALTER TABLE ${target} ADD CONSTRAINT ${quoteName(backendIndexName(table.name, primary.name))} PRIMARY KEY (${list})`,
    );
    // the old key stays unique, unless it was the hidden one
    if (!table.columns.some((c) => c.hidden && table.primaryKey.includes(c.name))) {
      const elements = table.primaryKey.map((name) => ({
        column: { text: name, quoted: true, start: 0, end: 0 },
        expr: undefined,
        descending: false,
        direction: undefined,
        opclass: undefined,
        start: 0,
        end: 0,
      }));
      const index = {
        name: undefined,
        unique: true,
        inverted: false,
        elements,
        hashBuckets: undefined,
        storing: [],
        where: undefined,
      };
      statements.push(...this.#tables.index(index, table.name, target, this.#types(table), names));
    }
    return statements;
  }

  #renameTo(table: TableView, name: QualifiedName): string[] {
    const { schema, name: to } = this.#env.resolve(name);
    if (schema !== undefined && schema !== table.schema) throw notInDemo("RENAME TO another schema");
    if (this.#env.context.catalog.relation(to, table.schema, [])) {
      throw new SqlError({
        code: "42P07",
        message: `relation "${this.#env.context.database}.${table.schema}.${to}" already exists`,
      });
    }
    // index names begin with the table's
    const indexes = table.indexes.map(
      (index) =>
        `ALTER INDEX ${quoteName(table.schema)}.${quoteName(index.backendName)} RENAME TO ${quoteName(backendIndexName(to, index.name))}`,
    );
    const object = { table: "TABLE", view: "VIEW", sequence: "SEQUENCE", "materialized view": "MATERIALIZED VIEW" }[
      table.kind
    ];
    return [`ALTER ${object} ${tableSql(table)} RENAME TO ${quoteName(to)}`, ...indexes];
  }
}

/** Options of a sequence that CockroachDB or the demo cluster does not have. @throws SqlError */
export function refuseSequenceOptions(options: string): void {
  const words = tokenize(options).map((token) => (token.type === "word" ? token.value : ""));
  if (words.includes("cycle") && words[words.indexOf("cycle") - 1] !== "no") {
    throw new SqlError({ code: "0A000", message: "unimplemented: CYCLE option is not supported" });
  }
  for (const word of ["virtual", "owned"]) if (words.includes(word)) throw notInDemo(`${word.toUpperCase()} sequences`);
}

export function renameIndex(table: TableView, index: IndexView, to: string): string[] {
  if (table.indexes.some((i) => i.name === to))
    throw new SqlError({ code: "42P07", message: `index name "${to}" already exists` });
  const backend = `${quoteName(table.schema)}.${quoteName(index.backendName)}`;
  return [
    `ALTER INDEX ${backend} RENAME TO ${quoteName(backendIndexName(table.name, to))}`,
    renameDefinition(tableSql(table), "index", index.name, to),
  ];
}

function requireColumn(table: TableView, name: Name): TableView["columns"][number] {
  const column = table.columns.find((c) => c.name === name.text);
  if (!column) throw noColumn(name.text);
  return column;
}

const noConstraint = (name: string, table: TableView): SqlError =>
  new SqlError({ code: "42704", message: `constraint "${name}" of relation "${table.name}" does not exist` });

const duplicateColumn = (name: string, table: TableView): SqlError =>
  new SqlError({ code: "42701", message: `column "${name}" of relation "${table.name}" already exists` });

const checkedColumns = (printed: string, table: TableView): string =>
  table.columns
    .map((column) => column.name)
    .filter((name) => printed.split(/[^\w$]+/).includes(name))
    .join("_");

function missing(): never {
  throw notInDemo("expressions in a primary key");
}
