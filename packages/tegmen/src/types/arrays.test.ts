import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ArgumentError, DataError } from "../errors/index.ts";
import { parseArray } from "./array-text.ts";
import {
  array,
  bool,
  bytes,
  customType,
  decimal,
  encodeFor,
  enumType,
  float8,
  int,
  isArrayType,
  jsonb,
  string,
  timestamptz,
  uuid,
  type AnySqlType,
} from "./index.ts";

const anyText = fc.string({ unit: "binary" }).filter((value) => !value.includes("\0"));
const orNull = <T>(values: fc.Arbitrary<T>) => fc.array(fc.option(values));

describe("arrays", () => {
  test.each<readonly [AnySqlType, fc.Arbitrary<unknown>]>([
    [string(), anyText],
    [
      string(),
      fc.constantFrom("", "NULL", "null", "Null", '"', "\\", ",", "{}", " a ", "\n", '\\"', "\ufeff", "\u00a0"),
    ],
    [int, fc.maxSafeInteger()],
    [float8, fc.double()],
    [decimal(), fc.constantFrom("1.50", "NaN", "1E+4", "-0.1")],
    [bool, fc.boolean()],
    [uuid, fc.uuid()],
    [bytes, fc.uint8Array()],
    [timestamptz(), fc.date({ noInvalidDate: true })],
    [
      jsonb(),
      fc.dictionary(
        anyText.filter((key) => key !== "__proto__"),
        anyText,
      ),
    ],
    [enumType("mood", ["so, so", "NULL", "ok"]), fc.constantFrom("so, so", "NULL", "ok")],
  ])("of $name round-trip", (of, values) => {
    const type = array(of as typeof int);
    expect(type.name).toBe(`${of.name}[]`);
    expect(type.oid).toBe(of.arrayOid);
    fc.assert(
      fc.property(orNull(values), (value) => {
        expect(type.decode(encodeFor(type, value) as string)).toEqual(value);
      }),
    );
  });

  test.each([
    ["{}", []],
    ["{a}", ["a"]],
    ["{NULL}", [null]],
    ['{"NULL",null,nullable}', ["NULL", "null", "nullable"]],
    ['{"",NULL}', ["", null]],
    [String.raw`{"a \"b\"","c\\d",e}`, ['a "b"', String.raw`c\d`, "e"]],
    [String.raw`{"\\","\"","\\\""}`, ["\\", '"', '\\"']],
    ['{"a,b","{c}",d e}', ["a,b", "{c}", "d e"]],
    ['{"line\nbreak"}', ["line\nbreak"]],
  ])("are read from %s", (text, value) => {
    expect(array(string()).decode(text)).toEqual(value);
  });

  test.each([
    "",
    "{",
    "}",
    "a",
    "{a",
    "a}",
    "{a,}",
    "{,a}",
    '{"a}',
    '{"a"b}',
    '{"a\\"}',
    "{a}b}",
    '{a"b}',
    '{"a",}',
    '{"a"',
    "{\\}",
  ])("refuse the text %j", (text) => {
    expect(() => array(string()).decode(text)).toThrow(DataError);
  });

  test("of several dimensions are refused, and said to be", () => {
    for (const text of ["{{1,2},{3,4}}", "[0:1]={1,2}"]) {
      expect(() => array(int).decode(text)).toThrow(/several dimensions/);
    }
    expect(() => array(array(int) as unknown as typeof int)).toThrow(ArgumentError);
  });

  test("never call the decoder for NULL", () => {
    expect(parseArray("{NULL,1,NULL}", (text) => `<${text}>`)).toEqual([null, "<1>", null]);
  });

  test("refuse elements that the type cannot hold, holes and undefined among them", () => {
    const sparse = [1];
    sparse.length = 3;
    for (const value of [[1, undefined], sparse, ["1"], [1.5], [[1]], "{1}", { length: 0 }, null, undefined]) {
      expect(() => (array(int).encode as (value: unknown) => string)(value)).toThrow(DataError);
    }
  });

  test("declared without NULL have none in either direction", () => {
    const type = array(string(), { notNull: true });
    expect(type.decode("{a,b}")).toEqual(["a", "b"]);
    expect(() => type.decode("{a,NULL}")).toThrow(DataError);
    expect(() => type.encode(["a", null as unknown as string])).toThrow(/element 1 is null/);
  });

  test("know their element, and read alike if their elements do", () => {
    const type = array(int);
    expect(isArrayType(type) && type.element).toBe(int);
    expect(isArrayType(int)).toBe(false);
    expect(array(int).decode).toBe(array(int).decode);
    expect(array(string(5)).castName).toBe("STRING[]");
  });
});

describe("custom types", () => {
  const money = customType({
    sqlType: decimal(12, 2),
    encode: (value: { readonly cents: bigint }) => `${value.cents}e-2`,
    decode: (digits) => ({ cents: BigInt(digits.replace(".", "")) }),
  });

  test("work on the values of the type they are stored as", () => {
    expect(money.name).toBe("DECIMAL(12,2)");
    expect(money.oid).toBe(1700);
    expect(money.encode({ cents: 1250n })).toBe("1250e-2");
    expect(money.decode("12.50")).toEqual({ cents: 1250n });
    expect(array(money).decode("{12.50,NULL}")).toEqual([{ cents: 1250n }, null]);
  });

  test("work on text if they are given a name", () => {
    const box = customType({
      sqlType: "BOX2D",
      encode: (value: string[]) => value.join(),
      decode: (text) => text.split(","),
    });
    expect(box.name).toBe("BOX2D");
    expect(box.oid).toBeUndefined();
    expect(box.decode(box.encode(["1", "2"]))).toEqual(["1", "2"]);
    expect(() => box.encode(["\0"])).toThrow(/BOX2D/);
  });

  test("cannot smuggle in what the stored type refuses", () => {
    const wrong = customType({ sqlType: int, encode: (value: number) => value, decode: (value) => value });
    expect(() => wrong.encode(1.5)).toThrow(DataError);
    expect(() => wrong.encode(undefined as unknown as number)).toThrow(DataError);
    const forgetful = customType({
      sqlType: int,
      encode: (value: number) => (value > 1 ? value : undefined) as number,
      decode: (value) => value,
    });
    expect(() => forgetful.encode(1)).toThrow(/to undefined/);
  });

  test("follow the engine's options as their stored type does", () => {
    const moment = customType({
      sqlType: timestamptz(),
      encode: (value: number) => new Date(value),
      decode: (value) => value.getTime(),
    });
    const exact = moment.decoder({ timestampPrecision: "error" });
    expect(() => exact("2020-02-29 12:34:56.000001+00:00")).toThrow(DataError);
    expect(exact).toBe(moment.decoder({ timestampPrecision: "error" }));
    expect(moment.decoder({})).toBe(moment.decode);
    expect(moment.decode("1970-01-01 00:00:01+00:00")).toBe(1000);
  });

  test("need their options", () => {
    expect(() => customType({ sqlType: int } as unknown as Parameters<typeof customType>[0])).toThrow(ArgumentError);
    expect(() => customType({ sqlType: " ", encode: String, decode: String })).toThrow(ArgumentError);
  });
});
