/**
 * The text of TIMESTAMP and TIMESTAMPTZ: `2020-02-29 12:34:56.789123+00:00`, and rarely `0044-03-15 00:00:00+00:19:32 BC`
 * or a year of more than four digits.
 */

const zero = 48;
const space = 32;
const plus = 43;
const hyphen = 45;
const point = 46;
const colon = 58;

const millisecondsPerDay = 86_400_000;
const timestampText =
  /^(\d{4,7})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:Z|([+-])(\d\d)(?::?(\d\d)(?::?(\d\d))?)?)?( BC)?$/;

/**
 * Milliseconds since 1970 in UTC; without an offset the text is taken as UTC. Digits of the fraction beyond the third
 * are dropped.
 *
 * @returns NaN for text that is no timestamp (`infinity` too)
 */
export function parseTimestamp(text: string): number {
  const length = text.length;
  if (
    length < 19 ||
    text.charCodeAt(4) !== hyphen ||
    text.charCodeAt(7) !== hyphen ||
    text.charCodeAt(10) !== space ||
    text.charCodeAt(13) !== colon ||
    text.charCodeAt(16) !== colon
  ) {
    return parseRareTimestamp(text);
  }
  let milliseconds = 0;
  let index = 19;
  if (index < length && text.charCodeAt(index) === point) {
    let scale = 100;
    for (index++; index < length; index++) {
      const digit = text.charCodeAt(index) - zero;
      if (digit < 0 || digit > 9) break;
      milliseconds += digit * scale;
      scale = (scale / 10) | 0;
    }
  }
  // What is left is nothing, `+00:00` of CockroachDB or `+00` of PostgreSQL; other offsets are as rare as BC.
  if (index !== length) {
    const rest = length - index;
    if (
      text.charCodeAt(index) !== plus ||
      text.charCodeAt(index + 1) !== zero ||
      text.charCodeAt(index + 2) !== zero ||
      (rest !== 3 &&
        (rest !== 6 ||
          text.charCodeAt(index + 3) !== colon ||
          text.charCodeAt(index + 4) !== zero ||
          text.charCodeAt(index + 5) !== zero))
    ) {
      return parseRareTimestamp(text);
    }
  }
  const year = digitPair(text, 0) * 100 + digitPair(text, 2);
  const seconds = digitPair(text, 11) * 3600 + digitPair(text, 14) * 60 + digitPair(text, 17);
  return (
    daysSince1970(year, digitPair(text, 5), digitPair(text, 8)) * millisecondsPerDay + seconds * 1000 + milliseconds
  );
}

function digitPair(text: string, index: number): number {
  return text.charCodeAt(index) * 10 + text.charCodeAt(index + 1) - zero * 11;
}

function parseRareTimestamp(text: string): number {
  const match = timestampText.exec(text);
  if (match === null) return Number.NaN;
  const [, year, month, day, hour, minute, second, fraction = "", sign, offsetHour, offsetMinute, offsetSecond, era] =
    match;
  const days = daysSince1970(era === undefined ? Number(year) : 1 - Number(year), Number(month), Number(day));
  const offset = toSeconds(offsetHour, offsetMinute, offsetSecond) * (sign === "-" ? -1 : 1);
  const seconds = toSeconds(hour, minute, second) - offset;
  return days * millisecondsPerDay + seconds * 1000 + Number(fraction.slice(0, 3).padEnd(3, "0"));
}

function toSeconds(hours = "0", minutes = "0", seconds = "0"): number {
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

/**
 * Days from 1970-01-01 to a day of the proleptic Gregorian calendar, where year 0 is 1 BC. `Date.UTC` would take the
 * years 0 to 99 for 1900 to 1999.
 */
function daysSince1970(year: number, month: number, day: number): number {
  // Years are counted from March, so that the leap day is the last of its year.
  const marchYear = month > 2 ? year : year - 1;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = (((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) | 0) + day - 1;
  const dayOfEra = yearOfEra * 365 + ((yearOfEra / 4) | 0) - ((yearOfEra / 100) | 0) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The microseconds below the millisecond, 0 to 999, that {@link parseTimestamp} drops. */
export function microsecondsOf(text: string): number {
  const index = text.indexOf(".");
  if (index === -1) return 0;
  let microseconds = 0;
  for (let place = 1; place <= 6; place++) {
    const digit = text.charCodeAt(index + place) - zero;
    // Also at the end of the text, where there is NaN.
    if (!(digit >= 0 && digit <= 9)) break;
    if (place > 3) microseconds += digit * 10 ** (6 - place);
  }
  return microseconds;
}

/**
 * A moment as the server reads it: ISO 8601 with the offset `+00:00`, and from year 10000 on or before Christ in the
 * server's own form, because ISO's signed years are not understood.
 *
 * @param value a valid date
 */
export function formatDate(value: Date): string {
  const time = value.getTime();
  const day = Math.floor(time / dayLength);
  if (day !== lastDay.number) {
    const iso = value.toISOString();
    if (iso.length !== 24 || iso.startsWith("0000")) return fromIsoYear(`${iso.slice(0, -1)}+00:00`);
    lastDay.number = day;
    lastDay.text = iso.slice(0, 11);
  }
  const milliseconds = time - day * dayLength;
  const seconds = (milliseconds / 1000) | 0;
  const minutes = (seconds / 60) | 0;
  const hours = (minutes / 60) | 0;
  const clock = `${twoDigits[hours]}:${twoDigits[minutes % 60]}:${twoDigits[seconds % 60]}`;
  return `${lastDay.text}${clock}.${String(1000 + (milliseconds % 1000)).slice(1)}+00:00`;
}

const dayLength = 86_400_000;

/** Many rows have moments of the same day, and `toISOString` is what writing such rows would spend most time on. */
const lastDay = { number: Number.NaN, text: "" };

const twoDigits: readonly string[] = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, "0"));

/** ISO 8601 as JavaScript writes it, with the year as the server reads it: `-000043-03-15` is `0044-03-15 BC`. */
export function fromIsoYear(iso: string): string {
  const match = /^([+-]?)(\d{6}|0000)(-.*)$/.exec(iso);
  if (match === null) return iso;
  const [, sign, digits, rest = ""] = match;
  const year = sign === "-" ? -Number(digits) : Number(digits);
  const shown = String(year > 0 ? year : 1 - year).padStart(4, "0");
  return `${shown}${rest.replace("T", " ")}${year > 0 ? "" : " BC"}`;
}

/** The server's date, with or without a time, as ISO 8601: `0044-03-15 BC` is `-000043-03-15`. Infinities stay. */
export function toIsoYear(text: string): string {
  const isBc = text.endsWith(" BC");
  const end = text.indexOf("-", 1);
  if (!isBc && end <= 4) return text;
  const digits = Number(text.slice(0, end));
  if (Number.isNaN(digits)) return text;
  const year = isBc ? 1 - digits : digits;
  const sign = year < 0 ? "-" : year > 9999 ? "+" : "";
  const shown = String(Math.abs(year)).padStart(sign === "" ? 4 : 6, "0");
  return `${sign}${shown}${text.slice(end, isBc ? -3 : undefined)}`;
}
