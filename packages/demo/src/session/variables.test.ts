import { describe, expect, test } from "vitest";
import { SessionVariables } from "./variables.ts";
import type { SetValue } from "../rewrite/contract.ts";

const text = (...values: string[]): SetValue[] => values.map((value) => ({ kind: "string", text: value }));

function set(variables: SessionVariables, name: string, values: SetValue[]): string {
  const change = variables.change(name, values);
  variables.apply(change);
  return variables.get(name);
}

describe("SessionVariables", () => {
  test.each([
    ["statement_timeout", "100ms", "100"],
    ["statement_timeout", "10s", "10000"],
    ["statement_timeout", "1m 30s", "90000"],
    ["statement_timeout", "00:01:00", "60000"],
    ["statement_timeout", "250", "250"],
    ["sql_safe_updates", "true", "on"],
    ["vectorize", "OFF", "off"],
    ["timezone", "", "UTC"],
    ["timezone", "Europe/Paris", "Europe/Paris"],
    ["default_int_size", "4", "4"],
  ])("SET %s = %j gives %j", (name, value, expected) => {
    expect(set(new SessionVariables({}), name, text(value))).toBe(expected);
  });

  test.each([
    ["nope", "1", "42704", 'unrecognized configuration parameter "nope"'],
    ["server_version", "1", "55P02", 'parameter "server_version" cannot be changed'],
    ["distsql", "nope", "22023", 'invalid value for parameter "distsql": "nope"'],
    ["timezone", "Mars/Base", "22023", 'invalid value for parameter "timezone": "\'Mars/Base\'"'],
    ["default_int_size", "3", "22023", "only 4 or 8 are supported by default_int_size"],
    [
      "search_path",
      "one, two",
      "0A000",
      'unimplemented: schema name "one, two" has commas so is not supported in search_path.',
    ],
  ])("SET %s = %j fails with %s", (name, value, code, message) => {
    const variables = new SessionVariables({});
    expect(() => variables.change(name, text(value))).toThrow(expect.objectContaining({ code, message }));
  });

  test("gives the backend a time zone it understands", () => {
    const variables = new SessionVariables({});
    expect(variables.change("timezone", [{ kind: "number", text: "2" }])).toMatchObject({
      value: "2",
      backend: ["TimeZone", "<+02:00:00>-02:00:00"],
      reported: "TimeZone",
    });
    expect(variables.change("timezone", [{ kind: "interval", text: "-05:30" }])).toMatchObject({
      value: "'-05:30:00'",
      backend: ["TimeZone", "<-05:30:00>+05:30:00"],
    });
  });

  test("RESET goes back to what the client asked for at connect", () => {
    const variables = new SessionVariables({});
    variables.applyAtConnect(variables.change("application_name", text("mine")));
    set(variables, "application_name", text("other"));
    expect(variables.resetAll()).toMatchObject([{ name: "application_name", value: "mine" }]);
    expect(variables.change("application_name", undefined).value).toBe("mine");
  });

  test("resolves the search path", () => {
    const variables = new SessionVariables({});
    expect(variables.searchPath).toEqual(["public"]);
    set(variables, "search_path", text("one", "Two"));
    expect(variables.get("search_path")).toBe("one,Two");
    expect(variables.searchPath).toEqual(["one", "Two"]);
    set(variables, "search_path", text(""));
    expect(variables.searchPath).toEqual([]);
  });
});
