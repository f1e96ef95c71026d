import type { Mapper } from "../mapper.ts";
import type { IdentityKey, InstanceState } from "../state.ts";

/**
 * How many objects of a class are held strongly at most. A weak reference costs more than making the object itself
 * (docs/decisions.md), so only a Session that goes on, or reads very many, pays for them.
 */
const mostHeld = 20_000;

/** The objects of a class that a Session knows, by their identities. */
export class ObjectsOfClass {
  /** Those that were read lately. */
  #held = new Map<IdentityKey, InstanceState>();
  /** The others: there as long as the program holds them, or something that is to be written does. */
  readonly #weak = new Map<IdentityKey, WeakRef<InstanceState>>();
  /** How many weak references there were after the dead ones were last looked for. */
  #swept = 0;

  get(key: IdentityKey): InstanceState | undefined {
    const held = this.#held.get(key);
    return held !== undefined || this.#weak.size === 0 ? held : this.#revive(key);
  }

  set(key: IdentityKey, state: InstanceState): void {
    if (this.#held.size >= mostHeld) this.loosen();
    this.#held.set(key, state);
  }

  /** Removes an object; another one with its identity stays. */
  remove(key: IdentityKey, state: InstanceState): void {
    if (this.#held.get(key) === state) this.#held.delete(key);
    else if (this.#weak.get(key)?.deref() === state) this.#weak.delete(key);
  }

  /** Holds all objects only weakly from now on. */
  loosen(): void {
    for (const [key, state] of this.#held) this.#weak.set(key, new WeakRef(state));
    this.#held = new Map();
    if (this.#weak.size < 2 * this.#swept + mostHeld) return;
    for (const [key, reference] of this.#weak) if (reference.deref() === undefined) this.#weak.delete(key);
    this.#swept = this.#weak.size;
  }

  /** All that are there, by their identities. */
  *entries(): Generator<readonly [IdentityKey, InstanceState], void, undefined> {
    yield* this.#held;
    for (const [key, reference] of this.#weak) {
      const state = reference.deref();
      if (state !== undefined) yield [key, state];
    }
  }

  #revive(key: IdentityKey): InstanceState | undefined {
    const reference = this.#weak.get(key);
    if (reference === undefined) return undefined;
    const state = reference.deref();
    this.#weak.delete(key);
    if (state !== undefined) this.set(key, state);
    return state;
  }
}

/** The persistent objects of a Session: one for each row. SQLAlchemy: `IdentityMap`. */
export class IdentityMap {
  readonly #classes = new Map<Mapper, ObjectsOfClass>();

  /** The objects of a class, and of those that extend it. */
  of({ root }: Mapper): ObjectsOfClass {
    let objects = this.#classes.get(root);
    if (objects === undefined) this.#classes.set(root, (objects = new ObjectsOfClass()));
    return objects;
  }

  find(mapper: Mapper, key: IdentityKey): InstanceState | undefined {
    return this.#classes.get(mapper.root)?.get(key);
  }

  add(state: InstanceState): void {
    this.of(state.mapper).set(state.key!, state);
  }

  /** Removes an object; another one with its identity stays. */
  remove(state: InstanceState): void {
    if (state.key !== undefined) this.#classes.get(state.mapper.root)?.remove(state.key, state);
  }

  /** Forgets the identity that an object had before its primary key was changed. */
  rename(state: InstanceState): void {
    const objects = this.of(state.mapper);
    if (objects.get(state.key!) === state) return;
    for (const [key, other] of objects.entries()) if (other === state) objects.remove(key, state);
  }

  /** Holds all objects only weakly from now on. */
  loosen(): void {
    for (const objects of this.#classes.values()) objects.loosen();
  }

  clear(): void {
    this.#classes.clear();
  }

  get size(): number {
    return Array.from(this).length;
  }

  *[Symbol.iterator](): Generator<InstanceState, void, undefined> {
    for (const objects of this.#classes.values()) for (const [, state] of objects.entries()) yield state;
  }
}
