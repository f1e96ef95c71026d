import { ArgumentError } from "../errors/index.ts";
import type { Definitions, ExpressionsOf, Target } from "./definitions.ts";
import { FilteredWrite } from "./filtered-write.ts";
import { sourceNodeOf, type FromItem } from "./from-item.ts";
import type { DeleteNode } from "./nodes/query-node.ts";
import type { SelectItem } from "./operand.ts";
import { statementNode } from "./query.ts";
import { returningItems } from "./returning.ts";
import type { Distinct, DistinctMixed, FieldsOf, MixedFields } from "./row.ts";

/**
 * DELETE. Every method returns a new one.
 *
 * SQLAlchemy: `Delete`.
 *
 * @typeParam N the name of the table
 * @typeParam C the definitions of its columns
 * @typeParam Fields what RETURNING returns, by their keys; never without RETURNING
 */
export class Delete<N extends string, C extends Definitions, Fields> extends FilteredWrite<Fields, DeleteNode> {
  readonly #target: Target<N, C>;

  /** @param node made by {@link deleteFrom} */
  constructor(node: DeleteNode, target: Target<N, C>) {
    super(node);
    this.#target = target;
  }

  /** `USING`: other tables that conditions refer to. Since CockroachDB 23.1. */
  using(...sources: readonly FromItem[]): Delete<N, C, Fields> {
    const nodes = sources.map((source) => sourceNodeOf(source, "using()"));
    return this.changed({ using: [...this[statementNode].using, ...nodes] });
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

  protected override changed(change: Partial<DeleteNode>): this {
    return new Delete({ ...this[statementNode], ...change }, this.#target) as this;
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
  const table = sourceNodeOf(target, "deleteFrom()");
  if (table.kind === "subquery") {
    throw new ArgumentError(
      `deleteFrom() deletes rows of one table, and those of "${table.name}" are in several: delete its objects by a Session`,
    );
  }
  return new Delete(
    {
      kind: "delete",
      table,
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
