import { isDate } from "node:util/types";
import { defineType, type Decoder, type DecodeOptions, type SqlType } from "./sql-type.ts";
import { formatTemporal } from "./temporal-text.ts";
import { requireTemporal, temporalClass } from "./temporal.ts";
import type { TemporalInstant, TemporalPlainDateTime } from "./temporal.ts";
import { checkText, decodeText, parenthesized } from "./text-value.ts";
import { formatDate, microsecondsOf, parseTimestamp, toIsoYear } from "./timestamp-text.ts";
import { checkChoice, checkTypeParameter } from "./type-parameter.ts";
import { cannotHold, cannotRead, doesNotFit } from "./value-error.ts";

/** What a TIMESTAMPTZ or TIMESTAMP is in JavaScript. */
export type TimestampAs = "date" | "string" | "temporal";

/** The JavaScript type of a TIMESTAMPTZ under the option `as`. */
export type TimestamptzValue<A extends TimestampAs> = { date: Date; string: string; temporal: TemporalInstant }[A];

/** The JavaScript type of a TIMESTAMP under the option `as`. */
export type TimestampValue<A extends TimestampAs> = { date: Date; string: string; temporal: TemporalPlainDateTime }[A];

/** Options of {@link timestamptz} and {@link timestamp}. */
export interface TimestampOptions<A extends TimestampAs> {
  /** Digits after the second that the database keeps, 0 to 6. Default: 6. */
  readonly precision?: number | undefined;
  /** What the values are in JavaScript. */
  readonly as?: A | undefined;
  /**
   * What happens to microseconds in a Date: `"milliseconds"` drops them, `"error"` raises PrecisionError if there are
   * any. Default: what the engine's option of the same name says.
   */
  readonly timestampPrecision?: "milliseconds" | "error" | undefined;
}

/** Reads a TIMESTAMPTZ (or a TIMESTAMP, as UTC) to the millisecond. */
export function decodeDate(text: string): Date {
  const milliseconds = parseTimestamp(text);
  if (milliseconds >= -8.64e15 && milliseconds <= 8.64e15) return new Date(milliseconds);
  if (milliseconds === milliseconds || /^-?infinity$/.test(text)) {
    throw doesNotFit("TIMESTAMPTZ", text, "a Date", 'read it with { as: "string" }');
  }
  throw cannotRead("TIMESTAMPTZ", text);
}

/** As {@link decodeDate}, but microseconds are an error. */
export function decodeExactDate(text: string): Date {
  if (microsecondsOf(text) === 0) return decodeDate(text);
  throw doesNotFit("TIMESTAMPTZ", text, "a Date, which has milliseconds", 'read it with { as: "string" | "temporal" }');
}

function dateDecoder(options: DecodeOptions): Decoder<Date> {
  return options.timestampPrecision === "error" ? decodeExactDate : decodeDate;
}

function decodeInstant(text: string): TemporalInstant {
  const milliseconds = parseTimestamp(text);
  if (milliseconds >= -8.64e15 && milliseconds <= 8.64e15) {
    const nanoseconds = BigInt(milliseconds) * 1_000_000n + BigInt(microsecondsOf(text) * 1000);
    try {
      return new (requireTemporal("TIMESTAMPTZ").Instant)(nanoseconds);
    } catch (error) {
      // Within the last millisecond of the range.
      if (!(error instanceof RangeError)) throw error;
    }
  } else if (milliseconds !== milliseconds && !/^-?infinity$/.test(text)) throw cannotRead("TIMESTAMPTZ", text);
  throw doesNotFit("TIMESTAMPTZ", text, "a Temporal.Instant", 'read it with { as: "string" }');
}

function decodePlainDateTime(text: string): TemporalPlainDateTime {
  const { PlainDateTime } = requireTemporal("TIMESTAMP");
  try {
    return PlainDateTime.from(toIsoYear(text));
  } catch {
    throw doesNotFit("TIMESTAMP", text, "a Temporal.PlainDateTime", 'read it with { as: "string" }');
  }
}

function encodeDate(typeName: string): (value: Date) => string {
  return (value) => {
    if (!(value instanceof Date) && !isDate(value)) {
      throw cannotHold(typeName, value, 'pass a Date: new Date(value); or declare the column with { as: "string" }');
    }
    if (Number.isNaN(value.getTime())) throw cannotHold(typeName, value, "pass a valid Date");
    return formatDate(value);
  };
}

function encodeTemporal(typeName: string, className: string, alternative?: string): (value: unknown) => string {
  return (value) => {
    const found = typeof value === "object" && value !== null ? temporalClass(value) : undefined;
    if (found === undefined || (found !== className && found !== alternative)) {
      throw cannotHold(typeName, value, `pass a Temporal.${className}`);
    }
    return formatTemporal(typeName, value as object) as string;
  };
}

function checkOptions(typeName: string, options: TimestampOptions<TimestampAs>): void {
  checkTypeParameter(typeName, "the precision", options.precision, 0, 6);
  checkChoice(typeName, "as", options.as, ["date", "string", "temporal"]);
  checkChoice(typeName, "timestampPrecision", options.timestampPrecision, ["milliseconds", "error"]);
  if (options.as === "temporal") requireTemporal(typeName);
}

/**
 * TIMESTAMPTZ: a moment. A Date by default, which keeps milliseconds of the server's microseconds.
 *
 * @param options `precision` in digits, `as`: `"date"` (default), `"string"` (the server's text) or `"temporal"`
 *   (`Temporal.Instant`), and `timestampPrecision`
 * @throws ArgumentError for `"temporal"` where there is no Temporal
 *
 * @example
 * ```ts
 * timestamptz().decode("2020-02-29 12:34:56.789123+00:00");   // 2020-02-29T12:34:56.789Z
 * timestamptz({ precision: 3 }).name;                         // TIMESTAMPTZ(3)
 * ```
 *
 * SQLAlchemy: `DateTime(timezone=True)`.
 */
export function timestamptz<const A extends TimestampAs = "date">(
  options?: TimestampOptions<A>,
): SqlType<TimestamptzValue<A>>;
export function timestamptz(options: TimestampOptions<TimestampAs> = {}): SqlType<unknown, never> {
  const name = `TIMESTAMPTZ${parenthesized(options.precision)}`;
  checkOptions("TIMESTAMPTZ", options);
  const base = { name, castName: "TIMESTAMPTZ", oid: 1184, arrayOid: 1185 };
  if (options.as === "string") return defineType({ ...base, decode: decodeText, encode: textOf(name) });
  if (options.as === "temporal") {
    return defineType({ ...base, decode: decodeInstant, encode: encodeTemporal(name, "Instant", "ZonedDateTime") });
  }
  return defineType({ ...base, ...dateDecoders(options), encode: encodeDate(name) });
}

/**
 * TIMESTAMP: a date and a time of day, of no zone. A string by default, because a Date is a moment, and which one
 * would depend on a zone that the database does not know.
 *
 * @param options `precision` in digits, `as`: `"string"` (default), `"temporal"` (`Temporal.PlainDateTime`) or
 *   `"date"`, which takes the value as UTC in both directions
 * @throws ArgumentError for `"temporal"` where there is no Temporal
 *
 * SQLAlchemy: `DateTime`.
 */
export function timestamp<const A extends TimestampAs = "string">(
  options?: TimestampOptions<A>,
): SqlType<TimestampValue<A>>;
export function timestamp(options: TimestampOptions<TimestampAs> = {}): SqlType<unknown, never> {
  const name = `TIMESTAMP${parenthesized(options.precision)}`;
  checkOptions("TIMESTAMP", options);
  const base = { name, castName: "TIMESTAMP", oid: 1114, arrayOid: 1115 };
  if (options.as === "date") return defineType({ ...base, ...dateDecoders(options), encode: encodeDate(name) });
  if (options.as === "temporal") {
    return defineType({ ...base, decode: decodePlainDateTime, encode: encodeTemporal(name, "PlainDateTime") });
  }
  return defineType({ ...base, decode: decodeText, encode: textOf(name) });
}

function dateDecoders(options: TimestampOptions<TimestampAs>): {
  decode: Decoder<Date>;
  decoder: (options: DecodeOptions) => Decoder<Date>;
} {
  const decode = dateDecoder(options);
  return { decode, decoder: options.timestampPrecision === undefined ? dateDecoder : () => decode };
}

function textOf(typeName: string): (value: string) => string {
  return (value) => checkText(typeName, value);
}
