import {
  and,
  cast,
  c,
  caseWhen,
  func,
  literal,
  MetaData,
  not,
  or,
  select,
  type BoolExpression,
  type NumericExpression,
} from "tegmen";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createWorld } from "./harness.ts";

const world = createWorld(new MetaData());

type Num = NumericExpression<bigint, never, string>;
type Bool = BoolExpression<never, string>;
interface Made<E, V> {
  readonly sql: E;
  readonly value: V;
}
type MadeNumber = Made<Num, bigint>;
type MadeBool = Made<Bool, boolean>;

const floorDiv = (a: bigint, b: bigint): bigint => a / b;

/** Expressions, and what they are by JavaScript's own operators. Parentheses are the only thing that could differ. */
const { number, bool } = fc.letrec<{ number: MadeNumber; bool: MadeBool }>((tie) => ({
  number: fc.oneof(
    { maxDepth: 5, depthSize: "small" },
    fc.integer({ min: -9, max: 9 }).map((n) => ({ sql: literal(BigInt(n)) as Num, value: BigInt(n) })),
    fc.tuple(tie("number"), tie("number"), fc.constantFrom("plus", "minus", "times")).map(([a, b, operator]) => ({
      sql: a.sql[operator](b.sql) as Num,
      value: operator === "plus" ? a.value + b.value : operator === "minus" ? a.value - b.value : a.value * b.value,
    })),
    fc
      .tuple(tie("number"), fc.constantFrom(1n, 2n, 3n, 7n), fc.constantFrom("floorDiv", "mod"))
      .map(([a, b, operator]) => ({
        sql: a.sql[operator](literal(b)) as Num,
        value: operator === "mod" ? a.value % b : floorDiv(a.value, b),
      })),
    tie("number").map((a) => ({ sql: a.sql.negate(), value: -a.value })),
    fc.tuple(tie("bool"), tie("number"), tie("number")).map(([condition, a, b]) => ({
      sql: caseWhen(condition.sql, a.sql).else(b.sql) as Num,
      value: condition.value ? a.value : b.value,
    })),
    tie("number").map((a) => ({ sql: a.sql.cast(c.string()).cast(c.bigint()) as Num, value: a.value })),
  ),
  bool: fc.oneof(
    { maxDepth: 5, depthSize: "small" },
    fc.boolean().map((value) => ({ sql: literal(value) as Bool, value })),
    fc
      .tuple(tie("number"), tie("number"), fc.constantFrom("eq", "ne", "lt", "le", "gt", "ge"))
      .map(([a, b, operator]) => ({
        sql: a.sql[operator](b.sql) as Bool,
        value: {
          eq: a.value === b.value,
          ne: a.value !== b.value,
          lt: a.value < b.value,
          le: a.value <= b.value,
          gt: a.value > b.value,
          ge: a.value >= b.value,
        }[operator],
      })),
    fc
      .array(tie("bool"), { maxLength: 3 })
      .map((all) => ({ sql: and(...all.map((one) => one.sql)), value: all.every((one) => one.value) })),
    fc
      .array(tie("bool"), { maxLength: 3 })
      .map((all) => ({ sql: or(...all.map((one) => one.sql)), value: all.some((one) => one.value) })),
    tie("bool").map((a) => ({ sql: not(a.sql), value: !a.value })),
    fc.tuple(tie("bool"), tie("bool")).map(([a, b]) => ({ sql: a.sql.eq(b.sql), value: a.value === b.value })),
    fc
      .tuple(tie("bool"), tie("bool"))
      .map(([a, b]) => ({ sql: a.sql.isDistinctFrom(b.sql), value: a.value !== b.value })),
    fc.tuple(tie("number"), tie("number"), tie("number"), fc.boolean()).map(([a, low, high, is]) => ({
      sql: is ? a.sql.between(low.sql, high.sql) : a.sql.notBetween(low.sql, high.sql),
      value: (a.value >= low.value && a.value <= high.value) === is,
    })),
    fc
      .tuple(tie("number"), fc.array(tie("number"), { minLength: 1, maxLength: 3 }), fc.boolean())
      .map(([a, list, is]) => ({
        sql: is ? a.sql.in(list.map((one) => one.sql)) : a.sql.notIn(list.map((one) => one.sql)),
        value: list.some((one) => one.value === a.value) === is,
      })),
    fc.tuple(tie("number"), fc.array(fc.integer({ min: -9, max: 9 }), { maxLength: 3 })).map(([a, list]) => ({
      sql: a.sql.in(list),
      value: list.some((one) => BigInt(one) === a.value),
    })),
    tie("bool").map((a) => ({ sql: a.sql.isNull(), value: false })),
    tie("number").map((a) => ({ sql: a.sql.isNotNull(), value: true })),
    fc.tuple(tie("number"), tie("number")).map(([a, b]) => ({
      sql: a.sql
        .cast(c.string())
        .concat(b.sql.cast(c.string()))
        .like(cast(`${a.value}${b.value}`, c.string())),
      value: true,
    })),
    tie("bool").map((a) => ({ sql: func.coalesce(a.sql, false) as Bool, value: a.value })),
  ),
}));

/** Intermediate results that an INT8 cannot hold are of no interest. */
const isSmall = (value: bigint): boolean => value > -(2n ** 31n) && value < 2n ** 31n;

describe("precedence and parentheses: random expressions evaluate to what JavaScript says", () => {
  test("numbers", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          number.filter((one) => isSmall(one.value)),
          { minLength: 1, maxLength: 10 },
        ),
        async (all) => {
          const query = select(...(all.map((one, index) => one.sql.as(`e${index}`)) as unknown as readonly [Num]));
          const [row] = (await world.engine.execute(query)).tuples().all();
          expect(row).toEqual(all.map((one) => one.value));
        },
      ),
      { numRuns: 100 },
    );
  });

  test("conditions", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(bool, { minLength: 1, maxLength: 10 }), async (all) => {
        const query = select(...(all.map((one, index) => one.sql.as(`e${index}`)) as unknown as readonly [Bool]));
        const [row] = (await world.engine.execute(query)).tuples().all();
        expect(row).toEqual(all.map((one) => one.value));
      }),
      { numRuns: 100 },
    );
  });
});
