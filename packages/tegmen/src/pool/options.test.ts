import { describe, expect, test } from "vitest";
import { ArgumentError } from "../errors/index.ts";
import { type PoolSettings, resolvePoolOptions } from "./options.ts";

const connect = () => Promise.reject(new Error("not used"));

describe("pool options", () => {
  test("have SQLAlchemy's defaults", () => {
    expect(resolvePoolOptions({ connect })).toMatchObject({
      poolSize: 5,
      maxOverflow: 10,
      poolTimeout: 30_000,
      poolRecycle: Infinity,
      poolPrePing: false,
      poolUseLifo: false,
      poolResetOnReturn: "rollback",
    });
  });

  test.each<[PoolSettings, object]>([
    [{ maxOverflow: -1 }, { maxOverflow: Infinity }],
    [{ maxOverflow: Infinity }, { maxOverflow: Infinity }],
    [{ poolSize: Infinity }, { poolSize: Infinity }],
    [{ poolRecycle: 0 }, { poolRecycle: Infinity }],
    [{ poolRecycle: -1 }, { poolRecycle: Infinity }],
    [{ poolRecycle: 1_000 }, { poolRecycle: 1_000 }],
    [{ poolTimeout: 0 }, { poolTimeout: 0 }],
    [{ poolResetOnReturn: null }, { poolResetOnReturn: null }],
  ])("%j becomes %j", (given, expected) => {
    expect(resolvePoolOptions({ connect, ...given })).toMatchObject(expected);
  });

  test.each<[PoolSettings, RegExp]>([
    [{ poolSize: 0 }, /^poolSize must be .*at least 1.*got 0$/],
    [{ poolSize: 2.5 }, /^poolSize must be/],
    [{ poolSize: NaN }, /^poolSize must be/],
    [{ maxOverflow: -2 }, /^maxOverflow must be .*got -2$/],
    [{ poolTimeout: -1 }, /^poolTimeout must be milliseconds/],
    [{ poolTimeout: NaN }, /^poolTimeout must be/],
    [{ poolRecycle: -5 }, /^poolRecycle must be/],
    [{ poolResetOnReturn: "commit" as "rollback" }, /^poolResetOnReturn must be "rollback" or null; got "commit"$/],
  ])("%j is refused by name", (given, message) => {
    expect(() => resolvePoolOptions({ connect, ...given })).toThrow(ArgumentError);
    expect(() => resolvePoolOptions({ connect, ...given })).toThrow(message);
  });
});
