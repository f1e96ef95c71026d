import { describe, expect, test } from "vitest";
import { collationOf } from "./collations.ts";

describe("collations", () => {
  test.each([
    ["en", "en", 'pg_catalog."en-x-icu"'],
    ["en-Us", "en_US", 'pg_catalog."en-US-x-icu"'],
    ["EN_us_u_ks_level2", "en_US_u_ks_level2", 'crdb_demo."en-US-u-ks-level2"'],
  ])("%s", (written, name, sql) => {
    expect(collationOf(written)).toEqual({ name, sql });
  });

  test("the usual order has none", () => {
    expect(collationOf("C")).toBeUndefined();
  });

  test.each([
    ["e", "invalid locale e: language: tag is not well-formed"],
    ["bad_locale", 'invalid locale bad_locale: language: subtag "locale" is well-formed but unknown'],
    ["de_u_co_phonebk", "COLLATE de_u_co_phonebk is not supported by the demo cluster"],
  ])("%s is refused", (written, message) => {
    expect(() => collationOf(written)).toThrow(message);
  });
});
