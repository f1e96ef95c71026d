import { ArgumentError, describeValue } from "../errors/index.ts";
import { assignmentNodes, generatedValue } from "./assignments.ts";
import { targetOf, type Definitions, type ExpressionsOf, type Target, type UpdateValues } from "./definitions.ts";
import { FilteredWrite } from "./filtered-write.ts";
import { sourceNodeOf, type FromItem } from "./from-item.ts";
import type { AssignmentNode, UpdateNode } from "./nodes/query-node.ts";
import type { SelectItem } from "./operand.ts";
import { statementNode } from "./query.ts";
import { returningItems } from "./returning.ts";
import type { Distinct, DistinctMixed, FieldsOf, MixedFields } from "./row.ts";

/**
 * UPDATE. Every method returns a new one.
 *
 * SQLAlchemy: `Update`.
 *
 * @typeParam N the name of the table
 * @typeParam C the definitions of its columns
 * @typeParam Fields what RETURNING returns, by their keys; never without RETURNING
 */
export class Update<N extends string, C extends Definitions, Fields> extends FilteredWrite<Fields, UpdateNode> {
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
    return this.changed({ set: this.#withOnUpdate([...kept, ...added]) });
  }

  /** `FROM`: other tables that values and conditions refer to. */
  from(...sources: readonly FromItem[]): Update<N, C, Fields> {
    const nodes = sources.map((source) => sourceNodeOf(source, "from()"));
    return this.changed({ from: [...this[statementNode].from, ...nodes] });
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

  #withOnUpdate(set: readonly AssignmentNode[]): readonly AssignmentNode[] {
    const all = [...set];
    for (const column of this.#target[targetOf].values()) {
      const make = column.clientOnUpdate;
      if (make === undefined || all.some((assignment) => assignment.column === column.node)) continue;
      all.push({ column: column.node, value: generatedValue(column, make) });
    }
    return all;
  }

  protected override changed(change: Partial<UpdateNode>): this {
    return new Update({ ...this[statementNode], ...change }, this.#target) as this;
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
