import { cteNodes, type Cte, type CteOptions } from "./cte.ts";
import type { Definitions, ExpressionsOf, Target } from "./definitions.ts";
import { conditionNode } from "./expression.ts";
import { sourceNodeOf, type FromItem } from "./from-item.ts";
import { rowCountNode } from "./limit.ts";
import type { DeleteNode } from "./nodes/query-node.ts";
import type { Condition, Operand, SelectItem } from "./operand.ts";
import { orderingNodes, type OrderBy } from "./ordering.ts";
import { statementNode, type Query, type queryFields } from "./query.ts";
import { returningItems, writingCte } from "./returning.ts";
import type { DerivedColumns, Distinct, DistinctMixed, FieldsOf, MixedFields, RowOf } from "./row.ts";
import { Statement } from "./statement.ts";

/**
 * DELETE. Every method returns a new one.
 *
 * SQLAlchemy: `Delete`.
 *
 * @typeParam N the name of the table
 * @typeParam C the definitions of its columns
 * @typeParam Fields what RETURNING returns, by their keys; never without RETURNING
 */
export class Delete<N extends string, C extends Definitions, Fields>
  extends Statement<RowOf<Fields, never>, DeleteNode>
  implements Query<Fields>
{
  declare readonly [queryFields]: Fields;
  readonly #target: Target<N, C>;

  /** @param node made by {@link deleteFrom} */
  constructor(node: DeleteNode, target: Target<N, C>) {
    super(node);
    this.#target = target;
  }

  /** `USING`: other tables that conditions refer to. Since CockroachDB 23.1. */
  using(...sources: readonly FromItem[]): Delete<N, C, Fields> {
    const nodes = sources.map((source) => sourceNodeOf(source, "using()"));
    return this.#with({ using: [...this[statementNode].using, ...nodes] });
  }

  /** `WHERE`. Several conditions, also of several calls, have AND between them. */
  where(...conditions: readonly Condition[]): Delete<N, C, Fields> {
    const nodes = conditions.map((condition) => conditionNode(condition, "where()"));
    return this.#with({ where: [...this[statementNode].where, ...nodes] });
  }

  /** `ORDER BY`: which rows come first, for `limit()`. */
  orderBy(...terms: readonly OrderBy[]): Delete<N, C, Fields> {
    return this.#with({ orderBy: [...this[statementNode].orderBy, ...orderingNodes(terms, "orderBy()")] });
  }

  /** `LIMIT`: deletes at most so many rows. */
  limit(count: number | bigint | Operand<unknown, unknown, "numeric">): Delete<N, C, Fields> {
    return this.#with({ limit: rowCountNode(count, "limit()") });
  }

  /** `RETURNING`: the columns of the deleted rows; all of them, if none is named. */
  returning(): Delete<N, C, ExpressionsOf<N, C>>;
  returning<const Items extends readonly SelectItem[]>(
    ...items: Items & Distinct<Items>
  ): Delete<N, C, FieldsOf<Items[number]>>;
  returning<const Items extends readonly (SelectItem | FromItem)[]>(
    ...items: Items & DistinctMixed<Items>
  ): Delete<N, C, MixedFields<Items[number]>>;
  returning(...items: readonly unknown[]): Delete<N, C, never> {
    return new Delete({ ...this[statementNode], ...returningItems(this.#target, items) }, this.#target);
  }

  /** `WITH`: runs these common table expressions even if nothing reads them. Those that are read get in by themselves. */
  with(...ctes: readonly Cte<string, unknown>[]): Delete<N, C, Fields> {
    return this.#with({ ctes: [...this[statementNode].ctes, ...cteNodes(ctes)] });
  }

  /** The statement in WITH; what it returns is read like a table. */
  cte<const A extends string>(name: A, options?: CteOptions): Cte<A, DerivedColumns<A, Fields, never>> {
    return writingCte(this, name, options);
  }

  #with(change: Partial<DeleteNode>): Delete<N, C, Fields> {
    return new Delete({ ...this[statementNode], ...change }, this.#target);
  }
}

/**
 * Makes a DELETE.
 *
 * @param target the table
 *
 * @example `deleteFrom(accounts).where(t.balance.lt(0)).orderBy(t.id).limit(1000)`
 *
 * SQLAlchemy: `delete()`.
 */
export function deleteFrom<N extends string, C extends Definitions>(target: Target<N, C>): Delete<N, C, never> {
  return new Delete(
    {
      kind: "delete",
      table: sourceNodeOf(target, "deleteFrom()"),
      using: [],
      where: [],
      orderBy: [],
      limit: undefined,
      items: [],
      columns: undefined,
      ctes: [],
    },
    target,
  );
}
