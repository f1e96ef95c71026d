import { redactSecrets } from "../errors/index.ts";

interface Stream {
  readonly isTTY?: boolean | undefined;
}

const codes = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

/** Formats a text for a stream that shows formats: a terminal, unless NO_COLOR is set (no-color.org). */
export function styled(stream: Stream, style: keyof typeof codes, text: string): string {
  const shows = stream.isTTY === true && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb";
  const [on, off] = codes[style];
  return shows ? `\u001B[${on}m${text}\u001B[${off}m` : text;
}

/** What to tell the user about an error: its message; for a mistake of ours also where it comes from. Never a password. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return redactSecrets(String(error));
  const ours = [TypeError, RangeError, ReferenceError].some((Class) => error instanceof Class);
  return redactSecrets(ours ? (error.stack ?? error.message) : error.message);
}
