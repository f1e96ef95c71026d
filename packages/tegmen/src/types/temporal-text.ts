import { fromIsoYear } from "./timestamp-text.ts";
import { temporalClass, type DurationFields, type TemporalValue } from "./temporal.ts";
import { cannotHold, cannotHoldExactly } from "./value-error.ts";

const durationUnits = ["years", "months", "weeks", "days", "hours", "minutes"] as const;
const belowMicrosecond = /\.\d{6}\d*[1-9]/;

/**
 * A Temporal object as the server reads it: no annotations in brackets, years in the server's form, and intervals
 * unit by unit, because PostgreSQL and CockroachDB read a sign before `P` differently.
 *
 * @returns undefined for what is no Temporal object
 * @throws PrecisionError for nanoseconds, which the server would round away
 */
export function formatTemporal(typeName: string, value: object): string | undefined {
  switch (temporalClass(value)) {
    case "Instant":
      return formatInstant(typeName, value as TemporalValue);
    case "ZonedDateTime":
      // Its own text rounds the offsets of former times to minutes.
      return formatInstant(typeName, (value as unknown as { toInstant(): TemporalValue }).toInstant());
    case "PlainDateTime":
    case "PlainDate":
      return checked(typeName, value, fromIsoYear((value as TemporalValue).toString({ calendarName: "never" })));
    case "PlainTime":
      return checked(typeName, value, (value as TemporalValue).toString());
    case "Duration":
      return formatDuration(typeName, value as DurationFields);
    case undefined:
      return undefined;
    default:
      throw cannotHold(typeName, value, "pass a whole date or time");
  }
}

function formatInstant(typeName: string, value: TemporalValue): string {
  return checked(typeName, value, fromIsoYear(value.toString().replace("Z", "+00:00")));
}

function checked(typeName: string, value: object, text: string): string {
  if (belowMicrosecond.test(text))
    throw cannotHoldExactly(typeName, value, "the database keeps microseconds; round it");
  return text;
}

function formatDuration(typeName: string, value: DurationFields): string {
  const nanoseconds = BigInt(value.microseconds) * 1000n + BigInt(value.nanoseconds);
  if (nanoseconds % 1000n !== 0n) {
    throw cannotHoldExactly(typeName, value, "the database keeps microseconds; round it");
  }
  const microseconds = BigInt(value.seconds) * 1_000_000n + BigInt(value.milliseconds) * 1000n + nanoseconds / 1000n;
  const parts = durationUnits.filter((unit) => value[unit] !== 0).map((unit) => `${value[unit]} ${unit}`);
  if (microseconds !== 0n || parts.length === 0) parts.push(`${decimalSeconds(microseconds)} seconds`);
  return parts.join(" ");
}

function decimalSeconds(microseconds: bigint): string {
  const magnitude = microseconds < 0n ? -microseconds : microseconds;
  const fraction = (magnitude % 1_000_000n).toString().padStart(6, "0");
  return `${microseconds < 0n ? "-" : ""}${magnitude / 1_000_000n}.${fraction}`;
}
