import { ArgumentError, describeValue } from "../errors/index.ts";
import { nodeOf } from "../sql/nodes/node-of.ts";
import { parameterNode } from "../sql/nodes/parameter.ts";
import type { SqlWriter } from "../sql/nodes/writer.ts";
import { precedence } from "../sql/nodes/operators.ts";
import { quoteIdentifier } from "../text/index.ts";
import type { Output } from "./output.ts";

/** What a construct of one's own sees of the compiler. */
export function makeWriter(out: Output): SqlWriter {
  const writer: SqlWriter = {
    sql: (text) => {
      out.add(text);
      return writer;
    },
    identifier: (name) => {
      out.add(quoteIdentifier(name));
      return writer;
    },
    value: (value, type) => {
      out.parameter(parameterNode(value, type, type?.castName));
      return writer;
    },
    expression: (operand) => {
      const node = nodeOf(operand);
      if (node === undefined) throw new ArgumentError(`expected an expression, got ${describeValue(operand)}`);
      out.expression(node, precedence.primary);
      return writer;
    },
    node: (node) => {
      out.expression(node, 0);
      return writer;
    },
  };
  return writer;
}
