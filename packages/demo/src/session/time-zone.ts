import { invalid } from "./variable-values.ts";
import type { SetValue } from "../rewrite/contract.ts";

/** The value of `timezone`: a name, an offset in hours, an interval. */
export function parseTimeZone(name: string, values: readonly SetValue[]): string {
  const value = values[0];
  const text = value?.text ?? "";
  if (text === "" || /^(default|local|utc)$/i.test(text)) return "UTC";
  if (value?.kind === "interval") return `'${normalizeOffset(text)}'`;
  if (/^[+-]?\d+(\.\d+)?$/.test(text)) return String(Number(text));
  if (timeZoneOffset(text) !== undefined) return text;
  try {
    // Every name Intl knows is in PostgreSQL's time zone files too.
    Intl.DateTimeFormat("en", { timeZone: text });
    return text;
  } catch {
    throw invalid(name, `'${text}'`, {
      detail: `cannot find time zone "${text}": could not parse "${text}" as time zone`,
    });
  }
}

function normalizeOffset(text: string): string {
  const match = /^([+-]?)(\d{1,2})(?::(\d{2}))?(?::(\d{2}))?$/.exec(text.trim());
  if (!match) return text;
  const sign = match[1] === "-" ? "-" : "";
  return `${sign}${(match[2] ?? "0").padStart(2, "0")}:${match[3] ?? "00"}:${match[4] ?? "00"}`;
}

/** The POSIX form (`<+02:00>-02:00`) of a zone given as an offset, or undefined for a named one. */
export function timeZoneOffset(value: string): string | undefined {
  const plain = value.replace(/^'|'$/g, "");
  const number = /^[+-]?\d+(\.\d+)?$/.test(plain) ? Number(plain) * 3600 : undefined;
  const clock = /^([+-]?)(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(plain);
  // an interval is east of Greenwich, a text, as POSIX has it, west
  const east = value.startsWith("'") ? 1 : -1;
  const seconds =
    number ??
    (clock
      ? (clock[1] === "-" ? -east : east) * (Number(clock[2]) * 3600 + Number(clock[3]) * 60 + Number(clock[4] ?? 0))
      : undefined);
  if (seconds === undefined) return undefined;
  const two = (n: number): string => String(Math.floor(n)).padStart(2, "0");
  const size = Math.abs(seconds);
  const clockText = `${two(size / 3600)}:${two((size / 60) % 60)}:${two(size % 60)}`;
  return seconds < 0 ? `<-${clockText}>+${clockText}` : `<+${clockText}>-${clockText}`;
}
