import { ArgumentError } from "../errors/index.ts";
import { quoteIdentifier } from "../text/index.ts";
import { SqlExpression } from "./expression.ts";
import { sourceNode, type FromItem, type sourceName } from "./from-item.ts";
import { derivedColumns } from "./items.ts";
import type { ScalarNode } from "./nodes/expression-node.ts";
import type { SubqueryNode } from "./nodes/source-node.ts";
import { queryNode, type Query } from "./query.ts";

/** A query in FROM. SQLAlchemy: `Subquery`. */
export class Subquery<N extends string, Columns> implements FromItem<N, Columns> {
  declare readonly [sourceName]: N;
  readonly [sourceNode]: SubqueryNode;
  /** The columns, by their keys. */
  readonly c: Columns;

  /** @param node made by `subquery()` */
  constructor(node: SubqueryNode) {
    this[sourceNode] = node;
    this.c = derivedColumns(node, node.query.items) as unknown as Columns;
  }
}

/** Makes a query a source. */
export function subqueryOf<N extends string, Columns>(query: Query, name: N): Subquery<N, Columns> {
  const qualifier = quoteIdentifier(name);
  return new Subquery({ kind: "subquery", name, qualifier, query: queryNode(query) });
}

/**
 * Makes a query a value.
 *
 * @throws {ArgumentError} if it has more than one column
 */
export function scalarSubquery(query: Query, prefix: ScalarNode["prefix"]): SqlExpression {
  const node = queryNode(query);
  const [item] = node.items;
  if (item === undefined || node.items.length > 1) {
    throw new ArgumentError(`a query used as a value needs exactly one column, this one has ${node.items.length}`);
  }
  return new SqlExpression({ kind: "scalar", prefix, query: node }, item.type);
}
