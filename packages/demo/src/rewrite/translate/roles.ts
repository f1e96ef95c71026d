import type { Expr, SimpleNode } from "../ast.ts";
import type { QueryTranslation } from "../contract.ts";
import { notInDemo, SqlError } from "../sql-error.ts";
import type { Environment } from "./environment.ts";
import { tableSql } from "./environment.ts";
import { quoteName, quoteNames, quoteText } from "./quote.ts";

type Node<K extends SimpleNode["kind"]> = Extract<SimpleNode, { readonly kind: K }>;

const OPTIONS: Readonly<Record<string, string>> = {
  createdb: "CREATEDB", nocreatedb: "NOCREATEDB", createrole: "CREATEROLE", nocreaterole: "NOCREATEROLE", login: "LOGIN", nologin: "NOLOGIN",
}; // prettier-ignore

/**
 * PostgreSQL's privileges that stand for CockroachDB's on a table. It has no CREATE, DROP, GRANT and ZONECONFIG
 * there: these are kept as privileges that mean nothing to what the gateway lets through.
 */
const TABLE_PRIVILEGES: Readonly<Record<string, string>> = {
  select: "SELECT", insert: "INSERT", update: "UPDATE", delete: "DELETE", create: "REFERENCES", drop: "TRUNCATE",
  grant: "MAINTAIN", zoneconfig: "TRIGGER",
}; // prettier-ignore

/** Users, roles and privileges for the backend. */
export class RoleTranslator {
  readonly #env: Environment;

  constructor(env: Environment) {
    this.#env = env;
  }

  role(node: Node<"role">): QueryTranslation {
    const name = roleName(node.name);
    const words: string[] = [];
    for (const option of node.options) words.push(this.#option(option.name, option.value));
    const tag = node.verb === "create" ? "CREATE ROLE" : "ALTER ROLE";
    if (node.verb === "alter") {
      if (words.length === 0) return statement(`SELECT WHERE false`, tag);
      return node.guard
        ? guarded(`ALTER ROLE ${quoteName(name)} ${words.join(" ")}`, name, true, tag)
        : statement(`ALTER ROLE ${quoteName(name)} ${words.join(" ")}`, tag);
    }
    if (node.user && !words.includes("NOLOGIN")) words.push("LOGIN");
    const sql = `CREATE ROLE ${quoteName(name)} ${words.join(" ")}`.trimEnd();
    return node.guard ? guarded(sql, name, false, tag) : statement(sql, tag);
  }

  #option(name: string, value: Expr | undefined): string {
    if (name === "password" || name === "valid") {
      const keyword = name === "password" ? "PASSWORD" : "VALID UNTIL";
      if (value?.kind === "literal" && value.type === "null")
        return name === "password" ? "PASSWORD NULL" : "VALID UNTIL 'infinity'";
      if (value?.kind === "literal" && value.type === "string") return `${keyword} ${quoteText(value.value)}`;
      throw notInDemo(`${keyword} that is not a constant`);
    }
    const option = OPTIONS[name];
    if (option === undefined) throw notInDemo(`role option ${name.toUpperCase()}`);
    return option;
  }

  dropRole(node: Node<"dropRole">): QueryTranslation {
    const names = node.names.map((name) => roleName(name));
    for (const name of names) {
      if (["root", "admin", "public"].includes(name)) {
        throw new SqlError({ code: "42501", message: `cannot drop ${name === "root" ? "user" : "role/user"} ${name}` });
      }
    }
    return statement(`DROP ROLE ${node.ifExists ? "IF EXISTS " : ""}${quoteNames(names)}`, "DROP ROLE");
  }

  grantRole(node: Node<"grantRole">): QueryTranslation {
    const granted = quoteNames(node.granted);
    const roles = quoteNames(node.roles);
    if (node.revoke)
      return statement(`REVOKE ${node.admin ? "ADMIN OPTION FOR " : ""}${granted} FROM ${roles}`, "REVOKE");
    return statement(`GRANT ${granted} TO ${roles}${node.admin ? " WITH ADMIN OPTION" : ""}`, "GRANT");
  }

  grant(node: Node<"grant">): QueryTranslation {
    const tag = node.revoke ? "REVOKE" : "GRANT";
    const roles = node.roles.map((role) => (role.text === "public" ? "PUBLIC" : quoteName(role.text))).join(", ");
    const tail = `${node.revoke ? "FROM" : "TO"} ${roles}`;
    const all = node.privileges.includes("all");
    switch (node.object) {
      case "table":
        return statement(`${tag} ${this.#tablePrivileges(node)} ON ${this.#tables(node)} ${tail}`, tag);
      case "database": {
        const [name] = node.names;
        const database = name?.parts[0]?.text ?? "";
        if (database !== this.#env.context.database) throw notInDemo(`${tag} on another database`);
        const create = all || node.privileges.includes("create") ? "CREATE, CONNECT" : "CONNECT";
        const sql = `${tag} ${create} ON DATABASE ${quoteName(database)} ${tail}`;
        // new tables take over what was granted on their database
        const list = this.#tablePrivileges(node);
        return { ...statement(sql, tag), after: [`ALTER DEFAULT PRIVILEGES ${tag} ${list} ON TABLES ${tail}`] };
      }
      case "schema": {
        const names = quoteNames(node.names.map((name) => name.parts.at(-1)?.text ?? ""));
        const list = all ? "ALL" : node.privileges.map((p) => p.toUpperCase()).join(", ");
        return statement(`${tag} ${list} ON SCHEMA ${names} ${tail}`, tag);
      }
      case "type":
        throw notInDemo(`${tag} ON TYPE`);
    }
  }

  #tablePrivileges(node: Node<"grant">): string {
    if (node.privileges.includes("all")) return "ALL";
    return node.privileges
      .map((privilege) => {
        const backend = TABLE_PRIVILEGES[privilege];
        if (backend === undefined)
          throw new SqlError({ code: "42601", message: `not a valid privilege: "${privilege}"` });
        return backend;
      })
      .join(", ");
  }

  #tables(node: Node<"grant">): string {
    if (node.allTables)
      return `ALL TABLES IN SCHEMA ${quoteNames(node.names.map((name) => name.parts.at(-1)?.text ?? ""))}`;
    const [first] = node.names;
    if (first?.parts.at(-1)?.text === "*") {
      if (node.names.length > 1) throw notInDemo("several patterns of tables");
      const qualifier = first.parts.length > 1 ? first.parts.at(-2)?.text : undefined;
      const schema = qualifier === undefined || qualifier === this.#env.context.database ? "public" : qualifier;
      return `ALL TABLES IN SCHEMA ${quoteName(schema)}`;
    }
    return node.names.map((name) => tableSql(this.#env.requireRelation(name))).join(", ");
  }
}

// Names of users are folded to lower case even where they are quoted.
function roleName(name: Expr): string {
  if (name.kind === "column") return (name.parts[0]?.text ?? "").toLowerCase();
  if (name.kind === "literal") return name.value.toLowerCase();
  throw notInDemo("a placeholder as the name of a user");
}

const statement = (sql: string, tag: string): QueryTranslation => ({
  kind: "query",
  sql,
  tag,
  returnsRows: false,
  isWrite: true,
});

/** Runs only if the role exists, or only if it does not. */
function guarded(sql: string, role: string, exists: boolean, tag: string): QueryTranslation {
  const condition = `${exists ? "" : "NOT "}EXISTS (SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = ${quoteText(role)})`;
  return statement(`DO ${quoteText(`BEGIN IF ${condition} THEN EXECUTE ${quoteText(sql)}; END IF; END`)}`, tag);
}
