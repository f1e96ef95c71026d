import { ArgumentError, describeValue } from "../errors/index.ts";
import type { AnySqlType } from "../types/index.ts";
import { conditionNode, SqlExpression } from "./expression.ts";
import type { ExpressionNode, FrameBound, FrameNode, FunctionNode } from "./nodes/expression-node.ts";
import { nodeOf } from "./nodes/node-of.ts";
import type { Condition, Family, Operand } from "./operand.ts";
import type { Families } from "./expressions.ts";
import {
  functionTable,
  type ColumnTypeReferences,
  type FunctionColumns,
  type FunctionTable,
  type OrdinalityColumn,
} from "./function-table-source.ts";
import { orderingNodes, type OrderBy } from "./ordering.ts";

/**
 * The two ends of a frame: rows before the current one are negative, 0 is the current row, null is all rows on that
 * side.
 */
export type Frame = readonly [start: number | null, end: number | null];

/** What stands behind OVER. */
export interface WindowOptions {
  readonly partitionBy?: Operand | readonly Operand[];
  readonly orderBy?: OrderBy | readonly OrderBy[];
  /** `ROWS BETWEEN`, counted in rows. */
  readonly rows?: Frame;
  /** `RANGE BETWEEN`; its ends are 0 or null. */
  readonly range?: Frame;
  /** `GROUPS BETWEEN`, counted in groups of rows that are equal in the order. */
  readonly groups?: Frame;
  /** `EXCLUDE` */
  readonly exclude?: "current row" | "group" | "ties";
}

/** What a call of a function can do besides what its value can. */
export interface FunctionCall<T, S, K extends string, F extends Family> {
  /**
   * `OVER`: computes the function for each row, over a window of rows around it.
   *
   * @example `func.sum(t.amount).over({ partitionBy: t.accountId, orderBy: t.createdAt, rows: [-1, 0] })`
   */
  over(window?: WindowOptions): Families<T, S, K>[F];
  /** `FILTER (WHERE ...)`: the aggregate sees only the rows that meet the condition. */
  filter(condition: Condition): FunctionResult<T, S, K, F>;
  /** `WITHIN GROUP (ORDER BY ...)`, for percentiles and mode. */
  withinGroup(...terms: readonly OrderBy[]): FunctionResult<T, S, K, F>;
  /** `ORDER BY` inside the parentheses: the order in which an aggregate such as array_agg sees the rows. */
  orderBy(...terms: readonly OrderBy[]): FunctionResult<T, S, K, F>;
  /**
   * The function in FROM, as a source of rows.
   *
   * @param name the name of the source, and of its column if no others are given
   * @param columns the types of its columns by their names
   * @param options `ordinality`: one more column, the number of the row
   *
   * @example `select(n.c.n).from(n)` with `const n = func.generateSeries(1, 10).tableValued("n")`
   */
  tableValued<const N extends string>(name: N): FunctionTable<N, { readonly [P in N]: Families<T, S | N, P>[F] }>;
  tableValued<const N extends string, C extends ColumnTypeReferences>(
    name: N,
    columns: C,
    options?: { readonly ordinality?: false },
  ): FunctionTable<N, FunctionColumns<N, C>>;
  tableValued<const N extends string, C extends ColumnTypeReferences>(
    name: N,
    columns: C,
    options: { readonly ordinality: true },
  ): FunctionTable<N, FunctionColumns<N, C> & OrdinalityColumn<N>>;
}

/** The value of a function, and the call itself. */
export type FunctionResult<T, S, K extends string, F extends Family> = Families<T, S, K>[F] & FunctionCall<T, S, K, F>;

/** The class behind calls of functions. */
export class FunctionExpression extends SqlExpression {
  readonly #node: FunctionNode;

  constructor(node: FunctionNode, type: AnySqlType | undefined, key: string) {
    super(node, type, key);
    this.#node = node;
  }

  over(window: WindowOptions = {}): SqlExpression {
    const { partitionBy, orderBy } = window;
    const over = {
      partitionBy: listOf(partitionBy).map((one) => operandNode(one, "partitionBy")),
      orderBy: orderingNodes(listOf(orderBy) as readonly OrderBy[], "orderBy of over()"),
      frame: frameNode(window),
    };
    return new SqlExpression({ ...this.#node, over }, this.type, this.key);
  }

  filter(condition: unknown): FunctionExpression {
    return this.#with({ filter: conditionNode(condition, "filter()") });
  }

  withinGroup(...terms: readonly OrderBy[]): FunctionExpression {
    const withinGroup = orderingNodes(terms, "withinGroup()");
    const first = terms[0];
    // A percentile has the type of what it is taken of.
    const type = this.type ?? (first instanceof SqlExpression ? first.type : undefined);
    return new FunctionExpression({ ...this.#node, withinGroup }, type, this.key);
  }

  orderBy(...terms: readonly OrderBy[]): FunctionExpression {
    return this.#with({ orderBy: orderingNodes(terms, "orderBy()") });
  }

  tableValued(
    name: string,
    columns?: ColumnTypeReferences,
    options: { readonly ordinality?: boolean } = {},
  ): FunctionTable<string, unknown> {
    return functionTable(this.#node, this.type, name, columns, options.ordinality === true);
  }

  #with(change: Partial<FunctionNode>): FunctionExpression {
    return new FunctionExpression({ ...this.#node, ...change }, this.type, this.key);
  }
}

/** Makes the node of a call. */
export function functionNode(name: string, args: readonly ExpressionNode[], isPure: boolean): FunctionNode {
  return {
    kind: "function",
    name,
    args,
    isPure,
    orderBy: [],
    filter: undefined,
    withinGroup: [],
    over: undefined,
  };
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly unknown[]) : [value];
}

function operandNode(value: unknown, where: string): ExpressionNode {
  const node = nodeOf(value);
  if (node !== undefined) return node;
  throw new ArgumentError(`${where} expects columns or expressions, got ${describeValue(value)}`);
}

function frameNode(window: WindowOptions): FrameNode | undefined {
  const given = (["rows", "range", "groups"] as const).filter((unit) => window[unit] !== undefined);
  const [unit] = given;
  if (unit === undefined) {
    if (window.exclude !== undefined) throw new ArgumentError("over() takes exclude only together with a frame");
    return undefined;
  }
  if (given.length > 1)
    throw new ArgumentError(`over() takes one of rows, range and groups, got ${given.join(" and ")}`);
  const frame: unknown = window[unit];
  if (!Array.isArray(frame) || frame.length !== 2) {
    throw new ArgumentError(`${unit} of over() expects two numbers, such as [-1, 0], got ${describeValue(frame)}`);
  }
  const { exclude } = window;
  if (exclude !== undefined && !["current row", "group", "ties"].includes(exclude)) {
    throw new ArgumentError(`exclude of over() is "current row", "group" or "ties", got ${describeValue(exclude)}`);
  }
  return {
    unit: unit.toUpperCase() as FrameNode["unit"],
    start: frameBound(frame[0], "unbounded preceding", unit),
    end: frameBound(frame[1], "unbounded following", unit),
    exclude,
  };
}

function frameBound(bound: unknown, unbounded: FrameBound, unit: string): FrameBound {
  if (bound === null) return unbounded;
  if (Number.isSafeInteger(bound)) return bound as number;
  throw new ArgumentError(`${unit} of over() expects integers, or null for no bound, got ${describeValue(bound)}`);
}
