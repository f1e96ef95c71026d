import type {
  AlterAction, ColumnDefinition, CreateTableNode, Expr, FamilyDefinition, IndexDefinition, IndexElement, LikeTable, Name, ReferenceAction,
  References, Span, StatementNode, TableConstraint,
} from "../ast.ts"; // prettier-ignore
import { SqlError } from "../sql-error.ts";
import type { Cursor } from "./cursor.ts";
import type { SelectParser } from "./select.ts";
import { parseType } from "./types.ts";

/** After CREATE TABLE. */
export function parseCreateTable(
  parser: SelectParser,
  start: number,
  how: Pick<CreateTableNode, "temporary" | "unlogged">,
): Span & CreateTableNode {
  const c = parser.cursor;
  const ifNotExists = c.ifNotExists();
  const name = c.qualifiedName();
  const lists: TableLists = { columns: [], constraints: [], indexes: [], families: [], likes: [] };
  if (c.isOp("(")) {
    c.next();
    if (!c.isOp(")")) c.list(() => parseTableElement(parser, lists));
    c.expectOp(")");
  } else if (!c.isWord("as")) throw c.error();
  const { storage, refused } = parseTableTail(parser);
  const as = refused === undefined && c.accept("as") ? parser.select() : undefined;
  if (!as && lists.columns.some((column) => !column.type)) throw c.error();
  return { kind: "createTable", name, ifNotExists, ...how, ...lists, storage, as, refused, ...c.span(start) };
}

function parseTableTail(parser: SelectParser): Pick<CreateTableNode, "storage" | "refused"> {
  const c = parser.cursor;
  if (c.isWord("inherits")) {
    c.next();
    throw c.unimplemented(22_456);
  }
  const storage: string[] = [];
  for (const word of ["interleave", "partition", "locality"] as const) {
    if (!c.isWord(word)) continue;
    while (!c.atEnd) c.next();
    return { storage, refused: word };
  }
  if (c.isWord("with") && c.isOp("(", 1)) {
    c.next();
    c.next();
    storage.push(
      ...c.list(() => {
        const parameter = c.token.type === "string" ? c.stringLiteral() : c.anyName().text;
        if (c.acceptOp("=")) parser.expression();
        return parameter;
      }),
    );
    c.expectOp(")");
  }
  if (c.accept("on", "commit") && !c.accept("preserve", "rows")) {
    if (c.accept("drop") || c.accept("delete", "rows")) throw c.unimplemented(46_556);
    throw c.error();
  }
  return { storage, refused: undefined };
}

interface TableLists {
  readonly columns: ColumnDefinition[];
  readonly constraints: TableConstraint[];
  readonly indexes: (Span & IndexDefinition)[];
  readonly families: FamilyDefinition[];
  readonly likes: LikeTable[];
}

function parseTableElement(parser: SelectParser, lists: TableLists): void {
  const c = parser.cursor;
  const start = c.start;
  if (c.accept("like")) {
    lists.likes.push(parseLike(c, start));
    return;
  }
  if (c.isWord("exclude") && c.isWord("using", 1)) throw parseExclude(c);
  if (c.isWord("family") && (c.isOp("(", 1) || c.isOp("(", 2))) {
    c.next();
    const name = c.acceptName();
    lists.families.push({ name, columns: c.columnList() });
    return;
  }
  const inverted = c.isWord("inverted") && c.isWord("index", 1);
  if (c.isWord("index") || inverted || (c.isWord("unique") && (c.isWord("index", 1) || c.isWord("inverted", 1)))) {
    const unique = c.accept("unique");
    const isInverted = c.accept("inverted");
    c.expect("index");
    const name = c.acceptName();
    const index = parseIndexBody(parser, { name, unique, inverted: isInverted });
    lists.indexes.push({ ...index, ...c.span(start) });
    return;
  }
  if (["constraint", "primary", "unique", "check", "foreign"].some((word) => c.isWord(word))) {
    lists.constraints.push(parseConstraint(parser));
    return;
  }
  lists.columns.push(parseColumn(parser));
}

function parseLike(c: Cursor, start: number): LikeTable {
  const table = c.qualifiedName();
  const options: { including: boolean; what: string }[] = [];
  while (c.isWord("including") || c.isWord("excluding")) {
    const including = c.next().value === "including";
    const what = c.anyName().text;
    if (["comments", "statistics", "storage"].includes(what)) throw c.unimplemented(47_071);
    if (!["all", "constraints", "defaults", "generated", "indexes"].includes(what)) throw c.error(c.peek(-1));
    options.push({ including, what });
  }
  return { table, options, ...c.span(start) };
}

function parseExclude(c: Cursor): Error {
  c.expect("exclude", "using");
  return c.unimplemented(46_657);
}

export function parseConstraint(parser: SelectParser): TableConstraint {
  const c = parser.cursor;
  const start = c.start;
  const name = c.accept("constraint") ? c.name() : undefined;
  if (c.accept("primary", "key")) {
    const index = parseIndexBody(parser, { name, unique: true, inverted: false });
    return { kind: "primaryKey", name, index, ...c.span(start) };
  }
  if (c.isWord("exclude")) throw parseExclude(c);
  if (c.accept("unique")) {
    const withoutIndex = parseWithoutIndex(c);
    const index = parseIndexBody(parser, { name, unique: true, inverted: false });
    if (withoutIndex) refuseWithIndex(c, index);
    return { kind: "unique", name, index, withoutIndex, ...c.span(start) };
  }
  if (c.accept("check")) {
    c.expectOp("(");
    const expr = parser.expression();
    c.expectOp(")");
    return { kind: "check", name, expr, ...c.span(start) };
  }
  c.expect("foreign", "key");
  const columns = c.columnList();
  c.expect("references");
  const references = parseReferences(c);
  parseDeferral(c);
  return { kind: "foreignKey", name, columns, references, ...c.span(start) };
}

function parseWithoutIndex(c: Cursor): boolean {
  if (!c.accept("without")) return false;
  c.expect("index");
  return true;
}

// what only an index can have
function refuseWithIndex(c: Cursor, index: IndexDefinition): void {
  const fail = (message: string): SqlError => new SqlError({ code: "0A000", message });
  if (index.storing.length > 0) throw fail("unique constraints without an index cannot store columns");
  if (c.isWord("interleave")) throw fail("interleaved unique constraints without an index are not supported");
  if (c.isWord("partition")) throw fail("partitioned unique constraints without an index are not supported");
}

/** DEFERRABLE INITIALLY IMMEDIATE and the like: only what is the case anyway. */
function parseDeferral(c: Cursor): void {
  const deferrable = c.accept("deferrable");
  if (!deferrable) c.accept("not", "deferrable");
  if (c.accept("initially")) {
    if (c.isWord("deferred")) throw c.unimplemented(31_632);
    c.expect("immediate");
  }
  if (deferrable) throw c.unimplemented(31_632);
}

function parseReferences(c: Cursor): References {
  const table = c.qualifiedName();
  const columns = c.optionalColumnList();
  let match: References["match"];
  if (c.accept("match")) {
    match = c.accept("full") ? "full" : c.accept("partial") ? "partial" : "simple";
    if (match === "simple") c.expect("simple");
  }
  let onDelete: ReferenceAction | undefined;
  let onUpdate: ReferenceAction | undefined;
  while (c.isWord("on") && (c.isWord("delete", 1) || c.isWord("update", 1))) {
    c.next();
    if (c.next().value === "delete") onDelete = parseReferenceAction(c);
    else onUpdate = parseReferenceAction(c);
  }
  return { table, columns, match, onDelete, onUpdate };
}

function parseReferenceAction(c: Cursor): ReferenceAction {
  if (c.accept("no", "action")) return "no action";
  if (c.accept("restrict")) return "restrict";
  if (c.accept("cascade")) return "cascade";
  c.expect("set");
  if (c.accept("null")) return "set null";
  c.expect("default");
  return "set default";
}

/** `(a ASC, b DESC) USING HASH WITH BUCKET_COUNT = 8 STORING (c) WHERE d > 0` */
export function parseIndexBody(
  parser: SelectParser,
  head: Pick<IndexDefinition, "name" | "unique" | "inverted">,
): IndexDefinition {
  const c = parser.cursor;
  c.expectOp("(");
  const elements = c.list(() => parseIndexElement(parser));
  c.expectOp(")");
  let hashBuckets: Expr | undefined;
  if (c.accept("using", "hash")) {
    c.expect("with", "bucket_count");
    c.expectOp("=");
    hashBuckets = parser.expression();
  }
  let storing: Name[] = [];
  if (c.accept("storing") || c.accept("covering") || c.accept("include")) storing = c.columnList();
  const where = c.accept("where") ? parser.expression() : undefined;
  return { ...head, elements, hashBuckets, storing, where };
}

function parseIndexElement(parser: SelectParser): IndexElement {
  const c = parser.cursor;
  const start = c.start;
  let column: Name | undefined;
  let expr: Expr | undefined;
  if (c.isOp("(") || c.isOp("(", 1)) expr = parser.expression();
  else column = c.name();
  const opclass = c.isName() && !c.isWord("asc") ? c.name().text : undefined;
  const direction = c.accept("desc") ? "DESC" : c.accept("asc") ? "ASC" : undefined;
  if (c.accept("nulls") && !c.accept("first")) c.expect("last");
  return { column, expr, opclass, direction, descending: direction === "DESC", ...c.span(start) };
}

export function parseColumn(parser: SelectParser): ColumnDefinition {
  const c = parser.cursor;
  const start = c.start;
  const name = c.name();
  const type = isQualification(c) ? undefined : parseType(c);
  const column: { -readonly [K in keyof ColumnDefinition]: ColumnDefinition[K] } & { checks: { name: Name | undefined; expr: Expr }[] } = {
    name, type, notNull: false, explicitNull: false, notVisible: false, default: undefined, computed: undefined, onUpdate: undefined, identity: undefined,
    primaryKey: undefined, unique: undefined, checks: [], references: undefined, family: undefined, start, end: start,
  }; // prettier-ignore
  while (parseQualification(parser, column));
  return { ...column, ...c.span(start) };
}

// in CREATE TABLE ... AS columns have no types
const isQualification = (c: Cursor): boolean =>
  c.isOp(",") || c.isOp(")") || c.atEnd || c.isWord("primary") || c.isWord("family");

function parseQualification(
  parser: SelectParser,
  column: { -readonly [K in keyof ColumnDefinition]: ColumnDefinition[K] } & {
    checks: { name: Name | undefined; expr: Expr }[];
  },
): boolean {
  const c = parser.cursor;
  const name = c.accept("constraint") ? c.name() : undefined;
  if (c.accept("not", "null")) {
    if (column.explicitNull) throw conflictingNulls(c, column.name.text);
    column.notNull = true;
  } else if (c.accept("not", "visible")) column.notVisible = true;
  else if (c.accept("null")) {
    if (column.notNull) throw conflictingNulls(c, column.name.text);
    column.explicitNull = true;
  } else if (c.accept("unique")) column.unique = { name, withoutIndex: parseWithoutIndex(c) };
  else if (c.accept("primary", "key")) {
    let hash: Expr | undefined;
    if (c.accept("using", "hash")) {
      c.expect("with", "bucket_count");
      c.expectOp("=");
      hash = parser.expressions.expression(4);
    }
    column.primaryKey = { name, hash };
  } else if (c.accept("default")) column.default = parser.expressions.expression(4);
  else if (c.accept("on", "update")) column.onUpdate = parser.expressions.expression(4);
  else if (c.accept("references")) {
    column.references = { name, ...parseReferences(c) };
    parseDeferral(c);
  } else if (c.accept("check")) {
    c.expectOp("(");
    column.checks.push({ name, expr: parser.expression() });
    c.expectOp(")");
  } else if (c.accept("generated", "always", "as", "identity")) parseIdentity(c, column, true);
  else if (c.accept("generated", "by", "default", "as", "identity")) parseIdentity(c, column, false);
  else if (c.isWord("as") || c.accept("generated", "always")) {
    c.expect("as");
    const how = "use AS ( <expr> ) STORED or AS ( <expr> ) VIRTUAL";
    if (!c.isOp("(")) throw c.error(c.token, how);
    c.expectOp("(");
    const expr = parser.expression();
    c.expectOp(")");
    const stored = c.accept("stored");
    if (!stored && !c.accept("virtual")) throw c.error(c.token, how);
    column.computed = { expr, stored };
  } else if (c.accept("create")) {
    const ifNotExists = c.ifNotExists();
    c.expect("family");
    column.family = { name: c.acceptName(), create: true, ifNotExists };
  } else if (c.accept("family")) column.family = { name: c.name(), create: false, ifNotExists: false };
  else return false;
  return true;
}

/** What follows GENERATED ... AS IDENTITY: the options of its sequence, if any. */
function parseIdentity(
  c: Cursor,
  column: { -readonly [K in keyof ColumnDefinition]: ColumnDefinition[K] },
  always: boolean,
): void {
  if (column.explicitNull) throw conflictingNulls(c, column.name.text);
  column.notNull = true;
  const options: string[] = [];
  if (c.acceptOp("(")) {
    do options.push(sequenceOption(c));
    while (!c.acceptOp(")"));
  }
  column.identity = { always, options: options.join(" ") };
}

function sequenceOption(c: Cursor): string {
  for (const word of ["no minvalue", "no maxvalue", "no cycle"])
    if (c.accept(...word.split(" "))) return word.toUpperCase();
  const name = ["start", "increment", "minvalue", "maxvalue", "cache"].find((word) => c.accept(word));
  if (name === undefined) throw c.error();
  if (name === "start") c.accept("with");
  if (name === "increment") c.accept("by");
  const sign = c.acceptOp("-") ? "-" : "";
  if (c.token.type !== "integer") throw c.error();
  return `${name.toUpperCase()} ${sign}${c.next().value}`;
}

// the error is where the declaration ends
function conflictingNulls(c: Cursor, column: string): SqlError {
  return c.error(c.token, `conflicting NULL/NOT NULL declarations for column "${column}"`);
}

// ---------------------------------------------------------------- ALTER TABLE

/** After ALTER TABLE (or VIEW, SEQUENCE). */
export function parseAlterTable(parser: SelectParser, start: number, object: string): StatementNode {
  const c = parser.cursor;
  const ifExists = c.ifExists();
  const name = c.qualifiedName();
  const actions = c.list(() => (object === "sequence" ? parseAlterSequence(parser) : parseAlterAction(parser)));
  return { kind: "alterTable", name, ifExists, object, actions, ...c.span(start) };
}

function parseAlterSequence(parser: SelectParser): AlterAction {
  const c = parser.cursor;
  if (c.isWord("rename") || c.isWord("owner") || c.isWord("set") || c.atEnd) return parseAlterAction(parser);
  const from = c.start;
  while (!c.atEnd) c.next();
  return { kind: "sequenceOptions", options: c.span(from) };
}

function parseAlterAction(parser: SelectParser): AlterAction {
  const c = parser.cursor;
  if (c.accept("add")) return parseAdd(parser);
  if (c.accept("drop")) return parseDrop(c);
  if (c.accept("rename")) return parseRename(c);
  if (c.accept("validate", "constraint")) return { kind: "validateConstraint", name: c.name() };
  if (c.accept("set", "schema")) return { kind: "setSchema", schema: c.name() };
  if (c.accept("owner", "to")) return { kind: "owner", role: c.anyName() };
  if (c.accept("alter", "primary", "key")) {
    c.expect("using", "columns");
    return {
      kind: "alterPrimaryKey",
      index: parseIndexBody(parser, { name: undefined, unique: true, inverted: false }),
    };
  }
  if (c.accept("alter")) return parseAlterColumn(parser);
  const refused = [
    "configure",
    "split",
    "unsplit",
    "scatter",
    "relocate",
    "partition",
    "inject",
    "experimental_audit",
    "set",
    "experimental_relocate",
    "increment",
    "start",
    "cache",
  ];
  const word = refused.find((w) => c.isWord(w));
  if (word === undefined) throw c.error();
  while (!c.atEnd) c.next();
  return { kind: "refused", what: `ALTER TABLE ... ${word.toUpperCase()}` };
}

function parseAdd(parser: SelectParser): AlterAction {
  const c = parser.cursor;
  if (["constraint", "primary", "unique", "check", "foreign"].some((word) => c.isWord(word))) {
    const constraint = parseConstraint(parser);
    const notValid = c.accept("not", "valid");
    return { kind: "addConstraint", constraint, notValid };
  }
  c.accept("column");
  const ifNotExists = c.ifNotExists();
  return { kind: "addColumn", ifNotExists, column: parseColumn(parser) };
}

function parseDrop(c: Cursor): AlterAction {
  if (c.accept("constraint")) {
    const ifExists = c.ifExists();
    const name = c.name();
    return { kind: "dropConstraint", ifExists, name, cascade: c.dropBehavior() === "cascade" };
  }
  c.accept("column");
  const ifExists = c.ifExists();
  const name = c.name();
  return { kind: "dropColumn", ifExists, name, cascade: c.dropBehavior() === "cascade" };
}

function parseRename(c: Cursor): AlterAction {
  if (c.accept("to")) return { kind: "renameTo", name: c.qualifiedName() };
  if (c.accept("constraint")) {
    const from = c.name();
    c.expect("to");
    return { kind: "renameConstraint", from, to: c.name() };
  }
  c.accept("column");
  const from = c.name();
  c.expect("to");
  return { kind: "renameColumn", from, to: c.name() };
}

function parseAlterColumn(parser: SelectParser): AlterAction {
  const c = parser.cursor;
  c.accept("column");
  const column = c.name();
  if (c.accept("set", "default")) return { kind: "setDefault", column, expr: parser.expression() };
  if (c.accept("drop", "default")) return { kind: "setDefault", column, expr: undefined };
  if (c.accept("set", "on", "update")) return { kind: "setOnUpdate", column, expr: parser.expression() };
  if (c.accept("drop", "on", "update")) return { kind: "setOnUpdate", column, expr: undefined };
  if (c.accept("set", "not", "null")) return { kind: "setNotNull", column, notNull: true };
  if (c.accept("drop", "not", "null")) return { kind: "setNotNull", column, notNull: false };
  if (c.accept("set", "visible")) return { kind: "setVisible", column, visible: true };
  if (c.accept("set", "not", "visible")) return { kind: "setVisible", column, visible: false };
  if (c.accept("drop", "stored")) return { kind: "dropStored", column };
  c.accept("set", "data");
  c.expect("type");
  const type = parseType(c);
  const using = c.accept("using") ? parser.expression() : undefined;
  return { kind: "setType", column, type, using };
}
