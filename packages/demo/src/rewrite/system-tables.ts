import type { QualifiedName } from "./ast.ts";

/** Tables of the database `system` that can be read: the SELECT behind each. */
const TABLES: Readonly<Record<string, string>> = {
  users: 'SELECT username, "hashedPassword", "isRole" FROM crdb_internal.demo_users ORDER BY username',
  role_members: `SELECT role_name AS role, member, is_admin AS "isAdmin" FROM crdb_internal.demo_role_members ORDER BY 1, 2`,
  role_options: "SELECT username, option, value FROM crdb_internal.demo_role_options ORDER BY 1, 2",
};

/** The name of a table of `system` that a name means: `system.users`, `system.public.users`. */
export function systemTable({ parts }: QualifiedName): string | undefined {
  const [database, ...rest] = parts.map((part) => part.text);
  if (database !== "system" || rest.length === 0 || (rest.length === 2 && rest[0] !== "public")) return undefined;
  const name = rest.at(-1) ?? "";
  return Object.hasOwn(TABLES, name) ? name : undefined;
}

/** The rows of such a table. */
export const systemTableSql = (name: string): string => TABLES[name] ?? "";
