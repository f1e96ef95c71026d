import type { Result } from "../../engine/result.ts";
import type { TableColumn } from "../../schema/column.ts";
import type { SqlExpression } from "../../sql/expression.ts";
import { sourceNode } from "../../sql/from-item.ts";
import { joinNode } from "../../sql/join.ts";
import { nodeOf } from "../../sql/nodes/node-of.ts";
import type { ItemNode, SelectNode } from "../../sql/nodes/query-node.ts";
import type { Condition, Operand } from "../../sql/operand.ts";
import { changeSelect, selectNode } from "../../sql/raw-select.ts";
import { Select } from "../../sql/select.ts";
import { tuple } from "../../sql/tuple.ts";
import { and } from "../../sql/conditions.ts";
import { makeAlias } from "../aliased.ts";
import { type EntitySource, ownSource } from "../entity-source.ts";
import { joinsTo } from "../relation-attribute.ts";
import type { RelationProperty } from "../relation-property.ts";
import { columnsOfThrough, targetConditions, throughConditions } from "../relations/join-condition.ts";
import { setRelated } from "../relations/populate.ts";
import { identityKey } from "../session/identity.ts";
import type { ColumnValues, InstanceState } from "../state.ts";
import { buildSelect, type BuiltSelect, relationOrder, type SelectedPart } from "./build.ts";
import type { Loader } from "./loader.ts";
import { keyPart, readRows } from "./read-rows.ts";
import type { LoadGroup } from "./selectin.ts";
import type { LoadTree } from "./tree.ts";

/** How many keys one statement asks for: more would be a message that the server has to hold in memory as a whole. */
const mostKeys = 10_000;

type Key = bigint | number | string;

/** Where the statement of a relation starts from, and by which columns its rows are told apart. */
interface Base {
  /** The columns of the owner that say which rows are its own. */
  readonly own: readonly TableColumn[];
  /** The columns of the statement that are equal to them. */
  readonly other: readonly TableColumn[];
  readonly keys: readonly SqlExpression[];
  /** The rows themselves have the keys. */
  readonly isDirect: boolean;
  readonly node: SelectNode;
}

/** The statements that load a relation of these objects: one, or two if some of them do not know their foreign keys. */
export function relationQueries(
  property: RelationProperty,
  states: readonly InstanceState[],
): readonly RelationQuery[] {
  const byColumns = property.condition === undefined ? baseByColumns(property) : undefined;
  const known: InstanceState[] = [];
  const others: InstanceState[] = [];
  for (const state of states) {
    const isKnown = byColumns?.own.every(({ key }) => state.values[key] !== undefined) === true;
    (isKnown ? known : others).push(state);
  }
  const queries: RelationQuery[] = [];
  if (known.length > 0) queries.push(new RelationQuery(property, known, byColumns!));
  if (others.length > 0) queries.push(new RelationQuery(property, others, baseByOwner(property)));
  return queries;
}

/** By the columns that are equal, of the target or of the table between. */
function baseByColumns(property: RelationProperty): Base {
  const { pairs, through, target } = property;
  const source = ownSource(target);
  if (through === undefined) {
    const other = pairs.map((pair) => pair.other);
    return {
      own: pairs.map((pair) => pair.own),
      other,
      keys: other.map(({ key }) => source.c[key]!),
      isDirect: true,
      node: emptySelect([source], [], targetConditions(property, source.c)),
    };
  }
  const between = columnsOfThrough(property);
  const other = through.ownPairs.map((pair) => pair.other);
  const on = and(...throughConditions(property, source.c, between), ...targetConditions(property, source.c));
  return {
    own: through.ownPairs.map((pair) => pair.own),
    other,
    keys: other.map(({ key }) => between[key]!),
    isDirect: false,
    node: emptySelect([through.table], [joinNode("INNER", source, on)], []),
  };
}

/** By the primary key of the owner, which is joined: where columns do not say it all. */
function baseByOwner(property: RelationProperty): Base {
  const { owner, target } = property;
  const own = makeAlias(owner, `${owner.table.name}_of`);
  const joins = joinsTo(property, own.c, ownSource(target)).map(({ source, on }) => joinNode("INNER", source, on));
  const { primaryKey } = owner;
  const keys = primaryKey.map(({ key }) => own.c[key]!);
  return { own: primaryKey, other: primaryKey, keys, isDirect: false, node: emptySelect([own], joins, []) };
}

function emptySelect(
  from: readonly { readonly [sourceNode]: SelectNode["from"][number] }[],
  joins: SelectNode["joins"],
  where: readonly Condition[],
): SelectNode {
  return {
    ...selectNode({ items: [], columns: [] }),
    from: from.map((source) => source[sourceNode]),
    joins,
    where: where.map((condition) => nodeOf(condition)!),
  };
}

/** Loads one relation of many objects. */
export class RelationQuery {
  readonly #property: RelationProperty;
  readonly #base: Base;
  readonly #states: readonly InstanceState[];
  readonly #keyOf: (values: Readonly<ColumnValues>, columns: readonly TableColumn[]) => Key | undefined;
  /** The related objects by the key of the object that they belong to. */
  readonly #found = new Map<Key, object[]>();

  constructor(property: RelationProperty, states: readonly InstanceState[], base: Base) {
    this.#property = property;
    this.#states = states;
    this.#base = base;
    this.#keyOf = keyMaker(base);
  }

  /** @returns what is still to be loaded of objects that came in the same rows */
  async run(loader: Loader, tree: LoadTree): Promise<readonly LoadGroup[]> {
    const groups: LoadGroup[] = [];
    const wanted = this.#wanted(loader);
    if (wanted.length > 0) {
      const built = this.#build(tree);
      const isDirect = built.layout.parts.length === 1;
      const results: Promise<Result>[] = [];
      for (let from = 0; from < wanted.length; from += mostKeys) {
        results.push(loader.execute(this.#statement(built.node, wanted.slice(from, from + mostKeys))));
      }
      for (const result of await Promise.all(results)) {
        const keys = isDirect ? this.#directKeys(result) : undefined;
        const { columns, states } = readRows(built.layout, result, loader);
        this.#take(columns, keys);
        for (const { child, load } of built.layout.edges) groups.push({ states: states[child]!, tree: load.tree });
      }
    }
    for (const state of this.#states) {
      const key = this.#keyOfState(state);
      setRelated(state, this.#property, (key === undefined ? undefined : this.#found.get(key)) ?? []);
    }
    return groups.filter((group) => group.tree.relations.size > 0);
  }

  /** The keys of objects whose related ones are not known yet, each once. */
  #wanted(loader: Loader): readonly (readonly unknown[])[] {
    const { own } = this.#base;
    const wanted = new Map<Key, readonly unknown[]>();
    for (const state of this.#states) {
      const key = this.#keyOfState(state);
      if (key === undefined || wanted.has(key) || this.#found.has(key)) continue;
      const known = this.#remembered(loader, state);
      if (known !== undefined) this.#found.set(key, [known.object]);
      else
        wanted.set(
          key,
          own.map((column) => state.values[column.key]),
        );
    }
    return [...wanted.values()];
  }

  /** The object that a foreign key refers to, if the Session has it already. */
  #remembered(loader: Loader, state: InstanceState): InstanceState | undefined {
    const { kind, target, pairs, condition } = this.#property;
    if (kind !== "belongsTo" || condition !== undefined || loader.populateExisting) return undefined;
    if (pairs.length !== target.primaryKey.length) return undefined;
    const values: ColumnValues = {};
    for (const { own, other } of pairs) {
      if (!target.primaryKey.some(({ key }) => key === other.key)) return undefined;
      values[other.key] = state.values[own.key];
    }
    const key = identityKey(target, values);
    const found = key === undefined ? undefined : loader.find(target, key);
    return found?.mapper.isA(target) === true ? found : undefined;
  }

  #build(tree: LoadTree): BuiltSelect {
    const { keys, other, isDirect, node } = this.#base;
    const source: EntitySource = ownSource(this.#property.target);
    tree.need(isDirect ? other.map(({ key }) => key) : []);
    const object: SelectedPart = { name: "object", source, tree, items: [] };
    const items = keys.map((expression, index): ItemNode => expression.as(`of_${index + 1}`).item);
    const parts = isDirect && !tree.hasJoins ? [object] : [...items.map((item) => keyColumn(item)), object];
    const ordered = changeSelect(node, "orderBy", relationOrder(this.#property, source.c));
    return buildSelect(ordered, parts);
  }

  #statement(node: SelectNode, wanted: readonly (readonly unknown[])[]): Select<unknown, never, never> {
    const { keys } = this.#base;
    const [only] = keys;
    const condition =
      keys.length === 1
        ? only!.in(wanted.map(([value]) => value))
        : tuple(...(keys as unknown as readonly Operand[])).in(wanted);
    return new Select(changeSelect(node, "where", [...node.where, nodeOf(condition)!]));
  }

  /** The keys in rows that are nothing but the columns of the objects; before these become the objects' values. */
  #directKeys(result: Result): readonly (Key | undefined)[] {
    const { other } = this.#base;
    return (result.all() as ColumnValues[]).map((row) => this.#keyOf(row, other));
  }

  #take(columns: readonly (readonly unknown[])[], direct: readonly (Key | undefined)[] | undefined): void {
    const found = this.#found;
    const objects = columns.at(-1)!;
    for (let row = 0; row < objects.length; row++) {
      const key = direct === undefined ? this.#keyIn(columns, row) : direct[row];
      const object = objects[row];
      if (key === undefined || object === null) continue;
      const list = found.get(key);
      if (list === undefined) found.set(key, [object as object]);
      else list.push(object as object);
    }
  }

  #keyOfState({ values }: InstanceState): Key | undefined {
    return this.#keyOf(values, this.#base.own);
  }

  #keyIn(columns: readonly (readonly unknown[])[], row: number): Key | undefined {
    const { other } = this.#base;
    const values: ColumnValues = {};
    for (let index = 0; index < other.length; index++) values[other[index]!.key] = columns[index]![row];
    return this.#keyOf(values, other);
  }
}

function keyColumn(item: ItemNode): SelectedPart {
  return { name: item.key, source: undefined, tree: undefined, items: [item] };
}

/** Makes of the values of key columns something that a Map can tell apart, the same for both sides. */
function keyMaker({
  own,
  other,
}: Base): (values: Readonly<ColumnValues>, columns: readonly TableColumn[]) => Key | undefined {
  if (own.length === 1 && own[0]!.type.decode === other[0]!.type.decode) {
    return (values, [column]) => keyPart(column!, values[column!.key]);
  }
  return (values, columns) => {
    const parts = columns.map((column) => keyPart(column, values[column.key]));
    return parts.includes(undefined) ? undefined : JSON.stringify(parts.map(String));
  };
}
