import type { EntityInstance } from "../entity-types.ts";

/** The objects that a value of a relation holds. */
export type Related<V> = V extends readonly (infer E)[] ? E : NonNullable<V>;

/** Whether a value is a relation's. */
type IsRelation<V> = [NonNullable<V>] extends [EntityInstance | readonly EntityInstance[]] ? true : false;

/** The relations of an object. */
export type RelationKeys<I> = {
  [K in keyof I & string]-?: IsRelation<I[K]> extends true ? K : never;
}[keyof I & string];

/**
 * A path itself, if it leads along relations: `"accounts.owner"`. Else the relations that could stand in its place, so
 * that editors offer them.
 *
 * @typeParam I the objects that it starts from
 * @typeParam P the path
 */
export type CheckedPath<I, P extends string> = P extends `${infer Head}.${infer Rest}`
  ? Checked<I, Head> extends Head
    ? `${Head}.${CheckedPath<Related<I[Head & keyof I]>, Rest>}`
    : RelationKeys<I>
  : P extends "*"
    ? P
    : Checked<I, P>;

/** A key itself, if it is one of a relation; the others are only looked at if it is none. */
type Checked<I, K extends string> = K extends keyof I
  ? IsRelation<I[K]> extends true
    ? K
    : RelationKeys<I>
  : RelationKeys<I>;

/** The objects that a path leads to. */
export type PathTarget<I, P extends string> = P extends `${infer Head}.${infer Rest}`
  ? Head extends keyof I
    ? PathTarget<Related<I[Head]>, Rest>
    : never
  : P extends keyof I
    ? Related<I[P]>
    : unknown;
