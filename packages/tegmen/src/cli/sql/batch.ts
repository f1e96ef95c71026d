import { createInterface } from "node:readline";
import { metaCommand } from "./meta-commands.ts";
import type { Printer } from "./printer.ts";
import type { SqlSession } from "./session.ts";
import { splitStatements } from "./split.ts";

/**
 * Runs texts of statements one after the other, and stops at the first error.
 *
 * @returns whether all succeeded
 */
export async function runTexts(session: SqlSession, printer: Printer, texts: readonly string[]): Promise<boolean> {
  for (const text of texts) {
    if (text.trimStart().startsWith("\\")) {
      if (!(await runMeta(session, printer, text))) return false;
      continue;
    }
    const { statements, rest } = splitStatements(text);
    if (!(await runAll(session, printer, [...statements, rest.trim()]))) return false;
  }
  return true;
}

/**
 * Runs the statements that a stream brings, each as soon as it is complete; the last one needs no semicolon.
 *
 * @param signal gives up from outside
 * @returns whether all succeeded
 */
export async function runStream(
  session: SqlSession,
  printer: Printer,
  input: NodeJS.ReadableStream,
  signal?: AbortSignal,
): Promise<boolean> {
  const lines = createInterface({ input, crlfDelay: Infinity, terminal: false });
  const stop = (): void => {
    session.cancel();
    lines.close();
  };
  signal?.addEventListener("abort", stop, { once: true });
  try {
    let buffer = "";
    for await (const line of lines) {
      if (buffer === "" && line.startsWith("\\")) {
        if (/^\\q(?:uit)?\s*$/.test(line)) return true;
        if (!(await runMeta(session, printer, line))) return false;
        continue;
      }
      buffer += `${line}\n`;
      if (!line.includes(";")) continue;
      const { statements, rest, open } = splitStatements(buffer);
      if (!(await runAll(session, printer, statements))) return false;
      buffer = rest === "" && open === undefined ? "" : rest;
    }
    if (signal?.aborted) return false;
    const { statements, rest } = splitStatements(buffer);
    return await runAll(session, printer, [...statements, rest.trim()]);
  } finally {
    signal?.removeEventListener("abort", stop);
    lines.close();
  }
}

async function runAll(session: SqlSession, printer: Printer, statements: readonly string[]): Promise<boolean> {
  for (const sql of statements) {
    if (sql === "") continue;
    try {
      await printer.run(session, sql);
    } catch (error) {
      printer.error(error);
      return false;
    }
  }
  return true;
}

async function runMeta(session: SqlSession, printer: Printer, line: string): Promise<boolean> {
  const action = metaCommand(line, printer);
  switch (action.kind) {
    case "sql":
      return runAll(session, printer, [action.sql]);
    case "print":
      printer.out(action.lines);
      return true;
    case "error":
      printer.error(new Error(action.message));
      return false;
    case "quit":
      return true;
  }
}
