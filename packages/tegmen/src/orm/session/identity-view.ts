import type { AnyEntity, InstanceOf } from "../entity-types.ts";
import { mapperOf } from "../mapper-of.ts";
import { identityKey, keyValues } from "./identity.ts";
import type { IdentityMap } from "./identity-map.ts";
import type { PrimaryKeyOf } from "./types.ts";

/** The loaded objects of a Session, to be looked at. SQLAlchemy: `IdentityMap`. */
export class IdentityView implements Iterable<object> {
  readonly #map: IdentityMap;

  /** For {@link Session.identityMap}. */
  constructor(map: IdentityMap) {
    this.#map = map;
  }

  /** How many objects there are. */
  get size(): number {
    return this.#map.size;
  }

  /**
   * The object of a primary key, if it is loaded.
   *
   * @throws {ArgumentError} it does not fit the primary key
   */
  get<E extends AnyEntity>(entity: E, id: PrimaryKeyOf<E>): InstanceOf<E> | undefined {
    const mapper = mapperOf(entity, "identityMap.get()");
    const key = identityKey(mapper, keyValues(mapper, id, "identityMap.get()"))!;
    return this.#map.find(mapper, key)?.object as InstanceOf<E> | undefined;
  }

  /** Whether the object of a primary key is loaded. */
  has<E extends AnyEntity>(entity: E, id: PrimaryKeyOf<E>): boolean {
    return this.get(entity, id) !== undefined;
  }

  *[Symbol.iterator](): Generator<object, void, undefined> {
    for (const { object } of this.#map) yield object;
  }
}
