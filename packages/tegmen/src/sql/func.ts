import { ArgumentError, describeValue } from "../errors/index.ts";
import { quoteIdentifier } from "../text/index.ts";
import * as types from "../types/index.ts";
import type { AnySqlType } from "../types/index.ts";
import { arrayOf } from "./coerce.ts";
import { SqlExpression } from "./expression.ts";
import { familyOf } from "./families.ts";
import { FunctionExpression, functionNode } from "./function-call.ts";
import { knownFunctions, type ArgumentRule, type KnownFunction } from "./function-table.ts";
import type { Functions } from "./functions.ts";
import { inferType } from "./infer-type.ts";
import type { ExpressionNode } from "./nodes/expression-node.ts";
import { nodeOf } from "./nodes/node-of.ts";
import { operators } from "./nodes/operators.ts";
import { parameterNode } from "./nodes/parameter.ts";

const decimal: AnySqlType = types.decimal();
const float8: AnySqlType = types.float8;

/** The name in SQL: camelCase becomes snake_case. */
function sqlName(name: string): string {
  return name.replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
}

function callKnown(name: string, known: KnownFunction, args: readonly unknown[]): SqlExpression {
  const where = `func.${name}()`;
  const most = known.rest === undefined ? known.args.length : Infinity;
  const given = args.at(-1) === undefined ? args.filter((arg) => arg !== undefined) : args;
  if (given.length < known.least || given.length > most) {
    const expected =
      known.least === most ? String(most) : most === Infinity ? `${known.least} or more` : `${known.least} to ${most}`;
    throw new ArgumentError(`${where} takes ${expected} arguments, got ${given.length}`);
  }
  const typed = given.find((arg) => arg instanceof SqlExpression && arg.type !== undefined) as
    | SqlExpression
    | undefined;
  const nodes = given.map((arg, index) => {
    const rule = known.args[index] ?? known.rest ?? "any";
    return argumentNode(arg, rule, typed?.type, `${where}, argument ${index + 1}`);
  });
  if (name === "count" && nodes.length === 0) nodes.push({ kind: "keyword", text: "*" });
  const node = functionNode(sqlName(name), nodes, known.isPure);
  return new FunctionExpression(node, resultType(known, typed?.type, given), name);
}

function resultType(
  known: KnownFunction,
  typed: AnySqlType | undefined,
  args: readonly unknown[],
): AnySqlType | undefined {
  const { result } = known;
  if (typeof result === "object") return result;
  const [first] = args;
  const own = first instanceof SqlExpression ? first.type : typed;
  switch (result) {
    case "first":
      return own ?? (typeof known.args[0] === "object" ? known.args[0] : undefined);
    case "array":
      return own === undefined || types.isArrayType(own) ? undefined : arrayOf(own);
    case "element":
      return own !== undefined && types.isArrayType(own) ? own.element : undefined;
    case "average":
      return familyOf(own) === "float" ? float8 : own?.castName === "DECIMAL" ? own : decimal;
    default:
      return undefined;
  }
}

function argumentNode(arg: unknown, rule: ArgumentRule, typed: AnySqlType | undefined, where: string): ExpressionNode {
  const node = nodeOf(arg);
  if (node !== undefined) return node;
  const type =
    typeof rule === "object" ? rule : rule === "same" ? (typed ?? inferType(arg, where)) : inferType(arg, where);
  return parameterNode(arg, type, type.castName, where);
}

function callAny(name: string, args: readonly unknown[]): SqlExpression {
  const nodes = args.map((arg, index) => argumentNode(arg, "any", undefined, `${name}(), argument ${index + 1}`));
  const quoted = name.split(".").map(quoteIdentifier).join(".");
  return new FunctionExpression(functionNode(quoted, nodes, false), undefined, name);
}

/** `extract(field FROM time)` */
function extract(field: unknown, time: unknown): SqlExpression {
  if (typeof field !== "string" || !/^[a-z_]{1,30}$/i.test(field)) {
    throw new ArgumentError(`func.extract() expects a field such as "year", got ${describeValue(field)}`);
  }
  const operand = nodeOf(time);
  if (operand === undefined) {
    throw new ArgumentError(`func.extract() expects a column or an expression, got ${describeValue(time)}`);
  }
  return new FunctionExpression(functionNode("extract", [fieldOf(field, operand)], true), float8, "extract");
}

function fieldOf(field: string, operand: ExpressionNode): ExpressionNode {
  const operator = { text: "FROM", spaced: " FROM ", precedence: 0, left: 0, right: 0 };
  return { kind: "infix", operator, left: { kind: "keyword", text: field.toLowerCase() }, right: operand };
}

/** What the seconds between two times are multiplied with or divided by. */
const timestampdiffFactors: Readonly<Record<string, readonly ["*" | "/", number]>> = {
  microsecond: ["*", 1_000_000],
  millisecond: ["*", 1000],
  second: ["*", 1],
  minute: ["/", 60],
  hour: ["/", 3600],
  day: ["/", 86_400],
  week: ["/", 604_800],
};

function timestampdiff(unit: unknown, start: unknown, end: unknown): SqlExpression {
  const factor = typeof unit === "string" ? timestampdiffFactors[unit.trim().toLowerCase()] : undefined;
  if (factor === undefined) {
    const calendar = typeof unit === "string" && /^\s*(?:month|quarter|year)\s*$/i.test(unit);
    throw new ArgumentError(
      `func.timestampdiff() expects one of ${Object.keys(timestampdiffFactors).join(", ")}, got ${describeValue(unit)}` +
        (calendar ? ": months and years differ in length, use func.age() and func.extract()" : ""),
    );
  }
  const [left, right] = [nodeOf(end), nodeOf(start)];
  if (left === undefined || right === undefined) {
    throw new ArgumentError("func.timestampdiff() expects a start and an end that are columns or expressions");
  }
  const difference: ExpressionNode = { kind: "infix", operator: operators.minus, left, right };
  const seconds: ExpressionNode = {
    kind: "cast",
    operand: functionNode("extract", [fieldOf("epoch", { kind: "list", open: "(", items: [difference] })], true),
    type: "DECIMAL",
  };
  const [sign, by] = factor;
  const scaled: ExpressionNode =
    by === 1
      ? seconds
      : {
          kind: "infix",
          operator: sign === "*" ? operators.times : operators.dividedBy,
          left: seconds,
          right: { kind: "keyword", text: String(by) },
        };
  return new FunctionExpression(functionNode("trunc", [scaled], true), decimal, "timestampdiff");
}

/** `date_trunc`, whose type is that of its second argument. */
function dateTrunc(unit: unknown, time: unknown): SqlExpression {
  const nodes = [
    argumentNode(unit, types.text, undefined, "func.dateTrunc(), argument 1"),
    argumentNode(time, "any", undefined, "func.dateTrunc(), argument 2"),
  ];
  const type = time instanceof SqlExpression ? time.type : undefined;
  return new FunctionExpression(functionNode("date_trunc", nodes, true), type, "dateTrunc");
}

const special: Readonly<Record<string, (...args: readonly unknown[]) => SqlExpression>> = {
  extract,
  timestampdiff,
  dateTrunc,
};

type Call = (...args: readonly unknown[]) => SqlExpression;
const calls = new Map<string, Call>();

function callOf(name: string): Call {
  let call = calls.get(name);
  if (call === undefined) {
    const known = Object.hasOwn(knownFunctions, name) ? knownFunctions[name] : undefined;
    const own = Object.hasOwn(special, name) ? special[name] : undefined;
    call =
      own ??
      (known === undefined ? (...args) => callAny(sqlName(name), args) : (...args) => callKnown(name, known, args));
    // Names come from the program's text; the bound is for programs that make them up.
    if (calls.size < 1000) calls.set(name, call);
  }
  return call;
}

/**
 * Functions of the database. The common ones are typed; of the others, and of your own by `func("name", ...)`, the value
 * is `unknown` until
 * `typeCoerce()` or `cast()` says what it is. The key in a row is the name, unless `.as()` gives another one.
 *
 * Plain values become parameters with a cast, because the server cannot infer types of arguments.
 *
 * @example
 * ```ts
 * func.count();                          // count(*)
 * func.coalesce(t.region, "us");
 * func("my_function", t.id, 1);
 * ```
 *
 * SQLAlchemy: `func`.
 */
export const func: Functions = new Proxy(
  ((name: string, ...args: readonly unknown[]) => {
    if (typeof name !== "string" || name === "") {
      throw new ArgumentError(`func() expects the name of a function, got ${describeValue(name)}`);
    }
    return callAny(name, args);
  }) as unknown as Functions,
  {
    get: (target, name) => {
      if (typeof name !== "string" || name === "then") return Reflect.get(target, name) as unknown;
      return callOf(name);
    },
  },
);
