import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ArgumentError, DataError, PrecisionError } from "../errors/index.ts";
import { array, date, interval, time, timestamp, timestamptz, timetz } from "./index.ts";

describe("TIMESTAMPTZ as a Date", () => {
  const type = timestamptz();

  test.each([
    ["2020-02-29 12:34:56+00:00", "2020-02-29T12:34:56.000Z"],
    ["2020-02-29 12:34:56+00", "2020-02-29T12:34:56.000Z"],
    ["2020-02-29 12:34:56.7+00:00", "2020-02-29T12:34:56.700Z"],
    ["2020-02-29 12:34:56.789123+00:00", "2020-02-29T12:34:56.789Z"],
    ["2020-02-29 12:34:56.000001+00:00", "2020-02-29T12:34:56.000Z"],
    ["2020-02-29 12:34:56-05:00", "2020-02-29T17:34:56.000Z"],
    ["2020-02-29 18:04:56.5+05:30", "2020-02-29T12:34:56.500Z"],
    ["2020-02-29 12:34:56+00:30", "2020-02-29T12:04:56.000Z"],
    ["2020-02-29 12:34:56-00:30", "2020-02-29T13:04:56.000Z"],
    ["2020-02-29T12:34:56Z", "2020-02-29T12:34:56.000Z"],
    ["1883-11-18 12:03:57-04:56:02", "1883-11-18T16:59:59.000Z"],
    ["1937-01-01 00:19:32.25+00:19:32", "1937-01-01T00:00:00.250Z"],
    ["1969-12-31 23:59:59.999999+00:00", "1969-12-31T23:59:59.999Z"],
    ["0001-01-01 00:00:00+00:00", "0001-01-01T00:00:00.000Z"],
    ["0044-03-15 00:00:00+00:00 BC", "-000043-03-15T00:00:00.000Z"],
    ["0001-12-31 23:59:59.5+00:00 BC", "0000-12-31T23:59:59.500Z"],
    ["4714-11-24 00:00:00+00:00 BC", "-004713-11-24T00:00:00.000Z"],
    ["0044-03-15 00:00:00+01:00:30 BC", "-000043-03-14T22:59:30.000Z"],
    ["10000-01-01 00:00:00+00:00", "+010000-01-01T00:00:00.000Z"],
    ["275760-09-13 00:00:00+00:00", "+275760-09-13T00:00:00.000Z"],
    ["2020-02-28 24:00:00+00:00", "2020-02-29T00:00:00.000Z"],
  ])("reads %s", (text, iso) => {
    expect(type.decode(text).toISOString()).toBe(iso);
  });

  test("agrees with Date over the years 1 to 9999, at every offset", () => {
    const offsets = fc.integer({ min: -14 * 60, max: 14 * 60 });
    const dates = fc.date({ min: new Date("0002-01-01"), max: new Date("9998-12-31"), noInvalidDate: true });
    fc.assert(
      fc.property(dates, offsets, (value, offset) => {
        const local = new Date(value.getTime() + offset * 60_000).toISOString().slice(0, -1).replace("T", " ");
        const minutes = String(Math.abs(offset) % 60).padStart(2, "0");
        const hours = String(Math.trunc(Math.abs(offset) / 60)).padStart(2, "0");
        expect(type.decode(`${local}${offset < 0 ? "-" : "+"}${hours}:${minutes}`)).toEqual(value);
      }),
    );
  });

  test("round-trips every Date", () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), (value) => {
        expect(type.decode(type.encode(value))).toEqual(value);
      }),
    );
    const limits = [8.64e15, -8.64e15, 0, -1, -62_135_596_800_000, -62_135_596_800_001, -62_198_755_200_000];
    for (const limit of limits) expect(type.decode(type.encode(new Date(limit))).getTime()).toBe(limit);
  });

  test("writes years as the server reads them", () => {
    expect(type.encode(new Date("2020-02-29T12:34:56.789Z"))).toBe("2020-02-29T12:34:56.789+00:00");
    expect(type.encode(new Date("-000043-03-15T00:00:00Z"))).toBe("0044-03-15 00:00:00.000+00:00 BC");
    expect(type.encode(new Date("0000-01-01T00:00:00Z"))).toBe("0001-01-01 00:00:00.000+00:00 BC");
    expect(type.encode(new Date("+010000-01-01T00:00:00Z"))).toBe("10000-01-01 00:00:00.000+00:00");
  });

  test.each(["infinity", "-infinity", "294276-12-31 23:59:59.999999+00:00", "275760-09-13 00:00:00.001+00:00"])(
    "refuses %s, which passes as a string",
    (text) => {
      expect(() => type.decode(text)).toThrow(PrecisionError);
      expect(timestamptz({ as: "string" }).decode(text)).toBe(text);
    },
  );

  test.each(["", "abc", "2020-02-29", "2020-02-29 12:34", "2020-02-29 12:34:56 PM", "2020/02/29 12:34:56", "12:34:56"])(
    "refuses the text %j",
    (text) => {
      expect(() => type.decode(text)).toThrow(DataError);
    },
  );

  test("refuses microseconds if the column or the engine says so", () => {
    const exact = timestamptz({ timestampPrecision: "error" });
    expect(() => exact.decode("2020-02-29 12:34:56.789123+00:00")).toThrow(PrecisionError);
    expect(() => exact.decode("2020-02-29 12:34:56.0000001+00:00")).not.toThrow();
    expect(exact.decode("2020-02-29 12:34:56.789000+00:00")).toEqual(new Date("2020-02-29T12:34:56.789Z"));
    const decode = type.decoder({ timestampPrecision: "error" });
    expect(() => decode("2020-02-29 12:34:56.000001+00:00")).toThrow(PrecisionError);
    expect(decode).toBe(timestamptz({ precision: 6 }).decoder({ timestampPrecision: "error" }));
    expect(type.decoder({})).toBe(type.decode);
    const many = array(type).decoder({ timestampPrecision: "error" });
    expect(() => many('{"2020-02-29 12:34:56.000001+00:00"}')).toThrow(PrecisionError);
  });

  test("lets the column decide over the engine", () => {
    const loose = timestamptz({ timestampPrecision: "milliseconds" });
    const decode = loose.decoder({ timestampPrecision: "error" });
    expect(decode("2020-02-29 12:34:56.789123+00:00")).toEqual(new Date("2020-02-29T12:34:56.789Z"));
  });

  test.each([new Date(Number.NaN), "2020-02-29", 0, null, undefined, {}])("refuses to write %o", (value) => {
    expect(() => type.encode(value as Date)).toThrow(DataError);
  });

  test("has a precision in its name, and not in casts", () => {
    expect(timestamptz({ precision: 3 }).name).toBe("TIMESTAMPTZ(3)");
    expect(timestamptz({ precision: 0 }).name).toBe("TIMESTAMPTZ(0)");
    expect(timestamptz({ precision: 3 }).castName).toBe("TIMESTAMPTZ");
    expect(() => timestamptz({ precision: 7 })).toThrow(ArgumentError);
    expect(() => timestamptz({ as: "moment" as "date" })).toThrow(/"date", "string", "temporal"/);
    expect(() => timestamptz({ timestampPrecision: "exact" as "error" })).toThrow(ArgumentError);
  });
});

describe("TIMESTAMP", () => {
  test("is a string, because it has no zone", () => {
    const type = timestamp();
    for (const text of ["2020-02-29 12:34:56.789123", "4714-11-24 00:00:00 BC", "infinity"]) {
      expect(type.decode(type.encode(text))).toBe(text);
    }
    expect(() => type.encode(new Date() as unknown as string)).toThrow(DataError);
  });

  test("is UTC as a Date, if one is asked for", () => {
    const type = timestamp({ as: "date", precision: 3 });
    expect(type.name).toBe("TIMESTAMP(3)");
    expect(type.decode("2020-02-29 12:34:56.789")).toEqual(new Date("2020-02-29T12:34:56.789Z"));
    expect(type.decode("0044-03-15 00:00:00 BC")).toEqual(new Date("-000043-03-15T00:00:00Z"));
    expect(type.encode(new Date("2020-02-29T12:34:56.789Z"))).toBe("2020-02-29T12:34:56.789+00:00");
  });
});

describe("DATE, TIME, TIMETZ and INTERVAL", () => {
  test.each([
    [date(), ["2020-02-29", "0044-03-15 BC", "5874897-12-31", "infinity"]],
    [time(), ["12:34:56.789123", "24:00:00"]],
    [timetz(), ["12:34:56+02:00", "24:00:00+00:00", "00:00:00-05:30"]],
    [interval(), ["1 year 2 mons 3 days 04:05:06.7", "-1 mons +00:01:00", "00:00:00"]],
  ])("$name is the server's text", (type, texts) => {
    for (const text of texts) expect(type.decode(type.encode(text))).toBe(text);
    for (const value of [new Date(), 5, null, undefined, "\0"]) {
      expect(() => type.encode(value as string)).toThrow(DataError);
    }
  });

  test("have a precision in their names", () => {
    expect(
      [time({ precision: 3 }), timetz({ precision: 0 }), interval({ precision: 6 })].map(({ name }) => name),
    ).toEqual(["TIME(3)", "TIMETZ(0)", "INTERVAL(6)"]);
    expect(() => timetz({ precision: -1 })).toThrow(ArgumentError);
    expect(() => date({ as: "date" as "string" })).toThrow(ArgumentError);
  });
});
