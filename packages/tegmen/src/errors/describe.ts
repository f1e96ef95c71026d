import { redactSecrets } from "./redact.ts";

const maxSqlLength = 1200;
const maxParameters = 10;
const maxParameterLength = 60;
const indent = "  ";

/** The parts of a database error's message, in the order in which they are shown. */
export interface MessageParts {
  readonly message: string;
  readonly code?: string | undefined;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
  readonly sql?: string | undefined;
  readonly parameters?: readonly unknown[] | undefined;
  readonly hideParameters?: boolean | undefined;
}

/**
 * Lays out the message of a database error: the server's message on the first line, then one indented line each
 * for what else is known. Long SQL loses its middle, long values their end, and passwords are masked.
 *
 * @returns the text for `error.message`
 */
export function describeDatabaseError(parts: MessageParts): string {
  const lines = [redactSecrets(parts.message)];
  const add = (label: string, text: string) => {
    lines.push(`${indent}${label}: ${redactSecrets(text).replaceAll("\n", `\n${indent}${indent}`)}`);
  };
  if (parts.detail) add("detail", parts.detail);
  if (parts.hint) add("hint", parts.hint);
  if (parts.code) add("SQLSTATE", parts.code);
  if (parts.sql !== undefined) {
    add("SQL", shortenSql(parts.sql));
    if (parts.hideParameters) add("parameters", "[parameters hidden]");
    else if (parts.parameters && parts.parameters.length > 0) add("parameters", describeParameters(parts.parameters));
  }
  return lines.join("\n");
}

/**
 * Shows the values bound to a statement, at most ten of them and each cut to a readable length.
 *
 * @param parameters the values in the order of `$1`, `$2` ...
 * @returns for example `[1, 'abc', NULL, … 7 more]`
 */
export function describeParameters(parameters: readonly unknown[]): string {
  const shown = parameters.slice(0, maxParameters).map(describeValue);
  const more = parameters.length - shown.length;
  return `[${shown.join(", ")}${more > 0 ? `, … ${more} more` : ""}]`;
}

/**
 * Shows one value as it would be written in SQL or JavaScript, cut to a readable length.
 *
 * @param value any value, also one whose own conversion to a string throws
 * @returns one line of text
 */
export function describeValue(value: unknown): string {
  try {
    return shorten(redactSecrets(showValue(value)));
  } catch {
    return `[${typeof value} that cannot be shown]`;
  }
}

function showValue(value: unknown): string {
  switch (typeof value) {
    case "string":
      // Only the beginning is shown, so only the beginning is worth quoting.
      return `'${value.slice(0, maxParameterLength * 4).replaceAll("'", "''")}'`;
    case "undefined":
      return "NULL";
    case "number":
    case "boolean":
      return String(value);
    case "bigint":
      return `${value}n`;
    case "symbol":
    case "function":
      return String(value);
    default:
  }
  if (value === null) return "NULL";
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : `'${value.toISOString()}'`;
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) {
    const shown = value.slice(0, maxParameters).map((item: unknown) => describeValue(item));
    const more = value.length - shown.length;
    return `[${shown.join(", ")}${more > 0 ? `, … ${more} more` : ""}]`;
  }
  const json = JSON.stringify(value, (_, inner: unknown) => (typeof inner === "bigint" ? inner.toString() : inner));
  return json ?? Object.prototype.toString.call(value);
}

function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length <= maxParameterLength ? line : `${sliceCharacters(line, 0, maxParameterLength)}…`;
}

function shortenSql(sql: string): string {
  const text = redactSecrets(sql).trim();
  if (text.length <= maxSqlLength) return text;
  const half = maxSqlLength / 2;
  const omitted = text.length - maxSqlLength;
  return `${sliceCharacters(text, 0, half)} … [${omitted} characters left out] … ${sliceCharacters(text, text.length - half, text.length)}`;
}

/** `slice` that leaves no half of a surrogate pair at either end. */
function sliceCharacters(text: string, start: number, end: number): string {
  const from = isLowSurrogate(text.charCodeAt(start)) ? start + 1 : start;
  const to = end < text.length && isLowSurrogate(text.charCodeAt(end)) ? end - 1 : end;
  return text.slice(from, to);
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
