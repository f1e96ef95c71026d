import { expectTypeOf } from "vitest";
import {
  array,
  type bigint,
  customType,
  decimal,
  enumType,
  int,
  jsonb,
  string,
  timestamptz,
  type AnySqlType,
  type InputOf,
  type OutputOf,
} from "./index.ts";

expectTypeOf(int).toExtend<AnySqlType>();
expectTypeOf<OutputOf<typeof int>>().toEqualTypeOf<number>();
expectTypeOf<InputOf<typeof bigint>>().toEqualTypeOf<bigint | number>();

const plain = decimal();
const checked = decimal(10, 2, { as: "number" });
const codec = decimal({ as: { decode: (text: string) => new URL(text), encode: (value: URL) => value.href } });
expectTypeOf<OutputOf<typeof plain>>().toEqualTypeOf<string>();
expectTypeOf<InputOf<typeof plain>>().toEqualTypeOf<string | number | bigint>();
expectTypeOf<OutputOf<typeof checked>>().toEqualTypeOf<number>();
expectTypeOf<OutputOf<typeof codec>>().toEqualTypeOf<URL>();
expectTypeOf<InputOf<typeof codec>>().toEqualTypeOf<URL>();

const moment = timestamptz({ precision: 3 });
const momentText = timestamptz({ as: "string" });
expectTypeOf<OutputOf<typeof moment>>().toEqualTypeOf<Date>();
expectTypeOf<OutputOf<typeof momentText>>().toEqualTypeOf<string>();

const region = enumType("region", ["us", "eu"]);
expectTypeOf<OutputOf<typeof region>>().toEqualTypeOf<"us" | "eu">();

const settings = jsonb<{ theme: string }>();
const settingsText = jsonb({ as: "string" });
expectTypeOf<OutputOf<typeof settings>>().toEqualTypeOf<{ theme: string }>();
expectTypeOf<OutputOf<typeof settingsText>>().toEqualTypeOf<string>();

const tags = array(string());
const wholeTags = array(string(), { notNull: true });
expectTypeOf<OutputOf<typeof tags>>().toEqualTypeOf<(string | null)[]>();
expectTypeOf<InputOf<typeof tags>>().toEqualTypeOf<readonly (string | null)[]>();
expectTypeOf<OutputOf<typeof wholeTags>>().toEqualTypeOf<string[]>();

const moneyOverDecimal = customType({
  sqlType: plain,
  encode: (value: URL) => value.href,
  decode: (digits) => new URL(digits),
});
expectTypeOf<OutputOf<typeof moneyOverDecimal>>().toEqualTypeOf<URL>();
expectTypeOf<InputOf<typeof moneyOverDecimal>>().toEqualTypeOf<URL>();

const overName = customType({ sqlType: "BOX2D", encode: (value: URL) => value.href, decode: (text) => new URL(text) });
expectTypeOf<OutputOf<typeof overName>>().toEqualTypeOf<URL>();

// @ts-expect-error a Date is not written to a number
int.encode(new Date());
// @ts-expect-error only the declared values
region.encode("asia");
// @ts-expect-error a moment is not a string unless declared so
moment.encode("2020-02-29");
