import { ArgumentError, describeValue } from "../errors/index.ts";
import { quoteIdentifier } from "../text/index.ts";
import { sourceNode, type FromItem, type sourceName } from "./from-item.ts";
import { derivedColumns } from "./items.ts";
import type { CompoundNode, QueryNode, SelectNode } from "./nodes/query-node.ts";
import type { AliasNode, CteNode } from "./nodes/source-node.ts";
import { queryNode, type Query } from "./query.ts";
import type { DerivedColumns } from "./row.ts";

/** How to keep a common table expression. */
export interface CteOptions {
  /** `RECURSIVE`: `unionAll()` and `union()` add a part that reads its own rows. */
  readonly recursive?: boolean;
  /** `MATERIALIZED`, or with false `NOT MATERIALIZED`: whether it is computed once, apart from the rest. */
  readonly materialized?: boolean;
}

/**
 * A common table expression: a query that stands in WITH and is read like a table. It gets into WITH by being used.
 *
 * SQLAlchemy: `CTE`.
 */
export class Cte<N extends string, Columns> implements FromItem<N, Columns> {
  declare readonly [sourceName]: N;
  readonly [sourceNode]: CteNode;
  /** The columns, by their keys. */
  readonly c: Columns;

  /** @param node made by `cte()` */
  constructor(node: CteNode, columns: Columns) {
    this[sourceNode] = node;
    this.c = columns;
  }

  /**
   * Adds the recursive part.
   *
   * @param build gets the common table expression itself, and returns the query that reads it
   *
   * @example
   * ```ts
   * const tree = select(t.id, t.parentId).where(t.id.eq(root)).cte("tree", { recursive: true })
   *   .unionAll((tree) => select(t.id, t.parentId).innerJoin(tree, t.parentId.eq(tree.c.id)));
   * ```
   */
  unionAll(build: (self: Cte<N, Columns>) => Query<RecursiveFields<Columns>>): Cte<N, Columns> {
    return this.#recurse("UNION ALL", build);
  }

  /** As `unionAll()`, leaving out rows that are there already. */
  union(build: (self: Cte<N, Columns>) => Query<RecursiveFields<Columns>>): Cte<N, Columns> {
    return this.#recurse("UNION", build);
  }

  /** The same query under a second name, to be joined with itself. */
  alias<const A extends string>(name: A): CteAlias<A, DerivedColumns<A, Columns, never>> {
    const node: AliasNode = { kind: "alias", name, qualifier: quoteIdentifier(name), of: this[sourceNode] };
    return new CteAlias(node, itemsOf(this[sourceNode]));
  }

  #recurse(operator: CompoundNode["operator"], build: (self: Cte<N, Columns>) => Query): Cte<N, Columns> {
    const node = this[sourceNode];
    const { query } = node;
    if (!node.recursive || query === undefined) {
      throw new ArgumentError(`"${node.name}" is not recursive: make it with cte(name, { recursive: true })`);
    }
    const self: CteNode = { ...node, query: undefined, self: undefined };
    const columns = derivedColumns(self, query.items) as unknown as Columns;
    const right = selectNode(queryNode(build(new Cte(self, columns))), "the recursive part");
    const left = selectNode(query, "the first part");
    if (right.items.length !== left.items.length) {
      throw new ArgumentError(
        `the recursive part of "${node.name}" has ${right.items.length} columns, its first part ${left.items.length}`,
      );
    }
    const compound: CompoundNode = {
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
    };
    const whole: CteNode = { ...node, query: compound, self };
    return new Cte(whole, derivedColumns(whole, left.items) as unknown as Columns);
  }
}

/** A common table expression under a second name. */
export class CteAlias<N extends string, Columns> implements FromItem<N, Columns> {
  declare readonly [sourceName]: N;
  readonly [sourceNode]: AliasNode;
  /** The columns, by their keys. */
  readonly c: Columns;

  constructor(node: AliasNode, items: QueryNode["items"]) {
    this[sourceNode] = node;
    this.c = derivedColumns(node, items) as unknown as Columns;
  }
}

/** What the recursive part has to select: the same columns, whatever they are named. */
export type RecursiveFields<Columns> = { readonly [K in keyof Columns]: unknown };

/** Makes a query a common table expression. */
export function cteOf<N extends string, Columns>(query: Query, name: N, options: CteOptions = {}): Cte<N, Columns> {
  const node: CteNode = {
    kind: "cte",
    name,
    qualifier: quoteIdentifier(name),
    query: queryNode(query),
    self: undefined,
    recursive: options.recursive === true,
    materialized: options.materialized,
  };
  return new Cte(node, derivedColumns(node, queryNode(query).items) as unknown as Columns);
}

/** The nodes of common table expressions. */
export function cteNodes(ctes: readonly unknown[]): readonly CteNode[] {
  return ctes.map((cte) => {
    if (cte instanceof Cte) return cte[sourceNode];
    throw new ArgumentError(`expected a common table expression made by .cte(), got ${describeValue(cte)}`);
  });
}

function itemsOf(node: CteNode): QueryNode["items"] {
  return node.query?.items ?? [];
}

function selectNode(node: QueryNode, where: string): SelectNode | CompoundNode {
  if (node.kind === "select" || node.kind === "compound") return node;
  throw new ArgumentError(`${where} has to be a SELECT, not ${node.kind.toUpperCase()}`);
}
