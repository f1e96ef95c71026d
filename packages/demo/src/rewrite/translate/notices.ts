import { quoteText } from "./quote.ts";

/** The code by which the session knows the gateway's own notices: it passes on these only, as 00000. */
export const NOTICE_CODE = "CRDB0";

/** SQL for the backend that sends a notice to the client. */
export function noticeSql(message: string, hint?: string): string {
  const raise =
    `BEGIN RAISE NOTICE USING ERRCODE = '${NOTICE_CODE}', MESSAGE = ${quoteText(message)}` +
    `${hint === undefined ? "" : `, HINT = ${quoteText(hint)}`}; END`;
  return `DO ${quoteText(raise)}`;
}
