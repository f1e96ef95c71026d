import { ArgumentError, InvalidRequestError } from "../../errors/index.ts";
import { select } from "../../sql/select.ts";
import { didYouMean } from "../../text/index.ts";
import { ownSource } from "../entity-source.ts";
import { loadRelations } from "../loading/load.ts";
import { forgetRelations } from "../relations/history.ts";
import type { ColumnValues, InstanceState } from "../state.ts";
import { describeState } from "../unit-of-work/describe-state.ts";
import { storedValue } from "../unit-of-work/write-value.ts";
import { executeStatement } from "./executor.ts";
import { keySelect } from "./get.ts";
import type { SessionCore } from "./session-core.ts";

/**
 * Reads the row of an object again.
 *
 * @param keys the columns and relations to read; undefined: all columns
 * @throws {InvalidRequestError} the row is not there any more
 */
export async function refreshObject(
  core: SessionCore,
  state: InstanceState,
  keys: readonly string[] | undefined,
): Promise<void> {
  const { mapper } = state;
  if (state.status === "pending") {
    throw new InvalidRequestError(`${describeState(state)} has no row yet that could be read: flush() writes it`);
  }
  const isColumn = (key: string): boolean => mapper.columns.has(key) || mapper.computed.get(key)?.isLoaded === true;
  const columns = keys?.filter(isColumn);
  const relations = keys?.filter((key) => !isColumn(key)) ?? [];
  for (const key of relations) {
    if (mapper.relationKeys.includes(key)) continue;
    const known = [...mapper.columns.keys(), ...mapper.relationKeys];
    throw new ArgumentError(`${mapper.name} has no attribute "${key}": ${didYouMean(key, known)}`);
  }
  if (columns === undefined) await refreshAll(core, state);
  else if (columns.length > 0) await refreshColumns(core, state, columns);
  if (relations.length === 0) return;
  forgetRelations(state, relations);
  await core.autoflush();
  await loadRelations(core, [state], relations);
}

async function refreshAll(core: SessionCore, state: InstanceState): Promise<void> {
  const statement = keySelect(state.mapper, keyOf(state));
  const { parts } = await executeStatement(core, statement, undefined, { populateExisting: true });
  if (parts!.columns[0]!.length === 0) throw rowGone(state);
}

async function refreshColumns(core: SessionCore, state: InstanceState, keys: readonly string[]): Promise<void> {
  const { mapper, original } = state;
  const source = ownSource(mapper);
  const items = [...new Set(keys)].map((key) => source.c[key]);
  const key = keyOf(state);
  const conditions = mapper.primaryKey.map((column) => source.c[column.key]!.eq(key[column.key]));
  const statement = select(...(items as never[])).where(...(conditions as never[]));
  const result = await core.run((connection) => connection.execute(statement));
  const row = result.first() as ColumnValues | null;
  if (row === null) throw rowGone(state);
  for (const [name, value] of Object.entries(row)) {
    state.values[name] = value;
    if (original !== undefined) delete original[name];
  }
}

function keyOf(state: InstanceState): ColumnValues {
  return Object.fromEntries(state.mapper.primaryKey.map(({ key }) => [key, storedValue(state, key)]));
}

function rowGone(state: InstanceState): InvalidRequestError {
  return new InvalidRequestError(`The row of ${describeState(state)} is not there any more: it cannot be refreshed`);
}
