/** Groups of types that behave alike. */
export type Family =
  | "array" | "bit" | "bool" | "bytes" | "collated" | "date" | "decimal" | "enum" | "float" | "inet" | "int" | "interval"
  | "jsonb" | "string" | "time" | "timestamp" | "timestamptz" | "timetz" | "tuple" | "unknown" | "uuid"; // prettier-ignore

/** The static type of an expression, as far as it is known for certain. */
export interface ValueType {
  readonly family: Family;
  /** As CockroachDB's messages spell it: `int`, `timetz(2)`, `collatedstring{en}`. */
  readonly name: string;
  /** Of an array. */
  readonly element?: ValueType | undefined;
  /** Of a tuple; undefined where one of them is not known. */
  readonly items?: readonly ValueType[] | undefined;
  readonly labels?: readonly string[] | undefined;
}

const simple = (family: Family, name: string = family): ValueType => ({ family, name });

export const INT: ValueType = simple("int");
export const DECIMAL: ValueType = simple("decimal");
export const FLOAT: ValueType = simple("float");
export const STRING: ValueType = simple("string");
export const BYTES: ValueType = simple("bytes");
export const BOOL: ValueType = simple("bool");
export const UNKNOWN: ValueType = simple("unknown");
export const JSONB: ValueType = simple("jsonb");

/** A type of its own family, which is named as it is. */
export const plainType = (family: Family): ValueType => simple(family);

export const arrayOf = (element: ValueType): ValueType => ({ family: "array", name: `${element.name}[]`, element });

export function tupleOf(items: readonly ValueType[], labels?: readonly string[]): ValueType {
  const parts = items.map((item, i) => (labels?.[i] === undefined ? item.name : `${item.name} AS ${labels[i]}`));
  return { family: "tuple", name: parts.length === 0 ? "tuple" : `tuple{${parts.join(", ")}}`, items, labels };
}

/** CockroachDB's names of types without modifiers, as columns show them. */
const DISPLAYED: Readonly<Record<string, readonly [Family, string]>> = {
  BOOL: ["bool", "bool"], INT8: ["int", "int"], INT4: ["int", "int4"], INT2: ["int", "int2"],
  FLOAT8: ["float", "float"], FLOAT4: ["float", "float4"], DECIMAL: ["decimal", "decimal"],
  STRING: ["string", "string"], VARCHAR: ["string", "varchar"], CHAR: ["string", "char"], '"char"': ["string", '"char"'],
  NAME: ["string", "name"], BYTES: ["bytes", "bytes"], UUID: ["uuid", "uuid"], DATE: ["date", "date"],
  TIME: ["time", "time"], TIMETZ: ["timetz", "timetz"], TIMESTAMP: ["timestamp", "timestamp"],
  TIMESTAMPTZ: ["timestamptz", "timestamptz"], INTERVAL: ["interval", "interval"], JSONB: ["jsonb", "jsonb"],
  INET: ["inet", "inet"], BIT: ["bit", "bit"], VARBIT: ["bit", "varbit"],
}; // prettier-ignore

const TIMES: ReadonlySet<Family> = new Set(["time", "timetz", "timestamp", "timestamptz"]);

/** The type that a column or a cast shows as `DECIMAL(10,2)`; undefined for one whose rules are not known here. */
export function displayedType(display: string, isEnum = false): ValueType | undefined {
  const collated = / COLLATE (.+)$/.exec(display)?.[1];
  if (collated !== undefined) {
    const type = collatedType(collated);
    return display.includes("[] COLLATE") ? arrayOf(type) : type;
  }
  if (display.endsWith("[]")) {
    const element = displayedType(display.slice(0, -2), isEnum);
    return element && arrayOf(element);
  }
  const [, base = display, modifiers] = /^(.*?)(?:\((.*)\))?$/.exec(display) ?? [];
  const entry = DISPLAYED[base.startsWith("INTERVAL") ? "INTERVAL" : base];
  if (!entry) return isEnum ? { family: "enum", name: display.replace(/^.*\./, "") } : undefined;
  const [family, name] = entry;
  return { family, name: TIMES.has(family) && modifiers !== undefined ? `${name}(${modifiers})` : name };
}

export const collatedType = (locale: string): ValueType => ({
  family: "collated",
  name: `collatedstring{${locale.replaceAll('"', "").replaceAll("-", "_")}}`,
});
