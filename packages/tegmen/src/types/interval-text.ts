import type { DurationFields } from "./temporal.ts";

const intervalText =
  /^(?:(-?\d+) years? ?)?(?:([+-]?\d+) mons? ?)?(?:([+-]?\d+) days? ?)?(?:([+-]?)(\d+):(\d\d):(\d\d)(?:\.(\d{1,6}))?)?$/;

/**
 * Reads an interval as the server writes it (`1 year 2 mons -3 days +04:05:06.7`) into the fields of a duration.
 *
 * @returns undefined for text that is no interval
 */
export function parseInterval(text: string): Partial<DurationFields> | undefined {
  const match = intervalText.exec(text);
  if (match === null || text === "") return undefined;
  const [, years = "0", months = "0", days = "0", sign, hours = "0", minutes = "0", seconds = "0", fraction = ""] =
    match;
  const direction = sign === "-" ? -1 : 1;
  const microseconds = fraction.padEnd(6, "0");
  const time = {
    hours: Number(hours) * direction,
    minutes: Number(minutes) * direction,
    seconds: Number(seconds) * direction,
    milliseconds: Number(microseconds.slice(0, 3)) * direction,
    microseconds: Number(microseconds.slice(3)) * direction,
  };
  return { years: Number(years), months: Number(months), days: Number(days), ...time };
}
