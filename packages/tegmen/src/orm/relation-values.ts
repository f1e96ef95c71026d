import { ArgumentError, describeValue } from "../errors/index.ts";
import { Collection } from "./collection.ts";
import { missingRelation } from "./not-loaded.ts";
import { findState, type InstanceState } from "./state.ts";

/**
 * The value of a relation.
 *
 * @throws {NotLoadedError} the object has a row, and the relation was not loaded
 */
export function readRelation(state: InstanceState, key: string): unknown {
  const value = state.related?.[key];
  if (value !== undefined) return value;
  if (state.status !== "transient" && state.status !== "pending") throw missingRelation(state, key);
  // A new object has no related ones but those that it is given.
  if (!state.mapper.relation(key).isList) return null;
  const list = new Collection();
  (state.related ??= {})[key] = list;
  return list;
}

/**
 * Sets the value of a relation.
 *
 * @throws {ArgumentError} it is no object of the class that the relation leads to, or no list of them
 */
export function writeRelation(state: InstanceState, key: string, value: unknown): void {
  const property = state.mapper.relation(key);
  const where = `${state.mapper.name}.${key}`;
  const { name } = property.target;
  const check = (one: unknown): void => {
    if (findState(one) === undefined) throw new ArgumentError(`${where} takes ${name}, got ${describeValue(one)}`);
  };
  if (property.isList) {
    if (!Array.isArray(value)) throw new ArgumentError(`${where} takes a list of ${name}, got ${describeValue(value)}`);
    value.forEach(check);
  } else if (value !== null) check(value);
  (state.related ??= {})[key] = property.isList ? Collection.from(value as readonly object[]) : value;
}
