import type { TableColumn } from "../schema/column.ts";
import { missingColumn } from "./not-loaded.ts";
import { readRelation, writeRelation } from "./relation-values.ts";
import { type InstanceState, stateOf } from "./state.ts";

interface HasState {
  readonly [stateOf]: InstanceState;
}

/** A class, whose static side is given attributes. */
interface ClassLike {
  readonly prototype: object;
}

/**
 * Makes a column an expression of the class, and a value of its objects. Accessors on the prototype over the row as it
 * was read: an object of a row costs no copies.
 */
export function defineColumn(owner: ClassLike, column: TableColumn): void {
  const { key } = column;
  // Of an alias, the columns are others.
  defineStatic(owner, key, (self) => (self as { readonly c: Readonly<Record<string, unknown>> }).c[key]);
  Object.defineProperty(owner.prototype, key, {
    configurable: true,
    enumerable: true,
    get(this: HasState): unknown {
      const state = this[stateOf];
      const value = state.values[key];
      return value === undefined ? missingColumn(state, key) : value;
    },
    set(this: HasState, value: unknown): void {
      this[stateOf].set(key, value);
    },
  });
}

/** Makes a relation an attribute of the class, and a value of its objects. */
export function defineRelation(owner: ClassLike, key: string, attribute: (owner: unknown) => unknown): void {
  defineStatic(owner, key, attribute);
  Object.defineProperty(owner.prototype, key, {
    configurable: true,
    enumerable: true,
    get(this: HasState): unknown {
      return readRelation(this[stateOf], key);
    },
    set(this: HasState, value: unknown): void {
      writeRelation(this[stateOf], key, value);
    },
  });
}

/** What functions have by themselves, such as `name`, stays: those columns are reached by `Entity.c`. */
function defineStatic(owner: ClassLike, key: string, get: (owner: unknown) => unknown): void {
  if (key in owner) return;
  Object.defineProperty(owner, key, {
    configurable: true,
    enumerable: true,
    get(this: unknown): unknown {
      return get(this);
    },
  });
}
