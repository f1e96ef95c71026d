/**
 * What every expression carries for the type checker. Nothing of it is there at run time.
 */

/** The kind of type, which decides the operators. */
export declare const typeFamily: unique symbol;

/** The JavaScript type of an expression's value, without null. */
export declare const valueType: unique symbol;

/**
 * Where an expression's NULL may come from: the names of its tables, because an outer join may leave a table out, and
 * `null` if it may be NULL by itself.
 */
export declare const nullSources: unique symbol;

/** The key that an expression gets in a row. */
export declare const labelKey: unique symbol;

/** The kinds of types that have operators of their own. */
export type Family =
  | "array"
  | "bool"
  | "date"
  | "enum"
  | "float"
  | "interval"
  | "json"
  | "numeric"
  | "other"
  | "text"
  | "time"
  | "timestamp"
  | "tsvector"
  | "vector";

/** The key of an expression without a name; the database calls its column the same. */
export type Unlabeled = "?column?";

/**
 * Anything that can stand in an expression: a column, a function call, a subquery in parentheses.
 *
 * @typeParam T the JavaScript type of its value, without null
 * @typeParam S where its NULL may come from: names of tables, and `null` if it may be NULL by itself
 * @typeParam F the kind of its type
 */
export interface Operand<out T = unknown, out S = unknown, out F = unknown> {
  readonly [typeFamily]: F;
  readonly [valueType]: T;
  readonly [nullSources]: S;
}

/** A condition: an expression of type BOOL. */
export interface Condition<out S = unknown> extends Operand<unknown, S, "bool"> {}

/** An expression that can be a column of a row. */
export interface SelectItem<
  out T = unknown,
  out S = unknown,
  out F = unknown,
  out K extends string = string,
> extends Operand<T, S, F> {
  readonly [labelKey]: K;
}

/** What may be written to a type besides the values that are read from it. */
export type Input<T> = T extends bigint ? bigint | number : T extends readonly (infer E)[] ? readonly E[] : T;

/** What may be combined with a number: with a DECIMAL that is read as a string, also numbers. */
export type NumericInput<T> = T extends string ? string | number | bigint : T extends bigint ? bigint | number : T;

/** What INT, BIGINT and DECIMAL become when they are combined. */
export type Promote<A, B> = [B] extends [never] ? A : string extends A | B ? string : bigint extends A | B ? bigint : A;

/** The family of a type of which only the JavaScript type is known. */
export type FamilyOfValue<T> = [T] extends [string]
  ? "text"
  : [T] extends [number | bigint]
    ? "numeric"
    : [T] extends [boolean]
      ? "bool"
      : [T] extends [Date]
        ? "timestamp"
        : "other";
