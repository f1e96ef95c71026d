import type { AlterAction, Name } from "../ast.ts";
import type { ColumnView, TableView } from "../contract.ts";
import { SqlError, unimplemented } from "../sql-error.ts";
import { lengthCheckName } from "./backend-names.ts";
import { type ConstraintTranslator, twoOnUpdates } from "./constraints.ts";
import { computedOnUpdate, isNull } from "./column-sql.ts";
import type { TableTranslator } from "./create-table.ts";
import { define, defineColumn, renameDefinition, undefineColumn } from "./definitions.ts";
import { requireNoColumnViews } from "./dependents.ts";
import type { Environment } from "./environment.ts";
import { noColumn, tableSql } from "./environment.ts";
import type { ExpressionTranslator } from "./expressions.ts";
import { shardColumn, shardExpression, shardsOf } from "./hash-shard.ts";
import { uniqueOn } from "./indexes.ts";
import { namesOf } from "./name-giver.ts";
import { noticeSql } from "./notices.ts";
import { Printer } from "./print.ts";
import { quoteName } from "./quote.ts";
import { renamedExpression } from "./renamed-expression.ts";
import { checkTypeChange } from "./type-changes.ts";
import { resolveType } from "./types.ts";
import { validationSql } from "./validation.ts";

type Action<K extends AlterAction["kind"]> = Extract<AlterAction, { readonly kind: K }>;

/** What an action does, and the table as the next action finds it. */
export interface Step {
  readonly statements: readonly string[];
  readonly table: TableView;
}

export const ASYNC_DROP: string = noticeSql(
  "the data for dropped indexes is reclaimed asynchronously",
  "The reclamation delay can be customized in the zone configuration for the table.",
);

/** ALTER TABLE's actions on columns. */
export class ColumnAlterer {
  readonly #env: Environment;
  readonly #expressions: ExpressionTranslator;
  readonly #tables: TableTranslator;
  readonly #constraints: ConstraintTranslator;

  constructor(env: Environment, expressions: ExpressionTranslator, tables: TableTranslator) {
    this.#env = env;
    this.#expressions = expressions;
    this.#tables = tables;
    this.#constraints = tables.constraints;
  }

  add(table: TableView, action: Action<"addColumn">): Step {
    const { column } = action;
    const name = column.name.text;
    if (table.columns.some((c) => c.name === name)) {
      if (action.ifNotExists) return { statements: [], table };
      throw duplicateColumn(name, table);
    }
    if (column.primaryKey)
      throw new SqlError({ code: "42P16", message: `multiple primary keys for table "${table.name}" are not allowed` });
    if (column.unique?.withoutIndex) {
      throw new SqlError({
        code: "0A000",
        message: "adding a column marked as UNIQUE WITHOUT INDEX is unsupported",
        hint: "add the column first, then run ALTER TABLE ... ADD CONSTRAINT to add a UNIQUE WITHOUT INDEX constraint on the column",
      });
    }
    const target = tableSql(table);
    const types = typesOf(table);
    if (column.type) types.set(name, resolveType(column.type, this.#env).display);
    const made = this.#tables.columns.column(
      column,
      { schema: table.schema, name: table.name, target, types },
      column.type?.name.includes("serial") ?? false,
    );
    const added = withColumn(table, addedColumn(table, name, types.get(name) ?? "", column.notNull));
    const statements = [
      ...made.before,
      `ALTER TABLE ${target} ADD COLUMN ${made.sql}`,
      ...made.definitions,
      ...this.#family(table, column.family, name),
    ];
    const names = namesOf(table);
    for (const check of column.checks) {
      const checkName = check.name?.text ?? names.constraints.free(this.#constraints.checkName(check.expr));
      const { sql, definition } = this.#constraints.check(target, checkName, check.expr, types);
      const { expression } = this.#constraints.printed(check.expr, types);
      statements.push(
        validationSql(added, this.#expressions.expr(check.expr), `validation of CHECK "${expression}"`),
        `ALTER TABLE ${target} ADD ${sql}`,
        definition,
      );
    }
    if (column.references) {
      const onUpdate = column.onUpdate ? [name] : [];
      const own = { ...table, columns: added.columns.map((c) => c.name), types, onUpdate };
      const given = column.references.name?.text;
      statements.push(
        `ALTER TABLE ${target} ADD ${this.#constraints.foreignKey(given, [name], column.references, names.constraints, own)}`,
      );
    }
    if (column.unique) {
      const indexed = { name: table.name, target, types, primaryKey: table.primaryKey };
      const index = uniqueOn(column.unique.name?.text, [name]);
      statements.push(
        ...this.#tables.indexes.create(index, indexed, names.indexes, { name: column.unique.name?.text }),
      );
    }
    return { statements, table: added };
  }

  #family(table: TableView, family: Action<"addColumn">["column"]["family"], column: string): string[] {
    if (!family) return [];
    const existing = table.families.length > 0 ? table.families.map((f) => f.name) : ["primary"];
    const name = family.name?.text ?? `fam_${existing.length}_${column}`;
    const known = existing.includes(name);
    if (!known && !family.create) throw new SqlError({ code: "XXUUU", message: `unknown family "${name}"` });
    if (known && family.create && !family.ifNotExists)
      throw new SqlError({ code: "XXUUU", message: `family "${name}" already exists` });
    return [defineColumn(tableSql(table), "family", column, name)];
  }

  drop(table: TableView, action: Action<"dropColumn">): Step {
    const name = action.name.text;
    const column = table.columns.find((c) => c.name === name);
    if (!column) {
      if (action.ifExists) return { statements: [], table };
      throw noColumn(name);
    }
    if (this.#env.variable("sql_safe_updates") === "on") {
      throw new SqlError({
        code: "01000",
        message: "rejected (sql_safe_updates = true): ALTER TABLE DROP COLUMN will remove all data in that column",
      });
    }
    if (!action.cascade) requireNoColumnViews(table, name, "drop");
    if (table.primaryKey.includes(name))
      throw new SqlError({ code: "42P10", message: `column "${name}" is referenced by the primary key` });
    for (const other of table.columns) {
      if (other.name === name || !other.computed || other.hidden) continue;
      if (mentions(other.computed.plainExpression, name)) {
        throw new SqlError({
          code: "42P10",
          message: `column "${name}" is referenced by computed column "${other.name}"`,
        });
      }
    }
    if (!action.cascade) this.#requireUnreferenced(table, name);
    const target = tableSql(table);
    const forget = (["type", "default", "computed", "onUpdate", "identity", "hidden", "family", "serial"] as const).map(
      (kind) => undefineColumn(target, kind, name),
    );
    const indexes = table.indexes.filter(
      (index) =>
        !index.primary &&
        (index.columns.includes(name) || index.storing.includes(name) || mentions(index.plainPredicate ?? "", name) ||
          index.expressions.some((e) => mentions(e ?? "", name))),
    ); // prettier-ignore
    const shards = shardsOf(table).filter((shard) => shard.keys.includes(name));
    const dropped = indexes.map((i) => `DROP INDEX ${quoteName(table.schema)}.${quoteName(i.backendName)} CASCADE`);
    const statements = [
      ...dropped,
      ...forget,
      ...shards.map((shard) => `ALTER TABLE ${target} DROP COLUMN ${quoteName(shard.column)} CASCADE`),
      `ALTER TABLE ${target} DROP COLUMN ${quoteName(name)} CASCADE`,
      ...(indexes.length > 0 ? [ASYNC_DROP] : []),
    ];
    const gone = new Set([name, ...shards.map((shard) => shard.column)]);
    return { statements, table: { ...table, columns: table.columns.filter((c) => !gone.has(c.name)) } };
  }

  #requireUnreferenced(table: TableView, column: string): void {
    const full = `${table.schema}.${table.name}`;
    for (const other of this.#env.context.catalog.relations()) {
      if (other.oid === table.oid) continue;
      for (const constraint of other.constraints) {
        if (constraint.references !== full || !constraint.referencedColumns.includes(column)) continue;
        const index = table.indexes.find((i) => i.unique && i.columns.includes(column));
        throw new SqlError({
          code: "2BP01",
          message: `"${index?.name ?? table.name}" is referenced by foreign key from table "${other.name}"`,
        });
      }
    }
  }

  rename(table: TableView, action: Action<"renameColumn">): Step {
    const from = action.from.text;
    const to = action.to.text;
    if (to === "") throw new SqlError({ code: "42601", message: "empty column name" });
    const column = requireColumn(table, action.from);
    if (from === to) return { statements: [], table };
    requireNoColumnViews(table, from, "rename");
    const shards = shardsOf(table);
    if (shards.some((shard) => shard.column === from))
      throw new SqlError({ code: "0A000", message: "cannot rename shard column" });
    if (table.columns.some((c) => c.name === to)) throw duplicateColumn(to, table);
    const names = new Map([[from, to]]);
    for (const shard of shards) {
      if (!shard.keys.includes(from)) continue;
      const keys = shard.keys.map((key) => (key === from ? to : key));
      names.set(shard.column, shardColumn(keys, shard.buckets));
    }
    const target = tableSql(table);
    const alter = `ALTER TABLE ${target}`;
    const statements = [...names].map(
      ([before, after]) => `${alter} RENAME COLUMN ${quoteName(before)} TO ${quoteName(after)}`,
    );
    if (column.type === "text" || column.displayType.startsWith("STRING("))
      statements.push(renameLengthCheck(target, from, to));
    statements.push(...renamedDefinitions(table, names));
    const renamed = (name: string): string => names.get(name) ?? name;
    return {
      statements,
      table: {
        ...table,
        columns: table.columns.map((c) => ({ ...c, name: renamed(c.name) })),
        indexes: table.indexes.map((index) => ({
          ...index,
          columns: index.columns.map((c) => (c === undefined ? c : renamed(c))),
          storing: index.storing.map((c) => renamed(c)),
        })),
        primaryKey: table.primaryKey.map((name) => renamed(name)),
      },
    };
  }

  setDefault(table: TableView, action: Action<"setDefault">): string[] {
    const column = requireColumn(table, action.column);
    const target = tableSql(table);
    const alter = `ALTER TABLE ${target} ALTER COLUMN ${quoteName(column.name)}`;
    const { expr } = action;
    if (column.computed)
      throw new SqlError({
        code: "42601",
        message: `computed column "${column.name}" cannot also have a DEFAULT expression`,
      });
    if (!expr || isNull(expr)) return [`${alter} DROP DEFAULT`, undefineColumn(target, "default", column.name)];
    const sql = this.#tables.columns.defaultSql(expr, column.displayType);
    const printed = new Printer(this.#env, typesOf(table)).print(expr, column.displayType);
    return [`${alter} SET DEFAULT ${sql}`, defineColumn(target, "default", column.name, printed)];
  }

  setOnUpdate(table: TableView, action: Action<"setOnUpdate">): string[] {
    const column = requireColumn(table, action.column);
    const target = tableSql(table);
    if (!action.expr || isNull(action.expr)) return [undefineColumn(target, "onUpdate", column.name)];
    if (column.computed) throw computedOnUpdate(column.name);
    const keys = table.constraints.filter((c) => c.columns.includes(column.name));
    if (keys.some((key) => / ON UPDATE (?!RESTRICT)/.test(key.actions))) throw twoOnUpdates(column.name);
    const { name, displayType } = column;
    return [this.#tables.columns.onUpdate(action.expr, name, { target, types: typesOf(table) }, displayType)];
  }

  setNotNull(table: TableView, action: Action<"setNotNull">): string[] {
    const column = requireColumn(table, action.column);
    const name = quoteName(column.name);
    const alter = `ALTER TABLE ${tableSql(table)} ALTER COLUMN ${name}`;
    if (!action.notNull) {
      if (table.primaryKey.includes(column.name))
        throw new SqlError({ code: "42P16", message: `column "${column.name}" is in a primary index` });
      return [`${alter} DROP NOT NULL`];
    }
    const what = `validation of NOT NULL constraint failed: validation of CHECK "${column.name} IS NOT NULL"`;
    return [validationSql(table, `${name} IS NOT NULL`, what), `${alter} SET NOT NULL`];
  }

  dropStored(table: TableView, action: Action<"dropStored">): Step {
    const column = requireColumn(table, action.column);
    if (!column.computed)
      throw new SqlError({ code: "42611", message: `column "${column.name}" is not a computed column` });
    if (!column.computed.stored)
      throw new SqlError({
        code: "42611",
        message: `column "${column.name}" is not a stored computed column`,
      });
    const target = tableSql(table);
    const statements = [
      `ALTER TABLE ${target} ALTER COLUMN ${quoteName(column.name)} DROP EXPRESSION`,
      undefineColumn(target, "computed", column.name),
    ];
    const columns = table.columns.map((c) => (c === column ? { ...c, computed: undefined, generated: false } : c));
    return { statements, table: { ...table, columns } };
  }

  /** @param combined True beside other actions. */
  setType(table: TableView, action: Action<"setType">, combined: boolean): string[] {
    const column = requireColumn(table, action.column);
    const type = resolveType(action.type, this.#env);
    const target = tableSql(table);
    const converts = checkTypeChange(table, column.name, type.display, action.using !== undefined, this.#env);
    if (converts && combined)
      throw unimplemented("ALTER COLUMN TYPE cannot be used in combination with other ALTER TABLE commands", 49_351);
    const value = action.using ? this.#expressions.expr(action.using) : `${quoteName(column.name)}::${type.backend}`;
    const using = converts ? ` USING ${value}` : "";
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
}

export const typesOf = (table: TableView): Map<string, string> =>
  new Map(table.columns.map((column) => [column.name, column.displayType]));

const withColumn = (table: TableView, column: ColumnView): TableView => ({
  ...table,
  columns: [...table.columns, column],
});

const addedColumn = (table: TableView, name: string, type: string, notNull: boolean): ColumnView => ({
  name,
  type: "",
  displayType: type,
  nullable: !notNull,
  hidden: false,
  hasDefault: false,
  generated: false,
  position: Math.max(0, ...table.columns.map((column) => column.position)) + 1,
  default: undefined,
  computed: undefined,
  onUpdate: undefined,
  identity: undefined,
  comment: undefined,
});

export function requireColumn(table: TableView, name: Name): ColumnView {
  const column = table.columns.find((c) => c.name === name.text);
  if (!column) throw noColumn(name.text);
  return column;
}

const duplicateColumn = (name: string, table: TableView): SqlError =>
  new SqlError({ code: "42701", message: `column "${name}" of relation "${table.name}" already exists` });

const mentions = (text: string, column: string): boolean => renamedExpression(text, column, `${column}_`) !== text;

const renameLengthCheck = (target: string, from: string, to: string): string =>
  `DO $crdb$ BEGIN ALTER TABLE ${target} RENAME CONSTRAINT ${quoteName(lengthCheckName(from))} TO ${quoteName(lengthCheckName(to))}; ` +
  `EXCEPTION WHEN undefined_object THEN NULL; END $crdb$`;

/** The printed expressions that mention renamed columns, written anew. */
function renamedDefinitions(table: TableView, names: ReadonlyMap<string, string>): string[] {
  const target = tableSql(table);
  const renamed = (text: string): string =>
    [...names].reduce((result, [from, to]) => renamedExpression(result, from, to), text);
  const statements: string[] = [];
  for (const column of table.columns) {
    if (!column.computed) continue;
    const shard = shardsOf(table).find((s) => s.column === column.name);
    const { expression, plainExpression: plain } = column.computed;
    const printed = shard
      ? shardExpression({ ...shard, keys: shard.keys.map((key) => names.get(key) ?? key) })
      : { expression: renamed(expression), plain: renamed(plain) };
    if (printed.expression === expression) continue;
    const name = names.get(column.name) ?? column.name;
    statements.push(defineColumn(target, "computed", name, JSON.stringify(printed)));
  }
  for (const constraint of table.constraints) {
    const { expression, plainExpression: plain } = constraint;
    if (expression === undefined || plain === undefined || renamed(expression) === expression) continue;
    const kind = constraint.kind === "unique" ? "unique" : "check";
    const body = JSON.stringify({ expression: renamed(expression), plain: renamed(plain) });
    statements.push(define(target, kind, constraint.name, body));
    const to = names.get(constraint.name.slice("check_".length));
    if (kind === "check" && to !== undefined && constraint.name.startsWith("check_crdb_internal_")) {
      statements.push(
        `ALTER TABLE ${target} RENAME CONSTRAINT ${quoteName(constraint.name)} TO ${quoteName(`check_${to}`)}`,
        renameDefinition(target, "check", constraint.name, `check_${to}`),
      );
    }
  }
  for (const index of table.indexes) {
    const { predicate, plainPredicate, expressions, directions, buckets, inverted } = index;
    const shown = [predicate, ...expressions].filter((text) => text !== undefined);
    if (shown.every((text) => renamed(text) === text)) continue;
    const body = {
      directions,
      buckets,
      inverted: inverted || undefined,
      predicate: predicate && renamed(predicate),
      plainPredicate: plainPredicate && renamed(plainPredicate),
      expressions: expressions.map((text) => (text === undefined ? null : renamed(text))),
    };
    statements.push(define(target, "index", index.name, JSON.stringify(body)));
  }
  return statements;
}
