import type { Expr, ModesNode, StatementNode } from "../ast.ts";
import type {
  QueryTranslation,
  SetValue,
  Statement,
  TranslateContext,
  Translation,
  TransactionModes,
} from "../contract.ts";
import { notInDemo, SqlError } from "../sql-error.ts";
import { DdlTranslator } from "./ddl.ts";
import { parseSql } from "../statements.ts";
import { DmlTranslator } from "./dml.ts";
import { Environment } from "./environment.ts";
import { withoutLikes } from "./like-table.ts";
import { withPrivileges } from "./privileges.ts";
import { quoteName } from "./quote.ts";
import { RoleTranslator } from "./roles.ts";
import { checkAsOf, SelectTranslator } from "./select.ts";
import { checkPlaceholders, undeterminedPlaceholders } from "../typing/placeholders.ts";
import { ShowTranslator } from "./show.ts";

/**
 * What a statement means for the gateway and its backend. Pure: see the contract for what it depends on.
 *
 * @throws SqlError in CockroachDB's words for what it would refuse, and 0A000 for what the demo cluster cannot do.
 */
export function translate(statement: Statement, context: TranslateContext): Translation {
  const translator = new Translator(statement.text, context);
  const translation = translator.allowed(statement.node, translator.translate(statement.node));
  if (statement.placeholders === 0 || translation.kind !== "query") return translation;
  return { ...translation, undetermined: undeterminedPlaceholders(statement.node) };
}

class Translator {
  readonly #env: Environment;
  readonly #select: SelectTranslator;
  readonly #dml: DmlTranslator;
  readonly #ddl: DdlTranslator;
  readonly #roles: RoleTranslator;
  readonly #show: ShowTranslator;

  constructor(text: string, context: TranslateContext) {
    this.#env = new Environment(text, context);
    this.#select = new SelectTranslator(this.#env, this);
    this.#dml = new DmlTranslator(this.#env, this.#select);
    this.#ddl = new DdlTranslator(this.#env, this.#select);
    this.#roles = new RoleTranslator(this.#env);
    this.#show = new ShowTranslator(this.#env);
  }

  /** The translation, with what has to be checked before it. */
  allowed(node: StatementNode, translation: Translation): Translation {
    return withPrivileges(node, translation, this.#env);
  }

  translate(node: StatementNode): Translation {
    switch (node.kind) {
      case "select":
        return this.#query(this.#select.select(node, true), { returnsRows: true, isWrite: writes(node) });
      case "insert":
        return this.#query(this.#dml.insert(node), { returnsRows: returnsRows(node), isWrite: true });
      case "update":
        return this.#query(this.#dml.update(node), { returnsRows: returnsRows(node), isWrite: true });
      case "delete":
        return this.#query(this.#dml.delete(node), { returnsRows: returnsRows(node), isWrite: true });
      case "begin":
      case "setTransaction":
        return { kind: "transaction", action: { kind: node.kind, modes: this.#modes(node.modes) } };
      case "commit":
      case "rollback":
        return { kind: "transaction", action: { kind: node.kind } };
      case "savepoint":
      case "release":
      case "rollbackTo":
        return { kind: "transaction", action: { kind: node.kind, name: node.name } };
      case "set":
        return this.#set(node);
      case "use":
        return { kind: "use", database: node.database };
      case "discard":
        return { kind: "discardAll" };
      case "setClusterSetting":
        return {
          kind: "setClusterSetting",
          setting: node.setting,
          value: node.value && this.#setValue(node.value).text,
        };
      case "show":
        return this.#show.statement(node.what);
      case "createDatabase":
        return { kind: "createDatabase", database: node.name, ifNotExists: node.ifNotExists };
      case "dropDatabase":
        return this.#dropDatabase(node);
      case "renameDatabase":
        return { kind: "renameDatabase", from: node.from, to: node.to };
      case "cancel":
        return this.#cancel(node);
      case "prepare":
      case "execute":
      case "deallocate":
        return this.#prepared(node);
      case "copyFrom":
        return { kind: "copyFrom", sql: this.#ddl.copyFrom(node) };
      case "refused":
        throw notInDemo(node.what);
      default:
        return this.#schemaChange(node);
    }
  }

  #schemaChange(node: StatementNode): QueryTranslation {
    const change = this.#schemaChangeOf(node);
    if (this.#env.hasChanges) throw notInDemo(`[INSERT ...] and the like in a schema change`);
    return change;
  }

  #schemaChangeOf(node: StatementNode): QueryTranslation {
    switch (node.kind) {
      case "createTable":
        return node.likes.length > 0 ? this.#likeTable(node) : this.#ddl.createTable(node);
      case "createIndex":
        return this.#ddl.createIndex(node);
      case "createView":
        return this.#ddl.createView(node);
      case "createSequence":
        return this.#ddl.createSequence(node);
      case "createSchema":
        return this.#ddl.createSchema(node);
      case "createEnum":
        return this.#ddl.createEnum(node);
      case "alterEnum":
        return this.#ddl.alterEnum(node);
      case "alterTable":
        return this.#ddl.alterTable(node);
      case "alterIndex":
        return this.#ddl.alterIndex(node);
      case "ownDatabase":
        return this.#ddl.ownDatabase(node);
      case "drop":
        return this.#ddl.drop(node);
      case "dropIndex":
        return this.#ddl.dropIndex(node);
      case "truncate":
        return this.#ddl.truncate(node);
      case "comment":
        return this.#ddl.comment(node);
      case "refreshView":
        return this.#ddl.refreshView(node);
      case "role":
        return this.#roles.role(node);
      case "dropRole":
        return this.#roles.dropRole(node);
      case "grant":
        return this.#roles.grant(node);
      case "grantRole":
        return this.#roles.grantRole(node);
      default:
        throw notInDemo(node.kind);
    }
  }

  // the statement is read anew, with what LIKE stands for
  #likeTable(node: Extract<StatementNode, { kind: "createTable" }>): QueryTranslation {
    const [statement] = parseSql(withoutLikes(node, this.#env));
    if (statement?.node.kind !== "createTable") throw new Error("a CREATE TABLE stays one");
    return new Translator(statement.text, this.#env.context).#ddl.createTable(statement.node);
  }

  /** A statement inside another: in WITH or in brackets. */
  statement(node: StatementNode): string {
    switch (node.kind) {
      case "select":
        return this.#select.select(node);
      case "insert":
        return this.#dml.insert(node);
      case "update":
        return this.#dml.update(node);
      case "delete":
        return this.#dml.delete(node);
      case "show":
        return this.#show.source(node.what);
      default:
        throw notInDemo(`${node.kind} inside another statement`);
    }
  }

  #query(sql: string, facts: Pick<QueryTranslation, "returnsRows" | "isWrite">): QueryTranslation {
    const { virtualTables, asOf } = this.#env;
    const query: QueryTranslation = { kind: "query", sql: this.#env.withChanges(sql), ...facts, asOf };
    return virtualTables.size > 0 ? { ...query, virtualTables: [...virtualTables] } : query;
  }

  // ---------------------------------------------------------------- the session's

  #modes(modes: ModesNode): TransactionModes {
    const { isolation, priority, readOnly, deferrable } = modes;
    return { isolation, priority, readOnly, deferrable, asOf: modes.asOf && checkAsOf(modes.asOf, this.#env) };
  }

  #set(node: Extract<StatementNode, { kind: "set" }>): Translation {
    const values = node.values?.map((value) => this.#setValue(value));
    const tag = node.variable === "tracing" ? "SET TRACING" : "SET";
    return { kind: "set", variable: node.variable, values, scope: node.local ? "local" : "session", tag };
  }

  #setValue(value: Expr): SetValue {
    switch (value.kind) {
      case "column":
        return { kind: "identifier", text: value.parts.map((part) => part.text).join(".") };
      case "literal": {
        if (value.type === "string") return { kind: "string", text: value.value };
        if (value.type === "true" || value.type === "false") return { kind: "boolean", text: value.type };
        return { kind: "number", text: value.value };
      }
      case "unary":
        if (value.operand.kind === "literal") {
          return { kind: "number", text: `${value.operator === "-" ? "-" : ""}${value.operand.value}` };
        }
        break;
      case "cast":
        if (value.type.name === "interval" && value.operand.kind === "literal")
          return { kind: "interval", text: value.operand.value };
        break;
      case "paren":
        return this.#setValue(value.operand);
      default:
    }
    return { kind: "expression", text: this.#env.source(value) };
  }

  #dropDatabase(node: Extract<StatementNode, { kind: "dropDatabase" }>): Translation {
    if (this.#env.variable("sql_safe_updates") === "on" && node.name === this.#env.context.database) {
      throw new SqlError({
        code: "01000",
        message: "rejected (sql_safe_updates = true): DROP DATABASE on current database",
      });
    }
    return { kind: "dropDatabase", database: node.name, ifExists: node.ifExists, behavior: node.behavior };
  }

  #cancel(node: Extract<StatementNode, { kind: "cancel" }>): Translation {
    const { source } = node;
    const select =
      source.kind === "select"
        ? this.#select.select(source)
        : `SELECT (${this.#select.expressions.expr(source)})::text`;
    return {
      kind: "cancel",
      what: node.what,
      select,
      ifExists: node.ifExists,
      tag: `CANCEL ${node.what.toUpperCase()} n`,
    };
  }

  #prepared(node: Extract<StatementNode, { kind: "prepare" | "execute" | "deallocate" }>): QueryTranslation {
    const facts = { kind: "query", returnsRows: false, isWrite: false } as const;
    switch (node.kind) {
      case "prepare": {
        const inner = this.translate(node.statement);
        checkPlaceholders(
          undeterminedPlaceholders(node.statement),
          node.types.map(() => 1),
        );
        if (inner.kind !== "query" || inner.ddl || inner.after || inner.virtualTables || inner.asOf !== undefined) {
          throw notInDemo("PREPARE of this statement");
        }
        const types =
          node.types.length > 0 ? ` (${node.types.map((type) => this.#select.expressions.type(type)).join(", ")})` : "";
        return { ...facts, sql: `PREPARE ${quoteName(node.name.text)}${types} AS ${inner.sql}`, tag: "PREPARE" };
      }
      case "execute": {
        const args = node.args.map((arg) => this.#select.expressions.expr(arg)).join(", ");
        const sql = `EXECUTE ${quoteName(node.name.text)}${args ? ` (${args})` : ""}`;
        return { ...facts, sql, returnsRows: true, isWrite: true };
      }
      case "deallocate":
        return {
          ...facts,
          sql: `DEALLOCATE ${node.name ? quoteName(node.name.text) : "ALL"}`,
          tag: node.name ? "DEALLOCATE" : "DEALLOCATE ALL",
        };
    }
  }
}

const returnsRows = (node: Extract<StatementNode, { kind: "insert" | "update" | "delete" }>): boolean =>
  node.returning !== undefined && !node.returning.nothing;

/** True for a select that changes something: in WITH or in brackets. */
function writes(node: Extract<StatementNode, { kind: "select" }>): boolean {
  const changing = (value: unknown): boolean => {
    if (typeof value !== "object" || value === null) return false;
    if (Array.isArray(value)) return value.some((item) => changing(item));
    const record = value as Readonly<Record<string, unknown>>;
    const kind = record["kind"];
    if (kind === "insert" || kind === "update" || kind === "delete") return true;
    return Object.values(record).some((item) => changing(item));
  };
  return changing(node);
}
