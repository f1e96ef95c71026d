import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { didYouMean, nearest } from "./index.ts";

describe("nearest", () => {
  const names = ["sslmode", "sslcert", "application_name", "host"];

  it.each([
    ["sslmod", "sslmode"],
    ["ssl_mode", "sslmode"],
    ["SSLMODE", "sslmode"],
    ["applicationName", "application_name"],
    ["hots", undefined],
    ["hosts", "host"],
    ["nothing_like_it", undefined],
    ["", undefined],
  ])("%s is %s", (word, expected) => {
    expect(nearest(word, names)).toBe(expected);
  });

  it("finds a word itself", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z]{3,12}$/), { minLength: 1 }), (words) => {
        for (const word of words) expect(nearest(word, words)).toBe(word);
      }),
    );
  });

  it("makes the end of a message", () => {
    expect(didYouMean("sslmod", names)).toBe('did you mean "sslmode"?');
    expect(didYouMean("x", ["a1", "b2"])).toBe("expected one of a1, b2");
  });
});
