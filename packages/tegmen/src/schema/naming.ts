import { ArgumentError } from "../errors/index.ts";

/**
 * The name in SQL that a key gets: camelCase becomes snake_case, and a run of capitals counts as one word.
 *
 * @example `snakeCase("createdAt")` is `created_at`, `snakeCase("userID")` is `user_id`
 */
export function snakeCase(key: string): string {
  return key
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, "$1_$2")
    .toLowerCase();
}

/**
 * How constraints and indexes without a name are named. The templates have SQLAlchemy's tokens: `%(table_name)s`,
 * `%(column_0_name)s` (the first column), `%(column_0_N_name)s` (all columns), `%(constraint_name)s` (a check's own
 * name), `%(referred_table_name)s`.
 *
 * @example `new MetaData({ namingConvention: { ix: "ix_%(table_name)s_%(column_0_N_name)s" } })`
 */
export interface NamingConvention {
  /** Indexes. */
  readonly ix?: string;
  /** Unique constraints. */
  readonly uq?: string;
  /** Check constraints, also of those that have a name. */
  readonly ck?: string;
  /** Foreign keys. */
  readonly fk?: string;
  /** Primary keys. */
  readonly pk?: string;
}

/** The names that CockroachDB gives by itself since 22.1. */
const defaults: NamingConvention = {
  ix: "%(table_name)s_%(column_0_N_name)s_idx",
  uq: "%(table_name)s_%(column_0_N_name)s_key",
  fk: "%(table_name)s_%(column_0_N_name)s_fkey",
  pk: "%(table_name)s_pkey",
};

/** What a name is made of. */
export interface NameParts {
  readonly table: string;
  readonly columns: readonly string[];
  readonly constraint?: string | undefined;
  readonly referredTable?: string | undefined;
}

/**
 * The name of a constraint or index.
 *
 * @returns undefined if the convention has none: then the server names it
 * @throws {ArgumentError} the template has an unknown token
 */
export function conventionalName(
  kind: keyof NamingConvention,
  parts: NameParts,
  convention: NamingConvention = {},
): string | undefined {
  const template = convention[kind] ?? defaults[kind];
  if (template === undefined) return parts.constraint;
  return template.replaceAll(/%\(([^)]*)\)s/g, (token, name: string) => {
    switch (name) {
      case "table_name":
        return parts.table;
      case "column_0_name":
        return parts.columns[0] ?? "expr";
      case "column_0_N_name":
        return parts.columns.join("_") || "expr";
      case "constraint_name":
        if (parts.constraint === undefined) {
          throw new ArgumentError(
            `the naming convention "${template}" needs a name for a constraint of ${parts.table}`,
          );
        }
        return parts.constraint;
      case "referred_table_name":
        return parts.referredTable ?? "";
      default:
        throw new ArgumentError(`the naming convention "${template}" has the unknown token ${token}`);
    }
  });
}
