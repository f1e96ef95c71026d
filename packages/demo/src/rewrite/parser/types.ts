import type { TypeName } from "../ast.ts";
import type { Cursor } from "./cursor.ts";
import { RESERVED } from "./keywords.ts";

/** Types that are spelled with one word: anything else of one word is a user's type. */
const BUILT_IN: ReadonlySet<string> = new Set(
  `bool boolean int integer int2 int4 int8 int64 bigint smallint serial serial2 serial4 serial8 bigserial smallserial
  float real float4 float8 decimal dec numeric string text varchar char character bpchar bytes bytea blob name uuid date
  time timetz timestamp timestamptz interval json jsonb inet bit varbit oid regclass regtype regproc regprocedure
  regnamespace regrole int2vector oidvector geometry geography box2d unknown anyelement void record`.split(/\s+/),
);

const INTERVAL_FIELDS: ReadonlySet<string> = new Set(["year", "month", "day", "hour", "minute", "second"]);

/** A type name; a syntax error where there is none. */
export function parseType(cursor: Cursor): TypeName {
  const start = cursor.start;
  const base = baseType(cursor);
  let array = base.array;
  const collation = cursor.accept("collate") ? collationName(cursor) : undefined;
  if (cursor.isOp("[") && !array) {
    cursor.next();
    if (cursor.token.type === "integer") cursor.next();
    cursor.expectOp("]");
    array = true;
  } else if (!array && cursor.accept("array")) array = true;
  return { ...base, array, collation, ...cursor.span(start) };
}

/** The SQL text of a collation's name: `en_US`, `en-u-co-phonebk` quoted. */
function collationName(cursor: Cursor): string {
  return cursor.anyName().text;
}

type Base = Pick<TypeName, "name" | "qualified" | "modifiers" | "array">;

function baseType(cursor: Cursor): Base {
  const token = cursor.token;
  if (token.type === "quoted" && token.value === "char" && !cursor.isOp(".", 1)) {
    cursor.next();
    return { name: '"char"', qualified: undefined, modifiers: [], array: false };
  }
  if (token.type !== "word" && token.type !== "quoted") throw cursor.error();
  if (token.type === "word" && RESERVED.has(token.value)) throw cursor.error();
  const dotted = cursor.isOp(".", 1);
  if (
    token.type === "word" &&
    !dotted &&
    (BUILT_IN.has(token.value) || token.value === "double" || token.value.startsWith("_"))
  ) {
    return builtIn(cursor);
  }
  const qualified = cursor.qualifiedName();
  const last = qualified.parts.at(-1);
  if (qualified.parts.length === 2 && qualified.parts[0]?.text === "pg_catalog" && last) {
    return { name: last.text, qualified: undefined, modifiers: modifiers(cursor), array: false };
  }
  return { name: last?.text ?? "", qualified, modifiers: [], array: false };
}

function builtIn(cursor: Cursor): Base {
  const word = cursor.next().value;
  let name = word;
  let numbers: number[] = [];
  switch (word) {
    case "double":
      cursor.expect("precision");
      name = "float8";
      break;
    case "character":
    case "char":
      name = cursor.accept("varying") ? "varchar" : "char";
      numbers = modifiers(cursor);
      break;
    case "bit":
      if (cursor.accept("varying")) name = "varbit";
      numbers = modifiers(cursor);
      break;
    case "time":
    case "timestamp":
      numbers = modifiers(cursor);
      if (cursor.accept("with", "time", "zone")) name = `${word}tz`;
      else cursor.accept("without", "time", "zone");
      break;
    case "interval":
      numbers = modifiers(cursor);
      intervalFields(cursor);
      break;
    case "geometry":
    case "geography":
      if (cursor.acceptOp("(")) {
        while (!cursor.isOp(")")) cursor.next();
        cursor.next();
      }
      break;
    default:
      numbers = modifiers(cursor);
  }
  if (name.startsWith("_") && BUILT_IN.has(name.slice(1))) {
    return { name: name.slice(1), qualified: undefined, modifiers: numbers, array: true };
  }
  return { name, qualified: undefined, modifiers: numbers, array: false };
}

/** `YEAR TO MONTH`, `SECOND(3)`: returns whether there were any. */
export function intervalFields(cursor: Cursor): boolean {
  const field = (): boolean => {
    if (cursor.token.type !== "word" || !INTERVAL_FIELDS.has(cursor.token.value)) return false;
    const second = cursor.next().value === "second";
    if (second) modifiers(cursor);
    return true;
  };
  if (!field()) return false;
  if (cursor.accept("to") && !field()) throw cursor.error();
  return true;
}

function modifiers(cursor: Cursor): number[] {
  if (!cursor.acceptOp("(")) return [];
  const numbers = cursor.list(() => {
    if (cursor.token.type !== "integer") throw cursor.error();
    return Number(cursor.next().value);
  });
  cursor.expectOp(")");
  return numbers;
}

/** True where `name 'literal'` is a typed literal: DATE '2020-01-01'. */
export function isTypedLiteral(cursor: Cursor): boolean {
  if (cursor.token.type !== "word" || !BUILT_IN.has(cursor.token.value)) return false;
  return cursor.peek().type === "string";
}
