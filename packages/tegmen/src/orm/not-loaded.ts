import { NotLoadedError } from "./errors.ts";
import type { InstanceState } from "./state.ts";

/**
 * What reading a column gives that has no value: undefined for an object without a row.
 *
 * @throws {NotLoadedError} the object has a row, and this column of it was not loaded
 */
export function missingColumn(state: InstanceState, key: string): undefined {
  if (state.status === "transient" || state.status === "pending") return undefined;
  const { name } = state.mapper;
  if (state.status === "detached") throw outsideOfSession(`${name}.${key}`);
  throw new NotLoadedError(
    state.expired
      ? `${name}.${key} has expired, because its transaction is over: call await session.refresh(object), or make the ` +
          "Session with expireOnCommit: false"
      : `${name}.${key} was not loaded: call await session.refresh(object, ["${key}"]), or leave out defer() and ` +
          "loadOnly() in the query",
  );
}

/** What is thrown when a relation is read that was not loaded. */
export function missingRelation(state: InstanceState, key: string): NotLoadedError {
  const { name } = state.mapper;
  if (state.status === "detached") return outsideOfSession(`${name}.${key}`);
  return new NotLoadedError(
    `${name}.${key} was not loaded: add .options(selectinload(${name}.${key})) to the query, or call ` +
      `await session.load(object, "${key}")`,
  );
}

function outsideOfSession(attribute: string): NotLoadedError {
  return new NotLoadedError(
    `${attribute} was not loaded before the object left its Session: load it there, or put the object into a Session ` +
      "with session.add(object) first",
  );
}
