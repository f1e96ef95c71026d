import { ArgumentError, describeValue, InvalidRequestError, NoResultFound } from "../../errors/index.ts";
import { DetachedInstanceError } from "../errors.ts";
import { findState, type InstanceState } from "../state.ts";
import { describeState } from "../unit-of-work/describe-state.ts";

/** The objects of states. */
export function objectsOf(states: Iterable<InstanceState>): readonly object[] {
  return Array.from(states, ({ object }) => object);
}

/** @throws {ArgumentError} it is no object of an entity */
export function stateFor(object: unknown, where: string): InstanceState {
  const state = findState(object);
  if (state !== undefined) return state;
  throw new ArgumentError(`${where} expects an object of a class made by entity(), got ${describeValue(object)}`);
}

/** What is thrown for an object that is not in the Session. */
export function notHere(state: InstanceState, where: string): Error {
  const what = describeState(state);
  if (state.status === "deleted") {
    return new InvalidRequestError(`${where}: the row of ${what} was deleted in this transaction`);
  }
  if (state.status === "transient") {
    return new InvalidRequestError(`${where}: ${what} is in no Session: add it with session.add()`);
  }
  if (state.owner !== undefined) return new InvalidRequestError(`${where}: ${what} is in another Session`);
  return new DetachedInstanceError(
    `${where}: ${what} has left its Session: put it into this one with session.add(), or copy it with session.merge()`,
  );
}

/** What is thrown where exactly one row was needed. */
export function noRow(entity: string, id: unknown): NoResultFound {
  return new NoResultFound(`There is no ${entity} with the primary key ${describeValue(id)}`);
}
