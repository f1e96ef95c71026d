import { cteNodes, type Cte, type CteOptions } from "./cte.ts";
import { conditionNode } from "./expression.ts";
import { rowCountNode } from "./limit.ts";
import type { DeleteNode, UpdateNode } from "./nodes/query-node.ts";
import type { Condition, Operand } from "./operand.ts";
import { orderingNodes, type OrderBy } from "./ordering.ts";
import { statementNode, type Query, type queryFields } from "./query.ts";
import { writingCte } from "./returning.ts";
import type { DerivedColumns, RowOf } from "./row.ts";
import { Statement } from "./statement.ts";

/** The clauses that UPDATE and DELETE share. */
type SharedClauses = Partial<Pick<DeleteNode, "ctes" | "limit" | "orderBy" | "where">>;

/** A statement that changes rows which it chooses by conditions: UPDATE and DELETE. */
export abstract class FilteredWrite<Fields, Node extends DeleteNode | UpdateNode>
  extends Statement<RowOf<Fields, never>, Node>
  implements Query<Fields>
{
  declare readonly [queryFields]: Fields;

  /** `WHERE`. Several conditions, also of several calls, have AND between them. */
  where(...conditions: readonly Condition[]): this {
    const nodes = conditions.map((condition) => conditionNode(condition, "where()"));
    return this.changed({ where: [...this[statementNode].where, ...nodes] });
  }

  /** `ORDER BY`: which rows come first, for `limit()`. */
  orderBy(...terms: readonly OrderBy[]): this {
    return this.changed({ orderBy: [...this[statementNode].orderBy, ...orderingNodes(terms, "orderBy()")] });
  }

  /** `LIMIT`: changes or deletes at most so many rows. */
  limit(count: number | bigint | Operand<unknown, unknown, "numeric">): this {
    return this.changed({ limit: rowCountNode(count, "limit()") });
  }

  /** `WITH`: runs these common table expressions even if nothing reads them. Those that are read get in by themselves. */
  with(...ctes: readonly Cte<string, unknown>[]): this {
    return this.changed({ ctes: [...this[statementNode].ctes, ...cteNodes(ctes)] });
  }

  /** The statement in WITH; what it returns is read like a table. */
  cte<const A extends string>(name: A, options?: CteOptions): Cte<A, DerivedColumns<A, Fields, never>> {
    return writingCte(this, name, options);
  }

  /** The same statement with other clauses. */
  protected abstract changed(change: SharedClauses): this;
}
