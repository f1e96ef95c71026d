import { quoteText } from "./quote.ts";

/**
 * What only CockroachDB knows of an object is kept in the table `crdb_internal.demo_definition`,
 * by relation, kind and name, and is written in the transaction of the DDL.
 */
export type DefinitionKind =
  /** `name`: attribute number; body: CockroachDB's type, `STRING(3)`. */
  | "type"
  /** `name`: attribute number; body: the default as CockroachDB prints it. */
  | "default"
  /** `name`: attribute number; body: JSON { expression, plain }. */
  | "computed"
  /** `name`: attribute number: not part of `*`. */
  | "hidden"
  /** `name`: constraint; body: JSON { expression, plain }. */
  | "check"
  /** `name`: CockroachDB's name of the index; body: JSON `IndexBody`. */
  | "index"
  /** `name`: constraint; body: JSON { expression, plain } of the predicate of a UNIQUE WITHOUT INDEX. */
  | "unique"
  /** body: JSON list of { name, columns: attribute numbers }. */
  | "families"
  /** `name`: attribute number of a column added later; body: the name of its family. */
  | "family"
  /** `name`: attribute number of a SERIAL column that has a sequence. */
  | "serial"
  /** A sequence whose numbers CockroachDB makes as it makes row ids. */
  | "virtual"
  /** body: the SELECT of a view. */
  | "view";

/** What PostgreSQL's catalog cannot tell of an index. */
export interface IndexBody {
  readonly directions: readonly ("ASC" | "DESC")[];
  readonly predicate?: string | undefined;
  /** Without the types of constants. */
  readonly plainPredicate?: string | undefined;
  readonly inverted?: boolean | undefined;
  /** The number of buckets of a hash-sharded index, whose first column is the shard. */
  readonly buckets?: number | undefined;
  /** Expressions as CockroachDB prints them, null where the element is a column. */
  readonly expressions?: readonly (string | null)[] | undefined;
}

/** SQL that records a definition. `relation`: the backend's SQL name. */
export function define(relation: string, kind: DefinitionKind, name: string, body: string): string {
  return (
    `INSERT INTO crdb_internal.demo_definition (relation, kind, name, body) VALUES ` +
    `(${quoteText(relation)}::pg_catalog.regclass::pg_catalog.oid, ${quoteText(kind)}, ${quoteText(name)}, ${quoteText(body)}) ` +
    `ON CONFLICT (relation, kind, name) DO UPDATE SET body = excluded.body`
  );
}

/** As `define`, for a column: its number is looked up by its name. */
export function defineColumn(relation: string, kind: DefinitionKind, column: string, body: string): string {
  return (
    `INSERT INTO crdb_internal.demo_definition (relation, kind, name, body) ` +
    `SELECT attrelid, ${quoteText(kind)}, attnum::pg_catalog.text, ${quoteText(body)} FROM pg_catalog.pg_attribute ` +
    `WHERE attrelid = ${quoteText(relation)}::pg_catalog.regclass AND attname = ${quoteText(column)} ` +
    `ON CONFLICT (relation, kind, name) DO UPDATE SET body = excluded.body`
  );
}

export function undefine(relation: string, kind: DefinitionKind, name: string): string {
  return (
    `DELETE FROM crdb_internal.demo_definition WHERE relation = ${quoteText(relation)}::pg_catalog.regclass::pg_catalog.oid ` +
    `AND kind = ${quoteText(kind)} AND name = ${quoteText(name)}`
  );
}

export function undefineColumn(relation: string, kind: DefinitionKind, column: string): string {
  return (
    `DELETE FROM crdb_internal.demo_definition d USING pg_catalog.pg_attribute a ` +
    `WHERE d.relation = ${quoteText(relation)}::pg_catalog.regclass::pg_catalog.oid AND d.kind = ${quoteText(kind)} ` +
    `AND a.attrelid = d.relation AND a.attname = ${quoteText(column)} AND d.name = a.attnum::pg_catalog.text`
  );
}

export function renameDefinition(relation: string, kind: DefinitionKind, from: string, to: string): string {
  return (
    `UPDATE crdb_internal.demo_definition SET name = ${quoteText(to)} ` +
    `WHERE relation = ${quoteText(relation)}::pg_catalog.regclass::pg_catalog.oid AND kind = ${quoteText(kind)} AND name = ${quoteText(from)}`
  );
}
