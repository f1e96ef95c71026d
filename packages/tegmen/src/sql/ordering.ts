import { ArgumentError, describeValue } from "../errors/index.ts";
import type { OrderingNode } from "./nodes/expression-node.ts";
import { nodeOf } from "./nodes/node-of.ts";
import type { Operand } from "./operand.ts";

/**
 * A term of ORDER BY or of an index: an expression with its direction.
 *
 * @example `select(t.id).orderBy(t.balance.desc().nullsLast())`
 */
export class Ordering {
  /** For the compiler. */
  readonly node: OrderingNode;

  /** @param node what to order by, and how */
  constructor(node: OrderingNode) {
    this.node = node;
  }

  /** NULL before all values. Servers before 22.1 get the same order in another way. */
  nullsFirst(): Ordering {
    return new Ordering({ ...this.node, nulls: "first" });
  }

  /** NULL after all values. Servers before 22.1 get the same order in another way. */
  nullsLast(): Ordering {
    return new Ordering({ ...this.node, nulls: "last" });
  }
}

/** What ORDER BY takes: expressions, ascending, or those with a direction. */
export type OrderBy = Operand | Ordering;

/** The nodes of terms of ORDER BY. */
export function orderingNodes(terms: readonly OrderBy[], where: string): readonly OrderingNode[] {
  return terms.map((term) => {
    if (term instanceof Ordering) return term.node;
    const expression = nodeOf(term);
    if (expression === undefined) {
      throw new ArgumentError(`${where} expects columns or expressions, got ${describeValue(term)}`);
    }
    return { expression, descending: false, nulls: undefined };
  });
}
