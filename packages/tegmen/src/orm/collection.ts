import { itemAdded, itemRemoved } from "./relations/sync.ts";
import type { RelationProperty } from "./relation-property.ts";
import type { InstanceState } from "./state.ts";

const none: readonly object[] = [];

/**
 * The list of a relation: an array that tells the other side of the relation what its methods add and remove. What is
 * done by assigning to an index or to `length` is found when the list is compared with what it was: at the next flush.
 *
 * SQLAlchemy: `InstrumentedList`.
 */
export class Collection extends Array<object> {
  readonly #state: InstanceState;
  readonly #property: RelationProperty;
  #before = none;
  /** What the other side was told of since then: an index may be assigned to before the flush. */
  #told: Set<object> | undefined;

  /** An empty list. */
  constructor(state: InstanceState, property: RelationProperty) {
    super();
    this.#state = state;
    this.#property = property;
  }

  /** What `map()`, `filter()` and so on return is a plain array. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  /** What the database has, as far as is known. */
  get before(): readonly object[] {
    return this.#before;
  }

  /** Whether it differs from what the database has; the order is not part of it. */
  get isChanged(): boolean {
    const before = this.#before;
    if (this.length !== before.length) return true;
    for (let index = 0; index < before.length; index++) {
      if (this[index] !== before[index]) return !isSameSet(this, before);
    }
    return false;
  }

  /** Takes what the database has. The array that is given is kept. */
  load(items: readonly object[]): void {
    this.#before = items;
    this.#told = undefined;
    this.replace(items);
  }

  /** What is there now is what the database has. */
  settle(): void {
    this.#told = undefined;
    if (this.isChanged) this.#before = this.length === 0 ? none : Array.from(this);
  }

  /** Replaces the items without telling anybody. */
  replace(items: readonly object[]): void {
    this.length = items.length;
    for (let index = 0; index < items.length; index++) this[index] = items[index]!;
  }

  /** Adds an item, if it is not there, without telling anybody. */
  include(item: object): void {
    if (this.includes(item)) return;
    this[this.length] = item;
    (this.#told ??= new Set()).add(item);
  }

  /** Removes an item, if it is there, without telling anybody. */
  exclude(item: object): void {
    const index = this.indexOf(item);
    if (index < 0) return;
    Array.prototype.splice.call(this, index, 1);
    this.#told?.delete(item);
  }

  override push(...items: object[]): number {
    for (const item of items) {
      this.#add(item);
      this[this.length] = item;
    }
    return this.length;
  }

  override pop(): object | undefined {
    return this.#change(() => super.pop());
  }

  override shift(): object | undefined {
    return this.#change(() => super.shift());
  }

  override unshift(...items: object[]): number {
    return this.#change(() => super.unshift(...items));
  }

  override splice(start: number, ...rest: unknown[]): object[] {
    return this.#change(() => super.splice(start, ...(rest as [number, ...object[]])));
  }

  override fill(item: object, start?: number, end?: number): this {
    return this.#change(() => super.fill(item, start, end));
  }

  override copyWithin(target: number, start: number, end?: number): this {
    return this.#change(() => super.copyWithin(target, start, end));
  }

  /** Replaces the items. */
  assign(items: readonly object[]): void {
    const wanted = [...items];
    this.#change(() => {
      this.replace(wanted);
    });
  }

  /** Tells the other side what was added and removed since the last flush by no method. */
  notice(): void {
    if (this.#told !== undefined) this.#tell([...this.#before, ...this.#told]);
    else if (this.isChanged) this.#tell(this.#before);
  }

  #change<T>(change: () => T): T {
    const before = Array.from(this);
    const result = change();
    try {
      this.#tell(before);
    } catch (error) {
      this.replace(before);
      throw error;
    }
    return result;
  }

  #tell(before: readonly object[]): void {
    const now = new Set<object>(this);
    const then = new Set(before);
    for (const item of now) if (!then.has(item)) this.#add(item);
    for (const item of then) {
      if (now.has(item)) continue;
      itemRemoved(this.#state, this.#property, item);
      this.#told?.delete(item);
    }
  }

  #add(item: object): void {
    itemAdded(this.#state, this.#property, item);
    (this.#told ??= new Set()).add(item);
  }
}

function isSameSet(one: readonly object[], other: readonly object[]): boolean {
  const items = new Set(one);
  return items.size === new Set(other).size && other.every((item) => items.has(item));
}
