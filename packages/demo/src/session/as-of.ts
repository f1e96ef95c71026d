import { SqlError } from "../rewrite/sql-error.ts";

const CONSTANT = /^'((?:[^']|'')*)'(?:::\w+)?$/;
const INTERVAL = /^-?(?:\d+(?:\.\d+)?\s*[a-zµ]+\s*)+$|^-?\d+:\d\d(:\d\d)?/i;

/**
 * The demo cluster keeps no history: a time in the past is refused, and what is
 * no time at all is answered as CockroachDB does.
 */
export function refuseAsOf(literal: string): never {
  const asOf = (message: string): SqlError => new SqlError({ code: "XXUUU", message: `AS OF SYSTEM TIME: ${message}` });
  const text = CONSTANT.exec(literal.trim())?.[1];
  if (text !== undefined) {
    const time = /^\d{4}-\d\d-\d\d/.test(text) || /^\d+(\.\d+)?$/.test(text);
    if (!time && !INTERVAL.test(text)) throw asOf("value is neither timestamp, decimal, nor interval");
    if (INTERVAL.test(text) && !text.startsWith("-")) {
      throw asOf(`cannot specify timestamp in the future (${text})`);
    }
  } else if (!/^-?\d+(\.\d+)?$/.test(literal) && !/^(experimental_)?follower_read_timestamp\(\)$/i.test(literal)) {
    if (!/^with_m(ax_staleness|in_timestamp)/i.test(literal)) {
      throw asOf("only constant expressions or follower_read_timestamp are allowed");
    }
  }
  throw new SqlError({
    code: "0A000",
    message: `AS OF SYSTEM TIME ${literal} is not supported by the demo cluster`,
    hint: "The demo cluster keeps no history; run this statement on a real cluster.",
  });
}
