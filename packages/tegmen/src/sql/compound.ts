import { ArgumentError } from "../errors/index.ts";
import { cteNodes, cteOf, type Cte, type CteOptions } from "./cte.ts";
import type { Executable } from "./executable.ts";
import { rowCountNode } from "./limit.ts";
import type { CompoundNode, SelectNode } from "./nodes/query-node.ts";
import type { Operand } from "./operand.ts";
import { orderingNodes, type OrderBy } from "./ordering.ts";
import { type OuterJoined, type outerJoined, queryNode, statementNode, type Query, type queryFields } from "./query.ts";
import type { DerivedColumns, RowOf, ScalarOf } from "./row.ts";
import { Statement } from "./statement.ts";
import { scalarSubquery, subqueryOf, type Subquery } from "./subquery.ts";

/** What SELECT can be put together with, and into: the part that single and combined queries share. */
export abstract class Combinable<Fields, Nulled extends string, Node extends CompoundNode | SelectNode>
  extends Statement<RowOf<Fields, Nulled>, Node>
  implements Query<Fields>
{
  declare readonly [queryFields]: Fields;
  declare readonly [outerJoined]: OuterJoined<Nulled>;

  /** `UNION`: the rows of both, without equal ones. */
  union(other: Executable<RowOf<Fields, Nulled>> & Query): Compound<Fields, Nulled> {
    return compound("UNION", this, other);
  }
  /** `UNION ALL`: the rows of both. */
  unionAll(other: Executable<RowOf<Fields, Nulled>> & Query): Compound<Fields, Nulled> {
    return compound("UNION ALL", this, other);
  }
  /** `INTERSECT`: the rows that both have. */
  intersect(other: Executable<RowOf<Fields, Nulled>> & Query): Compound<Fields, Nulled> {
    return compound("INTERSECT", this, other);
  }
  /** `INTERSECT ALL` */
  intersectAll(other: Executable<RowOf<Fields, Nulled>> & Query): Compound<Fields, Nulled> {
    return compound("INTERSECT ALL", this, other);
  }
  /** `EXCEPT`: the rows that the other one does not have. */
  except(other: Executable<RowOf<Fields, Nulled>> & Query): Compound<Fields, Nulled> {
    return compound("EXCEPT", this, other);
  }
  /** `EXCEPT ALL` */
  exceptAll(other: Executable<RowOf<Fields, Nulled>> & Query): Compound<Fields, Nulled> {
    return compound("EXCEPT ALL", this, other);
  }

  /** The query as a source for FROM and joins. */
  subquery<const N extends string>(name: N): Subquery<N, DerivedColumns<N, Fields, Nulled>> {
    return subqueryOf(this, name);
  }

  /** Another name for `subquery()`. */
  alias<const N extends string>(name: N): Subquery<N, DerivedColumns<N, Fields, Nulled>> {
    return this.subquery(name);
  }

  /** The query as a value: its one column of its one row, NULL if there is none. */
  scalarSubquery(): ScalarOf<Fields> {
    return scalarSubquery(this, "") as unknown as ScalarOf<Fields>;
  }

  /** The query in WITH, to be read like a table. */
  cte<const N extends string>(name: N, options?: CteOptions): Cte<N, DerivedColumns<N, Fields, Nulled>> {
    return cteOf(this, name, options);
  }
}

/**
 * Several queries as one: UNION, INTERSECT, EXCEPT. Keys and types of the rows are those of the first query.
 *
 * SQLAlchemy: `CompoundSelect`.
 */
export class Compound<Fields, Nulled extends string> extends Combinable<Fields, Nulled, CompoundNode> {
  /** `ORDER BY`: columns and labels of the first query. */
  orderBy(...terms: readonly OrderBy[]): Compound<Fields, Nulled> {
    return this.#with({ orderBy: [...this[statementNode].orderBy, ...orderingNodes(terms, "orderBy()")] });
  }

  /** `LIMIT` of the whole. */
  limit(count: number | bigint | Operand<unknown, unknown, "numeric">): Compound<Fields, Nulled> {
    return this.#with({ limit: rowCountNode(count, "limit()") });
  }

  /** `OFFSET` of the whole. */
  offset(count: number | bigint | Operand<unknown, unknown, "numeric">): Compound<Fields, Nulled> {
    return this.#with({ offset: rowCountNode(count, "offset()") });
  }

  /** `WITH`: runs these common table expressions even if nothing reads them. Those that are read get in by themselves. */
  with(...ctes: readonly Cte<string, unknown>[]): Compound<Fields, Nulled> {
    return this.#with({ ctes: [...this[statementNode].ctes, ...cteNodes(ctes)] });
  }

  #with(change: Partial<CompoundNode>): Compound<Fields, Nulled> {
    return new Compound<Fields, Nulled>({ ...this[statementNode], ...change });
  }
}

/**
 * Combines two queries.
 *
 * @throws {ArgumentError} they do not have the same number of columns
 */
export function compound<Fields, Nulled extends string>(
  operator: CompoundNode["operator"],
  first: Query<Fields>,
  second: Query,
): Compound<Fields, Nulled> {
  const left = selectable(first, operator);
  const right = selectable(second, operator);
  if (left.items.length !== right.items.length) {
    throw new ArgumentError(
      `${operator} needs the same number of columns on both sides: there are ${left.items.length} and ` +
        `${right.items.length}`,
    );
  }
  return new Compound<Fields, Nulled>({
    kind: "compound",
    operator,
    left,
    right,
    items: left.items,
    columns: left.columns,
    orderBy: [],
    limit: undefined,
    offset: undefined,
    ctes: [],
  });
}

function selectable(query: Query, operator: string): SelectNode | CompoundNode {
  const node = queryNode(query);
  if (node.kind === "select" || node.kind === "compound") return node;
  throw new ArgumentError(`${operator} combines queries that select; read ${node.kind.toUpperCase()} through .cte()`);
}
