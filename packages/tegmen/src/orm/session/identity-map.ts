import type { Mapper } from "../mapper.ts";
import type { IdentityKey, InstanceState } from "../state.ts";

/** The objects of a class that a Session knows, by their identities. */
export type ObjectsOfClass = Map<IdentityKey, InstanceState>;

/** The persistent objects of a Session: one for each row. SQLAlchemy: `IdentityMap`. */
export class IdentityMap {
  readonly #classes = new Map<Mapper, ObjectsOfClass>();

  /** The objects of a class, and of those that extend it. */
  of({ root }: Mapper): ObjectsOfClass {
    let objects = this.#classes.get(root);
    if (objects === undefined) this.#classes.set(root, (objects = new Map()));
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
    const { mapper, key } = state;
    const objects = this.#classes.get(mapper.root);
    if (key !== undefined && objects?.get(key) === state) objects.delete(key);
  }

  /** Forgets the identity that an object had before its primary key was changed. */
  rename(state: InstanceState): void {
    const objects = this.of(state.mapper);
    if (objects.get(state.key!) === state) return;
    for (const [key, other] of objects) if (other === state) objects.delete(key);
  }

  clear(): void {
    this.#classes.clear();
  }

  get size(): number {
    let size = 0;
    for (const objects of this.#classes.values()) size += objects.size;
    return size;
  }

  *[Symbol.iterator](): Generator<InstanceState, void, undefined> {
    for (const objects of this.#classes.values()) yield* objects.values();
  }
}
