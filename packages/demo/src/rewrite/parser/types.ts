import type { TypeName } from "../ast.ts";
import type { Token } from "../lexer.ts";
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
  let collation = cursor.accept("collate") ? collationName(cursor) : undefined;
  if (!array && (cursor.isOp("[") || cursor.isWord("array"))) {
    if (!cursor.accept("array") || cursor.isOp("[")) bounds(cursor);
    array = true;
    if (base.name === "json" || base.name === "jsonb") {
      throw cursor.unimplemented(23_468, cursor.token, "arrays of jsonb not allowed");
    }
    if (collation === undefined && cursor.accept("collate")) collation = collationName(cursor);
  }
  return { ...base, array, collation, ...cursor.span(start) };
}

/** `[]` or `[3]`: bounds are read and forgotten. */
function bounds(cursor: Cursor): void {
  cursor.expectOp("[");
  if (cursor.token.type === "integer") cursor.next();
  cursor.expectOp("]");
  if (!cursor.isOp("[")) return;
  // arrays of arrays
  cursor.next();
  if (cursor.token.type === "integer") cursor.next();
  throw cursor.unimplemented(32_552);
}

/** The SQL text of a collation's name: `en_US`, `en-u-co-phonebk` quoted. */
function collationName(cursor: Cursor): string {
  return cursor.anyName().text;
}

type Base = Pick<TypeName, "name" | "qualified" | "modifiers" | "array" | "fields">;

/** Types of PostgreSQL that the emulated version's grammar refuses by name, with the number of the issue. */
const UNIMPLEMENTED: ReadonlyMap<string, number | undefined> = new Map([
  ["box", 21_286], ["cidr", 18_846], ["circle", 21_286], ["line", 21_286], ["lseg", 21_286], ["macaddr", undefined],
  ["macaddr8", undefined], ["money", undefined], ["path", 21_286], ["pg_lsn", undefined], ["point", 21_286],
  ["polygon", 21_286], ["tsquery", 7821], ["tsvector", 7821], ["txid_snapshot", undefined], ["xml", undefined],
]); // prettier-ignore

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
  if (token.type === "word" && !dotted && UNIMPLEMENTED.has(token.value)) {
    cursor.next();
    throw cursor.unimplemented(UNIMPLEMENTED.get(token.value));
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
      numbers = lengths(cursor, name.toUpperCase());
      break;
    case "bit":
      if (cursor.accept("varying")) name = "varbit";
      numbers = atLeastOne(cursor, "22023", `length for type ${name} must be at least 1`);
      break;
    case "varbit":
      numbers = atLeastOne(cursor, "22023", "length for type varbit must be at least 1");
      break;
    case "string":
    case "text":
    case "varchar":
    case "bpchar":
      numbers = lengths(cursor, word === "text" ? "STRING" : word.toUpperCase());
      break;
    case "float":
      numbers = atLeastOne(cursor, "22023", "precision for type float must be at least 1 bit");
      break;
    case "decimal":
    case "dec":
    case "numeric":
      numbers = decimalModifiers(cursor);
      break;
    case "timetz":
    case "timestamptz":
      numbers = precision(cursor);
      break;
    case "time":
    case "timestamp":
      numbers = precision(cursor);
      if (cursor.accept("with", "time", "zone")) name = `${word}tz`;
      else cursor.accept("without", "time", "zone");
      break;
    case "interval":
      numbers = precision(cursor);
      return { name, qualified: undefined, modifiers: numbers, array: false, fields: intervalFields(cursor) };
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

/** `YEAR TO MONTH`, `SECOND(3)`: as PostgreSQL writes them, undefined where there are none. */
export function intervalFields(cursor: Cursor): string | undefined {
  const field = (): string | undefined => {
    const { type, value } = cursor.token;
    if (type !== "word" || !INTERVAL_FIELDS.has(value)) return undefined;
    cursor.next();
    const digits = value === "second" ? precision(cursor)[0] : undefined;
    return digits === undefined ? value.toUpperCase() : `SECOND(${digits})`;
  };
  const from = field();
  if (from === undefined || !cursor.accept("to")) return from;
  const to = field();
  if (to === undefined) throw cursor.error();
  return `${from} TO ${to}`;
}

/** The closing parenthesis that was just read. */
const closing = (cursor: Cursor): Token => cursor.peek(-1);

function atLeastOne(cursor: Cursor, code: string, message: string): number[] {
  const numbers = modifiers(cursor);
  if (numbers[0] !== undefined && numbers[0] < 1) throw cursor.refuse(code, message, closing(cursor));
  return numbers;
}

const lengths = (cursor: Cursor, type: string): number[] =>
  atLeastOne(cursor, "42601", `length for type ${type} must be at least 1`);

/** Of times and intervals: up to microseconds. */
function precision(cursor: Cursor): number[] {
  const numbers = modifiers(cursor);
  const [digits] = numbers;
  if (digits !== undefined && digits > 6) {
    throw cursor.refuse("42601", `precision ${digits} out of range`, closing(cursor));
  }
  return numbers;
}

function decimalModifiers(cursor: Cursor): number[] {
  const numbers = modifiers(cursor);
  const [digits, scale] = numbers;
  if (digits !== undefined && scale !== undefined && scale > digits) {
    throw cursor.refuse("22023", `scale (${scale}) must be between 0 and precision (${digits})`, closing(cursor));
  }
  return numbers;
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
  if (cursor.peek().type === "string") return true;
  // TIME WITH TIME ZONE '...'
  const { value } = cursor.token;
  if (value !== "time" && value !== "timestamp") return false;
  return ["with", "without"].some((word) => cursor.isWord(word, 1)) && cursor.peek(4).type === "string";
}
