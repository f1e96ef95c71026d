import { ArgumentError, DataError } from "../errors/index.ts";
import { defineType, type SqlType } from "./sql-type.ts";
import { checkText, decodeText } from "./text-value.ts";
import { checkChoice } from "./type-parameter.ts";
import { cannotHold, cannotRead, showValue } from "./value-error.ts";

/** Options of {@link jsonb}. */
export interface JsonOptions<A extends "value" | "string"> {
  /** `"value"` (default): parsed. `"string"`: the JSON text, with every digit of its numbers. */
  readonly as?: A | undefined;
}

/** Reads JSON. Numbers become what `JSON.parse` makes of them: beyond 2^53 digits are lost. */
export function decodeJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw cannotRead("JSONB", text);
  }
}

/**
 * Writes JSON as `JSON.stringify` does, but refuses what that would turn into null: NaN, Infinity, and undefined,
 * functions and symbols in arrays. Properties that are undefined are left out, as everywhere in JavaScript.
 *
 * @throws DataError also for bigints, cycles and what a `toJSON` throws
 */
export function formatJson(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value) as string | undefined;
    // A second look only where there may be something to see.
    if (text !== undefined && text.includes("null")) JSON.stringify(value, refuseWhatBecomesNull);
  } catch (error) {
    if (error instanceof DataError) throw error;
    const reason = error instanceof Error ? error.message.split("\n", 1)[0] : String(error);
    throw new DataError(`JSONB cannot hold ${showValue(value)}: ${reason}`, {
      dataType: "JSONB",
      hint: "pass what JSON has: strings, numbers, booleans, null, arrays and plain objects",
      cause: error,
    });
  }
  if (text === undefined) throw cannotHold("JSONB", value, "functions and symbols have no form in JSON");
  return text;
}

function refuseWhatBecomesNull(this: unknown, key: string, value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw cannotHold("JSONB", value, `JSON has no such number (at ${JSON.stringify(key)}); use null or a string`);
  }
  if (Array.isArray(this) && (value === undefined || typeof value === "function" || typeof value === "symbol")) {
    throw new DataError(`JSONB cannot hold ${showValue(value)} in an array (at index ${key})`, {
      dataType: "JSONB",
      hint: "use null",
    });
  }
  return value;
}

/**
 * JSONB. What is read is what `JSON.parse` makes of it, so that numbers beyond 2^53 lose digits; read them with
 * `{ as: "string" }`. SQL NULL and JSON's `null` both read as null.
 *
 * @typeParam T what the documents are; it is not checked
 * @param options `as: "string"` reads and writes the JSON text itself
 *
 * @example
 * ```ts
 * jsonb<{ theme: string }>().encode({ theme: "dark" });   // '{"theme":"dark"}'
 * ```
 *
 * SQLAlchemy: `JSONB`.
 */
export function jsonb<T = unknown>(options?: JsonOptions<"value">): SqlType<T>;
export function jsonb(options: JsonOptions<"string">): SqlType<string>;
export function jsonb(options: JsonOptions<"value" | "string"> = {}): SqlType<unknown, never> {
  if (typeof options !== "object") throw new ArgumentError("jsonb() takes an object of options");
  checkChoice("JSONB", "as", options.as, ["value", "string"]);
  return options.as === "string" ? jsonText : jsonValue;
}

const jsonValue: SqlType<unknown> = defineType({
  name: "JSONB",
  oid: 3802,
  arrayOid: 3807,
  decode: decodeJson,
  encode: formatJson,
});

const jsonText: SqlType<string> = defineType({
  name: "JSONB",
  oid: 3802,
  arrayOid: 3807,
  decode: decodeText,
  encode: (value) => {
    checkText("JSONB", value);
    try {
      JSON.parse(value);
    } catch {
      throw cannotHold("JSONB", value, 'it is no JSON text; with { as: "string" } pass what JSON.stringify returns');
    }
    return value;
  },
});
