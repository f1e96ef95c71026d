import type { ExpressionNode } from "./nodes/expression-node.ts";
import type { SelectNode } from "./nodes/query-node.ts";

/** A SELECT of nothing, from nothing. */
export const emptySelect: Omit<SelectNode, "items" | "columns"> = {
  kind: "select",
  distinct: false,
  from: [],
  joins: [],
  where: [],
  groupBy: [],
  having: [],
  orderBy: [],
  limit: undefined,
  offset: undefined,
  lock: [],
  asOf: undefined,
  hints: undefined,
  ctes: [],
};

/** A SELECT of these expressions, without labels: for use inside of other nodes. */
export function rawSelect(expressions: readonly ExpressionNode[]): SelectNode {
  const items = expressions.map((expression) => ({
    expression,
    key: "?column?",
    name: "?column?",
    type: undefined,
    result: { name: "?column?", decode: undefined },
  }));
  return { ...emptySelect, items, columns: items.map((item) => item.result) };
}
