import type { Expr, SimpleNode } from "../ast.ts";
import type { QueryTranslation, TableView } from "../contract.ts";
import { notInDemo, SqlError } from "../sql-error.ts";
import type { Environment } from "./environment.ts";
import { tableSql } from "./environment.ts";
import { elevated } from "./elevated.ts";
import { required, requireOnRelation, TABLE_PRIVILEGES } from "./privileges.ts";
import { printQualified, quoteName, quoteNames, quoteText } from "./quote.ts";

type Node<K extends SimpleNode["kind"]> = Extract<SimpleNode, { readonly kind: K }>;

/** Options that PostgreSQL has by the same name. */
const OPTIONS: ReadonlySet<string> = new Set([
  "createdb",
  "nocreatedb",
  "createrole",
  "nocreaterole",
  "login",
  "nologin",
]);

/** CockroachDB's own: kept as settings of the role. */
const OWN_OPTIONS: ReadonlySet<string> = new Set([
  "createlogin", "controljob", "controlchangefeed", "viewactivity", "cancelquery", "modifyclustersetting",
]); // prettier-ignore

const DATABASE_PRIVILEGES: readonly string[] = [
  "CONNECT", "CREATE", "DELETE", "DROP", "GRANT", "INSERT", "SELECT", "UPDATE", "ZONECONFIG",
]; // prettier-ignore

/** What needs CREATELOGIN: how somebody gets in. */
const LOGIN_OPTIONS: ReadonlySet<string> = new Set([
  "createlogin", "nocreatelogin", "login", "nologin", "password", "valid",
]); // prettier-ignore

/** Users, roles and privileges for the backend. */
export class RoleTranslator {
  readonly #env: Environment;

  constructor(env: Environment) {
    this.#env = env;
  }

  role(node: Node<"role">): QueryTranslation {
    const name = roleName(node.name);
    const given = node.options.map((option) => option.name);
    checkOptions(given);
    if (node.verb === "alter" && name === "admin") {
      throw new SqlError({ code: "42501", message: "cannot edit admin role" });
    }
    const login =
      given.some((option) => LOGIN_OPTIONS.has(option) && !(node.verb === "create" && option === "nologin")) ||
      (node.verb === "create" && node.user && !given.includes("nologin"));
    const checks = [requireOption("CREATEROLE"), ...(login ? [requireOption("CREATELOGIN")] : [])];
    const words = node.options.map((option) => this.#option(option.name, option.value)).filter((word) => word !== "");
    const settings = given
      .filter((option) => OWN_OPTIONS.has(option.replace(/^no/, "")))
      .map((option) =>
        option.startsWith("no")
          ? `ALTER ROLE ${quoteName(name)} RESET crdb_demo.${option.slice(2)}`
          : `ALTER ROLE ${quoteName(name)} SET crdb_demo.${option} = 'on'`,
      );
    const tag = node.verb === "create" ? "CREATE ROLE" : "ALTER ROLE";
    if (node.verb === "create" && node.user && !given.some((option) => /^(?:no)?login$/.test(option)))
      words.push("LOGIN");
    const sql = [`${tag} ${quoteName(name)} ${words.join(" ")}`.trimEnd(), ...settings];
    const run = node.guard ? [guarded(sql, name, node.verb === "alter")] : sql;
    return asSuperuser(tag, checks, run, this.#env);
  }

  #option(name: string, value: Expr | undefined): string {
    if (name === "password" || name === "valid") {
      const keyword = name === "password" ? "PASSWORD" : "VALID UNTIL";
      if (value?.kind === "literal" && value.type === "null")
        return name === "password" ? "PASSWORD NULL" : "VALID UNTIL 'infinity'";
      if (value?.kind === "literal" && value.type === "string") return `${keyword} ${quoteText(value.value)}`;
      throw notInDemo(`${keyword} that is not a constant`);
    }
    if (OWN_OPTIONS.has(name.replace(/^no/, ""))) return "";
    if (!OPTIONS.has(name)) throw notInDemo(`role option ${name.toUpperCase()}`);
    return name.toUpperCase();
  }

  dropRole(node: Node<"dropRole">): QueryTranslation {
    const names = node.names.map((name) => roleName(name));
    if (names.some((name) => ["root", "admin", "public"].includes(name))) {
      const what = names.length > 1 ? "roles/users" : "role/user";
      const message = `cannot drop ${what} ${names.join(", ")}: grants still exist on system.public.comments`;
      throw new SqlError({ code: "2BP01", message });
    }
    const checks = [
      requireOption("CREATEROLE"),
      ...names.map((name) => `crdb_internal.demo_require_droppable(${quoteText(name)})`),
    ];
    const sql = `DROP ROLE ${node.ifExists ? "IF EXISTS " : ""}${quoteNames(names)}`;
    return asSuperuser("DROP ROLE", checks, [sql], this.#env);
  }

  grantRole(node: Node<"grantRole">): QueryTranslation {
    const [granted, members] = [node.granted, node.roles].map((list) => list.map((name) => name.text.toLowerCase()));
    if (!granted || !members) throw new Error("both lists are there");
    const checks = [...granted, ...members].map((name) => `crdb_internal.demo_require_role(${quoteText(name)})`);
    for (const role of granted) {
      checks.push(`crdb_internal.demo_require_grantor(${quoteText(role)})`);
      for (const member of node.revoke ? [] : members) {
        checks.push(`crdb_internal.demo_require_acyclic(${quoteText(role)}, ${quoteText(member)})`);
      }
    }
    const [tag, list] = [node.revoke ? "REVOKE" : "GRANT", quoteNames(granted)];
    if (node.revoke) {
      if (granted.includes("admin") && members.includes("root")) {
        const message = "role/user root cannot be removed from role admin or lose the ADMIN OPTION";
        throw new SqlError({ code: "55006", message });
      }
      const sql = `REVOKE ${node.admin ? "ADMIN OPTION FOR " : ""}${list} FROM ${quoteNames(members)}`;
      return asSuperuser(tag, checks, [sql], this.#env);
    }
    const sql = `GRANT ${list} TO ${quoteNames(members)}${node.admin ? " WITH ADMIN OPTION" : ""}`;
    return asSuperuser(tag, checks, [sql], this.#env);
  }

  grant(node: Node<"grant">): QueryTranslation {
    const tag = node.revoke ? "REVOKE" : "GRANT";
    const roles = node.roles.map((role) => (role.text === "public" ? "PUBLIC" : quoteName(role.text))).join(", ");
    const tail = `${node.revoke ? "FROM" : "TO"} ${roles}`;
    const all = node.privileges.includes("all");
    const { user, database: current } = this.#env.context;
    switch (node.object) {
      case "table": {
        const checks = this.#relations(node).map((table) => requireOnRelation(table, "grant", this.#env));
        const sql = `${tag} ${this.#tablePrivileges(node)} ON ${this.#tables(node)} ${tail}`;
        return asSuperuser(tag, checks, [sql], this.#env);
      }
      case "database": {
        const [name] = node.names;
        const database = name?.parts[0]?.text ?? "";
        if (database !== current || node.names.length > 1) throw notInDemo(`${tag} on another database`);
        const create = all || node.privileges.includes("create") ? "CREATE, CONNECT" : "CONNECT";
        const check = required(
          `crdb_internal.is_admin() OR (SELECT pg_catalog.pg_has_role(d.datdba, 'USAGE') FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()) OR crdb_internal.demo_granted('GRANT')`,
          `user ${user} does not have GRANT privilege on database ${database}`,
        );
        // new tables take over what was granted on their database
        const list = this.#tablePrivileges({ ...node, privileges: node.privileges.filter((p) => p !== "connect") });
        const own = all ? DATABASE_PRIVILEGES : node.privileges.map((privilege) => privilege.toUpperCase());
        const noted = node.roles.map(
          (role) =>
            `SELECT crdb_internal.demo_note_grant(0, ${quoteText(role.text)}, ARRAY[${own.map((privilege) => quoteText(privilege)).join(", ")}]::text[], ${!node.revoke})`,
        );
        const sql = `${tag} ${create} ON DATABASE ${quoteName(database)} ${tail}`;
        const inherited = list === "" ? [] : [`ALTER DEFAULT PRIVILEGES ${tag} ${list} ON TABLES ${tail}`];
        return asSuperuser(tag, [check], [sql, ...inherited, ...noted], this.#env);
      }
      case "schema": {
        const names = quoteNames(node.names.map((name) => name.parts.at(-1)?.text ?? ""));
        const list = all ? "ALL" : node.privileges.map((p) => p.toUpperCase()).join(", ");
        return statement(`${tag} ${list} ON SCHEMA ${names} ${tail}`, tag);
      }
      case "type":
        return this.#grantOnTypes(node, tag);
    }
  }

  #grantOnTypes(node: Node<"grant">, tag: string): QueryTranslation {
    const privileges = node.privileges.includes("all")
      ? ["GRANT", "USAGE"]
      : node.privileges.map((p) => p.toUpperCase());
    const wrong = privileges.find((privilege) => privilege !== "GRANT" && privilege !== "USAGE");
    if (wrong !== undefined) {
      throw new SqlError({ code: "0LP01", message: `invalid privilege type ${wrong} for type` });
    }
    const types = node.names.map((name) => {
      const last = name.parts.at(-1)?.text ?? "";
      const schema = this.#env.findType(last, name.parts.length > 1 ? name.parts.at(-2)?.text : undefined);
      if (schema !== undefined)
        return { name: last, oid: `${quoteText(`${quoteName(schema)}.${quoteName(last)}`)}::regtype` };
      throw new SqlError({ code: "42704", message: `type "${printQualified(name)}" does not exist` });
    });
    const { user } = this.#env.context;
    const checks = types.map(({ name, oid }) =>
      required(`crdb_internal.demo_owns_type(${oid})`, `user ${user} does not have GRANT privilege on type ${name}`),
    );
    const list = `ARRAY[${privileges.map((privilege) => quoteText(privilege)).join(", ")}]::text[]`;
    const noted = types.flatMap(({ oid }) =>
      node.roles.map(
        (role) => `SELECT crdb_internal.demo_note_grant(${oid}, ${quoteText(role.text)}, ${list}, ${!node.revoke})`,
      ),
    );
    return { ...asSuperuser(tag, checks, noted, this.#env), hidesRows: true };
  }

  /** The relations that are named one by one. */
  #relations(node: Node<"grant">): TableView[] {
    if (node.allTables || node.names.some((name) => name.parts.at(-1)?.text === "*")) return [];
    return node.names.map((name) => this.#env.requireRelation(name));
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

/** The name of a user: folded to lower case even where it is quoted. */
export function roleName(name: Expr): string {
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

/** Statements that run only if the role exists, or only if it does not. */
function guarded(statements: readonly string[], role: string, exists: boolean): string {
  const condition = `${exists ? "" : "NOT "}EXISTS (SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = ${quoteText(role)})`;
  const body = statements.map((sql) => `EXECUTE ${quoteText(sql)};`).join(" ");
  return `DO ${quoteText(`BEGIN IF ${condition} THEN ${body} END IF; END`)}`;
}

const requireOption = (option: string): string => `crdb_internal.demo_require_option(${quoteText(option)})`;

/** @throws SqlError 42601 for an option that is given twice, or both ways */
function checkOptions(given: readonly string[]): void {
  if (new Set(given).size < given.length) throw new SqlError({ code: "42601", message: "redundant role options" });
  if (given.some((option) => given.includes(`no${option}`))) {
    throw new SqlError({ code: "42601", message: "conflicting role options" });
  }
}

/** What CockroachDB lets the client's user do and PostgreSQL would not, once the checks have passed. */
function asSuperuser(
  tag: string,
  checks: readonly string[],
  [sql = "", ...after]: readonly string[],
  env: Environment,
): QueryTranslation {
  return elevated({ ...statement(sql, tag), after }, checks, env);
}
