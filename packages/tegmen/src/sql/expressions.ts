import type {
  Condition,
  Family,
  FamilyOfValue,
  Input,
  NumericInput,
  Operand,
  Promote,
  SelectItem,
  Unlabeled,
} from "./operand.ts";
import type { Ordering } from "./ordering.ts";
import type { Query } from "./query.ts";
import type { TypeReference } from "./type-reference.ts";

/** Which interface the expressions of a family have. */
export interface Families<T, S, K extends string> {
  array: ArrayExpression<T, S, K>;
  bool: BoolExpression<S, K>;
  date: DateExpression<T, S, K>;
  enum: EnumExpression<T, S, K>;
  float: FloatExpression<T, S, K>;
  interval: IntervalExpression<T, S, K>;
  json: JsonExpression<T, S, K>;
  numeric: NumericExpression<T, S, K>;
  other: OtherExpression<T, S, K>;
  text: TextExpression<T, S, K>;
  time: TimeExpression<T, S, K>;
  timestamp: TimestampExpression<T, S, K>;
  tsvector: TsvectorExpression<T, S, K>;
  vector: VectorExpression<T, S, K>;
}

/** A query whose first column is of a family: what IN and ANY take. */
export type QueryOf<F> = Query<{ readonly [key: string]: Operand<unknown, unknown, F> }>;

/**
 * What every expression can do, whatever its type. A plain value on the right is sent as a parameter, encoded by the
 * type of the left side; `undefined` and `null` are refused (`isNull()` asks for NULL).
 *
 * SQLAlchemy: `ColumnOperators`.
 *
 * @typeParam T the JavaScript type of its value, without null
 * @typeParam S where its NULL may come from
 * @typeParam K its key in a row
 * @typeParam F the kind of its type
 * @typeParam I the plain values that it can be compared with
 * @typeParam C the kinds of types that it can be compared with
 */
export interface Expression<
  out T,
  out S,
  out K extends string,
  out F extends Family,
  out I = Input<T>,
  out C = F,
> extends SelectItem<T, S, F, K> {
  /**
   * Gives the expression a name: its key in rows, and its name in SQL. SQLAlchemy: `label()`.
   *
   * @example `select(t.balance.plus(1).as("next"))`
   */
  as<const L extends string>(label: L): Families<T, S, L>[F];
  /** `=` */
  eq<S2 = never>(other: I | Operand<unknown, S2, C>): BoolExpression<S | S2>;
  /** `!=` */
  ne<S2 = never>(other: I | Operand<unknown, S2, C>): BoolExpression<S | S2>;
  /** `<` */
  lt<S2 = never>(other: I | Operand<unknown, S2, C>): BoolExpression<S | S2>;
  /** `<=` */
  le<S2 = never>(other: I | Operand<unknown, S2, C>): BoolExpression<S | S2>;
  /** `>` */
  gt<S2 = never>(other: I | Operand<unknown, S2, C>): BoolExpression<S | S2>;
  /** `>=` */
  ge<S2 = never>(other: I | Operand<unknown, S2, C>): BoolExpression<S | S2>;
  /** `IS NULL` */
  isNull(): BoolExpression<never>;
  /** `IS NOT NULL` */
  isNotNull(): BoolExpression<never>;
  /** `IS DISTINCT FROM`: `!=` to which NULL is a value like others. Takes null, too. */
  isDistinctFrom(other: I | Operand<unknown, unknown, C> | null): BoolExpression<never>;
  /** `IS NOT DISTINCT FROM`: `=` to which NULL is a value like others. Takes null, too. */
  isNotDistinctFrom(other: I | Operand<unknown, unknown, C> | null): BoolExpression<never>;
  /**
   * `IN`. A list of values is one parameter (`= ANY ($1)`), so lists of all lengths share one prepared statement; the
   * empty list matches nothing.
   *
   * @param values values, expressions, or a query with one column
   */
  in(values: readonly (I | Operand<unknown, unknown, C>)[] | QueryOf<C>): BoolExpression<S>;
  /** `NOT IN`; with an empty list it is always true. */
  notIn(values: readonly (I | Operand<unknown, unknown, C>)[] | QueryOf<C>): BoolExpression<S>;
  /** `BETWEEN`: both ends belong to the range. */
  between<S2 = never, S3 = never>(
    low: I | Operand<unknown, S2, C>,
    high: I | Operand<unknown, S3, C>,
  ): BoolExpression<S | S2 | S3>;
  /** `NOT BETWEEN` */
  notBetween<S2 = never, S3 = never>(
    low: I | Operand<unknown, S2, C>,
    high: I | Operand<unknown, S3, C>,
  ): BoolExpression<S | S2 | S3>;
  /** Ascending, for ORDER BY and indexes. NULL comes first unless `.nullsLast()` follows. */
  asc(): Ordering;
  /** Descending, for ORDER BY and indexes. NULL comes last unless `.nullsFirst()` follows. */
  desc(): Ordering;
  /** `NULLS FIRST`, ascending. */
  nullsFirst(): Ordering;
  /** `NULLS LAST`, ascending. */
  nullsLast(): Ordering;
  /**
   * `CAST`.
   *
   * @param type the target: `c.int()`, `c.string()`...
   */
  cast<T2, F2 extends Family>(type: TypeReference<T2, F2>): Families<T2, S, Unlabeled>[F2];
  /**
   * Any operator that has no method.
   *
   * @param operator as it is written in SQL, such as `"<->"` or `"OPERATOR(pg_catalog.+)"`
   * @param other the right side; a plain value is encoded by the type of the left side
   * @param type the type of the result; without it the result is a condition
   */
  op<S2 = never>(operator: string, other: I | Operand<unknown, S2>): BoolExpression<S | S2>;
  op<T2, F2 extends Family, S2 = never>(
    operator: string,
    other: I | Operand<unknown, S2>,
    type: TypeReference<T2, F2>,
  ): Families<T2, S | S2, Unlabeled>[F2];
  /** `DISTINCT` before the argument of an aggregate: `func.count(t.owner.distinct())`. */
  distinct(): Operand<T, S, F>;
}

/** A condition: what comparisons give. */
export interface BoolExpression<out S, out K extends string = Unlabeled> extends Expression<boolean, S, K, "bool"> {
  /** `AND` */
  and<S2>(other: Condition<S2>): BoolExpression<S | S2>;
  /** `OR` */
  or<S2>(other: Condition<S2>): BoolExpression<S | S2>;
  /** `NOT` */
  not(): BoolExpression<S>;
}

/** STRING and the types that read as one. */
export interface TextExpression<out T, out S, out K extends string = Unlabeled> extends Expression<T, S, K, "text"> {
  /** `LIKE`: `%` stands for any text, `_` for one character, a backslash takes their meaning away. */
  like<S2 = never>(pattern: string | Operand<unknown, S2, "text">): BoolExpression<S | S2>;
  /** `NOT LIKE` */
  notLike<S2 = never>(pattern: string | Operand<unknown, S2, "text">): BoolExpression<S | S2>;
  /** `ILIKE`: `LIKE` without regard to case. */
  ilike<S2 = never>(pattern: string | Operand<unknown, S2, "text">): BoolExpression<S | S2>;
  /** `NOT ILIKE` */
  notIlike<S2 = never>(pattern: string | Operand<unknown, S2, "text">): BoolExpression<S | S2>;
  /** Begins with exactly this text; `%` and `_` are ordinary characters. */
  startsWith(text: string): BoolExpression<S>;
  /** Ends with exactly this text; `%` and `_` are ordinary characters. */
  endsWith(text: string): BoolExpression<S>;
  /** Contains exactly this text; `%` and `_` are ordinary characters. */
  contains(text: string): BoolExpression<S>;
  /** `~`, or `~*` with `ignoreCase`. */
  regexpMatch<S2 = never>(
    pattern: string | Operand<unknown, S2, "text">,
    options?: { readonly ignoreCase?: boolean },
  ): BoolExpression<S | S2>;
  /** `!~`, or `!~*` with `ignoreCase`. */
  notRegexpMatch<S2 = never>(
    pattern: string | Operand<unknown, S2, "text">,
    options?: { readonly ignoreCase?: boolean },
  ): BoolExpression<S | S2>;
  /** `||` */
  concat<S2 = never>(other: string | Operand<unknown, S2, "text">): TextExpression<string, S | S2>;
  /** `COLLATE`, such as `"en"` or `"de-u-co-phonebk"`. */
  collate(collation: string): TextExpression<T, S>;
}

/** Arithmetic on INT, BIGINT and DECIMAL. */
export interface NumericExpression<out T, out S, out K extends string = Unlabeled> extends Expression<
  T,
  S,
  K,
  "numeric",
  NumericInput<T>,
  "float" | "numeric"
> {
  /** `+` */
  plus<T2 = never, S2 = never>(
    other: NumericInput<T> | Operand<T2, S2, "numeric">,
  ): NumericExpression<Promote<T, T2>, S | S2>;
  /** `-` */
  minus<T2 = never, S2 = never>(
    other: NumericInput<T> | Operand<T2, S2, "numeric">,
  ): NumericExpression<Promote<T, T2>, S | S2>;
  /** `*` */
  times<T2 = never, S2 = never>(
    other: NumericInput<T> | Operand<T2, S2, "numeric">,
  ): NumericExpression<Promote<T, T2>, S | S2>;
  /** `/`, which is a DECIMAL, also between integers: read as a string. `floorDiv()` stays with integers. */
  dividedBy<S2 = never>(other: NumericInput<T> | Operand<unknown, S2, "numeric">): NumericExpression<string, S | S2>;
  /** `//`: division without the remainder. */
  floorDiv<T2 = never, S2 = never>(
    other: NumericInput<T> | Operand<T2, S2, "numeric">,
  ): NumericExpression<Promote<T, T2>, S | S2>;
  /** `%` */
  mod<T2 = never, S2 = never>(
    other: NumericInput<T> | Operand<T2, S2, "numeric">,
  ): NumericExpression<Promote<T, T2>, S | S2>;
  /** `-` before the expression. */
  negate(): NumericExpression<T, S>;
}

/** Arithmetic on FLOAT. CockroachDB does not mix it with INT or DECIMAL: cast one side. */
export interface FloatExpression<out T, out S, out K extends string = Unlabeled> extends Expression<
  T,
  S,
  K,
  "float",
  T,
  "float" | "numeric"
> {
  /** `+` */
  plus<S2 = never>(other: Input<T> | Operand<unknown, S2, "float">): FloatExpression<T, S | S2>;
  /** `-` */
  minus<S2 = never>(other: Input<T> | Operand<unknown, S2, "float">): FloatExpression<T, S | S2>;
  /** `*` */
  times<S2 = never>(other: Input<T> | Operand<unknown, S2, "float">): FloatExpression<T, S | S2>;
  /** `/` */
  dividedBy<S2 = never>(other: Input<T> | Operand<unknown, S2, "float">): FloatExpression<T, S | S2>;
  /** `//`: division without the remainder. */
  floorDiv<S2 = never>(other: Input<T> | Operand<unknown, S2, "float">): FloatExpression<T, S | S2>;
  /** `%` */
  mod<S2 = never>(other: Input<T> | Operand<unknown, S2, "float">): FloatExpression<T, S | S2>;
  /** `-` before the expression. */
  negate(): FloatExpression<T, S>;
}

/** TIMESTAMPTZ and TIMESTAMP. */
export interface TimestampExpression<out T, out S, out K extends string = Unlabeled> extends Expression<
  T,
  S,
  K,
  "timestamp"
> {
  /** `+` an interval, such as `"1 day"`. */
  plus<S2 = never>(interval: string | Operand<unknown, S2, "interval">): TimestampExpression<T, S | S2>;
  /** `-` an interval, such as `"1 day"`; with a time on the right, the interval between both. */
  minus<S2 = never>(interval: string | Operand<unknown, S2, "interval">): TimestampExpression<T, S | S2>;
  minus<S2 = never>(other: Operand<unknown, S2, "timestamp">): IntervalExpression<string, S | S2>;
}

/** Enum types: they are compared in the order of their values. */
export interface EnumExpression<out T, out S, out K extends string = Unlabeled> extends Expression<T, S, K, "enum"> {}

/** DATE. */
export interface DateExpression<out T, out S, out K extends string = Unlabeled> extends Expression<T, S, K, "date"> {
  /** `+` a number of days. */
  plus<S2 = never>(days: number | Operand<unknown, S2, "numeric">): DateExpression<T, S | S2>;
  /** `-` a number of days; with a date on the right, the days between both. */
  minus<S2 = never>(days: number | Operand<unknown, S2, "numeric">): DateExpression<T, S | S2>;
  minus<S2 = never>(other: Operand<unknown, S2, "date">): NumericExpression<number, S | S2>;
}

/** TIME and TIMETZ. */
export interface TimeExpression<out T, out S, out K extends string = Unlabeled> extends Expression<T, S, K, "time"> {
  /** `+` an interval, such as `"90 minutes"`. */
  plus<S2 = never>(interval: string | Operand<unknown, S2, "interval">): TimeExpression<T, S | S2>;
  /** `-` an interval. */
  minus<S2 = never>(interval: string | Operand<unknown, S2, "interval">): TimeExpression<T, S | S2>;
}

/** INTERVAL. */
export interface IntervalExpression<out T, out S, out K extends string = Unlabeled> extends Expression<
  T,
  S,
  K,
  "interval"
> {
  /** `+` */
  plus<S2 = never>(other: Input<T> | Operand<unknown, S2, "interval">): IntervalExpression<T, S | S2>;
  /** `-` */
  minus<S2 = never>(other: Input<T> | Operand<unknown, S2, "interval">): IntervalExpression<T, S | S2>;
  /** `*` a number. */
  times<S2 = never>(factor: number | Operand<unknown, S2, "numeric" | "float">): IntervalExpression<T, S | S2>;
  /** `-` before the expression. */
  negate(): IntervalExpression<T, S>;
}

/** The keys that a JSON value is known to have; any, where nothing is known. */
export type JsonKey<T> = T extends readonly unknown[]
  ? number
  : T extends object
    ? Extract<keyof T, string>
    : string | number;

/** What is at a key of a JSON value. */
export type JsonAt<T, P> = P extends keyof T ? NonNullable<T[P]> : T extends readonly (infer E)[] ? E : unknown;

/** What can be written as JSON. */
export type JsonInput = object | string | number | boolean;

/** JSONB. */
export interface JsonExpression<T, out S, out K extends string = Unlabeled> extends Expression<T, S, K, "json"> {
  /** `->`: the value at a key of an object or at an index of an array; NULL if there is none. */
  get<const P extends string | number>(key: P & JsonKey<T>): JsonExpression<JsonAt<T, P>, S | null>;
  /** `->>`: as `get`, as text. */
  getText(key: JsonKey<T>): TextExpression<string, S | null>;
  /** `#>`: the value at the end of a path of keys and indexes. */
  path<T2 = unknown>(path: readonly (string | number)[]): JsonExpression<T2, S | null>;
  /** `#>>`: as `path`, as text. */
  pathText(path: readonly (string | number)[]): TextExpression<string, S | null>;
  /** `?`: the object has the key, or the array the string. */
  hasKey(key: string): BoolExpression<S>;
  /** `?|`: it has one of the keys. */
  hasAnyKey(keys: readonly string[]): BoolExpression<S>;
  /** `?&`: it has all of the keys. */
  hasAllKeys(keys: readonly string[]): BoolExpression<S>;
  /** `@>`: it contains the other value, as a part of itself. Served by inverted indexes. */
  containsJson<S2 = never>(part: JsonInput | Operand<unknown, S2, "json">): BoolExpression<S | S2>;
  /** `<@`: it is a part of the other value. */
  containedBy<S2 = never>(whole: JsonInput | Operand<unknown, S2, "json">): BoolExpression<S | S2>;
  /** `||`: both together; the right side wins where both have a key. */
  concat<S2 = never>(other: JsonInput | Operand<unknown, S2, "json">): JsonExpression<T, S | S2>;
  /** `-`: without a key or the element at an index. */
  without(key: string | number): JsonExpression<unknown, S>;
}

/** The type of the elements of an array type. */
export type ElementOf<T> = T extends readonly (infer E)[] ? NonNullable<E> : never;

/** Arrays. */
export interface ArrayExpression<out T, out S, out K extends string = Unlabeled> extends Expression<T, S, K, "array"> {
  /** The element at a position, counted from 1; NULL outside of the array. */
  at<S2 = never>(
    position: number | Operand<unknown, S2, "numeric">,
  ): Families<ElementOf<T>, S | S2 | null, Unlabeled>[FamilyOfValue<ElementOf<T>>];
  /** `&&`: both have an element in common. */
  overlaps<S2 = never>(other: Input<T> | Operand<unknown, S2, "array">): BoolExpression<S | S2>;
  /** `@>`: it has all elements of the other array. */
  containsArray<S2 = never>(other: Input<T> | Operand<unknown, S2, "array">): BoolExpression<S | S2>;
  /** `<@`: the other array has all its elements. */
  containedBy<S2 = never>(other: Input<T> | Operand<unknown, S2, "array">): BoolExpression<S | S2>;
  /** `value = ANY (array)`: one element equals the value, or compares with it by another operator. */
  any<S2 = never>(value: ElementOf<T> | Operand<unknown, S2>, operator?: ComparisonOperator): BoolExpression<S | S2>;
  /** `value = ALL (array)`: all elements equal the value, or compare with it by another operator. */
  all<S2 = never>(value: ElementOf<T> | Operand<unknown, S2>, operator?: ComparisonOperator): BoolExpression<S | S2>;
  /** `||` with another array. */
  concat<S2 = never>(other: Input<T> | Operand<unknown, S2, "array">): ArrayExpression<T, S | S2>;
}

/** The operators of `any` and `all`. */
export type ComparisonOperator = "=" | "!=" | "<" | "<=" | ">" | ">=";

/** TSVECTOR. */
export interface TsvectorExpression<out T, out S, out K extends string = Unlabeled> extends Expression<
  T,
  S,
  K,
  "tsvector"
> {
  /** `@@`: it matches the query, `"fat & rat"` or a call of `func.plaintoTsquery`. */
  matches<S2 = never>(query: string | Operand<unknown, S2>): BoolExpression<S | S2>;
}

/** VECTOR. */
export interface VectorExpression<out T, out S, out K extends string = Unlabeled> extends Expression<
  T,
  S,
  K,
  "vector"
> {
  /** `<->`: the Euclidean distance. */
  l2Distance<S2 = never>(other: Input<T> | Operand<unknown, S2, "vector">): FloatExpression<number, S | S2>;
  /** `<=>`: the cosine distance. */
  cosineDistance<S2 = never>(other: Input<T> | Operand<unknown, S2, "vector">): FloatExpression<number, S | S2>;
  /** `<#>`: the negative inner product. */
  innerProduct<S2 = never>(other: Input<T> | Operand<unknown, S2, "vector">): FloatExpression<number, S | S2>;
}

/** Types that have no operators besides comparison: UUID, BYTES, BIT, INET, GEOGRAPHY and so on. */
export interface OtherExpression<out T, out S, out K extends string = Unlabeled> extends Expression<T, S, K, "other"> {}

/**
 * An expression of which nothing is known, such as a call of a function that tegmen does not know. It fits everywhere,
 * and takes everything; `typeCoerce()` and `cast()` say what it is.
 */
export interface AnyExpression<out S = null, out K extends string = Unlabeled> extends SelectItem<
  unknown,
  S,
  never,
  K
> {
  /** Gives the expression a name. */
  as<const L extends string>(label: L): AnyExpression<S, L>;
  eq(other: unknown): BoolExpression<S | null>;
  ne(other: unknown): BoolExpression<S | null>;
  lt(other: unknown): BoolExpression<S | null>;
  le(other: unknown): BoolExpression<S | null>;
  gt(other: unknown): BoolExpression<S | null>;
  ge(other: unknown): BoolExpression<S | null>;
  isNull(): BoolExpression<never>;
  isNotNull(): BoolExpression<never>;
  asc(): Ordering;
  desc(): Ordering;
  /** `CAST`. */
  cast<T2, F2 extends Family>(type: TypeReference<T2, F2>): Families<T2, S, Unlabeled>[F2];
}
