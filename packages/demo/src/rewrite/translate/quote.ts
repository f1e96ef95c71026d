import type { Name, QualifiedName } from "../ast.ts";

/** A name for the backend, always quoted. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A string literal for the backend. */
export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A string literal, or NULL. */
export const quoteNullable = (text: string | null | undefined): string => (text == null ? "NULL" : quoteText(text));

export const quoteNames = (names: readonly (Name | string)[]): string =>
  names.map((name) => quoteName(typeof name === "string" ? name : name.text)).join(", ");

/** A name as CockroachDB would print it: quoted only where it must be. */
export function printName(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) && !MUST_QUOTE.has(name) ? name : quoteName(name);
}

export const printQualified = (name: QualifiedName): string => name.parts.map((part) => part.text).join(".");

/** The reserved words CockroachDB quotes when it prints a name. */
const MUST_QUOTE: ReadonlySet<string> = new Set(
  `all analyse analyze and any array as asc asymmetric authorization between bigint bit boolean both case cast char
  character characteristics check coalesce collate collation column concurrently constraint create cross
  current_catalog current_date current_role current_schema current_time current_timestamp current_user dec decimal
  default deferrable desc distinct do else end except exists extract false family fetch float for foreign from full
  geography geometry grant greatest group grouping having if iferror ifnull ilike in index initially inner int integer
  intersect interval into is iserror isnull join lateral leading least left like limit localtime localtimestamp natural
  none not nothing notnull null nullif numeric offset on only or order out outer overlaps overlay placing position
  precision primary real references returning right row select session_user similar smallint some string substring
  symmetric table then time timestamp timestamptz timetz to trailing treat trim true union unique user using values
  varbit varchar variadic view virtual when where window with work`.split(/\s+/),
);
