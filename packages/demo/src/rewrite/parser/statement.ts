import type { StatementNode, TypeName } from "../ast.ts";
import type { Token } from "../lexer.ts";
import { SqlError } from "../sql-error.ts";
import { Cursor } from "./cursor.ts";
import { parseAlter, parseComment, parseCreate, parseDropStatement, parseGrant, parseTruncate, refuse } from "./ddl.ts";
import { parseDelete, parseInsert, parseUpdate } from "./dml.ts";
import { SelectParser } from "./select.ts";
import { parseCancel, parseDiscard, parseReset, parseSet, parseShow, parseTransaction, parseUse } from "./session.ts";
import { parseType } from "./types.ts";

/** Parses the tokens of exactly one statement. */
export function parseStatement(text: string, tokens: readonly Token[]): StatementNode {
  const cursor = new Cursor(text, tokens);
  const node = statement(cursor);
  if (!cursor.atEnd) throw cursor.error();
  return node;
}

/** Recognised by its first word and refused by name. */
const REFUSED: Readonly<Record<string, string>> = {
  analyse: "ANALYZE", analyze: "ANALYZE", backup: "BACKUP", experimental: "EXPERIMENTAL", export: "EXPORT", import: "IMPORT",
  pause: "PAUSE", reassign: "REASSIGN OWNED", restore: "RESTORE", resume: "RESUME", scrub: "SCRUB",
}; // prettier-ignore

function statement(c: Cursor): StatementNode {
  const parser = new SelectParser(c, statement);
  const { start } = c;
  const token = c.token;
  if (token.type === "operator" && token.value === "(") return parser.select();
  if (token.type !== "word") throw c.error();
  switch (token.value) {
    case "select":
    case "values":
    case "table":
      return parser.select();
    case "with":
      return withStatement(parser);
    case "insert":
    case "upsert":
      return parseInsert(parser, undefined);
    case "update":
      return parseUpdate(parser, undefined);
    case "delete":
      return parseDelete(parser, undefined);
    case "begin":
    case "start":
    case "commit":
    case "end":
    case "abort":
    case "rollback":
    case "savepoint":
    case "release":
      return parseTransaction(parser);
    case "set":
      return parseSet(parser);
    case "reset":
      return parseReset(c);
    case "show":
      return parseShow(parser);
    case "use":
      return parseUse(c);
    case "discard":
      return parseDiscard(c);
    case "cancel":
      return parseCancel(parser);
    case "create":
      return parseCreate(parser);
    case "alter":
      return parseAlter(parser);
    case "drop":
      return parseDropStatement(parser);
    case "truncate":
      return parseTruncate(c);
    case "comment":
      return parseComment(parser);
    case "grant":
    case "revoke":
      return parseGrant(c);
    case "prepare":
      return parsePrepare(c);
    case "execute":
      return parseExecute(parser);
    case "deallocate":
      return parseDeallocate(c);
    case "explain":
      return parseExplain(c);
    case "copy":
      return parseCopy(c);
    case "refresh":
      c.next();
      c.expect("materialized", "view");
      return refreshView(c, start);
    case "reindex": {
      c.next();
      const kinds = ["table", "index", "database", "schema", "system"];
      if (!kinds.some((word) => c.accept(word))) throw c.error();
      const { code, message, detail } = c.error(c.token, "unimplemented: this syntax");
      throw new SqlError({ code, message, detail, hint: "CockroachDB does not require reindexing." });
    }
    case "declare":
      throw c.unimplemented(41_412);
    case "close":
      c.next();
      if (c.isName() || c.isWord("all")) throw c.unimplemented(41_412);
      throw c.error();
    default:
  }
  const refused = REFUSED[token.value];
  if (refused === undefined) throw c.error();
  c.next();
  return refuse(c, start, refused);
}

function refreshView(c: Cursor, start: number): StatementNode {
  const concurrently = c.accept("concurrently");
  const name = c.qualifiedName();
  if (c.isWord("with") && c.isWord("no", 1)) return refuse(c, start, "REFRESH ... WITH NO DATA");
  c.accept("with", "data");
  return { kind: "refreshView", name, concurrently, ...c.span(start) };
}

function withStatement(parser: SelectParser): StatementNode {
  const c = parser.cursor;
  const clause = parser.withClause();
  if (c.isWord("insert") || c.isWord("upsert")) return parseInsert(parser, clause);
  if (c.isWord("update")) return parseUpdate(parser, clause);
  if (c.isWord("delete")) return parseDelete(parser, clause);
  return parser.select(clause);
}

// ---------------------------------------------------------------- prepared statements

function parsePrepare(c: Cursor): StatementNode {
  const { start } = c;
  c.expect("prepare");
  return c.help("PREPARE", () => {
    const name = c.name();
    let types: TypeName[] = [];
    if (c.acceptOp("(")) {
      types = c.list(() => parseType(c));
      c.expectOp(")");
    }
    c.expect("as");
    const prepared = statement(c);
    return { kind: "prepare", name, types, statement: prepared, ...c.span(start) };
  });
}

function parseExecute(parser: SelectParser): StatementNode {
  const c = parser.cursor;
  const { start } = c;
  c.expect("execute");
  return c.help("EXECUTE", () => {
    const name = c.name();
    let args: ReturnType<SelectParser["expressions"]["expressions"]> = [];
    if (c.acceptOp("(")) {
      args = parser.expressions.expressions();
      c.expectOp(")");
    }
    return { kind: "execute", name, args, ...c.span(start) };
  });
}

function parseDeallocate(c: Cursor): StatementNode {
  const { start } = c;
  c.expect("deallocate");
  return c.help("DEALLOCATE", () => {
    c.accept("prepare");
    const name = c.accept("all") ? undefined : c.name();
    return { kind: "deallocate", name, ...c.span(start) };
  });
}

function parseExplain(c: Cursor): StatementNode {
  const { start } = c;
  c.expect("explain");
  return c.help("EXPLAIN", () => {
    if (c.atEnd) throw c.error();
    return refuse(c, start, "EXPLAIN");
  });
}

function parseCopy(c: Cursor): StatementNode {
  const { start } = c;
  c.expect("copy");
  const target = c.help("COPY", () => {
    if (c.isOp("(")) throw c.unimplemented(41_608);
    const table = c.qualifiedName();
    const columns = c.optionalColumnList();
    if (c.isWord("to")) throw c.unimplemented(41_608);
    c.expect("from");
    c.expect("stdin");
    return { table, columns };
  });
  let csv = false;
  let delimiter: string | undefined;
  let nullText: string | undefined;
  c.accept("with");
  if (c.isOp("(")) throw c.unimplemented();
  while (!c.atEnd) {
    if (c.accept("binary")) return refuse(c, start, "COPY in binary format");
    if (c.accept("csv")) csv = true;
    else if (c.accept("delimiter")) delimiter = c.stringLiteral();
    else if (c.accept("null")) nullText = c.stringLiteral();
    else throw c.error();
  }
  return { kind: "copyFrom", ...target, csv, delimiter, nullText, ...c.span(start) };
}
