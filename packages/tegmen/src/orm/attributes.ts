import { ArgumentError, InvalidRequestError } from "../errors/index.ts";
import type { TableColumn } from "../schema/column.ts";
import type { Computed } from "./computed.ts";
import type { ColumnsByKey } from "./entity-source.ts";
import { missingColumn } from "./not-loaded.ts";
import { readRelation, writeRelation } from "./relation-values.ts";
import { type InstanceState, stateOf } from "./state.ts";
import { isExpression } from "./unit-of-work/write-value.ts";

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
export function defineColumn(owner: ClassLike, column: TableColumn, validate?: Validate): void {
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
      const state = this[stateOf];
      // An expression has no value yet that could be looked at.
      state.set(key, validate === undefined || isExpression(value) ? value : validated(state, key, value, validate));
    },
  });
}

type Validate = (value: unknown, object: object) => unknown;

/** @throws {ArgumentError} the validator gives nothing back */
function validated({ mapper, object }: InstanceState, key: string, value: unknown, validate: Validate): unknown {
  const result = validate(value, object);
  if (result !== undefined || value === undefined) return result;
  throw new ArgumentError(`the validator of ${mapper.name}.${key} returned nothing: it has to return the value to set`);
}

/** Makes something that is computed an expression of the class, and a value of its objects. */
export function defineComputed(owner: ClassLike, key: string, computed: Computed): void {
  defineStatic(owner, key, (self) => (self as { readonly c: ColumnsByKey }).c[key]);
  Object.defineProperty(owner.prototype, key, {
    configurable: true,
    enumerable: true,
    get(this: HasState): unknown {
      if (computed.value !== undefined) return computed.value(this);
      const value = this[stateOf].values[key];
      return value === undefined ? missingColumn(this[stateOf], key) : value;
    },
    set(this: HasState): never {
      throw new InvalidRequestError(`${this[stateOf].mapper.name}.${key} is computed, and cannot be set`);
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
  // What a parent class has is overridden: the column may be another one.
  if (key in Function.prototype || key === "prototype" || Object.hasOwn(owner, key)) return;
  Object.defineProperty(owner, key, {
    configurable: true,
    enumerable: true,
    get(this: unknown): unknown {
      return get(this);
    },
  });
}
