import type { AlterAction, IndexDefinition, Name } from "../ast.ts";
import type { IndexView, TableView } from "../contract.ts";
import { notInDemo, SqlError } from "../sql-error.ts";
import { requireColumn, typesOf } from "./alter-columns.ts";
import { backendIndexName, uniqueConstraintName } from "./backend-names.ts";
import type { ConstraintTranslator, OwnTable } from "./constraints.ts";
import { onComputed, type TableTranslator } from "./create-table.ts";
import { define, type IndexBody, renameDefinition, undefine } from "./definitions.ts";
import type { Environment } from "./environment.ts";
import { tableSql } from "./environment.ts";
import type { ExpressionTranslator } from "./expressions.ts";
import { type Shard, shardDefinitions, shardOf, shardSql } from "./hash-shard.ts";
import { uniqueOn } from "./indexes.ts";
import { namesOf, tableError } from "./name-giver.ts";
import { noticeSql } from "./notices.ts";
import { printName, quoteName } from "./quote.ts";
import { validationSql } from "./validation.ts";

type Action<K extends AlterAction["kind"]> = Extract<AlterAction, { readonly kind: K }>;

const ASYNC_KEY =
  "primary key changes are finalized asynchronously; further schema changes on this table may be restricted until the job completes";

/** ALTER TABLE's actions on constraints and on the primary key. */
export class ConstraintAlterer {
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

  add(table: TableView, action: Action<"addConstraint">, keyDropped: boolean): string[] {
    const { constraint } = action;
    const target = tableSql(table);
    const names = namesOf(table);
    const types = typesOf(table);
    const notValid = action.notValid ? " NOT VALID" : "";
    switch (constraint.kind) {
      case "check": {
        const { expr } = constraint;
        const given = constraint.name && names.constraints.take(constraint.name.text, "constraint");
        const name = given ?? names.constraints.free(this.#constraints.checkName(expr));
        const { sql, definition } = this.#constraints.check(target, name, expr, types);
        const { expression } = this.#constraints.printed(expr, types);
        const validation = validationSql(table, this.#expressions.expr(expr), `validation of CHECK "${expression}"`);
        return [...(action.notValid ? [] : [validation]), `ALTER TABLE ${target} ADD ${sql}${notValid}`, definition];
      }
      case "foreignKey": {
        for (const column of constraint.columns) requireColumn(table, column);
        const onUpdate = table.columns.filter((c) => c.onUpdate).map((c) => c.name);
        const own: OwnTable = { ...table, columns: table.columns.map((c) => c.name), types, onUpdate };
        const columns = constraint.columns.map((column) => column.text);
        const given = constraint.name?.text;
        const sql = this.#constraints.foreignKey(given, columns, constraint.references, names.constraints, own);
        return [`ALTER TABLE ${target} ADD ${sql}${notValid}`];
      }
      case "unique": {
        if (constraint.withoutIndex) return this.#uniqueWithoutIndex(table, constraint, action.notValid);
        const name = constraint.name && this.#newIndexName(table, constraint.name.text);
        const indexed = { name: table.name, target, types, primaryKey: table.primaryKey };
        return this.#tables.indexes.create(constraint.index, indexed, names.indexes, { name });
      }
      case "primaryKey": {
        const hidden = table.columns.some(
          (c) => c.hidden && c.default === "unique_rowid()" && table.primaryKey.includes(c.name),
        );
        if (!hidden && !keyDropped) {
          throw new SqlError({
            code: "42P16",
            message: `multiple primary keys for table "${table.name}" are not allowed`,
          });
        }
        return this.#newKey(table, constraint.index, constraint.name?.text ?? "primary", false);
      }
    }
  }

  #newIndexName(table: TableView, name: string): string {
    if (table.indexes.some((index) => index.name === name)) {
      throw new SqlError({ code: "42P07", message: `duplicate index name: "${name}"` });
    }
    return name;
  }

  #uniqueWithoutIndex(
    table: TableView,
    constraint: Extract<Action<"addConstraint">["constraint"], { kind: "unique" }>,
    notValid: boolean,
  ): string[] {
    this.#constraints.requireUniqueWithoutIndex();
    if (notValid) throw notInDemo("UNIQUE WITHOUT INDEX ... NOT VALID");
    const names = namesOf(table).constraints;
    const { index } = constraint;
    const given = constraint.name && names.take(constraint.name.text, "constraint");
    const name = given ?? names.free(this.#constraints.uniqueName(index), "_");
    return this.#constraints.uniqueWithoutIndex(tableSql(table), table.name, name, index, typesOf(table));
  }

  drop(table: TableView, action: Action<"dropConstraint">, keyFollows: boolean): string[] {
    const name = action.name.text;
    const target = tableSql(table);
    const constraint = table.constraints.find((c) => c.name === name);
    const index = table.indexes.find((i) => i.name === name);
    if (!constraint && !index) {
      if (action.ifExists) return [];
      throw noConstraint(name, table);
    }
    if (index?.primary) {
      // the new key replaces it
      if (keyFollows) return [];
      const { message, code, hint } = UNREPLACED;
      throw new SqlError({ code, message: tableError(table.name, table.oid, code, message).message, hint });
    }
    if (index) {
      throw new SqlError({
        code: "0A000",
        message: `unimplemented: cannot drop UNIQUE constraint "${printName(name)}" using ALTER TABLE DROP CONSTRAINT, use DROP INDEX CASCADE instead`,
        hint: "You have attempted to use a feature that is not yet implemented.\nSee: https://go.crdb.dev/issue-v/42840/v21.2",
      });
    }
    if (constraint?.kind === "unique") {
      const backend = `${quoteName(table.schema)}.${quoteName(uniqueConstraintName(table.name, name))}`;
      return [`DROP INDEX ${backend}`, undefine(target, "unique", name)];
    }
    return [`ALTER TABLE ${target} DROP CONSTRAINT ${quoteName(name)}`, undefine(target, "check", name)];
  }

  validate(table: TableView, name: Name): string[] {
    const constraint = table.constraints.find((c) => c.name === name.text);
    const unique = table.indexes.some((index) => index.unique && index.name === name.text);
    if (!constraint && !unique) throw noConstraint(name.text, table);
    if (!constraint || constraint.kind === "unique") return [];
    const sql = `ALTER TABLE ${tableSql(table)} VALIDATE CONSTRAINT ${quoteName(name.text)}`;
    if (constraint.kind !== "check" || constraint.backendExpression === undefined) return [sql];
    const what = `validation of CHECK "${constraint.expression ?? ""}"`;
    return [validationSql(table, constraint.backendExpression, what), sql];
  }

  rename(table: TableView, from: Name, to: Name): string[] {
    const target = tableSql(table);
    const constraint = table.constraints.find((c) => c.name === from.text);
    if (!constraint) throw noConstraint(from.text, table);
    if (table.constraints.some((c) => c.name === to.text))
      throw new SqlError({ code: "42710", message: `duplicate constraint name: "${to.text}"` });
    if (constraint.kind === "unique") {
      const backend = `${quoteName(table.schema)}.${quoteName(uniqueConstraintName(table.name, from.text))}`;
      return [
        `ALTER INDEX ${backend} RENAME TO ${quoteName(uniqueConstraintName(table.name, to.text))}`,
        renameDefinition(target, "unique", from.text, to.text),
      ];
    }
    return [
      `ALTER TABLE ${target} RENAME CONSTRAINT ${quoteName(from.text)} TO ${quoteName(to.text)}`,
      renameDefinition(target, "check", from.text, to.text),
    ];
  }

  // ---------------------------------------------------------------- the primary key

  alterPrimaryKey(table: TableView, action: Action<"alterPrimaryKey">): string[] {
    return this.#newKey(table, action.index, undefined, true);
  }

  /** Replaces the primary key. `keeps`: the old one stays as a unique index, unless it was the hidden one. */
  #newKey(table: TableView, definition: IndexDefinition, name: string | undefined, keeps: boolean): string[] {
    const primary = table.indexes.find((index) => index.primary);
    if (!primary) throw notInDemo("ALTER PRIMARY KEY");
    const target = tableSql(table);
    const columns = definition.elements.map((element) => requireColumn(table, element.column ?? missing()));
    const nullable = columns.find((column) => column.nullable);
    if (nullable)
      throw new SqlError({ code: "42P15", message: `cannot use nullable column "${nullable.name}" in primary key` });
    const keys = columns.map((column) => column.name);
    const statements: string[] = [];
    const shard = definition.hashBuckets && shardOf(this.#env, keys, definition.hashBuckets);
    if (shard) statements.push(...addShard(table, shard));
    const given = name ?? primary.name;
    const list = [...(shard ? [shard.column] : []), ...keys].map((key) => quoteName(key)).join(", ");
    this.#requireUnreferenced(table, primary);
    statements.push(
      `ALTER TABLE ${target} DROP CONSTRAINT ${quoteName(primary.backendName)}`,
      undefine(target, "index", primary.name),
      `ALTER TABLE ${target} ADD CONSTRAINT ${quoteName(backendIndexName(table.name, given))} PRIMARY KEY (${list})`,
    );
    const body: IndexBody = {
      directions: [...(shard ? (["ASC"] as const) : []), ...definition.elements.map((e) => e.direction ?? "ASC")],
      ...(shard && { buckets: shard.buckets }),
    };
    statements.push(define(target, "index", given, JSON.stringify(body)));
    const old = table.primaryKey.filter((key) => primary.buckets === undefined || key !== primary.columns[0]);
    const wasHidden = table.columns.some((c) => c.hidden && old.includes(c.name));
    const same = old.length === keys.length && old.every((key) => keys.includes(key));
    if (keeps && !wasHidden && !same) {
      const indexed = { name: table.name, target, types: typesOf(table), primaryKey: keys };
      statements.push(...this.#tables.indexes.create(uniqueOn(undefined, old), indexed, namesOf(table).indexes));
    }
    return [...statements, noticeSql(ASYNC_KEY)];
  }

  // foreign keys of PostgreSQL rest on an index
  #requireUnreferenced(table: TableView, primary: IndexView): void {
    const full = `${table.schema}.${table.name}`;
    for (const other of this.#env.context.catalog.relations()) {
      for (const { references, referencedColumns } of other.constraints) {
        if (references !== full || !referencedColumns.every((column) => primary.columns.includes(column))) continue;
        throw notInDemo("changing a primary key that foreign keys refer to");
      }
    }
  }
}

const UNREPLACED = {
  code: "0A000",
  message: "unimplemented: primary key dropped without subsequent addition of new primary key in same transaction",
  hint: "You have attempted to use a feature that is not yet implemented.\nSee: https://go.crdb.dev/issue-v/48026/v21.2",
} as const;

/** The statements that add a shard column, none where the table has it. */
export function addShard(table: TableView, shard: Shard): string[] {
  const target = tableSql(table);
  for (const key of shard.keys) {
    const column = table.columns.find((c) => c.name === key);
    if (column?.computed) throw onComputed();
  }
  if (table.columns.some((column) => column.name === shard.column)) return [];
  const { column, check } = shardSql(shard);
  return [`ALTER TABLE ${target} ADD COLUMN ${column}, ADD ${check}`, ...shardDefinitions(target, shard)];
}

const noConstraint = (name: string, table: TableView): SqlError =>
  new SqlError({ code: "42704", message: `constraint "${name}" of relation "${table.name}" does not exist` });

function missing(): never {
  throw notInDemo("expressions in a primary key");
}
