import { ArgumentError, describeValue } from "../errors/index.ts";
import { asOfNode } from "./as-of.ts";
import { Combinable } from "./compound.ts";
import { cteNodes, type Cte } from "./cte.ts";
import { conditionNode } from "./expression.ts";
import { sourceNodeOf, type FromItem } from "./from-item.ts";
import { hintNode, type HintFlag, type IndexHint } from "./hint.ts";
import { toItems } from "./items.ts";
import { joinNode, type JoinOptions } from "./join.ts";
import { type JoinPath, pathJoins } from "./join-path.ts";
import { loaderOption, type LoaderOption } from "./loader-option.ts";
import { rowCountNode } from "./limit.ts";
import { lockNode, type LockOptions } from "./lock.ts";
import { nodeOf } from "./nodes/node-of.ts";
import type { ExpressionNode } from "./nodes/expression-node.ts";
import type { SelectNode } from "./nodes/query-node.ts";
import type { JoinNode, SourceNode } from "./nodes/source-node.ts";
import type { Condition, Operand, SelectItem } from "./operand.ts";
import { orderingNodes, type OrderBy } from "./ordering.ts";
import { changeSelect, selectNode } from "./raw-select.ts";
import { statementNode } from "./query.ts";
import type { Distinct, DistinctMixed, FieldsOf, MixedFields, SourceFields, SourcesOf } from "./row.ts";

/**
 * A SELECT statement. Every method returns a new one.
 *
 * SQLAlchemy: `Select`.
 *
 * @typeParam Fields the selected columns, by their keys
 * @typeParam Nulled the tables that an outer join may leave out: their columns may be null
 * @typeParam Scope the tables that conditions of joins may refer to
 */
export class Select<Fields, Nulled extends string, Scope extends string> extends Combinable<
  Fields,
  Nulled,
  SelectNode
> {
  /**
   * Names the tables to read. Without it they are those of the selected columns.
   *
   * @example `select(func.count()).from(accounts)`
   */
  from<N extends string>(...sources: readonly FromItem<N>[]): Select<Fields, Nulled, Scope | N> {
    const nodes = sources.map((source) => sourceNodeOf(source, "from()"));
    return this.#with("from", [...this[statementNode].from, ...nodes]);
  }

  /**
   * `JOIN`: rows that have a partner on the other side.
   *
   * @param source a table, an alias, a subquery; or a relation of the ORM, which says the condition by itself
   *
   * @example `select(Account).innerJoin(Account.branch).where(Branch.city.eq("Ulm"))`
   */
  innerJoin<N extends string>(
    relation: JoinPath<NoInfer<Scope>, N>,
    options?: JoinOptions,
  ): Select<Fields, Exclude<Nulled, N>, Scope | N>;
  innerJoin<N extends string>(
    source: FromItem<N>,
    on: Condition<NoInfer<Scope | N> | null>,
    options?: JoinOptions,
  ): Select<Fields, Exclude<Nulled, N>, Scope | N>;
  innerJoin(first: unknown, second?: unknown, third?: JoinOptions): Select<Fields, never, never> {
    return this.#join("INNER", first, second, third);
  }

  /** `LEFT JOIN`: all rows of the left side; the columns of the joined table become `| null`. Also along a relation. */
  leftJoin<N extends string>(
    relation: JoinPath<NoInfer<Scope>, N>,
    options?: JoinOptions,
  ): Select<Fields, Nulled | N, Scope | N>;
  leftJoin<N extends string>(
    source: FromItem<N>,
    on: Condition<NoInfer<Scope | N> | null>,
    options?: JoinOptions,
  ): Select<Fields, Nulled | N, Scope | N>;
  leftJoin(first: unknown, second?: unknown, third?: JoinOptions): Select<Fields, never, never> {
    return this.#join("LEFT", first, second, third);
  }

  /** `RIGHT JOIN`: all rows of the joined table; the columns of the tables before it become `| null`. */
  rightJoin<N extends string>(
    source: FromItem<N>,
    on: Condition<NoInfer<Scope | N> | null>,
    options?: JoinOptions,
  ): Select<Fields, Exclude<Nulled | Scope, N>, Scope | N> {
    return this.#join("RIGHT", source, on, options);
  }

  /** `FULL JOIN`: all rows of both sides; all columns become `| null`. */
  fullJoin<N extends string>(
    source: FromItem<N>,
    on: Condition<NoInfer<Scope | N> | null>,
    options?: JoinOptions,
  ): Select<Fields, Nulled | Scope | N, Scope | N> {
    return this.#join("FULL", source, on, options);
  }

  /** `CROSS JOIN`: every row with every row. */
  crossJoin<N extends string>(
    source: FromItem<N>,
    options?: JoinOptions,
  ): Select<Fields, Exclude<Nulled, N>, Scope | N> {
    return this.#join("CROSS", source, undefined, options);
  }

  /**
   * Lets conditions of joins refer to a table of the query around this one. SQL finds it by itself; the type checker
   * has to be told.
   */
  correlate<N extends string>(...sources: readonly FromItem<N>[]): Select<Fields, Nulled, Scope | N> {
    for (const source of sources) sourceNodeOf(source, "correlate()");
    return new Select(this[statementNode]);
  }

  /** `WHERE`. Several conditions, also of several calls, have AND between them. */
  where(...conditions: readonly Condition[]): Select<Fields, Nulled, Scope> {
    return this.#with("where", conditionNodes(this[statementNode].where, conditions, "where()"));
  }

  /** `GROUP BY` */
  groupBy(...expressions: readonly Operand[]): Select<Fields, Nulled, Scope> {
    const nodes = expressions.map((expression) => expressionNodeOf(expression, "groupBy()"));
    return this.#with("groupBy", [...this[statementNode].groupBy, ...nodes]);
  }

  /** `HAVING`: conditions on groups. */
  having(...conditions: readonly Condition[]): Select<Fields, Nulled, Scope> {
    return this.#with("having", conditionNodes(this[statementNode].having, conditions, "having()"));
  }

  /** `ORDER BY`. A second call adds terms behind those of the first. */
  orderBy(...terms: readonly OrderBy[]): Select<Fields, Nulled, Scope> {
    return this.#with("orderBy", [...this[statementNode].orderBy, ...orderingNodes(terms, "orderBy()")]);
  }

  /** `LIMIT`: at most so many rows. */
  limit(count: number | bigint | Operand<unknown, unknown, "numeric">): Select<Fields, Nulled, Scope> {
    return this.#with("limit", rowCountNode(count, "limit()"));
  }

  /** `OFFSET`: leaves out so many rows. CockroachDB reads them nevertheless; a condition on the key does not. */
  offset(count: number | bigint | Operand<unknown, unknown, "numeric">): Select<Fields, Nulled, Scope> {
    return this.#with("offset", rowCountNode(count, "offset()"));
  }

  /** `DISTINCT`: no two equal rows. */
  distinct(): Select<Fields, Nulled, Scope> {
    return this.#with("distinct", true);
  }

  /** `DISTINCT ON`: the first row for each combination of values, in the order of ORDER BY. */
  distinctOn(...expressions: readonly Operand[]): Select<Fields, Nulled, Scope> {
    if (expressions.length === 0) throw new ArgumentError("distinctOn() expects at least one expression");
    return this.#with(
      "distinct",
      expressions.map((expression) => expressionNodeOf(expression, "distinctOn()")),
    );
  }

  /** `FOR UPDATE`: locks the rows until the transaction ends. */
  forUpdate(options?: LockOptions): Select<Fields, Nulled, Scope> {
    return this.#with("lock", [...this[statementNode].lock, lockNode("UPDATE", options)]);
  }

  /** `FOR SHARE`: keeps others from changing the rows until the transaction ends. */
  forShare(options?: LockOptions): Select<Fields, Nulled, Scope> {
    return this.#with("lock", [...this[statementNode].lock, lockNode("SHARE", options)]);
  }

  /**
   * `AS OF SYSTEM TIME`: reads what was there at a time in the past, without waiting for anybody.
   *
   * @param time an interval such as `"-10s"`, a time, a Date, or `func.followerReadTimestamp()`
   */
  asOfSystemTime(time: string | Date | Operand): Select<Fields, Nulled, Scope> {
    return this.#with("asOf", asOfNode(time));
  }

  /**
   * Says which index to read a table by.
   *
   * @param source the table or alias
   * @param hint the name of an index, a flag such as `"NO_FULL_SCAN"`, or options
   *
   * @example `select(t.id).withHint(accounts, "accounts_owner_idx")`
   */
  withHint(source: FromItem, hint: HintFlag | IndexHint | (string & {})): Select<Fields, Nulled, Scope> {
    const node = sourceNodeOf(source, "withHint()");
    if (node.kind !== "table" && node.kind !== "alias") {
      throw new ArgumentError(`withHint() expects a table or an alias; "${node.name}" is none`);
    }
    const hints = new Map<SourceNode, ReturnType<typeof hintNode>>(this[statementNode].hints);
    return this.#with("hints", hints.set(node, hintNode(hint)));
  }

  /**
   * Says how a Session of the ORM loads the entities of the query: `selectinload()`, `loadOnly()` and so on.
   *
   * SQLAlchemy: `Select.options`.
   */
  options(...options: readonly LoaderOption[]): Select<Fields, Nulled, Scope> {
    for (const option of options) {
      if ((option as Partial<LoaderOption> | null | undefined)?.[loaderOption] === undefined) {
        throw new ArgumentError(`options() expects options such as selectinload(...), got ${describeValue(option)}`);
      }
    }
    return this.#with("options", [...this[statementNode].options, ...options]);
  }

  /** `WITH`: runs these common table expressions even if nothing reads them. Those that are read get in by themselves. */
  with(...ctes: readonly Cte<string, unknown>[]): Select<Fields, Nulled, Scope> {
    return this.#with("ctes", [...this[statementNode].ctes, ...cteNodes(ctes)]);
  }

  #join(type: JoinNode["type"], source: unknown, on: unknown, options?: JoinOptions): Select<Fields, never, never> {
    const path = pathJoins(source);
    const joins =
      path === undefined
        ? [joinNode(type, source, on, options)]
        : path.map((join) => joinNode(type, join.source, join.on, on as JoinOptions | undefined));
    return this.#with("joins", [...this[statementNode].joins, ...joins]);
  }

  #with<K extends keyof SelectNode>(clause: K, value: SelectNode[K]): Select<Fields, never, never> {
    return new Select<Fields, never, never>(changeSelect(this[statementNode], clause, value));
  }
}

/**
 * Makes a SELECT. Its tables are those of the selected columns, unless `from()` and joins name others.
 *
 * @param items columns, labelled expressions, or a table for all its columns
 * @throws {ArgumentError} two columns of the row have the same label
 *
 * @example
 * ```ts
 * const t = accounts.c;
 * select(t.id, t.balance.plus(1).as("next")).where(t.balance.gt(100));   // { id: string; next: number }
 * select(accounts);                                                      // all columns
 * ```
 *
 * SQLAlchemy: `select()`.
 */
export function select<N extends string, Columns, I>(
  source: FromItem<N, Columns> & { readonly prototype?: I },
): Select<SourceFields<N, Columns, I>, never, N>;
export function select<const Items extends readonly SelectItem[]>(
  ...items: Items & Distinct<Items>
): Select<FieldsOf<Items[number]>, never, SourcesOf<Items[number]>>;
export function select<const Items extends readonly (SelectItem | FromItem)[]>(
  ...items: Items & DistinctMixed<Items>
): Select<MixedFields<Items[number]>, never, MixedSources<Items[number]>>;
export function select(...items: readonly unknown[]): Select<unknown, never, never> {
  return new Select(selectNode(toItems(items, "select()")));
}

/** The tables of such a list. */
export type MixedSources<Item> = SourcesOf<Extract<Item, SelectItem>> | (Item extends FromItem<infer N> ? N : never);

function conditionNodes(
  before: readonly ExpressionNode[],
  conditions: readonly unknown[],
  where: string,
): readonly ExpressionNode[] {
  return [...before, ...conditions.map((condition) => conditionNode(condition, where))];
}

function expressionNodeOf(value: unknown, where: string): ExpressionNode {
  const node = nodeOf(value);
  if (node !== undefined) return node;
  throw new ArgumentError(`${where} expects columns or expressions, got ${describeValue(value)}`);
}
