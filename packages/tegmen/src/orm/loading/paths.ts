import type { EntityInstance } from "../entity-types.ts";

/** The objects that a value of a relation holds. */
export type Related<V> = V extends readonly (infer E)[] ? E : NonNullable<V>;

/** The relations of an object. */
export type RelationKeys<I> = {
  [K in keyof I & string]-?: [NonNullable<I[K]>] extends [EntityInstance | readonly EntityInstance[]] ? K : never;
}[keyof I & string];

/**
 * A path itself, if it leads along relations: `"accounts.owner"`. Else the relations that could stand in its place, so
 * that editors offer them.
 *
 * @typeParam I the objects that it starts from
 * @typeParam P the path
 */
export type CheckedPath<I, P extends string> = P extends `${infer Head}.${infer Rest}`
  ? Head extends RelationKeys<I>
    ? `${Head}.${CheckedPath<Related<I[Head]>, Rest>}`
    : RelationKeys<I>
  : P extends RelationKeys<I> | "*"
    ? P
    : RelationKeys<I>;

/** The objects that a path leads to. */
export type PathTarget<I, P extends string> = P extends `${infer Head}.${infer Rest}`
  ? Head extends keyof I
    ? PathTarget<Related<I[Head]>, Rest>
    : never
  : P extends keyof I
    ? Related<I[P]>
    : unknown;
