import { ArgumentError, describeValue } from "../errors/index.ts";
import { assignmentNodes, generatedValue } from "./assignments.ts";
import { cteNodes, type Cte, type CteOptions } from "./cte.ts";
import { targetOf, type Definitions, type ExpressionsOf, type Target, type UpdateValues } from "./definitions.ts";
import { conditionNode } from "./expression.ts";
import { sourceNodeOf, type FromItem } from "./from-item.ts";
import { rowCountNode } from "./limit.ts";
import type { AssignmentNode, UpdateNode } from "./nodes/query-node.ts";
import type { Condition, Operand, SelectItem } from "./operand.ts";
import { orderingNodes, type OrderBy } from "./ordering.ts";
import { statementNode, type Query, type queryFields } from "./query.ts";
import { returningItems, writingCte } from "./returning.ts";
import type { DerivedColumns, Distinct, DistinctMixed, FieldsOf, MixedFields, RowOf } from "./row.ts";
import { Statement } from "./statement.ts";

/**
 * UPDATE. Every method returns a new one.
 *
 * SQLAlchemy: `Update`.
 *
 * @typeParam N the name of the table
 * @typeParam C the definitions of its columns
 * @typeParam Fields what RETURNING returns, by their keys; never without RETURNING
 */
export class Update<N extends string, C extends Definitions, Fields>
  extends Statement<RowOf<Fields, never>, UpdateNode>
  implements Query<Fields>
{
  declare readonly [queryFields]: Fields;
  readonly #target: Target<N, C>;

  /** @param node made by {@link update} */
  constructor(node: UpdateNode, target: Target<N, C>) {
    super(node);
    this.#target = target;
  }

  /**
   * `SET`. A second call adds to the first.
   *
   * @param values values or expressions by the keys of their columns
   * @throws {ArgumentError} a key is no column, a value is undefined
   * @throws {DataError} a column's type cannot hold a value
   */
  // oxlint-disable-next-line typescript/no-generated-empty-object-type -- empty only for the generic default
  set(values: UpdateValues<C>): Update<N, C, Fields> {
    const added = assignmentNodes(this.#target[targetOf], values, "set()");
    const kept = this[statementNode].set.filter(
      (before) => !added.some((assignment) => assignment.column === before.column),
    );
    return this.#with({ set: this.#withOnUpdate([...kept, ...added]) });
  }

  /** `FROM`: other tables that values and conditions refer to. */
  from(...sources: readonly FromItem[]): Update<N, C, Fields> {
    const nodes = sources.map((source) => sourceNodeOf(source, "from()"));
    return this.#with({ from: [...this[statementNode].from, ...nodes] });
  }

  /** `WHERE`. Several conditions, also of several calls, have AND between them. */
  where(...conditions: readonly Condition[]): Update<N, C, Fields> {
    const nodes = conditions.map((condition) => conditionNode(condition, "where()"));
    return this.#with({ where: [...this[statementNode].where, ...nodes] });
  }

  /** `ORDER BY`: which rows come first, for `limit()`. */
  orderBy(...terms: readonly OrderBy[]): Update<N, C, Fields> {
    return this.#with({ orderBy: [...this[statementNode].orderBy, ...orderingNodes(terms, "orderBy()")] });
  }

  /** `LIMIT`: changes at most so many rows. */
  limit(count: number | bigint | Operand<unknown, unknown, "numeric">): Update<N, C, Fields> {
    return this.#with({ limit: rowCountNode(count, "limit()") });
  }

  /** `RETURNING`: the columns of the changed rows; all of them, if none is named. */
  returning(): Update<N, C, ExpressionsOf<N, C>>;
  returning<const Items extends readonly SelectItem[]>(
    ...items: Items & Distinct<Items>
  ): Update<N, C, FieldsOf<Items[number]>>;
  returning<const Items extends readonly (SelectItem | FromItem)[]>(
    ...items: Items & DistinctMixed<Items>
  ): Update<N, C, MixedFields<Items[number]>>;
  returning(...items: readonly unknown[]): Update<N, C, never> {
    return new Update({ ...this[statementNode], ...returningItems(this.#target, items) }, this.#target);
  }

  /** `WITH`: runs these common table expressions even if nothing reads them. Those that are read get in by themselves. */
  with(...ctes: readonly Cte<string, unknown>[]): Update<N, C, Fields> {
    return this.#with({ ctes: [...this[statementNode].ctes, ...cteNodes(ctes)] });
  }

  /** The statement in WITH; what it returns is read like a table. */
  cte<const A extends string>(name: A, options?: CteOptions): Cte<A, DerivedColumns<A, Fields, never>> {
    return writingCte(this, name, options);
  }

  #withOnUpdate(set: readonly AssignmentNode[]): readonly AssignmentNode[] {
    const all = [...set];
    for (const column of this.#target[targetOf].values()) {
      const make = column.clientOnUpdate;
      if (make === undefined || all.some((assignment) => assignment.column === column.node)) continue;
      all.push({ column: column.node, value: generatedValue(column, make) });
    }
    return all;
  }

  #with(change: Partial<UpdateNode>): Update<N, C, Fields> {
    return new Update({ ...this[statementNode], ...change }, this.#target);
  }
}

/**
 * Makes an UPDATE.
 *
 * @param target the table
 *
 * @example `update(accounts).set({ balance: t.balance.minus(10) }).where(t.id.eq(id)).returning()`
 *
 * SQLAlchemy: `update()`.
 */
export function update<N extends string, C extends Definitions>(target: Target<N, C>): Update<N, C, never> {
  if (typeof target !== "function" && (typeof target !== "object" || !(targetOf in target))) {
    throw new ArgumentError(`update() expects a table, got ${describeValue(target)}`);
  }
  return new Update(
    {
      kind: "update",
      table: sourceNodeOf(target, "update()"),
      set: [],
      from: [],
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
