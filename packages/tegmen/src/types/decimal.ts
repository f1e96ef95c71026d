import { ArgumentError } from "../errors/index.ts";
import { defineType, type Decoder, type SqlType, type TextCodec } from "./sql-type.ts";
import { checkText, decodeText, parenthesized } from "./text-value.ts";
import { checkTypeParameter } from "./type-parameter.ts";
import { cannotHold, cannotHoldExactly, cannotRead, doesNotFit } from "./value-error.ts";

/** What a DECIMAL is in JavaScript: its exact digits, a checked number, or what a codec makes of the digits. */
export type DecimalAs = "string" | "number" | TextCodec<unknown>;

/** The JavaScript type of a DECIMAL under the option `as`. */
export type DecimalValue<A extends DecimalAs> = A extends "number" ? number : A extends TextCodec<infer T> ? T : string;

/** What may be written to a DECIMAL under the option `as`. */
export type DecimalInput<A extends DecimalAs> = A extends TextCodec<infer T> ? T : string | number | bigint;

/** Options of {@link decimal}. */
export interface DecimalOptions<A extends DecimalAs> {
  /** Digits in all, from 1. */
  readonly precision?: number | undefined;
  /** Digits after the point, at most `precision`. */
  readonly scale?: number | undefined;
  /** Default `"string"`. */
  readonly as?: A | undefined;
}

const mostDigits = 2 ** 31 - 1;
const decimalText = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|nan|inf(?:inity)?)$/i;

/**
 * DECIMAL, exact to any number of digits. A string by default, because a number cannot hold what money needs.
 *
 * @param options `precision` and `scale` in digits, and `as`: `"string"` (default), `"number"` (PrecisionError for a
 *   value with more digits than a number has) or a codec of your own, for a decimal library
 * @throws ArgumentError for a precision or scale that cannot be
 *
 * @example
 * ```ts
 * decimal();                                     // DECIMAL
 * decimal(10, 2);                                // DECIMAL(10,2)
 * decimal({ precision: 10, scale: 2, as: "number" });
 * decimal({ as: { decode: (text) => new Big(text), encode: (value) => value.toFixed() } });
 * ```
 *
 * SQLAlchemy: `Numeric`.
 */
export function decimal<const A extends DecimalAs = "string">(
  options?: DecimalOptions<A>,
): SqlType<DecimalValue<A>, DecimalInput<A>>;
export function decimal<const A extends DecimalAs = "string">(
  precision: number,
  scale?: number,
  options?: Pick<DecimalOptions<A>, "as">,
): SqlType<DecimalValue<A>, DecimalInput<A>>;
export function decimal(
  first: number | DecimalOptions<DecimalAs> = {},
  second?: number,
  third: Pick<DecimalOptions<DecimalAs>, "as"> = {},
): SqlType<unknown, never> {
  const {
    precision,
    scale,
    as = "string",
  } = typeof first === "object" ? first : { ...third, precision: first, scale: second };
  checkTypeParameter("DECIMAL", "the precision", precision, 1, mostDigits);
  checkTypeParameter("DECIMAL", "the scale", scale, 0, precision ?? mostDigits);
  if (scale !== undefined && precision === undefined) throw new ArgumentError("DECIMAL: a scale needs a precision");
  const base = { name: `DECIMAL${parenthesized(precision, scale)}`, castName: "DECIMAL", oid: 1700, arrayOid: 1231 };
  if (as === "string")
    return defineType<string, string | number | bigint>({ ...base, decode: decodeText, encode: encodeDecimal });
  if (as === "number") {
    return defineType<number, string | number | bigint>({
      ...base,
      decode: decodeDecimalNumber,
      encode: encodeDecimal,
    });
  }
  if (typeof as !== "object" || typeof as.decode !== "function" || typeof as.encode !== "function") {
    throw new ArgumentError('DECIMAL: the option "as" is "string", "number" or a codec { decode, encode }');
  }
  const decode: Decoder = (text) => as.decode(text);
  return defineType<unknown>({
    ...base,
    decode,
    encode: (value) => {
      if (value === undefined) throw cannotHold("DECIMAL", value, "");
      return encodeDecimal(as.encode(value));
    },
  });
}

/**
 * Reads a DECIMAL as a number.
 *
 * @throws PrecisionError if the number would not have the digits that the server sent
 */
export function decodeDecimalNumber(text: string): number {
  const value = +text;
  // Any 15 significant digits survive the way through a double; the sign, the point and zeros only add to the length.
  const magnitude = Math.abs(value);
  if (text.length <= 15 && magnitude > 1e-290 && magnitude < 1e300) return value;
  if (text === "NaN" || text === "Infinity" || text === "-Infinity") return value;
  const digits = significantDigits(text);
  if (digits === undefined) throw cannotRead("DECIMAL", text);
  if (Number.isFinite(value) && significantDigits(String(value)) === digits) return value;
  throw doesNotFit("DECIMAL", text, "a JavaScript number", "read it as a string");
}

/** `-12.50E+3` as `-125e2`: the digits without zeros at either end, and the power of ten. Undefined if it is no decimal. */
function significantDigits(text: string): string | undefined {
  const match = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text);
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match ?? [];
  const all = whole + fraction;
  if (match === null || all === "") return undefined;
  const digits = all.replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  if (significant === "") return "0";
  const power = Number(exponent) - fraction.length + (digits.length - significant.length);
  return `${sign === "-" ? "-" : ""}${significant}e${power}`;
}

function encodeDecimal(value: string | number | bigint): string {
  switch (typeof value) {
    case "string":
      if (decimalText.test(value)) return value;
      checkText("DECIMAL", value);
      throw cannotHold("DECIMAL", value, "pass digits such as '12.50', NaN or Infinity");
    case "bigint":
      return value.toString();
    case "number":
      if (!Number.isInteger(value) || Number.isSafeInteger(value)) return String(value);
      throw cannotHoldExactly("DECIMAL", value, "a number holds integers up to 2^53 - 1; pass a string or a bigint");
    default:
      throw cannotHold("DECIMAL", value, "pass a string of digits, a number or a bigint");
  }
}
