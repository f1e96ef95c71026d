import { createHash } from "node:crypto";
import type { CatalogView, ColumnView, ConstraintView, Dependent, IndexView, TableView } from "../rewrite/contract.ts";
import { indexNameOf, lengthCheckColumn, uniqueConstraintOf } from "../rewrite/translate/backend-names.ts";
import type { IndexBody } from "../rewrite/translate/definitions.ts";
import { SYSTEM_TABLES } from "./system-tables.ts";

/** What the loader's JSON holds; PostgreSQL gives null for empty lists. */
interface RawRelation {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly kind: string;
  readonly owner: string;
  readonly comment: string | null;
  readonly columns: readonly RawColumn[] | null;
  readonly indexes: readonly RawIndex[] | null;
  readonly constraints: readonly RawConstraint[] | null;
  readonly definitions: readonly (readonly [kind: string, name: string, body: string])[] | null;
  readonly sequence: {
    readonly min: string;
    readonly max: string;
    readonly increment: string;
    readonly start: string;
  } | null;
  readonly dependents?:
    | readonly (Pick<Dependent, "kind" | "schema" | "name"> & { readonly columns: readonly string[] | null })[]
    | null;
}

interface RawColumn {
  readonly name: string;
  readonly position: number;
  readonly type: string;
  readonly notNull: boolean;
  readonly hasDefault: boolean;
  readonly generated: string;
  readonly comment: string | null;
}

interface RawIndex {
  readonly name: string;
  readonly unique: boolean;
  readonly primary: boolean;
  readonly keys: number;
  readonly valid: boolean;
  readonly comment: string | null;
  readonly columns: readonly (string | null)[];
}

interface RawConstraint {
  readonly name: string;
  readonly type: "c" | "f";
  readonly validated: boolean;
  readonly match: string;
  readonly onDelete: string;
  readonly onUpdate: string;
  readonly columns: readonly string[] | null;
  readonly references: string | null;
  readonly referenced: readonly string[] | null;
  /** The expression of a check. */
  readonly sql?: string | null;
}

interface RawEnum {
  readonly schema: string;
  readonly name: string;
  readonly owner: string;
  readonly values: readonly string[] | null;
}

const VIRTUAL_SCHEMAS: readonly string[] = ["crdb_internal", "information_schema", "pg_catalog", "pg_extension"];

const key = (schema: string, name: string): string => `${schema}.${name}`;

/** The catalog of a database at one moment, made from the rows of `catalogSql`. */
export class CatalogSnapshot implements CatalogView {
  readonly version: string;
  readonly #tables = new Map<string, TableView>();
  readonly #schemas = new Map<string, string>();
  readonly #enums = new Map<string, RawEnum>();

  constructor(rows: readonly (readonly (string | null)[])[]) {
    const hash = createHash("sha1");
    for (const [kind, json] of rows) {
      hash.update(json ?? "").update("\n");
      const value: unknown = JSON.parse(json ?? "null");
      if (kind === "schema") {
        const schema = value as { readonly name: string; readonly owner: string };
        this.#schemas.set(schema.name, schema.owner);
      } else if (kind === "enum") {
        const type = value as RawEnum;
        this.#enums.set(key(type.schema, type.name), type);
      } else {
        const table = tableView(value as RawRelation);
        this.#tables.set(key(table.schema, table.name), table);
      }
    }
    this.version = hash.digest("base64url");
  }

  relation(name: string, schema: string | undefined, searchPath: readonly string[]): TableView | undefined {
    if (schema !== undefined) return this.#tables.get(key(schema, name));
    // pg_catalog comes first, as in PostgreSQL
    if (SYSTEM_TABLES.has(name)) return undefined;
    for (const candidate of searchPath) {
      const table = this.#tables.get(key(candidate, name));
      if (table) return table;
    }
    return undefined;
  }

  hasSchema(name: string): boolean {
    return this.#schemas.has(name) || VIRTUAL_SCHEMAS.includes(name);
  }

  schemas(): { readonly name: string; readonly owner: string | undefined }[] {
    const own = [...this.#schemas].map(([name, owner]) => ({ name, owner: name === "public" ? "admin" : owner }));
    const all = [...own, ...VIRTUAL_SCHEMAS.map((name) => ({ name, owner: undefined }))];
    return all.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  enumValues(name: string, schema: string | undefined, searchPath: readonly string[]): readonly string[] | undefined {
    for (const candidate of schema === undefined ? searchPath : [schema]) {
      const found = this.#enums.get(key(candidate, name));
      if (found) return found.values ?? [];
    }
    return undefined;
  }

  enums(): { schema: string; name: string; values: readonly string[]; owner: string }[] {
    const all = [...this.#enums.values()].map((type) => ({ ...type, values: type.values ?? [] }));
    return all.sort((a, b) => (a.schema + a.name < b.schema + b.name ? -1 : 1));
  }

  relations(): Iterable<TableView> {
    return this.#tables.values();
  }
}

// ---------------------------------------------------------------- relations

class Definitions {
  readonly #all = new Map<string, string>();

  constructor(raw: RawRelation["definitions"]) {
    for (const [kind, name, body] of raw ?? []) this.#all.set(`${kind}:${name}`, body);
  }

  get(kind: string, name: string | number = ""): string | undefined {
    return this.#all.get(`${kind}:${name}`);
  }

  json(kind: string, name = ""): unknown {
    const body = this.get(kind, name);
    return body === undefined ? undefined : JSON.parse(body);
  }
}

const KINDS: Readonly<Record<string, TableView["kind"]>> = { v: "view", m: "materialized view", S: "sequence" };

function tableView(raw: RawRelation): TableView {
  const definitions = new Definitions(raw.definitions);
  const columns = (raw.columns ?? []).map((column) => columnView(column, definitions));
  const valid = (raw.indexes ?? []).filter((index) => index.valid);
  const indexes = valid.filter((index) => !keepsConstraint(index)).map((index) => indexView(index, definitions));
  const unique = valid.filter((index) => keepsConstraint(index)).map((index) => uniqueView(index, definitions));
  const constraints = (raw.constraints ?? [])
    .filter((c) => lengthCheckColumn(c.name) === undefined)
    .map((c) => constraintView(c, definitions));
  const primary = indexes.find((index) => index.primary);
  const families = (definitions.json("families") ?? []) as readonly { name: string; columns: readonly number[] }[];
  return {
    oid: raw.oid,
    schema: raw.schema,
    name: raw.name,
    kind: KINDS[raw.kind] ?? "table",
    owner: raw.owner,
    columns,
    // the primary index is the first one
    indexes: primary ? [primary, ...indexes.filter((index) => index !== primary)] : indexes,
    constraints: [...constraints, ...unique],
    primaryKey: (primary?.columns ?? []).filter((name) => name !== undefined),
    families: familiesOf(families, columns, definitions),
    definition: raw.sequence
      ? sequenceOptions(raw.sequence) + (definitions.get("virtual") === undefined ? "" : " VIRTUAL")
      : definitions.get("view"),
    comment: raw.comment ?? undefined,
    dependents: (raw.dependents ?? []).map((dependent) => ({ ...dependent, columns: dependent.columns ?? [] })),
  };
}

const keepsConstraint = (index: RawIndex): boolean => uniqueConstraintOf(indexNameOf(index.name)) !== undefined;

/** UNIQUE WITHOUT INDEX, which the backend keeps with an index. */
function uniqueView(raw: RawIndex, definitions: Definitions): ConstraintView {
  const name = uniqueConstraintOf(indexNameOf(raw.name)) ?? "";
  const predicate = definitions.json("unique", name) as { expression?: string; plain?: string } | undefined;
  return {
    name,
    kind: "unique",
    expression: predicate?.expression,
    plainExpression: predicate?.plain,
    columns: raw.columns.map((column) => column ?? ""),
    references: undefined,
    referencedColumns: [],
    actions: "",
    validated: true,
  };
}

const sequenceOptions = (s: NonNullable<RawRelation["sequence"]>): string =>
  `MINVALUE ${s.min} MAXVALUE ${s.max} INCREMENT ${s.increment} START ${s.start}`;

/** Families are recorded for the columns a table begins with, and for each column that names one later. */
function familiesOf(
  listed: readonly { name: string; columns: readonly number[] }[],
  columns: readonly ColumnView[],
  definitions: Definitions,
): TableView["families"] {
  const late = columns.filter((column) => definitions.get("family", column.position) !== undefined);
  if (listed.length === 0 && late.length === 0) return [];
  const families = listed.map((family) => ({
    name: family.name,
    columns: family.columns.flatMap((position) => columns.filter((column) => column.position === position)),
  }));
  if (families.length === 0) families.push({ name: "primary", columns: [] });
  const known = new Set(listed.flatMap((family) => family.columns));
  for (const column of columns) {
    if (known.has(column.position) || column.computed?.stored === false) continue;
    const name = definitions.get("family", column.position) ?? families[0]?.name ?? "primary";
    const family = families.find((f) => f.name === name);
    if (family) family.columns.push(column);
    else families.push({ name, columns: [column] });
  }
  return families.map((family) => ({ name: family.name, columns: family.columns.map((column) => column.name) }));
}

function columnView(raw: RawColumn, definitions: Definitions): ColumnView {
  const computed = definitions.json("computed", String(raw.position)) as
    | { expression: string; plain: string }
    | undefined;
  const identity = definitions.get("identity", raw.position);
  return {
    name: raw.name,
    type: raw.type,
    displayType: definitions.get("type", raw.position) ?? displayType(raw.type),
    nullable: !raw.notNull,
    hidden: definitions.get("hidden", raw.position) !== undefined,
    hasDefault: (raw.hasDefault && raw.generated === "") || identity !== undefined,
    generated: raw.generated !== "",
    position: raw.position,
    default: definitions.get("default", raw.position),
    computed: computed && {
      expression: computed.expression,
      plainExpression: computed.plain,
      stored: raw.generated === "s",
    },
    onUpdate: definitions.json("onUpdate", String(raw.position)) as ColumnView["onUpdate"],
    identity,
    comment: raw.comment ?? undefined,
  };
}

function indexView(raw: RawIndex, definitions: Definitions): IndexView {
  const name = indexNameOf(raw.name);
  const body = definitions.json("index", name) as IndexBody | undefined;
  const keys = raw.columns.slice(0, raw.keys);
  return {
    name,
    backendName: raw.name,
    unique: raw.unique,
    primary: raw.primary,
    isConstraint: raw.unique,
    columns: keys.map((column) => column ?? undefined),
    directions: keys.map((_, i) => body?.directions[i] ?? "ASC"),
    expressions: keys.map((_, i) => body?.expressions?.[i] ?? undefined),
    storing: raw.columns.slice(raw.keys).map((column) => column ?? ""),
    inverted: body?.inverted ?? false,
    buckets: body?.buckets,
    predicate: body?.predicate,
    plainPredicate: body?.plainPredicate,
    comment: raw.comment ?? undefined,
  };
}

const ACTIONS: Readonly<Record<string, string>> = { r: "RESTRICT", c: "CASCADE", n: "SET NULL", d: "SET DEFAULT" };

function constraintView(raw: RawConstraint, definitions: Definitions): ConstraintView {
  const check = definitions.json("check", raw.name) as { expression: string; plain: string } | undefined;
  const onDelete = ACTIONS[raw.onDelete];
  const onUpdate = ACTIONS[raw.onUpdate];
  const actions = [
    raw.type === "f" && raw.match === "f" ? " MATCH FULL" : "",
    onDelete === undefined ? "" : ` ON DELETE ${onDelete}`,
    onUpdate === undefined ? "" : ` ON UPDATE ${onUpdate}`,
  ];
  return {
    name: raw.name,
    kind: raw.type === "c" ? "check" : "foreignKey",
    expression: check?.expression,
    plainExpression: check?.plain,
    columns: raw.columns ?? [],
    references: raw.references ?? undefined,
    referencedColumns: raw.referenced ?? [],
    actions: raw.type === "f" ? actions.join("") : "",
    validated: raw.validated,
    backendExpression: raw.sql ?? undefined,
  };
}

const DISPLAY: Readonly<Record<string, string>> = {
  bigint: "INT8", integer: "INT4", smallint: "INT2", text: "STRING", "character varying": "VARCHAR", character: "CHAR",
  "double precision": "FLOAT8", real: "FLOAT4", numeric: "DECIMAL", boolean: "BOOL", bytea: "BYTES",
  "timestamp with time zone": "TIMESTAMPTZ", "timestamp without time zone": "TIMESTAMP", "time with time zone": "TIMETZ",
  "time without time zone": "TIME", "bit varying": "VARBIT",
}; // prettier-ignore

/** CockroachDB's name of a type PostgreSQL made up itself: a view's column, a result. */
function displayType(type: string): string {
  if (type.endsWith("[]")) return `${displayType(type.slice(0, -2))}[]`;
  const match = /^([a-z" ]+?)(\([\d,]+\))?( with(?:out)? time zone)?$/.exec(type);
  if (!match) return type;
  const [, name = "", modifiers = "", zone = ""] = match;
  return (DISPLAY[name + zone] ?? name.toUpperCase()) + modifiers;
}
