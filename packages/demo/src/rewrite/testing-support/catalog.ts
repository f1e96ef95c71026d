import { CatalogSnapshot } from "../../catalog/snapshot.ts";
import type { CatalogView, TranslateContext } from "../contract.ts";

interface TableSketch {
  readonly name: string;
  readonly schema?: string;
  /** `id!`: NOT NULL; `rowid~`: hidden and NOT NULL; `n=`: with a default. */
  readonly columns: readonly string[];
  readonly primaryKey: readonly string[];
  /** Names of further unique indexes and their columns. */
  readonly unique?: Readonly<Record<string, readonly string[]>>;
  /** What an UPDATE sets columns to: the backend's SQL by the name of the column. */
  readonly onUpdate?: Readonly<Record<string, string>>;
  readonly checks?: Readonly<Record<string, { readonly expression: string; readonly plain: string }>>;
}

/** A catalog of sketched tables, made the way the loader makes one. */
export function sketchCatalog(tables: readonly TableSketch[]): CatalogView {
  const rows = tables.map((table, i): [string, string] => ["relation", JSON.stringify(rawTable(table, i))]);
  return new CatalogSnapshot([["schema", JSON.stringify({ name: "public", owner: "root" })], ...rows]);
}

const nameOf = (column: string): string => column.replace(/[!~=]+$/, "");

function rawTable(table: TableSketch, i: number): unknown {
  const columns = table.columns.map((text, n) => ({
    name: nameOf(text),
    position: n + 1,
    type: "bigint",
    notNull: /[!~]/.test(text),
    hasDefault: /[~=]/.test(text),
    generated: "",
    comment: null,
  }));
  const index = (name: string, keys: readonly string[], primary: boolean): unknown => ({
    name: `${table.name}@${name}`,
    unique: true,
    primary,
    keys: keys.length,
    valid: true,
    comment: null,
    columns: keys,
  });
  return {
    oid: 1000 + i,
    schema: table.schema ?? "public",
    name: table.name,
    kind: "r",
    owner: "root",
    comment: null,
    columns,
    indexes: [
      index("primary", table.primaryKey, true),
      ...Object.entries(table.unique ?? {}).map(([name, keys]) => index(name, keys, false)),
    ],
    constraints: Object.keys(table.checks ?? {}).map((name) => ({
      name,
      type: "c",
      validated: true,
      match: " ",
      onDelete: " ",
      onUpdate: " ",
      columns: null,
      references: null,
      referenced: null,
    })),
    definitions: [
      ...table.columns.flatMap((text, n) => (text.includes("~") ? [["hidden", String(n + 1), ""]] : [])),
      ...Object.entries(table.checks ?? {}).map(([name, check]) => ["check", name, JSON.stringify(check)]),
      ...Object.entries(table.onUpdate ?? {}).map(([name, sql]) => [
        "onUpdate",
        String(table.columns.findIndex((text) => nameOf(text) === name) + 1),
        JSON.stringify({ expression: sql, sql }),
      ]),
    ],
    sequence: null,
  };
}

/** A context for translating against these tables, in database `bank`. */
export function sketchContext(
  tables: readonly TableSketch[],
  variables: Readonly<Record<string, string>> = {},
): TranslateContext {
  return {
    catalog: sketchCatalog(tables),
    database: "bank",
    user: "root",
    searchPath: ["public"],
    variables: new Map(Object.entries(variables)),
  };
}
