import type { CallParts } from "../ast.ts";
import { SqlError } from "../sql-error.ts";
import { NOT_FOR_INTEGERS } from "./function-types.ts";
import type { Typer } from "./typer.ts";
import type { ValueType } from "./value-type.ts";

/** Functions that take strings only, while PostgreSQL takes anything. */
const STRINGS_ONLY: ReadonlySet<string> = new Set(["concat"]);

/**
 * Refuses arguments that PostgreSQL would convert.
 *
 * @throws SqlError 42883
 */
export function checkCall(typer: Typer, expr: CallParts, name: string): void {
  const integers = NOT_FOR_INTEGERS.has(name);
  const cut = name === "trunc" && expr.args.length > 1;
  if (!integers && !cut && !STRINGS_ONLY.has(name)) return;
  const types = expr.args.map((arg) => typer.typeOf(arg));
  const known = types.filter((type) => type !== undefined);
  if (known.length < types.length) return;
  if (cut) throw unknownSignature(name, known);
  const wrong = integers
    ? known[0]?.family === "int"
    : known.some((type) => type.family !== "string" && type.family !== "unknown");
  if (wrong) throw unknownSignature(name, known);
}

function unknownSignature(name: string, types: readonly ValueType[]): SqlError {
  const signature = `${name}(${types.map((type) => type.name).join(", ")})`;
  return new SqlError({ code: "42883", message: `unknown signature: ${signature}` });
}
