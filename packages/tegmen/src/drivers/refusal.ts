import { firstKeyword } from "../text/index.ts";
import type { DriverFailure, DriverStatement } from "./driver.ts";

/**
 * Looks for a statement that must not be sent: with more parameters than the protocol can count, with a NUL, which
 * would end the message's text early, or COPY, whose exchange of data no consumer is made for.
 *
 * @param maxParameters the most that fit into a message
 * @returns the failure of the batch; undefined when all can be sent
 */
export function refusal(
  batch: readonly Omit<DriverStatement, "consumer">[],
  maxParameters: number,
): (DriverFailure & { readonly kind: "client" }) | undefined {
  for (let index = 0; index < batch.length; index++) {
    const { sql, parameters } = batch[index]!;
    const reason = refuse(sql, parameters.length, maxParameters);
    if (reason !== undefined) return { kind: "client", index, cause: new RangeError(reason) };
  }
  return undefined;
}

/** As {@link refusal}, for a text of the simple protocol. */
export function refusalOfText(sql: string): (DriverFailure & { readonly kind: "client" }) | undefined {
  return sql.includes("\0") ? { kind: "client", index: 0, cause: new RangeError(nulInText) } : undefined;
}

/** What is said about COPY, wherever it turns up. */
export const copyRefused = "COPY FROM STDIN and COPY TO STDOUT cannot be executed as statements";

const nulInText = "a statement cannot contain the character NUL (U+0000)";

function refuse(sql: string, parameters: number, maxParameters: number): string | undefined {
  if (parameters > maxParameters) {
    return `a statement takes at most ${maxParameters} parameters, this one has ${parameters}`;
  }
  if (sql.includes("\0")) return nulInText;
  return isCopy(sql) ? copyRefused : undefined;
}

function isCopy(sql: string): boolean {
  // Nearly every statement begins with a letter that tells already: nothing more to look at.
  const first = sql.charCodeAt(0) | 0x20;
  return (first === 0x63 || first < 0x61 || first > 0x7a) && firstKeyword(sql) === "COPY";
}
