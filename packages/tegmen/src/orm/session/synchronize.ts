import type { Result } from "../../engine/result.ts";
import { ArgumentError, describeValue, InvalidRequestError } from "../../errors/index.ts";
import type { TableColumn } from "../../schema/column.ts";
import type { Executable } from "../../sql/executable.ts";
import { sourceNode } from "../../sql/from-item.ts";
import type { DeleteNode, UpdateNode } from "../../sql/nodes/query-node.ts";
import type { SourceNode } from "../../sql/nodes/source-node.ts";
import { isQuery, queryNode } from "../../sql/query.ts";
import { ownSource } from "../entity-source.ts";
import type { Mapper } from "../mapper.ts";
import type { ColumnValues, InstanceState } from "../state.ts";
import { evaluator } from "./evaluate.ts";
import { identityKey } from "./identity.ts";
import type { SessionCore } from "./session-core.ts";

/** How an UPDATE or DELETE keeps the loaded objects in step. */
export type SynchronizeSession = "auto" | "evaluate" | "fetch" | false;

const choices: readonly unknown[] = ["auto", "evaluate", "fetch", false] satisfies SynchronizeSession[];

/** What is done so that the objects of a Session know what a statement has changed. */
export interface Synchronization {
  /** The statement to execute instead; undefined: as it is. */
  readonly statement: Executable | undefined;
  /** Tells the objects. */
  apply(result: Result): void;
}

/**
 * Plans it.
 *
 * @returns undefined where nothing has to be done: no object of the class is loaded, or the statement says itself what
 *   it has changed
 * @throws {InvalidRequestError} `"evaluate"`, and the condition needs the database
 */
export function planSynchronization(
  core: SessionCore,
  statement: Executable,
  choice: SynchronizeSession,
): Synchronization | undefined {
  if (!choices.includes(choice)) {
    throw new ArgumentError(
      `synchronizeSession takes "auto", "evaluate", "fetch" or false, got ${describeValue(choice)}`,
    );
  }
  if (choice === false || !isQuery(statement)) return undefined;
  const node = queryNode(statement);
  if (node.kind !== "update" && node.kind !== "delete") return undefined;
  const loaded = loadedOf(core, node);
  if (loaded === undefined) return undefined;
  const evaluated = choice === "fetch" ? undefined : evaluator(loaded.mapper, node);
  if (evaluated !== undefined) {
    return {
      statement: undefined,
      apply: () => apply(core, node, matching(loaded, evaluated.matches), evaluated.values),
    };
  }
  if (choice === "evaluate") {
    throw new InvalidRequestError(
      'synchronizeSession: "evaluate" cannot tell which objects the statement is about, or what their values will be: ' +
        'use "fetch" or "auto"',
    );
  }
  return fetching(core, statement as unknown as Returning, node, loaded);
}

/** The loaded objects of a class. */
interface Loaded {
  readonly mapper: Mapper;
  readonly states: readonly InstanceState[];
}

function loadedOf({ registry }: SessionCore, { table }: DeleteNode | UpdateNode): Loaded | undefined {
  const states = [...registry.map].filter(({ mapper }) => isRowOf(mapper, table));
  return states.length === 0 ? undefined : { mapper: states[0]!.mapper, states };
}

/** Whether the objects of a class are rows of what a statement is about: its table, or that of a class above it. */
function isRowOf(mapper: Mapper, table: SourceNode): boolean {
  return ownSource(mapper)[sourceNode] === table || (mapper.parent !== undefined && isRowOf(mapper.parent, table));
}

function matching({ states }: Loaded, matches: (values: ColumnValues) => boolean | null): readonly InstanceState[] {
  return states.filter(({ values }) => matches(values) === true);
}

/** What an UPDATE and a DELETE have in common. */
interface Returning {
  returning(...columns: readonly TableColumn[]): Executable;
}

/** Has the statement return the rows that it is about. */
function fetching(
  core: SessionCore,
  statement: Returning,
  node: DeleteNode | UpdateNode,
  loaded: Loaded,
): Synchronization {
  const { mapper } = loaded;
  if (node.items.length > 0) {
    // It returns something else already: what it changed is read anew by the next query.
    return { statement: undefined, apply: () => loaded.states.forEach((state) => (state.readIn = 0)) };
  }
  const columns =
    node.kind === "update"
      ? [...new Set(loaded.states.flatMap((state) => [...state.mapper.columns.values()]))]
      : mapper.primaryKey;
  return {
    statement: statement.returning(...columns),
    apply: (result) => {
      for (const row of result.all() as readonly ColumnValues[]) {
        const key = identityKey(mapper, row);
        const state = key === undefined ? undefined : core.registry.map.find(mapper, key);
        if (state !== undefined) apply(core, node, [state], () => row);
      }
    },
  };
}

function apply(
  { registry }: SessionCore,
  node: DeleteNode | UpdateNode,
  states: readonly InstanceState[],
  values: (values: ColumnValues) => ColumnValues,
): void {
  for (const state of states) registry.remember(state);
  if (node.kind === "delete") {
    registry.rowsDeleted(states);
    return;
  }
  for (const state of states) {
    for (const [key, value] of Object.entries(values(state.values))) {
      const { original } = state;
      if (!state.mapper.columns.has(key)) continue;
      if (original !== undefined && Object.hasOwn(original, key)) original[key] = value;
      else state.values[key] = value;
    }
  }
}
