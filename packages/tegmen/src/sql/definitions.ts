import type { AnyExpression, Families } from "./expressions.ts";
import type { FromItem } from "./from-item.ts";
import type { ColumnNode } from "./nodes/expression-node.ts";
import type { Family, nullSources, Operand, typeFamily, valueType } from "./operand.ts";
import type { AnySqlType } from "../types/index.ts";

/** What may be written to a column; never there at run time. */
export declare const inputType: unique symbol;

/** Who fills a column if the program does not: nobody (`never`), a default, or always the server. */
export declare const filledBy: unique symbol;

/** Who fills a column; and `key` for one of the primary key, whoever fills it. */
export type FilledBy = "default" | "generated" | "key";

/**
 * The definition of a column, for the type checker.
 *
 * @typeParam T what is read
 * @typeParam E what may be written
 * @typeParam F the kind of its type
 * @typeParam N `null` if it may be NULL, else never
 * @typeParam D who fills it if the program does not
 */
export interface ColumnDefinition<out T = unknown, out E = unknown, out F = unknown, out N = unknown, out D = unknown> {
  readonly [valueType]: T;
  readonly [inputType]: E;
  readonly [typeFamily]: F;
  readonly [nullSources]: N;
  readonly [filledBy]: D;
}

/** The definitions of a table's columns, by the names they have in TypeScript. */
export interface Definitions {
  readonly [key: string]: ColumnDefinition;
}

/** What statements that write have to know of a column. */
export interface TargetColumn {
  readonly key: string;
  readonly type: AnySqlType;
  readonly node: ColumnNode;
  /** The server computes it, and takes no value. */
  readonly isGenerated: boolean;
  /** Makes the value of a row that has none. */
  readonly clientDefault: (() => unknown) | undefined;
  /** Makes the value at every UPDATE that does not set it. */
  readonly clientOnUpdate: (() => unknown) | undefined;
}

/** Where a table, or an entity of the ORM, keeps its columns. */
export const targetOf: unique symbol = Symbol.for("tegmen.target");

/** Carries the definitions of a table; never there at run time. */
export declare const definitionsOf: unique symbol;

/**
 * What rows can be written to: a table, or an entity of the ORM.
 *
 * @typeParam N its name
 * @typeParam C the definitions of its columns
 */
export interface Target<out N extends string = string, C extends Definitions = Definitions> extends FromItem<N> {
  readonly [definitionsOf]: C;
  readonly [targetOf]: ReadonlyMap<string, TargetColumn>;
}

/** The columns of a table as plain expressions. */
export type ExpressionsOf<N extends string, C extends Definitions> = {
  readonly [K in keyof C & string]: Families<
    C[K][typeof valueType],
    N | C[K][typeof nullSources],
    K
  >[C[K][typeof typeFamily] & Family];
};

/** What is read from a table. The intersection with nothing makes editors show the properties. */
export type TableRow<C extends Definitions> = {
  -readonly [K in keyof C & string]: C[K][typeof valueType] | C[K][typeof nullSources];
} & {};

type RequiredKeys<C extends Definitions> = {
  [K in keyof C & string]: null extends C[K][typeof nullSources]
    ? never
    : [Exclude<C[K][typeof filledBy], "key">] extends [never]
      ? K
      : never;
}[keyof C & string];

/** The columns that say of themselves that they are of the primary key. */
export type KeyColumns<C extends Definitions> = {
  [K in keyof C & string]: "key" extends C[K][typeof filledBy] ? K : never;
}[keyof C & string];

type OptionalKeys<C extends Definitions> = {
  [K in keyof C & string]: "generated" extends C[K][typeof filledBy]
    ? never
    : null extends C[K][typeof nullSources]
      ? K
      : [Exclude<C[K][typeof filledBy], "key">] extends [never]
        ? never
        : K;
}[keyof C & string];

/** Makes an intersection readable. */
type Flat<T> = { [K in keyof T]: T[K] } & {};

/** What has to be given for a new row: the columns that are NOT NULL and have no default. */
export type TableInsert<C extends Definitions> = Flat<
  { -readonly [K in RequiredKeys<C>]: C[K][typeof inputType] } & {
    -readonly [K in OptionalKeys<C>]?: C[K][typeof inputType] | C[K][typeof nullSources];
  }
>;

/** A value for a column, or an expression. */
type Written<D extends ColumnDefinition> =
  | D[typeof inputType]
  | D[typeof nullSources]
  | Operand<unknown, unknown, D[typeof typeFamily]>
  | AnyExpression<unknown, string>;

/** As {@link TableInsert}, with expressions besides values. */
export type InsertValues<C extends Definitions> = { readonly [K in RequiredKeys<C>]: Written<C[K]> } & {
  readonly [K in OptionalKeys<C>]?: Written<C[K]>;
};

/** What an UPDATE can set. */
export type UpdateValues<C extends Definitions> = {
  readonly [
    K in keyof C & string as [Extract<C[K][typeof filledBy], "generated">] extends [never] ? K : never
  ]?: Written<C[K]>;
};
