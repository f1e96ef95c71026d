import vm from "node:vm";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ArgumentError, DataError, PrecisionError } from "../errors/index.ts";
import { arrayDecoder, encodeFor, encodeParameter, enumType, int, jsonb, makeDecoders } from "./index.ts";

describe("encodeParameter", () => {
  test.each([
    [null, null],
    ["it's", "it's"],
    ["", ""],
    [5, "5"],
    [-0, "-0"],
    [1.5, "1.5"],
    [1e-7, "1e-7"],
    [Number.MAX_SAFE_INTEGER, "9007199254740991"],
    [2 ** 53, "9.007199254740992e+15"],
    [1e300, "1e+300"],
    [Number.NaN, "NaN"],
    [Number.NEGATIVE_INFINITY, "-Infinity"],
    [2n ** 70n, "1180591620717411303424"],
    [true, "true"],
    [new Date("2020-02-29T12:34:56.789Z"), "2020-02-29T12:34:56.789+00:00"],
    [new Date("-000043-03-15T00:00:00Z"), "0044-03-15 00:00:00.000+00:00 BC"],
    [new Uint8Array([0, 255]), "\\x00ff"],
    [Buffer.from("a"), "\\x61"],
    [[], "{}"],
    [[1, null, 2], "{1,NULL,2}"],
    [["a", "NULL", "b c", 'd"', ""], String.raw`{a,"NULL","b c","d\"",""}`],
    [[new Date(0)], "{1970-01-01T00:00:00.000+00:00}"],
    [[new Uint8Array([1])], String.raw`{"\\x01"}`],
    [{ a: [1, { b: null }] }, '{"a":[1,{"b":null}]}'],
    [Object.create(null), "{}"],
    [vm.runInNewContext("({ a: 1 })"), '{"a":1}'],
    [vm.runInNewContext("new Date(0)"), "1970-01-01T00:00:00.000+00:00"],
    [vm.runInNewContext("new Uint8Array([1])"), "\\x01"],
  ])("writes %o as %o", (value, text) => {
    expect(encodeParameter(value)).toBe(text);
  });

  test("writes every number so that it reads back the same", () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(Number(encodeParameter(value))).toBe(value);
      }),
    );
  });

  test("never writes an integer that may have lost digits as digits", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n }), (value) => {
        expect(encodeParameter(Number(value))).not.toMatch(/^\d+$/);
      }),
    );
  });

  test.each([
    [undefined, /cannot hold undefined[^]*null/],
    [() => 1, /pass what it returns/],
    [Symbol("a"), /pass a string/],
    [new Map([["a", 1]]), /a Map[^]*Object\.fromEntries/],
    [new Set([1]), /a Set[^]*\[\.\.\.value\]/],
    [Promise.resolve(1), /await it/],
    [new Float64Array(2), /Array\.from/],
    [new ArrayBuffer(2), /new Uint8Array\(value\)/],
    [new URL("http://localhost/"), /an? URL/],
    [new Date(Number.NaN), /valid Date/],
    ["a\0", /U\+0000/],
    ["\ud800", /surrogate/],
    [[1, undefined], /element 1 of an array, cannot hold undefined/],
    [[[1]], /element 0[^]*JSON\.stringify/],
    [[{ a: 1 }], /element 0[^]*JSON\.stringify/],
    [[() => 1], /pass what it returns/],
    [{ a: 1n }, /JSONB/],
    [{ a: Number.NaN }, /JSONB/],
  ])("refuses %o", (value, message) => {
    expect(() => encodeParameter(value)).toThrow(DataError);
    expect(() => encodeParameter(value)).toThrow(message);
  });

  test("says which type and what to do apart from the value, so that the value can be left out", () => {
    expect(() => encodeFor(int, "secret")).toThrow(
      expect.objectContaining({ dataType: "INT8", hint: "pass an integer number" }),
    );
    expect(() => encodeParameter([Symbol("secret")])).toThrow(expect.objectContaining({ hint: "pass a string" }));
    expect(() => encodeParameter([Symbol("secret")])).not.toThrow(expect.objectContaining({ dataType: "a parameter" }));
  });
});

describe("encodeFor", () => {
  test("writes null as NULL whatever the type, and never undefined", () => {
    expect(encodeFor(jsonb(), null)).toBeNull();
    expect(encodeFor(int, null)).toBeNull();
    expect(encodeFor(int, 5)).toBe("5");
    expect(() => encodeFor(int, undefined)).toThrow(DataError);
  });
});

describe("decoders by OID", () => {
  const decoders = makeDecoders();
  const read = (oid: number, text: string) => decoders.decoderFor(oid)(text);

  test("make what the table in the documentation says", () => {
    expect(read(16, "t")).toBe(true);
    expect([read(20, "5"), read(21, "5"), read(23, "5"), read(26, "5")]).toEqual([5, 5, 5, 5]);
    expect([read(700, "1.5"), read(701, "1.5")]).toEqual([1.5, 1.5]);
    expect(read(1700, "1.50")).toBe("1.50");
    expect(read(17, "\\x01")).toEqual(new Uint8Array([1]));
    expect([read(3802, '{"a":1}'), read(114, "[1]")]).toEqual([{ a: 1 }, [1]]);
    expect(read(1184, "1970-01-01 00:00:00+00:00")).toEqual(new Date(0));
    for (const oid of [
      18, 19, 25, 705, 869, 1042, 1043, 1082, 1083, 1114, 1186, 1266, 1560, 2249, 2950, 90_000, 100_107,
    ]) {
      expect(read(oid, "(x)")).toBe("(x)");
    }
  });

  test("read arrays of all of these", () => {
    expect(read(1000, "{t,NULL}")).toEqual([true, null]);
    expect([read(1016, "{1}"), read(1005, "{1}"), read(1007, "{1}"), read(1028, "{1}")]).toEqual([[1], [1], [1], [1]]);
    expect(read(1231, "{1.50}")).toEqual(["1.50"]);
    expect(read(1001, String.raw`{"\\x01"}`)).toEqual([new Uint8Array([1])]);
    expect(read(3807, String.raw`{"{\"a\": 1}"}`)).toEqual([{ a: 1 }]);
    expect(read(1185, '{"1970-01-01 00:00:00+00:00"}')).toEqual([new Date(0)]);
    for (const oid of [1003, 1009, 1014, 1015, 1041, 1115, 1182, 1183, 1187, 1270, 1561, 1563, 2951, 90_009]) {
      expect(read(oid, "{a,NULL}")).toEqual(["a", null]);
    }
  });

  test("follow the options", () => {
    expect(() => read(20, "869275683164127233")).toThrow(PrecisionError);
    const bigints = makeDecoders({ int8: "bigint", decimal: "number", timestampPrecision: "error" });
    expect(bigints.decoderFor(20)("869275683164127233")).toBe(869_275_683_164_127_233n);
    expect(bigints.decoderFor(1016)("{1}")).toEqual([1n]);
    expect(bigints.decoderFor(23)("1")).toBe(1);
    expect(bigints.decoderFor(1700)("1.50")).toBe(1.5);
    expect(() => bigints.decoderFor(1184)("1970-01-01 00:00:00.000001+00:00")).toThrow(PrecisionError);
    expect(makeDecoders({ int8: "string" }).decoderFor(20)("5")).toBe("5");
    expect(() => makeDecoders({ int8: "Number" as "number" })).toThrow(ArgumentError);
  });

  test("are the same functions for the same options", () => {
    const others = makeDecoders({ int8: "number" });
    for (const oid of [16, 20, 1016, 1184, 1185, 3802, 25, 1009, 100_107]) {
      expect(others.decoderFor(oid)).toBe(decoders.decoderFor(oid));
    }
    expect(makeDecoders({ int8: "bigint" }).decoderFor(1016)).not.toBe(decoders.decoderFor(1016));
  });

  test("take more types without changing", () => {
    const mood = enumType("mood", ["ok", "sad"]);
    const more = decoders.withOid(100_108, arrayDecoder(mood.decode));
    expect(more.decoderFor(100_108)("{ok,sad}")).toEqual(["ok", "sad"]);
    expect(more.decoderFor(20)).toBe(decoders.decoderFor(20));
    expect(decoders.decoderFor(100_108)("{ok,sad}")).toBe("{ok,sad}");
  });
});
