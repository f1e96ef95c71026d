import { parseInterval } from "./interval-text.ts";
import { defineType, type Decoder, type SqlType } from "./sql-type.ts";
import { formatTemporal } from "./temporal-text.ts";
import { requireTemporal, temporalClass } from "./temporal.ts";
import type { TemporalDuration, TemporalPlainDate, TemporalPlainTime } from "./temporal.ts";
import { checkText, decodeText, parenthesized } from "./text-value.ts";
import { toIsoYear } from "./timestamp-text.ts";
import { checkChoice, checkTypeParameter } from "./type-parameter.ts";
import { cannotHold, doesNotFit } from "./value-error.ts";

/** What a DATE, TIME or INTERVAL is in JavaScript. */
export type DateTimeAs = "string" | "temporal";

/** The JavaScript type of a DATE under the option `as`. */
export type DateValue<A extends DateTimeAs> = { string: string; temporal: TemporalPlainDate }[A];

/** The JavaScript type of a TIME under the option `as`. */
export type TimeValue<A extends DateTimeAs> = { string: string; temporal: TemporalPlainTime }[A];

/** The JavaScript type of an INTERVAL under the option `as`. */
export type IntervalValue<A extends DateTimeAs> = { string: string; temporal: TemporalDuration }[A];

/** Options of {@link date}. */
export interface DateOptions<A extends DateTimeAs> {
  /** `"string"` (default): the server's text. `"temporal"`: an object of Temporal. */
  readonly as?: A | undefined;
}

/** Options of {@link time}, {@link timetz} and {@link interval}. */
export interface TimeOptions<A extends DateTimeAs> extends DateOptions<A> {
  /** Digits after the second that the database keeps, 0 to 6. Default: 6. */
  readonly precision?: number | undefined;
}

/**
 * DATE: a day of the calendar, as `2020-02-29`; `0044-03-15 BC` and `infinity` exist too. A string by default, because
 * a Date is a moment, and a day begins at different moments in different zones.
 *
 * @param options `as: "temporal"` for `Temporal.PlainDate`
 * @throws ArgumentError for `"temporal"` where there is no Temporal
 *
 * SQLAlchemy: `Date`.
 */
export function date<const A extends DateTimeAs = "string">(options?: DateOptions<A>): SqlType<DateValue<A>>;
export function date(options: DateOptions<DateTimeAs> = {}): SqlType<unknown, never> {
  return dateTimeType("DATE", 1082, 1182, options, "PlainDate", (text) =>
    requireTemporal("DATE").PlainDate.from(toIsoYear(text)),
  );
}

/**
 * TIME: a time of day, as `12:34:56.789123`; `24:00:00` is one too.
 *
 * @param options `precision` in digits, `as: "temporal"` for `Temporal.PlainTime`, which has no `24:00:00`
 * @throws ArgumentError for `"temporal"` where there is no Temporal
 *
 * SQLAlchemy: `Time`.
 */
export function time<const A extends DateTimeAs = "string">(options?: TimeOptions<A>): SqlType<TimeValue<A>>;
export function time(options: TimeOptions<DateTimeAs> = {}): SqlType<unknown, never> {
  return dateTimeType("TIME", 1083, 1183, options, "PlainTime", (text) => {
    // Temporal takes 24:00:00 for midnight of the same day, which is another value.
    if (text.startsWith("24")) throw new RangeError("24:00:00");
    return requireTemporal("TIME").PlainTime.from(text);
  });
}

/**
 * TIMETZ: a time of day with an offset from UTC, as `12:34:56+02:00`. Always a string: JavaScript has nothing like it.
 *
 * @param options `precision` in digits
 *
 * SQLAlchemy: `Time(timezone=True)`.
 */
export function timetz(options: Pick<TimeOptions<"string">, "precision"> = {}): SqlType<string> {
  checkTypeParameter("TIMETZ", "the precision", options.precision, 0, 6);
  const name = `TIMETZ${parenthesized(options.precision)}`;
  return defineType({
    name,
    castName: "TIMETZ",
    oid: 1266,
    arrayOid: 1270,
    decode: decodeText,
    encode: (value) => checkText(name, value),
  });
}

/**
 * INTERVAL: months, days and microseconds, kept apart, as `1 year 2 mons 3 days 04:05:06.7`.
 *
 * @param options `precision` in digits, `as: "temporal"` for `Temporal.Duration`, which cannot hold intervals of mixed
 *   signs (`1 mon -1 days` raises PrecisionError)
 * @throws ArgumentError for `"temporal"` where there is no Temporal
 *
 * SQLAlchemy: `Interval`.
 */
export function interval<const A extends DateTimeAs = "string">(options?: TimeOptions<A>): SqlType<IntervalValue<A>>;
export function interval(options: TimeOptions<DateTimeAs> = {}): SqlType<unknown, never> {
  return dateTimeType("INTERVAL", 1186, 1187, options, "Duration", (text) => {
    const fields = parseInterval(text);
    if (fields === undefined) throw new RangeError("not an interval");
    return requireTemporal("INTERVAL").Duration.from(fields);
  });
}

function dateTimeType(
  castName: string,
  oid: number,
  arrayOid: number,
  options: TimeOptions<DateTimeAs>,
  className: string,
  fromText: Decoder,
): SqlType<unknown, never> {
  checkTypeParameter(castName, "the precision", options.precision, 0, 6);
  checkChoice(castName, "as", options.as, ["string", "temporal"]);
  const name = `${castName}${parenthesized(options.precision)}`;
  const base = { name, castName, oid, arrayOid };
  if (options.as !== "temporal") {
    return defineType<string>({ ...base, decode: decodeText, encode: (value) => checkText(name, value) });
  }
  requireTemporal(castName);
  return defineType<unknown>({
    ...base,
    decode: (text) => {
      try {
        return fromText(text);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        throw doesNotFit(castName, text, `a Temporal.${className}`, 'read it with { as: "string" }');
      }
    },
    encode: (value) => {
      if (typeof value !== "object" || value === null || temporalClass(value) !== className) {
        throw cannotHold(name, value, `pass a Temporal.${className}`);
      }
      return formatTemporal(name, value) as string;
    },
  });
}
