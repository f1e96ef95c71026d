import { expect, test } from "vitest";
import { bindError } from "./bind-errors.ts";

test.each([
  ["22P02", 'invalid input syntax for type bigint: "abc"', "08P01", 'strconv.ParseInt: parsing "abc": invalid syntax'],
  [
    "22P02",
    'invalid input syntax for type boolean: "abc"',
    "08P01",
    'strconv.ParseBool: parsing "abc": invalid syntax',
  ],
  ["22P02", 'invalid input syntax for type numeric: "abc"', "42601", 'could not parse string "abc" as decimal'],
  ["22007", 'invalid input syntax for type date: "abc"', "42601", 'could not parse string "abc" as date'],
  [
    "22003",
    'value "99999999999999999999" is out of range for type bigint',
    "08P01",
    'strconv.ParseInt: parsing "99999999999999999999": value out of range',
  ],
  ["22023", 'invalid hexadecimal digit: "q"', "08P01", "encoding/hex: invalid byte: U+0071 'q'"],
])("%s %s", (code, message, expected, words) => {
  expect(bindError({ code, message, where: "unnamed portal parameter $2 = '...'" })).toEqual({
    code: expected,
    message: `error in argument for $2: ${words}`,
  });
});

test("leaves other errors alone", () => {
  expect(bindError({ code: "40001", message: "could not serialize access" })).toBeUndefined();
});
