import { ArgumentError, describeValue } from "../errors/index.ts";
import type { AnySqlType } from "../types/index.ts";
import { arrayOf } from "./coerce.ts";
import { condition, conditionNode, SqlExpression } from "./expression.ts";
import type { BoolExpression } from "./expressions.ts";
import { functionNode } from "./function-call.ts";
import { rawSelect } from "./raw-select.ts";
import type { ExpressionNode, ListNode, Operator } from "./nodes/expression-node.ts";
import { nodeOf } from "./nodes/node-of.ts";
import { operators } from "./nodes/operators.ts";
import { parameterNode } from "./nodes/parameter.ts";
import type { QueryNode } from "./nodes/query-node.ts";
import type { Input, nullSources, Operand, valueType } from "./operand.ts";
import { isQuery, queryNode, type Query } from "./query.ts";

/** Values for the expressions of a tuple. */
export type TupleValues<Items extends readonly Operand[]> = {
  readonly [I in keyof Items]: Input<Items[I][typeof valueType]> | Operand;
};

type NullSourcesOf<Items extends readonly Operand[]> = Items[number][typeof nullSources];

/**
 * Several expressions that are compared as one. Tuples are compared from left to right, which makes conditions for
 * pages by key: `tuple(t.createdAt, t.id).lt([last.createdAt, last.id])`.
 */
export class Tuple<const Items extends readonly Operand[]> {
  readonly #node: ListNode;
  readonly #types: readonly (AnySqlType | undefined)[];

  /** Made by {@link tuple}. */
  constructor(items: Items) {
    this.#node = { kind: "list", open: "(", items: items.map((item) => conditionNode(item, "tuple()")) };
    this.#types = items.map((item) => (item instanceof SqlExpression ? item.type : undefined));
  }

  /** `=` */
  eq(values: TupleValues<Items> | Tuple<Items>): BoolExpression<NullSourcesOf<Items>> {
    return this.#compare(operators.eq, values);
  }
  /** `!=` */
  ne(values: TupleValues<Items> | Tuple<Items>): BoolExpression<NullSourcesOf<Items>> {
    return this.#compare(operators.ne, values);
  }
  /** `<` */
  lt(values: TupleValues<Items> | Tuple<Items>): BoolExpression<NullSourcesOf<Items>> {
    return this.#compare(operators.lt, values);
  }
  /** `<=` */
  le(values: TupleValues<Items> | Tuple<Items>): BoolExpression<NullSourcesOf<Items>> {
    return this.#compare(operators.le, values);
  }
  /** `>` */
  gt(values: TupleValues<Items> | Tuple<Items>): BoolExpression<NullSourcesOf<Items>> {
    return this.#compare(operators.gt, values);
  }
  /** `>=` */
  ge(values: TupleValues<Items> | Tuple<Items>): BoolExpression<NullSourcesOf<Items>> {
    return this.#compare(operators.ge, values);
  }

  /**
   * `IN`. Rows of plain values become one array for each expression, so lists of all lengths share one prepared
   * statement.
   */
  in(rows: readonly TupleValues<Items>[] | Query): BoolExpression<NullSourcesOf<Items>> {
    return this.#in(rows, false);
  }

  /** `NOT IN` */
  notIn(rows: readonly TupleValues<Items>[] | Query): BoolExpression<NullSourcesOf<Items>> {
    return this.#in(rows, true);
  }

  #compare(operator: Operator, values: unknown): BoolExpression<NullSourcesOf<Items>> {
    const right = values instanceof Tuple ? (values as Tuple<Items>).#node : this.#row(values);
    return condition({ kind: "infix", operator, left: this.#node, right }) as unknown as BoolExpression<
      NullSourcesOf<Items>
    >;
  }

  #in(rows: unknown, not: boolean): BoolExpression<NullSourcesOf<Items>> {
    return condition({ kind: "in", not, operand: this.#node, list: this.#list(rows) }) as unknown as BoolExpression<
      NullSourcesOf<Items>
    >;
  }

  #list(rows: unknown): readonly ExpressionNode[] | QueryNode {
    if (isQuery(rows)) return queryNode(rows);
    if (!Array.isArray(rows)) {
      throw new ArgumentError(`in() of a tuple expects an array of rows or a query, got ${describeValue(rows)}`);
    }
    const list: readonly unknown[] = rows;
    const hasNodes = list.some((row) => Array.isArray(row) && row.some((value) => nodeOf(value) !== undefined));
    if (hasNodes || this.#types.includes(undefined)) {
      if (list.length === 0) throw new ArgumentError("in() of a tuple of unknown types expects at least one row");
      return list.map((row) => this.#row(row));
    }
    for (const row of list) this.#check(row);
    const columns = this.#types.map((type, index) => {
      const arrayType = arrayOf(type as AnySqlType);
      const values = (list as readonly (readonly unknown[])[]).map((row) => row[index]);
      const parameter = parameterNode(values, arrayType, arrayType.castName, "in()");
      return functionNode("unnest", [parameter], true);
    });
    return rawSelect(columns);
  }

  #row(values: unknown): ListNode {
    const row = this.#check(values);
    const items = row.map((value, index) => {
      const type = this.#types[index];
      return nodeOf(value) ?? parameterNode(value, type, undefined, `element ${index + 1} of a tuple`);
    });
    return { kind: "list", open: "(", items };
  }

  #check(values: unknown): readonly unknown[] {
    if (!Array.isArray(values) || values.length !== this.#types.length) {
      throw new ArgumentError(
        `a tuple of ${this.#types.length} expects an array of ${this.#types.length} values, got ${describeValue(values)}`,
      );
    }
    const row: readonly unknown[] = values;
    for (const [index, value] of row.entries()) {
      if (value !== null && value !== undefined) continue;
      throw new ArgumentError(
        `element ${index + 1} of a tuple was given ${String(value)}, which is equal to nothing: compare it with isNull()`,
      );
    }
    return row;
  }
}

/**
 * Several expressions as one.
 *
 * @example `tuple(t.region, t.id).in([["us", id1], ["eu", id2]])`
 *
 * SQLAlchemy: `tuple_()`.
 */
export function tuple<const Items extends readonly Operand[]>(...items: Items): Tuple<Items> {
  if (items.length < 2) throw new ArgumentError("tuple() expects at least two expressions");
  return new Tuple(items);
}
