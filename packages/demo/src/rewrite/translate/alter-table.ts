import type { AlterAction, QualifiedName } from "../ast.ts";
import type { IndexView, TableView } from "../contract.ts";
import { notInDemo, SqlError } from "../sql-error.ts";
import { ColumnAlterer, requireColumn, type Step } from "./alter-columns.ts";
import { ConstraintAlterer } from "./alter-constraints.ts";
import { backendIndexName } from "./backend-names.ts";
import type { TableTranslator } from "./create-table.ts";
import { defineColumn, renameDefinition, undefineColumn } from "./definitions.ts";
import { requireNoViews } from "./dependents.ts";
import type { Environment } from "./environment.ts";
import { tableSql } from "./environment.ts";
import type { ExpressionTranslator } from "./expressions.ts";
import { quoteName } from "./quote.ts";
import { SequenceTranslator } from "./sequences.ts";

/** A list of statements for the backend; the first one stands for the whole. */
export interface AlterSql {
  readonly statements: readonly string[];
  /** True for what CockroachDB finishes only after the commit. */
  readonly afterCommit: boolean;
}

const LATE: ReadonlySet<AlterAction["kind"]> = new Set(["addColumn", "addConstraint", "setNotNull"]);

/** ALTER TABLE: each action becomes statements of its own, in order. */
export class AlterTranslator {
  readonly #env: Environment;
  readonly #columns: ColumnAlterer;
  readonly #constraints: ConstraintAlterer;
  readonly #sequences: SequenceTranslator;

  constructor(env: Environment, expressions: ExpressionTranslator, tables: TableTranslator) {
    this.#env = env;
    this.#columns = new ColumnAlterer(env, expressions, tables);
    this.#constraints = new ConstraintAlterer(env, expressions, tables);
    this.#sequences = new SequenceTranslator(env);
  }

  alter(table: TableView, actions: readonly AlterAction[]): AlterSql {
    let current = table;
    const statements = actions.flatMap((action) => {
      const step = this.#action(current, action, actions);
      current = step.table;
      return step.statements;
    });
    return { statements, afterCommit: actions.some((action) => LATE.has(action.kind)) };
  }

  #action(table: TableView, action: AlterAction, all: readonly AlterAction[]): Step {
    switch (action.kind) {
      case "addColumn":
        return this.#columns.add(table, action);
      case "dropColumn":
        return this.#columns.drop(table, action);
      case "renameColumn":
        return this.#columns.rename(table, action);
      case "dropStored":
        return this.#columns.dropStored(table, action);
      default:
        return { statements: this.#statements(table, action, all), table };
    }
  }

  #statements(
    table: TableView,
    action: Exclude<AlterAction, { kind: "addColumn" | "dropColumn" | "renameColumn" | "dropStored" }>,
    all: readonly AlterAction[],
  ): string[] {
    const target = tableSql(table);
    switch (action.kind) {
      case "renameTo":
        return this.#renameTo(table, action.name);
      case "renameConstraint": {
        const index = table.indexes.find((i) => i.name === action.from.text);
        if (index) return renameIndex(table, index, action.to.text);
        return this.#constraints.rename(table, action.from, action.to);
      }
      case "addConstraint": {
        const dropped = all.some(
          (other) =>
            other.kind === "dropConstraint" &&
            table.indexes.some((index) => index.primary && index.name === other.name.text),
        );
        return this.#constraints.add(table, action, dropped);
      }
      case "dropConstraint": {
        const follows = all.some((other) => other.kind === "addConstraint" && other.constraint.kind === "primaryKey");
        return this.#constraints.drop(table, action, follows);
      }
      case "validateConstraint":
        return this.#constraints.validate(table, action.name);
      case "setDefault":
        return this.#columns.setDefault(table, action);
      case "setOnUpdate":
        return this.#columns.setOnUpdate(table, action);
      case "setNotNull":
        return this.#columns.setNotNull(table, action);
      case "setVisible": {
        const column = requireColumn(table, action.column).name;
        return action.visible
          ? [undefineColumn(target, "hidden", column)]
          : [defineColumn(target, "hidden", column, "")];
      }
      case "sequenceOptions":
        return this.#sequences.alter(table, action.options);
      case "setType":
        return this.#columns.setType(table, action, all.length > 1);
      case "alterPrimaryKey":
        return this.#constraints.alterPrimaryKey(table, action);
      case "setSchema":
        return [`ALTER TABLE ${target} SET SCHEMA ${quoteName(action.schema.text)}`];
      case "owner":
        return [`ALTER TABLE ${target} OWNER TO ${quoteName(action.role.text)}`];
      case "refused":
        if (table.kind !== "table") throw new SqlError({ code: "42809", message: `"${table.name}" is not a table` });
        throw notInDemo(action.what);
    }
  }

  #renameTo(table: TableView, name: QualifiedName): string[] {
    const { schema, name: to } = this.#env.resolve(name);
    if (schema !== undefined && schema !== table.schema) throw notInDemo("RENAME TO another schema");
    if (to === "") throw new SqlError({ code: "42601", message: 'invalid table name: ""' });
    if (to === table.name) return [];
    if (this.#env.context.catalog.relation(to, table.schema, [])) {
      throw new SqlError({
        code: "42P07",
        message: `relation "${this.#env.context.database}.${table.schema}.${to}" already exists`,
      });
    }
    requireNoViews(table, "rename");
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

export function renameIndex(table: TableView, index: IndexView, to: string): string[] {
  if (table.indexes.some((i) => i.name === to))
    throw new SqlError({ code: "42P07", message: `index name "${to}" already exists` });
  const backend = `${quoteName(table.schema)}.${quoteName(index.backendName)}`;
  return [
    `ALTER INDEX ${backend} RENAME TO ${quoteName(backendIndexName(table.name, to))}`,
    renameDefinition(tableSql(table), "index", index.name, to),
  ];
}
