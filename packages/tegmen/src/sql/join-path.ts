import type { FromItem } from "./from-item.ts";
import type { Condition } from "./operand.ts";

/** Where something that leads from one source to another keeps the joins it stands for. */
export const joinPath: unique symbol = Symbol.for("tegmen.joinPath");

/** Carries the names of both ends for the type checker; never there at run time. */
export declare const joinEnds: unique symbol;

/** One join of a path. */
export interface PathJoin {
  readonly source: FromItem;
  readonly on: Condition;
}

/**
 * What joins take instead of a source and a condition: a relation of the ORM.
 *
 * @typeParam From the name of the source that it starts from
 * @typeParam To the name of the source that it leads to
 */
export interface JoinPath<out From extends string = string, out To extends string = string> {
  readonly [joinPath]: () => readonly PathJoin[];
  readonly [joinEnds]: { readonly from: From; readonly to: To };
}

/** The joins that a value stands for; undefined if it is no path. */
export function pathJoins(value: unknown): readonly PathJoin[] | undefined {
  if (typeof value !== "object" || value === null || !(joinPath in value)) return undefined;
  return (value as JoinPath)[joinPath]();
}
