import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DataError, PrecisionError } from "../errors/index.ts";
import { bigint, bool, decimal, encodeFor, float4, float8, int, int2, int4, oid, type AnySqlType } from "./index.ts";

const roundTrip = (type: AnySqlType, value: unknown) => type.decode(encodeFor(type, value) as string);

describe("INT8 as a number", () => {
  test("round-trips every safe integer", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(roundTrip(int, value)).toBe(value);
      }),
    );
  });

  test.each([
    ["0", 0],
    ["-1", -1],
    ["999999999999999", 999_999_999_999_999],
    ["1000000000000000", 1_000_000_000_000_000],
    ["9007199254740991", Number.MAX_SAFE_INTEGER],
    ["-9007199254740991", Number.MIN_SAFE_INTEGER],
  ])("reads %s", (text, value) => {
    expect(int.decode(text)).toBe(value);
  });

  test("agrees with BigInt on what is safe, over the whole range", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        let read: bigint | "refused";
        try {
          read = BigInt(int.decode(value.toString()));
        } catch (error) {
          if (!(error instanceof PrecisionError)) throw error;
          read = "refused";
        }
        expect(read).toBe(Number.isSafeInteger(Number(value)) ? value : "refused");
      }),
    );
  });

  test.each(["9007199254740992", "9007199254740993", "-9007199254740992", "9223372036854775807"])(
    "refuses %s and says what to use",
    (text) => {
      expect(() => int.decode(text)).toThrow(PrecisionError);
      expect(() => int.decode(text)).toThrow(text);
      expect(() => int.decode(text)).toThrow(/use c\.bigint\(\) or int8: "bigint"/);
    },
  );

  test.each(["", "-", "1.5", "abc", " 1", "1e3", "0x10", "t", "--1"])("refuses the text %j", (text) => {
    for (const type of [int, int2, int4, oid, bigint]) {
      if (type === bigint && (text === " 1" || text === "0x10")) continue;
      expect(() => type.decode(text)).toThrow(DataError);
    }
  });

  test("writes minus zero as zero", () => {
    expect(int.encode(-0)).toBe("0");
    expect(int.decode("-0")).toBe(0);
  });

  test("refuses numbers that are no longer exact", () => {
    expect(() => int.encode(2 ** 53)).toThrow(PrecisionError);
    expect(() => int.encode(1e300)).toThrow(/pass a bigint/);
  });

  test.each([1.5, Number.NaN, Number.POSITIVE_INFINITY, "1", true, 1n, null, undefined, {}, [1], new Date(0)])(
    "refuses to write %o",
    (value) => {
      for (const type of [int, int2, int4, oid]) {
        expect(() => (type.encode as (value: unknown) => string)(value)).toThrow(DataError);
      }
    },
  );

  test("names value and type", () => {
    expect(() => (int.encode as (value: unknown) => string)("x".repeat(500))).toThrow(/^INT8 cannot hold 'x{20,70}…/);
    expect(() => (int.encode as (value: unknown) => string)(undefined)).toThrow(
      /INT8 cannot hold undefined[^]*use null/,
    );
  });
});

describe("small integers", () => {
  test.each([
    [int2, -32_768, 32_767],
    [int4, -2_147_483_648, 2_147_483_647],
    [oid, 0, 4_294_967_295],
  ] as const)("$name goes to its limits and not beyond", (type, least, most) => {
    expect(roundTrip(type, least)).toBe(least);
    expect(roundTrip(type, most)).toBe(most);
    expect(() => type.encode(least - 1)).toThrow(DataError);
    expect(() => type.encode(most + 1)).toThrow(`the range is ${least} to ${most}`);
  });
});

describe("INT8 as a bigint", () => {
  test("round-trips the whole range", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        expect(roundTrip(bigint, value)).toBe(value);
      }),
    );
  });

  test("takes safe numbers, and refuses others", () => {
    expect(bigint.encode(5)).toBe("5");
    expect(() => bigint.encode(2 ** 53)).toThrow(PrecisionError);
    expect(() => bigint.encode(2n ** 63n)).toThrow(/range/);
    for (const value of [1.5, Number.NaN, "1", null, undefined]) {
      expect(() => bigint.encode(value as never)).toThrow(DataError);
    }
  });
});

describe("floats", () => {
  test("FLOAT8 round-trips every number", () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(roundTrip(float8, value)).toBe(value);
      }),
    );
    expect(roundTrip(float8, -0)).toBe(-0);
  });

  test("FLOAT4 round-trips every number of 32 bits", () => {
    fc.assert(
      fc.property(fc.float(), (value) => {
        expect(roundTrip(float4, value)).toBe(value);
      }),
    );
  });

  test("FLOAT4 refuses what would become Infinity", () => {
    expect(() => float4.encode(1e39)).toThrow(/FLOAT8/);
    expect(float4.encode(Number.POSITIVE_INFINITY)).toBe("Infinity");
  });

  test("reads what is no number as an error", () => {
    expect(float8.decode("NaN")).toBeNaN();
    for (const text of ["", "abc", "1,5"]) expect(() => float8.decode(text)).toThrow(DataError);
    for (const value of ["1", 1n, null, undefined]) expect(() => float8.encode(value as never)).toThrow(DataError);
  });
});

describe("DECIMAL", () => {
  const digits = fc
    .tuple(fc.constantFrom("", "-"), fc.bigInt({ min: 0n, max: 10n ** 40n }), fc.integer({ min: 0, max: 30 }))
    .map(([sign, number, scale]) => {
      const text = number.toString().padStart(scale + 1, "0");
      return sign + (scale === 0 ? text : `${text.slice(0, -scale)}.${text.slice(-scale)}`);
    });

  test("is named with precision and scale, and cast without", () => {
    expect(decimal().name).toBe("DECIMAL");
    expect(decimal(10).name).toBe("DECIMAL(10)");
    expect(decimal(10, 2).name).toBe("DECIMAL(10,2)");
    expect(decimal({ precision: 10, scale: 2, as: "number" }).name).toBe("DECIMAL(10,2)");
    expect(decimal(10, 2).castName).toBe("DECIMAL");
  });

  test("keeps every digit as a string", () => {
    fc.assert(
      fc.property(digits, (text) => {
        expect(roundTrip(decimal(), text)).toBe(text);
      }),
    );
    for (const text of ["1E+4", "9.9E+101", "NaN", "Infinity", "-Infinity", "0.00"]) {
      expect(roundTrip(decimal(), text)).toBe(text);
    }
  });

  test("writes numbers and bigints by their digits", () => {
    expect(decimal().encode(0.1)).toBe("0.1");
    expect(decimal().encode(1e-7)).toBe("1e-7");
    expect(decimal().encode(10n ** 30n)).toBe(`1${"0".repeat(30)}`);
    expect(() => decimal().encode(2 ** 60)).toThrow(PrecisionError);
  });

  test.each(["", "abc", "1,5", "1.2.3", "--1", "1e", "0x10", "1\0", null, undefined, true, {}])(
    "refuses to write %o",
    (value) => {
      expect(() => decimal().encode(value as string)).toThrow(DataError);
    },
  );

  test("as a number, reads what a number can show and refuses the rest", () => {
    const type = decimal({ as: "number" });
    for (const [text, value] of [
      ["0", 0],
      ["0.00", 0],
      ["12.50", 12.5],
      ["-0.1", -0.1],
      ["1E+4", 10_000],
      ["9.9E+101", 9.9e101],
      ["0.3333333333333333", 0.333_333_333_333_333_3],
      ["100000000000000000000", 1e20],
      ["Infinity", Number.POSITIVE_INFINITY],
    ] as const) {
      expect(type.decode(text)).toBe(value);
    }
    expect(type.decode("NaN")).toBeNaN();
    for (const text of ["0.33333333333333333333", "9007199254740993", "1E+400", "1E-400", "1.23456789E-320"]) {
      expect(() => type.decode(text)).toThrow(PrecisionError);
    }
    for (const text of ["", "abc", ".", "1.2.3"]) expect(() => type.decode(text)).toThrow(DataError);
  });

  test("as a number, never shows other digits than the server sent", () => {
    const type = decimal({ as: "number" });
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(type.decode(String(value)) === value).toBe(true);
      }),
    );
  });

  test("takes a codec", () => {
    const cents = decimal({
      as: { decode: (text: string) => BigInt(text.replace(".", "")), encode: (value: bigint) => `${value}e-2` },
    });
    expect(cents.decode("12.50")).toBe(1250n);
    expect(cents.encode(1250n)).toBe("1250e-2");
    expect(() => cents.encode(undefined as unknown as bigint)).toThrow(DataError);
  });

  test("refuses precisions and options that cannot be", () => {
    expect(() => decimal(0)).toThrow(/precision/);
    expect(() => decimal(2, 3)).toThrow(/scale/);
    expect(() => decimal({ scale: 2 })).toThrow(/needs a precision/);
    expect(() => decimal(1.5)).toThrow(/precision/);
    expect(() => decimal("10); DROP TABLE t; --" as unknown as number)).toThrow(/precision/);
    expect(() => decimal({ as: "float" as "number" })).toThrow(/codec/);
  });
});

describe("BOOL", () => {
  test("round-trips", () => {
    expect([true, false].map((value) => roundTrip(bool, value))).toEqual([true, false]);
    expect([bool.decode("t"), bool.decode("f")]).toEqual([true, false]);
  });

  test("refuses what is no boolean", () => {
    for (const value of ["true", 1, 0, null, undefined]) expect(() => bool.encode(value as never)).toThrow(DataError);
    for (const text of ["", "yes", "1"]) expect(() => bool.decode(text)).toThrow(DataError);
  });
});
