import { ArgumentError, InvalidRequestError } from "../errors/index.ts";
import { didYouMean } from "../text/did-you-mean.ts";
import type { EntityConstructor, Mapper } from "./mapper.ts";
import { type ColumnValues, type InstanceState, stateOf } from "./state.ts";

/** The class of which an object is being made for a row; set for the moment of calling its constructor. */
let loading: EntityConstructor | undefined;

/**
 * Begins to make an object, in the constructor of a class made by `entity()`.
 *
 * @returns whether it is for a row
 */
export function beginObject(mapper: Mapper, made: EntityConstructor): boolean {
  const isLoading = made === loading;
  if (isLoading) loading = undefined;
  else mapper.bind(made);
  return isLoading;
}

/** Gives a new object its first values. */
export function initialize(state: InstanceState, values: Readonly<Record<string, unknown>> | undefined): void {
  const { mapper, object } = state;
  state.startedEmpty = true;
  const { polymorphicKey, polymorphicIdentity } = mapper;
  if (polymorphicKey !== undefined && polymorphicIdentity !== undefined) {
    state.values[polymorphicKey] = polymorphicIdentity;
  }
  assign(object, mapper, values);
}

/**
 * Makes an object of a row. The class's constructor is called without arguments, because nothing else makes private
 * fields; what it sets is replaced by the row.
 *
 * @param values the row, which becomes the object's
 */
export function hydrate(mapper: Mapper, values: ColumnValues): InstanceState {
  loading = mapper.class;
  let object: object;
  try {
    object = mapper.constructsLoaded ? new mapper.class() : bare(mapper);
  } catch (error) {
    throw new InvalidRequestError(
      `the constructor of ${mapper.name} threw when it was called without arguments, as it is for every row: give its ` +
        `parameters defaults, or set the option constructLoaded: false. ${(error as Error).message}`,
      { cause: error },
    );
  } finally {
    loading = undefined;
  }
  const state = (object as { readonly [stateOf]: InstanceState })[stateOf];
  state.values = values;
  state.related = undefined;
  state.changes = undefined;
  return state;
}

/** An object of a class whose own constructor is not called. */
function bare(mapper: Mapper): object {
  return Reflect.construct(mapper.root.base, [], mapper.class);
}

function assign(object: object, mapper: Mapper, values: Readonly<Record<string, unknown>> | undefined): void {
  if (values === undefined) return;
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined) continue;
    if (!mapper.columns.has(key) && !mapper.relationKeys.includes(key)) {
      const known = [...mapper.columns.keys(), ...mapper.relationKeys];
      throw new ArgumentError(`${mapper.name} has no attribute "${key}": ${didYouMean(key, known)}`);
    }
    (object as Record<string, unknown>)[key] = value;
  }
}
