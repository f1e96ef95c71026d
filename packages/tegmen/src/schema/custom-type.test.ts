import { expect, expectTypeOf, test } from "vitest";
import { compile, compileStatement, insert, select } from "../sql/index.ts";
import { latestVersion } from "../dialect/capabilities.ts";
import { int } from "../types/index.ts";
import { c, createTable, customType, table } from "./index.ts";

class Money {
  readonly cents: bigint;
  constructor(cents: bigint) {
    this.cents = cents;
  }
}

const money = customType({
  sqlType: c.decimal(12, 2),
  encode: (value: Money) => `${value.cents / 100n}.${String(value.cents % 100n).padStart(2, "0")}`,
  decode: (digits) => new Money(BigInt(digits.replace(".", ""))),
});

test("a type over one of c's", () => {
  const prices = table("prices", { id: c.int().primaryKey(), amount: c.custom(money).notNull() });
  expectTypeOf<(typeof prices.$row)["amount"]>().toEqualTypeOf<Money>();
  expect(compile(createTable(prices)).sql).toContain("amount DECIMAL(12,2) NOT NULL");
  const adding = insert(prices).values({ id: 1, amount: new Money(150n) });
  const written = adding[compileStatement]({ version: latestVersion });
  expect(written.parameters).toEqual(["1", "1.50"]);
  const read = select(prices.c.amount)[compileStatement]({ version: latestVersion });
  expect(read.shape.columns?.[0]?.decode?.("2.75")).toEqual(new Money(275n));
  expect(compile(select(prices.c.id).where(prices.c.amount.gt(new Money(5n)))).params).toEqual([new Money(5n)]);
});

test("a type over a type, and over a name", () => {
  const flag = customType({
    sqlType: int,
    encode: (value: boolean) => (value ? 1 : 0),
    decode: (value) => value === 1,
  });
  expect(flag.encode(true)).toBe("1");
  expect(flag.decode("0")).toBe(false);
  const box = customType({ sqlType: "BOX2D", encode: (value: string) => value, decode: (text) => text });
  expect(compile(createTable(table("t", { box: c.custom(box) }))).sql).toContain("box BOX2D");
});
