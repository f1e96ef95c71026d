import type { QualifiedName, ShowNode, StatementNode } from "./ast.ts";
import type { CatalogView } from "./contract.ts";
import { notInDemo } from "./sql-error.ts";
import { systemTable } from "./system-tables.ts";

/** A statement that names tables of other databases: `db.t`, `db.schema.t`. */
export interface ForeignNames {
  /** The first parts of names that are no schema here: they may be databases. */
  readonly candidates: ReadonlySet<string>;
  /** True when it also names tables of the current database. */
  readonly mixed: boolean;
}

/** Statements that are about the database itself and not about what is in it. */
const ELSEWHERE: ReadonlySet<StatementNode["kind"]> = new Set([
  "createDatabase", "dropDatabase", "renameDatabase", "use", "set", "copyFrom", "prepare", "execute", "deallocate",
]); // prettier-ignore

/** Looks for names of other databases in a statement. */
export function foreignNames(node: StatementNode, catalog: CatalogView, database: string): ForeignNames {
  const candidates = new Set<string>();
  let mixed = false;
  if (ELSEWHERE.has(node.kind)) return { candidates, mixed };
  const ctes = new Set<string>();
  const note = (name: QualifiedName, isNew: boolean): void => {
    const [first, second] = name.parts.map((part) => part.text);
    if (first === undefined || systemTable(name) !== undefined) return;
    const foreign = second !== undefined && first !== database && (name.parts.length > 2 || !catalog.hasSchema(first));
    if (foreign) candidates.add(first);
    else if (!isNew && !ctes.has(first))
      mixed ||= !(second !== undefined && catalog.hasSchema(first) && isVirtual(first));
  };
  const visit = (value: unknown, key: string): void => {
    if (typeof value !== "object" || value === null) return;
    if (Array.isArray(value)) {
      for (const item of value) visit(item, key);
      return;
    }
    const record = value as Readonly<Record<string, unknown>>;
    if (Array.isArray(record["ctes"])) {
      for (const cte of record["ctes"] as readonly { readonly name: { readonly text: string } }[])
        ctes.add(cte.name.text);
    }
    if (record["kind"] === "show") {
      const shown = shownDatabase(record["what"] as ShowNode, catalog);
      if (shown !== undefined && shown !== database) candidates.add(shown);
    }
    // names of functions and types are no names of tables
    if (record["kind"] === "call") {
      visit(record["args"], "args");
      return;
    }
    if (record["kind"] === "column") return;
    if (Array.isArray(record["parts"])) {
      if (key !== "qualified") note(record as unknown as QualifiedName, false);
      return;
    }
    for (const [name, item] of Object.entries(record)) {
      // the new name of a renamed table says nothing of where it is
      if (record["kind"] === "renameTo" && name === "name") note(item as QualifiedName, true);
      else visit(item, name);
    }
  };
  visit(node, "");
  if (node.kind === "show" && node.what.kind === "grants" && node.what.object === "database") {
    const [only, more] = node.what.on.map((name) => name.parts[0]?.text);
    const foreign = only !== undefined && more === undefined && only !== database;
    return { candidates: new Set(foreign ? [only] : []), mixed: false };
  }
  if (node.kind === "grant" && node.object === "database") {
    const [name] = node.names;
    const target = name?.parts[0]?.text;
    return { candidates: new Set(target === undefined || target === database ? [] : [target]), mixed: false };
  }
  return { candidates, mixed };
}

/** The database a SHOW is about, where it names one. */
function shownDatabase(what: ShowNode, catalog: CatalogView): string | undefined {
  switch (what.kind) {
    case "tables":
      if (what.database) return what.database.text;
      return what.schema && !catalog.hasSchema(what.schema.text) ? what.schema.text : undefined;
    case "schemas":
    case "sequences":
    case "databaseIndexes":
      return what.database?.text;
    default:
      return undefined;
  }
}

const isVirtual = (schema: string): boolean =>
  ["pg_catalog", "information_schema", "crdb_internal", "pg_extension"].includes(schema);

/** The refusal of a statement that would need the tables of two databases at once. */
export const acrossDatabases = (): Error => notInDemo("a statement with names of two databases");
