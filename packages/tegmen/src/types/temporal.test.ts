import * as fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { ArgumentError, DataError, PrecisionError } from "../errors/index.ts";
import { date, encodeFor, encodeParameter, interval, time, timestamp, timestamptz, type AnySqlType } from "./index.ts";

interface Shown {
  toString(): string;
}

interface Temporal {
  readonly Instant: { from(text: string): Shown; fromEpochMilliseconds(value: number): Shown };
  readonly ZonedDateTime: { from(text: string): Shown };
  readonly PlainDateTime: { from(text: string): Shown };
  readonly PlainDate: { from(text: string): Shown };
  readonly PlainTime: { from(text: string): Shown };
  readonly PlainYearMonth: { from(text: string): Shown };
  readonly Duration: { from(text: string): Shown };
}

type Make = (options: { readonly as: "temporal" }) => AnySqlType;

const found = (globalThis as { Temporal?: Temporal }).Temporal;
if (found === undefined) {
  console.log(`types: Node.js ${process.version} has no Temporal, the tests of { as: "temporal" } are skipped`);
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("without Temporal", () => {
  test('{ as: "temporal" } says what is missing', () => {
    vi.stubGlobal("Temporal", undefined);
    for (const make of [date, time, timestamp, timestamptz, interval] as readonly Make[]) {
      expect(() => make({ as: "temporal" })).toThrow(ArgumentError);
      expect(() => make({ as: "temporal" })).toThrow(/Node\.js 26 or later, or install temporal-polyfill/);
    }
  });
});

describe.runIf(found !== undefined)("with Temporal", () => {
  const temporal = found as Temporal;

  test.each<readonly [Make, string, string]>([
    [timestamptz, "2020-02-29 12:34:56.789123+00:00", "2020-02-29T12:34:56.789123Z"],
    [timestamptz, "0044-03-15 00:00:00+00:00 BC", "-000043-03-15T00:00:00Z"],
    [timestamptz, "10000-01-01 00:00:00.000001+00:00", "+010000-01-01T00:00:00.000001Z"],
    [timestamptz, "1969-12-31 23:59:59.999999+00:00", "1969-12-31T23:59:59.999999Z"],
    [timestamp, "2020-02-29 12:34:56.789123", "2020-02-29T12:34:56.789123"],
    [timestamp, "4714-11-24 00:00:00 BC", "-004713-11-24T00:00:00"],
    [timestamp, "0001-01-01 00:00:00 BC", "0000-01-01T00:00:00"],
    [date, "2020-02-29", "2020-02-29"],
    [date, "0044-03-15 BC", "-000043-03-15"],
    [date, "10000-01-01", "+010000-01-01"],
    [time, "12:34:56.789123", "12:34:56.789123"],
    [interval, "1 year 2 mons 3 days 04:05:06.7", "P1Y2M3DT4H5M6.7S"],
    [interval, "-1 years -2 mons -3 days -04:05:06.000007", "-P1Y2M3DT4H5M6.000007S"],
    [interval, "100:00:00", "PT100H"],
    [interval, "00:00:00", "PT0S"],
  ])("%o reads %s and writes it again", (make, text, iso) => {
    const type = make({ as: "temporal" });
    const value = type.decode(text);
    expect(String(value)).toBe(iso);
    const written = encodeFor(type, value) as string;
    expect(encodeParameter(value)).toBe(written);
    // Intervals are written unit by unit, which only the server reads.
    const again = make === interval ? value : type.decode(written.replace("T", " "));
    expect(String(again)).toBe(iso);
  });

  test.each<readonly [Make, string]>([
    [timestamptz, "infinity"],
    [timestamptz, "294276-12-31 23:59:59.999999+00:00"],
    [timestamp, "-infinity"],
    [timestamp, "294276-12-31 23:59:59.999999"],
    [date, "infinity"],
    [date, "5874897-12-31"],
    [time, "24:00:00"],
    [interval, "1 mon -1 days"],
  ])("%o refuses %s", (make, text) => {
    expect(() => make({ as: "temporal" }).decode(text)).toThrow(PrecisionError);
  });

  test("writes values as the server reads them", () => {
    const { Instant, ZonedDateTime, PlainDate, PlainDateTime, PlainTime, Duration } = temporal;
    for (const [value, text] of [
      [Instant.from("2020-02-29T12:34:56.789123Z"), "2020-02-29T12:34:56.789123+00:00"],
      [Instant.from("-000043-03-15T00:00:00Z"), "0044-03-15 00:00:00+00:00 BC"],
      [ZonedDateTime.from("2020-02-29T12:34:56+01:00[Europe/Paris]"), "2020-02-29T11:34:56+00:00"],
      [PlainDate.from("2020-02-29[u-ca=japanese]"), "2020-02-29"],
      [PlainDate.from("-000043-03-15"), "0044-03-15 BC"],
      [PlainDateTime.from("+010000-01-01T00:00"), "10000-01-01 00:00:00"],
      [PlainTime.from("12:34:56.5"), "12:34:56.5"],
      [
        Duration.from("-P1Y2M3W4DT5H6M7.000008S"),
        "-1 years -2 months -3 weeks -4 days -5 hours -6 minutes -7.000008 seconds",
      ],
      [Duration.from("PT0S"), "0.000000 seconds"],
    ] as const) {
      expect(encodeParameter(value)).toBe(text);
    }
    expect(encodeParameter([PlainDate.from("2020-02-29")])).toBe("{2020-02-29}");
  });

  test("refuses nanoseconds, other classes and parts of dates", () => {
    const { Instant, PlainDate, PlainYearMonth, Duration } = temporal;
    expect(() => encodeParameter(Instant.from("2020-02-29T12:34:56.000000001Z"))).toThrow(PrecisionError);
    expect(() => encodeParameter(Duration.from("PT0.000000001S"))).toThrow(PrecisionError);
    expect(() => encodeParameter(PlainYearMonth.from("2020-02"))).toThrow(DataError);
    for (const value of [PlainDate.from("2020-02-29"), new Date(), "2020-02-29", null, undefined]) {
      expect(() => timestamptz({ as: "temporal" }).encode(value as never)).toThrow(DataError);
      expect(() => interval({ as: "temporal" }).encode(value as never)).toThrow(DataError);
    }
  });

  test("round-trips every Instant of whole milliseconds", () => {
    const type = timestamptz({ as: "temporal" });
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), (value) => {
        const instant = temporal.Instant.fromEpochMilliseconds(value.getTime());
        expect(type.decode(type.encode(instant as never)).toString()).toBe(instant.toString());
      }),
    );
  });
});
