import type { ErrorFields } from "../wire/messages.ts";

/** Go's parsers, whose words CockroachDB passes on, by PostgreSQL's name of the type. */
const GO_PARSERS: Readonly<Record<string, string>> = {
  smallint: "ParseInt",
  integer: "ParseInt",
  bigint: "ParseInt",
  real: "ParseFloat",
  "double precision": "ParseFloat",
  boolean: "ParseBool",
};

/** CockroachDB's names of types in these messages, where they are not PostgreSQL's. */
const TYPES: Readonly<Record<string, string>> = {
  numeric: "decimal",
  "timestamp with time zone": "timestamptz",
  "time with time zone": "timetz",
};

/**
 * What CockroachDB says of a parameter's text that is no value of its type. PostgreSQL finds it in the
 * same message (Bind), but words it as in a statement.
 *
 * @returns undefined for an error of another kind
 */
export function bindError(fields: ErrorFields): ErrorFields | undefined {
  const number = /parameter (\$\d+)/.exec(fields.where ?? "")?.[1] ?? "$1";
  const error = (code: string, what: string): ErrorFields => ({
    code,
    message: `error in argument for ${number}: ${what}`,
  });
  const syntax = /^invalid input syntax for type ([a-z ]+): "(.*)"$/s.exec(fields.message);
  if (syntax) {
    const [type = "", text = ""] = [syntax[1], syntax[2]];
    const parser = GO_PARSERS[type];
    if (parser) return error("08P01", `strconv.${parser}: parsing ${JSON.stringify(text)}: invalid syntax`);
    if (type === "json") {
      const start = `invalid character '${text.trim().charAt(0)}' looking for beginning of value`;
      return error("22P02", `could not parse JSON: unable to decode JSON: ${start}`);
    }
    return error("42601", `could not parse string "${text}" as ${TYPES[type] ?? type}`);
  }
  const range = /^value "(.*)" is out of range for type (smallint|integer|bigint)$/s.exec(fields.message);
  if (range) return error("08P01", `strconv.ParseInt: parsing "${range[1]}": value out of range`);
  const digit = /^invalid hexadecimal digit: "(.)"$/s.exec(fields.message)?.[1];
  if (digit) {
    const point = digit.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0");
    return error("08P01", `encoding/hex: invalid byte: U+${point} '${digit}'`);
  }
  const bit = /^"(.)" is not a valid binary digit$/s.exec(fields.message)?.[1];
  if (bit) return error("22P02", `could not parse string as bit array: "${bit}" is not a valid binary digit`);
  return undefined;
}
