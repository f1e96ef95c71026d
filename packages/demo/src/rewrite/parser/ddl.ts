import type { Expr, IndexName, Name, QualifiedName, RoleOption, StatementNode } from "../ast.ts";
import { unimplemented } from "../sql-error.ts";
import type { Cursor } from "./cursor.ts";
import { parseAlterTable, parseCreateTable, parseIndexBody } from "./ddl-table.ts";
import type { SelectParser } from "./select.ts";

/** CREATE ... */
export function parseCreate(parser: SelectParser): StatementNode {
  const c = parser.cursor;
  const { start } = c;
  c.expect("create");
  return c.help("CREATE", () => createObject(parser, start));
}

function createObject(parser: SelectParser, start: number): StatementNode {
  const c = parser.cursor;
  if (c.accept("database")) {
    c.setHelp("CREATE DATABASE");
    const ifNotExists = c.ifNotExists();
    const name = c.name().text;
    checkEncoding(c);
    skipOptions(c, [
      "with",
      "template",
      "encoding",
      "lc_collate",
      "lc_ctype",
      "connection",
      "owner",
      "primary",
      "regions",
      "survive",
    ]);
    return { kind: "createDatabase", name, ifNotExists, ...c.span(start) };
  }
  const replace = c.accept("or", "replace");
  const temporary = c.accept("temp") || c.accept("temporary");
  const unlogged = c.accept("unlogged");
  if (c.accept("table")) {
    c.setHelp("CREATE TABLE");
    return parseCreateTable(parser, start, { temporary, unlogged });
  }
  if (c.accept("materialized", "view")) return createView(parser, start, { replace, materialized: true, temporary });
  if (c.accept("view")) return createView(parser, start, { replace, materialized: false, temporary });
  if (c.accept("sequence")) {
    c.setHelp("CREATE SEQUENCE");
    const ifNotExists = c.ifNotExists();
    const name = c.qualifiedName();
    const from = c.start;
    while (!c.atEnd) c.next();
    return {
      kind: "createSequence",
      name,
      ifNotExists,
      rest: { start: from, end: Math.max(from, c.end) },
      ...c.span(start),
    };
  }
  if (c.isWord("unique") || c.isWord("inverted") || c.isWord("index")) return createIndex(parser, start);
  if (c.accept("schema")) {
    c.setHelp("CREATE SCHEMA");
    const ifNotExists = c.ifNotExists();
    const name = c.isWord("authorization") ? undefined : c.qualifiedName().parts.at(-1);
    const owner = c.accept("authorization") ? c.anyName() : undefined;
    return { kind: "createSchema", name, ifNotExists, owner, ...c.span(start) };
  }
  if (c.accept("type")) return createType(c, start);
  if (c.accept("user") || c.accept("role")) return parseRole(parser, start, "create", c.peek(-1).value === "user");
  refuseUnknownObjects(c);
  if (c.accept("statistics")) return refuse(c, start, "CREATE STATISTICS");
  if (c.accept("changefeed")) return refuse(c, start, "CREATE CHANGEFEED");
  if (c.accept("schedule")) return refuse(c, start, "CREATE SCHEDULE");
  throw c.error();
}

/** What the emulated version's grammar knows and nothing more, with the number of its issue. */
const UNKNOWN_OBJECTS: readonly (readonly [words: string, issue: number | undefined])[] = [
  ["access method", undefined],
  ["aggregate", undefined],
  ["cast", undefined],
  ["constraint trigger", 28_296],
  ["conversion", undefined],
  ["default conversion", undefined],
  ["foreign table", 22_518],
  ["foreign data", undefined],
  ["function", 17_511],
  ["language", 17_511],
  ["operator", undefined],
  ["publication", undefined],
  ["rule", undefined],
  ["server", undefined],
  ["subscription", undefined],
  ["text search", 7821],
  ["trigger", 28_296],
];

function refuseUnknownObjects(c: Cursor): void {
  for (const [words, issue] of UNKNOWN_OBJECTS) if (c.accept(...words.split(" "))) throw c.unimplemented(issue);
  if (!c.accept("extension")) return;
  c.ifNotExists();
  throw unimplemented(`extension "${c.name().text}" is not yet supported`, 54_516);
}

/** Takes the rest of the statement, which the demo cluster refuses by name. */
export function refuse(c: Cursor, start: number, what: string): StatementNode {
  while (!c.atEnd) c.next();
  return { kind: "refused", what, ...c.span(start) };
}

function skipOptions(c: Cursor, words: readonly string[]): void {
  if (words.some((word) => c.isWord(word))) while (!c.atEnd) c.next();
}

// the only encoding there is
function checkEncoding(c: Cursor): void {
  const position = c.position;
  if (c.accept("encoding")) {
    c.acceptOp("=");
    const encoding = c.token.type === "string" ? c.stringLiteral() : c.anyName().text;
    if (!/^(?:utf-?8|unicode)$/i.test(encoding)) throw unimplemented(`unsupported encoding: ${encoding}`, 35_882);
  }
  c.rewind(position);
}

function createView(
  parser: SelectParser,
  start: number,
  how: { readonly replace: boolean; readonly materialized: boolean; readonly temporary: boolean },
): StatementNode {
  const c = parser.cursor;
  c.setHelp("CREATE VIEW");
  const ifNotExists = c.ifNotExists();
  const name = c.qualifiedName();
  const columns = c.optionalColumnList();
  c.expect("as");
  const select = parser.select();
  if (how.materialized && c.accept("with", "no", "data")) return refuse(c, start, "WITH NO DATA");
  if (how.materialized) c.accept("with", "data");
  return { kind: "createView", name, ifNotExists, ...how, columns, select, ...c.span(start) };
}

function createIndex(parser: SelectParser, start: number): StatementNode {
  const c = parser.cursor;
  const unique = c.accept("unique");
  let inverted = c.accept("inverted");
  c.expect("index");
  c.setHelp("CREATE INDEX");
  c.accept("concurrently");
  const ifNotExists = c.ifNotExists();
  const name = c.isWord("on") ? undefined : c.name();
  c.expect("on");
  const table = c.qualifiedName();
  if (c.accept("using")) inverted = ["gin", "gist"].includes(c.anyName().text);
  const index = parseIndexBody(parser, { name, unique, inverted });
  return { kind: "createIndex", ifNotExists, table, index, ...c.span(start) };
}

function createType(c: Cursor, start: number): StatementNode {
  c.setHelp("CREATE TYPE");
  const ifNotExists = c.ifNotExists();
  const name = c.qualifiedName();
  c.expect("as", "enum");
  c.expectOp("(");
  const values = c.isOp(")") ? [] : c.list(() => c.stringLiteral());
  c.expectOp(")");
  return { kind: "createEnum", name, ifNotExists, values, ...c.span(start) };
}

/** ALTER ... */
export function parseAlter(parser: SelectParser): StatementNode {
  const c = parser.cursor;
  const { start } = c;
  c.expect("alter");
  return c.help("ALTER", () => {
    if (c.accept("table")) {
      c.setHelp("ALTER TABLE");
      return parseAlterTable(parser, start, "table");
    }
    if (c.accept("view") || c.accept("sequence")) {
      const object = c.peek(-1).value;
      c.setHelp(`ALTER ${object.toUpperCase()}`);
      return parseAlterTable(parser, start, object);
    }
    if (c.accept("index")) {
      c.setHelp("ALTER INDEX");
      const ifExists = c.ifExists();
      const index = indexName(c);
      if (!c.accept("rename")) return refuse(c, start, "ALTER INDEX");
      c.expect("to");
      return { kind: "alterIndex", index, ifExists, to: c.name(), ...c.span(start) };
    }
    if (c.accept("database")) {
      c.setHelp("ALTER DATABASE");
      const from = c.name().text;
      if (c.accept("owner", "to")) return { kind: "ownDatabase", database: from, role: c.anyName(), ...c.span(start) };
      for (const word of ["primary", "add", "survive", "drop"])
        if (c.isWord(word)) return refuse(c, start, `ALTER DATABASE ... ${word.toUpperCase()}`);
      if (!c.accept("rename")) return refuse(c, start, "ALTER DATABASE");
      c.expect("to");
      return { kind: "renameDatabase", from, to: c.name().text, ...c.span(start) };
    }
    if (c.accept("type")) {
      const name = c.qualifiedName();
      const from = c.start;
      while (!c.atEnd) c.next();
      return { kind: "alterEnum", name, rest: c.span(from), ...c.span(start) };
    }
    if (c.accept("user") || c.accept("role")) return parseRole(parser, start, "alter", c.peek(-1).value === "user");
    for (const object of ["range", "partition", "schema", "default", "backup"]) {
      if (c.accept(object)) return refuse(c, start, `ALTER ${object.toUpperCase()}`);
    }
    throw c.error();
  });
}

/** `i`, `t@i`, `s.i` */
function indexName(c: Cursor): IndexName {
  const start = c.start;
  const name = c.qualifiedName();
  if (c.acceptOp("@")) return { table: name, index: c.anyName(), ...c.span(start) };
  const index = name.parts.at(-1);
  if (!index) throw c.error();
  const schema = name.parts.length > 1 ? { ...name, parts: name.parts.slice(0, -1) } : undefined;
  return { table: schema, index, ...c.span(start) };
}

/** DROP ... */
export function parseDropStatement(parser: SelectParser): StatementNode {
  const c = parser.cursor;
  const { start } = c;
  c.expect("drop");
  return c.help("DROP", () => {
    if (c.accept("owned", "by")) throw unimplemented("drop owned by is not yet implemented", 55_381);
    if (c.accept("index")) {
      c.setHelp("DROP INDEX");
      c.accept("concurrently");
      const ifExists = c.ifExists();
      const indexes = c.list(() => indexName(c));
      const behavior = c.dropBehavior();
      return { kind: "dropIndex", ifExists, indexes, behavior, ...c.span(start) };
    }
    if (c.accept("database")) {
      c.setHelp("DROP DATABASE");
      const ifExists = c.ifExists();
      const name = c.name().text;
      return { kind: "dropDatabase", name, ifExists, behavior: c.dropBehavior(), ...c.span(start) };
    }
    if (c.accept("user") || c.accept("role")) {
      c.setHelp("DROP ROLE");
      const ifExists = c.ifExists();
      const names = c.list(() => roleName(parser));
      return { kind: "dropRole", names, ifExists, ...c.span(start) };
    }
    for (const object of ["table", "view", "sequence", "schema", "type", "materialized view"] as const) {
      if (!c.accept(...object.split(" "))) continue;
      c.setHelp(`DROP ${object.toUpperCase()}`);
      const ifExists = c.ifExists();
      const names = c.list(() => c.qualifiedName());
      return { kind: "drop", object, ifExists, names, behavior: c.dropBehavior(), ...c.span(start) };
    }
    if (c.accept("schedule") || c.accept("schedules")) return refuse(c, start, "DROP SCHEDULES");
    throw c.error();
  });
}

export function parseTruncate(c: Cursor): StatementNode {
  const { start } = c;
  c.expect("truncate");
  return c.help("TRUNCATE", () => {
    c.accept("table");
    const names = c.list(() => c.qualifiedName());
    return { kind: "truncate", names, behavior: c.dropBehavior(), ...c.span(start) };
  });
}

export function parseComment(parser: SelectParser): StatementNode {
  const c = parser.cursor;
  const { start } = c;
  c.expect("comment", "on");
  return c.help("COMMENT ON", () => {
    const object = ["table", "column", "database", "index", "schema", "constraint"].find((word) => c.accept(word));
    if (object === undefined) throw c.error(c.token, "");
    const index = object === "index" ? indexName(c) : undefined;
    const name: QualifiedName = index
      ? { parts: [index.index], start: index.start, end: index.end }
      : c.qualifiedName();
    if (object === "constraint") return refuse(c, start, "COMMENT ON CONSTRAINT");
    c.expect("is");
    if (c.token.type !== "string" && !c.isWord("null")) throw c.error();
    const text = parser.expression();
    return { kind: "comment", object, name, index, text, ...c.span(start) };
  });
}

// ---------------------------------------------------------------- roles

function roleName(parser: SelectParser): Expr {
  const c = parser.cursor;
  const { start } = c;
  if (c.token.type === "string" || c.token.type === "placeholder") return parser.expression();
  const name = c.name();
  return { kind: "column", parts: [name], star: false, ...c.span(start) };
}

function parseRole(parser: SelectParser, start: number, verb: "create" | "alter", user: boolean): StatementNode {
  const c = parser.cursor;
  c.setHelp(`${verb.toUpperCase()} ROLE`);
  const guard = verb === "create" ? c.ifNotExists() : c.ifExists();
  const name = roleName(parser);
  c.accept("with");
  const options: RoleOption[] = [];
  if (verb === "alter" && (c.isWord("set") || c.isWord("reset"))) return refuse(c, start, "ALTER ROLE ... SET");
  while (!c.atEnd) {
    const option = c.anyName().text;
    let value: Expr | undefined;
    if (option === "password" || option === "valid") {
      if (option === "valid") c.expect("until");
      value = parser.expression();
    }
    options.push({ name: option, value });
  }
  return { kind: "role", verb, name, user, guard, options, ...c.span(start) };
}

/** GRANT and REVOKE of privileges and of roles. */
export function parseGrant(c: Cursor): StatementNode {
  const { start } = c;
  const revoke = c.isWord("revoke");
  c.next();
  return c.help(revoke ? "REVOKE" : "GRANT", () => {
    const adminFor = revoke && c.accept("admin", "option", "for");
    const words: Name[] = c.list(() => c.anyName());
    if (words[0]?.text === "all") c.accept("privileges");
    if (!c.accept("on")) {
      c.expect(revoke ? "from" : "to");
      const roles = c.list(() => c.anyName());
      const admin = c.accept("with", "admin", "option") || adminFor;
      return { kind: "grantRole", revoke, granted: words, roles, admin, ...c.span(start) };
    }
    let object: "table" | "database" | "schema" | "type" = "table";
    for (const word of ["table", "database", "schema", "type"] as const) if (c.accept(word)) object = word;
    const allTables = c.accept("all", "tables", "in", "schema");
    const names = c.list(() => c.namePattern());
    c.expect(revoke ? "from" : "to");
    const roles = c.list(() => c.anyName());
    if (c.accept("with", "grant", "option")) return refuse(c, start, "WITH GRANT OPTION");
    const privileges = words.map((word) => word.text);
    return { kind: "grant", revoke, privileges, object, names, allTables, roles, ...c.span(start) };
  });
}
