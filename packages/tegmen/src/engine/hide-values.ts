import type { DriverFailure, ServerErrorFields } from "../drivers/driver.ts";

/** Shorter values are taken out only where they stand in quotes: they may be part of any word. */
const unmistakable = 4;

/** The same failure with no value that was bound to the statement, neither in the server's words nor in the cause. */
export function hideValues(failure: DriverFailure, values: readonly unknown[]): DriverFailure {
  if (failure.kind !== "server") return failure;
  const { fields } = failure;
  // What is wrong with a value (class 22) is told by quoting it, as a whole or in part.
  const quoting = fields.code?.startsWith("22") ?? false;
  const hide = (text: string): string => withoutValues(quoting ? withoutQuotes(text) : text, values);
  const hidden: ServerErrorFields = {
    ...fields,
    message: hide(fields.message),
    detail: fields.detail === undefined || quoting ? undefined : hide(fields.detail),
    hint: fields.hint === undefined ? undefined : hide(fields.hint),
  };
  const cause = Object.assign(new Error(hidden.message), { code: fields.code });
  return { ...failure, fields: hidden, cause };
}

function withoutQuotes(text: string): string {
  return text.replaceAll(/"[^"]*"|'[^']*'/g, "[hidden]");
}

function withoutValues(text: string, values: readonly unknown[]): string {
  let hidden = text;
  for (const value of values) {
    const shown = textOf(value);
    if (shown.length >= unmistakable) hidden = hidden.replaceAll(shown, "[hidden]");
    else if (shown !== "")
      for (const quote of ['"', "'"]) hidden = hidden.replaceAll(quote + shown + quote, "[hidden]");
  }
  return hidden;
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  const json = JSON.stringify(value, (_, inner: unknown) => (typeof inner === "bigint" ? inner.toString() : inner));
  return json === undefined || value === null ? "" : json;
}
