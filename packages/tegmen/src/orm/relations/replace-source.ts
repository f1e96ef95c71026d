import { SqlExpression } from "../../sql/expression.ts";
import { columnNode } from "../../sql/items.ts";
import type { ExpressionNode } from "../../sql/nodes/expression-node.ts";
import { nodeOf } from "../../sql/nodes/node-of.ts";
import type { SourceNode } from "../../sql/nodes/source-node.ts";
import type { Condition } from "../../sql/operand.ts";

/** The same condition, with the columns of another source. Queries inside of it keep theirs. */
export function replaceSource(condition: Condition, from: SourceNode, to: SourceNode): Condition {
  const node = nodeOf(condition);
  if (node === undefined) return condition;
  const type = condition instanceof SqlExpression ? condition.type : undefined;
  return new SqlExpression(replaceIn(node, from, to) as ExpressionNode, type) as unknown as Condition;
}

function replaceIn(node: unknown, from: SourceNode, to: SourceNode): unknown {
  if (Array.isArray(node)) return node.map((each) => replaceIn(each, from, to));
  if (typeof node !== "object" || node === null || Object.getPrototypeOf(node) !== Object.prototype) return node;
  const { kind } = node as { readonly kind?: string };
  if (kind === "column") {
    const column = node as { readonly source: SourceNode; readonly name: string };
    return column.source === from ? columnNode(to, column.name) : node;
  }
  if (kind === "parameter" || kind === "select" || kind === "compound") return node;
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, replaceIn(value, from, to)]));
}
