import type { TypeName } from "../ast.ts";
import { notInDemo, SqlError } from "../sql-error.ts";
import { collationOf, type Collation } from "./collations.ts";
import { printName, quoteName } from "./quote.ts";

/** What a CockroachDB type is to PostgreSQL and how CockroachDB prints it. */
export interface SqlType {
  /** PostgreSQL's type, for casts and columns. */
  readonly backend: string;
  /** CockroachDB's name with modifiers: `STRING(3)`, `INT8[]`. */
  readonly display: string;
  /** The longest STRING(n) a column may hold: PostgreSQL's text knows no length. */
  readonly maxLength?: number | undefined;
  /** SERIAL and its kin: the default is unique_rowid(). */
  readonly serial: boolean;
}

type Entry = readonly [backend: string, display: string];

const TYPES: Readonly<Record<string, Entry>> = {
  bool: ["bool", "BOOL"], boolean: ["bool", "BOOL"],
  int2: ["int2", "INT2"], smallint: ["int2", "INT2"],
  int4: ["int4", "INT4"], int8: ["int8", "INT8"], int64: ["int8", "INT8"], bigint: ["int8", "INT8"],
  serial2: ["int8", "INT8"], smallserial: ["int8", "INT8"], serial4: ["int8", "INT8"], serial8: ["int8", "INT8"],
  bigserial: ["int8", "INT8"], serial: ["int8", "INT8"],
  real: ["float4", "FLOAT4"], float4: ["float4", "FLOAT4"], float8: ["float8", "FLOAT8"],
  decimal: ["numeric", "DECIMAL"], dec: ["numeric", "DECIMAL"], numeric: ["numeric", "DECIMAL"],
  string: ["text", "STRING"], text: ["text", "STRING"], varchar: ["varchar", "VARCHAR"], char: ["varchar", "CHAR"],
  character: ["varchar", "CHAR"], bpchar: ["varchar", "CHAR"], '"char"': ['"char"', '"char"'],
  bytes: ["bytea", "BYTES"], bytea: ["bytea", "BYTES"], blob: ["bytea", "BYTES"],
  name: ["name", "NAME"], uuid: ["uuid", "UUID"], date: ["date", "DATE"], time: ["time", "TIME"], timetz: ["timetz", "TIMETZ"],
  timestamp: ["timestamp", "TIMESTAMP"], timestamptz: ["timestamptz", "TIMESTAMPTZ"], interval: ["interval", "INTERVAL"],
  json: ["jsonb", "JSONB"], jsonb: ["jsonb", "JSONB"], inet: ["inet", "INET"], bit: ["bit", "BIT"], varbit: ["varbit", "VARBIT"],
  oid: ["oid", "OID"], regclass: ["regclass", "REGCLASS"], regtype: ["regtype", "REGTYPE"], regproc: ["regproc", "REGPROC"],
  regprocedure: ["regprocedure", "REGPROCEDURE"], regnamespace: ["regnamespace", "REGNAMESPACE"], regrole: ["regrole", "REGROLE"],
  int2vector: ["int2vector", "INT2VECTOR"], oidvector: ["oidvector", "OIDVECTOR"],
}; // prettier-ignore

const SERIAL: ReadonlySet<string> = new Set(["serial", "serial2", "serial4", "serial8", "bigserial", "smallserial"]);
const MODIFIED: ReadonlySet<string> = new Set([
  "varchar", "char", "character", "bpchar", "decimal", "dec", "numeric", "bit", "varbit",
  "time", "timetz", "timestamp", "timestamptz", "interval",
]); // prettier-ignore
const REFUSED: ReadonlySet<string> = new Set(["geometry", "geography", "box2d"]);

/** How types are resolved: the size of INT, and which types users have made. */
export interface TypeScope {
  readonly intSize: "4" | "8";
  /** The schema of a user's type, undefined if there is none. */
  findType(name: string, schema: string | undefined): string | undefined;
}

/** Resolves a type as written. @throws SqlError 42704 for an unknown one. */
export function resolveType(type: TypeName, scope: TypeScope): SqlType {
  const element = elementType(type, scope);
  const collation = type.collation === undefined ? undefined : collationOf(type.collation);
  if (collation) return collated(type, element, collation);
  if (!type.array) return element;
  return { backend: `${element.backend}[]`, display: `${element.display}[]`, serial: false };
}

function collated(type: TypeName, element: SqlType, collation: Collation): SqlType {
  const array = type.array ? "[]" : "";
  if (!/^(?:STRING|VARCHAR|CHAR)\b/.test(element.display)) {
    throw new SqlError({ code: "42601", message: "COLLATE can only be used with string types" });
  }
  return {
    ...element,
    backend: `${element.backend}${array} COLLATE ${collation.sql}`,
    display: `${element.display}${array} COLLATE ${collation.name}`,
  };
}

function elementType(type: TypeName, scope: TypeScope): SqlType {
  const { name, modifiers } = type;
  const serial = SERIAL.has(name);
  if (name === "int" || name === "integer") {
    return { backend: `int${scope.intSize}`, display: `INT${scope.intSize}`, serial };
  }
  if (name === "float") {
    const single = (modifiers[0] ?? 53) <= 24;
    return { backend: single ? "float4" : "float8", display: single ? "FLOAT4" : "FLOAT8", serial };
  }
  const entry = type.qualified && type.qualified.parts.length > 1 ? undefined : TYPES[name];
  if (!entry) return userType(type, scope);
  const [backend, display] = entry;
  const list = modifiers.join(",");
  if (backend === "text" && modifiers[0] !== undefined) {
    return { backend, display: `STRING(${list})`, maxLength: modifiers[0], serial };
  }
  if (["char", "character", "bpchar"].includes(name)) {
    const length = modifiers[0] ?? 1;
    return { backend: `varchar(${length})`, display: length === 1 ? "CHAR" : `CHAR(${length})`, serial };
  }
  if (name === "interval" && type.fields !== undefined) {
    return { backend: `interval ${type.fields}`, display: `INTERVAL ${type.fields}`, serial };
  }
  if (modifiers.length > 0 && MODIFIED.has(name))
    return { backend: `${backend}(${list})`, display: `${display}(${list})`, serial };
  return { backend, display: display === "FLOAT8" ? "FLOAT8" : display, serial };
}

function userType(type: TypeName, scope: TypeScope): SqlType {
  if (REFUSED.has(type.name)) throw notInDemo(`type ${type.name.toUpperCase()}`);
  const parts = type.qualified?.parts ?? [];
  const schema = parts.length > 1 ? parts.at(-2)?.text : undefined;
  const found = scope.findType(type.name, schema);
  if (found === undefined) {
    const full = parts.map((part) => part.text).join(".") || type.name;
    throw new SqlError({ code: "42704", message: `type "${full}" does not exist` });
  }
  return {
    backend: `${quoteName(found)}.${quoteName(type.name)}`,
    display: `${printName(found)}.${printName(type.name)}`,
    serial: false,
  };
}
