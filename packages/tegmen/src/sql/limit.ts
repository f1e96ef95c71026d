import { ArgumentError, describeValue } from "../errors/index.ts";
import { int } from "../types/index.ts";
import type { ExpressionNode } from "./nodes/expression-node.ts";
import { nodeOf } from "./nodes/node-of.ts";
import { parameterNode } from "./nodes/parameter.ts";

/** The node of a number of rows. */
export function rowCountNode(count: unknown, where: string): ExpressionNode {
  const node = nodeOf(count);
  if (node !== undefined) return node;
  const isCount = typeof count === "bigint" ? count >= 0n : Number.isSafeInteger(count) && (count as number) >= 0;
  if (!isCount) throw new ArgumentError(`${where} expects a number of rows, 0 or more, got ${describeValue(count)}`);
  return parameterNode(Number(count), int, undefined, where);
}
