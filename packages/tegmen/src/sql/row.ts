import type { AnyExpression, Families } from "./expressions.ts";
import type { FromItem, sourceName } from "./from-item.ts";
import type { Family, labelKey, nullSources, Operand, SelectItem } from "./operand.ts";

/** `null` unless there is nothing. */
type NullIf<X> = [X] extends [never] ? never : null;

/**
 * The rows of a query. The intersection with nothing makes editors show the properties instead of this type's name.
 *
 * @typeParam Fields its columns, by their keys
 * @typeParam Nulled the tables that an outer join may leave out
 */
export type RowOf<Fields, Nulled> = {
  -readonly [K in keyof Fields as K & string]: Fields[K] extends Operand<infer T, infer S>
    ? T | NullIf<S & (Nulled | null)>
    : never;
} & {};

/** Says what objects a Session makes of the rows of a query; never there at run time. */
export declare const entityFields: unique symbol;

/**
 * What objects a Session makes of the rows of a query.
 *
 * @typeParam Entities the objects, by the names of their tables or aliases
 * @typeParam Plain the columns beside them, by their keys
 */
export interface EntityFields<out Entities, out Plain = unknown> {
  readonly [entityFields]: { readonly entities: Entities; readonly plain: Plain };
}

/** The columns of a source, with what objects a Session makes of them if it is an entity. */
export type SourceFields<N extends string, Columns, I> = unknown extends I
  ? Columns
  : Columns & EntityFields<{ readonly [K in N]: I }>;

/** Selected expressions by their keys. */
export type FieldsOf<Item extends SelectItem> = { [I in Item as I[typeof labelKey]]: I };

/** The tables that expressions come from. */
export type SourcesOf<Item extends Operand> = Exclude<Item[typeof nullSources], null> & string;

/**
 * The columns of a query when it is a source itself: a subquery or a common table expression.
 *
 * @typeParam N the name of the source
 */
export type DerivedColumns<N extends string, Fields, Nulled> = {
  readonly [K in keyof Fields & string]: Fields[K] extends Operand<infer T, infer S, infer F>
    ? [F] extends [never]
      ? AnyExpression<N | null, K>
      : Families<T, N | NullIf<S & (Nulled | null)>, K>[F & Family]
    : never;
};

/** Says in an error message that two columns of a row have one key. */
export interface DuplicateLabel<K> {
  readonly "two columns have this label: give one of them another with .as()": K;
}

type FirstDuplicate<Items, Seen = never> = Items extends readonly [infer Head extends SelectItem, ...infer Rest]
  ? Head[typeof labelKey] extends Seen
    ? Head[typeof labelKey]
    : FirstDuplicate<Rest, Seen | Head[typeof labelKey]>
  : never;

/** What a select list has to be besides a list of expressions: without two that have one key. */
export type Distinct<Items extends readonly SelectItem[]> =
  FirstDuplicate<Items> extends infer K ? ([K] extends [never] ? unknown : readonly DuplicateLabel<K>[]) : never;

/** The keys that an item of a select list takes in a row; an entity becomes one object, under the name of its table. */
type KeysOf<Item> = Item extends SelectItem
  ? Item[typeof labelKey]
  : Item extends { readonly [sourceName]: infer N; readonly prototype: object }
    ? N
    : Item extends FromItem<string, infer Columns>
      ? keyof Columns
      : never;

type FirstMixedDuplicate<Items, Seen = never> = Items extends readonly [infer Head, ...infer Rest]
  ? [KeysOf<Head> & Seen] extends [never]
    ? FirstMixedDuplicate<Rest, Seen | KeysOf<Head>>
    : KeysOf<Head> & Seen
  : never;

/** As {@link Distinct}, for a list that has tables among its expressions. */
export type DistinctMixed<Items> =
  FirstMixedDuplicate<Items> extends infer K ? ([K] extends [never] ? unknown : readonly DuplicateLabel<K>[]) : never;

/** The column of a query that has only one. */
export type ScalarOf<Fields> =
  Fields[keyof Fields & string] extends Operand<infer T, unknown, infer F>
    ? [F] extends [never]
      ? AnyExpression
      : Families<T, null, "?column?">[F & Family]
    : never;

/** The columns of a select list that has tables among its expressions. */
export type MixedFields<Item> = FieldsOf<Extract<Item, SelectItem>> &
  ColumnsOf<Extract<Item, FromItem>["c"]> &
  MixedEntities<Extract<Item, EntityItem>, Extract<Item, SelectItem>>;

/** An entity of the ORM. */
type EntityItem = FromItem & { readonly prototype: object };

type MixedEntities<Entity extends EntityItem, Item extends SelectItem> = [Entity] extends [never]
  ? unknown
  : EntityFields<{ readonly [E in Entity as E[typeof sourceName]]: E["prototype"] }, FieldsOf<Item>>;

/** The columns of several sources, by one mapping: an intersection would have those of one key intersected, too. */
type ColumnsOf<Columns> = {
  readonly [K in Columns extends unknown ? keyof Columns : never]: ColumnAt<Columns, K>;
};

type ColumnAt<Columns, K> = Columns extends unknown ? (K extends keyof Columns ? Columns[K] : never) : never;
