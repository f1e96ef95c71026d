import type { Notice, ServerErrorFields } from "../../drivers/driver.ts";
import { redactSecrets } from "../../errors/index.ts";
import { errorText } from "../report.ts";
import { escapeControls } from "./display-width.ts";
import { StatementFailure } from "./session.ts";

/**
 * Tells what went wrong with a statement: the message, then a line each for SQLSTATE, detail and hint, and
 * the line of the statement with a mark where the server says the error is.
 */
export function failureLines(error: unknown): string[] {
  if (!(error instanceof StatementFailure)) return lines(`ERROR: ${errorText(error)}`);
  const { failure, sql } = error;
  if (failure.kind === "server") return serverErrorLines(failure.fields, sql);
  if (failure.kind === "client") return lines(`ERROR: ${errorText(failure.cause)}`);
  return [
    ...lines(`ERROR: the connection to the server was lost: ${errorText(failure.cause)}`),
    ...(failure.sent ? ["HINT: it is not known whether the statement took effect"] : []),
  ];
}

/** A message that the server sent along. */
export function noticeLines({ severity, message, detail, hint }: Notice): string[] {
  return [
    ...lines(`${severity ?? "NOTICE"}: ${message}`),
    ...(detail ? lines(`DETAIL: ${detail}`) : []),
    ...(hint ? lines(`HINT: ${hint}`) : []),
  ];
}

function serverErrorLines(fields: ServerErrorFields, sql: string): string[] {
  const { severity, message, code, detail, hint, position } = fields;
  return [
    ...lines(`${severity ?? "ERROR"}: ${message}`),
    ...(code ? [`SQLSTATE: ${code}`] : []),
    ...(position ? markedLine(sql, Number(position)) : []),
    ...(detail ? lines(`DETAIL: ${detail}`) : []),
    ...(hint ? lines(`HINT: ${hint}`) : []),
  ];
}

/** @param position counts characters, not UTF-16 units, from 1 */
function markedLine(sql: string, position: number): string[] {
  const before = Array.from(sql)
    .slice(0, position - 1)
    .join("");
  const number = before.split("\n").length;
  const line = sql.split("\n")[number - 1];
  // A password may stand in the line.
  if (!(position >= 1) || line === undefined || line.length > 200 || redactSecrets(sql) !== sql) return [];
  const label = `LINE ${number}: `;
  const column = before.length - (before.lastIndexOf("\n") + 1);
  return [label + escapeControls(line), `${" ".repeat(label.length + escapeControls(line.slice(0, column)).length)}^`];
}

function lines(text: string): string[] {
  return redactSecrets(text).split("\n").map(escapeControls);
}
