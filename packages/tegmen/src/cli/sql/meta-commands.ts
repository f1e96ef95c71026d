import { didYouMean } from "../../text/did-you-mean.ts";
import type { Printer } from "./printer.ts";

/** What a backslash command asks for. */
export type MetaAction =
  | { readonly kind: "quit" }
  /** Run this statement. */
  | { readonly kind: "sql"; readonly sql: string }
  | { readonly kind: "print"; readonly lines: readonly string[] }
  | { readonly kind: "error"; readonly message: string };

const help = [
  String.raw`  \d [TABLE]             the columns of a table; without one, the tables`,
  String.raw`  \dt                    the tables of this database`,
  String.raw`  \di TABLE              the indexes of a table`,
  String.raw`  \l                     the databases`,
  String.raw`  \c DATABASE            use another database`,
  String.raw`  \x [on|off|auto]       show each row by itself; auto: when a table is too wide`,
  String.raw`  \timing [on|off]       show how long statements take`,
  String.raw`  \?                     this text`,
  String.raw`  \q, Ctrl-D             leave`,
  "",
  "  A statement ends with ; and may have several lines. Ctrl-C cancels what runs, or what was typed.",
];

const names = ["\\d", "\\dt", "\\di", "\\l", "\\c", "\\x", "\\timing", "\\?", "\\q"];

/**
 * Reads a backslash command, and does what concerns the printer alone.
 *
 * @param line begins with `\`
 */
export function metaCommand(line: string, printer: Printer): MetaAction {
  const [name = "", ...words] = line.trim().replace(/;+$/, "").split(/\s+/);
  const argument = words.join(" ");
  switch (name) {
    case "\\q":
    case "\\quit":
      return { kind: "quit" };
    case "\\?":
    case "\\h":
    case "\\help":
      return { kind: "print", lines: help };
    case "\\l":
      return sql("SHOW DATABASES");
    case "\\dt":
      return sql("SHOW TABLES");
    case "\\d":
      return argument === "" ? sql("SHOW TABLES") : onName(argument, (table) => `SHOW COLUMNS FROM ${table}`);
    case "\\di":
      return onName(argument, (table) => `SHOW INDEXES FROM ${table}`);
    case "\\c":
      return onName(argument, (database) => `USE ${database}`);
    case "\\x":
      return expand(argument, printer);
    case "\\timing":
      return timing(argument, printer);
    default:
      return { kind: "error", message: `unknown command ${name}: ${didYouMean(name, names)} (\\? for help)` };
  }
}

function sql(text: string): MetaAction {
  return { kind: "sql", sql: text };
}

/** A name as SQL has it, perhaps qualified. */
function onName(name: string, statement: (name: string) => string): MetaAction {
  const part = String.raw`(?:"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)`;
  if (new RegExp(`^${part}(?:\\.${part})*$`, "u").test(name)) return sql(statement(name));
  const problem = name === "" ? "a name is missing" : `this is not a name: ${name}`;
  return { kind: "error", message: `${problem} (quote names with special characters: "my table")` };
}

function expand(argument: string, printer: Printer): MetaAction {
  const next = argument || (printer.format === "records" ? "off" : "on");
  if (!["on", "off", "auto"].includes(next)) return { kind: "error", message: String.raw`\x takes on, off or auto` };
  printer.format = next === "on" ? "records" : "table";
  printer.expandWide = next === "auto";
  return { kind: "print", lines: [`Expanded display is ${next}.`] };
}

function timing(argument: string, printer: Printer): MetaAction {
  const next = argument || (printer.timing ? "off" : "on");
  if (!["on", "off"].includes(next)) return { kind: "error", message: String.raw`\timing takes on or off` };
  printer.timing = next === "on";
  return { kind: "print", lines: [`Timing is ${next}.`] };
}
