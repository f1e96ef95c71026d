import fc from "fast-check";
import { expect, test } from "vitest";
import type { DriverFailure } from "../drivers/driver.ts";
import { hideValues } from "./hide-values.ts";

function failureSaying(message: string, detail: string, code: string): DriverFailure {
  return { kind: "server", index: 0, fields: { message, detail, code }, cause: new Error(message) };
}

test("no value of four characters or more is left, wherever the server quotes it", () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 4, maxLength: 12 }).filter((value) => !"[hidden]".includes(value)),
      fc.constantFrom("22P02", "23505", "42601", "40001"),
      fc.string({ maxLength: 5 }),
      (value, code, around) => {
        const hidden = hideValues(failureSaying(`bad "${value}" ${around}`, `Key (a)=(${value}) exists`, code), [
          value,
        ]);
        if (hidden.kind !== "server") throw new Error("of another kind");
        const { message, detail = "" } = hidden.fields;
        expect(`${message}${detail}${hidden.cause.message}`.split("[hidden]").join("")).not.toContain(value);
      },
    ),
  );
});

test("short values are taken out where they are quoted, and other words stay", () => {
  const hidden = hideValues(failureSaying(`column "a" of relation "t" is 'a'`, "", "42703"), [
    "a",
    null,
    undefined,
    "",
  ]);
  expect(hidden.kind === "server" && hidden.fields.message).toBe(`column [hidden] of relation "t" is [hidden]`);
});

test("SQLSTATE survives in the cause, so that a conflict is still one", () => {
  const hidden = hideValues(failureSaying("restart transaction", "", "40001"), ["secret"]);
  expect(hidden.cause).toMatchObject({ code: "40001", message: "restart transaction" });
});
