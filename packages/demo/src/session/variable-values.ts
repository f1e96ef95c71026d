import { SqlError } from "../rewrite/sql-error.ts";
import type { SetValue } from "../rewrite/contract.ts";

/** @returns the error of a value that is none of the variable's. */
export const invalid = (name: string, text: string, more: { detail?: string; hint?: string } = {}): SqlError =>
  new SqlError({ code: "22023", message: `invalid value for parameter "${name}": "${text}"`, ...more });

/** The first of the values SET was given. */
export const first = (values: readonly SetValue[]): string => values[0]?.text ?? "";

const ON: ReadonlySet<string> = new Set(["on", "true", "t", "yes", "y", "1"]);
/** What means off. */
export const OFF: ReadonlySet<string> = new Set(["off", "false", "f", "no", "n", "0"]);

/** A variable that is on or off. */
export function parseSwitch(name: string, values: readonly SetValue[]): string {
  const text = first(values).toLowerCase();
  if (ON.has(text)) return "on";
  if (OFF.has(text)) return "off";
  throw invalid(name, first(values));
}

/** A variable that is a whole number. */
export function parseInteger(name: string, values: readonly SetValue[]): string {
  const text = first(values);
  if (!/^[+-]?\d+$/.test(text)) throw invalid(name, text);
  return String(BigInt(text));
}

/** A parser of a variable that has a few values. */
export const oneOf =
  (...allowed: readonly string[]): ((name: string, values: readonly SetValue[]) => string) =>
  (name, values) => {
    const text = first(values).toLowerCase();
    if (allowed.includes(text)) return text;
    throw invalid(name, first(values), { hint: `Available values: ${allowed.join(",")}` });
  };

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  sec: 1000,
  secs: 1000,
  second: 1000,
  seconds: 1000,
  m: 60_000,
  min: 60_000,
  mins: 60_000,
  minute: 60_000,
  minutes: 60_000,
  h: 3_600_000,
  hr: 3_600_000,
  hour: 3_600_000,
  hours: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  days: 86_400_000,
};

/** Milliseconds of a timeout: a number of milliseconds, an interval such as `10s` or `00:00:10`. */
export function parseTimeout(name: string, values: readonly SetValue[]): string {
  const text = first(values).trim().toLowerCase();
  if (/^\d+$/.test(text)) return text;
  const clock = /^(\d+):(\d\d):(\d\d(?:\.\d+)?)$/.exec(text);
  if (clock) return String(Math.round((Number(clock[1]) * 3600 + Number(clock[2]) * 60 + Number(clock[3])) * 1000));
  let total = 0;
  let rest = text;
  while (rest !== "") {
    const part = /^(\d+(?:\.\d+)?)\s*([a-zµ]+)\s*/.exec(rest);
    const unit = part ? UNITS[part[2] ?? ""] : undefined;
    if (!part || unit === undefined) throw invalid(name, first(values));
    total += Number(part[1]) * unit;
    rest = rest.slice(part[0].length);
  }
  if (text === "") throw invalid(name, text);
  return String(Math.round(total));
}

/** A list of schemas. */
export function parseSearchPath(_name: string, values: readonly SetValue[]): string {
  for (const { text } of values) {
    if (text.includes(",")) {
      throw new SqlError({
        code: "0A000",
        message: `unimplemented: schema name "${text}" has commas so is not supported in search_path.`,
        hint: `You have attempted to use a feature that is not yet implemented.\nSee: https://go.crdb.dev/issue-v/53971/v21.2\n--\nDid you mean to omit quotes? SET search_path = ${text}`,
      });
    }
  }
  return values.map((value) => value.text).join(",");
}

/** A variable that has one value only. */
export function mustBe(name: string, values: readonly SetValue[], only: string): string {
  if (first(values).toLowerCase() === only) return only;
  throw invalid(name, first(values));
}
