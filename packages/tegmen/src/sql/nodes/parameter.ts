import { ArgumentError, DataError, PrecisionError } from "../../errors/index.ts";
import { encodeFor, encodeParameter, type AnySqlType } from "../../types/index.ts";
import type { ParameterNode } from "./expression-node.ts";

/**
 * A value that will be sent beside the SQL. It is encoded here, so that an error points at the line that passed it.
 *
 * @param value any value; null is NULL
 * @param type the type that encodes it; without one it is encoded as in `text()`
 * @param cast the type to cast the placeholder to, where the server cannot infer it
 * @param where for errors: what the value was passed to
 * @throws {ArgumentError} for undefined
 * @throws {DataError} the type cannot hold the value
 */
export function parameterNode(
  value: unknown,
  type: AnySqlType | undefined,
  cast?: string,
  where?: string,
): ParameterNode {
  if (value === undefined) {
    throw new ArgumentError(
      `${where ?? "a parameter"} was given undefined: pass a value, null for SQL NULL, or leave it out`,
    );
  }
  let text: string | null;
  try {
    text = type === undefined ? encodeParameter(value) : encodeFor(type, value);
  } catch (error) {
    throw where === undefined ? error : named(error, where);
  }
  return { kind: "parameter", text, value, type, cast };
}

/** The same error, saying in its first line what the value was for. */
function named(error: unknown, where: string): unknown {
  if (!(error instanceof DataError)) return error;
  const ErrorClass = error instanceof PrecisionError ? PrecisionError : DataError;
  const [first = ""] = error.message.split("\n", 1);
  const dot = where.indexOf(".");
  const column = dot > 0 && !where.includes("(") ? { table: where.slice(0, dot), column: where.slice(dot + 1) } : {};
  return new ErrorClass(`${where}: ${first}`, { dataType: error.dataType, hint: error.hint, cause: error, ...column });
}
