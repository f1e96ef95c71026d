import type { Expr, ModesNode, Name, ShowNode, SimpleNode, StatementNode } from "../ast.ts";
import type { Cursor } from "./cursor.ts";
import { refuse } from "./ddl.ts";
import type { SelectParser } from "./select.ts";
import { intervalFields, parseType } from "./types.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

// ---------------------------------------------------------------- transactions

export function parseTransaction(parser: SelectParser): StatementNode {
  const c = parser.cursor;
  const { start } = c;
  const word = c.next().value;
  const node = (simple: SimpleNode): StatementNode => ({ ...simple, ...c.span(start) });
  switch (word) {
    case "begin":
    case "start":
      return c.help("BEGIN", () => {
        if (word === "start") c.expect("transaction");
        else if (!c.accept("transaction")) c.accept("work");
        return node({ kind: "begin", modes: parseModes(parser) });
      });
    case "commit":
    case "end":
      return c.help("COMMIT", () => {
        if (!c.accept("transaction")) c.accept("work");
        requireEnd(c);
        return node({ kind: "commit" });
      });
    case "abort":
    case "rollback":
      return c.help(word.toUpperCase(), () => {
        if (!c.accept("transaction")) c.accept("work");
        if (word === "rollback" && c.accept("to")) {
          c.accept("savepoint");
          return node({ kind: "rollbackTo", name: c.name().text });
        }
        requireEnd(c);
        return node({ kind: "rollback" });
      });
    case "savepoint":
      return c.help("SAVEPOINT", () => node({ kind: "savepoint", name: c.name().text }));
    default:
      return c.help("RELEASE", () => {
        c.accept("savepoint");
        return node({ kind: "release", name: c.name().text });
      });
  }
}

// the error belongs to the rule that is running, with its help page
function requireEnd(c: Cursor): void {
  if (!c.atEnd) throw c.error();
}

function parseModes(parser: SelectParser): ModesNode {
  const c = parser.cursor;
  const modes: Mutable<ModesNode> = {
    isolation: undefined,
    priority: undefined,
    readOnly: undefined,
    deferrable: undefined,
    asOf: undefined,
  };
  while (!c.atEnd) {
    if (c.accept("isolation")) {
      c.expect("level");
      modes.isolation = parseIsolation(c);
    } else if (c.accept("priority")) modes.priority = parsePriority(c);
    else if (c.accept("read")) {
      modes.readOnly = c.accept("only");
      if (!modes.readOnly) c.expect("write");
    } else if (c.accept("not", "deferrable")) modes.deferrable = false;
    else if (c.accept("deferrable")) modes.deferrable = true;
    else if (c.accept("as", "of", "system", "time")) modes.asOf = parser.expression();
    else throw c.error();
    c.acceptOp(",");
  }
  return modes;
}

function parseIsolation(c: Cursor): "SERIALIZABLE" | "READ COMMITTED" {
  // the emulated version runs every level as SERIALIZABLE
  if (c.accept("serializable") || c.accept("snapshot") || c.accept("repeatable", "read")) return "SERIALIZABLE";
  c.expect("read");
  if (!c.accept("uncommitted")) c.expect("committed");
  return "SERIALIZABLE";
}

function parsePriority(c: Cursor): "low" | "normal" | "high" {
  for (const level of ["low", "normal", "high"] as const) if (c.accept(level)) return level;
  throw c.error();
}

// ---------------------------------------------------------------- SET

export function parseSet(parser: SelectParser): StatementNode {
  const c = parser.cursor;
  const { start } = c;
  c.expect("set");
  const node = (simple: SimpleNode): StatementNode => ({ ...simple, ...c.span(start) });
  if (c.isWord("cluster")) {
    c.expect("cluster", "setting");
    return c.help("SET CLUSTER SETTING", () => {
      const setting = settingName(c);
      if (!c.acceptOp("=")) c.expect("to");
      const value = c.accept("default") ? undefined : parser.expression();
      return node({ kind: "setClusterSetting", setting, value });
    });
  }
  if (c.isWord("constraints") && !c.isOp("=", 1) && !c.isWord("to", 1)) {
    c.next();
    throw c.unimplemented();
  }
  if (
    c.accept("transaction") ||
    (c.isWord("session") && c.isWord("transaction", 1) && c.accept("session", "transaction"))
  ) {
    return c.help("SET TRANSACTION", () => node({ kind: "setTransaction", modes: parseModes(parser) }));
  }
  return c.help("SET SESSION", () => {
    const local = c.accept("local");
    if (!local && c.isWord("session") && !c.isOp("=", 1) && !c.isWord("to", 1)) c.next();
    if (c.isWord("authorization")) {
      c.next();
      throw c.unimplemented(40_283);
    }
    if (c.accept("characteristics")) {
      c.expect("as", "transaction");
      const modes = parseModes(parser);
      return node(characteristics(modes));
    }
    return node(parseSetVariable(parser, local));
  });
}

function characteristics(modes: ModesNode): SimpleNode {
  const value = (text: string): readonly Expr[] => [{ kind: "literal", type: "string", value: text, start: 0, end: 0 }];
  if (modes.priority)
    return { kind: "set", variable: "default_transaction_priority", values: value(modes.priority), local: false };
  if (modes.readOnly !== undefined) {
    return {
      kind: "set",
      variable: "default_transaction_read_only",
      values: value(modes.readOnly ? "on" : "off"),
      local: false,
    };
  }
  return { kind: "set", variable: "default_transaction_isolation", values: value("serializable"), local: false };
}

function parseSetVariable(parser: SelectParser, local: boolean): SimpleNode {
  const c = parser.cursor;
  if (c.isWord("time") && c.isWord("zone", 1)) {
    c.expect("time", "zone");
    return { kind: "set", variable: "timezone", values: parseZone(parser), local };
  }
  if (c.isWord("schema") && c.peek().type === "string") {
    c.next();
    return { kind: "set", variable: "search_path", values: [parser.expression()], local };
  }
  if (c.isWord("names") && !c.isOp("=", 1) && !c.isWord("to", 1)) {
    c.next();
    return { kind: "set", variable: "client_encoding", values: [parser.expression()], local };
  }
  const variable = settingName(c);
  if (!c.acceptOp("=")) c.expect("to");
  if (c.accept("default")) return { kind: "set", variable, values: undefined, local };
  const values = c.list(() => parseSetValue(parser));
  if (variable === "database" && values.length === 1) {
    const value = values[0];
    if (value?.kind === "column") return { kind: "use", database: value.parts.map((part) => part.text).join(".") };
    if (value?.kind === "literal" && value.type === "string" && value.value !== "")
      return { kind: "use", database: value.value };
  }
  return { kind: "set", variable, values, local };
}

// words such as `on` are values here
function parseSetValue(parser: SelectParser): Expr {
  const c = parser.cursor;
  const { start } = c;
  if (c.isWord("on") || c.isWord("none")) {
    const name = c.anyName();
    return { kind: "column", parts: [name], star: false, ...c.span(start) };
  }
  return parser.expression();
}

function parseZone(parser: SelectParser): readonly Expr[] | undefined {
  const c = parser.cursor;
  if (c.accept("default")) return undefined;
  if (c.accept("local")) return undefined;
  const { start } = c;
  if (c.isWord("interval")) {
    const type = parseType(c);
    const from = c.start;
    const value = c.stringLiteral();
    const operand: Expr = { kind: "literal", type: "string", value, ...c.span(from) };
    intervalFields(c);
    return [{ kind: "cast", style: "prefix", operand, type, operatorSpan: { start, end: start }, ...c.span(start) }];
  }
  return [parser.expression()];
}

/** `a`, `a.b.c`: settings are spelled with dots. */
function settingName(c: Cursor): string {
  const parts = [c.isWord("all") || c.isWord("session_user") ? c.anyName().text : c.name().text];
  while (c.acceptOp(".")) parts.push(c.anyName().text);
  return parts.join(".").toLowerCase();
}

export function parseReset(c: Cursor): StatementNode {
  const { start } = c;
  c.expect("reset");
  return c.help("RESET", () => {
    if (c.accept("cluster")) {
      c.expect("setting");
      return { kind: "setClusterSetting", setting: settingName(c), value: undefined, ...c.span(start) };
    }
    c.accept("session");
    const variable = c.accept("time", "zone") ? "timezone" : settingName(c);
    return { kind: "set", variable, values: undefined, local: false, ...c.span(start) };
  });
}

// ---------------------------------------------------------------- SHOW

export function parseShow(parser: SelectParser): StatementNode {
  const c = parser.cursor;
  const { start } = c;
  c.expect("show");
  return c.help("SHOW", () => ({ kind: "show", what: parseShown(parser), ...c.span(start) }));
}

const withComment = (c: Cursor): boolean => c.accept("with", "comment");

function parseShown(parser: SelectParser): ShowNode {
  const c = parser.cursor;
  if (c.token.type === "eof") throw c.error();
  if (c.accept("all", "cluster", "settings")) return { kind: "clusterSettings" };
  if (c.accept("public", "cluster", "settings") || c.accept("cluster", "settings")) return { kind: "clusterSettings" };
  if (c.accept("cluster", "setting")) return { kind: "clusterSetting", name: settingName(c) };
  const position = c.position;
  if (!c.accept("all")) c.accept("cluster");
  if (c.accept("queries") || c.accept("statements")) return { kind: "queries" };
  if (c.accept("sessions")) return { kind: "sessions" };
  c.rewind(position);
  if (c.accept("local", "queries") || c.accept("local", "statements")) return { kind: "queries" };
  if (c.accept("local", "sessions")) return { kind: "sessions" };
  if (c.accept("all")) return { kind: "all" };
  if (c.accept("savepoint", "status")) return { kind: "savepointStatus" };
  if (c.accept("syntax")) return { kind: "syntax", text: c.stringLiteral() };
  if (c.accept("transaction")) {
    for (const [words, name] of TRANSACTION_VARIABLES) if (c.accept(...words)) return { kind: "variable", name };
    throw c.error();
  }
  if (c.accept("time", "zone")) return { kind: "variable", name: "timezone" };
  if (c.accept("names")) return { kind: "variable", name: "client_encoding" };
  return parseShownObjects(parser) ?? parseShownVariable(c);
}

const TRANSACTION_VARIABLES: readonly (readonly [readonly string[], string])[] = [
  [["isolation", "level"], "transaction_isolation"],
  [["priority"], "transaction_priority"],
  [["status"], "transaction_status"],
];

function parseShownVariable(c: Cursor): ShowNode {
  if (c.isWord("session") && !c.atEnd && c.peek().type !== "eof") c.next();
  return { kind: "variable", name: settingName(c) };
}

function parseShownObjects(parser: SelectParser): ShowNode | undefined {
  const c = parser.cursor;
  if (c.accept("tables")) {
    let database: Name | undefined;
    let schema: Name | undefined;
    if (c.accept("from")) {
      schema = c.name();
      if (c.acceptOp(".")) {
        database = schema;
        schema = c.anyName();
      }
    }
    return { kind: "tables", database, schema, withComment: withComment(c) };
  }
  if (c.accept("databases")) return { kind: "databases", withComment: withComment(c) };
  for (const kind of ["schemas", "sequences"] as const) {
    if (!c.accept(kind)) continue;
    return { kind, database: c.accept("from") ? c.name() : undefined };
  }
  for (const kind of ["enums", "types", "users", "roles"] as const) if (c.accept(kind)) return { kind };
  for (const [word, kind] of [
    ["columns", "columns"],
    ["indexes", "indexes"],
    ["index", "indexes"],
    ["keys", "indexes"],
    ["constraints", "constraints"],
    ["constraint", "constraints"],
  ] as const) {
    if (!c.isWord(word) || !c.isWord("from", 1)) continue;
    c.expect(word, "from");
    if (c.accept("database")) return { kind: "databaseIndexes", database: c.name(), withComment: withComment(c) };
    return { kind, table: c.qualifiedName(), withComment: withComment(c) };
  }
  if (c.accept("create")) {
    if (c.accept("all", "tables")) return { kind: "createAll" };
    for (const word of ["table", "view", "sequence"]) if (c.isWord(word) && c.isName(1)) c.next();
    if (c.accept("schedules")) return rest(c, "SHOW CREATE SCHEDULES");
    return { kind: "create", table: c.qualifiedName(), withComment: false };
  }
  if (c.accept("grants")) return parseShowGrants(c);
  if (c.accept("partitions", "from", "table")) return { kind: "partitions", table: c.qualifiedName() };
  if (c.accept("regions", "from", "database")) {
    if (c.isName()) c.name();
    return { kind: "regions" };
  }
  if (c.accept("survival", "goal", "from", "database")) {
    if (c.isName()) c.name();
    return { kind: "survivalGoal" };
  }
  for (const word of [
    "zone",
    "jobs",
    "ranges",
    "range",
    "statistics",
    "trace",
    "backup",
    "histogram",
    "partitions",
    "regions",
    "survival",
    "fingerprints",
    "experimental_fingerprints",
    "schedules",
    "transactions",
    "changefeed",
    "last",
    "kv",
    "default",
  ]) {
    if (c.isWord(word) && c.peek().type !== "eof") return rest(c, `SHOW ${word.toUpperCase()}`);
    if (
      (word === "jobs" || word === "ranges" || word === "transactions" || word === "schedules" || word === "regions") &&
      c.isWord(word)
    ) {
      return rest(c, `SHOW ${word.toUpperCase()}`);
    }
  }
  return undefined;
}

function rest(c: Cursor, what: string): ShowNode {
  // inside [ ... ] the statement ends before the bracket
  while (!c.atEnd && !c.isOp("]")) c.next();
  return { kind: "refused", what };
}

function parseShowGrants(c: Cursor): ShowNode {
  const names = (): Name[] => (c.accept("for") ? c.list(() => c.anyName()) : []);
  if (!c.accept("on")) return { kind: "grants", on: [], object: undefined, for: names() };
  if (c.accept("role")) {
    const roles = c.isName() ? c.list(() => c.anyName()) : [];
    return { kind: "grantsOnRole", roles, for: names() };
  }
  const object = ["database", "schema", "table", "type"].find((word) => c.accept(word));
  const on = c.list(() => c.namePattern());
  return { kind: "grants", on, object, for: names() };
}

// ---------------------------------------------------------------- the rest

export function parseUse(c: Cursor): StatementNode {
  const { start } = c;
  c.expect("use");
  return c.help("USE", () => {
    const database = c.token.type === "string" ? c.stringLiteral() : c.name().text;
    return { kind: "use", database, ...c.span(start) };
  });
}

export function parseDiscard(c: Cursor): StatementNode {
  const { start } = c;
  c.expect("discard");
  return c.help("DISCARD", () => {
    if (c.accept("all")) return { kind: "discard", ...c.span(start) };
    for (const word of ["plans", "sequences", "temp", "temporary"]) if (c.isWord(word)) throw c.unimplemented();
    throw c.error();
  });
}

export function parseCancel(parser: SelectParser): StatementNode {
  const c = parser.cursor;
  const { start } = c;
  c.expect("cancel");
  return c.help("CANCEL", () => {
    for (const [single, plural] of [
      ["query", "queries"],
      ["session", "sessions"],
    ] as const) {
      const one = c.isWord(single);
      if (!one && !c.isWord(plural)) continue;
      c.next();
      c.setHelp(`CANCEL ${plural.toUpperCase()}`);
      const ifExists = c.ifExists();
      const source = one ? parser.expression() : parser.select();
      return { kind: "cancel", what: plural, ifExists, single: one, source, ...c.span(start) };
    }
    if (c.accept("job") || c.accept("jobs")) return refuse(c, start, "CANCEL JOBS");
    throw c.error();
  });
}
