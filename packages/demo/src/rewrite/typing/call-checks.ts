import type { CallParts } from "../ast.ts";
import { SqlError } from "../sql-error.ts";
import { NOT_FOR_INTEGERS } from "./function-types.ts";
import type { Typer } from "./typer.ts";

/** Functions that take strings only, while PostgreSQL takes anything. */
const STRINGS_ONLY: ReadonlySet<string> = new Set(["concat"]);

/**
 * Refuses arguments that PostgreSQL would convert.
 *
 * @throws SqlError 42883
 */
export function checkCall(typer: Typer, expr: CallParts, name: string): void {
  const integers = NOT_FOR_INTEGERS.has(name);
  if (!integers && !STRINGS_ONLY.has(name)) return;
  const types = expr.args.map((arg) => typer.typeOf(arg));
  const known = types.filter((type) => type !== undefined);
  if (known.length < types.length) return;
  const wrong = integers
    ? known[0]?.family === "int"
    : known.some((type) => type.family !== "string" && type.family !== "unknown");
  if (!wrong) return;
  const signature = `${name}(${known.map((type) => type.name).join(", ")})`;
  throw new SqlError({ code: "42883", message: `unknown signature: ${signature}` });
}
