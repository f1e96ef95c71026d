import type { Result } from "../../engine/result.ts";
import type { Executable } from "../../sql/executable.ts";
import { isEntitySource, sourceNode } from "../../sql/from-item.ts";
import { itemsOfSource, selectedWithEntities } from "../../sql/items.ts";
import { loaderOption, type LoaderOption } from "../../sql/loader-option.ts";
import type { ItemNode, QueryNode } from "../../sql/nodes/query-node.ts";
import { isQuery, queryNode } from "../../sql/query.ts";
import { selectNode } from "../../sql/raw-select.ts";
import { Select } from "../../sql/select.ts";
import { InvalidRequestError } from "../../errors/index.ts";
import { type EntitySource, isSameSource, sourceMapper } from "../entity-source.ts";
import type { InstanceState } from "../state.ts";
import { buildSelect, type SelectedPart } from "./build.ts";
import type { Loader } from "./loader.ts";
import { readRows } from "./read-rows.ts";
import type { RowLayout } from "./row-slots.ts";
import { LoadTree, type LoadPath } from "./tree.ts";
import { type LoadGroup, loadGroups } from "./selectin.ts";

/** What a Session does with a statement that gives objects. */
export class LoadPlan {
  /** The statement with the joins and columns that it needs. */
  readonly statement: Executable;
  readonly #layout: RowLayout;
  readonly #trees: readonly (LoadTree | undefined)[];

  constructor(statement: Executable, layout: RowLayout, trees: readonly (LoadTree | undefined)[]) {
    this.statement = statement;
    this.#layout = layout;
    this.#trees = trees;
  }

  /** The names of what the rows hold, for the program. */
  get names(): readonly string[] {
    return this.#layout.parts.map(({ name }) => name);
  }

  /**
   * Makes objects of the statement's rows, and loads what is to be loaded by statements of their own.
   *
   * @returns objects and values by the parts of the rows, in the order of {@link names}
   */
  async read(result: Result, loader: Loader): Promise<readonly (readonly unknown[])[]> {
    const { columns, groups } = this.readOnly(result, loader);
    if (groups.length > 0) await loadGroups(loader, groups);
    return columns;
  }

  /** As {@link read}, and says what is still to be loaded. */
  readOnly(
    result: Result,
    loader: Loader,
  ): { readonly columns: readonly (readonly unknown[])[]; readonly groups: readonly LoadGroup[] } {
    const { columns, states } = readRows(this.#layout, result, loader);
    return { columns, groups: groupsOf(this.#layout, this.#trees, states) };
  }
}

/** Which objects have relations that are loaded by statements of their own. */
function groupsOf(
  { parts, edges }: RowLayout,
  trees: readonly (LoadTree | undefined)[],
  states: readonly (readonly InstanceState[])[],
): readonly LoadGroup[] {
  const groups: LoadGroup[] = [];
  const add = (tree: LoadTree | undefined, slot: number): void => {
    if (tree !== undefined && tree.relations.size > 0) groups.push({ tree, states: states[slot]! });
  };
  for (const { slot } of parts) if (slot !== undefined) add(trees[slot], slot);
  for (const { child, load } of edges) add(load.tree, child);
  return groups;
}

/**
 * Plans how the objects of a statement are loaded.
 *
 * @returns undefined for a statement whose rows hold no objects, or nothing but the objects of one class, of which
 *   nothing else is loaded
 * @throws {ArgumentError} an option is for a class that is not selected
 */
export function planLoad(statement: Executable): LoadPlan | undefined {
  if (!isQuery(statement)) return undefined;
  const node = queryNode(statement);
  const first = leftmost(node);
  const selected = selectedWithEntities(first.items);
  if (selected === undefined) return undefined;
  const options = first.kind === "select" ? first.options : [];
  const parts = selectedParts(selected, first.items);
  if (options.length === 0 && parts.length === 1 && parts[0]!.tree!.mapper.isPlain) return undefined;
  applyOptions(parts, options);
  const trees = parts.filter(({ tree }) => tree !== undefined).map(({ tree }) => tree);
  if (node.kind === "select") {
    const built = buildSelect(node, parts);
    return new LoadPlan(new Select(built.node), built.layout, trees);
  }
  // The queries of a UNION are as they are: what would be joined is loaded by statements of its own.
  for (const tree of trees) tree?.withoutJoins();
  const { layout } = buildSelect({ ...emptySelect, items: first.items }, parts);
  return new LoadPlan(statement, layout, trees);
}

const emptySelect = selectNode({ items: [], columns: [] });

function leftmost(node: QueryNode): Exclude<QueryNode, { readonly kind: "compound" }> {
  let first = node;
  while (first.kind === "compound") first = first.left;
  return first;
}

function selectedParts(selected: readonly unknown[], items: readonly ItemNode[]): readonly SelectedPart[] {
  const names = new Set<string>();
  let start = 0;
  return selected.map((one): SelectedPart => {
    const isEntity = isEntitySource(one);
    const length = isEntity || !("item" in (one as object)) ? itemsOfSource(one as EntitySource).items.length : 1;
    const own = items.slice(start, start + length);
    start += length;
    if (!isEntity) return { name: own[0]!.key, source: undefined, tree: undefined, items: own };
    const source = one as unknown as EntitySource;
    const { name } = source[sourceNode];
    if (names.has(name)) {
      throw new InvalidRequestError(
        `two parts of the row are called "${name}": give one of the classes another name with aliased()`,
      );
    }
    names.add(name);
    return { name, source, tree: new LoadTree(sourceMapper(source)), items: own };
  });
}

function applyOptions(parts: readonly SelectedPart[], options: readonly LoaderOption[]): void {
  for (const option of options) {
    const path = option[loaderOption] as LoadPath;
    const { source } = path;
    const fitting = parts.filter((part) => {
      if (part.tree?.takes(path) !== true) return false;
      return (
        source === undefined ||
        typeof source === "function" ||
        isSameSource(part.source![sourceNode], source[sourceNode])
      );
    });
    const [part] = fitting;
    if (part === undefined) parts.find(({ tree }) => tree !== undefined)!.tree!.check(path);
    for (const { tree } of fitting) tree!.add(path);
  }
}
