import { CompileError } from "../errors/index.ts";
import type { ParameterNode } from "../sql/nodes/expression-node.ts";
import { quoteLiteral } from "../text/index.ts";

const numeric = new Set(["INT2", "INT4", "INT8", "DECIMAL", "FLOAT4", "FLOAT8"]);

/** Writes a value into SQL, for DDL, which takes no parameters. */
export function inlineValue(node: ParameterNode): string {
  const { text, type } = node;
  if (text === null) return "NULL";
  if (type === undefined) {
    throw new CompileError("a value in DDL needs a type: write literal(value, c.string()), for example");
  }
  const { castName } = type;
  if (castName === "BOOL") return text;
  if (numeric.has(castName) && /^\d+(?:\.\d+)?$/.test(text)) return text;
  if (castName === "STRING") return quoteLiteral(text);
  return `${quoteLiteral(text)}::${castName}`;
}
