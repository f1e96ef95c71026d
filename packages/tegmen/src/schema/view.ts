import { ArgumentError, describeValue } from "../errors/index.ts";
import { sourceNode, type FromItem, type sourceName } from "../sql/from-item.ts";
import { derivedColumns } from "../sql/items.ts";
import type { QueryNode } from "../sql/nodes/query-node.ts";
import type { TableNode } from "../sql/nodes/source-node.ts";
import { isQuery, queryNode } from "../sql/query.ts";
import type { DerivedColumns } from "../sql/row.ts";
import type { Select } from "../sql/select.ts";
import { quoteIdentifier } from "../text/index.ts";
import type { MetaData } from "./metadata.ts";

/** Any view. */
export interface AnyView {
  readonly [sourceNode]: TableNode;
  readonly name: string;
  readonly schema: string | undefined;
  readonly query: QueryNode;
  readonly isMaterialized: boolean;
}

/** Options of a view. */
export interface ViewOptions {
  /** What it belongs to: `createAll()` creates it. */
  readonly metadata?: MetaData;
  readonly schema?: string;
  /** Keeps the rows, until `REFRESH MATERIALIZED VIEW`. */
  readonly materialized?: boolean;
}

/** A view: a query that is kept in the database under a name, and read like a table. */
export class View<N extends string, Columns> implements FromItem<N, Columns>, AnyView {
  declare readonly [sourceName]: N;
  readonly kind = "view";
  readonly [sourceNode]: TableNode;
  readonly name: N;
  readonly schema: string | undefined;
  readonly query: QueryNode;
  readonly isMaterialized: boolean;
  /** The columns, by their keys. */
  readonly c: Columns;

  /** Made by {@link view}. */
  constructor(name: N, query: QueryNode, options: ViewOptions) {
    this.name = name;
    this.schema = options.schema ?? options.metadata?.schema;
    this.query = query;
    this.isMaterialized = options.materialized === true;
    const quoted = quoteIdentifier(name);
    const text = this.schema === undefined ? quoted : `${quoteIdentifier(this.schema)}.${quoted}`;
    this[sourceNode] = { kind: "table", name, text, qualifier: text };
    this.c = derivedColumns(this[sourceNode], query.items) as unknown as Columns;
  }
}

/**
 * Defines a view.
 *
 * @param name its name in SQL
 * @param query what it shows
 *
 * @example
 * ```ts
 * const rich = view("rich", select(t.id, t.balance).where(t.balance.gt(1000)), { metadata });
 * select(rich.c.id);
 * ```
 */
export function view<const N extends string, Fields, Nulled extends string, Scope extends string>(
  name: N,
  query: Select<Fields, Nulled, Scope>,
  options: ViewOptions = {},
): View<N, DerivedColumns<N, Fields, Nulled>> {
  if (!isQuery(query)) throw new ArgumentError(`view() expects a query, got ${describeValue(query)}`);
  const made = new View<N, DerivedColumns<N, Fields, Nulled>>(name, queryNode(query), options);
  options.metadata?.add(made);
  return made;
}
