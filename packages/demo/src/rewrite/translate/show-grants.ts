import type { Name, QualifiedName, ShowNode } from "../ast.ts";
import { SqlError } from "../sql-error.ts";
import type { Environment } from "./environment.ts";
import { noRelation } from "./environment.ts";
import { printQualified, quoteText } from "./quote.ts";

const textList = (names: readonly string[]): string => names.map((name) => quoteText(name)).join(", ");

const HEAD: Readonly<Record<string, string>> = {
  database: "g.name AS database_name",
  schema: "current_database()::text AS database_name, g.schema AS schema_name",
  table: "current_database()::text AS database_name, g.schema AS schema_name, g.name AS table_name",
  type: "current_database()::text AS database_name, g.schema AS schema_name, g.name AS type_name",
};

/** The query behind SHOW GRANTS. */
export function showGrants(what: Extract<ShowNode, { kind: "grants" }>, env: Environment): string {
  const conditions: string[] = [];
  if (what.for.length > 0) conditions.push(`g.grantee IN (${textList(what.for.map((name: Name) => name.text))})`);
  if (what.on.length === 0) {
    const where = conditions.map((condition) => ` AND ${condition}`).join("");
    // of the databases only the current one is told
    return (
      `SELECT current_database()::text AS database_name, g.schema AS schema_name, CASE WHEN g.kind <> 'database' THEN g.name END AS relation_name, ` +
      `g.grantee, g.privilege AS privilege_type FROM crdb_catalog.grants g ` +
      `WHERE NOT (g.kind = 'type' AND g.grantee = 'public') AND (g.kind <> 'database' OR g.name = current_database()::text)${where} ORDER BY 1, 2, 3, 4, 5`
    );
  }
  const object = what.object ?? "table";
  const places = what.on.map((name) => place(name, object, env));
  conditions.push(`(${places.join(" OR ")})`, `g.kind = ${quoteText(object)}`);
  return `SELECT ${HEAD[object]}, g.grantee, g.privilege AS privilege_type FROM crdb_catalog.grants g WHERE ${conditions.join(" AND ")} ORDER BY ${object === "database" ? "1, 2, 3" : "1, 2, 3, 4"}`;
}

/** The condition that finds one object. @throws SqlError when it is not there. */
function place(name: QualifiedName, object: string, env: Environment): string {
  const last = name.parts.at(-1)?.text ?? "";
  switch (object) {
    case "database":
      return `g.name = ${quoteText(last)}`;
    case "schema":
      if (!env.context.catalog.hasSchema(last))
        throw new SqlError({ code: "3F000", message: `unknown schema "${last}"` });
      return `g.schema = ${quoteText(last)}`;
    case "type": {
      const schema = env.findType(last, name.parts.length > 1 ? name.parts.at(-2)?.text : undefined);
      if (schema === undefined)
        throw new SqlError({ code: "42704", message: `type "${printQualified(name)}" does not exist` });
      return `(g.schema = ${quoteText(schema)} AND g.name = ${quoteText(last)})`;
    }
    default: {
      if (last === "*") return `g.schema = ${quoteText(patternSchema(name, env))}`;
      const relation = env.relation(name);
      if (!relation) throw noRelation(printQualified(name));
      return `(g.schema = ${quoteText(relation.schema)} AND g.name = ${quoteText(relation.name)})`;
    }
  }
}

/** The schema of `*`, `schema.*` and `database.*`. */
function patternSchema(name: QualifiedName, env: Environment): string {
  const [first, second] = name.parts.map((part) => part.text);
  const schema = name.parts.length > 2 ? second : first;
  if (name.parts.length === 1 || schema === undefined || schema === env.context.database) return "public";
  if (!env.context.catalog.hasSchema(schema))
    throw new SqlError({ code: "3F000", message: `unknown schema "${schema}"` });
  return schema;
}
