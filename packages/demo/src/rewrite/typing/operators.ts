import { BOOL, DECIMAL, INT, JSONB, plainType, STRING, type Family, type ValueType } from "./value-type.ts";

type Overload = readonly [left: Family, right: Family, result: Family];

const overloads = (text: string): Overload[] =>
  text
    .trim()
    .split(/\s*;\s*/)
    .map((row) => row.split(/\s+/) as unknown as Overload);

const NUMBERS = "int int int; float float float; decimal decimal decimal; int decimal decimal; decimal int decimal";

/** Arithmetic that CockroachDB has; it converts no operand on its own. */
const OVERLOADS: Readonly<Record<string, readonly Overload[]>> = {
  "+": overloads(`${NUMBERS}; date int date; int date date; date time timestamp; time date timestamp; date timetz timestamptz;
    timetz date timestamptz; time interval time; interval time time; timetz interval timetz; interval timetz timetz;
    timestamp interval timestamp; interval timestamp timestamp; timestamptz interval timestamptz;
    interval timestamptz timestamptz; interval interval interval; date interval timestamp; interval date timestamp;
    inet int inet; int inet inet`),
  "-": overloads(`${NUMBERS}; date int date; date date int; date time timestamp; time time interval;
    timestamp timestamp interval; timestamp timestamptz interval; timestamptz timestamp interval;
    timestamptz timestamptz interval; time interval time; timetz interval timetz; timestamp interval timestamp;
    timestamptz interval timestamptz; date interval timestamp; interval interval interval; jsonb string jsonb;
    jsonb int jsonb; jsonb array jsonb; inet inet int; inet int inet`),
  "*": overloads(`${NUMBERS}; int interval interval; interval int interval; interval float interval;
    float interval interval; decimal interval interval; interval decimal interval`),
  "/": overloads(`int int decimal; float float float; decimal decimal decimal; int decimal decimal; decimal int decimal;
    interval int interval; interval float interval`),
  "//": overloads(NUMBERS),
  "%": overloads(NUMBERS),
  "^": overloads(NUMBERS),
  "&": overloads("int int int; bit bit bit; inet inet inet"),
  "|": overloads("int int int; bit bit bit; inet inet inet"),
  "#": overloads("int int int; bit bit bit"),
  "<<": overloads("int int int; bit int bit; inet inet bool"),
  ">>": overloads("int int int; bit int bit; inet inet bool"),
  "->": overloads("jsonb string jsonb; jsonb int jsonb"),
  "->>": overloads("jsonb string string; jsonb int string"),
};

export const COMPARISONS: ReadonlySet<string> = new Set([
  "=", "<>", "!=", "<", ">", "<=", ">=", "is distinct from", "is not distinct from",
]); // prettier-ignore

const TEXT_TESTS: ReadonlySet<string> = new Set([
  "like", "not like", "ilike", "not ilike", "similar", "not similar", "~", "!~", "~*", "!~*",
]); // prettier-ignore

const GROUPS: readonly ReadonlySet<Family>[] = [
  new Set<Family>(["int", "float", "decimal"]),
  new Set<Family>(["date", "timestamp", "timestamptz"]),
  new Set<Family>(["time", "timetz"]),
];

/** True where values of the two types can be compared, or are not known well enough to say. */
export function comparable(left: ValueType, right: ValueType): boolean {
  if (left.family === "unknown" || right.family === "unknown") return true;
  if (left.family === right.family) {
    switch (left.family) {
      case "array":
        return !left.element || !right.element || comparable(left.element, right.element);
      case "collated":
      case "enum":
        return left.name === right.name;
      default:
        return true;
    }
  }
  return GROUPS.some((group) => group.has(left.family) && group.has(right.family));
}

/** What an operator makes of two types: a type, `none` where CockroachDB has no such operator, undefined if unsure. */
export function operatorResult(operator: string, left: ValueType, right: ValueType): ValueType | "none" | undefined {
  if (left.family === "unknown" || right.family === "unknown") return undefined;
  if (COMPARISONS.has(operator)) return comparable(left, right) ? BOOL : "none";
  if (TEXT_TESTS.has(operator)) return left.family === "string" && right.family === "string" ? BOOL : "none";
  if (operator === "||") return concatenation(left, right);
  const table = OVERLOADS[operator];
  if (!table) return undefined;
  const overload = table.find(([l, r]) => l === left.family && r === right.family);
  return overload ? resultType(overload[2]) : "none";
}

function concatenation(left: ValueType, right: ValueType): ValueType | "none" {
  const plain: readonly Family[] = ["string", "bytes", "bit", "jsonb"];
  if (left.family === right.family && plain.includes(left.family)) return resultType(left.family);
  if (left.family === "array") {
    const other = right.family === "array" ? right.element : right;
    if (left.element?.family === "collated") return "none";
    return !left.element || !other || fits(left.element, other) ? left : "none";
  }
  if (right.family === "array") return !right.element || fits(right.element, left) ? right : "none";
  return "none";
}

/** True where a value, maybe a constant, can be an element; tells numbers apart no further. */
const fits = (element: ValueType, value: ValueType): boolean =>
  element.family === value.family ||
  element.family === "unknown" ||
  value.family === "unknown" ||
  comparable(element, value);

function resultType(family: Family): ValueType {
  switch (family) {
    case "int":
      return INT;
    case "decimal":
      return DECIMAL;
    case "string":
      return STRING;
    case "jsonb":
      return JSONB;
    case "bit":
      return { family, name: "varbit" };
    default:
      return plainType(family);
  }
}
