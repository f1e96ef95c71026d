import type { KeyColumns, inputType } from "../../sql/definitions.ts";
import type { Executable } from "../../sql/executable.ts";
import type { OuterJoined, outerJoined, queryFields } from "../../sql/query.ts";
import type { EntityFields, RowOf } from "../../sql/row.ts";
import type { DefinitionsOf } from "../entity-types.ts";

/** The objects of rows, by the names of their tables or aliases; null where an outer join may leave the table out. */
type Objects<E, Nulled> = { -readonly [K in keyof E]: E[K] | (K extends Nulled ? null : never) };

/** The tables that an outer join of a query may leave out. */
type NulledOf<S> = S extends { readonly [outerJoined]: OuterJoined<infer N> } ? N : never;

/** What a query selects, by keys. */
type FieldsOf<S> = S extends { readonly [queryFields]: infer F } ? F : unknown;

type PlainRow<S> = S extends Executable<infer Row> ? Row : never;

/** The columns beside objects. */
type Plain<P, Nulled> = unknown extends P ? unknown : RowOf<P, Nulled>;

/** Makes an intersection readable. */
type Flat<T> = { [K in keyof T]: T[K] } & {};

type ValueIn<Row> = Row[keyof Row & string];

/** The rows of a statement that a Session executes: objects for entities, beside plain columns. */
export type SessionRow<S> =
  FieldsOf<S> extends EntityFields<infer E, infer P>
    ? Flat<Objects<E, NulledOf<S>> & Plain<P, NulledOf<S>>>
    : PlainRow<S>;

/** What `session.scalars()` gives of a statement: its objects, or the values of its first column. */
export type SessionScalar<S> =
  FieldsOf<S> extends EntityFields<infer E, infer P>
    ? ValueIn<Objects<E, NulledOf<S>>> | (unknown extends P ? never : ValueIn<RowOf<P, NulledOf<S>>>)
    : ValueIn<PlainRow<S>>;

type IsUnion<T, U = T> = [T] extends [never] ? false : T extends unknown ? ([U] extends [T] ? false : true) : never;

type KeyValues<C, K extends keyof C> = {
  readonly [P in K]: C[P] extends { readonly [inputType]: infer I } ? I : never;
};

/**
 * What `session.get()` takes for a class: the value of its primary key; for a key of several columns an object of their
 * values, or a list in their order. Where the types do not say which columns they are, anything.
 */
export type PrimaryKeyOf<T> =
  DefinitionsOf<T> extends infer C
    ? [KeyColumns<C & DefinitionsOf<T>>] extends [never]
      ? unknown
      :
          | KeyValues<C, KeyColumns<C & DefinitionsOf<T>> & keyof C>
          | (IsUnion<KeyColumns<C & DefinitionsOf<T>>> extends true
              ? readonly ValueIn<KeyValues<C, KeyColumns<C & DefinitionsOf<T>> & keyof C>>[]
              : ValueIn<KeyValues<C, KeyColumns<C & DefinitionsOf<T>> & keyof C>>)
    : never;
