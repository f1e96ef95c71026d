import { expect, test } from "vitest";
import * as types from "../types/index.ts";
import { resultDecoder } from "./result-decoder.ts";

test("what a type leaves open is left to the engine", () => {
  expect(resultDecoder(undefined)).toBeUndefined();
  expect(resultDecoder(types.timestamptz())).toBeUndefined();
  expect(resultDecoder(types.timestamptz({ precision: 3 }))).toBeUndefined();
  expect(resultDecoder(types.array(types.timestamptz()))).toBeUndefined();
});

test("what a type says is done", () => {
  for (const type of [
    types.int,
    types.timestamptz({ as: "string" }),
    types.timestamptz({ timestampPrecision: "milliseconds" }),
    types.timestamptz({ timestampPrecision: "error" }),
    types.timestamp({ as: "date" }),
    types.array(types.int),
    types.customType({ sqlType: types.timestamptz(), encode: (value: Date) => value, decode: (value) => value }),
  ]) {
    expect(resultDecoder(type)).toBe(type.decode);
  }
});
