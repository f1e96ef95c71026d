import { describe, expect, test } from "vitest";
import { ProtocolError } from "../wire/messages.ts";
import { parseOptions } from "./startup.ts";

describe("parseOptions", () => {
  test.each([
    ["-c statement_timeout=100ms", { statement_timeout: "100ms" }],
    ["-cstatement_timeout=1 -c search_path=a\\ b", { statement_timeout: "1", search_path: "a b" }],
    ["--cluster=lazy-cat --default-int-size=4", { cluster: "lazy-cat", default_int_size: "4" }],
    ["  ", {}],
  ])("reads %j", (text, settings) => {
    expect(Object.fromEntries(parseOptions(text))).toEqual(settings);
  });

  test.each(["-c", "-c x", "x=1", "-x y=1"])("refuses %j", (text) => {
    expect(() => parseOptions(text)).toThrow(ProtocolError);
  });
});
