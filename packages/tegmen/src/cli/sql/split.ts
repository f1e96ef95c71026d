import { isSpace, skipComment, skipToken } from "../../text/scan.ts";

/** What has been typed so far, taken apart. */
export interface SplitText {
  /** The complete statements, without their semicolons. */
  readonly statements: readonly string[];
  /** What comes after the last semicolon; empty if it is nothing but white space and comments. */
  readonly rest: string;
  /** How the token begins that is not closed at the end, such as `'`, `"`, `$$` or a comment. */
  readonly open: string | undefined;
}

/**
 * Takes statements apart at their semicolons, with regard to strings, quoted names, dollar quotes and comments.
 *
 * @param sql one or more statements, the last perhaps not complete
 *
 * @example
 * ```ts
 * splitStatements("SELECT ';'; SELECT"); // { statements: ["SELECT ';'"], rest: " SELECT", open: undefined }
 * ```
 */
export function splitStatements(sql: string): SplitText {
  const statements: string[] = [];
  let start = 0;
  let at = 0;
  let hasContent = false;
  let open: string | undefined;
  while (at < sql.length) {
    const end = skipToken(sql, at);
    if (end > at) {
      const comment = skipComment(sql, at) > at;
      if (end === sql.length && isOpen(sql, at)) open = opening(sql, at);
      hasContent ||= !comment || open !== undefined;
      at = end;
    } else if (sql[at] === ";") {
      if (hasContent) statements.push(sql.slice(start, at).trim());
      at += 1;
      start = at;
      hasContent = false;
    } else {
      hasContent ||= !isSpace(sql.charCodeAt(at));
      at += 1;
    }
  }
  return { statements, rest: hasContent ? sql.slice(start) : "", open };
}

/**
 * Writes a statement in one line, for the history: comments go, and white space becomes a space.
 *
 * @returns undefined where that would change its meaning, because a string or a name has several lines
 */
export function inOneLine(sql: string): string | undefined {
  let line = "";
  let at = 0;
  while (at < sql.length) {
    const end = skipToken(sql, at);
    const token = sql.slice(at, Math.max(end, at + 1));
    if (skipComment(sql, at) > at || isSpace(sql.charCodeAt(at))) line += line.endsWith(" ") ? "" : " ";
    else if (/[\n\r]/.test(token)) return undefined;
    else line += token;
    at += token.length;
  }
  return line.trim();
}

/** Whether the last token would go on if the text did: a line comment ends with its line, a string does not. */
function isOpen(sql: string, start: number): boolean {
  return skipToken(`${sql}\n `, start) > sql.length + 1;
}

function opening(sql: string, start: number): string {
  const token = sql.slice(start);
  return /^(?:\$\w*\$|\/\*|[A-Za-z]?'|")/.exec(token)?.[0].replace(/^[A-Za-z]/, "") ?? token.slice(0, 1);
}
