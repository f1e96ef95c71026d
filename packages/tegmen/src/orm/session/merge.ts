import { describeValue } from "../../errors/index.ts";
import { StaleDataError } from "../errors.ts";
import { loadRelations } from "../loading/load.ts";
import type { RelationProperty } from "../relation-property.ts";
import { findState, type InstanceState } from "../state.ts";
import { describeState } from "../unit-of-work/describe-state.ts";
import { identityKey } from "./identity.ts";
import type { SessionCore } from "./session-core.ts";

/** Finds the object of a row, in the Session or in the database. */
export type FindByKey = (state: InstanceState) => Promise<InstanceState | undefined>;

/** Copies objects of somewhere else to those that a Session has for the same rows. SQLAlchemy: `Session.merge`. */
export class Merge {
  readonly #core: SessionCore;
  readonly #find: FindByKey;
  readonly #merged = new Map<InstanceState, InstanceState>();

  constructor(core: SessionCore, find: FindByKey) {
    this.#core = core;
    this.#find = find;
  }

  /** The Session's object, with the values of the given one. */
  async merge(given: InstanceState): Promise<InstanceState> {
    const known = this.#merged.get(given);
    if (known !== undefined) return known;
    if (this.#core.registry.has(given)) return given;
    const target = (await this.#target(given)) ?? this.#create(given);
    this.#merged.set(given, target);
    checkVersion(given, target);
    const { object } = target as { readonly object: object & Record<string, unknown> };
    for (const [key, value] of Object.entries(given.values)) {
      // What the server computes is not for anybody to set.
      if (value !== undefined && target.mapper.columns.has(key)) object[key] = value;
    }
    for (const property of given.mapper.relations.values()) {
      if (property.cascade.has("merge") && !property.viewOnly) await this.#mergeRelation(given, target, property);
    }
    return target;
  }

  async #target(given: InstanceState): Promise<InstanceState | undefined> {
    const key = given.key ?? identityKey(given.mapper, given.values);
    if (key === undefined) return undefined;
    for (const pending of this.#core.registry.pending) {
      if (pending.mapper === given.mapper && identityKey(pending.mapper, pending.values) === key) return pending;
    }
    return this.#find(given);
  }

  #create(given: InstanceState): InstanceState {
    const made = findState(new given.mapper.class())!;
    this.#core.registry.add(made);
    return made;
  }

  async #mergeRelation(given: InstanceState, target: InstanceState, property: RelationProperty): Promise<void> {
    const { key } = property;
    const value = given.related?.[key];
    if (value === undefined) return;
    const object = target.object as Record<string, unknown>;
    if (!Array.isArray(value)) {
      const related = findState(value);
      const merged = related === undefined ? null : (await this.merge(related)).object;
      await this.#load(target, key);
      if (object[key] !== merged) object[key] = merged;
      return;
    }
    const merged: object[] = [];
    for (const one of value as readonly object[]) merged.push((await this.merge(findState(one)!)).object);
    await this.#load(target, key);
    object[key] = merged;
  }

  /** What is replaced has to be known. */
  async #load(target: InstanceState, key: string): Promise<void> {
    if (target.status === "persistent") await loadRelations(this.#core, [target], [key]);
  }
}

/** @throws {StaleDataError} the given object is of another version than the row */
function checkVersion(given: InstanceState, target: InstanceState): void {
  const key = given.mapper.options.version;
  if (key === undefined || target.status !== "persistent") return;
  const version = given.values[key];
  if (version === undefined || version === target.values[key]) return;
  throw new StaleDataError(
    `${describeState(given)} cannot be merged: it is of version ${describeValue(version)}, and its row of version ` +
      describeValue(target.values[key]),
  );
}
