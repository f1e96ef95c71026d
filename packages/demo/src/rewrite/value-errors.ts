import type { Expr, StatementNode } from "./ast.ts";
import type { ErrorContext } from "./contract.ts";
import type { Rule } from "./errors.ts";
import type { SqlErrorFields } from "./sql-error.ts";

type ShortName = (type: string) => string;

const NOT_IN_DATE =
  "Wanted: [ Era Hour Minute Second Nanos Meridian TZHour TZMinute TZSecond ]\nAlready found in input: [ Year Month Day ]";

/** Every node of a statement's tree that `wanted` takes. */
function findNodes<T>(root: unknown, wanted: (record: Readonly<Record<string, unknown>>) => T | undefined): T[] {
  const found: T[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    const result = Array.isArray(value) ? undefined : wanted(value as Readonly<Record<string, unknown>>);
    if (result !== undefined) found.push(result);
    for (const part of Object.values(value)) visit(part);
  };
  visit(root);
  return found;
}

/** The type a text was to become, from the statement's own cast of it. */
function castOf(text: string, { statement }: ErrorContext): string | undefined {
  return findNodes(statement?.node, (record) => {
    if (record["kind"] !== "cast") return undefined;
    const cast = record as unknown as Extract<Expr, { kind: "cast" }>;
    const { operand } = cast;
    return operand.kind === "literal" && operand.value === text ? cast.type.name : undefined;
  })[0];
}

/** The text of the only constant cast to a type. */
function textCastTo(types: readonly string[], { statement }: ErrorContext): string | undefined {
  const texts = findNodes(statement?.node, (record) => {
    if (record["kind"] !== "cast") return undefined;
    const { operand, type } = record as unknown as Extract<Expr, { kind: "cast" }>;
    return operand.kind === "literal" && types.includes(type.name) ? operand.value : undefined;
  });
  return texts.length === 1 ? texts[0] : undefined;
}

/** The name of the only function of these that the statement calls. */
function called(names: readonly string[], node: StatementNode | undefined): string | undefined {
  const found = findNodes(node, (record) => {
    if (record["kind"] === "special")
      return names.includes(String(record["name"])) ? String(record["name"]) : undefined;
    if (record["kind"] !== "call") return undefined;
    const name = (record as unknown as Extract<Expr, { kind: "call" }>).name.parts.at(-1)?.text ?? "";
    return names.includes(name) ? name : undefined;
  });
  return new Set(found).size === 1 ? found[0] : undefined;
}

/** An error of a function, which CockroachDB begins with the function's name. */
const ofFunction = (
  match: RegExp,
  names: readonly string[],
  message: (groups: readonly string[]) => string,
  code?: string,
): Rule => ({
  match,
  into: ([, ...groups], _, context) => {
    const name = called(names, context.statement?.node);
    const text = message(groups);
    return { message: name === undefined ? text : `${name}(): ${text}`, ...(code === undefined ? {} : { code }) };
  },
});

const both = (text: string): string[] => text.split(" ").flatMap((name) => [`json_${name}`, `jsonb_${name}`]);

function timeOutOfRange(text: string, context: ErrorContext): Partial<SqlErrorFields> {
  const type = castOf(text, context);
  if (type === "timetz") return { code: "22P02", message: `could not parse "${text}" as TimeTZ` };
  if (type === "time" || /^\d+:\d/.test(text)) {
    return { code: "22P02", message: `could not parse "${text}" as type time` };
  }
  const match = /^\s*\d+-(\d+)-(\d+)\s*$/.exec(text);
  if (!match) return {};
  const [, month = "", day = ""] = match;
  const [field, value] = Number(month) > 12 || Number(month) < 1 ? ["month", month] : ["day", day];
  const kind = type === "timestamp" || type === "timestamptz" ? "timestamp" : "date";
  return {
    message: `parsing as type ${kind}: field ${field} value ${Number(value)} is out of range`,
    detail: NOT_IN_DATE,
  };
}

const INTERVAL_TEXT = /^\s*[+-]?[\d.]+\s*([a-zµ]+)\s*$/i;

/** Rules about values and functions, which tell types by their short names. */
export function valueRules(shortName: ShortName): readonly Rule[] {
  return [
    {
      code: "42846",
      match: /^cannot cast type (.*) to (.*)$/,
      into: ([, from = "", to = ""]) => ({ message: `invalid cast: ${shortName(from)} -> ${shortName(to)}` }),
    },
    {
      code: "22008",
      match: /^date\/time field value out of range: "(.*)"$/,
      into: ([, text = ""], _, context) => timeOutOfRange(text, context),
    },
    {
      code: "22007",
      match: /^invalid input syntax for type time with time zone: "(.*)"$/,
      into: ([, text]) => ({ code: "22P02", message: `could not parse "${text}" as TimeTZ` }),
    },
    {
      code: "22007",
      match: /^invalid input syntax for type interval: "(.*)"$/,
      into: ([, text = ""]) => {
        const unit = INTERVAL_TEXT.exec(text)?.[1];
        const reason =
          unit === undefined ? `missing unit at position 0: "${text}"` : `unknown unit "${unit}" in duration "${text}"`;
        return { message: `could not parse "${text}" as type interval: interval: ${reason}` };
      },
    },
    {
      code: "22008",
      match: /^timestamp out of range: "(\d{6,})-(\d\d)-(\d\d)(?: (\d\d:\d\d:\d\d)Z?)?"$/,
      into: ([, year, month, day, time = "00:00:00"]) => ({
        code: "XXUUU",
        message: `timestamp "${year}-${month}-${day}T${time}Z" exceeds supported timestamp bounds`,
      }),
    },
    { code: "22008", match: /^date out of range$/, into: () => ({ message: "date is out of range" }) },
    {
      code: "22P02",
      match: /^invalid input syntax for type uuid: "(.*)"$/,
      into: ([, text = ""]) => ({
        message: `could not parse "${text}" as type uuid: uuid: incorrect UUID ${text.length < 32 ? "length" : "format"}: ${text}`,
      }),
    },
    {
      code: "22P02",
      match: /^malformed array literal: "(.*)"$/,
      into: ([, text = ""], _, context) => {
        const type = findNodes(context.statement?.node, (record) => {
          if (record["kind"] !== "cast") return undefined;
          const { operand, type: to } = record as unknown as Extract<Expr, { kind: "cast" }>;
          return operand.kind === "literal" && operand.value === text && to.array ? to.name : undefined;
        })[0];
        if (type === undefined) return {};
        const reason = text.startsWith("{") ? "malformed array" : "array must be enclosed in { and }";
        return { message: `could not parse "${text}" as type ${type}[]: ${reason}` };
      },
    },
    {
      code: "22P02",
      match: /^("." is not a valid binary digit)$/,
      into: ([, reason]) => ({ message: `could not parse string as bit array: ${reason}` }),
    },
    {
      code: "22023",
      match: /^invalid hexadecimal digit: "(.)"$/,
      into: ([, digit = ""], _, context) => {
        const text = textCastTo(["bytes", "bytea", "blob"], context);
        if (text === undefined) return {};
        const point = digit.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0");
        return {
          code: "22P02",
          message: `could not parse "${text.replaceAll("\\", "\\\\")}" as type bytes: encoding/hex: invalid byte: U+${point} '${digit}'`,
        };
      },
    },
    {
      code: "2201B",
      match: /^invalid regular expression: parentheses \(\) not balanced$/,
      into: (_, __, { statement }) => {
        const pattern = findNodes(statement?.node, (record) => {
          if (record["kind"] !== "binary" || !String(record["operator"]).includes("~")) return undefined;
          const { right } = record as unknown as Extract<Expr, { kind: "binary" }>;
          return right.kind === "literal" ? right.value : undefined;
        })[0];
        if (pattern === undefined) return {};
        const missing = (pattern.match(/\(/g)?.length ?? 0) > (pattern.match(/\)/g)?.length ?? 0);
        return {
          code: "XXUUU",
          message: `error parsing regexp: ${missing ? "missing closing )" : "unexpected )"}: \`${pattern}\``,
        };
      },
    },
    {
      code: "42725",
      match: /^function (?:[\w"]+\.)?(\w+)\((.*)\) is not unique$/,
      into: ([, name = "", args = ""]) => ({
        message: `ambiguous call: ${name}(${args
          .split(", ")
          .map((arg) => shortName(arg))
          .join(", ")}), candidates are:`,
      }),
    },
    {
      code: "0A000",
      match: /^set-returning functions are not allowed in (.*)$/,
      into: ([, where = ""]) => ({ message: `generator functions are not allowed in ${place(where)}` }),
    },
    {
      code: "42803",
      match: /^column "(?:[^".]+\.)?([^".]+)" must appear in the GROUP BY clause or be used in an aggregate function$/,
      into: ([, name]) => ({
        message: `column "${name}" must appear in the GROUP BY clause or be used in an aggregate function`,
      }),
    },
    {
      code: "42804",
      match: /^argument of (\w+) must be type boolean, not type (.*)$/,
      into: ([, clause, type = ""]) => ({
        message: `argument of ${clause} must be type bool, not type ${shortName(type)}`,
      }),
    },
    {
      code: "42809",
      match: /^FILTER specified, but (\w+) is not an aggregate function$/,
      into: ([, name]) => ({ message: `FILTER specified but ${name}() is not an aggregate function` }),
    },
    {
      match: /^cannot (?:insert into|update|delete from) view "(.*)"$/,
      into: ([, name]) => ({ code: "42809", message: `"${name}" is not a table` }),
    },
    {
      match: /^(aggregate|window) functions are not allowed in UPDATE$/,
      into: ([, kind]) => ({ message: `${kind} functions are not allowed in UPDATE SET` }),
    },
    {
      code: "42P20",
      match: /^window functions are not allowed in (\w+)$/,
      into: ([, clause], _, { statement }) => {
        const name = findNodes(statement?.node, (record) =>
          record["kind"] === "call" && record["over"] !== undefined
            ? (record as unknown as Extract<Expr, { kind: "call" }>).name.parts.at(-1)?.text
            : undefined,
        )[0];
        return name === undefined ? {} : { message: `${name}(): window functions are not allowed in ${clause}` };
      },
    },
    {
      code: "22003",
      match: /^value out of range: (?:over|under)flow$/,
      into: () => ({ message: "float out of range" }),
    },
    {
      code: "22003",
      match: /^".*" is out of range for type double precision$/,
      into: () => ({ message: "float out of range" }),
    },
    {
      code: "42712",
      match: /^table name "(.*)" specified more than once$/,
      into: ([, name]) => ({ message: `source name "${name}" specified more than once (missing AS clause)` }),
    },
    {
      match: /^(?:column notation \S+ applied to )?type (.*?),? (?:which is not a composite type|is not composite)$/,
      into: ([, type = ""]) => ({ code: "42809", message: `type ${shortName(type)} is not composite` }),
    },
    {
      code: "22P02",
      match: /^percentile value (.*) is not between 0 and 1$/,
      into: ([, value]) => ({ message: `percentile value ${Number(value).toFixed(6)} is not between 0 and 1` }),
    },
    { match: /^(?:null value not allowed for object key|argument \d+: key must not be null)$/, into: nullKey },
    ofFunction(/^(array must have even number of elements)$/, both("object"), ([text = ""]) => text),
    ofFunction(/^(mismatched array dimensions)$/, both("object"), ([text = ""]) => text),
    ofFunction(/^(argument list must have even number of elements)$/, both("build_object"), ([text = ""]) => text),
    ofFunction(
      /^key value must be scalar, not array, composite, or json$/,
      both("build_object"),
      () => "key value must be scalar, not array, tuple, or json",
    ),
    ofFunction(/^(cannot get array length of a (?:non-array|scalar))$/, both("array_length"), ([text = ""]) => text),
    ofFunction(/^(cannot replace existing key)$/, both("insert"), ([text = ""]) => text),
    {
      match: /^cannot extract elements from an? (?:object|scalar)$/,
      into: () => ({ message: "cannot be called on a non-array" }),
    },
    {
      match: /^cannot call jsonb_object_keys on an? (array|scalar)$/,
      into: ([, what], _, { statement }) => ({
        message: `cannot call ${called(both("object_keys"), statement?.node) ?? "json_object_keys"} on ${what === "array" ? "an array" : "a scalar"}`,
      }),
    },
    {
      match: /^cannot call jsonb_each(?:_text)? on a non-object$/,
      into: (_, __, { statement }) => {
        const scalar = findNodes(statement?.node, (record) =>
          record["kind"] === "literal" && record["type"] === "string" && !String(record["value"]).startsWith("[")
            ? true
            : undefined,
        );
        return {
          message: scalar.length > 0 ? "cannot deconstruct a scalar" : "cannot deconstruct an array as an object",
        };
      },
    },
    ofFunction(/^character number must be positive$/, ["chr"], () => "input value must be >= 0"),
    ofFunction(/^field position must not be zero$/, ["split_part"], () => "field position 0 must be greater than zero"),
    ofFunction(/^(cannot take square root of a negative number)$/, ["sqrt"], ([text = ""]) => text),
    ofFunction(/^(cannot take logarithm of (?:zero|a negative number))$/, ["ln", "log"], ([text = ""]) => text),
    ofFunction(
      /^unit "(.*)" not (?:recognized|supported) for type .*$/,
      ["extract", "date_trunc"],
      ([unit = ""]) => `unsupported timespan: ${unit}`,
      "22023",
    ),
    ofFunction(/^(division by zero)$/, ["mod", "div"], ([text = ""]) => text),
  ];
}

const nullKey: Rule["into"] = (_, __, { statement }) => {
  const aggregate = called(both("object_agg"), statement?.node);
  if (aggregate !== undefined) return { message: "field name must not be null" };
  const built = called(both("build_object"), statement?.node);
  if (built !== undefined) return { message: `${built}(): argument 1 cannot be null` };
  const made = called(both("object"), statement?.node);
  return made === undefined ? {} : { message: `${made}(): null value not allowed for object key` };
};

const PLACES: Readonly<Record<string, string>> = {
  "JOIN conditions": "ON",
  UPDATE: "UPDATE SET",
  "DEFAULT expressions": "DEFAULT",
  "check constraints": "CHECK",
  "column generation expressions": "computed column",
};

const place = (where: string): string => PLACES[where] ?? where;
