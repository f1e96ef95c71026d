import { InvalidRequestError } from "../../errors/index.ts";
import { SqlExpression } from "../../sql/expression.ts";
import { columnNode } from "../../sql/items.ts";
import { joinNode } from "../../sql/join.ts";
import type { ExpressionNode, OrderingNode } from "../../sql/nodes/expression-node.ts";
import type { ItemNode, SelectNode } from "../../sql/nodes/query-node.ts";
import type { JoinNode, SourceNode, SubqueryNode } from "../../sql/nodes/source-node.ts";
import { orderingNodes, type OrderBy } from "../../sql/ordering.ts";
import { makeAlias } from "../aliased.ts";
import type { ColumnsByKey, EntitySource } from "../entity-source.ts";
import { joinsTo } from "../relation-attribute.ts";
import type { RelationProperty } from "../relation-property.ts";
import type { Edge, RowLayout, RowPart, Slot } from "./row-slots.ts";
import type { LoadTree, RelationLoad } from "./tree.ts";

/** A part of the select list that is there already. */
export interface SelectedPart {
  readonly name: string;
  /** The class or alias; undefined for a value. */
  readonly source: EntitySource | undefined;
  /** What is loaded of it. */
  readonly tree: LoadTree | undefined;
  readonly items: readonly ItemNode[];
}

/** A statement with what its objects need, and what its rows hold. */
export interface BuiltSelect {
  readonly node: SelectNode;
  readonly layout: RowLayout;
}

/** Adds joins and columns to a SELECT: those of relations that are loaded with it. */
export function buildSelect(node: SelectNode, parts: readonly SelectedPart[]): BuiltSelect {
  const builder = new SelectBuilder(node);
  for (const part of parts) builder.part(part);
  return builder.finish();
}

/** Whether the rows of a tree's objects are repeated by lists that are joined. */
function joinsLists(tree: LoadTree | undefined): boolean {
  for (const { strategy, property, tree: below } of tree?.relations.values() ?? []) {
    if (strategy === "joined" && (property.isList || joinsLists(below))) return true;
  }
  return false;
}

class SelectBuilder {
  readonly #node: SelectNode;
  readonly #items: ItemNode[] = [];
  readonly #joins: JoinNode[] = [];
  readonly #orderBy: OrderingNode[] = [];
  readonly #slots: Slot[] = [];
  readonly #edges: Edge[] = [];
  readonly #parts: RowPart[] = [];
  readonly #waiting: { readonly slot: number; readonly columns: ColumnsByKey; readonly tree: LoadTree }[] = [];
  #repeats = false;
  #limitsRows = false;
  #aliases = 0;

  constructor(node: SelectNode) {
    this.#node = node;
  }

  part({ name, source, tree, items }: SelectedPart): void {
    const start = this.#items.length;
    if (source === undefined || tree === undefined) {
      this.#items.push(...items);
      for (const [index, item] of items.entries()) {
        this.#parts.push({ name: items.length === 1 ? name : item.key, slot: undefined, start: start + index });
      }
      return;
    }
    this.#parts.push({ name, slot: this.#slots.length, start });
    this.#limitsRows ||= joinsLists(tree);
    this.#waiting.push({ slot: this.#slots.length, columns: source.c, tree });
    this.#slot(source, tree);
  }

  finish(): BuiltSelect {
    const node = this.#node;
    const isLimited =
      node.limit !== undefined || node.offset !== undefined || node.distinct !== false || node.groupBy.length > 0;
    const wrapped = this.#limitsRows && isLimited ? this.#wrap() : undefined;
    for (const { slot, columns, tree } of this.#waiting) {
      const start = this.#slots[slot]!.start;
      this.#relations(
        slot,
        wrapped === undefined ? columns : columnsAt(wrapped.items, start, this.#slots[slot]!),
        tree,
      );
    }
    const outer = wrapped?.outer ?? node;
    const items = wrapped === undefined ? this.#items : [...wrapped.items, ...this.#items.slice(wrapped.items.length)];
    return {
      node: {
        ...outer,
        items,
        columns: items.map((item) => item.result),
        joins: [...outer.joins, ...this.#joins],
        orderBy: [...outer.orderBy, ...this.#orderBy],
        lock: this.#joins.length > 0 ? lockOnly(outer, node) : outer.lock,
      },
      layout: { slots: this.#slots, edges: this.#edges, parts: this.#parts, repeats: this.#repeats },
    };
  }

  /** Adds the columns of an object. */
  #slot(source: EntitySource, tree: LoadTree): number {
    const start = this.#items.length;
    const keys: string[] = [];
    for (const [key, column] of Object.entries(source.c)) {
      if (!tree.reads(key)) continue;
      keys.push(key);
      this.#items.push(column.item);
    }
    return this.#slots.push({ mapper: tree.mapper, start, keys, isComplete: tree.isComplete }) - 1;
  }

  #relations(parent: number, columns: ColumnsByKey, tree: LoadTree): void {
    for (const load of tree.relations.values()) {
      if (load.strategy === "joined") this.#join(parent, columns, load);
      else if (load.strategy === "contains") this.#contained(parent, load);
    }
  }

  #join(parent: number, columns: ColumnsByKey, load: RelationLoad): void {
    const { property, isInner, tree } = load;
    const name = `${property.key}_${++this.#aliases}`;
    const alias = makeAlias(property.target, name);
    const type = isInner ? "INNER" : "LEFT";
    for (const { source, on } of joinsTo(property, columns, alias, `${name}_through`))
      this.#joins.push(joinNode(type, source, on));
    this.#orderBy.push(...relationOrder(property, alias.c));
    this.#relate(parent, alias, load, tree);
  }

  /** The statement joins the relation by itself. */
  #contained(parent: number, load: RelationLoad): void {
    this.#relate(parent, load.source!, load, load.tree);
  }

  #relate(parent: number, source: EntitySource, load: RelationLoad, tree: LoadTree): void {
    const child = this.#slot(source, tree);
    this.#repeats ||= load.property.isList;
    this.#edges.push({ parent, child, load });
    this.#relations(child, source.c, tree);
  }

  /** Makes the statement a subquery, so that joined lists do not count in its LIMIT. */
  #wrap(): { readonly outer: SelectNode; readonly items: readonly ItemNode[] } {
    const node = this.#node;
    const inner = this.#items.map((item, index) => labelled(item, `c${index + 1}`));
    const orderings = node.orderBy.map(({ expression }) => {
      const place = this.#items.findIndex((item) => item.expression === expression);
      if (place >= 0) return place;
      return (
        inner.push(labelled({ expression, key: "", name: "", type: undefined, result: none }, `o${inner.length}`)) - 1
      );
    });
    const { asOf, ctes, ...rest } = node;
    const source: SubqueryNode = {
      kind: "subquery",
      name: "limited",
      qualifier: "limited",
      query: { ...rest, asOf: undefined, ctes: [], items: inner, columns: inner.map((item) => item.result) },
    };
    const items = this.#items.map((item, index): ItemNode => ({
      ...item,
      expression: columnNode(source, inner[index]!.name),
      name: inner[index]!.name,
    }));
    const orderBy = node.orderBy.map((term, index): OrderingNode => ({
      ...term,
      expression: columnNode(source, inner[orderings[index]!]!.name),
    }));
    const outer: SelectNode = {
      ...node,
      distinct: false,
      from: [source],
      joins: [],
      where: [],
      groupBy: [],
      having: [],
      orderBy,
      limit: undefined,
      offset: undefined,
      lock: [],
      asOf,
      hints: undefined,
      ctes,
    };
    return { outer, items };
  }
}

const none = { name: "", decode: undefined };

function labelled(item: ItemNode, label: string): ItemNode {
  const { expression } = item;
  const operand: ExpressionNode = expression.kind === "label" ? expression.operand : expression;
  return { ...item, expression: { kind: "label", label, operand }, name: label };
}

/** The columns of an object in a subquery. */
function columnsAt(items: readonly ItemNode[], start: number, { keys }: Slot): ColumnsByKey {
  return Object.fromEntries(
    keys.map((key, index) => {
      const item = items[start + index]!;
      return [key, new SqlExpression(item.expression, item.type, key)];
    }),
  );
}

/** Locks are for the rows of the statement itself; those of an outer join cannot be locked. */
function lockOnly(outer: SelectNode, node: SelectNode): SelectNode["lock"] {
  if (outer !== node || node.lock.length === 0) return outer.lock;
  const sources = new Set<SourceNode>(node.from);
  for (const { expression } of node.items) if (expression.kind === "column") sources.add(expression.source);
  for (const { source } of node.joins) sources.delete(source);
  if (sources.size === 0) {
    throw new InvalidRequestError("a query with FOR UPDATE and joinedload() needs to say what to lock: { of: table }");
  }
  return node.lock.map((lock) => (lock.of.length > 0 ? lock : { ...lock, of: [...sources] }));
}

/** The order of a relation's list. */
export function relationOrder({ options }: RelationProperty, columns: ColumnsByKey): readonly OrderingNode[] {
  const given = options.orderBy?.(columns);
  if (given === undefined) return [];
  return orderingNodes((Array.isArray(given) ? given : [given]) as readonly OrderBy[], "orderBy");
}
