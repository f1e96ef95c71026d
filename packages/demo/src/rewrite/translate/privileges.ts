import type { StatementNode } from "../ast.ts";
import type { QueryTranslation, TableView, Translation } from "../contract.ts";
import { elevated } from "./elevated.ts";
import type { Environment } from "./environment.ts";
import { quoteText } from "./quote.ts";

/**
 * The backend's privileges that stand for CockroachDB's on a table: PostgreSQL has no CREATE, DROP, GRANT and
 * ZONECONFIG there, and keeps them as others that mean nothing to what the gateway lets through.
 */
export const TABLE_PRIVILEGES: Readonly<Record<string, string>> = {
  select: "SELECT", insert: "INSERT", update: "UPDATE", delete: "DELETE", create: "REFERENCES", drop: "TRUNCATE",
  grant: "MAINTAIN", zoneconfig: "TRIGGER",
}; // prettier-ignore

/** A call that fails when a condition does not hold. */
export const required = (condition: string, message: string): string =>
  `crdb_internal.demo_require(${condition}, ${quoteText(message)})`;

/** Does the user have a privilege on a relation? */
export const mayOnRelation = (table: TableView, privilege: string): string =>
  `crdb_internal.demo_may(${table.oid}::oid, ${quoteText(TABLE_PRIVILEGES[privilege] ?? privilege)})`;

/** A check of a privilege on a relation; `otherwise` is what may stand in for it. */
export function requireOnRelation(table: TableView, privilege: string, env: Environment, otherwise = ""): string {
  const { user } = env.context;
  const message = `user ${user} does not have ${privilege.toUpperCase()} privilege on relation ${table.name}`;
  return required(mayOnRelation(table, privilege) + otherwise, message);
}

/** A check of CREATE on the database, where a new object goes into its schema `public`. */
function requireCreate(env: Environment): string {
  const { user, database } = env.context;
  return required(
    "crdb_internal.is_admin() OR pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')",
    `user ${user} does not have CREATE privilege on database ${database}`,
  );
}

/** What CockroachDB checks before a schema change by a user other than root; the statement then runs for them. */
export function withPrivileges(node: StatementNode, translation: Translation, env: Environment): Translation {
  if (env.context.user === "root" || translation.kind !== "query") return translation;
  const found = requirements(node, env);
  if (!found) return translation;
  return found.elevate ? elevated(translation, found.checks, env) : checked(translation, found.checks);
}

const checked = (translation: QueryTranslation, checks: readonly string[]): QueryTranslation => ({
  ...translation,
  before: [...checks.map((check) => `SELECT ${check}`), ...(translation.before ?? [])],
});

interface Requirements {
  readonly checks: readonly string[];
  /** The backend would ask for ownership where CockroachDB asks for a privilege. */
  readonly elevate: boolean;
}

function requirements(node: StatementNode, env: Environment): Requirements | undefined {
  switch (node.kind) {
    case "createTable":
    case "createView":
    case "createSequence":
    case "createEnum": {
      const { schema } = env.newObject(node.name);
      return schema === "public" ? { checks: [requireCreate(env)], elevate: false } : undefined;
    }
    case "alterTable": {
      const table = env.relation(node.name);
      if (!table) return undefined;
      const renames = node.actions.some((action) => action.kind === "renameTo");
      if (renames) return { checks: [requireOnRelation(table, "drop", env), requireCreate(env)], elevate: true };
      const message = `must be owner of table ${table.name} or have CREATE privilege on table ${table.name}`;
      return { checks: [required(mayOnRelation(table, "create"), message)], elevate: !changesOwner(node) };
    }
    case "createIndex":
      return onRelations([env.relation(node.table)], "create", env);
    case "truncate":
      return onRelations(
        node.names.map((name) => env.relation(name)),
        "drop",
        env,
      );
    case "drop":
      if (node.object !== "table" && node.object !== "view" && node.object !== "sequence") return undefined;
      return onRelations(
        node.names.map((name) => env.relation(name)),
        "drop",
        env,
        (table) => ` OR crdb_internal.demo_owns_schema(${quoteText(table.schema)})`,
      );
    default:
      return undefined;
  }
}

const changesOwner = (node: Extract<StatementNode, { kind: "alterTable" }>): boolean =>
  node.actions.some((action) => action.kind === "owner");

function onRelations(
  relations: readonly (TableView | undefined)[],
  privilege: string,
  env: Environment,
  otherwise?: (table: TableView) => string,
): Requirements | undefined {
  const found = relations.filter((relation) => relation !== undefined);
  if (found.length === 0) return undefined;
  return {
    checks: found.map((relation) => requireOnRelation(relation, privilege, env, otherwise?.(relation))),
    elevate: true,
  };
}
