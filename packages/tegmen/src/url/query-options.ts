import { ArgumentError } from "../errors/index.ts";
import { didYouMean, nearest } from "../text/did-you-mean.ts";
import { parseStartupOptions } from "./startup-options.ts";

/** How much a connection relies on TLS, by the names and with the meaning of libpq's `sslmode`. */
export type SslMode = "disable" | "allow" | "prefer" | "require" | "verify-ca" | "verify-full";

/** All values of `sslmode`, from the weakest to the strongest. */
export const sslModes: readonly SslMode[] = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

/** Whether the text is one of {@link sslModes}. */
export function isSslMode(text: string): text is SslMode {
  return (sslModes as readonly string[]).includes(text);
}

const anything = (): void => undefined;

const checks: ReadonlyMap<string, (value: string) => void> = new Map<string, (value: string) => void>([
  ["sslmode", checkSslMode],
  ["sslrootcert", anything],
  ["sslcert", anything],
  ["sslkey", anything],
  ["application_name", anything],
  ["connect_timeout", (value) => void parseConnectTimeout(value)],
  ["statement_timeout", (value) => void parseStatementTimeout(value)],
  ["options", (value) => void parseStartupOptions(value)],
]);

/** The options that are fields of a `Url`, not part of its `query`. */
export const fieldOptions: readonly string[] = ["host", "port", "user", "password", "dbname", "sslpassword"];

const optionNames = [...checks.keys(), ...fieldOptions];

/**
 * Checks the options of a URL.
 *
 * @param query the options by name
 * @returns a frozen copy, without those that are empty, and with `ssl=true` written as `sslmode=require`
 * @throws {ArgumentError} for an unknown name or a wrong value; the message says the nearest right one
 */
export function checkQuery(query: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const checked: Record<string, string> = {};
  for (const [name, value] of Object.entries(query)) {
    if (typeof value !== "string") throw new ArgumentError(`${name} of the connection URL has to be a string`);
    if (/\0|\p{Surrogate}/u.test(value)) {
      throw new ArgumentError(
        `${show(name)} of the connection URL contains a NUL character or half of a surrogate pair`,
      );
    }
    if (name === "ssl") {
      if (value !== "true") throw new ArgumentError("ssl of the connection URL can only be true: use sslmode instead");
      checked["sslmode"] ??= "require";
      continue;
    }
    const check = checks.get(name);
    if (check === undefined) throw new ArgumentError(unknownOption(name));
    if (value === "") continue;
    check(value);
    checked[name] = value;
  }
  const { sslrootcert, sslmode } = checked;
  if (sslrootcert === "system" && sslmode !== undefined && sslmode !== "verify-full") {
    throw new ArgumentError(
      `sslmode=${sslmode} with sslrootcert=system would accept anybody's certificate: use sslmode=verify-full`,
    );
  }
  return Object.freeze(checked);
}

/**
 * Reads `connect_timeout`: whole seconds as in libpq; zero or less waits for ever.
 *
 * @returns milliseconds; 0 for no limit
 */
export function parseConnectTimeout(value: string): number {
  if (!/^[+-]?\d{1,7}$/.test(value)) {
    throw new ArgumentError(`connect_timeout=${show(value)} of the connection URL is not a whole number of seconds`);
  }
  return Math.max(0, Number(value)) * 1000;
}

const millisecondsIn: Readonly<Record<string, number>> = { "": 1, ms: 1, s: 1000, min: 60_000, h: 3_600_000 };

/**
 * Reads `statement_timeout`: a number with a unit of ms, s, min or h, and milliseconds without one.
 *
 * @returns milliseconds; 0 for no limit
 */
export function parseStatementTimeout(value: string): number {
  const [, digits = "", unit = ""] = /^(\d{1,9})(ms|s|min|h)?$/.exec(value) ?? [];
  const factor = millisecondsIn[unit];
  if (digits === "" || factor === undefined) {
    throw new ArgumentError(
      `statement_timeout=${show(value)} of the connection URL is not a time: expected milliseconds, or 30s, 5min, 1h`,
    );
  }
  return Number(digits) * factor;
}

function checkSslMode(value: string): void {
  if (isSslMode(value)) return;
  throw new ArgumentError(`sslmode=${show(value)} of the connection URL is not valid: ${didYouMean(value, sslModes)}`);
}

function unknownOption(name: string): string {
  const start = `unknown option ${JSON.stringify(show(name))} in the connection URL`;
  if (name === "cluster") return `${start}: the name of a cluster is written options=--cluster=NAME`;
  if (nearest(name, optionNames) !== undefined) return `${start}: ${didYouMean(name, optionNames)}`;
  return `${start}: ${didYouMean(name, optionNames)}; a session variable is set by options=-c name=value`;
}

function show(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
