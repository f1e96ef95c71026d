import { identityKey } from "../session/identity.ts";
import { settleRelations } from "../relations/history.ts";
import type { InstanceState } from "../state.ts";
import { adoptReachable, findDeleted } from "./collect.ts";
import type { FlushInput, FlushOutcome, RowsToWrite } from "./flush-input.ts";
import { planFlush } from "./planner.ts";
import { followRelations } from "./relation-changes.ts";
import { runSteps } from "./run-steps.ts";
import { Unit } from "./unit.ts";

export type { FetchRelation, FlushInput, FlushOutcome } from "./flush-input.ts";

/**
 * Writes the changes of a Session's objects: INSERT, UPDATE and DELETE in the order that foreign keys demand, rows of
 * one table together, and everything that is independent in one turn.
 *
 * When it throws, nothing is known of the transaction but that it has to be rolled back, and objects may have got
 * values: what `remember` was called for is to be restored.
 *
 * SQLAlchemy: `UOWTransaction.execute()`.
 *
 * @returns what was done
 * @throws {FlushError} the objects cannot be written as they are; nothing was sent
 * @throws {StaleDataError} a row was changed or deleted by somebody else
 * @throws {DatabaseError} what the server answered, with the objects it is about
 */
export async function flushUnit(input: FlushInput): Promise<FlushOutcome> {
  const unit = new Unit(input);
  for (const state of input.pending) unit.work(state);
  for (const state of input.dirty) unit.work(state);
  adoptReachable(unit);
  await findDeleted(unit);
  await input.before?.(rowsOf(unit));
  followRelations(unit);
  await runSteps(unit, planFlush(unit));
  return settle(unit);
}

/** What is about to be written, for those who listen to it. */
function rowsOf({ works, deleted }: Unit): RowsToWrite {
  const all = [...works.values()];
  return {
    inserted: all.filter(({ kind }) => kind === "insert").map(({ state }) => state),
    updated: all.filter(({ kind }) => kind === "update").map(({ state }) => state),
    deleted: [...deleted],
  };
}

/** What is in the objects now is what the database has. */
function settle({ works, deleted, expunged }: Unit): FlushOutcome {
  const inserted: InstanceState[] = [];
  const updated: InstanceState[] = [];
  for (const [state, work] of works) {
    if (work.kind === "insert") {
      inserted.push(state);
      state.status = "persistent";
      state.key = identityKey(state.mapper, state.values);
    } else {
      if (work.step !== undefined || work.further.some(({ step }) => step !== undefined)) updated.push(state);
      if (state.original !== undefined) state.key = identityKey(state.mapper, state.values);
    }
    state.original = undefined;
    settleRelations(state);
  }
  for (const state of deleted) {
    state.status = "deleted";
    settleRelations(state);
  }
  for (const state of expunged) state.status = "transient";
  return { inserted, updated, deleted: [...deleted], expunged: [...expunged] };
}
